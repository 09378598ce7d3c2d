-- Meters: what of the usage events of an account a plan can charge, as in per_unit { "Calls", meter = "api.calls" }.
-- A name that does not stand here is the sum of the events of that name. With strict = true it is an error instead; without,
-- `moonbill rules check` names those that no event has, so that a slip does not bill nothing in silence.
--
--   meter { "name",
--     of = "storage.gb",            -- which events; those of the meter's own name where it says nothing
--     aggregate = "sum",            -- what they come to:
--                                   --   "sum" of their quantities, "count" of the events,
--                                   --   "max": the highest level (high-water mark), "latest": the last one,
--                                   --   "unique": how many different values a property has,
--                                   --   "time_weighted": level x time / period, to the instant where events have times (a day
--                                   --   of a clock change has 23 or 25 hours), by days otherwise
--     property = "user",            -- of unique: whose values are counted; of max, latest and time_weighted: the level is
--                                   --   how many values there are at once. A negative quantity takes one away
--     value = "gb",                 -- a property that says the number, in place of the quantity; events without do not count
--     values = "levels",            -- of max, latest, time_weighted: an event says how much there is; "changes": how much
--                                   --   more there is
--     recurring = false,            -- true: what there was when the period began is carried in
--     by = { "region" },            -- each region counts by itself, the meter is the sum of them; charges can price each apart
--     where = { plan = "pro" },     -- only events with this property; { plan = { "pro", "team" } } any of these,
--                                   --   true: with one, false: without; or function(event) return event.quantity > 0 end
--     per = "period",               -- of time_weighted: "hour", "day": level x hours, instead of the mean of the period
--     places = 12,                  -- decimal places; sums and counts have all unless this says otherwise
--     rounding = "half_up",         -- or half_even, half_down, up, down, ceiling, floor
--     title = "Storage", unit = "GB",
--   }
return meters {
  strict = false,

  meter { "api.calls", unit = "call" },
  meter { "storage", unit = "GB" },

  -- Of the plans usage.lua and contract.lua, which are there to be copied from.
  meter { "texts", unit = "text" },
  meter { "traffic", unit = "GB", by = { "region" } },
  meter { "payments" },
  meter { "reports", unit = "report" },
}

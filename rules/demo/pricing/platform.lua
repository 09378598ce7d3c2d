-- The platform: a fee and seats in advance, calls of the interface when the month is over. An agreement says how many seats:
-- tags.seats=12; `set agreement A-10017P tags.seats=15 --from 2026-08-01` changes it for the months that begin from then on.
return plan {
  title = "Platform", every = "month",

  flat { "Platform fee", price = 49.00, when = "advance" },
  per_unit { "Seats", quantity = "seats", price = 9.00, when = "advance", unit = "seat" },
  graduated { "API calls", meter = "api.calls", tiers = {
    { upto = 20000, price = 0 },
    { upto = 100000, price = 0.0008 },
    { price = 0.0004 },
  } },
}

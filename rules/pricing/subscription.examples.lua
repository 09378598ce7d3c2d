-- The cases of subscription.lua: an agreement, what was used in a period, and the lines of that period: those billed in
-- advance, when it begins, and those billed in arrears, when it is over.
return examples {
  { "nothing used", agreement = { tags = { seats = 12 } }, advance = { 49, 108 }, arrears = {}, net = 157 },
  { "a single seat", agreement = { tags = { seats = 1 } }, advance = { 49, 9 } },
  { "no seats make no line", agreement = { tags = { seats = 0 } }, advance = { 49 } },
  { "seats are needed", agreement = {}, fails = "rule.value" },
  { "stored GB", agreement = { tags = { seats = 1 } }, usage = { storage = 300.5 }, arrears = { 36.06 }, net = 94.06 },
  { "within the free band", agreement = { tags = { seats = 1 } }, usage = { ["api.calls"] = 10000 }, arrears = { 0 } },
  { "the call that is the first to cost", agreement = { tags = { seats = 1 } }, usage = { ["api.calls"] = 11250 },
    arrears = { 0, 0.5 } },
  { "all three bands", agreement = { tags = { seats = 1 } }, usage = { ["api.calls"] = 1500000 }, arrears = { 0, 396, 100 } },
  { "February is a month like any other", period = "2026-01-31..2026-02-28", agreement = { tags = { seats = 2 } },
    advance = { 49, 18 } },
  { "a non-profit", account = { tags = { nonprofit = "yes" } }, agreement = { tags = { seats = 12 } },
    usage = { storage = 100 }, advance = { 49, 108, -31.4 }, arrears = { 12, -2.4 }, net = 135.2 },

  -- Over time: from, to (the first day without service), and what changes in between.
  { "from the end of January, ended on 11 March", from = "2026-01-31", to = "2026-03-11", quantities = { seats = 12 },
    shows = { "Platform fee 2026-01-31..2026-02-28 49.00", "Seats 2026-01-31..2026-02-28 108.00",
              "Platform fee 2026-02-28..2026-03-11 17.39", "Seats 2026-02-28..2026-03-11 38.32" } },
  { "more seats from 11 April", from = "2026-04-01", to = "2026-05-01", quantities = { seats = 30 },
    changes = { { "2026-04-11", quantities = { seats = 90 } } }, amounts = { 49, 90, 540 } },
}

-- What rules/application.lua has to settle. open: the open items; credit: what there is to apply.

return examples {
  { "oldest due first", credit = 100,
    open = { { "A", due = "2026-01-05", 80 }, { "B", due = "2026-01-02", 60 }, { "C", due = "2026-02-01", 40 } },
    settles = { B = 60, A = 40 } },

  { "more than is open", credit = 100,
    open = { { "A", due = "2026-01-05", 80 } },
    settles = { A = 80 } },

  { "due on one day: the older invoice first", credit = 10,
    open = { { "A", due = "2026-01-05", date = "2025-12-20", 80 }, { "B", due = "2026-01-05", date = "2025-12-10", 60 } },
    settles = { B = 10 } },

  { "the corrected invoice is not preferred", credit = 10, corrects = "A",
    open = { { "A", due = "2026-01-05", 80 }, { "B", due = "2026-01-02", 60 } },
    settles = { B = 10 } },

  { "nothing open", credit = 10, open = {}, settles = {} },
}

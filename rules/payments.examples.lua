-- What rules/payments.lua has to settle. open: the account's open items, { number, amount, due = ... }; pays: the payment; text:
-- what its payer wrote; others: documents that are not open items of the account, with whose they are ("paid", "void": the
-- account's own). settles: by number; closes: the small difference that is left; stops: why the rest stays unapplied.

return examples {
  { "what is named first", pays = 150, text = "INV-2026-00002",
    open = { { "INV-2026-00001", 100, due = "2026-01-05" }, { "INV-2026-00002", 120, due = "2026-02-01" } },
    settles = { ["INV-2026-00002"] = 120, ["INV-2026-00001"] = 30 } },

  { "as people write it", pays = 220, text = "inv 2026/2 and INV202600001, thanks",
    open = { { "INV-2026-00001", 100, due = "2026-01-05" }, { "INV-2026-00002", 120, due = "2026-02-01" } },
    settles = { ["INV-2026-00001"] = 100, ["INV-2026-00002"] = 120 } },

  { "a number within another is not named", pays = 50, text = "INV-2026-000120",
    open = { { "INV-2026-00001", 100, due = "2026-01-05" }, { "INV-2026-00012", 120, due = "2026-02-01" } },
    settles = { ["INV-2026-00001"] = 50 } },

  { "nothing named: oldest due", pays = 150,
    open = { { "INV-2026-00001", 100, due = "2026-02-05" }, { "INV-2026-00002", 120, due = "2026-01-01" } },
    settles = { ["INV-2026-00002"] = 120, ["INV-2026-00001"] = 30 } },

  { "short by a little", pays = 99.80, text = "INV-2026-00001",
    open = { { "INV-2026-00001", 100, due = "2026-01-05" } },
    settles = { ["INV-2026-00001"] = 99.80 }, closes = { ["INV-2026-00001"] = 0.20 } },

  { "short by more than the percentage", pays = 99.70, text = "INV-2026-00001",
    open = { { "INV-2026-00001", 100, due = "2026-01-05" } },
    settles = { ["INV-2026-00001"] = 99.70 } },

  { "short by more than the amount", pays = 999.49, text = "INV-2026-00001",
    open = { { "INV-2026-00001", 1000, due = "2026-01-05" } },
    settles = { ["INV-2026-00001"] = 999.49 } },

  { "too much stays unapplied", pays = 130,
    open = { { "INV-2026-00001", 100, due = "2026-01-05" } },
    settles = { ["INV-2026-00001"] = 100 } },

  { "what is disputed comes last", pays = 150,
    open = { { "INV-2026-00001", 100, due = "2026-01-05", disputed = 40 }, { "INV-2026-00002", 120, due = "2026-02-01" } },
    settles = { ["INV-2026-00001"] = 60, ["INV-2026-00002"] = 90 } },

  { "what is disputed and named", pays = 100, text = "INV-2026-00001",
    open = { { "INV-2026-00001", 100, due = "2026-01-05", disputed = 40 }, { "INV-2026-00002", 120, due = "2026-02-01" } },
    settles = { ["INV-2026-00001"] = 100 } },

  { "another account's invoice", pays = 50, text = "INV-2026-00007", others = { ["INV-2026-00007"] = "BETA" },
    open = { { "INV-2026-00001", 100, due = "2026-01-05" } },
    stops = "names INV-2026-00007 of account BETA" },

  { "one of its own and one that is paid", pays = 150, text = "INV-2026-00001 INV-2026-00003",
    others = { ["INV-2026-00003"] = "paid" },
    open = { { "INV-2026-00001", 100, due = "2026-01-05" }, { "INV-2026-00002", 120, due = "2026-02-01" } },
    settles = { ["INV-2026-00001"] = 100 }, stops = "names INV-2026-00003, which is settled already" },
}

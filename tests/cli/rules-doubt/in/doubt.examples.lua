-- What doubt.lua comes to: two rows are right, the others differ.
return examples {
  { "ten units", quantities = { units = 10 }, amounts = { 10, 0, 15 }, net = 25 },
  { "two months", from = "2026-01-31", to = "2026-03-31", quantities = { units = 100 },
    shows = { "Units 2026-01-31..2026-02-28 100.00", "Nothing 2026-01-31..2026-02-28 0.00",
              "Fixed, up to 10 2026-01-31..2026-02-28 15.00",
              "Units 2026-02-28..2026-03-31 100.00", "Nothing 2026-02-28..2026-03-31 0.00",
              "Fixed, up to 10 2026-02-28..2026-03-31 15.00" } },
  { "wrong on purpose", quantities = { units = 10 }, usage = { ["api.call"] = 101 }, net = 1 },
  { "wrong amounts", quantities = { units = 10 }, amounts = { 1, 2 } },
  { "a slip", quantity = { units = 10 }, net = 25 },
}

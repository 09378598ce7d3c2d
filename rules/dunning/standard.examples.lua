-- What rules/dunning/standard.lua has to do: the open items of an account on a day, and what becomes of each.
--
--   items      { number, amount, due = day }
--   paid, credited   { number, day, amount }; what was paid too much: unapplied = amount
--   disputed   { number = amount };   held   { number = reason }, { all = reason }
--   promised   { amount, by = day, on = number (or for all), received = amount so far }
--   taken      { number, day, step }: what was done before
--   says       the step, or how the reason for none begins;   asked   what is asked for;   letter, due   of the letter

return examples {
  { "not due", on = "2026-02-27", items = { { "A", 100, due = "2026-03-02" } }, says = { A = "not due" }, letter = "none" },
  { "due today", on = "2026-03-02", items = { { "A", 100, due = "2026-03-02" } }, says = { A = "due today" } },
  { "within grace", on = "2026-03-05", items = { { "A", 100, due = "2026-03-02" } },
    says = { A = "within grace until 2026-03-05" } },
  { "a day before the first step", on = "2026-03-06", items = { { "A", 100, due = "2026-03-02" } },
    says = { A = "next: step 1, remind, on 2026-03-07" } },
  { "the first step", on = "2026-03-07", items = { { "A", 100, due = "2026-03-02" } },
    says = { A = "step 1 of 4: 5 days past due" }, asked = { A = 100 }, letter = "friendly", due = 100 },

  { "part paid: the rest is asked for", on = "2026-03-07", items = { { "A", 100, due = "2026-03-02" } },
    paid = { { "A", "2026-03-05", 60 } }, says = { A = "step 1" }, asked = { A = 40 }, due = 40 },
  { "disputed in part: the rest is asked for", on = "2026-03-07", items = { { "A", 100, due = "2026-03-02" } },
    disputed = { A = 30 }, says = { A = "step 1" }, asked = { A = 70 }, due = 70 },
  { "disputed", on = "2026-03-07", items = { { "A", 100, due = "2026-03-02" } }, disputed = { A = 100 },
    says = { A = "disputed" } },
  { "the customer was right in part: not asked for until it is credited", on = "2026-03-07",
    items = { { "A", 100, due = "2026-03-02" } },
    disputed = { { "A", 100, from = "2026-03-03", closed = "2026-03-05", upheld = 40 } },
    says = { A = "step 1" }, asked = { A = 60 } },
  { "promised, until the days of grace are over", on = "2026-03-13", items = { { "A", 100, due = "2026-03-02" } },
    promised = { { 100, by = "2026-03-10" } }, says = { A = "promised until 2026-03-13" } },
  { "a promise that was not kept", on = "2026-03-14", items = { { "A", 100, due = "2026-03-02" } },
    promised = { { 100, by = "2026-03-10" } }, says = { A = "step 1 of 4: 12 days past due; promise EXAMPLE/1 was not kept" } },
  { "credit of the account covers it", on = "2026-03-07", items = { { "A", 100, due = "2026-03-02" } }, unapplied = 100,
    says = { A = "covered by unapplied credit" } },
  { "credit is taken off", on = "2026-03-07", items = { { "A", 100, due = "2026-03-02" } }, unapplied = 30,
    says = { A = "step 1" }, due = 70 },
  { "less than the minimum", on = "2026-03-07", items = { { "A", 4.99, due = "2026-03-02" } }, says = { A = "below minimum" } },
  { "held", on = "2026-03-07", items = { { "A", 100, due = "2026-03-02" } }, held = { all = "new address" },
    says = { A = "held: new address" } },

  { "one letter, at the highest step", on = "2026-03-17",
    items = { { "A", 100, due = "2026-03-02" }, { "B", 50, due = "2026-03-12" }, { "C", 70, due = "2026-04-01" } },
    taken = { { "A", "2026-03-07", 1 } },
    says = { A = "step 2 of 4", B = "step 1 of 4", C = "not due" }, letter = "firm", due = 150 },
  { "days were missed: the next step in order, not the last", on = "2026-05-20", items = { { "A", 100, due = "2026-03-02" } },
    says = { A = "step 1 of 4: 79 days past due" }, letter = "friendly" },
  { "and then each leaves its gap", on = "2026-05-26", items = { { "A", 100, due = "2026-03-02" } },
    taken = { { "A", "2026-05-20", 1 } }, says = { A = "gap: step 2, remind, on 2026-05-27" } },
  { "the last step was taken", on = "2026-08-01", items = { { "A", 100, due = "2026-03-02" } },
    taken = { { "A", "2026-03-07", 1 }, { "A", "2026-03-17", 2 }, { "A", "2026-04-01", 3 }, { "A", "2026-05-01", 4 } },
    says = { A = "ladder finished: step 4 on 2026-05-01" } },
  { "fees and interest are off", on = "2026-04-01", items = { { "A", 100, due = "2026-03-02" } },
    taken = { { "A", "2026-03-07", 1 }, { "A", "2026-03-17", 2 } }, says = { A = "step 3" }, fee = 0, interest = 0, due = 100 },
}

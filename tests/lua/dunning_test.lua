--- tests/lua/dunning_test.lua: who is reminded of what, with which step, and why not; interest; and policies that are refused.
--- The rows are written as the examples beside rules/dunning are (lua/dunning_examples.lua).
local config = require "config"
local dunning_examples = require "dunning_examples"
local dunning_policy = require "dunning_policy"
local late_interest = require "late_interest"
local rows = require "rows"

local test = {}

local BOOK = config.declare { currency = "EUR", country = "DE", zone = "Europe/Berlin" }.settings()
local policy, step = dunning_policy.declare, dunning_policy.step

local PLAIN = policy {
  grace = 3, minimum = 5.00, promises = { grace = 3 },
  step { "remind", after = 5, letter = "friendly", gap = 7 },
  step { "remind", after = 15, letter = "firm" },
  step { "suspend", after = 60 },
}
local WEEKEND = policy { weekend = "next", step { "remind", after = 1, letter = "friendly" } }
local CHARGES = policy {
  charge = { "fee", "interest" }, interest = 12,
  step { "remind", after = 10, letter = "friendly", fee = 5.00, interest = true },
  step { "remind", after = 30, letter = "firm", fee = money "10.00 EUR", interest = true },
  step { "remind", after = 45, letter = "final", interest = { rates = { ["2026-01-01"] = 3, ["2026-04-01"] = 6 }, margin = 9 } },
}
local UNASKED = policy { hold = {}, step { "remind", after = 5 } }
local GATE = policy { imported_within = 3, step { "remind", after = 5, letter = "friendly" } }

local A = { { "A", 100, due = "2026-03-02" } } -- a Monday
local TWO = { { "A", 100, due = "2026-03-02" }, { "B", 60, due = "2026-03-12" } }

local cases = {
  -- when
  { "before it is due", on = "2026-03-01", items = A, says = { A = "not due" }, asked = { A = 0 } },
  { "due today", on = "2026-03-02", items = A, says = { A = "due today" } },
  { "the last day of grace", on = "2026-03-05", items = A, says = { A = "within grace until 2026-03-05" } },
  { "behind grace, before the step", on = "2026-03-06", items = A, says = { A = "next: step 1, remind, on 2026-03-07" } },
  { "the first step", on = "2026-03-07", items = A, says = { A = "step 1 of 3: 5 days past due" }, letter = "friendly", due = 100 },
  { "the same day again", on = "2026-03-07", items = A, taken = { { "A", "2026-03-07", 1 } },
    says = { A = "step 1, remind, taken today" }, letter = "none" },
  { "the day after", on = "2026-03-08", items = A, taken = { { "A", "2026-03-07", 1 } },
    says = { A = "next: step 2, remind, on 2026-03-17" } },
  { "due on a Saturday counts as written", on = "2026-03-12", items = { { "A", 100, due = "2026-03-07" } }, says = { A = "step 1" } },
  { "due on a Saturday, moved to Monday", policy = WEEKEND, on = "2026-03-09", items = { { "A", 100, due = "2026-03-07" } },
    says = { A = "due today" } },
  { "and late on Tuesday", policy = WEEKEND, on = "2026-03-10", items = { { "A", 100, due = "2026-03-07" } },
    says = { A = "step 1 of 1: 1 day past due" } },
  { "due on a Sunday, moved to Monday", policy = WEEKEND, on = "2026-03-08", items = { { "A", 100, due = "2026-03-08" } },
    says = { A = "not due" } },
  { "due on a Friday stays", policy = WEEKEND, on = "2026-03-07", items = { { "A", 100, due = "2026-03-06" } },
    says = { A = "step 1" } },

  -- how much
  { "paid today", on = "2026-03-07", items = A, paid = { { "A", "2026-03-07", 100 } }, says = { A = "nothing is open" } },
  { "paid in part", on = "2026-03-07", items = A, paid = { { "A", "2026-03-05", 60 } }, says = { A = "step 1" }, asked = { A = 40 } },
  { "credited in part", on = "2026-03-07", items = A, credited = { { "A", "2026-03-05", 25 } }, says = { A = "step 1" },
    asked = { A = 75 } },
  { "paid tomorrow is not paid", on = "2026-03-07", items = A, paid = { { "A", "2026-03-08", 100 } }, says = { A = "step 1" } },
  { "disputed in part", on = "2026-03-07", items = A, disputed = { A = 30 }, says = { A = "step 1" }, asked = { A = 70 }, due = 70 },
  { "disputed", on = "2026-03-07", items = A, disputed = { A = 100 }, says = { A = "disputed" }, asked = { A = 0 } },
  { "disputed from tomorrow on", on = "2026-03-07", items = A, disputed = { { "A", 100, from = "2026-03-08" } },
    says = { A = "step 1" } },
  { "rejected: goes on", on = "2026-03-07", items = A, disputed = { { "A", 100, from = "2026-03-01", closed = "2026-03-07", upheld = 0 } },
    says = { A = "step 1 of 3: 5 days past due" }, asked = { A = 100 } },
  { "upheld, not credited yet", on = "2026-03-07", items = A,
    disputed = { { "A", 100, from = "2026-03-01", closed = "2026-03-05", upheld = 100 } },
    says = { A = "dispute upheld: to be credited" } },
  { "upheld in part and credited", on = "2026-03-07", items = A, credited = { { "A", "2026-03-06", 40 } },
    disputed = { { "A", 100, from = "2026-03-01", closed = "2026-03-05", upheld = 40 } }, says = { A = "step 1" }, asked = { A = 60 } },
  { "a policy that asks for what is disputed", policy = UNASKED, on = "2026-03-07", items = A, disputed = { A = 30 },
    says = { A = "step 1" }, asked = { A = 100 } },
  { "credit covers all", on = "2026-03-07", items = A, unapplied = 100, says = { A = "covered by unapplied credit" }, letter = "none" },
  { "credit covers what is due, not what is not", on = "2026-03-07", items = TWO, unapplied = 100,
    says = { A = "covered by unapplied credit", B = "not due" } },
  { "credit is taken off the letter", on = "2026-03-07", items = A, unapplied = 99, says = { A = "below minimum: 1.00 EUR in all" } },
  { "enough is left", on = "2026-03-07", items = A, unapplied = 95, says = { A = "step 1", CASH = "settles nothing yet" }, due = 5 },
  { "a small remainder alone", on = "2026-03-07", items = { { "A", 4.99, due = "2026-03-02" } }, says = { A = "below minimum" } },
  { "a small remainder beside others", on = "2026-03-17", items = { { "A", 4, due = "2026-03-02" }, { "B", 60, due = "2026-03-12" } },
    says = { A = "step 1", B = "step 1" }, due = 64 },

  -- promises and holds
  { "promised", on = "2026-03-07", items = A, promised = { { 100, by = "2026-03-10" } }, says = { A = "promised until 2026-03-13" } },
  { "promised in part", on = "2026-03-07", items = A, promised = { { 60, by = "2026-03-10" } }, says = { A = "step 1" },
    asked = { A = 40 } },
  { "promised, and partly paid since", on = "2026-03-07", items = A, paid = { { "A", "2026-03-06", 60 } },
    promised = { { 100, by = "2026-03-10", received = 60 } }, says = { A = "promised until 2026-03-13" } },
  { "promised for all, the oldest first", on = "2026-03-17", items = TWO, promised = { { 100, by = "2026-03-20" } },
    says = { A = "promised until 2026-03-23", B = "step 1" }, asked = { A = 0, B = 60 } },
  { "promised for the other one", on = "2026-03-17", items = TWO, promised = { { 60, by = "2026-03-20", on = "B" } },
    says = { A = "step 1", B = "promised until 2026-03-23" } },
  { "the rest is disputed", on = "2026-03-07", items = A, disputed = { A = 40 }, promised = { { 60, by = "2026-03-10" } },
    says = { A = "disputed in part, the rest promised until 2026-03-13" } },
  { "the last day of a promise", on = "2026-03-13", items = A, promised = { { 100, by = "2026-03-10" } },
    says = { A = "promised until 2026-03-13" } },
  { "broken: the ladder goes on where it was", on = "2026-03-17", items = A, taken = { { "A", "2026-03-07", 1 } },
    promised = { { 100, by = "2026-03-10" } }, says = { A = "step 2 of 3: 15 days past due; promise EXAMPLE/1 was not kept" } },
  { "broken is said once", on = "2026-05-01", items = A, taken = { { "A", "2026-03-07", 1 }, { "A", "2026-03-17", 2 } },
    promised = { { 100, by = "2026-03-10" } }, says = { A = "step 3 of 3: 60 days past due" } },
  { "held", on = "2026-03-07", items = TWO, held = { A = "lawyer" }, says = { A = "held: lawyer", B = "not due" } },
  { "the account is held", on = "2026-03-17", items = TWO, held = { all = "moved" }, says = { A = "held: moved", B = "held: moved" } },

  -- which step
  { "two items at different steps, one letter", on = "2026-03-17", items = TWO, taken = { { "A", "2026-03-07", 1 } },
    says = { A = "step 2", B = "step 1" }, letter = "firm", due = 160 },
  { "days were missed: no step is left out", on = "2026-06-01", items = A, says = { A = "step 1 of 3: 91 days past due" } },
  { "the gap of the first", on = "2026-06-07", items = A, taken = { { "A", "2026-06-01", 1 } },
    says = { A = "gap: step 2, remind, on 2026-06-08" } },
  { "and then the second", on = "2026-06-08", items = A, taken = { { "A", "2026-06-01", 1 } }, says = { A = "step 2" } },
  { "finished", on = "2026-07-01", items = A,
    taken = { { "A", "2026-03-07", 1 }, { "A", "2026-03-17", 2 }, { "A", "2026-05-01", 3 } },
    says = { A = "ladder finished: step 3 on 2026-05-01" } },
  { "a step without a letter", on = "2026-05-01", items = A, taken = { { "A", "2026-03-07", 1 }, { "A", "2026-03-17", 2 } },
    says = { A = "step 3" }, letter = "none" },
  { "the payment was returned: the ladder begins anew, the due date stays", on = "2026-04-10", items = A,
    paid = { { "A", "2026-03-18", 100 }, { "A", "2026-04-08", -100 } }, taken = { { "A", "2026-03-07", 1 }, { "A", "2026-03-17", 2 } },
    says = { A = "step 1 of 3: 39 days past due" } },
  { "paid with another payment on the day of the return: nothing is open", on = "2026-04-10", items = A,
    paid = { { "A", "2026-03-18", 100 }, { "A", "2026-04-08", -100 }, { "A", "2026-04-08", 100 } }, says = { A = "nothing is open" } },
  { "no payments are imported", policy = GATE, on = "2026-03-07", items = A, says = { A = "no payments are imported yet" } },
  { "they are old", policy = GATE, on = "2026-03-07", items = A, imported = "2026-03-03",
    says = { A = "payments are imported through 2026-03-03 only" } },
  { "they are new enough", policy = GATE, on = "2026-03-07", items = A, imported = "2026-03-04", says = { A = "step 1" } },

  -- fee and interest
  { "a fee once, however many items", policy = CHARGES, on = "2026-03-30",
    items = { { "A", 1000, due = "2026-03-10" }, { "B", 1000, due = "2026-03-20" } }, says = { A = "step 1", B = "step 1" }, fee = 5,
    interest = 9.87, due = 2014.87 }, -- 20 and 10 days at 12 %: 6.58 + 3.29
  { "the fee of the highest step", policy = CHARGES, on = "2026-04-10", items = TWO, taken = { { "A", "2026-03-12", 1, interest = 0.33 } },
    says = { A = "step 2", B = "step 1" }, fee = 10 },
  { "interest less what was charged", policy = CHARGES, on = "2026-04-01", items = { { "A", 1000, due = "2026-03-02" } },
    taken = { { "A", "2026-03-12", 1, interest = 3.29 } }, says = { A = "step 2" }, interest = 6.57 }, -- 9.86 - 3.29
  { "none on fees and interest", policy = CHARGES, on = "2026-04-01", items = { { "A", 1000, due = "2026-03-02", charges = true } },
    says = { A = "step 1" }, interest = 0, fee = 0 },
  { "none on what is disputed", policy = CHARGES, on = "2026-03-12", items = { { "A", 1000, due = "2026-03-02" } },
    disputed = { A = 400 }, says = { A = "step 1" }, interest = 1.97 }, -- 600 for 10 days
  { "off until it is switched on", on = "2026-03-17", items = A, says = { A = "step 1" }, fee = 0, interest = 0, due = 100 },
}

-- ---- interest ----

local function terms(given) return given end
local YEAR = terms { rates = { { from = date "0001-01-01", rate = 12 } }, days = 365 }
local CHANGE = terms { rates = { { from = date "2026-01-01", rate = 12 }, { from = date "2026-01-31", rate = 6 } }, days = 365 }

local function accrued(case)
  local applications = {}
  for i, one in ipairs(case.paid or {}) do
    applications[i] = { date = date(one[1]), amount = money(one[2], "EUR"), kind = one[3] or "payment" }
  end
  local item = { due = date "2026-01-01", amount = money(1000, "EUR"), applications = applications,
                 contested = case.contested and money(case.contested, "EUR"), upheld = case.upheld and money(case.upheld, "EUR") }
  local amount, days = late_interest.accrued(item, case.terms or YEAR, date(case.to))
  return tostring(amount) .. ", " .. days .. " days"
end

local interest = {
  { "1000 at 12 % for 45 days", to = "2026-02-15", want = "14.79 EUR, 45 days" },
  { "by 360 days", to = "2026-02-15", terms = { rates = YEAR.rates, days = 360 }, want = "15.00 EUR, 45 days" },
  { "by 366 days", to = "2026-02-15", terms = { rates = YEAR.rates, days = 366 }, want = "14.75 EUR, 45 days" },
  { "the first day is the one after the due date", to = "2026-01-02", want = "0.33 EUR, 1 days" },
  { "due today", to = "2026-01-01", want = "0.00 EUR, 0 days" },
  { "not due", to = "2025-12-01", want = "0.00 EUR, 0 days" },
  { "the rate changes", to = "2026-02-15", terms = CHANGE, want = "12.16 EUR, 45 days" }, -- 29 days at 12, 16 at 6
  { "paid in part: from the day after", to = "2026-02-15", paid = { { "2026-01-21", 400 } }, want = "11.51 EUR, 45 days" },
  { "over a rate change and a part payment", to = "2026-02-15", terms = CHANGE, paid = { { "2026-01-21", 400 } },
    want = "9.93 EUR, 45 days" }, -- 20 d x 1000 and 9 d x 600 at 12, 16 d x 600 at 6
  { "the payment came back", to = "2026-02-15", paid = { { "2026-01-21", 1000 }, { "2026-02-05", -1000 } },
    want = "9.86 EUR, 30 days" }, -- 20 days before, 10 after
  { "paid on the due date", to = "2026-02-15", paid = { { "2026-01-01", 1000 } }, want = "0.00 EUR, 0 days" },
  { "contested", to = "2026-02-15", contested = 1000, want = "0.00 EUR, 0 days" },
  { "upheld and credited: never", to = "2026-02-15", upheld = 400, paid = { { "2026-01-21", 400, "credit_note" } },
    want = "8.88 EUR, 45 days" }, -- 600 for 45 days
  { "no rate yet", to = "2026-02-15", terms = { rates = { { from = date "2026-02-01", rate = 12 } }, days = 365 },
    want = "4.93 EUR, 45 days" }, -- 15 days at 12
}

-- ---- policies ----

local function declared(case)
  local one = policy(case.given()).policy()
  return #one.steps .. " steps, gap " .. one.gap .. ", grace of promises " .. one.promises.grace
end

local refused = {
  { "what is not said", given = function() return { step { "remind", after = 5 } } end, want = "1 steps, gap 7, grace of promises 0" },
  { "no steps", given = function() return {} end, fails = "rule.value", says = "no steps" },
  { "not a step", given = function() return { { "remind", after = 5 } } end, fails = "rule.value", says = "write step { ... }" },
  { "a slip", given = function() return { step { "remind", afer = 5 } } end, fails = "rule.value", says = "did you mean 'after'?" },
  { "no days", given = function() return { step { "remind" } } end, fails = "rule.value", says = "after of the step is missing" },
  { "steps in the wrong order", given = function() return { step { "a", after = 9 }, step { "b", after = 5 } } end, fails = "rule.value",
    says = "in the order of their days" },
  { "interest without a rate", given = function() return { step { "a", after = 9, interest = true } } end, fails = "rule.value",
    says = "nothing says how much" },
  { "both rate and rates", given = function() return { interest = { rate = 1, rates = {} }, step { "a", after = 9 } } end,
    fails = "rule.value", says = "a rate or a table of rates" },
  { "an unknown basis", given = function() return { interest = { rate = 1, basis = "30/360" }, step { "a", after = 9 } } end,
    fails = "rule.value", says = "act/365" },
  { "a letter with a path", given = function() return { step { "a", after = 9, letter = "../x" } } end, fails = "rule.value",
    says = "letter-friendly.md" },
  { "an unknown hold", given = function() return { hold = { "disputd" }, step { "a", after = 9 } } end, fails = "rule.value",
    says = "did you mean 'disputed'?" },
  { "a negative fee", given = function() return { step { "a", after = 9, fee = -1 } } end, fails = "rule.value", says = "from 0 on" },
  { "a fee in no currency", given = function() return { step { "a", after = 9, fee = { XXY = 1 } } } end, fails = "rule.value",
    says = "XXY" },
}

local function decided(case)
  local given = {}
  for name, value in pairs(case) do
    if name ~= "policy" and name ~= "want" then given[name] = value end
  end
  local got, want = dunning_examples.answer(given, BOOK, "test", case.policy or PLAIN)
  got, want = table.concat(got, "; "), table.concat(want, "; ")
  return got == want and "ok" or "got " .. got .. "; want " .. want
end

function test.run()
  for _, case in ipairs(cases) do case.want = "ok" end
  return rows.join(rows.check(cases, decided), rows.check(interest, accrued), rows.check(refused, declared))
end

return test

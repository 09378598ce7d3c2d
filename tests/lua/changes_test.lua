--- tests/lua/changes_test.lua: agreements over time, each as dated steps and the lines that every bill comes to.
local bills = require "bills"
local charges = require "charges"
local cycles = require "cycles"
local plans = require "plans"
local rows = require "rows"
local tax = require "tax"
local discounts = require "discounts"

local test = {}

local flat, per_unit, graduated = charges.flat, charges.per_unit, charges.graduated

-- ---- plans ----

local function fee_30(more)
  local given = { title = "Fee", every = "month", flat { "Fee", price = 30 } }
  for name, value in pairs(more or {}) do given[name] = value end
  return plans.declare(given)
end

local function seats(more)
  local given = { title = "Seats", every = "month", per_unit { "Seats", quantity = "seats", price = 3 } }
  for name, value in pairs(more or {}) do given[name] = value end
  return plans.declare(given)
end

local TIERS = { { upto = 100, price = 1 }, { price = 0.5 } }
local PLANS = {
  fee = fee_30(), gold = plans.declare { title = "Gold", every = "month", flat { "Fee", price = 90 } },
  year = plans.declare { title = "Year", every = "year", flat { "Fee", price = 365 } },
  calendar = fee_30 { align = "calendar" }, merged = fee_30 { align = "calendar", first = "merged" },
  seats = seats(), none = seats { proration = "none" }, thirty = seats { proration = "actual/30" },
  thirty360 = seats { proration = "30/360" }, old_day = seats { change_day = "old" }, last_day = fee_30 { bill_last_day = true },
  later = seats { decrease = "period_end" }, arrears = plans.declare { title = "Late", every = "month",
    flat { "Fee", price = 30, when = "arrears" } },
  usage = plans.declare { title = "Usage", every = "month", graduated { "Calls", meter = "calls", tiers = TIERS } },
  blocks = plans.declare { title = "Blocks", every = "month", package { "Calls", meter = "calls", size = 100, price = 5 } },
  allowance = plans.declare { title = "Free", every = "month", per_unit { "Calls", meter = "calls", free = 100, price = 1 } },
  both = plans.declare { title = "Both", every = "month", per_unit { "Seats", quantity = "seats", price = 3 },
    graduated { "Calls", meter = "calls", tiers = TIERS } },
  quarter = seats { every = "quarter", proration = "whole_months" }, months = seats { every = "quarter", proration = "months" },
  trial = fee_30 { anchor = "trial_end", phases = { { "Trial", days = 14, free = true } } },
  trial_start = fee_30 { phases = { { "Trial", days = 14, free = true } } },
  ramp = seats { phases = { { "Launch", months = 1, share = percent(50) }, { "Ramp", months = 1, prices = { seats = 2 } } } },
  setup = plans.declare { title = "Setup", every = "month", flat { "Fee", price = 30 }, flat { "Setup", price = 100, once = true } },
  kept = plans.declare { title = "Kept", every = "month", per_unit { "Seats", quantity = "seats", price = 3, credit = false } },
  whole = plans.declare { title = "Whole", every = "month", per_unit { "Seats", quantity = "seats", price = 3, prorate = false } },
  support = plans.declare { title = "Support", every = "month", flat { "Fee", price = 30 },
    flat { "Support", price = 365, every = "year" } },
  weeks = plans.declare { title = "Weeks", every = cycles.declare "4-4-5", flat { "Fee", price = 28 } },
  dollars = plans.declare { title = "Dollars", every = "month", currency = "USD", flat { "Fee", price = 60 } },
  agreement = fee_30 { invoices = "agreement" }, period = fee_30 { invoices = "period" },
  welcome = plans.declare { title = "Welcome", every = "month", flat { "Fee", price = 30 },
    adjust = function(invoice) invoice:discount("Welcome", percent(10)) end },
}

-- ---- a scenario ----

local function told(lines)
  local out = {}
  for i, line in ipairs(lines) do
    out[i] = line.text .. " " .. tostring(line.start):sub(6) .. ".." .. tostring(line.stop):sub(6) .. " "
      .. tostring(line.amount):match "^%S+"
  end
  return #out > 0 and table.concat(out, "; ") or "nothing"
end

local VERBS = {
  set = function(book, step) book:set(step[2], step[3]) end,
  use = function(book, step) book:use(step[2], step[3], step[4]) end,
  void = function(book, step) book:void(step[2]) end,
}

local function scenario(case)
  local book, out = bills.new { plans = PLANS, tax = case.tax, discounts = case.discounts, billing = case.billing }, {}
  for _, step in ipairs(case) do
    if type(step) == "table" then
      if step[1] == "bill" then
        local lines, documents = book:bill(step[2])
        out[#out + 1] = case.show and case.show(documents) or told(lines)
      else
        VERBS[step[1]](book, step)
      end
    end
  end
  return table.concat(out, " | ")
end

local function start(plan, day, more)
  local fields = { plan = plan, start = day }
  for name, value in pairs(more or {}) do fields[name] = value end
  return { "set", day, fields }
end

local TEN = { ["tags.seats"] = 10 }
local APRIL = "2026-04-01"

local cases = {
  -- SEMANTICS 1.2: change within a period
  { "30 becomes 90 on 11 April: 20 of 30 days", start("fee", APRIL), { "bill", APRIL }, { "set", "2026-04-11", { plan = "gold" } },
    { "bill", "2026-04-11" }, { "bill", "2026-04-12" },
    want = "Fee 04-01..05-01 30.00 | Fee, credit, change of 2026-04-11 04-11..05-01 -20.00; "
      .. "Fee, change of 2026-04-11 04-11..05-01 60.00 | nothing" },
  { "nothing billed, no credit", start("fee", APRIL), { "set", "2026-04-11", { plan = "gold" } }, { "bill", "2026-04-20" },
    want = "Fee 04-01..04-11 10.00; Fee 04-11..05-01 60.00" },
  { "the next period has the new price", start("fee", APRIL), { "bill", APRIL }, { "set", "2026-04-11", { plan = "gold" } },
    { "bill", "2026-05-01" },
    want = "Fee 04-01..05-01 30.00 | Fee, credit, change of 2026-04-11 04-11..05-01 -20.00; "
      .. "Fee, change of 2026-04-11 04-11..05-01 60.00; Fee 05-01..06-01 90.00" },
  { "a change that is to come makes no correction yet", start("fee", APRIL), { "bill", APRIL },
    { "set", "2026-04-20", { plan = "gold" } }, { "bill", "2026-04-12" }, { "bill", "2026-04-20" },
    want = "Fee 04-01..05-01 30.00 | nothing | Fee, credit, change of 2026-04-20 04-20..05-01 -11.00; "
      .. "Fee, change of 2026-04-20 04-20..05-01 33.00" },
  { "a change from the next period on changes nothing", start("fee", APRIL), { "bill", APRIL },
    { "set", "2026-05-01", { plan = "gold" } }, { "bill", "2026-05-01" }, want = "Fee 04-01..05-01 30.00 | Fee 05-01..06-01 90.00" },
  { "more seats", start("seats", APRIL, TEN), { "bill", APRIL }, { "set", "2026-04-16", { ["tags.seats"] = 20 } },
    { "bill", "2026-04-16" },
    want = "Seats 04-01..05-01 30.00 | Seats, credit, change of 2026-04-16 04-16..05-01 -15.00; "
      .. "Seats, change of 2026-04-16 04-16..05-01 30.00" },
  { "two changes on one day: the net of the last, both named", start("seats", APRIL, TEN), { "bill", APRIL },
    { "set", "2026-04-16", { ["tags.seats"] = 20 } }, { "set", "2026-04-16", { ["tags.seats"] = 12 } }, { "bill", "2026-04-16" },
    want = "Seats 04-01..05-01 30.00 | "
      .. "Seats, credit, changes of 2026-04-16 (version 2; version 3) 04-16..05-01 -15.00; "
      .. "Seats, changes of 2026-04-16 (version 2; version 3) 04-16..05-01 18.00" },
  { "there and back on one day is nothing", start("seats", APRIL, TEN), { "bill", APRIL },
    { "set", "2026-04-16", { ["tags.seats"] = 20 } }, { "set", "2026-04-16", { ["tags.seats"] = 10 } }, { "bill", "2026-04-16" },
    want = "Seats 04-01..05-01 30.00 | nothing" },
  { "there, billed, and back", start("seats", APRIL, TEN), { "bill", APRIL }, { "set", "2026-04-16", { ["tags.seats"] = 20 } },
    { "bill", "2026-04-16" }, { "set", "2026-04-16", { ["tags.seats"] = 10 } }, { "bill", "2026-04-17" },
    want = "Seats 04-01..05-01 30.00 | Seats, credit, change of 2026-04-16 04-16..05-01 -15.00; "
      .. "Seats, change of 2026-04-16 04-16..05-01 30.00 | "
      .. "Seats, change of 2026-04-16, credit, change of 2026-04-16 04-16..05-01 -30.00; "
      .. "Seats, change of 2026-04-16 04-16..05-01 15.00" },
  { "a second change credits what the first one left", start("seats", APRIL, TEN), { "bill", APRIL },
    { "set", "2026-04-11", { ["tags.seats"] = 20 } }, { "bill", "2026-04-11" }, { "set", "2026-04-21", { ["tags.seats"] = 30 } },
    { "bill", "2026-04-21" },
    want = "Seats 04-01..05-01 30.00 | Seats, credit, change of 2026-04-11 04-11..05-01 -20.00; "
      .. "Seats, change of 2026-04-11 04-11..05-01 40.00 | "
      .. "Seats, change of 2026-04-11, credit, change of 2026-04-21 04-21..05-01 -20.00; "
      .. "Seats, change of 2026-04-21 04-21..05-01 30.00" },
  { "a change before one that is billed", start("seats", APRIL, TEN), { "bill", APRIL },
    { "set", "2026-04-21", { ["tags.seats"] = 30 } }, { "bill", "2026-04-21" }, { "set", "2026-04-11", { ["tags.seats"] = 20 } },
    { "bill", "2026-04-22" },
    want = "Seats 04-01..05-01 30.00 | Seats, credit, change of 2026-04-21 04-21..05-01 -10.00; "
      .. "Seats, change of 2026-04-21 04-21..05-01 30.00 | "
      .. "Seats, credit, change of 2026-04-11 04-11..04-21 -10.00; "
      .. "Seats, change of 2026-04-11 04-11..04-21 20.00" },
  { "the credit is of what was billed, after its discount", start("welcome", APRIL), { "bill", APRIL },
    { "set", "2026-04-11", { plan = "gold" } }, { "bill", "2026-04-11" },
    want = "Fee 04-01..05-01 30.00; Welcome 04-01..05-01 -3.00 | "
      .. "Fee, credit, change of 2026-04-11 04-11..05-01 -18.00; "
      .. "Fee, change of 2026-04-11 04-11..05-01 60.00" },
  { "a third of 100, from what was billed", start("fee", APRIL, { prices = { fee = "100" } }), { "bill", APRIL },
    { "set", "2026-04-21", { prices = { fee = "101" } } }, { "bill", "2026-04-21" },
    want = "Fee 04-01..05-01 100.00 | "
      .. "Fee, credit, change of 2026-04-21 04-21..05-01 -33.33; "
      .. "Fee, change of 2026-04-21 04-21..05-01 33.67" },
  { "parts of 100: 33.33 + 33.34 + 33.33", start("fee", APRIL, { prices = { fee = "100" } }),
    { "set", "2026-04-11", { pause = "skip" } }, { "set", "2026-04-21", { pause = false } }, { "bill", APRIL },
    { "set", "2026-04-11", { pause = false } }, { "bill", "2026-04-25" },
    want = "Fee 04-01..04-11 33.33; Fee 04-21..05-01 33.33 | Fee, resumed on 2026-04-11 04-11..04-21 33.34" },

  -- alignment, first periods, anchors
  { "a short first period", start("calendar", "2026-01-20"), { "bill", "2026-02-01" },
    want = "Fee 01-20..02-01 11.61; Fee 02-01..03-01 30.00" },
  { "the first merged into the next: 12/31 and a whole", start("merged", "2026-01-20"), { "bill", "2026-03-01" },
    want = "Fee 01-20..03-01 41.61; Fee 03-01..04-01 30.00" },
  { "ends with the others: 297 of 365 days", start("year", "2026-03-10", { anchor = "2027-01-01" }), { "bill", "2027-01-01" },
    want = "Fee 03-10..01-01 297.00; Fee 01-01..01-01 365.00" },
  { "from 31 January", start("fee", "2026-01-31"), { "bill", "2026-04-30" },
    want = "Fee 01-31..02-28 30.00; Fee 02-28..03-31 30.00; Fee 03-31..04-30 30.00; Fee 04-30..05-31 30.00" },
  { "4-4-5, from within", start("weeks", "2026-01-19"), { "bill", "2026-02-23" },
    want = "Fee 01-19..01-26 7.00; Fee 01-26..02-23 28.00; Fee 02-23..03-30 28.00" },

  -- the end
  { "cancelled within a period: the rest is credited", start("fee", APRIL), { "bill", APRIL },
    { "set", "2026-04-16", { ["until"] = "2026-04-16" } }, { "bill", "2026-04-16" }, { "bill", "2026-06-01" },
    want = "Fee 04-01..05-01 30.00 | Fee, credit, cancelled on 2026-04-16 04-16..05-01 -15.00 | nothing" },
  { "cancelled at the end of the period", start("fee", APRIL), { "bill", APRIL },
    { "set", "2026-04-16", { ["until"] = "2026-05-01" } }, { "bill", "2026-06-01" }, want = "Fee 04-01..05-01 30.00 | nothing" },
  { "cancelled, and then not", start("fee", APRIL), { "bill", APRIL }, { "set", "2026-04-16", { ["until"] = "2026-04-16" } },
    { "bill", "2026-04-16" }, { "set", "2026-04-17", { ["until"] = false } }, { "bill", "2026-04-20" },
    want = "Fee 04-01..05-01 30.00 | Fee, credit, cancelled on 2026-04-16 04-16..05-01 -15.00 | "
      .. "Fee, goes on after 2026-04-16 04-16..05-01 15.00" },
  { "cancelled long ago: periods that were billed are credited whole", start("fee", APRIL), { "bill", "2026-06-01" },
    { "set", "2026-06-10", { ["until"] = "2026-05-11" } }, { "bill", "2026-06-10" },
    want = "Fee 04-01..05-01 30.00; Fee 05-01..06-01 30.00; Fee 06-01..07-01 30.00 | "
      .. "Fee, credit, cancelled on 2026-05-11 05-11..06-01 -20.32; "
      .. "Fee, credit, cancelled on 2026-05-11 06-01..07-01 -30.00" },
  { "the last day is billed", start("last_day", APRIL), { "bill", APRIL }, { "set", "2026-04-15", { ["until"] = "2026-04-15" } },
    { "bill", "2026-04-15" }, { "bill", "2026-04-16" },
    want = "Fee 04-01..05-01 30.00 | nothing | Fee, credit, cancelled on 2026-04-15 04-16..05-01 -15.00" },
  { "arrears are billed to the end", start("arrears", APRIL, { ["until"] = "2026-04-16" }), { "bill", "2026-04-15" },
    { "bill", "2026-04-16" }, want = "nothing | Fee 04-01..04-16 15.00" },

  -- the settings of proration
  { "no proration: nothing until the next period", start("none", APRIL, TEN), { "bill", APRIL },
    { "set", "2026-04-16", { ["tags.seats"] = 20 } }, { "bill", "2026-05-01" },
    want = "Seats 04-01..05-01 30.00 | Seats 05-01..06-01 60.00" },
  { "no proration: no credit either", start("none", APRIL, TEN), { "bill", APRIL },
    { "set", "2026-04-16", { ["until"] = "2026-04-16" } }, { "bill", "2026-04-16" }, want = "Seats 04-01..05-01 30.00 | nothing" },
  { "no proration: a late start pays the whole", start("none", "2026-04-11", { ["tags.seats"] = 10, anchor = "2026-04-01" }),
    { "bill", "2026-04-11" }, want = "Seats 04-11..05-01 30.00" },
  { "of 30, in January", start("thirty", "2026-01-11", { ["tags.seats"] = 10, anchor = "2026-01-01" }), { "bill", "2026-01-11" },
    want = "Seats 01-11..02-01 21.00" },
  { "30/360, in February", start("thirty360", "2026-02-11", { ["tags.seats"] = 10, anchor = "2026-01-01" }),
    { "bill", "2026-02-11" }, want = "Seats 02-11..03-01 20.00" },
  { "the day of a change is the old terms'", start("old_day", APRIL, TEN), { "bill", APRIL },
    { "set", "2026-04-15", { ["tags.seats"] = 20 } }, { "bill", "2026-04-16" },
    want = "Seats 04-01..05-01 30.00 | Seats, credit, change of 2026-04-15 04-16..05-01 -15.00; "
      .. "Seats, change of 2026-04-15 04-16..05-01 30.00" },
  { "whole months of a quarter", start("quarter", "2026-01-01", TEN), { "set", "2026-02-11", { ["tags.seats"] = 20 } },
    { "bill", "2026-02-11" }, want = "Seats 01-01..02-11 20.00; Seats 02-11..04-01 20.00" },
  { "months of a quarter, then days", start("months", "2026-01-01", TEN), { "set", "2026-02-15", { ["tags.seats"] = 20 } },
    { "bill", "2026-02-15" }, want = "Seats 01-01..02-15 15.00; Seats 02-15..04-01 30.00" },
  { "a charge that is not prorated", start("whole", APRIL, TEN), { "bill", APRIL }, { "set", "2026-04-16", { ["tags.seats"] = 20 } },
    { "bill", "2026-04-16" }, { "bill", "2026-05-01" }, want = "Seats 04-01..05-01 30.00 | nothing | Seats 05-01..06-01 60.00" },
  { "a charge that is not credited", start("kept", APRIL, TEN), { "bill", APRIL },
    { "set", "2026-04-16", { ["until"] = "2026-04-16" } }, { "bill", "2026-04-16" }, want = "Seats 04-01..05-01 30.00 | nothing" },
  { "the book's proration, where the plan says none of its own", start("seats", "2026-01-11",
      { ["tags.seats"] = 10, anchor = "2026-01-01" }), { "bill", "2026-01-11" }, billing = { proration = "actual/30" },
    want = "Seats 01-11..02-01 21.00" },

  -- decreases at the end of the period
  { "fewer seats from the next period on", start("later", APRIL, TEN), { "bill", APRIL },
    { "set", "2026-04-16", { ["tags.seats"] = 5 } }, { "bill", "2026-05-01" },
    want = "Seats 04-01..05-01 30.00 | Seats 05-01..06-01 15.00" },
  { "more seats at once", start("later", APRIL, TEN), { "bill", APRIL }, { "set", "2026-04-16", { ["tags.seats"] = 20 } },
    { "bill", "2026-04-16" },
    want = "Seats 04-01..05-01 30.00 | Seats, credit, change of 2026-04-16 04-16..05-01 -15.00; "
      .. "Seats, change of 2026-04-16 04-16..05-01 30.00" },
  { "more, then fewer: the more stay", start("later", APRIL, TEN), { "set", "2026-04-11", { ["tags.seats"] = 20 } },
    { "set", "2026-04-21", { ["tags.seats"] = 5 } }, { "bill", "2026-05-01" },
    want = "Seats 04-01..04-11 10.00; Seats 04-11..05-01 40.00; Seats 05-01..06-01 15.00" },

  -- trials, phases
  { "a trial, then from its end", start("trial", "2026-04-10"), { "bill", "2026-04-10" }, { "bill", "2026-04-24" },
    want = "Trial 04-10..04-24 0.00 | Fee 04-24..05-24 30.00" },
  { "a trial within the first period", start("trial_start", "2026-04-10"), { "bill", "2026-05-10" },
    want = "Trial 04-10..04-24 0.00; Fee 04-24..05-10 16.00; Fee 05-10..06-10 30.00" },
  { "cancelled in the trial", start("trial", "2026-04-10"), { "bill", "2026-04-10" },
    { "set", "2026-04-15", { ["until"] = "2026-04-15" } }, { "bill", "2026-05-01" }, want = "Trial 04-10..04-24 0.00 | nothing" },
  { "half the price, then 2 instead of 3, then 3", start("ramp", "2026-01-31", TEN), { "bill", "2026-03-31" },
    want = "Seats 01-31..02-28 15.00; Seats 02-28..03-31 20.00; Seats 03-31..04-30 30.00" },

  -- pauses
  { "skipped days are credited", start("fee", APRIL), { "bill", APRIL }, { "set", "2026-04-11", { pause = "skip" } },
    { "bill", "2026-04-11" }, { "set", "2026-04-21", { pause = false } }, { "bill", "2026-04-21" }, { "bill", "2026-05-01" },
    want = "Fee 04-01..05-01 30.00 | Fee, credit, paused on 2026-04-11 04-11..05-01 -20.00 | "
      .. "Fee, resumed on 2026-04-21 04-21..05-01 10.00 | Fee 05-01..06-01 30.00" },
  { "a pause that was taken back on its day is not why", start("seats", APRIL, TEN), { "bill", APRIL },
    { "set", "2026-04-16", { pause = "skip" } }, { "set", "2026-04-16", { pause = false } },
    { "set", "2026-04-16", { ["tags.seats"] = 20 } }, { "bill", "2026-04-16" },
    want = "Seats 04-01..05-01 30.00 | Seats, credit, changes of 2026-04-16 (version 2; version 3; "
      .. "version 4) 04-16..05-01 -15.00; Seats, changes of 2026-04-16 (version 2; version 3; version 4) 04-16..05-01 30.00" },
  { "one that was billed is", start("fee", APRIL), { "bill", APRIL }, { "set", "2026-04-11", { pause = "skip" } },
    { "bill", "2026-04-11" }, { "set", "2026-04-11", { pause = false } }, { "bill", "2026-04-12" },
    want = "Fee 04-01..05-01 30.00 | Fee, credit, paused on 2026-04-11 04-11..05-01 -20.00 | "
      .. "Fee, resumed on 2026-04-11 04-11..05-01 20.00" },
  { "a stopped clock moves the next period", start("fee", APRIL), { "bill", APRIL }, { "set", "2026-04-11", { pause = "stop" } },
    { "bill", "2026-04-30" }, { "bill", "2026-06-30" }, { "set", "2026-07-11", { pause = false } }, { "bill", "2026-07-31" },
    want = "Fee 04-01..05-01 30.00 | nothing | nothing | Fee 07-31..08-31 30.00" },
  { "billed while it was stopped", start("fee", APRIL), { "set", "2026-04-11", { pause = "stop" } },
    { "set", "2026-04-21", { pause = false } }, { "bill", "2026-05-11" },
    want = "Fee 04-01..04-11 10.00; Fee 04-21..05-11 20.00; Fee 05-11..06-11 30.00" },
  { "cancelled while it was stopped", start("fee", APRIL), { "bill", APRIL }, { "set", "2026-04-11", { pause = "stop" } },
    { "set", "2026-04-20", { pause = false, ["until"] = "2026-04-20" } }, { "bill", "2026-04-20" },
    want = "Fee 04-01..05-01 30.00 | Fee, credit, cancelled on 2026-04-20 04-11..05-01 -20.00" },
  { "what falls due in a void pause is never billed", start("fee", APRIL), { "bill", APRIL },
    { "set", "2026-04-20", { pause = "void" } }, { "set", "2026-06-10", { pause = false } }, { "bill", "2026-07-01" },
    want = "Fee 04-01..05-01 30.00 | Fee 07-01..08-01 30.00" },

  -- another cycle, another currency
  { "from months to years on 11 April", start("fee", APRIL), { "bill", APRIL }, { "set", "2026-04-11", { plan = "year" } },
    { "bill", "2026-04-11" }, { "bill", "2027-04-11" },
    want = "Fee 04-01..05-01 30.00 | Fee, credit, change of 2026-04-11 04-11..05-01 -20.00; "
      .. "Fee 04-11..04-11 365.00 | Fee 04-11..04-11 365.00" },
  { "and back, billed in between", start("fee", APRIL), { "bill", APRIL }, { "set", "2026-04-11", { plan = "year" } },
    { "bill", "2026-04-11" }, { "set", "2026-04-11", { plan = "fee" } }, { "bill", "2026-04-12" },
    want = "Fee 04-01..05-01 30.00 | Fee, credit, change of 2026-04-11 04-11..05-01 -20.00; "
      .. "Fee 04-11..04-11 365.00 | Fee, change of 2026-04-11 04-11..05-01 20.00; "
      .. "Fee, credit, change of 2026-04-11 04-11..04-11 -365.00" },
  { "another currency within a period", start("fee", APRIL), { "set", "2026-04-11", { plan = "dollars" } }, { "bill", "2026-04-11" },
    want = "Fee 04-01..04-11 10.00; Fee 04-11..05-01 40.00" },
  { "another currency after it was billed", start("fee", APRIL), { "bill", APRIL }, { "set", "2026-04-11", { plan = "dollars" } },
    { "bill", "2026-04-11" },
    want = "Fee 04-01..05-01 30.00 | Fee, change of 2026-04-11 04-11..05-01 40.00; "
      .. "Fee, credit, change of 2026-04-11 04-11..05-01 -20.00" },
  { "a charge by the year in a plan by the month", start("support", APRIL), { "bill", "2026-05-01" },
    want = "Fee 04-01..05-01 30.00; Support 04-01..04-01 365.00; Fee 05-01..06-01 30.00" },

  -- once
  { "once means once", start("setup", APRIL), { "bill", "2026-05-01" },
    want = "Fee 04-01..05-01 30.00; Setup 04-01..05-01 100.00; Fee 05-01..06-01 30.00" },
  { "once, with a plan that comes later", start("fee", APRIL), { "bill", APRIL }, { "set", "2026-04-11", { plan = "setup" } },
    { "bill", "2026-04-11" },
    want = "Fee 04-01..05-01 30.00 | Setup, change of 2026-04-11 04-11..05-01 100.00" },
  { "once is not taken back", start("setup", APRIL), { "bill", APRIL }, { "set", "2026-04-11", { ["until"] = "2026-04-11" } },
    { "bill", "2026-04-11" },
    want = "Fee 04-01..05-01 30.00; Setup 04-01..05-01 100.00 | "
      .. "Fee, credit, cancelled on 2026-04-11 04-11..05-01 -20.00" },

  -- backdating
  { "a start of long before: catch-up with its days", start("fee", "2026-03-15"), { "bill", "2026-04-20" },
    { "set", "2026-04-20", { start = "2026-01-05" } }, { "bill", "2026-04-21" }, { "bill", "2026-05-15" },
    want = "Fee 03-15..04-15 30.00; Fee 04-15..05-15 30.00 | "
      .. "Fee 01-05..01-15 9.68; Fee 01-15..02-15 30.00; Fee 02-15..03-15 30.00 | Fee 05-15..06-15 30.00" },
  { "a start within what is billed", start("calendar", "2026-04-11"), { "bill", "2026-04-11" },
    { "set", "2026-04-12", { start = "2026-04-06" } }, { "bill", "2026-04-12" }, { "bill", "2026-04-13" },
    want = "Fee 04-11..05-01 20.00 | Fee, starts on 2026-04-06 04-06..04-11 5.00 | nothing" },
  { "a later start", start("calendar", "2026-04-06"), { "bill", "2026-04-06" }, { "set", "2026-04-12", { start = "2026-04-11" } },
    { "bill", "2026-04-12" }, { "bill", "2026-05-01" },
    want = "Fee 04-06..05-01 25.00 | Fee, credit, change of 2026-04-12 04-06..04-11 -5.00 | "
      .. "Fee 05-01..06-01 30.00" },
  { "a change of months ago", start("seats", APRIL, TEN), { "bill", "2026-06-01" }, { "set", "2026-05-11", { ["tags.seats"] = 20 } },
    { "bill", "2026-06-02" },
    want = "Seats 04-01..05-01 30.00; Seats 05-01..06-01 30.00; Seats 06-01..07-01 30.00 | "
      .. "Seats, credit, change of 2026-05-11 05-11..06-01 -20.32; "
      .. "Seats, change of 2026-05-11 05-11..06-01 40.65; "
      .. "Seats, credit, change of 2026-05-11 06-01..07-01 -30.00; "
      .. "Seats, change of 2026-05-11 06-01..07-01 60.00" },
  { "arrears of months ago come to more", start("arrears", APRIL), { "bill", "2026-05-01" },
    { "set", "2026-04-16", { prices = { fee = "60" } } }, { "bill", "2026-05-02" },
    want = "Fee 04-01..05-01 30.00 | Fee, change of 2026-04-16 04-01..05-01 15.00" },
  { "or to less", start("arrears", APRIL), { "bill", "2026-05-01" }, { "set", "2026-04-16", { prices = { fee = "10" } } },
    { "bill", "2026-05-02" },
    want = "Fee 04-01..05-01 30.00 | Fee, credit, change of 2026-04-16 04-01..05-01 -10.00" },

  -- usage
  { "usage of the period", start("usage", APRIL), { "use", "2026-04-30", "calls", 150 }, { "bill", "2026-05-01" },
    want = "Calls, up to 100 04-01..05-01 100.00; Calls, above 100 04-01..05-01 25.00" },
  { "packages go on where their price changes", start("blocks", APRIL), { "use", "2026-04-05", "calls", 130 },
    { "use", "2026-04-20", "calls", 80 }, { "set", "2026-04-16", { prices = { calls = "6" } } }, { "bill", "2026-05-01" },
    want = "Calls, 130 in packages of 100 04-01..04-16 10.00; Calls, 80 in packages of 100 04-16..05-01 6.00" },
  { "so does what is free", start("allowance", APRIL), { "use", "2026-04-05", "calls", 70 }, { "use", "2026-04-20", "calls", 50 },
    { "set", "2026-04-16", { prices = { calls = "2" } } }, { "bill", "2026-05-01" },
    want = "Calls, 100 free 04-01..04-16 0.00; Calls, 100 free 04-16..05-01 40.00" },
  { "and bands", start("usage", APRIL), { "use", "2026-04-05", "calls", 80 }, { "use", "2026-04-20", "calls", 50 },
    { "set", "2026-04-16", { prices = { ["calls.2"] = "0.6" } } }, { "bill", "2026-05-01" },
    want = "Calls, up to 100 04-01..04-16 80.00; Calls, up to 100 04-16..05-01 20.00; Calls, above 100 04-16..05-01 18.00" },
  { "late usage names its period", start("usage", APRIL), { "use", "2026-04-30", "calls", 90 }, { "bill", "2026-05-01" },
    { "use", "2026-04-29", "calls", 20 }, { "bill", "2026-05-02" }, { "bill", "2026-05-03" },
    want = "Calls, up to 100 04-01..05-01 90.00 | Calls, late usage of 2026-04-01..2026-05-01 04-01..05-01 15.00 | nothing" },
  { "late usage that takes back, from the last band", start("usage", APRIL), { "use", "2026-04-30", "calls", 120 },
    { "bill", "2026-05-01" }, { "use", "2026-04-29", "calls", -30 }, { "bill", "2026-05-02" },
    want = "Calls, up to 100 04-01..05-01 100.00; Calls, above 100 04-01..05-01 10.00 | "
      .. "Calls, above 100, credit, late usage of 2026-04-01..2026-05-01 04-01..05-01 -10.00; "
      .. "Calls, up to 100, credit, late usage of 2026-04-01..2026-05-01 04-01..05-01 -10.00" },
  { "late usage where there was none", start("usage", APRIL), { "bill", "2026-05-01" }, { "use", "2026-04-29", "calls", 20 },
    { "bill", "2026-05-02" }, want = "nothing | Calls, up to 100 04-01..05-01 20.00" },
  { "seats change, the tiers of usage do not begin anew", start("both", APRIL, TEN), { "bill", APRIL },
    { "use", "2026-04-02", "calls", 80 }, { "use", "2026-04-20", "calls", 80 }, { "set", "2026-04-16", { ["tags.seats"] = 20 } },
    { "bill", "2026-05-01" },
    want = "Seats 04-01..05-01 30.00 | Seats, credit, change of 2026-04-16 04-16..05-01 -15.00; "
      .. "Seats, change of 2026-04-16 04-16..05-01 30.00; Calls, up to 100 04-01..05-01 100.00; "
      .. "Calls, above 100 04-01..05-01 30.00; Seats 05-01..06-01 60.00" },

  -- void
  { "what is voided is billed again, by what is known now", start("seats", APRIL, TEN), { "bill", APRIL },
    { "set", "2026-04-16", { ["tags.seats"] = 20 } }, { "void", "D-1" }, { "bill", "2026-04-16" },
    want = "Seats 04-01..05-01 30.00 | Seats 04-01..04-16 15.00; Seats 04-16..05-01 30.00" },
}

-- ---- documents ----

local function heads(documents)
  local out = {}
  for i, document in ipairs(documents) do
    out[i] = document.kind .. " " .. document.total .. (document.corrects and " of " .. document.corrects or "")
      .. (document.reason and " (" .. document.reason .. ")" or "") .. (document.pause and " " .. document.pause or "")
  end
  return #out > 0 and table.concat(out, ", ") or "nothing"
end

local TAXES = tax.declare { tax.rate { "DE", "standard", 19, ["until"] = "2026-04-10" },
                            tax.rate { "DE", "standard", 20, from = "2026-04-10" } }.rules()

local documents = {
  { "a credit note of one invoice", show = heads, start("fee", APRIL), { "bill", APRIL },
    { "set", "2026-04-16", { ["until"] = "2026-04-16" } }, { "bill", "2026-04-16" },
    want = "invoice 35.70 EUR | credit_note -17.85 EUR of D-1 (cancelled on 2026-04-16)" },
  { "a credit note of two invoices names none", show = heads, start("fee", APRIL), { "bill", APRIL }, { "bill", "2026-05-01" },
    { "set", "2026-05-16", { ["until"] = "2026-04-16" } }, { "bill", "2026-05-16" },
    want = "invoice 35.70 EUR | invoice 35.70 EUR | credit_note -53.55 EUR (cancelled on 2026-04-16)" },
  { "a document for each period", show = heads, start("period", APRIL), { "bill", "2026-06-01" },
    want = "invoice 35.70 EUR, invoice 35.70 EUR, invoice 35.70 EUR" },
  { "a document for all", show = heads, start("agreement", APRIL), { "bill", "2026-06-01" }, want = "invoice 107.10 EUR" },
  { "a credit has the tax that was billed", show = heads, tax = TAXES, start("fee", APRIL), { "bill", APRIL },
    { "set", "2026-04-16", { plan = "gold" } }, { "bill", "2026-04-16" },
    want = "invoice 35.70 EUR | invoice 54.00 EUR, credit_note -17.85 EUR of D-1 (change of 2026-04-16)" },
  { "what falls due while billing rests stands alone", show = heads, start("fee", APRIL), { "bill", APRIL },
    { "set", "2026-04-20", { pause = "keep" } }, { "set", "2026-05-10", { pause = "uncollectible" } },
    { "set", "2026-06-10", { pause = false } }, { "bill", "2026-07-01" },
    want = "invoice 35.70 EUR | invoice 35.70 EUR keep, invoice 35.70 EUR uncollectible, invoice 35.70 EUR" },
}

function test.run()
  return rows.join(rows.check(cases, scenario), rows.check(documents, scenario))
end

return test

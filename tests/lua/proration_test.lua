--- tests/lua/proration_test.lua: which part of a period some of its days are, convention by convention.
local cycles = require "cycles"
local proration = require "proration"
local rows = require "rows"
local timeline = require "timeline"

local test = {}

-- The part of the period of a cycle, counted from an anchor, that has the first day: "n/d", with the n of what lies before it.
local function part(case)
  local cycle = cycles.of("every", case.every or "month")
  local from, to = date(case[2]), date(case[3])
  local anchor = date(case.anchor or case[2]:sub(1, 8) .. "01")
  local series = { from = date(case.service or tostring(anchor)), cycle = cycle, anchor = anchor, at = cycles.series(cycle, anchor) }
  local of = timeline.period(series, from)
  local convention = case.by or "actual"
  local n, d, before = proration.reduce(convention, proration.of(convention, timeline.parts(of))(from, to))
  return n .. "/" .. d .. (before > 0 and " after " .. before or "")
end

local QUARTER, YEAR = "quarter", "year"

-- name, first day, day after the last
local parts = {
  -- SEMANTICS 1.2, Zuora's table (its last days are included: 27 to 31 January)
  { "five days of January, by days", "2026-01-27", "2026-02-01", want = "5/31 after 26" },
  { "five days of January, of 30", "2026-01-27", "2026-02-01", by = "actual/30", want = "5/30 after 26" },
  { "five days of January, 30/360", "2026-01-27", "2026-02-01", by = "30/360", want = "4/30 after 26" },
  { "two days of February, by days", "2026-02-27", "2026-03-01", want = "2/28 after 26" },
  { "two days of February, of 30", "2026-02-27", "2026-03-01", by = "actual/30", want = "2/30 after 26" },
  { "two days of February, 30/360", "2026-02-27", "2026-03-01", by = "30/360", want = "4/30 after 26" },
  { "February of a leap year, by days", "2020-02-01", "2020-03-01", want = "29/29" },
  { "February of a leap year, of 30", "2020-02-01", "2020-03-01", by = "actual/30", want = "29/30" },
  { "February of a leap year, 30/360", "2020-02-01", "2020-03-01", by = "30/360", want = "30/30" },

  { "20 of 30 days", "2026-04-11", "2026-05-01", want = "20/30 after 10" },
  { "the first ten", "2026-04-01", "2026-04-11", want = "10/30" },
  { "the last day", "2026-04-30", "2026-05-01", want = "1/30 after 29" },
  { "31 days are no more than 30", "2026-01-01", "2026-02-01", by = "actual/30", want = "30/30" },
  { "the 31st does not count, 30/360", "2026-01-31", "2026-02-01", by = "30/360", want = "1/30 after 29" },
  { "a year of 365 days", "2026-03-01", "2026-03-11", every = YEAR, anchor = "2026-01-01", want = "10/365 after 59" },
  { "a leap year has 366", "2028-03-01", "2028-03-11", every = YEAR, anchor = "2028-01-01", want = "10/366 after 60" },
  { "a leap year, 30/360", "2028-03-01", "2028-03-11", every = YEAR, anchor = "2028-01-01", by = "30/360",
    want = "10/360 after 60" },
  { "a leap year, 365ths", "2028-03-01", "2028-03-11", every = YEAR, anchor = "2028-01-01", by = "actual/365",
    want = "10/365 after 60" },
  { "a month, 365ths of the year's price", "2026-03-01", "2026-03-11", by = "actual/365", want = "120/365" },
  { "a quarter, 365ths", "2026-02-01", "2026-02-11", every = QUARTER, anchor = "2026-01-01", by = "actual/365",
    want = "40/365 after 124" },

  -- periods over a month: by day, or by month first
  { "a quarter by days", "2026-02-15", "2026-04-01", every = QUARTER, anchor = "2026-01-01", want = "45/90 after 45" },
  { "a quarter of 90", "2026-02-15", "2026-04-01", every = QUARTER, anchor = "2026-01-01", by = "actual/30",
    want = "45/90 after 45" },
  { "a quarter by months: half of February, and March", "2026-02-15", "2026-04-01", every = QUARTER, anchor = "2026-01-01",
    by = "months", want = "1/2 after 1" },
  { "one month of a quarter by months", "2026-02-01", "2026-03-01", every = QUARTER, anchor = "2026-01-01", by = "months",
    want = "1/3 after 1" },
  { "a day of March by months", "2026-03-31", "2026-04-01", every = QUARTER, anchor = "2026-01-01", by = "months",
    want = "1/93 after 92" },
  { "months from the 15th", "2026-02-15", "2026-03-15", every = QUARTER, anchor = "2026-01-15", by = "months",
    want = "1/3 after 1" },
  { "months from the 31st", "2026-02-28", "2026-03-31", every = QUARTER, anchor = "2026-01-31", by = "months",
    want = "1/3 after 1" },

  -- whole months belong to whoever has their first day in service
  { "a change in February: March", "2026-02-11", "2026-04-01", every = QUARTER, anchor = "2026-01-01", by = "whole_months",
    want = "1/3 after 2" },
  { "and before it January and February", "2026-01-01", "2026-02-11", every = QUARTER, anchor = "2026-01-01",
    by = "whole_months", want = "2/3" },
  { "a start in February bills February", "2026-02-11", "2026-04-01", every = QUARTER, anchor = "2026-01-01",
    service = "2026-02-11", by = "whole_months", want = "2/3" },
  { "a change on the first of a month", "2026-03-01", "2026-04-01", every = QUARTER, anchor = "2026-01-01",
    by = "whole_months", want = "1/3 after 2" },
  { "a month is whole", "2026-04-11", "2026-05-01", service = "2026-04-11", by = "whole_months", want = "1/1" },

  -- none
  { "no proration: the whole for the first", "2026-04-01", "2026-04-11", by = "none", want = "1/1" },
  { "no proration: nothing for the rest", "2026-04-11", "2026-05-01", by = "none", want = "0/1 after 1" },
  { "no proration: a late start pays the whole", "2026-04-11", "2026-05-01", service = "2026-04-11", by = "none", want = "1/1" },

  -- days and weeks
  { "ten days", "2026-04-15", "2026-04-21", every = { days = 10 }, anchor = "2026-04-11", want = "6/10 after 4" },
  { "two weeks", "2026-04-20", "2026-04-27", every = { weeks = 2 }, anchor = "2026-04-13", want = "7/14 after 7" },
  { "months of five, by days", "2026-04-01", "2026-06-01", every = { months = 5 }, anchor = "2026-01-01",
    want = "61/151 after 90" },
  { "half a year", "2026-04-01", "2026-07-01", every = "half_year", anchor = "2026-01-01", want = "91/181 after 90" },
  { "the clock change is a day", "2026-03-29", "2026-03-30", want = "1/31 after 28" },
  { "leap day", "2028-02-29", "2028-03-01", want = "1/29 after 28" },
}

-- ---- parts of an amount add up ----

local function add_up(case)
  local amount, before, out, sum = money(case[2], "EUR"), 0, {}, money "0 EUR"
  local d = 0
  for _, n in ipairs(case[3]) do d = d + n end
  for i, n in ipairs(case[3]) do
    local value = proration.amount(amount, n, d, before)
    before, sum, out[i] = before + n, sum + value, tostring(value):match "^%S+"
  end
  return table.concat(out, " + ") .. " = " .. tostring(sum):match "^%S+"
end

-- name, amount, days of its parts
local sums = {
  { "three parts of 100", 100, { 10, 10, 10 }, want = "33.33 + 33.34 + 33.33 = 100.00" },
  { "two parts", 100, { 10, 20 }, want = "33.33 + 66.67 = 100.00" },
  { "seven of a cent", 0.01, { 1, 1, 1, 1, 1, 1, 1 }, want = "0.00 + 0.00 + 0.00 + 0.01 + 0.00 + 0.00 + 0.00 = 0.01" },
  { "thirds of a cent", 0.02, { 1, 1, 1 }, want = "0.01 + 0.00 + 0.01 = 0.02" },
  { "what is taken back", -100, { 10, 10, 10 }, want = "-33.33 + -33.34 + -33.33 = -100.00" },
  { "31 days of 49", 49, { 14, 17 }, want = "22.13 + 26.87 = 49.00" },
  { "unequal parts", 99.99, { 1, 27, 3 }, want = "3.23 + 87.08 + 9.68 = 99.99" },
}

local wrong = {
  { "no convention", by = "exact", every = "month", fails = "rule.value", says = "proration is 'exact'" },
  { "30/360 of weeks", by = "30/360", every = "week", fails = "rule.value", says = "a period is week" },
  { "months of ten days", by = "months", every = { days = 10 }, fails = "rule.value", says = "a period is 10 days" },
}

function test.run()
  return rows.join(rows.check(parts, part), rows.check(sums, add_up),
                   rows.check(wrong, function(case) return proration.check(case.by, cycles.of("every", case.every)) end))
end

return test

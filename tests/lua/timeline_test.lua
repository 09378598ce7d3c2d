--- tests/lua/timeline_test.lua: periods and terms of agreements over time, as rows of dates.
local charges = require "charges"
local cycles = require "cycles"
local plans = require "plans"
local rows = require "rows"
local timeline = require "timeline"

local test = {}

local flat, per_unit = charges.flat, charges.per_unit

-- ---- agreements ----

local function plan_of(case)
  local made = {}
  return function(version)
    local name = version.plan or "month"
    if not made[name] then
      local given = { title = name, flat { "Fee", price = 30 }, per_unit { "Seats", quantity = "seats", price = 1 } }
      for field, value in pairs(case.plans and case.plans[name] or case.plan or {}) do given[field] = value end
      given.every = given.every or name
      made[name] = plans.settled(plans.declare(given).compiled(), "rules/pricing/" .. name .. ".lua")
    end
    return made[name]
  end
end

-- Versions from { { "2026-01-31", field = ... }, ... }; each keeps what the one before said, `false` takes a field away.
local function versions_of(case)
  local list, said = {}, { id = "A-1", tags = {}, start = case.start, ["until"] = case["until"], anchor = case.anchor }
  for i, given in ipairs(case.versions or { { case.start } }) do
    local version = {}
    for field, value in pairs(given) do if field ~= 1 then said[field] = value or nil end end
    for field, value in pairs(said) do version[field] = value end
    for _, field in ipairs { "start", "until", "anchor" } do version[field] = said[field] and date(said[field]) end
    version.from, version.version = date(given[1]), given.version or i
    list[i] = version
  end
  -- As the book keeps them: by day, then by number; the newest by day says start, until and anchor.
  table.sort(list, function(a, b)
    if a.from ~= b.from then return a.from < b.from end
    return a.version < b.version
  end)
  return list
end

local function line_of(case) return timeline.of(versions_of(case), plan_of(case), case.fixed and date(case.fixed)) end

-- ---- periods ----

-- "31 Jan" would be shorter; days stand as 01-31, with the year where it is another than the first one's.
local function short(day, year)
  local text = tostring(day)
  return day.year == year and text:sub(6) or text
end

local function periods_of(case)
  local line, out = line_of(case), {}
  local year = line.start.year
  for _, series in ipairs(line:series(case.key or "")) do
    local day = series.from
    while #out < (case.count or 4) and (not series.to or day < series.to) do
      local of = timeline.period(series, day)
      local first, after = line:first_day(of.start), line:day_after(of.stop)
      local text = (first and short(first, year) or "?") .. ".." .. (after and short(after, year) or "?")
      local low, high = of.start ~= of.low, of.stop ~= of.high
      if low or high then
        text = text .. " of " .. short(of.low, year) .. ".." .. short(of.high, year)
      end
      out[#out + 1] = text
      day = of.high
    end
  end
  return table.concat(out, ", ")
end

local bounds = {
  -- month ends, counted from the day that the agreement began on
  { "31 January never drifts", start = "2026-01-31", count = 6,
    want = "01-31..02-28, 02-28..03-31, 03-31..04-30, 04-30..05-31, 05-31..06-30, 06-30..07-31" },
  { "31 January in a leap year", start = "2028-01-31", count = 3, want = "01-31..02-29, 02-29..03-31, 03-31..04-30" },
  { "30 January", start = "2026-01-30", count = 3, want = "01-30..02-28, 02-28..03-30, 03-30..04-30" },
  { "29 February yearly", start = "2024-02-29", plan = { every = "year" }, count = 5,
    want = "02-29..2025-02-28, 2025-02-28..2026-02-28, 2026-02-28..2027-02-28, 2027-02-28..2028-02-29, 2028-02-29..2029-02-28" },
  { "30 November by quarters", start = "2026-11-30", plan = { every = "quarter" },
    want = "11-30..2027-02-28, 2027-02-28..2027-05-30, 2027-05-30..2027-08-30, 2027-08-30..2027-11-30" },
  { "31 August by half years", start = "2027-08-31", plan = { every = "half_year" }, count = 3,
    want = "08-31..2028-02-29, 2028-02-29..2028-08-31, 2028-08-31..2029-02-28" },
  { "31 December by five months", start = "2026-12-31", plan = { every = { months = 5 } }, count = 3,
    want = "12-31..2027-05-31, 2027-05-31..2027-10-31, 2027-10-31..2028-03-31" },
  { "a year of month ends ends where it began", start = "2026-01-31", plan = { every = { months = 11 } }, count = 2,
    want = "01-31..12-31, 12-31..2027-11-30" },

  -- weeks and days
  { "by weeks", start = "2026-04-08", plan = { every = "week" }, count = 3, want = "04-08..04-15, 04-15..04-22, 04-22..04-29" },
  { "by two weeks", start = "2026-04-08", plan = { every = { weeks = 2 } }, count = 2, want = "04-08..04-22, 04-22..05-06" },
  { "by ten days", start = "2026-02-25", plan = { every = { days = 10 } }, count = 3,
    want = "02-25..03-07, 03-07..03-17, 03-17..03-27" },
  { "by days", start = "2026-02-28", plan = { every = "day" }, count = 2, want = "02-28..03-01, 03-01..03-02" },
  { "the days of a clock change", start = "2026-03-28", plan = { every = { days = 2 } }, count = 2,
    want = "03-28..03-30, 03-30..04-01" },

  -- alignment
  { "by calendar months, a short first one", start = "2026-01-20", plan = { align = "calendar" }, count = 3,
    want = "01-20..02-01 of 01-01..02-01, 02-01..03-01, 03-01..04-01" },
  { "by calendar months from the first", start = "2026-02-01", plan = { align = "calendar" }, count = 2,
    want = "02-01..03-01, 03-01..04-01" },
  { "by calendar quarters", start = "2026-02-20", plan = { every = "quarter", align = "calendar" }, count = 2,
    want = "02-20..04-01 of 01-01..04-01, 04-01..07-01" },
  { "by calendar years", start = "2026-02-20", plan = { every = "year", align = "calendar" }, count = 2,
    want = "02-20..2027-01-01 of 01-01..2027-01-01, 2027-01-01..2028-01-01" },
  { "by weeks from Monday", start = "2026-04-08", plan = { every = "week", align = "calendar" }, count = 2,
    want = "04-08..04-13 of 04-06..04-13, 04-13..04-20" },
  { "by the 15th, before it", start = "2026-01-10", plan = { align = 15 }, count = 2,
    want = "01-10..01-15 of 2025-12-15..01-15, 01-15..02-15" },
  { "by the 15th, after it", start = "2026-01-20", plan = { align = 15 }, count = 2,
    want = "01-20..02-15 of 01-15..02-15, 02-15..03-15" },
  { "by the 15th, on it", start = "2026-01-15", plan = { align = 15 }, count = 2, want = "01-15..02-15, 02-15..03-15" },
  { "by the 31st, from April", start = "2026-04-10", plan = { align = 31 }, count = 3,
    want = "04-10..04-30 of 03-31..04-30, 04-30..05-31, 05-31..06-30" },
  { "by the 31st, from February", start = "2026-02-10", plan = { align = 31 }, count = 3,
    want = "02-10..02-28 of 01-31..02-28, 02-28..03-31, 03-31..04-30" },
  { "by the 30th in quarters, from February", start = "2026-02-10", plan = { every = "quarter", align = 30 }, count = 2,
    want = "02-10..02-28 of 2025-11-30..02-28, 02-28..05-30" },
  { "the first one merged into the next", start = "2026-01-20", plan = { align = "calendar", first = "merged" }, count = 3,
    want = "01-20..03-01 of 01-01..03-01, 03-01..04-01, 04-01..05-01" },
  { "nothing to merge", start = "2026-01-01", plan = { align = "calendar", first = "merged" }, count = 2,
    want = "01-01..02-01, 02-01..03-01" },

  -- anchors and co-terming
  { "anchored before the start", start = "2026-01-20", anchor = "2026-01-05", count = 2,
    want = "01-20..02-05 of 01-05..02-05, 02-05..03-05" },
  { "anchored after the start: ends with the others", start = "2026-03-10", anchor = "2027-01-01", plan = { every = "year" },
    count = 2, want = "03-10..2027-01-01 of 01-01..2027-01-01, 2027-01-01..2028-01-01" },
  { "anchored on the 31st", start = "2026-02-10", anchor = "2025-12-31", count = 3,
    want = "02-10..02-28 of 01-31..02-28, 02-28..03-31, 03-31..04-30" },
  { "the anchor wins over align", start = "2026-01-20", anchor = "2026-01-05", plan = { align = "calendar" }, count = 1,
    want = "01-20..02-05 of 01-05..02-05" },
  { "what is billed keeps its bounds when the start moves", start = "2026-01-10", fixed = "2026-01-15", count = 2,
    want = "01-10..01-15 of 2025-12-15..01-15, 01-15..02-15" },

  -- ends
  { "it ends within a period", start = "2026-04-01", ["until"] = "2026-05-20", want = "04-01..05-01, 05-01..05-20 of 05-01..06-01" },
  { "it ends between two", start = "2026-04-01", ["until"] = "2026-06-01", want = "04-01..05-01, 05-01..06-01" },
  { "it ends before it begins", start = "2026-04-01", ["until"] = "2026-04-01", want = "" },
  { "the last day is billed", start = "2026-04-01", ["until"] = "2026-05-19", plan = { bill_last_day = true },
    want = "04-01..05-01, 05-01..05-20 of 05-01..06-01" },

  -- trials
  { "the anchor is the end of the trial", start = "2026-04-10", count = 3,
    plan = { anchor = "trial_end", phases = { { "Trial", days = 14, free = true } } },
    want = "04-10..04-24 of 03-24..04-24, 04-24..05-24, 05-24..06-24" },
  { "the anchor is the start of the trial", start = "2026-04-10", count = 2,
    plan = { phases = { { "Trial", days = 14, free = true } } }, want = "04-10..05-10, 05-10..06-10" },

  -- changes of the cycle
  { "from months to years", start = "2026-01-15", versions = { { "2026-01-15" }, { "2026-03-20", plan = "year" } }, count = 4,
    want = "01-15..02-15, 02-15..03-15, 03-15..03-20 of 03-15..04-15, 03-20..2027-03-20" },
  { "from months to years, ending with others", start = "2026-01-01", anchor = "2026-01-01",
    versions = { { "2026-01-01" }, { "2026-03-20", plan = "year" } }, count = 4,
    want = "01-01..02-01, 02-01..03-01, 03-01..03-20 of 03-01..04-01, 03-20..2027-01-01 of 01-01..2027-01-01" },
  { "another plan with the same cycle", start = "2026-01-15", plans = { other = { every = "month" } },
    versions = { { "2026-01-15" }, { "2026-02-20", plan = "other" } }, count = 3,
    want = "01-15..02-15, 02-15..03-15, 03-15..04-15" },
  { "there and back again on one day", start = "2026-01-15", count = 3,
    versions = { { "2026-01-15" }, { "2026-02-20", plan = "year" }, { "2026-02-20", plan = "month" } },
    want = "01-15..02-15, 02-15..03-15, 03-15..04-15" },

  -- clocks that stop
  { "stopped for ten days", start = "2026-04-01", count = 3,
    versions = { { "2026-04-01" }, { "2026-04-11", pause = "stop" }, { "2026-04-21", pause = false } },
    want = "04-01..05-11, 05-11..06-11, 06-11..07-11" },
  { "skipped for ten days", start = "2026-04-01", count = 2,
    versions = { { "2026-04-01" }, { "2026-04-11", pause = "skip" }, { "2026-04-21", pause = false } },
    want = "04-01..05-01, 05-01..06-01" },
  { "still stopped", start = "2026-04-01", count = 2, versions = { { "2026-04-01" }, { "2026-04-11", pause = "stop" } },
    want = "04-01..?, ?..?" },

  -- scripts
  { "4-4-5", start = "2026-01-01", plan = { every = cycles.declare "4-4-5" }, count = 4,
    want = "01-01..01-26 of 2025-12-29..01-26, 01-26..02-23, 02-23..03-30, 03-30..04-27" },
  { "4-4-5, a year of 53 weeks", start = "2026-11-02", plan = { every = cycles.declare "4-4-5" }, count = 3,
    want = "11-02..11-23 of 10-26..11-23, 11-23..2027-01-04, 2027-01-04..2027-02-01" },
}

-- ---- terms ----

local function segments(case)
  local line, out = line_of(case), {}
  local year = line.start.year
  for _, one in ipairs(line.segments) do
    local first, after = line:first_day(one.a), one.b and line:day_after(one.b)
    out[#out + 1] = short(first, year) .. ".." .. (after and short(after, year) or "") .. " v" .. one.version.version
      .. (one.phase and " " .. one.phase.name or "")
  end
  return table.concat(out, ", ")
end

local PHASES = { phases = { { "Trial", days = 14, free = true }, { "Launch", months = 6, share = 0.5 } } }

local terms = {
  { "one version", start = "2026-04-01", want = "04-01.. v1" },
  { "a change holds from its day", start = "2026-04-01", versions = { { "2026-04-01" }, { "2026-04-11" } },
    want = "04-01..04-11 v1, 04-11.. v2" },
  { "or from the day after", start = "2026-04-01", plan = { change_day = "old" },
    versions = { { "2026-04-01" }, { "2026-04-11" } }, want = "04-01..04-12 v1, 04-12.. v2" },
  { "of two changes on a day the last", start = "2026-04-01",
    versions = { { "2026-04-01" }, { "2026-04-11" }, { "2026-04-11" } }, want = "04-01..04-11 v1, 04-11.. v3" },
  { "of a plan that there is not nothing is asked where another took its place", start = "2026-04-01",
    versions = { { "2026-04-01" }, { "2026-04-11", plan = "nosuch" }, { "2026-04-11", plan = "month" } },
    want = "04-01..04-11 v1, 04-11.. v3" },
  { "nor of one of before the start", start = "2026-04-10",
    versions = { { "2026-04-01", plan = "nosuch" }, { "2026-04-05", plan = "month" } }, want = "04-10.. v2" },
  { "a change before another that is known", start = "2026-04-01",
    versions = { { "2026-04-01" }, { "2026-04-21" }, { "2026-04-11" } }, want = "04-01..04-11 v1, 04-11..04-21 v3, 04-21.. v2" },
  { "terms of before the start hold from it", start = "2026-04-01", versions = { { "2026-01-01" }, { "2026-02-01" } },
    want = "04-01.. v2" },
  { "the first version answers for days before it", start = "2026-04-01", versions = { { "2026-05-01" } }, want = "04-01.. v1" },
  { "a change after the end", start = "2026-04-01", ["until"] = "2026-04-20", versions = { { "2026-04-01" }, { "2026-04-25" } },
    want = "04-01..04-20 v1" },
  { "phases", start = "2026-04-10", plan = PHASES, want = "04-10..04-24 v1 Trial, 04-24..10-24 v1 Launch, 10-24.. v1" },
  { "phases of months begin where they began", start = "2026-01-31",
    plan = { phases = { { "One", months = 1, share = 0.1 }, { "Two", months = 1, share = 0.2 } } },
    want = "01-31..02-28 v1 One, 02-28..03-31 v1 Two, 03-31.. v1" },
  { "a change within a phase", start = "2026-04-10", plan = PHASES, versions = { { "2026-04-10" }, { "2026-05-01" } },
    want = "04-10..04-24 v1 Trial, 04-24..05-01 v1 Launch, 05-01..10-24 v2 Launch, 10-24.. v2" },
  { "an end within a trial", start = "2026-04-10", ["until"] = "2026-04-20", plan = PHASES, want = "04-10..04-20 v1 Trial" },
  { "skipped days are no service", start = "2026-04-01",
    versions = { { "2026-04-01" }, { "2026-04-11", pause = "skip" }, { "2026-04-21", pause = false } },
    want = "04-01..04-11 v1, 04-21.. v3" },
  { "what rests and goes on being served", start = "2026-04-01",
    versions = { { "2026-04-01" }, { "2026-04-11", pause = "keep" }, { "2026-04-21", pause = false } },
    want = "04-01..04-11 v1, 04-11..04-21 v2, 04-21.. v3" },
  { "a stopped clock moves the phases", start = "2026-04-10", plan = PHASES,
    versions = { { "2026-04-10" }, { "2026-04-15", pause = "stop" }, { "2026-04-25", pause = false } },
    want = "04-10..04-15 v1 Trial, 04-25..05-04 v3 Trial, 05-04..11-03 v3 Launch, 11-03.. v3" },
  { "and the end, where it was written before", start = "2026-04-01", ["until"] = "2026-05-01",
    versions = { { "2026-04-01" }, { "2026-04-11", pause = "stop" }, { "2026-04-21", pause = false } },
    want = "04-01..04-11 v1, 04-21..05-11 v3" },
  { "not the end that was written when it was known", start = "2026-04-01",
    versions = { { "2026-04-01" }, { "2026-04-11", pause = "stop" }, { "2026-04-21", pause = false, ["until"] = "2026-05-01" } },
    want = "04-01..04-11 v1, 04-21..05-01 v3" },
}

function test.run()
  return rows.join(rows.check(bounds, periods_of), rows.check(terms, segments))
end

return test

--- tests/lua/schedules_test.lua: the days of schedules and calendars. Times of day: tests/unit/schedule_test.c.
local actions = require "actions"
local calendars = require "calendars"
local rows = require "rows"
local schedules = require "schedules"

local test = {}

local function declared(case)
  local given = { case[1], run = "bill" }
  for name, value in pairs(case.schedule) do given[name] = value end
  return schedules.declare(given)
end

-- The next five days after case.after.
local function days(case)
  local entry, after, list = declared(case), date(case.after), {}
  for i = 1, case.count or 5 do
    after = schedules.next(entry, after)
    list[i] = tostring(after)
  end
  return table.concat(list, " ")
end

local E = "england"
local coming = {
  { "every day over a leap day", schedule = { every = "day" }, after = "2028-02-27",
    want = "2028-02-28 2028-02-29 2028-03-01 2028-03-02 2028-03-03" },
  { "from a first day", schedule = { every = "day", from = date "2026-12-01" }, after = "2026-01-01",
    want = "2026-12-01 2026-12-02 2026-12-03 2026-12-04 2026-12-05" },
  { "business days over a weekend", schedule = { every = "business day" }, after = "2026-11-26",
    want = "2026-11-27 2026-11-30 2026-12-01 2026-12-02 2026-12-03" },
  { "business days over Easter", schedule = { every = "business day", calendar = E }, after = "2026-04-01",
    want = "2026-04-02 2026-04-07 2026-04-08 2026-04-09 2026-04-10" },
  { "business days over Christmas with substitutes", schedule = { every = "business day", calendar = E }, after = "2021-12-23",
    want = "2021-12-24 2021-12-29 2021-12-30 2021-12-31 2022-01-04" },
  { "every Monday", schedule = { every = "week", on = "monday" }, after = "2026-11-22",
    want = "2026-11-23 2026-11-30 2026-12-07 2026-12-14 2026-12-21" },
  { "twice a week", schedule = { every = "week", on = { "friday", "tuesday" } }, after = "2026-11-24",
    want = "2026-11-27 2026-12-01 2026-12-04 2026-12-08 2026-12-11" },
  { "the last business day of the week", schedule = { every = "week", on = "last business day", calendar = E },
    after = "2026-03-28", want = "2026-04-02 2026-04-10 2026-04-17 2026-04-24 2026-05-01" },
  { "before 2024", schedule = { every = "week", on = "sunday" }, after = "2010-12-04", count = 2,
    want = "2010-12-05 2010-12-12" },
  { "the 15th", schedule = { every = "month", on = 15 }, after = "2026-11-15",
    want = "2026-12-15 2027-01-15 2027-02-15 2027-03-15 2027-04-15" },
  { "the 31st, clamped", schedule = { every = "month", on = 31 }, after = "2027-12-31",
    want = "2028-01-31 2028-02-29 2028-03-31 2028-04-30 2028-05-31" },
  { "the 30th in February", schedule = { every = "month", on = 30 }, after = "2027-01-30", count = 2, want = "2027-02-28 2027-03-30" },
  { "last day", schedule = { every = "month", on = "last day" }, after = "2026-01-31",
    want = "2026-02-28 2026-03-31 2026-04-30 2026-05-31 2026-06-30" },
  { "last business day", schedule = { every = "month", on = "last business day", calendar = E }, after = "2026-04-30",
    want = "2026-05-29 2026-06-30 2026-07-31 2026-08-28 2026-09-30" },
  { "last business day in euros", schedule = { every = "month", on = "last business day", calendar = "target" },
    after = "2026-11-30", count = 2, want = "2026-12-31 2027-01-29" },
  { "first business day", schedule = { every = "month", on = "first business day", calendar = E }, after = "2026-12-01",
    want = "2027-01-04 2027-02-01 2027-03-01 2027-04-01 2027-05-04" },
  { "third last business day", schedule = { every = "month", on = "third last business day" }, after = "2026-11-01", count = 2,
    want = "2026-11-26 2026-12-29" },
  { "second Friday", schedule = { every = "month", on = "second friday" }, after = "2026-11-13",
    want = "2026-12-11 2027-01-08 2027-02-12 2027-03-12 2027-04-09" },
  { "fifth Monday, where there is one", schedule = { every = "month", on = "fifth monday" }, after = "2026-01-01", count = 3,
    want = "2026-03-30 2026-06-29 2026-08-31" },
  { "the 1st and the 15th", schedule = { every = "month", on = { 15, 1 } }, after = "2026-11-30", count = 3,
    want = "2026-12-01 2026-12-15 2027-01-01" },
  { "quarter", schedule = { every = "quarter", on = "last business day" }, after = "2026-11-30",
    want = "2026-12-31 2027-03-31 2027-06-30 2027-09-30 2027-12-31" },
  { "year by its last day", schedule = { every = "year", on = "last day" }, after = "2026-12-31", count = 2,
    want = "2027-12-31 2028-12-31" },
  { "29 February of every year", schedule = { every = "year", on = "02-29" }, after = "2026-12-31",
    want = "2027-02-28 2028-02-29 2029-02-28 2030-02-28 2031-02-28" },
}

local wrong = {
  { "unit", schedule = { every = "fortnight" }, fails = "rule.value", says = "every of the schedule" },
  { "no day", schedule = { every = "quarter" }, fails = "rule.value", says = "on which day of the quarter?" },
  { "a number in a quarter", schedule = { every = "quarter", on = 15 }, fails = "rule.value", says = "no day of a quarter" },
  { "the 0th", schedule = { every = "month", on = 0 }, fails = "rule.value", says = "no day of a month" },
  { "a half day", schedule = { every = "month", on = 1.5 }, fails = "rule.value", says = "no day of a month" },
  { "no such day", schedule = { every = "year", on = "02-30" }, fails = "rule.value", says = "no day of a year" },
  { "weekday of a month", schedule = { every = "month", on = "monday" }, fails = "rule.value", says = "second friday" },
  { "an empty list", schedule = { every = "month", on = {} }, fails = "rule.value", says = "empty list" },
  { "time", schedule = { every = "day", at = "24:00" }, fails = "rule.value", says = "at of the schedule" },
  { "calendar", schedule = { every = "day", calendar = "englnd" }, fails = "rule.value", says = "england" },
  { "twice", schedule = { every = "day" }, again = true, fails = "rule.value", says = "two schedules" },
}

local holidays = {
  { "Easter 1818, the earliest", calendar = "target", day = "1818-03-23", want = "Easter Monday" },
  { "Easter 2038, the latest", calendar = "target", day = "2038-04-26", want = "Easter Monday" },
  { "Easter 1954, the exception", calendar = "target", day = "1954-04-19", want = "Easter Monday" },
  { "Easter 1981, the exception", calendar = "target", day = "1981-04-20", want = "Easter Monday" },
  { "Good Friday", calendar = E, day = "2026-04-03", want = "Good Friday" },
  { "VE day", calendar = E, day = "2020-05-08", want = "Early May bank holiday" },
  { "its usual Monday that year", calendar = E, day = "2020-05-04", want = "nil" },
  { "jubilee", calendar = E, day = "2022-06-03", want = "Platinum Jubilee" },
  { "spring", calendar = E, day = "2026-05-25", want = "Spring bank holiday" },
  { "summer", calendar = E, day = "2026-08-31", want = "Summer bank holiday" },
  { "Christmas on a Saturday", calendar = E, day = "2021-12-27", want = "Christmas Day (substitute)" },
  { "Boxing Day on a Sunday", calendar = E, day = "2021-12-28", want = "Boxing Day (substitute)" },
  { "Christmas on a Sunday", calendar = E, day = "2022-12-27", want = "Christmas Day (substitute)" },
  { "Boxing Day stays", calendar = E, day = "2022-12-26", want = "Boxing Day" },
  { "Boxing Day on a Saturday", calendar = E, day = "2026-12-28", want = "Boxing Day (substitute)" },
  { "New Year on a Saturday", calendar = E, day = "2022-01-03", want = "New Year's Day (substitute)" },
  { "no substitute in euros", calendar = "target", day = "2021-12-27", want = "nil" },
  { "a weekday", calendar = "none", day = "2026-12-25", want = "nil" },
}

local function holiday(case) return calendars.holiday(calendars.of(case.calendar), date(case.day)) end

-- What was done is not planned again; what is new is said.
local function plan()
  schedules.all() -- the starter file declares none
  schedules.declare { "known", every = "day", run = "bill" }
  schedules.declare { "dated", every = "week", on = "monday", from = date "2026-11-01", run = "bill" }
  schedules.declare { "unseen", every = "month", on = 30, at = "18:00", run = "bill" }
  local list = schedules.plan {
    after = { known = date "2026-11-28" }, first = date "2026-11-29", to = date "2026-11-30", max = 3 }
  local parts = {}
  for i, entry in ipairs(list) do
    local days_of = {}
    for k, day in ipairs(entry.days) do days_of[k] = tostring(day) end
    parts[i] = entry.name .. (entry.new and " new" or "") .. " " .. entry.second .. " " .. table.concat(days_of, " ")
  end
  return table.concat(parts, "; ")
end

local others = {
  { "a plan", f = plan, want = "known 0 2026-11-29 2026-11-30; dated 0 2026-11-02 2026-11-09 2026-11-16; unseen new 64800 2026-11-30" },
  { "acting without a book", f = function() return actions.act("bill") end, fails = "rule.forbidden", says = "there is no book" },
  { "a report without a book", f = function() return actions.report("ageing").rows end, fails = "rule.forbidden" },
  { "a report without a name", f = function() return actions.report() end, fails = "rule.value", says = "which report?" },
  { "an unknown action", f = function() return actions.book({ "bill" }):bil() end, fails = "rule.value", says = "bill" },
  { "a calendar without business days", fails = "rule.value", says = "every day of the week", f = function()
    return calendars.declare { title = "x", weekend = { "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday" } }
  end },
  { "holidays without end", fails = "rule.value", says = "no business day for 400 days", f = function()
    local all = calendars.declare { title = "x", holidays = function(year)
      local list = {}
      for day = 0, 365 do list[day + 1] = { date(year, 1, 1) + day, "again" } end
      return list
    end }
    return calendars.business(all, date "2026-01-01", 1)
  end },
}

function test.run()
  local all = {}
  local function add(list)
    for _, result in ipairs(list) do all[#all + 1] = result end
  end
  add(rows.check(others, function(case) return case.f() end))
  add(rows.check(coming, days))
  add(rows.check(wrong, function(case)
    if case.again then declared(case) end
    return declared(case).name
  end))
  add(rows.check(holidays, holiday))
  return all
end

return test

--- lua/schedules.lua: rules/schedules.lua: what runs by itself, and on which days.
--- Units: days and times of the book's zone. The hours that daylight saving skips or repeats are core/run/schedule's part.
--- Source: none; ISO 8601 for weeks, which begin on Monday.
--- Example: schedule { "billing", every = "month", on = 31, at = "06:00", run = "bill" } runs on 31 January, 28 or 29
--- February, 31 March …
local actions = require "actions"
local calendars = require "calendars"
local declare = require "declare"

local schedules = {}

local PATH = "rules/schedules.lua"
local FIELDS = {
  every = "!text", on = "text|number|table", at = "text", calendar = "text", from = "date", run = "text|table|function",
}
local UNITS = { "day", "business day", "week", "month", "quarter", "year" }
local ORDINALS = {
  first = 1, second = 2, third = 3, fourth = 4, fifth = 5, sixth = 6, seventh = 7, eighth = 8, ninth = 9, tenth = 10,
}
local LOOK_MAX = 60 -- periods without a day, such as months without a fifth Monday
local MONDAY = date "2024-01-01"
local FIRST = date "0001-01-02" -- no day before it has one before itself

-- ---- declaring ----

local declared, loaded = {}, false

-- "last business day", "second friday", "third last day": which of what, from which end.
local function parse(text)
  local word, rest = text:match "^(%a+) (.+)$"
  if not word then return nil end
  local from_end, nth = word == "last", ORDINALS[word]
  if nth and rest:find "^last " then
    from_end, rest = true, rest:sub(6)
  end
  nth = nth or (from_end and 1)
  if not nth then return nil end
  if rest == "day" or rest == "business day" then return { nth = nth, from_end = from_end, what = rest } end
  if calendars.weekdays[rest] then return { nth = nth, from_end = from_end, weekday = calendars.weekdays[rest] } end
  return nil
end

local EXAMPLES = {
  week = '"monday"', month = '15, "last day", "first business day" or "second friday"',
  quarter = '"last business day"', year = '"03-31" or "last business day"',
}

local function month_and_day(text)
  local month, day = text:match "^(%d%d)%-(%d%d)$"
  month, day = tonumber(month), tonumber(day)
  if not month or month < 1 or month > 12 or day < 1 or day > date(2024, month, 1).days_in_month then return nil end
  return { month = month, day = day }
end

-- One day of a week, month, quarter or year, as it is written.
local function place_of(unit, on)
  local place
  if unit == "month" and type(on) == "number" and on >= 1 and on <= 31 then place = { day = on } end
  if unit == "week" and calendars.weekdays[on] then place = { weekday = calendars.weekdays[on], nth = 1 } end
  if unit == "year" and type(on) == "string" then place = month_and_day(on) end
  if not place and type(on) == "string" then place = parse(on) end
  if place then return place end
  return declare.fail("on of the schedule is '" .. tostring(on) .. "', which is no day of a " .. unit,
                      "write " .. EXAMPLES[unit])
end

local function places_of(given)
  if given.every == "day" or given.every == "business day" then
    if given.on ~= nil then
      declare.fail('a schedule with every = "' .. given.every .. '" takes no on',
                   'for some days: every = "week", on = { "monday", "friday" }')
    end
    return nil
  end
  if given.on == nil then
    declare.fail("on which day of the " .. given.every .. "?", "on = " .. EXAMPLES[given.every])
  end
  local list = type(given.on) == "table" and given.on or { given.on }
  local places = {}
  for i = 1, #list do places[i] = place_of(given.every, list[i]) end
  if #places == 0 then declare.fail("on of the schedule is an empty list", "on = " .. EXAMPLES[given.every]) end
  return places
end

local function second_of(at)
  local hour, minute = at:match "^(%d%d):(%d%d)$"
  hour, minute = tonumber(hour), tonumber(minute)
  if not hour or hour > 23 or minute > 59 then
    return declare.fail("at of the schedule is '" .. at .. "'", 'a time such as "18:00", from "00:00" to "23:59"')
  end
  return hour * 3600 + minute * 60
end

-- run = "bill", run = { "bill", issue = true }, or the function behind the names.
local function work_of(given)
  local run = given.run or given[2]
  if given.run ~= nil and given[2] ~= nil then declare.fail("a schedule has run = or a function, not both") end
  if type(run) == "function" then return run end
  if run == nil then
    declare.fail("this schedule does nothing", 'run = "bill", run = { "bill", issue = true } or function(book) ... end')
  end
  local verb, args = run, {}
  if type(run) == "table" then
    declare.kind("run of the schedule", run[1], "text")
    verb = run[1]
    for name, value in pairs(run) do
      if name ~= 1 then args[name] = value end
    end
  end
  return { verb = verb, args = args }
end

local function words(given)
  local on = given.on
  if type(on) == "table" then
    local list = {}
    for i = 1, #on do list[i] = tostring(on[i]) end
    on = table.concat(list, ", ")
  end
  return "every " .. given.every .. (on and " on " .. tostring(on) or "")
    .. (given.calendar and " (" .. given.calendar .. ")" or "") .. " at " .. (given.at or "00:00")
end

--- schedule { "month-end pack", every = "month", on = "last business day", at = "18:00", function(book) ... end }
function schedules.declare(given)
  declare.fields("schedule", given, FIELDS)
  declare.positions("schedule", given, 2)
  local name = declare.kind("name of the schedule", given[1], "text")
  if #name > 100 or name:find "[%c]" then declare.fail("the name of a schedule has up to 100 characters, in one line") end
  declare.choice("every of the schedule '" .. name .. "'", given.every, UNITS)
  for _, other in ipairs(declared) do
    if other.name == name then
      declare.fail("there are two schedules '" .. name .. "'", "the other stands in " .. other.place)
    end
  end
  local entry = freeze {
    name = name, every = given.every, places = places_of(given), at = given.at or "00:00",
    second = second_of(given.at or "00:00"), calendar = given.calendar and calendars.check(given.calendar),
    from = given.from and max(date(given.from), FIRST), run = work_of(given), text = words(given), place = declare.here(),
  }
  declared[#declared + 1] = entry
  return entry
end

expose { schedule = schedules.declare }

--- All schedules of the book, in the order of rules/schedules.lua.
function schedules.all()
  if loaded then return declared end
  declared = {}
  for _, path in ipairs(rule_paths(PATH)) do
    if path == PATH then rule(PATH) end
  end
  loaded = true
  return declared
end

-- ---- days ----

local function period_of(unit, day)
  local from = unit == "week" and MONDAY or date(day.year, 1, 1)
  if unit == "week" and day < MONDAY then from = MONDAY - 7 * ((MONDAY - day) // 7 + 1) end
  return from:period(unit, day)
end

-- The day of a place within a period, nil where it has none.
local function day_in(period, place, calendar)
  if place.month then return min(date(period.start.year, place.month, 1) + (place.day - 1),
                                 date(period.start.year, place.month, 1):month_end()) end
  if place.day then return min(period.start + (place.day - 1), period.stop - 1) end
  local step = place.from_end and -1 or 1
  local day, count = place.from_end and period.stop - 1 or period.start, 0
  while period:has(day) do
    local fits = place.what == "day" or (place.weekday and day.weekday == place.weekday)
      or (place.what == "business day" and calendars.is_business(calendar, day))
    if fits then count = count + 1 end
    if count == place.nth then return day end
    day = day + step
  end
  return nil
end

local function in_periods(entry, calendar, after)
  local period = period_of(entry.every, after)
  for _ = 1, LOOK_MAX do
    local best
    for _, place in ipairs(entry.places) do
      local day = day_in(period, place, calendar)
      if day and day > after and (not best or day < best) then best = day end
    end
    if best then return best end
    period = period_of(entry.every, period.stop)
  end
  raise { code = "rule.value", message = "the schedule '" .. entry.name .. "' has no day after " .. tostring(after),
          file = PATH, hint = "look at on = ... and its calendar" }
end

--- The first day after `after` on which a schedule is due.
function schedules.next(entry, after)
  local calendar = calendars.of(entry.calendar)
  if entry.from and after < entry.from - 1 then after = entry.from - 1 end
  if entry.every == "day" then return after + 1 end
  if entry.every == "business day" then return calendars.business(calendar, after + 1, 1) end
  return in_periods(entry, calendar, after)
end

-- ---- the host's verbs ----

--- What comes: each schedule with its days.
---@param input table after: the day by name after which to look, for schedules seen before; first: such a day for
--- the others, which have no from; to: the last day; max: the most days of one schedule
---@return table list of { name, text, at, second, place, new, days }
function schedules.plan(input)
  local plans = {}
  for i, entry in ipairs(schedules.all()) do
    local after = input.after[entry.name]
    local new = after == nil and entry.from == nil
    after = after or (entry.from and entry.from - 1) or input.first
    local days = {}
    while #days < input.max and after < input.to do
      after = schedules.next(entry, after)
      if after > input.to then break end
      days[#days + 1] = after
    end
    plans[i] = {
      name = entry.name, text = entry.text, at = entry.at, second = entry.second, place = entry.place, new = new, days = days,
    }
  end
  return plans
end

local function perform(entry, book)
  if type(entry.run) == "function" then return entry.run(book) end
  return actions.act(entry.run.verb, entry.run.args) and nil
end

--- Run one occurrence.
---@param input table name, date, time; verbs: the names of all actions
---@return table said, files, refused, answer (lua/actions.lua)
function schedules.run(input)
  for _, entry in ipairs(schedules.all()) do
    if entry.name == input.name then
      return within('schedule "' .. entry.name .. '" of ' .. tostring(input.date), function()
        return actions.gather(input, input.verbs, function(book) return perform(entry, book) end)
      end)
    end
  end
  raise { code = "not_found", message = "there is no schedule '" .. input.name .. "'" }
end

return schedules

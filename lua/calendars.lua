--- lua/calendars.lua: rules/calendars/NAME.lua: which days are business days.
--- Units: dates of the book's zone; years 1700 to 9999.
--- Source: Easter by the Gregorian computus of J.-M. Oudin (1940), as in the Explanatory Supplement to the Astronomical
--- Almanac (1992), section 12.3; the holidays themselves stand in the book's calendars, each with its law.
--- Example: calendars.easter(2026) == date "2026-04-05"
local declare = require "declare"

local calendars = {}

local FOLDER = "rules/calendars/"
local WEEKDAYS = { monday = 1, tuesday = 2, wednesday = 3, thursday = 4, friday = 5, saturday = 6, sunday = 7 }
local WEEKDAY_NAMES = { "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday" }
local FIELDS = { title = "!text", weekend = "table", holidays = "function|table" }
local DAYS_MAX = 400 -- without a business day

calendars.weekdays = WEEKDAYS

--- Easter Sunday of a year.
function calendars.easter(year)
  if type(year) ~= "number" or year < 1700 or year > 9999 then
    return declare.fail("easter of the year " .. tostring(year), "a whole year from 1700 to 9999")
  end
  local century, golden = year // 100, year % 19
  local k = (century - 17) // 25
  local i = (century - century // 4 - (century - k) // 3 + 19 * golden + 15) % 30
  i = i - (i // 28) * (1 - (i // 28) * (29 // (i + 1)) * ((21 - golden) // 11))
  local j = (year + year // 4 + i + 2 - century + century // 4) % 7
  local days = i - j
  local month = 3 + (days + 40) // 44
  return date(year, month, days + 28 - 31 * (month // 4))
end

--- calendar { title =, weekend = { "saturday", "sunday" }, holidays = function(year) return { { date, name }, ... } end }
function calendars.declare(given)
  declare.fields("calendar", given, FIELDS)
  declare.positions("calendar", given, 0)
  local weekend, count = {}, 0
  for _, name in ipairs(given.weekend or { "saturday", "sunday" }) do
    declare.choice("weekend of the calendar", name, WEEKDAY_NAMES)
    if not weekend[WEEKDAYS[name]] then count = count + 1 end
    weekend[WEEKDAYS[name]] = true
  end
  if count == 7 then declare.fail("every day of the week is weekend in this calendar") end
  return { calendar = true, title = given.title, weekend = weekend, holidays = given.holidays or {} }
end

expose { calendar = calendars.declare, easter = calendars.easter }

--- The calendar of a name. Without one: Saturdays and Sundays alone are no business days.
local PLAIN = calendars.declare { title = "weekdays" }

function calendars.of(name)
  if not name then return PLAIN end
  local found = rule(FOLDER .. name .. ".lua")
  if type(found) ~= "table" or not found.calendar then
    raise { code = "rule.value", file = FOLDER .. name .. ".lua",
            message = FOLDER .. name .. ".lua does not return calendar { ... }",
            hint = "its last statement is: return calendar { ... }" }
  end
  return found
end

--- Raise where there is no such calendar.
function calendars.check(name)
  local names = {}
  for _, path in ipairs(rule_paths(FOLDER)) do names[#names + 1] = path:match "^rules/calendars/(.+)%.lua$" end
  for _, known in ipairs(names) do
    if known == name then return name end
  end
  return declare.fail("there is no calendar '" .. tostring(name) .. "'",
                      #names > 0 and declare.suggest(name, names) or "write rules/calendars/" .. tostring(name) .. ".lua")
end

local known = setmetatable({}, { __mode = "k" }) -- calendar -> year -> day -> name

local function holidays_of(calendar, year)
  local years = known[calendar]
  if not years then
    years = {}
    known[calendar] = years
  end
  if years[year] then return years[year] end
  local list, days = calendar.holidays, {}
  if type(list) == "function" then list = list(year) end
  declare.kind("holidays of the calendar '" .. calendar.title .. "' in " .. year, list, "table")
  for i, entry in ipairs(list) do
    local day, name = entry, "holiday"
    if type(entry) == "table" then day, name = entry[1], entry[2] or name end
    declare.kind("entry " .. i .. " of the calendar '" .. calendar.title .. "' in " .. year, day, "date")
    days[date(day)] = name
  end
  years[year] = days
  return days
end

--- The name of a holiday, nil if the day is none. A substitute may lie in the year after or before its own.
function calendars.holiday(calendar, day)
  if type(calendar.holidays) == "table" then return holidays_of(calendar, 0)[day] end
  for year = day.year - 1, day.year + 1 do
    local name = year >= 1700 and year <= 9999 and holidays_of(calendar, year)[day]
    if name then return name end
  end
  return nil
end

function calendars.is_business(calendar, day)
  return not calendar.weekend[day.weekday] and not calendars.holiday(calendar, day)
end

--- The first business day from `day` on, in steps of 1 or -1.
function calendars.business(calendar, day, step)
  for _ = 1, DAYS_MAX do
    if calendars.is_business(calendar, day) then return day end
    day = day + step
  end
  raise { code = "rule.value", hint = "look at its weekend and holidays",
          message = "the calendar '" .. calendar.title .. "' has no business day for " .. DAYS_MAX .. " days" }
end

return calendars

--- lua/meter_sources.lua: where the events of a meter come from: the book, or a list that an example or a quote gives.
--- Units: instants are microseconds since 1970 in UTC.
--- Source: none.
--- Example: meter_sources.list({ { 5, day = "2026-10-03", region = "eu" }, 7 }, span) is a source of two events, the second of
--- the first day of the span.
---
--- A source has
---   sum(event, start, stop) -> count, quantity        of the days from start up to, not including, stop
---   each(event, start, stop, f)                       f(event) in the order of days, any order within a day
---   last_day(event, start, stop) -> list              the events of the last day before start that has any; what is billed up to
---                                                     stop depends on it
---   day_start(day) -> instant                         at which a civil day begins
--- and the events are tables { id, day, time (instant or nil), quantity, tags }.
local declare = require "declare"

local meter_sources = {}

meter_sources.EARLIEST = date "0001-01-01"

local EPOCH = date "1970-01-01"
local DAY = 86400000000

-- In the book's zone; where there is no book, every day has 24 hours.
local function instant(day, second)
  if host.instant then return host.instant(day, second) end
  return (day - EPOCH) * DAY + second * 1000000
end

local function day_start(day) return instant(day, 0) end

-- ---- the book ----

-- All events from start to stop, some at a time.
local function each_of_book(agreement, event, start, stop, f)
  local day, id
  repeat
    local list = host.usage(agreement, event, start, stop, "events", day, id)
    for i = 1, #list do
      list[i].tags = list[i].tags or {}
      f(list[i])
    end
    if #list > 0 then day, id = list[#list].day, list[#list].id end
  until #list == 0
end

--- The events of the account of an agreement. What is read becomes an input of the document at hand.
---@param agreement string its id
function meter_sources.book(agreement)
  return {
    sum = function(event, start, stop)
      local found = host.usage(agreement, event, start, stop, "sum")
      return found.count, found.quantity
    end,
    each = function(event, start, stop, f) return each_of_book(agreement, event, start, stop, f) end,
    last_day = function(event, start, stop)
      local list = host.usage(agreement, event, meter_sources.EARLIEST, start, "last_day", stop)
      for i = 1, #list do list[i].tags = list[i].tags or {} end
      return list
    end,
    day_start = day_start,
  }
end

-- ---- lists ----

local OWN = { "quantity", "day", "time", "id", "tags", "count", "meter", "account" }
local is_own = { [1] = true }
for _, name in ipairs(OWN) do is_own[name] = true end

local HINT = 'write "12:00" of the event\'s day, or "2026-10-03T12:00:00Z"'

local function second_of(text)
  local hour, minute, second, rest = text:match "^(%d%d):(%d%d):(%d%d)(.*)$"
  if not hour then hour, minute, rest = text:match "^(%d%d):(%d%d)(.*)$" end
  if not hour or tonumber(hour) > 23 or tonumber(minute) > 59 or tonumber(second or 0) > 59 then
    declare.fail("the time of an event is '" .. text .. "'", HINT)
  end
  return tonumber(hour) * 3600 + tonumber(minute) * 60 + tonumber(second or 0), rest
end

-- "12:00" of the event's day; "2026-10-03T12:00:00Z" or with an offset; or an instant.
local function instant_of(text, day)
  if type(text) ~= "string" then return text end
  local civil, clock = text:match "^(%d%d%d%d%-%d%d%-%d%d)[T ](.*)$"
  if civil then day = date(civil) end
  local second, rest = second_of(clock or text)
  if rest == "" then return instant(day, second) end
  local sign, hours, minutes = rest:match "^([+%-])(%d%d):?(%d%d)$"
  if not sign and rest ~= "Z" then declare.fail("the time of an event is '" .. text .. "'", HINT) end
  local offset = sign and (tonumber(hours) * 3600 + tonumber(minutes) * 60) * (sign == "-" and -1 or 1) or 0
  return (day - EPOCH) * DAY + (second - offset) * 1000000
end

local function event_of(given, number, span)
  if type(given) ~= "table" then given = { given } end
  local quantity = given[1] or given.quantity
  declare.kind("quantity of event " .. number, quantity or 1, "number")
  local day = given.day and date(given.day)
  local time = given.time and instant_of(given.time, day or span.start)
  day = day or time and type(given.time) == "string" and #given.time > 8 and date(given.time:sub(1, 10)) or span.start
  local tags = {}
  for name, value in pairs(given.tags or {}) do tags[name] = tostring(value) end
  for name, value in pairs(given) do
    if not is_own[name] then tags[name] = tostring(value) end
  end
  return { id = given.id or string.format("event %d", number), day = day, time = time, quantity = quantity or 1, tags = tags,
           meter = given.meter, place = number }
end

--- Events that are written down: numbers, or tables { 5, day = "2026-10-03", time = "12:00", id = }; other names are properties.
--- One without a day is of the first day of `span`; one without a quantity counts 1.
function meter_sources.list(given, span)
  local events = {}
  for i = 1, #given do events[i] = event_of(given[i], i, span) end
  table.sort(events, function(a, b) return a.day < b.day end)
  local function each(event, start, stop, f)
    for i = 1, #events do
      local one = events[i]
      if one.day >= start and one.day < stop and (not one.meter or one.meter == event) then f(one) end
    end
  end
  return {
    each = each, day_start = day_start,
    sum = function(event, start, stop)
      local count, quantity = 0, 0
      each(event, start, stop, function(one) count, quantity = count + 1, quantity + one.quantity end)
      return count, quantity
    end,
    last_day = function(event, start)
      local list = {}
      each(event, meter_sources.EARLIEST, start, function(one)
        if list[1] and list[1].day < one.day then list = {} end
        list[#list + 1] = one
      end)
      return list
    end,
  }
end

return meter_sources

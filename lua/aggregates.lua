--- lua/aggregates.lua: what the events of a meter come to: count, sum, max, unique, latest, time-weighted.
--- Units: quantities as events say them; instants are microseconds since 1970 in UTC, spans of time seconds.
--- Source: kinds and words as in the billing literature; a high-water mark is a max, a gauge is a meter of levels. An instant
--- is exact where events have times, so that a day of a clock change has 23 or 25 hours; events that know their day only are
--- weighed by whole days.
--- Example: levels 10 from the 1st and 4 from the 11th of a month of 30 days: max 10, latest 4, time-weighted
--- (10 x 10 + 4 x 20) / 30 = 6.
---
--- aggregates.new(meter, bounds) -> an aggregate, which is told events in the order of time:
---   carry(event)      one from before the span (of a recurring meter)
---   begin(quantity)   the same, where only the sum of those before is known
---   add(event)        one within the span
---   result()          what they come to
--- A kind more is a row of KINDS.
local declare = require "declare"

local aggregates = {}

--- The order of time: events of which only the day is known are the first of it.
function aggregates.before(a, b)
  if a.day ~= b.day then return a.day < b.day end
  if a.time ~= b.time then return not a.time or (b.time and a.time < b.time) or false end
  return a.id < b.id
end

local KINDS = {}
aggregates.names = { "count", "sum", "max", "unique", "latest", "time_weighted" }

-- Seconds that a time-weighted sum is divided by; for a period see length_of.
local UNITS = { second = 1, minute = 60, hour = 3600, day = 86400 }
aggregates.units = { "period", "day", "hour", "minute", "second" }

-- ---- values ----

-- The number that an event adds: its quantity, or what one of its properties says.
local function value_of(meter, event)
  if not meter.value then return event.quantity end
  local text = event.tags[meter.value]
  local good, value = pcall(decimal, text)
  if good then return value end
  return declare.fail("event " .. tostring(event.id) .. " says " .. meter.value .. " = '" .. text .. "', which is no number",
                      "correct the event: import one with corrects = " .. tostring(event.id))
end

-- ---- levels: what holds from an event on until the next ----

-- The level after an event: its value, or what it changes; with a property, how many of its values there are.
local function level_after(self, event)
  local meter = self.meter
  if meter.property then
    local value = event.tags[meter.property]
    local there = event.quantity >= 0 or nil
    if self.active[value] == there then return self.level or 0 end
    self.active[value] = there
    return (self.level or 0) + (there and 1 or -1)
  end
  if meter.changes then return (self.level or 0) + value_of(meter, event) end
  return value_of(meter, event)
end

local function carry_level(self, event) self.level = level_after(self, event) end
local function begin_level(self, quantity) self.level = quantity end

-- ---- the kinds ----

local function nothing() end

KINDS.count = {
  start = function(self) self.total = 0 end,
  carry = function(self) self.total = self.total + 1 end,
  add = function(self) self.total = self.total + 1 end,
  result = function(self) return self.total end,
}

local function add_value(self, event) self.total = self.total + value_of(self.meter, event) end
KINDS.sum = {
  start = function(self) self.total = 0 end, carry = add_value, add = add_value,
  result = function(self) return self.total end,
}

-- The highest level there was, what it began with included; of levels that nothing carries in, the highest event.
KINDS.max = {
  start = nothing, carry = carry_level, begin = begin_level, ordered = true,
  add = function(self, event)
    local before = self.level
    if before == nil and (self.meter.changes or self.meter.property) then before = 0 end
    self.level = level_after(self, event)
    local high = self.high or before
    self.high = high == nil and self.level or max(high, self.level)
  end,
  result = function(self) return self.high or self.level or 0 end,
}

KINDS.latest = {
  start = nothing, carry = carry_level, begin = begin_level, ordered = true,
  add = function(self, event)
    if self.in_order then return carry_level(self, event) end
    if self.newest and not aggregates.before(self.newest, event) then return end
    self.newest, self.level = event, value_of(self.meter, event)
  end,
  result = function(self) return self.level or 0 end,
}

-- Different values of a property. What is carried in counts unless it was taken back before.
KINDS.unique = {
  start = function(self) self.seen, self.count = {}, 0 end, ordered = true,
  carry = carry_level,
  add = function(self, event)
    local value = event.tags[self.meter.property]
    if event.quantity < 0 or self.seen[value] or self.active[value] then return end
    self.seen[value], self.count = true, self.count + 1
  end,
  result = function(self) return self.count + (self.level or 0) end,
}

-- ---- time-weighted ----

-- How long a period is: in seconds by instants, or in days.
local function length_of(bounds, span, by_time)
  if by_time then return (bounds.day_start(span.stop) - bounds.day_start(span.start)) / 1000000 end
  return span.stop - span.start
end

-- Both ways of weighing are kept, as it is known at the end only whether an event has a time.
local function hold_until(self, day, instant)
  local level = self.level or 0
  if level ~= 0 then
    self.days = self.days + level * (day - self.day)
    self.seconds = self.seconds + level * ((instant - self.instant) / 1000000)
  end
  self.day, self.instant = day, instant
end

local function day_start(self, day)
  if self.known_day ~= day then self.known_day, self.known_start = day, self.bounds.day_start(day) end
  return self.known_start
end

KINDS.time_weighted = {
  ordered = true, carry = carry_level, begin = begin_level,
  start = function(self)
    self.day, self.instant = self.bounds.span.start, day_start(self, self.bounds.span.start)
    self.days, self.seconds, self.timed = 0, 0, false
  end,
  add = function(self, event)
    hold_until(self, event.day, event.time or day_start(self, event.day))
    self.level, self.timed = level_after(self, event), self.timed or event.time ~= nil
  end,
  result = function(self)
    local bounds, meter = self.bounds, self.meter
    hold_until(self, bounds.span.stop, day_start(self, bounds.span.stop))
    local total, unit = self.timed and self.seconds or self.days, UNITS[meter.per]
    if unit and not self.timed then total = total * UNITS.day end
    return divide(total, unit or length_of(bounds, bounds.whole, self.timed), meter.places or 12, meter.mode)
  end,
}

for _, kind in pairs(KINDS) do kind.__index = kind end

--- An aggregate without events.
---@param meter table aggregate, value, property, changes, per, places, mode (lua/meters.lua)
---@param bounds table span and whole ({ start, stop } or periods), day_start (function day -> instant)
function aggregates.new(meter, bounds)
  local self = setmetatable({ meter = meter, bounds = bounds, active = {}, in_order = aggregates.ordered(meter) },
                            KINDS[meter.aggregate])
  self:start()
  return self
end

--- Whether the events have to come in the order of time. (The highest and the latest of plain levels are found in any order,
--- and so is what is carried into a period by a plain level, whose last day is read by itself.)
function aggregates.ordered(meter)
  local kind = meter.aggregate
  if kind == "max" or kind == "latest" then return meter.changes or meter.property ~= nil or meter.recurring end
  if kind == "unique" then return meter.recurring end
  return KINDS[kind].ordered or false
end

return aggregates

--- lua/timeline.lua: the time of an agreement: what terms hold on which days, and the periods it is billed by.
--- Units: days are counted as days of the agreement's clock, which stands still while it is paused with "stop"; without
--- such a pause they are the civil days. `first_day` and `day_after` tell the civil days of bounds. Spans are half open.
--- Source: versions hold from their day on; bounds are computed from the anchor (see lua/cycles.lua); clocks that stop
--- move what follows by the days that they stood still.
--- Example: from 31 January by months, seats changed on 11 March: segments 31 Jan..11 Mar and 11 Mar on; periods 31
--- Jan..28 Feb, 28 Feb..31 Mar, 31 Mar..30 Apr.
local cycles = require "cycles"

local timeline = {}
timeline.__index = timeline

-- ---- the runs of versions ----

-- Each version from its day on; of several from one day the last: what the others say, a plan that there is not, holds on
-- no day. A version of before the start holds from the start.
local function runs_of(versions, plan_of, start)
  local runs = {}
  for i = 1, #versions do
    local version, last, after = versions[i], runs[#runs], versions[i + 1]
    if not after or after.from > max(version.from, start) then
      local plan, from, pause = plan_of(version), version.from, version.pause
      if not last or from <= start then
        from = start
      elseif last.plan.change_day == "old" and last.pause == pause then
        from = from + 1
      end
      if last and last.from >= from then
        runs[#runs] = { from = last.from, version = version, plan = plan, pause = pause }
      else
        runs[#runs + 1] = { from = from, version = version, plan = plan, pause = pause }
      end
    end
  end
  for i = 1, #runs do runs[i].to = runs[i + 1] and runs[i + 1].from end
  return runs
end

-- ---- the clock ----

-- The pauses that stop the clock: where it stands then (at), from which civil day to which (nil: still paused), and days
-- before.
local function stops_of(runs)
  local stops, before
  for i = 1, #runs do
    local run = runs[i]
    if run.pause == "stop" then
      stops, before = stops or {}, before or 0
      local last = stops[#stops]
      if last and last.to == run.from then
        last.to = run.to
      else
        stops[#stops + 1] = { at = run.from - before, from = run.from, to = run.to, before = before,
                              version = run.version.version }
      end
      if run.to then before = before + (run.to - run.from) end
    end
  end
  return stops
end

--- The day of the clock on a civil day.
function timeline:clock(day)
  local stops = self.stops
  if not stops then return day end
  for i = #stops, 1, -1 do
    local stop = stops[i]
    if day >= stop.from then
      if not stop.to or day < stop.to then return stop.at end
      return day - (stop.before + (stop.to - stop.from))
    end
  end
  return day
end

--- The civil day on which a day of the clock begins, nil while the clock stands still before it.
function timeline:first_day(day)
  local stops = self.stops
  if not stops then return day end
  for i = #stops, 1, -1 do
    local stop = stops[i]
    if day >= stop.at then
      return stop.to and day + (stop.before + (stop.to - stop.from))
    end
  end
  return day
end

--- The civil day after the days of the clock before a day, nil while it stands still before that.
function timeline:day_after(day)
  local stops = self.stops
  if not stops then return day end
  for i = #stops, 1, -1 do
    local stop = stops[i]
    if day > stop.at then
      return stop.to and day + (stop.before + (stop.to - stop.from))
    end
  end
  return day
end

-- The end as it was written does not know of pauses that were made after it: those move it.
local function end_of(self, versions, plan)
  local newest = versions[#versions]
  local last = newest["until"]
  if not last then return nil end
  if plan.bill_last_day then last = last + 1 end
  local stops = self.stops
  if not stops then return last end
  local written = newest.version
  for i = #versions, 1, -1 do
    if versions[i]["until"] ~= newest["until"] then break end
    written = min(written, versions[i].version)
  end
  for i = #stops, 1, -1 do
    local stop = stops[i]
    if stop.version <= written and last >= stop.from then
      if not stop.to or last < stop.to then return stop.at end
      return last - (stop.before + (stop.to - stop.from))
    end
  end
  return last
end

-- ---- phases ----

-- Where the phases of a plan end, counted from the first day: months one after the other from it, days from the phase
-- before.
local function bounds_of(phases, start)
  local bounds, base, months = {}, start, 0
  for i = 1, #phases do
    local phase = phases[i]
    if phase.months then
      months = months + phase.months
      bounds[i] = base:step("month", months)
    else
      base, months = (bounds[i - 1] or start) + phase.days, 0
      bounds[i] = base
    end
  end
  return bounds
end

--- The end of the free phases that a plan begins with; the first day itself if there are none.
function timeline.trial_end(plan, start)
  local phases = plan.phases
  if not phases then return start end
  local bounds, last = bounds_of(phases, start), start
  for i = 1, #phases do
    if not phases[i].free then break end
    last = bounds[i]
  end
  return last
end

-- ---- segments ----

local function add_segment(list, run, a, b, phase)
  list[#list + 1] = { a = a, b = b, version = run.version, plan = run.plan, phase = phase }
end

-- The days of a run, cut by the phases of its plan.
local function add_run(list, run, start, a, b)
  local phases = run.plan.phases
  if not phases then return add_segment(list, run, a, b) end
  local bounds = bounds_of(phases, start)
  for i = 1, #phases do
    local bound = bounds[i]
    if a < bound then
      local last = b and min(b, bound) or bound
      add_segment(list, run, a, last, phases[i])
      a = last
      if b and a >= b then return end
    end
  end
  add_segment(list, run, a, b)
end

local function segments_of(self)
  local list, stop = {}, self.stop
  for _, run in ipairs(self.runs) do
    local pause = run.pause
    local a, b = self:clock(run.from), run.to and self:clock(run.to)
    if stop and (not b or b > stop) then b = stop end
    -- Days behind a clock that still stands are to come: they are no days without service.
    local serves = pause ~= "skip" and (pause ~= "stop" or not run.to)
    if serves and (not b or a < b) then add_run(list, run, self.start, a, b) end
  end
  return list
end

-- ---- series of periods ----

local function anchor_of(self, cycle, run, first)
  local newest = self.newest
  if newest.anchor then return self:clock(newest.anchor) end
  local from = first and (self.fixed or self.start) or self:clock(run.from)
  if first and run.plan.anchor == "trial_end" then from = timeline.trial_end(run.plan, self.start) end
  return cycles.anchor(cycle, run.plan.align, from)
end

--- The series of a cycle: "" is the plan's own, another name that of charges with an `every` of their own. A change of
--- cycle begins another one on its day.
---@return table list of { from, to (nil: open), cycle, at (function day -> bounds), merged (the first period takes in the
---  next) }
function timeline:series(key)
  local list, last = {}, nil
  for i, run in ipairs(self.runs) do
    local a, b = self:clock(run.from), run.to and self:clock(run.to)
    local group = run.plan.groups[key]
    local cycle = group and group.cycle
    if not b or a < b or i == 1 then
      if last and (not cycle or last.cycle.name ~= cycle.name) then
        last.to, last = a, nil
      end
      if cycle and not last and not (self.stop and a >= self.stop) then
        local anchor = anchor_of(self, cycle, run, #list == 0 and a == self.start)
        last = { from = a, cycle = cycle, anchor = anchor, at = cycles.series(cycle, anchor), key = key,
                 merged = run.plan.first == "merged" and #list == 0 }
        list[#list + 1] = last
      end
    end
  end
  if last then last.to = self.stop end
  return list
end

local function nominal_part(series, start, stop)
  return { start = start, stop = stop, months = series.cycle.months }
end

--- The period of a series that has a day of the clock.
---@return table start, stop (in service), low, high (bounds; of two periods where the first is merged), series, parts
---  (bounds of each)
function timeline.period(series, day)
  local low, high = series.at(day)
  local from, to = series.from, series.to
  if series.merged then
    local first_low, first_high = series.at(from)
    if first_low < from and day < first_high then
      low, high = series.at(first_high)
    end
    if first_low < from and low == first_high then
      return { low = first_low, high = high, start = from, stop = to and min(to, high) or high, series = series,
               parts = { nominal_part(series, first_low, first_high), nominal_part(series, first_high, high) } }
    end
  end
  return { low = low, high = high, start = max(low, from), stop = to and min(to, high) or high, series = series }
end

--- Bounds of each nominal period of one, for proration.of.
function timeline.parts(period)
  local series, parts = period.series, period.parts or { nominal_part(period.series, period.low, period.high) }
  for i = 1, #parts do
    parts[i].service, parts[i].serves = period.start, period.serves
    parts[i].month_at = function(day)
      local found = series.anchor:period("month", day, 1)
      return found.start, found.stop
    end
  end
  return parts
end

--- The segments of a period, cut to it.
---@return table list of { a, b, version, plan, phase }
function timeline:segments_in(period)
  local list, start, stop, all = {}, period.start, period.stop, self.segments
  for i = 1, #all do
    local segment = all[i]
    local b = segment.b
    if segment.a < stop and (not b or b > start) then
      if segment.a >= start and b and b <= stop then
        list[#list + 1] = segment
      else
        list[#list + 1] = { a = max(segment.a, start), b = b and min(b, stop) or stop, version = segment.version,
                            plan = segment.plan, phase = segment.phase }
      end
    end
  end
  return list
end

--- The version that holds on a day of the clock.
function timeline:run_on(day)
  local list = self.runs
  local found = list[1]
  for i = 2, #list do
    if self:clock(list[i].from) > day then break end
    found = list[i]
  end
  return found
end

-- ---- one agreement ----

--- The time of an agreement.
---@param versions table its versions, ascending by day and number; the newest says start, until and anchor
---@param plan_of function version -> compiled plan (groups, phases, align, first, anchor, change_day, bill_last_day)
---@param fixed any the day that its bounds are counted from if it names no anchor; nil: its start
---@return table|nil nil if it is not billed by periods
function timeline.of(versions, plan_of, fixed)
  local newest = versions[#versions]
  local start = newest and newest.start
  if not start then return nil end
  local self = setmetatable({ newest = newest, start = start, fixed = fixed }, timeline)
  self.runs = runs_of(versions, plan_of, start)
  self.stops = stops_of(self.runs)
  self.stop = end_of(self, versions, self.runs[#self.runs].plan)
  self.segments = segments_of(self)
  return self
end

--- The versions up to a number, as they were known then.
function timeline.known(versions, number)
  local list = {}
  for i = 1, #versions do
    if versions[i].version <= number then list[#list + 1] = versions[i] end
  end
  return list
end

return timeline

--- lua/due.lua: what of an agreement is due on a day: periods that nothing claims, and those that changed after they were
--- billed.
--- Units: a claim is one period of an agreement with one timing: "advance", "arrears", of charges with a cycle of their own
--- "advance/year"; "advance+1" is what changed it later. Its day is the first day of the period in service.
--- Source: what is billed in advance is due when its period begins, what is billed in arrears when it is over.
--- Example: a month from 15 January in advance, on 20 February, with nothing billed so far: 15 January and 15 February.
local declare = require "declare"
local plans = require "plans"
local timeline = require "timeline"

local due = {}

-- More than this at once is a slip in a date: of periods in advance, and of all, for a meter that is never used leaves its
-- periods open.
local MOST, MOST_OF_ALL = 4000, 40000

-- ---- an agreement at hand ----

local function plan_of(ctx)
  local known = ctx.plans
  return function(version)
    local name = version.plan
    if not name then
      declare.fail("agreement " .. version.id .. " names no plan",
                   "moonbill set agreement " .. version.id .. " plan=subscription")
    end
    local plan = known[name]
    if not plan then
      local path = "rules/pricing/" .. name .. ".lua"
      plan = plans.of(path, ctx.given_plans and ctx.given_plans[name])
      if not plan.every then
        declare.fail(path .. " is a plan for orders and cannot bill agreement " .. version.id,
                     'say every = "month" in the plan, or name another: moonbill set agreement ' .. version.id
                       .. " plan=...")
      end
      plan = plans.settled(plan, path, ctx.book.billing)
      plan.name = name
      known[name] = plan
    end
    return plan
  end
end

-- "advance+2" as "advance", 2.
local split_causes = {}
local function split_cause(cause)
  local known = split_causes[cause]
  if not known then
    local base, count = cause:match "^(.-)%+(%d+)$"
    known = { base or cause, tonumber(count) or 0 }
    split_causes[cause] = known
  end
  return known[1], known[2]
end

-- Claims by what they claim and their day: the newest version that any of them knew, how many changes there were, the
-- version of each.
local function groups_of(claims, newest)
  local groups, list = {}, {}
  for i = 1, #claims do
    local claim = claims[i]
    local base, count = split_cause(claim.cause)
    local by_start = groups[base]
    if not by_start then
      by_start = {}
      groups[base] = by_start
    end
    local group = by_start[claim.start]
    if not group then
      group = { base = base, start = claim.start, version = 0, count = 0, versions = {} }
      by_start[claim.start], list[#list + 1] = group, group
    end
    local version = claim.version or newest
    group.versions[claim.cause] = version
    group.version, group.count = max(group.version, version), max(group.count, count)
    if count == 0 then group.stop = claim.stop end
  end
  return groups, list
end

-- The day that bounds are counted from where the agreement names no anchor: its start, as it was when it was billed first.
local function fixed_start(versions, list)
  if #list == 0 then return nil end
  local first = list[1].version
  for _, group in ipairs(list) do
    for _, version in pairs(group.versions) do first = min(first, version) end
  end
  local known = timeline.known(versions, first)
  local start = #known > 0 and known[#known].start or nil
  return start ~= versions[#versions].start and start or nil
end

--- An agreement of the draft at hand.
---@param of table id, versions, claims, late
---@param ctx table book, plans (known ones by name), given_plans, account_on, billed, usage_of, explain, today
---@return table|nil nil where it has no first day of service
function due.agreement(of, ctx)
  local versions, number = of.versions, 0
  if #versions == 0 or not versions[#versions].start then return nil end
  for i = 1, #versions do number = max(number, versions[i].version) end
  local self = setmetatable({ id = of.id, versions = versions, number = number, late = {}, lines = {} }, { __index = ctx })
  self.groups, self.group_list = groups_of(of.claims or {}, number)
  self.plan_of = plan_of(ctx)
  self.fixed = fixed_start(versions, self.group_list)
  self.line = timeline.of(versions, self.plan_of, self.fixed)
  for _, one in ipairs(of.late or {}) do
    self.late[one.start] = self.late[one.start] or {}
    self.late[one.start][one.meter] = true
  end
  return self
end

--- The time of the agreement as it was known with a version.
function due.known(self, version)
  if version >= self.number then return self.line end
  if self.lines[version] == nil then
    local known = timeline.known(self.versions, version)
    self.lines[version] = #known > 0 and timeline.of(known, self.plan_of, self.fixed) or false
  end
  return self.lines[version]
end

-- ---- what changed ----

--- The first civil day that versions after one change.
local function first_change(self, version)
  self.changes = self.changes or {}
  local day = self.changes[version]
  if day then return day end
  local old, new = due.known(self, version), self.line
  if not old then return new.start end
  for _, one in ipairs(self.versions) do
    if one.version > version then day = day and min(day, one.from) or one.from end
  end
  local before, now = old.newest["until"], new.newest["until"]
  if before ~= now then
    if before then day = min(day, before) end
    if now then day = min(day, now) end
  end
  if old.start ~= new.start then day = min(day, min(old.start, new.start)) end
  if old.newest.anchor ~= new.newest.anchor then day = min(old.start, new.start) end
  self.changes[version] = day
  return day
end

-- The period that a group of claims is on, as it was known then.
local function period_of(line, key, start)
  local day = line:clock(start)
  for i, series in ipairs(line:series(key)) do
    if i == 1 and day < series.from then
      local _, high = series.at(day)
      if high > series.from then return timeline.period(series, series.from) end
    end
    if day >= series.from and (not series.to or day < series.to) then return timeline.period(series, day) end
  end
end

local function key_of(base) return base:match "^[^/]*/(.*)$" or "" end

--- Whether two periods, of the agreement as it was and as it is, are one: a cycle and its bounds.
function due.same_bounds(a, b)
  return a.low == b.low and a.high == b.high and a.series.cycle.name == b.series.cycle.name
end
local same_bounds = due.same_bounds

-- Groups of before the newest version, with the period they were on; by base, those whose bounds are still the same can be
-- found.
local function stale_groups(self)
  local moved
  for _, group in ipairs(self.group_list) do
    if group.version < self.number or group.count > 0 then
      local old = due.known(self, group.version)
      group.old = old and period_of(old, key_of(group.base), group.start)
      if group.old then
        moved = moved or {}
        moved[group.base] = moved[group.base] or {}
        moved[group.base][group.old.low] = group
      end
    end
  end
  return moved
end

local function find_group(self, moved, base, day, of)
  local by_start = self.groups[base]
  local group = by_start and by_start[day]
  if group or not moved then return group end
  local other = moved[base] and moved[base][of.low]
  if other and not other.seen and same_bounds(other.old, of) then return other end
end

-- ---- periods that are others than those that were billed ----

-- Only a plan that was edited has them: what agreements change is corrected.
local function fail_overlap(self, group, of)
  local line = self.line
  local run = line:run_on(of.start)
  local now = period(line:first_day(of.start) or of.start, line:day_after(of.stop) or of.stop)
  declare.fail("agreement " .. self.id .. " is billed in " .. group.base .. " for " .. group.start .. ".." .. group.stop
    .. ", and a period of " .. run.plan.path .. " is now " .. now.start .. ".." .. now.stop,
    "every, align and first of a plan stay as they are once it is billed: write another plan, and moonbill change " .. self.id
      .. " plan=...")
end

local function as_billed(self, group)
  return group.version >= self.number and group.count == 0 and group.stop ~= nil and not self.line.stops
end

-- On one set of terms every line is as long as its period.
local function check_length(self, group, of)
  if not as_billed(self, group) or group.stop == of.stop then return end
  local segments = self.line:segments_in(of)
  local whole = #segments == 1 and segments[1].a == of.start and segments[1].b == of.stop
  if whole or group.stop > of.stop then fail_overlap(self, group, of) end
end

-- Claims on days on which no period begins.
local function check_begins(self, keys)
  for _, group in ipairs(self.group_list) do
    if not group.seen and group.start <= self.today and as_billed(self, group) then
      for _, key in ipairs(keys) do
        local of = key == key_of(group.base) and period_of(self.line, key, group.start)
        if of and of.start ~= group.start then fail_overlap(self, group, of) end
      end
    end
  end
end

-- ---- tasks ----

local function is_void(line, day)
  local run = line:run_on(line:clock(day))
  return run.pause == "void"
end

-- Whether a change can come to anything for a period that is billed.
local function changed(self, group, of)
  if self.late[group.start] and group.base:find "^arrears" then return true end
  local old = group.old or of
  if group.version >= self.number or not old then return false end
  local day = first_change(self, group.version)
  local last = self.line:day_after(max(of and of.high or old.high, old.high))
  return day <= self.today and (not last or day < last)
end

local function charges_any(self, series, timing)
  local key, list = series.key, self.line.runs
  for i = 1, #list do
    local run = list[i]
    local group = run.plan.groups[key]
    if group and #group[timing] > 0 then return true end
    if timing == "advance" and key == "" and run.plan.phases then return true end
  end
  return false
end

local TIMINGS = { "advance", "arrears" }

local function add_period(self, list, moved, series, of, start)
  local line, suffix = self.line, series.key == "" and "" or "/" .. series.key
  for i = 1, 2 do
    local timing = TIMINGS[i]
    local base = suffix == "" and timing or timing .. suffix
    local group = find_group(self, moved, base, start, of)
    if group then
      group.seen = true
      check_length(self, group, of)
    end
    local day = series[timing] and (timing == "advance" and start or line:day_after(of.stop))
    if day and day <= self.today then
      if not group and not is_void(line, day) then
        list[#list + 1] = { timing = timing, base = base, of = of, key = start, due = day }
        if timing == "advance" then list.advance = (list.advance or 0) + 1 end
      elseif group and changed(self, group, of) then
        list[#list + 1] = { timing = timing, base = base, of = of, key = group.start, due = day, group = group }
      end
    end
  end
end

local function add_series(self, list, moved, series)
  local line, day = self.line, series.from
  series.advance, series.arrears = charges_any(self, series, "advance"), charges_any(self, series, "arrears")
  while not series.to or day < series.to do
    local start = line:first_day(day)
    if not start or start > self.today then return end
    local of = timeline.period(series, day)
    add_period(self, list, moved, series, of, start)
    if (list.advance or 0) > MOST or #list > MOST_OF_ALL then
      declare.fail("agreement " .. self.id .. " has more than " .. MOST .. " periods to bill, the first from " .. list[1].key,
                   "look at its start and anchor, and at every of its plan; if they are right, bill up to an earlier day first: "
                     .. "moonbill bill --today ...")
    end
    day = of.high
  end
end

--- The cycles of its charges: "" is that of the plans, another name that of charges with an `every` of their own.
function due.keys(self)
  local runs = self.line.runs
  if #runs == 1 then return runs[1].plan.keys end
  local keys, seen = {}, {}
  for _, run in ipairs(runs) do
    for _, key in ipairs(run.plan.keys) do
      if not seen[key] then keys[#keys + 1], seen[key] = key, true end
    end
  end
  return keys
end

-- Claims on periods that are there no more: what they billed is taken back.
local function add_gone(self, list)
  for _, group in ipairs(self.group_list) do
    local of = not group.seen and group.old and period_of(self.line, key_of(group.base), group.start)
    local there = of and same_bounds(of, group.old) -- and only not due any more
    if not group.seen and not there and group.old and group.version < self.number and changed(self, group) then
      list[#list + 1] = { timing = group.base:match "^%a+", base = group.base, key = group.start, due = self.today,
                          group = group }
    end
  end
end

--- What is due, in the order in which it stands on a document.
---@param self table of due.agreement
---@return table list of { timing, base, key (day of its claim), due (day), of (period; nil: there is none any more), group
---  (nil: it is not billed; else what claims it: version, count, versions by cause, old (period as it was then)) }
function due.list(self)
  local list, keys = {}, due.keys(self)
  local moved = stale_groups(self)
  for _, key in ipairs(keys) do
    for _, series in ipairs(self.line:series(key)) do add_series(self, list, moved, series) end
  end
  if moved then add_gone(self, list) end
  check_begins(self, keys)
  if #keys > 1 or moved then table.sort(list, function(a, b) return a.key < b.key end) end
  return list
end

-- ---- why ----

-- What the versions of a day came to, against the day before and what was known of it: of a pause that was made and taken
-- back in between nothing is told.
local function of_day(self, i, since)
  local list, day, before, known, pause = self.versions, self.versions[i].from, nil, nil, nil
  for k = 1, #list do
    local version = list[k]
    if version.from > day then break end
    if version.from < day then before = version.pause end
    if version.version <= since then known = version.pause end
    pause = version.pause
  end
  if pause and before ~= pause then return "paused on " .. day end
  if (before or known) and not pause then return "resumed on " .. day end
  return "change of " .. day
end

-- The texts of versions, those of one day in one.
local function told(self, places, since)
  local list, last
  list = {}
  for _, i in ipairs(places) do
    local version, text = self.versions[i], of_day(self, i, since)
    if last and last.from == version.from then
      last.numbers[#last.numbers + 1] = version.reason or "version " .. version.version
      list[#list] = last.text:gsub("^change of", "changes of") .. " (" .. table.concat(last.numbers, "; ") .. ")"
    else
      last = { from = version.from, text = text, numbers = { version.reason or "version " .. version.version } }
      list[#list + 1] = version.reason and text .. " (" .. version.reason .. ")" or text
    end
  end
  return table.concat(list, ", ")
end

--- Why days of a billed period changed: "change of 2026-04-11", "cancelled on 2026-04-20".
---@param since integer version that was known when it was billed
---@param a any first day of the clock
---@param b any day after the last
function due.cause(self, since, a, b)
  local old, new = due.known(self, since), self.line
  local before, now = old and old.stop, new.stop
  if now and a >= now and (not before or now < before) then return "cancelled on " .. new.newest["until"] end
  if before and a >= before and (not now or now > before) then return "goes on after " .. old.newest["until"] end
  if b <= (old and old.start or new.start) then return "starts on " .. new.start end
  local within_days, earlier, all = {}, nil, {}
  for i, version in ipairs(self.versions) do
    if version.version > since then
      local day = new:clock(version.from)
      all[#all + 1] = i
      if day >= a and day < b then within_days[#within_days + 1] = i elseif day < a then earlier = i end
    end
  end
  if #within_days == 0 and earlier then
    local from = self.versions[earlier].from
    for _, i in ipairs(all) do
      if self.versions[i].from == from then within_days[#within_days + 1] = i end
    end
  end
  return told(self, #within_days > 0 and within_days or all, since)
end

return due

--- lua/unbilled.lua: why something stands on no invoice: the periods of agreements, and days of usage.
--- Units: a period has one timing, "advance" or "arrears", of the plan's own cycle or of one of its charges ("arrears/quarter").
--- Source: what is due is told by lua/due.lua, what it would come to by drafting it.
--- Example: a month in arrears from 1 April, on 20 April: "not due before 2026-05-01".
local config = require "config"
local due = require "due"
local meters = require "meters"
local periods = require "periods"
local timeline = require "timeline"

local unbilled = {}

-- More than this of one agreement is a slip in a date.
local MOST = 4000

local function key_of(agreement, start, base) return agreement .. "\0" .. tostring(start) .. "\0" .. base end

local function base_of(claim) return claim:match "^[^+]*" end

-- ---- what a run would come to today ----

local function would_bill(input)
  local found = {}
  local good, list = pcall(periods.draft, { account = input.account, today = input.today, agreements = input.agreements })
  if not good then return found, type(list) == "table" and list.message or tostring(list) end
  for i = 1, #list do
    for _, line in ipairs(periods.document(i).lines) do
      if line.claim then found[key_of(line.agreement, line.period, base_of(line.claim))] = true end
    end
  end
  return found
end

-- ---- periods ----

-- The phase that all days of a period are free in.
local function free_phase(segments)
  for _, segment in ipairs(segments) do
    if not (segment.phase and segment.phase.free) then return nil end
  end
  return segments[1].phase.name
end

local function reason_of(w, self, of, base, start, day)
  local key = key_of(self.id, start, base)
  if w.waiting[key] then return "draft " .. w.waiting[key] .. " waits" end
  if not day then return "paused: its clock stands still" end
  if day > w.today then return "not due before " .. day end
  if self.line:run_on(self.line:clock(day)).version.pause == "void" then return "paused: what falls due is not billed" end
  if w.parked then return "parked: " .. w.parked end
  if w.failed then return "cannot be billed: " .. w.failed end
  if w.would[key] then return "moonbill bill has not run" end
  local segments = self.line:segments_in(of)
  if #segments == 0 then return "paused: no day of service" end
  local phase = free_phase(segments)
  return phase and "free: " .. phase or "comes to nothing: quantities of 0"
end

-- f(series, period, first civil day) for the periods that begin by the last day.
local function each_period(w, self, f)
  for _, key in ipairs(w.keys_of(self)) do
    for _, series in ipairs(self.line:series(key)) do
      local day, count = series.from, 0
      while (not series.to or day < series.to) and count < MOST do
        local start = self.line:first_day(day)
        if not start or start > w.to then break end
        local of = timeline.period(series, day)
        f(series, of, start)
        day, count = of.high, count + 1
      end
    end
  end
end

local function charges_any(self, key, timing)
  for _, run in ipairs(self.line.runs) do
    local group = run.plan.groups[key]
    if group and #group[timing] > 0 then return true end
  end
  return false
end

local function keys_of(self)
  local keys, seen = {}, {}
  for _, run in ipairs(self.line.runs) do
    for _, key in ipairs(run.plan.keys) do
      if not seen[key] then keys[#keys + 1], seen[key] = key, true end
    end
  end
  return keys
end

local function add_periods(w, self)
  each_period(w, self, function(series, of, start)
    if start < w.from then return end
    for _, timing in ipairs { "advance", "arrears" } do
      local base = series.key == "" and timing or timing .. "/" .. series.key
      local known = self.groups[base] and self.groups[base][start]
      if known then
        w.billed = w.billed + 1
      elseif charges_any(self, series.key, timing) then
        local day = timing == "advance" and start or self.line:day_after(of.stop)
        w.rows[#w.rows + 1] = { kind = "agreement", id = self.id, what = base, start = start, stop = self.line:day_after(of.stop),
                                reason = reason_of(w, self, of, base, start, day) }
      end
    end
  end)
end

-- ---- usage ----

local function counted_by(plan, event)
  for _, key in ipairs(plan.keys) do
    for _, timing in ipairs { "arrears", "advance" } do
      for _, charge in ipairs(plan.groups[key][timing]) do
        if charge.meter and meters.event(charge.meter) == event then return key, timing end
      end
    end
  end
end

local function free_on(self, clock)
  for _, segment in ipairs(self.line.segments) do
    if segment.a <= clock and (not segment.b or clock < segment.b) then
      return segment.phase and segment.phase.free and segment.phase.name
    end
  end
end

-- How near an agreement is to billing a day of usage, and why it does not.
local function why_not(w, self, entry)
  local line, day = self.line, entry.day
  if day < line.start then return 2, "before it starts on " .. line.start end
  local clock = line:clock(day)
  if line.stop and clock >= line.stop then return 3, "after its end" end
  local run = line:run_on(clock)
  local key, timing = counted_by(run.plan, entry.meter)
  if not key then return 4, "no charge of " .. run.plan.name .. " counts it" end
  if run.version.pause == "skip" or run.version.pause == "stop" then return 5, "paused: no service" end
  local phase = free_on(self, clock)
  if phase then return 6, "free: " .. phase end
  for _, series in ipairs(line:series(key)) do
    if clock >= series.from and (not series.to or clock < series.to) then
      local of = timeline.period(series, clock)
      local start, base = line:first_day(of.start), key == "" and timing or timing .. "/" .. key
      if self.late[start] and self.late[start][entry.meter] then return 8, "late: the next bill has it" end
      local known = self.groups[base] and self.groups[base][start]
      if known then return 7, "was not counted when its period was billed" end
      return 9, reason_of(w, self, of, base, start, line:day_after(of.stop))
    end
  end
  return 1, "in no period"
end

local function add_usage(w, list, entry)
  local best, reason, id = 0, "the account has no agreement billed by periods", nil
  for _, self in ipairs(list) do
    local rank, why = why_not(w, self, entry)
    if rank > best then best, reason, id = rank, why, self.id end
  end
  local last = w.rows[#w.rows]
  if last and last.kind == "usage" and last.what == entry.meter and last.id == id and last.reason == reason then
    last.stop, last.events, last.quantity = entry.day + 1, last.events + entry.count, last.quantity + entry.quantity
  else
    w.rows[#w.rows + 1] = { kind = "usage", id = id, what = entry.meter, start = entry.day, stop = entry.day + 1, reason = reason,
                            events = entry.count, quantity = entry.quantity }
  end
end

-- ---- all ----

--- What of an account stands on no invoice.
---@param input table account, today, from, to (days, both included), agreements (as for periods.draft), usage (list of { meter,
---  day, count, quantity } that no invoice counted, by meter and day), drafts (list of { agreement, period, claim, id } that
---  wait), parked (why the account is, or nil)
---@return table billed (how many periods are), rows: list of { kind ("agreement" or "usage"), id, what, start, stop, reason,
---  events, quantity }
function unbilled.of(input)
  local ctx = { book = input.book or config.read(), plans = {}, today = input.today }
  local w = { today = input.today, from = input.from, to = input.to, parked = input.parked, rows = {}, billed = 0, waiting = {},
              keys_of = keys_of }
  for _, one in ipairs(input.drafts) do w.waiting[key_of(one.agreement, one.period, base_of(one.claim))] = one.id end
  w.would, w.failed = would_bill(input)
  local list = {}
  for _, of in ipairs(input.agreements) do
    local good, self = pcall(due.agreement, of, ctx)
    if good and self and self.line then
      list[#list + 1] = self
      add_periods(w, self)
    elseif not good then
      w.rows[#w.rows + 1] = { kind = "agreement", id = of.id, reason = "cannot be billed: " .. (self.message or tostring(self)) }
    end
  end
  for _, entry in ipairs(input.usage) do add_usage(w, list, entry) end
  return { billed = w.billed, rows = w.rows }
end

return unbilled

--- lua/runs.lua: what each charge of a period is rated for: runs of days on the same terms, with the part of the period
--- they are.
--- Units: days of the agreement's clock (see lua/timeline.lua); shares are exact fractions { n, d }.
--- Source: a period whose terms change is rated in parts; what comes before a part is rounded with it, so that parts add
--- up.
--- Example: 10 seats from 1 April and 12 from 11 April are two runs of the charge "seats", 10/30 and 20/30; the fee has
--- one.
local charges = require "charges"
local invoice = require "invoice"
local meters = require "meters"
local proration = require "proration"
local timeline = require "timeline"

local runs = {}

-- ---- jobs ----

local function merged_prices(agreement, phase)
  local prices = agreement.prices
  local priced = phase and phase.prices
  if not priced then return prices end
  local all = {}
  for id, price in pairs(priced) do all[id] = price end
  for id, price in pairs(prices or {}) do all[id] = price end
  return all
end

local function civil(line, a, b)
  return period(line:first_day(a) or a, line:day_after(b) or b)
end

-- The usage of a meter in the days at hand, or in others.
local function usage_of(ctx, job)
  return function(meter, span)
    span = span or job.span
    local given = ctx.usage_of and (ctx.usage_of(ctx.id, meter, span.start, span.stop) or 0) or meters.of_agreement(ctx.id)
    return meters.usage(meter, given, span, job.period)
  end
end

-- The usage of the i-th period before, nil where there was none on the same plan.
local function history_of(line, of, job)
  return function(meter, i)
    local at, series = of, of.series
    for _ = 1, i do
      if at.start <= series.from then return nil end
      at = timeline.period(series, at.start - 1)
    end
    local run = line:run_on(at.start)
    if run.plan.path ~= job.plan_path then return nil end
    local usage = job.usage(meter, civil(line, at.start, at.stop))
    local n, d = runs.measure(run.plan, at)(at.start, at.stop)
    if n ~= d then usage.share = { n, d } end
    return usage
  end
end

-- Which period from a day on it is: 1 has the day or is the first after it, 0 is before it.
local function nth_of(line, of)
  return function(day)
    day = line:clock(day)
    if day >= of.high then return 0 end
    local at, n = of, 1
    while at.low > day and at.start > at.series.from do
      at, n = timeline.period(at.series, at.start - 1), n + 1
      if at.high <= day then return n - 1 end
    end
    return n
  end
end

--- What charges are rated with: the job of a period and timing, for the terms of one segment of it.
---@param ctx table id, book, account_on (function day -> account), and of quotes and tests usage_of (function id, meter,
---  start, stop -> number or list of events) and explain
---@param line table timeline
---@param of table period of it
---@param segment table of it
---@param claim string "advance", "arrears/year", "advance+1"
---@param day any date of the tax point
function runs.job(ctx, line, of, segment, timing, claim, key, day)
  local account = ctx.account_on(day)
  local plan = segment.plan
  local job = {
    agreement = segment.version, account = account, book = ctx.book, timing = timing, claim = claim, key = key, day = day,
    currency = plan.currency or account.currency or ctx.book.currency, period = civil(line, of.low, of.high),
    explain = ctx.explain, phase = segment.phase, overrides = merged_prices(segment.version, segment.phase),
    plan_path = plan.path,
    discounts = ctx.discounts, grants = ctx.grants, burned = ctx.burned, call = ctx.call,
  }
  job.span, job.nth = job.period, nth_of(line, of)
  job.usage, job.history = usage_of(ctx, job), history_of(line, of, job)
  return job
end

-- Set the job to the terms of a segment.
local function put_segment(job, segment)
  job.agreement, job.phase, job.plan_path = segment.version, segment.phase, segment.plan.path
  job.overrides = merged_prices(segment.version, segment.phase)
end

-- ---- measures ----

local NONE = {}

local function convention_of(plan, charge)
  return charge and not charge.prorate and not charge.meter and "none" or plan.proration
end

--- The part of a period that days of it are: function of two days -> n, d, n before.
---@param plan table with its proration
function runs.measure(plan, of, charge)
  local convention = convention_of(plan, charge)
  local known = of.measures or NONE
  if known[convention] then return known[convention] end
  of.measures = of.measures or {}
  local measured = proration.of(convention, timeline.parts(of))
  of.measures[convention] = measured
  return measured
end

-- Whether days are the whole of a nominal period, which costs its whole price by every convention.
local function is_whole(of, a, b) return a == of.low and b == of.high and not of.parts end

--- Set the job to some days of a run: its terms, the days, and the part of the period that they are.
---@return boolean whether they are any part at all
function runs.put(job, line, of, run, a, b)
  put_segment(job, run.segment)
  job.span = civil(line, a, b)
  job.earlier = run.since and function(charge)
    return charge == run.charge and job.usage(charge.meter, civil(line, run.since, run.a)) or nil
  end
  if is_whole(of, a, b) or run.charge.once then
    job.share, job.before = nil, nil
    return true
  end
  local plan, charge = run.segment.plan, run.charge
  local n, d, before = runs.measure(plan, of, charge)(a, b)
  local metered = charge.meter ~= nil and not charge.prorate
  if n <= 0 and not metered then return false end
  if n <= 0 or n == d and before == 0 then
    -- What is not cut is for all days that are left of the period, whatever holds on them.
    local uncut = not metered and convention_of(plan, charge) == "none"
    if uncut and b < of.stop and not of.parts then job.span = civil(line, a, of.stop) end
    job.share, job.before = nil, nil
    return true
  end
  n, d, before = proration.reduce(plan.proration, n, d, before)
  job.share, job.before = { n, d }, before > 0 and { before, d } or nil
  return true
end

-- ---- runs ----

-- The first day on which a charge is there at all.
local function first_of(line, id)
  for _, segment in ipairs(line.segments) do
    if segment.plan.ids[id] and not (segment.phase and segment.phase.free) then return segment.a end
  end
end

local function stands_still_at(line, day)
  for _, stop in ipairs(line.stops or NONE) do
    if stop.at == day then return true end
  end
  return false
end

local function add_run(list, last, line, charge, segment, terms)
  local at = last[charge.id]
  local follows = at and at.b == segment.a and not (charge.prorate and stands_still_at(line, segment.a))
  if follows and terms and at.terms == terms then
    at.b, at.last = segment.b, segment
    return
  end
  local run = { charge = charge, a = segment.a, b = segment.b, segment = segment, last = segment, terms = terms }
  list[#list + 1], last[charge.id] = run, run
end

-- Of a charge that is billed once only the first run, and only where that is the first of all.
local function only_first(list, line)
  local kept, seen = {}, {}
  for _, run in ipairs(list) do
    local charge = run.charge
    if not charge.once then
      kept[#kept + 1] = run
    elseif not seen[charge.id] then
      seen[charge.id] = true
      if first_of(line, charge.id) == run.a then kept[#kept + 1] = run end
    end
  end
  return kept
end

local function by_charge(list)
  local order, at = {}, {}
  for i, run in ipairs(list) do
    local id = run.charge.id
    if not at[id] then at[id] = i end
    order[i] = { at = at[id], run = run }
  end
  table.sort(order, function(x, y) return x.at < y.at end)
  for i, one in ipairs(order) do list[i] = one.run end
  return list
end

local function rate_whole(job, run)
  invoice.begin(job)
  put_segment(job, run.segment)
  job.share, job.before = nil, nil
  charges.bill_period(run.charge)
  local sum = job.net
  invoice.finish()
  return sum.amount
end

-- What gets smaller in a period takes effect when it ends: a run after one that comes to more goes on at its terms.
local function hold_decreases(list, job)
  local last, held = {}, {}
  for _, run in ipairs(list) do
    local before = last[run.charge.id]
    if before and not run.charge.meter and before.segment.plan.decrease == "period_end" and before.b == run.a
      and rate_whole(job, before) > rate_whole(job, run) then
      before.b, before.last = run.b, run.segment
    else
      held[#held + 1], last[run.charge.id] = run, run
    end
  end
  return held
end

-- Whether a plan of the period defers decreases, or has charges that are billed once.
local function has_special(segments, key, timing)
  local decrease, once = false, false
  for _, segment in ipairs(segments) do
    decrease = decrease or segment.plan.decrease == "period_end"
    local group = segment.plan.groups[key]
    for _, charge in ipairs(group and group[timing] or NONE) do once = once or charge.once end
  end
  return decrease and #segments > 1, once
end

-- The usual case: all charges are on the same terms all the time.
local function runs_of_one(line, segment, key, timing)
  local list, group, once = {}, segment.plan.groups[key], false
  if not group or segment.phase and segment.phase.free then return list end
  local all, a, b = group[timing], segment.a, segment.b
  for i = 1, #all do
    local charge = all[i]
    once = once or charge.once
    list[i] = { charge = charge, a = a, b = b, segment = segment }
  end
  return once and only_first(list, line) or list
end

-- Packages of a size are counted on where another plan has the same.
local function counted_as(charge)
  if charge.kind ~= "package" then return charge end
  return charge.id .. "|" .. charge.meter .. "|" .. tostring(charge.size)
end

-- What a meter counts goes on in a run of the same charge at other prices: its bands, packages and allowance do not begin anew.
local function mark_since(list)
  local first = {}
  for i = 1, #list do
    local run = list[i]
    local charge = run.charge
    if charge.meter and not charge.prorate then
      local key = counted_as(charge)
      if first[key] and first[key] < run.a then run.since = first[key] end
      first[key] = min(first[key] or run.a, run.a)
    end
  end
end

--- The runs of the charges of a period with one timing.
---@param job table of runs.job; its terms change
---@param compare? boolean true: the terms of each run are wanted even where the period has one segment
---@return table list of { charge, a, b, segment (whose terms it has), last (its last one), terms }
function runs.of(job, line, of, timing, compare)
  local list, last, key = {}, {}, of.series.key
  local segments = line:segments_in(of)
  of.serves = #segments > 0 and segments or nil
  if #segments == 1 and not compare then return runs_of_one(line, segments[1], key, timing), segments end
  local wanted = compare or #segments > 1
  if wanted then invoice.begin(job) end
  for _, segment in ipairs(segments) do
    local group = segment.plan.groups[key]
    if group and not (segment.phase and segment.phase.free) then
      if wanted then put_segment(job, segment) end
      for _, charge in ipairs(group[timing]) do
        add_run(list, last, line, charge, segment, wanted and charges.terms(charge))
      end
    end
  end
  if wanted then invoice.finish() end
  local decrease, once = has_special(segments, key, timing)
  if once then list = only_first(list, line) end
  if #segments > 1 then by_charge(list) end
  if wanted then mark_since(list) end
  if decrease then list = hold_decreases(list, job) end
  return list, segments
end

return runs

--- lua/corrections.lua: what changes a period after it was billed: credits of what was billed, charges of what holds now.
--- Units: amounts are money in whole minor units; days of the agreement's clock (see lua/timeline.lua).
--- Source: a change credits what was actually billed (after discounts) for the days left and charges the new terms for
--- them, by the same bounds; credit = billed - round(billed x kept / all), never more than is left (Lago, Stripe,
--- Chargebee).
--- Example: 30 a month becomes 90 on 11 April: credit 20.00 (20 of 30 days), charge 60.00.
local meters = require "meters"
local proration = require "proration"
local runs = require "runs"

local corrections = {}

-- ---- spans ----

--- What of the spans of a list is not in [a, b).
---@param list table of { a, b }
---@param a any day of the clock
---@param b any day of the clock, first without
---@return table list of { a, b }
local function minus(list, a, b)
  local left = {}
  for _, span in ipairs(list) do
    if b <= span.a or a >= span.b then
      left[#left + 1] = span
    else
      if span.a < a then left[#left + 1] = { a = span.a, b = a } end
      if b < span.b then left[#left + 1] = { a = b, b = span.b } end
    end
  end
  return left
end
corrections.minus = minus

-- ---- where terms differ ----

local function by_id(list)
  local found, order = {}, {}
  for _, run in ipairs(list) do
    local id = run.charge.id
    if not run.charge.closing then
      if not found[id] then found[id], order[#order + 1] = {}, id end
      local of = found[id]
      of[#of + 1] = run
    end
  end
  return found, order
end

local function run_at(list, day)
  for _, run in ipairs(list or {}) do
    if run.a <= day and day < run.b then return run end
  end
end

local function bounds_of(old, new)
  local days, seen = {}, {}
  for _, list in ipairs { old or {}, new or {} } do
    for _, run in ipairs(list) do
      for _, day in ipairs { run.a, run.b } do
        if not seen[day] then days[#days + 1], seen[day] = day, true end
      end
    end
  end
  table.sort(days)
  return days
end

local function extend(list, span)
  local last = list[#list]
  if last and last.b == span.a and last.run == span.run then
    last.b = span.b
  else
    list[#list + 1] = span
  end
end

-- A price that is of the whole period however many of its days it serves belongs to the terms of the first of them.
local function is_whole(run)
  local charge = run.charge
  return not charge.meter and (not charge.prorate or run.segment.plan.proration == "none")
end

local function same_first(old, new)
  local before, now = old and old[1], new and new[1]
  return before ~= nil and now ~= nil and before.a ~= now.a and before.terms == now.terms and is_whole(before)
    and is_whole(now)
end

-- The days of one charge that were billed on terms that hold no more, and those that are to be charged on others.
local function differ(old, new, alike)
  local gone, come = {}, {}
  if alike and same_first(old, new) then return gone, come end
  local days = bounds_of(old, new)
  for i = 1, #days - 1 do
    local a, b = days[i], days[i + 1]
    local before, now = run_at(old, a), run_at(new, a)
    local same = alike and before and now and before.terms == now.terms
    local charge = (now or before) and (now or before).charge
    if charge and not same and not (before and now and (charge.once or not charge.credit)) then
      if before and before.charge.credit then extend(gone, { a = a, b = b, run = before }) end
      if now then extend(come, { a = a, b = b, run = now }) end
    end
  end
  return gone, come
end

--- Where the terms of a period's charges differ: list of { id, gone, come }, spans { a, b, run }.
---@param old table runs as they were known when it was billed
---@param new table runs as they are known now
---@param alike boolean false: the bounds of the period are others now, and nothing of it stays
function corrections.differences(old, new, alike)
  local list = {}
  local before, order = by_id(old)
  local now, more = by_id(new)
  for _, id in ipairs(more) do
    if not before[id] then order[#order + 1] = id end
  end
  for _, id in ipairs(order) do
    local gone, come = differ(before[id], now[id], alike)
    if #gone + #come > 0 then list[#list + 1] = { id = id, gone = gone, come = come } end
  end
  return list
end

-- ---- what was billed ----

--- The lines that bill a period, with what corrections took back of them.
---@param list table of host.billed
---@param base string "advance", "arrears", "advance/year": what of the period
---@return table list of { line, left (money that is not taken back), net (with its discount), taken (list of { start, stop
---  }) }
function corrections.billed(list, base)
  local found, at = {}, {}
  for _, line in ipairs(list) do
    local of = line.claim and line.claim:match "^[^+]*" or ""
    if of == base and not line.corrects and line.kind ~= "discount" then
      local net = line.amount + (line.discount or 0)
      local one = { line = line, net = net, left = net - (line.credited or 0), taken = {} }
      found[#found + 1], at[line.document .. "#" .. line.ordinal] = one, one
    end
  end
  for _, line in ipairs(list) do
    local one = line.corrects and at[line.corrects .. "#" .. tostring(line.corrects_line)]
    if one then
      one.left, one.corrected = one.left + line.amount, (one.corrected or line.amount * 0) + line.amount
      one.taken[#one.taken + 1] = line
    end
  end
  return found
end

-- ---- credits ----

-- Never more than is left of it, never the other way.
local function limited(credit, left)
  if left.amount >= 0 then return max(min(credit, left), left * 0) end
  return min(max(credit, left), left * 0)
end

-- What a billed line comes to for the days of it that stay.
local function kept_amount(one, kept, rest, measure, low_high)
  local line = one.line
  local untouched = not line.discount and not line.credited
  local whole = line.whole or line.amount
  local sum, parts, all = whole * 0, 0, 0
  local d
  for _, span in ipairs(kept) do
    local n, of, before = measure(span.a, span.b)
    d, parts = of, parts + n
    sum = sum + proration.amount(whole, n, of, before)
  end
  if untouched then return sum end
  if #kept == 0 then return one.left * 0 end
  for _, span in ipairs(rest) do
    all = all + (low_high(span) and d or (measure(span.a, span.b)))
  end
  if all <= 0 or parts >= all then return one.left end
  return prorate(one.left, parts, all)
end

-- The credit of some days of a billed line; nil if there is nothing to take back.
local function credit_of(one, span, of, measure)
  local rest, unused = one.rest, {}
  for _, part in ipairs(rest) do
    local a, b = max(part.a, span.a), min(part.b, span.b)
    if a < b then unused[#unused + 1] = { a = a, b = b } end
  end
  if #unused == 0 then return nil end
  local found = {}
  for _, part in ipairs(unused) do
    local kept = minus(one.rest, part.a, part.b)
    local amount = one.left - kept_amount(one, kept, one.rest, measure, function(whole)
      return whole.a == of.low and whole.b == of.high and not one.line.share
    end)
    amount = limited(amount, one.left)
    one.rest, one.left = kept, one.left - amount
    if amount.amount ~= 0 then found[#found + 1] = { one = one, a = part.a, b = part.b, amount = amount } end
  end
  return found
end

-- The days of a line that corrections have not taken back, by the clock of when each was billed.
local function rest_of(one, clock)
  local line = one.line
  local a, b = clock(line, line.start), clock(line, line.stop - 1) + 1
  local rest = { { a = a, b = b } }
  for _, taken in ipairs(one.taken) do
    rest = minus(rest, clock(taken, taken.start), clock(taken, taken.stop - 1) + 1)
  end
  return rest
end

--- The credits of the days whose terms hold no more.
---@param billed table of corrections.billed
---@param differences table of corrections.differences
---@param of table the period as it was when it was billed
---@param clock function of a billed line and a civil day -> day of the clock as it was then
---@return table list of { one (of billed), a, b, amount (positive money) }
function corrections.credits(billed, differences, of, clock)
  local list = {}
  for _, difference in ipairs(differences) do
    for _, one in ipairs(billed) do
      if one.line.charge == difference.id then
        one.rest = one.rest or rest_of(one, clock)
        for _, span in ipairs(difference.gone) do
          local measure = runs.measure(span.run.segment.plan, of, span.run.charge)
          for _, credit in ipairs(credit_of(one, span, of, measure) or {}) do list[#list + 1] = credit end
        end
      end
    end
  end
  return list
end

-- ---- arrears: what it comes to now, against what was billed ----

local function add_to(map, order, id, amount)
  if not map[id] then map[id], order[#order + 1] = amount, id else map[id] = map[id] + amount end
end

-- Take a difference back from the lines of a charge, the last one first, each at most what is left of it; what more there
-- is.
local function take_back(list, billed, id, wanted)
  for i = #billed, 1, -1 do
    local one = billed[i]
    if one.line.charge == id and wanted.amount > 0 and one.left.amount > 0 then
      local gross, net = one.line.amount, one.net
      local after = net ~= gross and net.amount ~= 0 -- its discount is taken back with it
      local all = after and prorate(wanted, net.amount, gross.amount) or wanted
      local amount = min(all, one.left)
      one.left = one.left - amount
      wanted = amount < all and wanted - (after and prorate(amount, gross.amount, net.amount) or amount) or wanted * 0
      if amount.amount ~= 0 then list[#list + 1] = { one = one, amount = amount } end
    end
  end
  return wanted
end

-- What lines bill before discounts, less what corrections took back of it before discounts.
local function gross_of(one)
  local line, corrected = one.line, one.corrected
  if not corrected then return line.amount end
  if one.net == line.amount or one.net.amount == 0 then return line.amount + corrected end
  return line.amount + prorate(corrected, line.amount.amount, one.net.amount)
end

--- What the charges of a period in arrears come to now, against what was billed of them.
---@param billed table of corrections.billed
---@param target table lines as they would be billed now, without discounts
---@param late table meter = true, of those whose usage came late: their charges make a line even if it is of nothing
---@return table list of { id, amount (positive), like (a line of the charge) } to charge; list of credits { one, amount }
function corrections.settle(billed, target, late)
  local now, order, was, like, charge, credits = {}, {}, {}, {}, {}, {}
  for _, line in ipairs(target) do
    if line.charge then
      add_to(now, order, line.charge, line.amount)
      like[line.charge] = like[line.charge] or line
    end
  end
  for _, one in ipairs(billed) do
    local line = one.line
    if line.charge then
      add_to(was, now[line.charge] and {} or order, line.charge, gross_of(one))
      like[line.charge] = like[line.charge] or line
    end
  end
  for _, id in ipairs(order) do
    local nothing = (now[id] or was[id]) * 0
    local more = (now[id] or nothing) - (was[id] or nothing)
    local line = like[id]
    if more.amount > 0 or (more.amount == 0 and line.meter and late[meters.event(line.meter)]) then
      charge[#charge + 1] = { id = id, amount = more, like = line }
    elseif more.amount < 0 then
      local rest = take_back(credits, billed, id, -more)
      if rest.amount > 0 then charge[#charge + 1] = { id = id, amount = -rest, like = line } end
    end
  end
  return charge, credits
end

return corrections

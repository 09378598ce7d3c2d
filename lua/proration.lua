--- lua/proration.lua: which part of a period some of its days are, as an exact fraction.
--- Units: n / d, whole numbers. Parts are differences of positions, so that the parts of a period follow each other:
--- position of a day = what of the period lies before it.
--- Source: actual/actual of the period, actual/30, 30E/360 (ISDA 2006 4.16(g)), 365ths, whole months, none; Zuora's table
--- of 2026-01-27..31: 5/31, 5/30, 4/30.
--- Example: proration.of("actual", april).part(2026-04-11, 2026-05-01) is 20, 30 with 10 before it.
local declare = require "declare"

local proration = {}

--- The conventions, in the words of a plan.
proration.NAMES = { "actual", "actual/30", "30/360", "actual/365", "months", "whole_months", "none" }

local function gcd(a, b)
  while b ~= 0 do a, b = b, a % b end
  return a
end

-- ---- positions: a function of a day within a nominal period, and the denominator ----

local make = {}

make.actual = function(part) return part.stop - part.start, function(day) return day - part.start end end

make["actual/30"] = function(part) return 30 * part.months, function(day) return day - part.start end end

make["30/360"] = function(part)
  return 30 * part.months, function(day) return part.start:days_30e360(day) end
end

make["actual/365"] = function(part)
  local common = gcd(12, part.months)
  local a_day = 12 // common
  return 365 * (part.months // common), function(day) return (day - part.start) * a_day end
end

-- First days of the months of a nominal period, and its end: clamped from the anchor as the series is.
local function months_of(part)
  local list, at = { part.start }, part.start
  for k = 2, part.months do
    local _, stop = part.month_at(at)
    list[k], at = stop, stop
  end
  list[part.months + 1] = part.stop
  return list
end

make.months = function(part)
  local list, lcm = months_of(part), 1
  for k = 1, part.months do
    local days = list[k + 1] - list[k]
    lcm = lcm // gcd(lcm, days) * days
  end
  return part.months * lcm, function(day)
    for k = 1, part.months do
      if day < list[k + 1] then return (k - 1) * lcm + (day - list[k]) * (lcm // (list[k + 1] - list[k])) end
    end
    return part.months * lcm
  end
end

-- The first day in service of those from a to b, nil if none is.
local function served_from(part, a, b)
  if not part.serves then return b > part.service and max(a, part.service) or nil end
  for _, span in ipairs(part.serves) do
    local day = max(a, span.a)
    if day < b and (not span.b or day < span.b) then return day end
  end
end

make.whole_months = function(part)
  local list, first = months_of(part), {}
  for k = 1, part.months do first[k] = served_from(part, list[k], list[k + 1]) or false end
  return part.months, function(day)
    local n = 0
    for k = 1, part.months do
      if first[k] and first[k] < day then n = n + 1 end
    end
    return n
  end
end

make.none = function(part)
  local first = served_from(part, part.start, part.stop) or part.service
  return 1, function(day) return day > first and 1 or 0 end
end

-- The position of a day in one nominal period; days before and after it are its bounds.
local function position_in(part, convention)
  if not part.months and convention ~= "none" then convention = "actual" end
  local d, at = make[convention](part)
  local start, stop, last = part.start, part.stop, at(part.stop)
  return d, function(day)
    if day <= start then return 0 end
    if day >= stop then return last end
    return at(day)
  end
end

-- ---- a period ----

--- How the days of a period are measured.
---@param convention string of proration.NAMES; periods by days, weeks or scripts know actual and none
---@param parts table list of { start, stop, months (or nil), service (its first day in service), serves (its spans in
---  service, { a, b }; nil: all from the first on), month_at (function day -> bounds of its month) }: one nominal period,
---  or two where the first is merged into the next
---@return function of two days: n, d, n of what lies before; n is never more than d for one nominal period
function proration.of(convention, parts)
  local d, at = position_in(parts[1], convention)
  if #parts == 1 then
    return function(a, b)
      local before = at(a)
      return min(at(b) - before, d), d, before
    end
  end
  local d2, at2 = position_in(parts[2], convention)
  local common = d // gcd(d, d2) * d2
  local f, f2 = common // d, common // d2
  return function(a, b)
    local before = at(a) * f + at2(a) * f2
    return at(b) * f + at2(b) * f2 - before, common, before
  end
end

--- n / d of two days with what lies before, in lowest terms where the denominator is not one that people count in.
function proration.reduce(convention, n, d, before)
  if convention ~= "months" then return n, d, before end
  local common = gcd(gcd(n, d), before)
  return n // common, d // common, before // common
end

--- round(amount * (before + n) / d) - round(amount * before / d): parts that follow each other add up to the whole.
---@param amount any money
function proration.amount(amount, n, d, before)
  return prorate(amount, before + n, d) - prorate(amount, before, d)
end

--- Check the convention of a plan for its cycle.
function proration.check(convention, cycle)
  declare.choice("proration", convention, proration.NAMES)
  if not cycle.months and convention ~= "actual" and convention ~= "none" then
    declare.fail('proration is "' .. convention .. '", and a period is ' .. cycle.name,
                 'periods that are not of whole months know "actual" and "none"')
  end
  return convention
end

return proration

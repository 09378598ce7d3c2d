--- lua/allowance.lua: what is free of a charge in a period, and what of it is carried over from the periods before.
--- Units: quantities are decimals.
--- Source: an allowance is taken off the quantity before its bands: 100 free of 150 leave 50 at the first band's price. Unused
--- allowance, up to a cap, is carried over as a grant with an expiry of its own; what expires first is used first.
--- Example: free = 100, rollover = { cap = 50, periods = 1 }: 30 used in January leave 70, of which 50 are carried; in
--- February 170 used are 150 free and 20 billed.
local bands = require "bands"
local declare = require "declare"
local invoice = require "invoice"
local rating = require "rating"

local allowance = {}

local PERIODS_MAX = 1200 -- periods that are looked back upon

-- ---- the free quantity of a period ----

-- For a part of a period, where the charge says so; n and d of the part or of a whole period.
local function prorated(charge, quantity, share)
  if charge.bounds == "prorated" and share then return bands.prorated_bound(quantity, share[1], share[2]) end
  return quantity
end

-- Carry what a period leaves to the next: grants in the order of their expiry, what is used taken from the first.
local function use_up(grants, used)
  for i = 1, #grants do
    local taken = min(grants[i].left, used)
    grants[i].left, used = grants[i].left - taken, used - taken
  end
end

local function carry_over(charge, grants)
  local kept, roll, newest = {}, charge.rollover, #grants
  for i = 1, newest do
    local grant = grants[i]
    if i == newest and roll.cap then grant.left = min(grant.left, roll.cap) end
    grant.age = grant.age + 1
    if grant.left > 0 and (not roll.periods or grant.age <= roll.periods) then kept[#kept + 1] = grant end
  end
  return kept
end

-- What is carried into this period, by all periods before, the first one first.
local function carried(charge, free)
  local before, grants = {}, {}
  for i = 1, PERIODS_MAX do
    before[i] = rating.usage_before(charge.meter, i)
    if not before[i] then break end
  end
  for i = #before, 1, -1 do
    grants[#grants + 1] = { left = prorated(charge, free, before[i].share), age = 0 }
    use_up(grants, max(before[i].quantity, 0))
    grants = carry_over(charge, grants)
  end
  local left = 0
  for i = 1, #grants do left = left + grants[i].left end
  return left
end

--- The free quantity of the charge for the days at hand, and how much of it is carried over.
function allowance.of(charge)
  local free, carry = rating.agreed(charge, charge.id .. ".free") or rating.number(charge, charge.free, "free quantity"), 0
  if free < 0 then
    rating.fail(charge, "has the free quantity " .. tostring(free) .. " for " .. rating.subject(), "it is 0 or more")
  end
  if charge.rollover then carry = carried(charge, free) end
  return prorated(charge, free, invoice.job().share) + carry, carry
end

--- What is left to be billed of a quantity: what is free is taken off, days before of the same period use of it first. The
--- job remembers what was used and what was free, for the text of the line.
function allowance.take_off(charge, quantity)
  local job = invoice.job()
  job.used, job.free, job.carried = quantity, allowance.of(charge)
  return max(quantity - max(job.free - rating.earlier(charge), 0), 0)
end

--- How much of the charge's bands or packages was filled before. A quantity that is taken back empties them again.
function allowance.earlier(charge, quantity)
  local earlier, job = rating.earlier(charge), invoice.job()
  if earlier == 0 then return 0 end
  if charge.free then earlier = max(earlier - job.free, 0) end
  return job.opposite and max(earlier - quantity, 0) or earlier
end

--- ", 150 free, 50 of them carried over": what is free of the charge at hand, as it stands on a line.
function allowance.text(charge)
  if not charge.free then return "" end
  local job = invoice.job()
  if job.free == 0 then return "" end
  return ", " .. tostring(job.free) .. " free"
    .. (job.carried > 0 and ", " .. tostring(job.carried) .. " of them carried over" or "")
end

--- The charge's bands for the days at hand, and how far they were filled before.
function allowance.tiers(charge, quantity)
  local share = charge.bounds == "prorated" and not charge.prorate and invoice.job().share
  if share then return bands.prorated(charge.tiers, share[1], share[2]), 0 end
  return charge.tiers, allowance.earlier(charge, quantity)
end

-- ---- declaring ----

local ROLLOVER = { cap = "number", periods = "count" }

local function check_rollover(given)
  if not given.free then declare.fail("rollover carries over what is free, and nothing is free", "add free = 100") end
  if not given.meter then
    declare.fail("rollover carries over what was not used, and this charge has no meter", 'add meter = "api.calls"')
  end
  local roll = given.rollover
  if roll == true then return {} end
  if roll == false then return nil end
  declare.fields("rollover", roll, ROLLOVER)
  declare.positions("rollover", roll, 0)
  if roll.cap and roll.cap < 0 then declare.fail("the cap of the rollover is " .. tostring(roll.cap), "it is 0 or more") end
  if roll.periods == 0 then declare.fail("periods of the rollover is 0", "unused quantity is carried for 1 period or more") end
  return { cap = roll.cap, periods = roll.periods }
end

--- Check free, rollover and bounds of a declaration; they become fields of the charge.
function allowance.declare(charge, given)
  if given.bounds then declare.choice("bounds", given.bounds, { "whole", "prorated" }) end
  local free = given.free
  if type(free) ~= "string" and type(free) ~= "function" and free and free < 0 then
    declare.fail("the free quantity is " .. tostring(free), "it is 0 or more")
  end
  if free == 0 then free = nil end
  charge.free, charge.bounds = free, given.bounds
  if given.rollover ~= nil then charge.rollover = check_rollover(given) end
end

return allowance

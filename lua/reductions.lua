--- lua/reductions.lua: what discounts take off a document, and how they are spread over its tax categories and lines.
--- Units: amounts are money in whole minor units; of prices with tax they are with tax.
--- Source: a discount on a document is spread over its tax categories (EN 16931 BG-20 has one category each), and within one
--- over its lines, by the largest remainder. Stacking: "sequential" takes a share of what is left by now, "additive" of what
--- the lines came to before any discount, "best_of" only what goes beyond the discounts so far.
--- Example: 100.00 less 10 % and 10 % is 81.00 sequential, 80.00 additive, 90.00 best of.
local declare = require "declare"

local reductions = {}

--- How discounts add up, as rules write it.
reductions.STACKS = { "sequential", "additive", "best_of" }

-- ---- which lines ----

local function counts(line) return line.kind ~= "discount" and not line.corrects end

-- The direction of the document: what takes an earlier line back has no say in it.
local function sign_of(job)
  local net, lines = job.one * 0, job.lines
  for i = 1, job.count do
    if not lines[i].corrects then net = net + lines[i].amount end
  end
  return net < 0 and -1 or 1, net
end

local function left_of(line, sign)
  local discount = line.discount
  return (discount and line.amount + discount or line.amount) * sign
end

-- Net amounts by tax category, in the order of the lines; in the direction of the document, negative ones as 0.
local function collect(job, options)
  local sign, net = sign_of(job)
  local nothing = job.one * 0
  local scope = { sign = sign, categories = {}, at = {}, list = nothing, left = nothing }
  for i = 1, job.count do
    local line = job.lines[i]
    local category = line.tax_category
    if counts(line) and (not options.charges or options.charges[line.charge or ""])
      and (not options.categories or options.categories[category]) then
      local one = scope.at[category]
      if not one then
        one = { name = category, list = nothing, left = nothing, lines = {} }
        scope.at[category], scope.categories[#scope.categories + 1] = one, one
      end
      one.list, one.left = one.list + line.amount * sign, one.left + left_of(line, sign)
      one.lines[#one.lines + 1] = line
    end
  end
  for _, one in ipairs(scope.categories) do
    one.list, one.left = max(one.list, nothing), max(one.left, nothing)
    scope.list, scope.left = scope.list + one.list, scope.left + one.left
  end
  -- A share of some lines is of these lines; what lines besides them take back bounds it only.
  scope.base, scope.left = scope.left, min(scope.left, net * sign)
  if not (options.charges or options.categories) then scope.base = scope.left end
  return scope
end

-- ---- how much ----

local function check(how, currency)
  if type(how) == "money" then
    if how < 0 then declare.fail("a discount of " .. how .. " is negative", "use invoice:add for a surcharge") end
    if how.currency ~= currency then
      raise { code = "money.currency_mismatch", message = "a discount of " .. how .. " on a document in " .. currency,
              hint = "write the discount in " .. currency .. ", or as percent(10)" }
    end
    return
  end
  declare.kind("discount", how, "number")
  if how < 0 or how > 1 then
    declare.fail("a discount of " .. tostring(how) .. " is no share", "write percent(20), or money for a fixed amount")
  end
end

-- What comes off, in the direction of the document: never more than there is.
local function amount_of(how, scope, stack)
  local off
  if type(how) == "money" then
    off = round(how)
  else
    off = round((stack == "sequential" and scope.base or scope.list) * how)
  end
  if stack == "best_of" then off = off - (scope.list - scope.base) end
  return min(off, scope.left)
end

-- ---- spreading ----

local function bear(line, amount) line.discount = line.discount and line.discount + amount or amount end

-- Spread an amount over lines by what is left of them, none below zero.
local function spread(lines, amount, sign)
  local weights, there = {}, false
  for i = 1, #lines do
    weights[i] = max(left_of(lines[i], sign), amount * 0)
    there = there or weights[i] > 0
  end
  if not there then return end
  local parts = split(amount, weights)
  for i = 1, #lines do
    if parts[i] > 0 or parts[i] < 0 then bear(lines[i], parts[i]) end
  end
end

--- Say on which lines a discount line falls.
---@param line table of kind "discount", as it stands on the document
---@param lines table the lines that it falls on
function reductions.spread(job, line, lines)
  job.spread = job.spread or {}
  job.spread[line] = true
  spread(lines, line.amount, (sign_of(job)))
end

--- Spread the discount lines of which nobody said where they fall over all lines of their tax category.
function reductions.settle(job)
  local sign = job.discounted and sign_of(job)
  for i = 1, sign and job.count or 0 do
    local line = job.lines[i]
    if line.kind == "discount" and not line.corrects and not (job.spread and job.spread[line]) then
      local lines = {}
      for k = 1, job.count do
        local other = job.lines[k]
        if counts(other) and other.tax_category == line.tax_category then lines[#lines + 1] = other end
      end
      reductions.spread(job, line, lines)
    end
  end
  job.discounted = nil
end

-- ---- taking ----

-- What a discount would come to now; at most `most`.
local function worth(job, how, options)
  reductions.settle(job)
  local scope = collect(job, options)
  if scope.left <= 0 then return job.one * 0, scope end
  local off = amount_of(how, scope, options.stack or "sequential")
  if options.most then off = min(off, options.most) end
  return max(off, job.one * 0), scope
end

--- What a discount would take off the document at hand.
---@param job table of invoice.begin
---@param how any a share, or money
---@param options table charges, categories (sets), stack, most (money)
---@return any money
function reductions.worth(job, how, options)
  check(how, job.currency)
  return (worth(job, how, options))
end

--- Take a discount off: one line for each tax category.
---@param put function(line, amount) that adds a line
---@param line table fields of the lines to add: text, rule, revenue, coupon
---@return any money that was taken off, in the direction of the document
function reductions.take(job, put, line, how, options)
  check(how, job.currency)
  local off, scope = worth(job, how, options)
  if off <= 0 then return off end
  local weights = {}
  for i, one in ipairs(scope.categories) do weights[i] = one.left end
  local parts = split(off, weights)
  for i, one in ipairs(scope.categories) do
    if parts[i] > 0 then
      local amount = parts[i] * -scope.sign
      local made = { kind = "discount", tax_category = one.name }
      for name, value in pairs(line) do made[name] = value end
      put(made, amount)
      job.spread = job.spread or {}
      job.spread[made] = true
      spread(one.lines, amount, scope.sign)
    end
  end
  return off
end

return reductions

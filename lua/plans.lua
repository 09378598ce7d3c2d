--- lua/plans.lua: what rules/pricing/NAME.lua returns: a plan of charges, for orders or, with `every`, for periods.
--- Units: none. A plan for periods bills whole months; each charge in advance, when the month begins, or in arrears, when it
--- is over.
--- Source: none.
--- Example: plan { title = "API", every = "month", flat { "Platform fee", price = 49 } } bills 49 when a month begins.
local charges = require "charges"
local declare = require "declare"

local plans = {}

local FIELDS = { title = "!text", currency = "text", every = "text", prices = "text", adjust = "function" }

-- What is wrong with a charge as a part of its plan is told at the charge.
local function fail_at(charge, message, hint)
  local file, line = declare.split(charge.place)
  raise { code = "rule.value", message = message, hint = hint, file = file, line = line }
end

local function check_for_orders(charge)
  local subject = "charge '" .. charge.name .. "'"
  if charge.meter then
    fail_at(charge, subject .. " counts the meter " .. charge.meter .. ", and this plan is for orders",
            'a meter is counted by period: say every = "month" in the plan')
  end
  if type(charge.when) == "string" then
    fail_at(charge, subject .. ' has when = "' .. charge.when .. '", and this plan is for orders',
            'say every = "month" in the plan, or when = function(order, account) ... end')
  end
end

-- When a charge of a period is billed.
local function timing_of(charge)
  local subject = "charge '" .. charge.name .. "'"
  if charge.each then
    fail_at(charge, subject .. ' has each = "' .. charge.each .. '", and this plan is for periods',
            'write quantity = "seats", a tag of the agreement, or meter = "api.calls"')
  end
  if charge.cancellations ~= nil then
    fail_at(charge, subject .. " says cancellations, and this plan is for periods", "only orders are cancelled")
  end
  if type(charge.when) == "function" then
    fail_at(charge, subject .. " has a function for when, and this plan is for periods",
            'write when = "advance" or when = "arrears"; a quantity of 0 makes no line')
  end
  if charge.meter and charge.when == "advance" and not charge.last_period then
    fail_at(charge, subject .. " counts the meter " .. charge.meter .. " in advance",
            'what is used is known when the period is over: leave when out, or say usage = "last_period"')
  end
  return charge.when or ((charge.meter or charge.closing) and not charge.last_period and "arrears" or "advance")
end

local function compile(given)
  local compiled = { title = given.title, currency = given.currency, every = given.every, adjust = given.adjust,
                     prices = given.prices and declare.choice("prices", given.prices, { "net", "gross" }),
                     charges = {}, advance = {}, arrears = {} }
  for i = 1, #given do
    local charge = charges.of(given[i])
    if not charge then
      declare.fail("entry " .. i .. " of the plan is " .. type(given[i]), "write " .. charges.names())
    end
    compiled.charges[i] = charge
    if given.every then
      local list = compiled[timing_of(charge)]
      list[#list + 1] = charge
    else
      check_for_orders(charge)
    end
  end
  charges.check(compiled.charges, given.currency, given.every ~= nil)
  return compiled
end

--- plan { title = "...", currency = ..., every = "month", charge, charge, ..., adjust = function(invoice, account, ...) end }
function plans.declare(given)
  declare.fields("plan", given, FIELDS)
  if given.currency then money(0, given.currency) end
  if given.every then declare.choice("every", given.every, { "month" }) end
  local compiled = compile(given)
  local first = compiled.charges[1]
  if not first then
    declare.fail("this plan has no charges", given.every and 'add flat { "Fee", price = 49 }'
      or 'add per_unit { "Goods", each = "line" }')
  end
  compiled.lines_first = first.each ~= nil and not first.when
  return { declared = given, compiled = function() return compiled end }
end

expose { plan = plans.declare }

--- The plan of a path, checked to be one; `plan` instead, if given.
---@return table title, currency, every, adjust, charges (in their order); of a plan for periods advance and arrears (those
---  of each timing); lines_first (its first charge makes a line of every line of the order)
function plans.of(path, plan)
  plan = plan or rule(path)
  if type(plan) ~= "table" or not plan.compiled then declare.fail(path .. " does not return plan { ... }") end
  return plan.compiled()
end

return plans

--- lua/plans.lua: what rules/pricing/NAME.lua returns: a plan of charges, for orders or, with `every`, for periods.
--- Units: none. Each charge of a plan for periods is billed in advance, when a period begins, or in arrears, when it is
--- over.
--- Source: none.
--- Example: plan { title = "API", every = "month", flat { "Platform fee", price = 49 } } bills 49 when a month begins.
local charges = require "charges"
local cycles = require "cycles"
local declare = require "declare"
local proration = require "proration"

local plans = {}

local FIELDS = {
  title = "!text", currency = "text", every = "text|table", prices = "text", adjust = "function", align = "text|number",
  first = "text", proration = "text", change_day = "text", bill_last_day = "flag", decrease = "text", anchor = "text",
  phases = "table", invoices = "text",
}
-- Settings of plans for periods, with what they may say; book.lua's billing gives those of the whole book.
local CHOICES = {
  first = { "short", "merged" }, change_day = { "new", "old" }, decrease = { "now", "period_end" },
  anchor = { "start", "trial_end" }, invoices = { "account", "agreement", "period" },
}
local OF_PERIODS = { "align", "first", "proration", "change_day", "bill_last_day", "decrease", "anchor", "phases", "invoices" }
local DEFAULTS = { proration = "actual", change_day = "new", bill_last_day = false, decrease = "now", invoices = "account" }

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

-- ---- phases ----

local PHASE = {
  days = "count", weeks = "count", months = "count", years = "count", free = "flag", share = "number", prices = "table",
}

local function length_of(phase, what)
  local length
  for _, unit in ipairs { "days", "weeks", "months", "years" } do
    local n = phase[unit]
    if n and (length or n < 1 or n > 3660) then
      declare.fail(what .. " lasts " .. n .. " " .. unit .. (length and " and something else" or ""),
                   "write one of days, weeks, months or years, from 1 on")
    end
    length = length or n and { unit = unit, n = n }
  end
  if not length then declare.fail(what .. " does not say how long it lasts", "add days = 14 or months = 6") end
  if length.unit == "weeks" then return { days = 7 * length.n } end
  if length.unit == "years" then return { months = 12 * length.n } end
  return { [length.unit] = length.n }
end

-- A phase as the timeline takes it: days or months; prices as texts, as those of agreements are.
local function compile_phase(given, i, list)
  declare.fields("phase", given, PHASE)
  declare.positions("phase", given, 1)
  local what = "phase " .. i
  local compiled = length_of(given, what)
  compiled.name = declare.kind("name of " .. what, given[1], "text")
  compiled.free, compiled.share = given.free, given.share
  if given.share and (given.share < 0 or given.share > 100) then
    declare.fail(what .. " has a share of " .. tostring(given.share), "write percent(50)")
  end
  if given.prices then
    compiled.prices = {}
    for id, price in pairs(given.prices) do
      local known, names = false, {}
      for _, charge in ipairs(list) do
        known = known or charge.keys[id] ~= nil
        for name in pairs(charge.keys) do names[#names + 1] = name end
      end
      if not known then
        declare.fail(what .. " prices '" .. tostring(id) .. "', which is no price of the plan", declare.suggest(id, names))
      end
      compiled.prices[id] = tostring(declare.kind("price of " .. id .. " in " .. what, price, "number|money"))
    end
  end
  return compiled
end

local function compile_phases(given, all)
  local list = {}
  declare.fields("list of phases", given, {})
  for i = 1, #given do list[i] = compile_phase(given[i], i, all) end
  return #list > 0 and list or nil
end

-- ---- compiling ----

-- The cycle of a charge: "" is the plan's, another name that of its own `every`.
local function group_of(compiled, charge)
  local key = ""
  if charge.every then
    local cycle = within("charge '" .. charge.name .. "'", cycles.of, "every of the charge", charge.every)
    key = cycle.name == compiled.cycle.name and "" or cycle.name
    if not compiled.groups[key] then
      compiled.groups[key] = { key = key, cycle = cycle, advance = {}, arrears = {} }
      compiled.keys[#compiled.keys + 1] = key
    end
  end
  return compiled.groups[key]
end

local function begin_periods(compiled, given)
  local cycle = cycles.of("every", given.every)
  compiled.cycle, compiled.every, compiled.keys = cycle, cycle.name, { "" }
  compiled.groups = { [""] = { key = "", cycle = cycle, advance = compiled.advance, arrears = compiled.arrears } }
  for field, choices in pairs(CHOICES) do
    if given[field] ~= nil then declare.choice(field, given[field], choices) end
  end
  for _, field in ipairs(OF_PERIODS) do compiled[field] = given[field] end
  cycles.check_align(cycle, given.align)
  if given.proration then proration.check(given.proration, cycle) end
end

local function check_order_plan(given)
  for _, field in ipairs(OF_PERIODS) do
    if given[field] ~= nil then
      declare.fail("this plan says " .. field .. ", and it is for orders", 'say every = "month" in the plan')
    end
  end
end

local function compile(given)
  local compiled = { title = given.title, place = declare.here(), currency = given.currency, adjust = given.adjust,
                     charges = {}, advance = {}, arrears = {}, ids = {} }
  if given.prices then compiled.prices = declare.choice("prices", given.prices, { "net", "gross" }) end
  if given.every then begin_periods(compiled, given) else check_order_plan(given) end
  for i = 1, #given do
    local charge = charges.of(given[i])
    if not charge then
      declare.fail("entry " .. i .. " of the plan is " .. type(given[i]), "write " .. charges.names())
    end
    compiled.charges[i] = charge
    compiled.ids[charge.id] = charge
    if given.every then
      local list = group_of(compiled, charge)[timing_of(charge)]
      list[#list + 1] = charge
    else
      check_for_orders(charge)
    end
  end
  charges.check(compiled.charges, given.currency, given.every ~= nil)
  if given.phases then compiled.phases = compile_phases(given.phases, compiled.charges) end
  return compiled
end

--- plan { title = "...", currency = ..., every = "month", charge, charge, ..., adjust = function(invoice, account, ...)
--- end }
function plans.declare(given)
  declare.fields("plan", given, FIELDS)
  if given.currency then money(0, given.currency) end
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
---@return table title, currency, every (text, of a plan for periods), adjust, charges (in their order), ids (charge by id);
---  lines_first (its first charge makes a line of every line of the order); of a plan for periods cycle, keys (of its
---  groups), groups (by key: cycle, advance, arrears), advance and arrears (of its own cycle), phases (or nil), and its
---  settings
function plans.of(path, plan)
  plan = plan or rule(path)
  if type(plan) ~= "table" or not plan.compiled then declare.fail(path .. " does not return plan { ... }") end
  return plan.compiled()
end

-- Settled plans by the plan that was declared: a bill run asks for the same ones again and again.
local known = setmetatable({}, { __mode = "k" })

--- A plan for periods with the settings that it leaves open, as the book's `billing` has them, else as this library.
---@param path string of the plan; stands on it as `path`
function plans.settled(plan, path, billing)
  local settled = known[plan]
  if settled and settled.path == path and settled.billing == billing then return settled end
  settled = { billing = billing }
  known[plan] = settled
  for field, value in pairs(plan) do settled[field] = value end
  for field, default in pairs(DEFAULTS) do
    if settled[field] == nil then
      local value = billing and billing[field]
      if field == "proration" and value and not plan.cycle.months and value ~= "none" then value = "actual" end
      if value == nil then value = default end
      settled[field] = value
    end
  end
  settled.path = path
  return settled
end

return plans

--- lua/charges.lua: the kinds of charge that a plan is made of, and the lines they make for an order or a period.
--- Units: quantities and prices are decimals; see lua/invoice.lua for the amounts of lines.
--- Source: kinds and words as in the billing literature: flat, per unit, graduated.
--- Example: flat { "Delivery", price = 4.95 } makes one line of 4.95 of every sale.
---
--- A further kind is a row of a module's `kinds`: its fields, and `rate`, which makes the lines of a quantity. Where the
--- quantity comes from (1, a tag, a function, a meter), when the charge applies and what it says on a line is the same for all.
local allowance = require "allowance"
local commitment = require "commitment"
local declare = require "declare"
local formula = require "formula"
local invoice = require "invoice"
local matrix = require "matrix"
local meters = require "meters"
local percentage = require "percentage"
local rating = require "rating"
local simple = require "simple"
local tiered = require "tiered"

local charges = {}

-- Charges of the constructors below; nothing else passes for one.
local made = setmetatable({}, { __mode = "k" })

-- ---- the lines of an order ----

local function price_missing(line, charge)
  local job = invoice.job()
  local product = line.product
  local file, line_number
  if charge then file, line_number = declare.split(charge.place) end
  local subject = product and ("product " .. product)
    or ("line " .. tostring(line.ordinal) .. " '" .. (line.text or "") .. "'")
  raise { code = "price.missing",
          message = subject .. " has no price on " .. job.day, file = file, line = line_number,
          hint = product and "moonbill set product " .. product .. " price=..., or give the order's line a price"
            or "give the order's line a price" }
end
charges.price_missing = price_missing

--- The list price of a product's version.
function charges.list_price(product)
  local price, job = product and product.price, invoice.job()
  if not price then return nil end
  local currency = product.currency or job.book.currency
  if currency ~= job.currency then
    raise { code = "money.currency_mismatch",
            message = "the price of product " .. product.id .. " is in " .. currency .. ", the order in " .. job.currency,
            hint = "give the order's line a price in " .. job.currency }
  end
  return price
end

--- Bill every line of the order: the loop that a bill run spends its time in.
local function bill_each_line(charge)
  local job, list_price, add, in_currency = invoice.job(), charges.list_price, invoice.add_line, invoice.in_currency
  local order, account = job.order, job.account
  local lines, place, corrected = order.lines, charge.place, job.corrected
  local price_rule, quantity_rule, when = charge.price, charge.quantity, charge.when
  for i = 1, #lines do
    local line = lines[i]
    if not when or when(line, order, account) then
      local id = line.product
      local product = id and job.find_product(id, job.day)
      local price, quantity
      if price_rule == "price" then
        price = line.price or (corrected and corrected.prices[i]) or list_price(product)
      elseif charge.computes_price then
        price = in_currency(price_rule(line, order, account), "the price of charge '" .. charge.name .. "'")
      else
        price = in_currency(price_rule, "the price of charge '" .. charge.name .. "'")
      end
      if not price then price_missing(line, charge) end
      if quantity_rule == "quantity" then
        quantity = line.quantity
      else
        quantity = charge.computes_quantity and quantity_rule(line, order, account) or quantity_rule
      end
      add({
        kind = line.kind or "product", product = id, text = line.text or (product and product.name) or id or charge.name,
        unit = charge.unit or line.unit or (product and product.unit),
        tax_category = charge.category or line.tax_category or product and product.tax_category or "standard",
        revenue = charge.revenue or (product and product.revenue) or job.revenue,
        source_line = line.ordinal or i, corrects_line = corrected and corrected.lines[i], rule = place,
      }, quantity, price)
    end
  end
end

-- ---- the charges of an order or a period ----

-- Errors of arithmetic and of amounts are told at the charge that they come from.
local PLACED = { "^decimal%.", "^money%.", "^rule%.value$" }

local function tell_place(charge, err)
  local place = type(err) == "table" and err.file or ""
  if place ~= "" and not place:find "^lua/" then return error(err) end
  for _, pattern in ipairs(PLACED) do
    if type(err) == "table" and tostring(err.code):find(pattern) then
      local message = tostring(err.message)
      if not message:find(charge.name, 1, true) then message = "charge '" .. charge.name .. "': " .. message end
      local file, line = declare.split(charge.place)
      return raise { code = err.code, message = message, hint = err.hint, context = err.context, file = file, line = line }
    end
  end
  return error(err)
end

local function placed(f, charge)
  local ok, err = pcall(f, charge)
  if not ok then tell_place(charge, err) end
end

-- What is free is taken off first; what comes to nothing makes no line, unless there was something or the charge says so.
local function rate(charge, quantity, usage)
  if charge.free then quantity = allowance.take_off(charge, quantity) end
  if charge.own_sign then
    charge.rate(charge, quantity, usage)
  else
    rating.signed(charge, quantity, usage)
  end
end

local function bill_order(charge)
  local job = invoice.job()
  local cancels = job.order.kind == "cancellation"
  if cancels and not charge.cancellations then return end
  if type(charge.when) == "function" and not charge.when(job.order, job.account) then return end
  local quantity = rating.quantity(charge)
  if quantity < 0 or cancels then
    if charge.free and quantity > 0 then quantity = allowance.take_off(charge, quantity) end
    return rating.signed(charge, cancels and -quantity or quantity)
  end
  rate(charge, quantity)
end

local function refuse_negative(charge, quantity)
  if charge.meter and charge.opposite and not charge.free then return end
  rating.fail(charge, "has the negative quantity " .. tostring(quantity) .. " for " .. rating.subject(),
              charge.meter and "correct the usage events of " .. charge.meter or "quantities of a period are 0 or more")
end

local NOTHING = { quantity = 0 }

local function bill_period(charge)
  local quantity, usage
  if charge.meter then
    usage = charge.last_period and (rating.usage_before(charge.meter, 1) or NOTHING) or rating.usage(charge.meter)
    quantity = usage.quantity
  else
    quantity = rating.quantity(charge)
  end
  if quantity < 0 then refuse_negative(charge, quantity) end
  if quantity ~= 0 or charge.charge_at_zero or (charge.own_sign and (not usage or (usage.count or 0) > 0)) then
    rate(charge, quantity, usage)
  end
end

--- The lines of a charge for the order at hand.
function charges.bill_order(charge)
  if charge.closing then return end
  if charge.each then return bill_each_line(charge) end
  return placed(bill_order, charge)
end

--- The lines of a charge for the days of service at hand (job.span) of the period.
function charges.bill_period(charge)
  if not charge.closing then return placed(bill_period, charge) end
end

--- The lines of the charges that look at all others: stage "cap", then "before" and "after" (discounts).
---@param list table charges of the plan
function charges.close(stage, list)
  for i = 1, #list do
    if list[i].closing == stage then placed(list[i].close, list[i]) end
  end
end

--- A text that is the same for two stretches of a period in which the charge is on the same terms: where it is declared, its
--- quantity and prices for what the job has (agreement, account, period, overrides, phase).
function charges.terms(charge)
  local job = invoice.job()
  local parts = { charge.place, charge.id }
  if charge.quantity and not charge.meter then parts[#parts + 1] = tostring(rating.quantity(charge)) end
  if charge.price then parts[#parts + 1] = tostring(rating.price(charge, charge.price)) end
  if charge.free then parts[#parts + 1] = tostring(rating.number(charge, charge.free, "free quantity")) end
  if charge.kind_terms then parts[#parts + 1] = charge.kind_terms(charge) end
  for key, text in pairs(job.overrides or {}) do
    local told = key == charge.id and charge.price ~= nil -- its price stands there already
    if charge.keys[key] and not told then parts[#parts + 1] = key .. "=" .. text end
  end
  local phase = job.phase
  if phase and phase.share and charge.prorate then parts[#parts + 1] = tostring(phase.share) end
  return table.concat(parts, "|")
end

-- ---- checking a plan ----

local function check_ids(list)
  local known, ids = {}, {}
  for i = 1, #list do
    local charge = list[i]
    local other = known[charge.id]
    if other then
      rating.fail(charge, "has the id '" .. charge.id .. "', as charge '" .. other.name .. "' at " .. other.place,
                  'give one of them another: id = "' .. charge.id .. '_2"')
    end
    known[charge.id], ids[i] = charge, charge.id
  end
  for i = 1, #list do
    for id in pairs(list[i].charges or {}) do
      if not known[id] then
        rating.fail(list[i], "names the charge '" .. id .. "', which is not in the plan", declare.suggest(id, ids))
      end
    end
  end
end

-- A part of a period pays a part of the price of a state (a highest or latest value), and all of what adds up.
local function check_meters(charge)
  for _, name in ipairs(charge.meters or {}) do meters.check(name) end
  if not charge.meter then return end
  meters.check(charge.meter, nil, charge.place)
  local additive = meters.additive(charge.meter)
  if not charge.says_prorate and not charge.once then charge.prorate = not additive end
  for _, cell in ipairs(charge.cells or {}) do cell.prorate = charge.prorate end
  if charge.accumulate and not additive then
    rating.fail(charge, "goes on counting " .. charge.meter .. ", whose periods do not add up", "leave accumulate out")
  end
end

--- Check the charges of a plan against each other: ids, currencies, charges that others name; and the meters they count.
---@param currency string|nil of the plan
---@param periods boolean whether the plan is for periods
function charges.check(list, currency, periods)
  if periods then check_ids(list) end
  for i = 1, #list do
    local charge = list[i]
    if charge.currency and currency and charge.currency ~= currency then
      rating.fail(charge, "has prices in " .. charge.currency .. ", and the plan is in " .. currency,
                  "a plan is in one currency: write a plan for each", "money.currency_mismatch")
    end
    currency = currency or charge.currency
    if charge.meter or charge.meters then placed(check_meters, charge) end
  end
end

--- Check the prices that an agreement has of its own: each names a price of a charge in the plan, and is a number.
---@param prices table texts by key: a charge's id, or one of its prices, "api_calls.2"
---@param list table charges of the plan
---@param agreement table for messages
---@param currency string
function charges.check_overrides(prices, list, agreement, currency)
  for key, text in pairs(prices or {}) do
    local known, all = nil, {}
    for i = 1, #list do
      if list[i].keys[key] then known = list[i] end
      for name in pairs(list[i].keys) do all[#all + 1] = name end
    end
    if not known then
      declare.fail("agreement " .. agreement.id .. " has a price for '" .. key .. "', which is no price of its plan",
                   #all > 0 and declare.suggest(key, all) or "this plan has no prices that can be agreed")
    end
    rating.read_price(known, text, agreement, currency, key)
  end
end

local MAY_ASK = { "quantity", "price", "free", "amount", "percent", "fixed", "when", "included", "overage", "band_by" }

--- What a charge reads: names of tags that are numbers, of properties (which may be tags), of meters, and whether functions of
--- the rule may read more.
---@return table tags, properties (or nil), meters (lists), open
function charges.reads(charge)
  local tags, read, open = {}, {}, false
  if charge.each then
    return { tags = tags, meters = read, open = charge.when ~= nil or charge.computes_price or charge.computes_quantity }
  end
  for _, field in ipairs { "quantity", "free", "amount", "included", "band_by" } do
    if type(charge[field]) == "string" then tags[#tags + 1] = charge[field] end
  end
  for _, field in ipairs(MAY_ASK) do
    if type(charge[field]) == "function" then open = true end
  end
  for _, cell in ipairs(charge.cells or {}) do open = open or type(cell.price) == "function" end
  read[1] = charge.meter
  for _, name in ipairs(charge.meters or {}) do read[#read + 1] = name end
  return { tags = tags, properties = charge.by, meters = read, open = open }
end

-- ---- the kinds ----

local COMMON = {
  id = "text", when = "text|function", prorate = "flag", category = "text", revenue = "text", cancellations = "flag",
}
local RATED = { every = "text|table", once = "flag", credit = "flag", unit = "text" }
local COUNTED = { quantity = "number|text|function", meter = "text", usage = "text" }
local FREE = { free = "number|text|function", rollover = "flag|table", bounds = "text" }
local ACCUMULATES = { accumulate = "text" }
local SINCE = { "year", "calendar_year", "agreement" }

-- Where the quantity comes from: one source, and not two.
local function check_quantity(kind, charge, given)
  if charge.quantity or not kind.counts then return end
  if given.meter and given.quantity then
    declare.fail("the " .. kind.of .. " has a quantity and a meter", "its quantity is one or the other")
  end
  charge.quantity, charge.meter = given.quantity, given.meter
  if charge.quantity == nil and not charge.meter then
    charge.quantity = kind.quantity
    if not charge.quantity then
      declare.fail("a " .. kind.of .. " needs " .. (kind.needs or "a quantity or a meter"),
                   'for example quantity = "seats", a tag of the account')
    end
  end
  if given.usage then
    declare.choice("usage", given.usage, { "last_period" })
    if not charge.meter then declare.fail("usage says which period's usage counts, and this charge has no meter") end
    charge.last_period = true
  end
end

-- "Platform fee" is platform_fee, where a rule does not name it.
local function id_of(given, name)
  local id = given.id or name:lower():gsub("[^%w]+", "_"):gsub("^_+", ""):gsub("_+$", "")
  if not id:find "^%w[%w_%-]*$" then
    declare.fail("charge '" .. name .. "' has the id '" .. id .. "'", 'give it one of letters and digits: id = "seats"')
  end
  return id
end

-- The currency of all money that a declaration names.
local function currency_of(value, known)
  if type(value) == "money" then
    if known and known ~= value.currency then
      declare.fail("this charge has prices in " .. known .. " and in " .. value.currency, "a charge is in one currency",
                   "money.currency_mismatch")
    end
    return value.currency
  end
  if type(value) == "table" then
    for _, part in pairs(value) do known = currency_of(part, known) end
  end
  return known
end

local function or_else(value, default)
  if value == nil then return default end
  return value
end

local function settings(charge, kind, given)
  charge.when, charge.category, charge.revenue, charge.unit = given.when, given.category, given.revenue, given.unit
  charge.every, charge.once, charge.cancellations = given.every, given.once, given.cancellations
  charge.prorate = or_else(given.prorate, not charge.meter and not given.once)
  charge.credit = or_else(given.credit, not given.once)
  charge.own_sign, charge.charge_at_zero = charge.own_sign or kind.own_sign, charge.charge_at_zero or kind.at_zero
  charge.opposite, charge.currency = kind.opposite, currency_of(given)
  charge.rate, charge.close, charge.kind_terms = charge.rate or kind.rate, kind.close, kind.terms
  charge.place, charge.says_prorate = declare.here(), given.prorate ~= nil
  if kind.free then allowance.declare(charge, given) end
  if given.accumulate then
    charge.accumulate = declare.choice("accumulate", given.accumulate, SINCE)
    if not charge.meter then
      declare.fail("accumulate goes on counting a meter, and this charge has none", 'add meter = "api.calls"')
    end
  end
end

local function construct(kind, given)
  declare.fields(kind.of, given, kind.allowed)
  declare.positions(kind.of, given, 1)
  local charge = kind.check(given)
  check_quantity(kind, charge, given)
  if type(given.when) == "string" then declare.choice("when", given.when, { "advance", "arrears" }) end
  charge.kind, charge.name = kind.name, declare.kind("name of the " .. kind.of, given[1], "text")
  charge.id = id_of(given, charge.name)
  settings(charge, kind, given)
  charge.computes_price = type(charge.price) == "function"
  charge.computes_quantity = type(charge.quantity) == "function"
  if kind.finish then kind.finish(charge) end
  charge.keys = {}
  for _, suffix in ipairs(kind.keys and kind.keys(charge) or {}) do charge.keys[charge.id .. suffix] = true end
  if charge.free then charge.keys[charge.id .. ".free"] = true end
  local entry = { declared = given, charge = function() return charge end }
  made[entry] = true
  return entry
end

local function add_fields(allowed, more)
  for field, kinds in pairs(more) do allowed[field] = kinds end
end

local names, constructors = {}, {}
for _, module in ipairs { simple, tiered, percentage, matrix, formula, commitment } do
  for _, kind in ipairs(module.kinds) do
    kind.allowed = {}
    add_fields(kind.allowed, COMMON)
    if not kind.closes then add_fields(kind.allowed, RATED) end
    if kind.counts then add_fields(kind.allowed, COUNTED) end
    if kind.free then add_fields(kind.allowed, FREE) end
    if kind.accumulates then add_fields(kind.allowed, ACCUMULATES) end
    add_fields(kind.allowed, kind.fields)
    charges[kind.name] = function(given) return construct(kind, given) end
    constructors[kind.name], names[#names + 1] = charges[kind.name], kind.name .. " { }"
  end
end

--- The charge behind an entry of a plan; nil if it is none.
function charges.of(entry) return made[entry] and entry.charge() or nil end

--- "flat { }, per_unit { } or graduated { }": what a plan may list.
function charges.names()
  return table.concat(names, ", ", 1, #names - 1) .. " or " .. names[#names]
end

expose(constructors)

return charges

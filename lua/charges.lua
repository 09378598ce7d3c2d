--- lua/charges.lua: the kinds of charge that a plan is made of, and the lines they make for an order or a period.
--- Units: quantities and prices are decimals; see lua/invoice.lua for the amounts of lines.
--- Source: kinds and words as in the billing literature: flat, per unit, graduated.
--- Example: flat { "Delivery", price = 4.95 } makes one line of 4.95 of every sale.
---
--- A further kind is a row of a module's `kinds`: its fields, and `rate`, which makes the lines of a quantity. Where the
--- quantity comes from (1, a tag, a function, a meter), when the charge applies and what it says on a line is the same for all.
local declare = require "declare"
local invoice = require "invoice"
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

-- ---- quantities ----

-- A quantity by the name of a tag: of the order, the agreement or the account, in this order.
local function tag_quantity(charge, name)
  local job = invoice.job()
  for _, record in ipairs { job.order or false, job.agreement or false, job.account } do
    local tags = record and record.tags
    local text = tags and tags[name]
    if text then
      local ok, quantity = pcall(decimal, text)
      if ok then return quantity end
      rating.fail(charge, "finds '" .. text .. "' as tags." .. name .. " of " .. tostring(record.id) .. ", which is no number",
                  "write it with digits and a point, for example 12 or 2.5")
    end
  end
  return nil
end

local function quantity_missing(charge)
  local job = invoice.job()
  local holder = job.period and "agreement " .. job.agreement.id or "account " .. tostring(job.account.id)
  rating.fail(charge, "finds no quantity for " .. rating.subject(),
              type(charge.quantity) == "string" and "moonbill set " .. holder .. " tags." .. charge.quantity .. "=..." or nil)
end

-- What a charge without a meter is billed for.
local function quantity_of(charge)
  local quantity = charge.quantity
  local kind = type(quantity)
  if kind == "function" then
    quantity = rating.ask(quantity)
    kind = type(quantity)
    if quantity ~= nil and kind ~= "number" and kind ~= "decimal" then
      rating.fail(charge, "has a " .. kind .. " as its quantity for " .. rating.subject(), "answer a number")
    end
  elseif kind == "string" then
    quantity = tag_quantity(charge, quantity)
  end
  if not quantity then quantity_missing(charge) end
  return quantity
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

local function bill_order(charge)
  local job = invoice.job()
  local cancels = job.order.kind == "cancellation"
  if cancels and not charge.cancellations then return end
  if type(charge.when) == "function" and not charge.when(job.order, job.account) then return end
  local quantity = quantity_of(charge)
  rating.signed(charge, cancels and -quantity or quantity)
end

-- What a meter says: a usage object, or its quantity alone.
local function usage_of(charge)
  local usage = invoice.job().usage(charge.meter)
  return type(usage) == "table" and usage or { quantity = usage }
end

-- What was not used makes no line; a flat charge is always 1.
local function bill_period(charge)
  local quantity, usage
  if charge.meter then
    usage = usage_of(charge)
    quantity = usage.quantity
  else
    quantity = quantity_of(charge)
    if quantity < 0 then
      rating.fail(charge, "has the negative quantity " .. tostring(quantity) .. " for " .. rating.subject())
    end
  end
  if quantity ~= 0 then rating.signed(charge, quantity, usage) end
end

--- The lines of a charge for the order at hand.
function charges.bill_order(charge)
  if charge.each then return bill_each_line(charge) end
  return bill_order(charge)
end

--- The lines of a charge for the days of service at hand (job.span) of the period.
charges.bill_period = bill_period

--- The lines of the charges that look at all others: stage "cap", then "before" and "after" (discounts).
---@param list table charges of the plan
function charges.close(stage, list)
  for i = 1, #list do
    if list[i].closing == stage then list[i].close(list[i]) end
  end
end

--- A text that is the same for two stretches of a period in which the charge is on the same terms: by where it is declared,
--- its quantity and price as of job (agreement, account, period, overrides, phase).
function charges.terms(charge)
  local job = invoice.job()
  local parts = { charge.place, charge.id }
  if not charge.meter and charge.quantity then parts[#parts + 1] = tostring(quantity_of(charge)) end
  if charge.price then parts[#parts + 1] = tostring(rating.price(charge, charge.price)) end
  if charge.terms then parts[#parts + 1] = charge.terms(charge) end
  for key, text in pairs(job.overrides or {}) do
    if key == charge.id or key:sub(1, #charge.id + 1) == charge.id .. "." then parts[#parts + 1] = key .. "=" .. text end
  end
  local phase = job.phase
  if phase and phase.share and charge.prorate then parts[#parts + 1] = tostring(phase.share) end
  return table.concat(parts, "|")
end

-- ---- the kinds ----

local COMMON = {
  id = "text", when = "text|function", every = "text|table", once = "flag", prorate = "flag", credit = "flag", category = "text",
  revenue = "text", unit = "text", cancellations = "flag",
}

local KINDS = {}
for _, module in ipairs { simple, tiered } do
  for _, kind in ipairs(module.kinds) do KINDS[#KINDS + 1] = kind end
end

-- Where the quantity comes from: one source, and not two.
local function check_quantity(kind, charge, given)
  if charge.quantity or kind.closing then return end
  if given.meter and given.quantity then
    declare.fail("the " .. kind.of .. " has a quantity and a meter", "its quantity is one or the other")
  end
  charge.quantity, charge.meter = given.quantity, given.meter
  if charge.quantity == nil and not charge.meter then
    declare.fail("a " .. kind.of .. " needs " .. kind.needs, 'for example quantity = "seats", a tag of the account')
  end
end

-- "Platform fee" is platform_fee, where a rule does not name it.
local function id_of(given, name)
  local id = given.id or name:lower():gsub("[^%w]+", "_"):gsub("^_+", ""):gsub("_+$", "")
  if not id:find "^[%w][%w_%-%.]*$" then
    declare.fail("charge '" .. name .. "' has the id '" .. id .. "'", 'give it one of letters and digits: id = "seats"')
  end
  return id
end

local function or_else(value, default)
  if value == nil then return default end
  return value
end

local function construct(kind, given)
  declare.fields(kind.of, given, kind.allowed)
  declare.positions(kind.of, given, 1)
  local charge = kind.check(given)
  check_quantity(kind, charge, given)
  if type(given.when) == "string" then declare.choice("when", given.when, { "advance", "arrears" }) end
  charge.kind, charge.name = kind.name, declare.kind("name of the " .. kind.of, given[1], "text")
  charge.id = id_of(given, charge.name)
  charge.when, charge.category, charge.revenue, charge.unit = given.when, given.category, given.revenue, given.unit
  charge.every, charge.once, charge.cancellations = given.every, given.once, given.cancellations
  charge.prorate = or_else(given.prorate, not charge.meter and not given.once)
  charge.credit = or_else(given.credit, not given.once)
  charge.rate, charge.close, charge.terms, charge.place = kind.rate, kind.close, kind.terms, declare.here()
  charge.computes_price = type(charge.price) == "function"
  charge.computes_quantity = type(charge.quantity) == "function"
  local entry = { declared = given, charge = function() return charge end }
  made[entry] = true
  return entry
end

local names = {}
for _, kind in ipairs(KINDS) do
  kind.allowed = {}
  for field, kinds in pairs(COMMON) do kind.allowed[field] = kinds end
  for field, kinds in pairs(kind.fields) do kind.allowed[field] = kinds end
  charges[kind.name] = function(given) return construct(kind, given) end
  names[#names + 1] = kind.name .. " { }"
end

--- The charge behind an entry of a plan; nil if it is none.
function charges.of(entry) return made[entry] and entry.charge() or nil end

--- "flat { }, per_unit { } or graduated { }": what a plan may list.
function charges.names()
  return table.concat(names, ", ", 1, #names - 1) .. " or " .. names[#names]
end

do
  local constructors = {}
  for _, kind in ipairs(KINDS) do constructors[kind.name] = charges[kind.name] end
  expose(constructors)
end

return charges

--- lua/charges.lua: the kinds of charge that a plan is made of, and the lines they make for an order or a period.
--- Units: quantities and prices are decimals; see lua/invoice.lua for the amounts of lines.
--- Source: kinds and words as in the billing literature: flat, per unit, graduated.
--- Example: flat { "Delivery", price = 4.95 } makes one line of 4.95 of every sale.
---
--- A further kind is a row of KINDS: its fields, and `rate`, which makes the lines of a quantity. Where the quantity comes
--- from (1, a tag, a function, a meter), when the charge applies and what it says on a line is the same for all.
local bands = require "bands"
local declare = require "declare"
local invoice = require "invoice"

local charges = {}

-- Charges of the constructors below; nothing else passes for one.
local made = setmetatable({}, { __mode = "k" })

-- ---- prices and quantities ----

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

-- A quantity by the name of a tag: of the order, the agreement or the account, in this order.
local function tag_quantity(name)
  local job = invoice.job()
  for _, record in ipairs { job.order or false, job.agreement or false, job.account } do
    local tags = record and record.tags
    local text = tags and tags[name]
    if text then return decimal(text) end
  end
  return nil
end

local function quantity_missing(charge)
  local job = invoice.job()
  local of = job.period and "agreement " .. job.agreement.id or "order " .. tostring(job.order.id)
  local holder = job.period and "agreement " .. job.agreement.id or "account " .. tostring(job.account.id)
  declare.fail("charge '" .. charge.name .. "' finds no quantity for " .. of,
               type(charge.quantity) == "string" and "moonbill set " .. holder .. " tags." .. charge.quantity .. "=..." or nil)
end

-- What a charge that is billed once is billed for; the arguments are those of the rule's functions.
local function quantity_of(charge, ...)
  local quantity = charge.quantity
  if charge.computes_quantity then
    quantity = quantity(...)
  elseif type(quantity) == "string" then
    quantity = tag_quantity(quantity)
  end
  if not quantity then quantity_missing(charge) end
  return quantity
end

-- ---- lines ----

local function add_line(charge, text, quantity, price)
  local job = invoice.job()
  return invoice.add_line({
    kind = "charge", text = text, unit = charge.unit, tax_category = charge.category or "standard",
    revenue = charge.revenue or job.revenue, rule = charge.place, meter = charge.meter,
  }, quantity, price)
end

local function price_of(charge, price)
  return invoice.in_currency(price, "the price of charge '" .. charge.name .. "'")
end

-- One line, every unit at the same price.
local function rate_at_one_price(charge, quantity, ...)
  local price, job = charge.price, invoice.job()
  if charge.computes_price then price = price(...) end
  price = price_of(charge, price)
  if not price then
    local file, line = declare.split(charge.place)
    raise { code = "price.missing", file = file, line = line,
            message = "charge '" .. charge.name .. "' has no price for "
              .. (job.period and "agreement " .. job.agreement.id or "order " .. tostring(job.order.id)) }
  end
  add_line(charge, charge.name, quantity, price)
end

local function band_text(name, part, only)
  if only then return name end
  if not part.upto then return name .. ", above " .. tostring(part.from) end
  if part.from == 0 then return name .. ", up to " .. tostring(part.upto) end
  return name .. ", above " .. tostring(part.from) .. " up to " .. tostring(part.upto)
end

-- A line for every band that is reached, so that quantity x price stands on paper.
local function rate_by_bands(charge, quantity)
  local parts = bands.cut(charge.tiers, quantity)
  for i = 1, #parts do
    local part = parts[i]
    add_line(charge, band_text(charge.name, part, #charge.tiers == 1), part.quantity, price_of(charge, part.price))
  end
end

--- Bill every line of the order: the loop that a bill run spends its time in.
local function bill_each_line(charge)
  local job, list_price, add = invoice.job(), charges.list_price, invoice.add_line
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
        price = price_of(charge, price_rule(line, order, account))
      else
        price = price_of(charge, price_rule)
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
  local order, account = job.order, job.account
  local cancels = order.kind == "cancellation"
  if cancels and not charge.cancellations then return end
  if charge.when and not charge.when(order, account) then return end
  local quantity = quantity_of(charge, order, account)
  charge.rate(charge, cancels and -quantity or quantity, order, account)
end

-- What was not used makes no line; a flat charge is always 1.
local function bill_period(charge)
  local job = invoice.job()
  local quantity
  if charge.meter then
    quantity = job.usage(charge.meter)
  else
    quantity = quantity_of(charge, job.agreement, job.account, job.period)
  end
  if quantity ~= 0 then charge.rate(charge, quantity, job.agreement, job.account, job.period) end
end

--- The lines of a charge for the order at hand.
function charges.bill_order(charge)
  if charge.each then return bill_each_line(charge) end
  return bill_order(charge)
end

--- The lines of a charge for the period at hand.
charges.bill_period = bill_period

-- ---- the kinds ----

local COMMON = {
  when = "text|function", category = "text", revenue = "text", unit = "text", cancellations = "flag",
}

local function check_per_unit(given)
  if given.each then
    declare.choice("each", given.each, { "line" })
    if given.meter then declare.fail('each = "line" and a meter do not go together', "a meter counts by period") end
    if type(given.price) == "string" then declare.choice("price", given.price, { "price" }) end
    if type(given.quantity) == "string" then declare.choice("quantity", given.quantity, { "quantity" }) end
    return { each = given.each, price = given.price or "price", quantity = given.quantity or "quantity" }
  end
  declare.kind("price of the per_unit charge", given.price, "number|money|function")
  return { price = given.price }
end

local KINDS = {
  {
    name = "flat", of = "flat charge", fields = { price = "!number|money|function" },
    check = function(given) return { price = given.price, quantity = 1 } end,
    rate = rate_at_one_price,
  },
  {
    name = "per_unit", of = "per_unit charge", needs = 'each = "line", a quantity or a meter',
    fields = { each = "text", price = "number|money|text|function", quantity = "number|text|function", meter = "text" },
    check = check_per_unit, rate = rate_at_one_price,
  },
  {
    name = "graduated", of = "graduated charge", needs = "a quantity or a meter",
    fields = { quantity = "number|text|function", meter = "text", tiers = "!table" },
    check = function(given) return { tiers = bands.declare(given.tiers) } end,
    rate = rate_by_bands,
  },
}

-- Where the quantity comes from: one source, and not two.
local function check_quantity(kind, charge, given)
  if charge.quantity then return end
  if given.meter and given.quantity then
    declare.fail("the " .. kind.of .. " has a quantity and a meter", "its quantity is one or the other")
  end
  charge.quantity, charge.meter = given.quantity, given.meter
  if charge.quantity == nil and not charge.meter then
    declare.fail("a " .. kind.of .. " needs " .. kind.needs, 'for example quantity = "seats", a tag of the account')
  end
end

local function construct(kind, given)
  declare.fields(kind.of, given, kind.allowed)
  declare.positions(kind.of, given, 1)
  local charge = kind.check(given)
  check_quantity(kind, charge, given)
  if type(given.when) == "string" then declare.choice("when", given.when, { "advance", "arrears" }) end
  charge.kind, charge.name = kind.name, declare.kind("name of the " .. kind.of, given[1], "text")
  charge.when, charge.category, charge.revenue = given.when, given.category, given.revenue
  charge.unit, charge.cancellations, charge.rate, charge.place = given.unit, given.cancellations, kind.rate, declare.here()
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

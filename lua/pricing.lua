--- lua/pricing.lua: plans and their charges: which lines a document gets for an order.
--- Units: quantities and prices are decimals, amounts money of the document's currency in whole minor units.
--- Source: the amount of a line is round(quantity x price), half up, once, on the line (EN 16931 BT-131); a discount on
--- the whole document is spread over its tax categories by the largest remainder.
--- Example: plan { title = "Orders", per_unit { "Goods", each = "line" } } makes one line of every line of an order:
--- 3 x 0.335 is 1.01, and its cancellation -3 x 0.335 is -1.01.
local declare = require "declare"

local pricing = {}

-- The document that is being priced. One call of the host makes one document, so that charges need no object each.
local job

-- Charges of the constructors below; nothing else passes for one.
local made = setmetatable({}, { __mode = "k" })

-- One unit of each currency, which makes money of a number.
local ones = {}
local function one_of(currency)
  local one = ones[currency]
  if not one then
    one = money(1, currency)
    ones[currency] = one
  end
  return one
end

-- ---- prices ----

-- A price as a decimal in the document's currency; numbers are in it already.
local function in_currency(price, what)
  if type(price) ~= "money" then return price end
  if price.currency ~= job.currency then
    raise { code = "money.currency_mismatch", message = what .. " is " .. price .. " and the order in " .. job.currency,
            hint = "give the order's lines a price, or the plan one in " .. job.currency }
  end
  return price.amount
end

local function price_missing(line, charge)
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

-- The list price of a product's version.
local function list_price(product)
  local price = product and product.price
  if not price then return nil end
  local currency = product.currency or job.book.currency
  if currency ~= job.currency then
    raise { code = "money.currency_mismatch",
            message = "the price of product " .. product.id .. " is in " .. currency .. ", the order in " .. job.currency,
            hint = "give the order's line a price in " .. job.currency }
  end
  return price
end

-- ---- lines ----

local function add_line(line, quantity, price)
  local n = job.count + 1
  local amount = round(job.one * (quantity and quantity * price or price))
  line.ordinal, line.quantity, line.price, line.amount = n, quantity, quantity and price, amount
  job.count, job.net = n, job.net + amount
  job.lines[n] = line
  return line
end

--- Bill every line of the order: the loop that a bill run spends its time in.
local function bill_each_line(charge)
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
      add_line({
        kind = line.kind or "product", product = id, text = line.text or (product and product.name) or id or charge.name,
        unit = charge.unit or line.unit or (product and product.unit),
        tax_category = charge.category or line.tax_category or product and product.tax_category or "standard",
        revenue = charge.revenue or (product and product.revenue) or job.revenue,
        source_line = line.ordinal or i, corrects_line = corrected and corrected.lines[i], rule = place,
      }, quantity, price)
    end
  end
end

-- A quantity by the name of a tag: of the order, the agreement or the account, in this order.
local function tag_quantity(name)
  for _, record in ipairs { job.order, job.agreement or false, job.account } do
    local tags = record and record.tags
    local text = tags and tags[name]
    if text then return decimal(text) end
  end
  return nil
end

local function bill_once(charge)
  local order, account = job.order, job.account
  local cancels = order.kind == "cancellation"
  if cancels and not charge.cancellations then return end
  if charge.when and not charge.when(order, account) then return end
  local price = charge.price
  if charge.computes_price then price = price(order, account) end
  price = in_currency(price, "the price of charge '" .. charge.name .. "'")
  local quantity = charge.quantity
  if charge.computes_quantity then
    quantity = quantity(order, account)
  elseif type(quantity) == "string" then
    quantity = tag_quantity(quantity)
  end
  if not quantity then
    declare.fail("charge '" .. charge.name .. "' finds no quantity for order " .. tostring(order.id),
                 type(charge.quantity) == "string" and "moonbill set account " .. tostring(account.id) .. " tags."
                 .. charge.quantity .. "=..." or nil)
  end
  if not price then
    local file, line = declare.split(charge.place)
    raise { code = "price.missing", file = file, line = line,
            message = "charge '" .. charge.name .. "' has no price for order " .. tostring(order.id) }
  end
  add_line({
    kind = "charge", text = charge.name, unit = charge.unit, tax_category = charge.category or "standard",
    revenue = charge.revenue or job.revenue, rule = charge.place,
  }, cancels and -quantity or quantity, price)
end

-- ---- declaring ----

local CHARGE_FIELDS = {
  each = "text", price = "number|money|text|function", quantity = "number|text|function", when = "function",
  category = "text", revenue = "text", unit = "text", cancellations = "flag",
}
local FLAT_FIELDS = {
  price = "!number|money|function", when = "function", category = "text", revenue = "text", unit = "text",
  cancellations = "flag",
}

local function charge_of(what, given, quantity, price, bill)
  local charge = {
    name = declare.kind("name of the " .. what, given[1], "text"), price = price, quantity = quantity, when = given.when,
    category = given.category, revenue = given.revenue, unit = given.unit, cancellations = given.cancellations,
    computes_price = type(price) == "function", computes_quantity = type(quantity) == "function", place = declare.here(),
  }
  local entry = { declared = given, bill = function() bill(charge) end }
  made[entry] = { every_line = bill == bill_each_line and not given.when }
  return entry
end

--- flat { "Delivery", price = 4.95, when = function(order, account) ... end }: once for an order, not for a cancellation.
function pricing.flat(given)
  declare.fields("flat charge", given, FLAT_FIELDS)
  declare.positions("flat charge", given, 1)
  return charge_of("flat charge", given, 1, given.price, bill_once)
end

--- per_unit { "Goods", each = "line" }: a line for every line of the order, at its price or the product's.
--- per_unit { "Seats", quantity = "seats", price = 9 }: once for an order, quantity from a tag, a number or a function.
function pricing.per_unit(given)
  declare.fields("per_unit charge", given, CHARGE_FIELDS)
  declare.positions("per_unit charge", given, 1)
  if given.each then
    declare.choice("each", given.each, { "line" })
    if type(given.price) == "string" then declare.choice("price", given.price, { "price" }) end
    if type(given.quantity) == "string" then declare.choice("quantity", given.quantity, { "quantity" }) end
    return charge_of("per_unit charge", given, given.quantity or "quantity", given.price or "price", bill_each_line)
  end
  if given.quantity == nil then
    declare.fail('a per_unit charge needs each = "line" or a quantity',
                 'for example quantity = "seats", a tag of the account')
  end
  declare.kind("price of the per_unit charge", given.price, "number|money|function")
  return charge_of("per_unit charge", given, given.quantity, given.price, bill_once)
end

local PLAN_FIELDS = { title = "!text", currency = "text", adjust = "function" }

--- plan { title = "...", currency = ..., charge, charge, ..., adjust = function(invoice, account, order) ... end }
function pricing.declare(given)
  declare.fields("plan", given, PLAN_FIELDS)
  if given.currency then money(0, given.currency) end
  local bills = {}
  for i = 1, #given do
    if not made[given[i]] then
      declare.fail("entry " .. i .. " of the plan is " .. type(given[i]), "write flat { } or per_unit { }")
    end
    bills[i] = given[i].bill
  end
  if #bills == 0 then declare.fail("this plan has no charges", 'add per_unit { "Goods", each = "line" }') end
  local compiled = { title = given.title, currency = given.currency, bills = bills, adjust = given.adjust,
                     lines_first = made[given[1]].every_line }
  return { declared = given, compiled = function() return compiled end }
end

expose { plan = pricing.declare, flat = pricing.flat, per_unit = pricing.per_unit }

-- ---- what adjust may do ----

local invoice = {}

local function working()
  if not job then
    declare.fail("the invoice is finished", "use it within adjust only", "rule.keeps_state")
  end
  return job
end

-- Net amounts by tax category, in the order of the lines; in the direction of the document, negative ones as 0.
local function weights_of(lines, count, sign)
  local categories, nets, at = {}, {}, {}
  for i = 1, count do
    local line = lines[i]
    local category = line.tax_category
    local n = at[category]
    if not n then
      n = #categories + 1
      categories[n], nets[n], at[category] = category, 0, n
    end
    nets[n] = nets[n] + line.amount * sign
  end
  local sum = 0
  for n = 1, #nets do
    if nets[n] < 0 then nets[n] = 0 end
    sum = sum + nets[n]
  end
  return categories, nets, sum
end

-- What a discount takes off, in minor units and in the direction of the document: never more than there is.
local function taken_off(how, available)
  if type(how) == "money" then
    if how < 0 then declare.fail("a discount of " .. how .. " is negative", "use invoice:add for a surcharge") end
    return min(round(how), available)
  end
  declare.kind("discount", how, "number")
  if how < 0 or how > 1 then
    declare.fail("a discount of " .. tostring(how) .. " is no share", "write percent(20), or money for a fixed amount")
  end
  return round(available * how)
end

--- invoice:discount("Non-profit", percent(20)) or invoice:discount("Voucher", money "10 EUR"). Off the net amount as it is
--- by now, so that two discounts of 10 % make 19 %. One line for each tax category.
function invoice.discount(_, text, how, options)
  local d = working()
  declare.kind("name of the discount", text, "text")
  options = declare.fields("discount", options or {}, { category = "text", revenue = "text" })
  local sign = d.net < 0 and -1 or 1
  local categories, nets, available = weights_of(d.lines, d.count, sign)
  if options.category then
    for n = 1, #nets do
      if categories[n] ~= options.category then available, nets[n] = available - nets[n], 0 end
    end
  end
  available = min(available, d.net * sign)
  if available <= 0 then return end
  local off = taken_off(how, available)
  if off <= 0 then return end
  local parts, place = split(off, nets), declare.here()
  for n = 1, #parts do
    if parts[n] > 0 then
      local line = { kind = "discount", text = text, tax_category = categories[n], rule = place,
                     revenue = options.revenue or d.book.chart.discounts }
      local ordinal = d.count + 1
      line.ordinal, line.amount = ordinal, parts[n] * -sign
      d.count, d.net, d.lines[ordinal] = ordinal, d.net + line.amount, line
    end
  end
end

local ADD_FIELDS = {
  text = "!text", amount = "number|money", price = "number|money", quantity = "number", category = "text",
  revenue = "text", kind = "text", unit = "text", product = "text",
}

--- invoice:add { text = "Small order fee", amount = 5 }, or quantity and price instead of the amount.
function invoice.add(_, given)
  local d = working()
  declare.fields("line", given, ADD_FIELDS)
  if (given.amount == nil) == (given.price == nil) then
    declare.fail("line '" .. given.text .. "' needs an amount, or a quantity and a price")
  end
  local price = in_currency(given.amount or given.price, "line '" .. given.text .. "'")
  local kind = declare.choice("kind of the line", given.kind or "charge", { "product", "charge", "discount" })
  add_line({
    kind = kind, product = given.product, text = given.text, unit = given.unit,
    tax_category = given.category or "standard", rule = declare.here(),
    revenue = given.revenue or (kind == "discount" and d.book.chart.discounts) or d.revenue,
  }, given.price and (given.quantity or 1), price)
end

--- invoice:note("Thank you for your order"): printed below the lines.
function invoice.note(_, text)
  local d = working()
  declare.kind("the note", text, "text")
  d.note = d.note and d.note .. "\n" .. text or text
end

local READ = {}
function READ.net(d) return d.net end
function READ.currency(d) return d.currency end
function READ.date(d) return d.day end
function READ.kind(d) return d.order.kind == "cancellation" and "credit_note" or "invoice" end
function READ.count(d) return d.count end

local handle = setmetatable({}, {
  __index = function(_, name)
    if invoice[name] then return invoice[name] end
    if READ[name] then return READ[name](working()) end
    return declare.fail("an invoice has no '" .. tostring(name) .. "'",
                        "there are net, currency, date, kind, count, discount, add, note")
  end,
  __newindex = function(_, name)
    declare.fail("invoice." .. tostring(name) .. " cannot be set", "use invoice:add, invoice:discount or invoice:note")
  end,
})

-- ---- pricing an order ----

local function check_currency(plan, path, currency)
  if plan.currency and plan.currency ~= currency then
    raise { code = "money.currency_mismatch",
            message = path .. " is in " .. plan.currency .. " and the order in " .. currency,
            hint = "choose a plan in " .. currency .. " for this account" }
  end
end

local function begin(given)
  given.one = one_of(given.currency)
  given.lines, given.count, given.net = {}, 0, given.one * 0
  given.revenue = given.book.chart.revenue
  job = given
end

--- The plan of a path, checked to be one; `plan` instead, if given.
---@return table title, currency, lines_first (its first charge makes a line of every line of the order)
function pricing.plan(path, plan)
  plan = plan or rule(path)
  if type(plan) ~= "table" or not plan.compiled then declare.fail(path .. " does not return plan { ... }") end
  return plan.compiled()
end

--- The lines of a document for an order, by a plan.
---@param given table order, account, agreement (or nil), book (of config.read), currency, day (tax point), find_product
---  (function id, day -> record or nil), corrected (of a cancellation: lines and prices of the original by position)
---@param plan table of pricing.plan
---@param path string of the plan, for messages
---@return table lines, and the note (text or nil)
function pricing.lines(given, plan, path)
  check_currency(plan, path, given.currency)
  begin(given)
  local bills = plan.bills
  for i = 1, #bills do bills[i]() end
  if plan.adjust then plan.adjust(handle, given.account, given.order) end
  job = nil
  return given.lines, given.note
end

--- Lines written by hand, as `add invoice` and `credit` take them: text, product, quantity, price or amount, tax_category.
---@param given table as for pricing.lines, without an order
---@param written table list of maps; numbers may be text
---@param sign integer 1, or -1 for a credit note
function pricing.manual(given, written, sign)
  begin(given)
  for i = 1, #written do
    local one = written[i]
    local product = one.product and given.find_product(one.product, given.day)
    local price = one.price or (not one.amount and list_price(product)) or nil
    if not one.amount and not price then price_missing { product = one.product, ordinal = i, text = one.text } end
    if one.amount and (one.price or one.quantity) then
      declare.fail("line " .. i .. " has an amount beside its quantity or price", "write one or the other")
    end
    local value = one.amount or price
    if type(value) == "string" then value = decimal(value) end
    value = in_currency(value, "line " .. i)
    local quantity = not one.amount and decimal(one.quantity or 1) or nil
    add_line({
      kind = one.kind or (one.product and "product") or "charge", product = one.product,
      text = one.text or (product and product.name) or one.product, unit = one.unit or (product and product.unit),
      tax_category = one.tax_category or (product and product.tax_category) or "standard",
      revenue = one.revenue or (product and product.revenue) or given.revenue, rule = "by hand",
    }, quantity and sign * quantity, quantity and value or sign * value)
  end
  job = nil
  return given.lines
end

return pricing

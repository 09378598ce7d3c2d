--- tests/lua/pricing_test.lua: plans: lines, amounts, discounts, errors with their place.
local charges = require "charges"
local plans = require "plans"
local pricing = require "pricing"
local rows = require "rows"

local test = {}

local BOOK = { currency = "GBP", country = "GB", chart = { revenue = "4000", discounts = "4900" } }
local PRODUCTS = {
  LAMP = { id = "LAMP", name = "Lamp", unit = "piece", price = 12.5, tax_category = "reduced", revenue = "4010" },
  BARE = { id = "BARE", name = "Bare" },
  DOLLAR = { id = "DOLLAR", name = "Dollar lamp", price = 3, currency = "USD" },
}

local function goods(more)
  more = more or {}
  more[1], more.each = "Goods", "line"
  return charges.per_unit(more)
end

local GOODS = plans.declare { title = "Goods", goods() }
local function adjusted(adjust) return plans.declare { title = "Goods", goods(), adjust = adjust } end

-- Lines of a case: { quantity, price, category = ..., product = ... }
local function order_of(case)
  local order = { id = "O1", kind = case.kind or "sale", currency = case.currency or "GBP", lines = {}, value = 0, tags = {} }
  for i, line in ipairs(case.lines or {}) do
    order.lines[i] = { ordinal = i, quantity = line[1], price = line[2], product = line.product, text = line.text,
                       tax_category = line.category, kind = line.kind, unit = line.unit }
    order.value = order.value + line[1] * (line[2] or 0)
  end
  return order
end

local function compute(case)
  local order = order_of(case)
  local plan = plans.of(case.path or "rules/pricing/none.lua", not case.path and (case.plan or GOODS) or nil)
  local lines, note = pricing.lines({
    order = order, account = { id = "A1", tags = case.tags or {} }, agreement = case.agreement, book = BOOK,
    currency = order.currency, day = date "2026-01-15", find_product = function(id) return PRODUCTS[id] end,
    corrected = case.corrected,
  }, plan, case.path or "rules/pricing/none.lua")
  local out = {}
  for i, line in ipairs(lines) do
    local parts = {}
    for _, name in ipairs(case.show or { "amount" }) do parts[#parts + 1] = rows.text(line[name]) end
    out[i] = table.concat(parts, " ")
  end
  if case.note then out[#out + 1] = note end
  return table.concat(out, ", ")
end

local amounts = {
  { "one line", lines = { { 6, 2.55 } }, want = "15.30 GBP" },
  { "two lines in their order", lines = { { 6, 2.55 }, { 8, 2.75 } }, want = "15.30 GBP, 22.00 GBP" },
  { "half a penny goes up", lines = { { 1, 0.005 }, { 3, 0.335 } }, want = "0.01 GBP, 1.01 GBP" },
  { "and down below zero", lines = { { -1, 0.005 }, { -3, 0.335 } }, want = "-0.01 GBP, -1.01 GBP" },
  { "just under a half", lines = { { 1, 0.004999999 }, { -1, 0.004999999 } }, want = "0.00 GBP, 0.00 GBP" },
  { "once on the line, not on the unit price", lines = { { 1000, 0.0004 } }, want = "0.40 GBP" },
  { "fractions of a unit", lines = { { 2.5, 1.99 } }, want = "4.98 GBP" },
  { "a price of 12 decimals", lines = { { 1000000000, 0.000000000123 } }, want = "0.12 GBP" },
  { "a gift", lines = { { 1, 0 } }, want = "0.00 GBP" },
  { "a discount line of the order", lines = { { 1, -27.5, kind = "discount" } }, show = { "kind", "amount" },
    want = "discount -27.50 GBP" },
  { "yen have no decimals", currency = "JPY", lines = { { 3, 33.5 }, { 1, 0.5 }, { -1, 0.5 } },
    want = "101 JPY, 1 JPY, -1 JPY" },
  { "dinars have three", currency = "KWD", lines = { { 1, 0.0005 }, { 3, 1.2345 } }, want = "0.001 KWD, 3.704 KWD" },
  { "the largest quantity and price", lines = { { 999999999, 999999.99 } }, want = "999999989000000.01 GBP" },
  { "no lines", want = "" },
}

local fields = {
  { "what the order says", lines = { { 1, 2, text = "Candle", unit = "box", category = "zero" } },
    show = { "ordinal", "text", "unit", "tax_category", "revenue", "source_line" }, want = "1 Candle box zero 4000 1" },
  { "standard where nothing says another", lines = { { 1, 2 } }, show = { "kind", "text", "tax_category" },
    want = "product Goods standard" },
  { "what the product says", lines = { { 2, nil, product = "LAMP" } },
    show = { "text", "unit", "price", "tax_category", "revenue", "amount" }, want = "Lamp piece 12.5 reduced 4010 25.00 GBP" },
  { "the order before the product", lines = { { 2, 10, product = "LAMP", text = "Old lamp", category = "standard" } },
    show = { "text", "unit", "price", "tax_category" }, want = "Old lamp piece 10 standard" },
  { "an unknown product with a price", lines = { { 2, 10, product = "X" } }, show = { "product", "text", "amount" },
    want = "X X 20.00 GBP" },
  { "the place of the charge", path = "rules/pricing/shop.lua", lines = { { 10, 10 } }, show = { "rule" },
    want = "rules/pricing/shop.lua:4" },
  { "a cancelled line takes the sale's price", kind = "cancellation", lines = { { -1, nil, product = "BARE" } },
    corrected = { prices = { 7 }, lines = { 4 } }, show = { "amount", "corrects_line" }, want = "-7.00 GBP 4" },
  { "computed price, quantity, unit, category", path = "rules/pricing/computed.lua",
    lines = { { 50, 9 }, { 100, 9 }, { 1, 9, kind = "charge" } }, show = { "quantity", "price", "unit", "tax_category", "amount" },
    want = "100 1 piece reduced 100.00 GBP, 200 0.8 piece reduced 160.00 GBP" },
}

local once = {
  { "a fee below 50", path = "rules/pricing/shop.lua", lines = { { 1, 49.99 } }, show = { "kind", "text", "amount", "revenue" },
    want = "product Goods 49.99 GBP 4000, charge Small order fee 5.00 GBP 4020" },
  { "none from 50 on", path = "rules/pricing/shop.lua", lines = { { 1, 50 } }, want = "50.00 GBP" },
  { "none for a cancellation", path = "rules/pricing/shop.lua", kind = "cancellation", lines = { { -1, 10 } },
    want = "-10.00 GBP" },
  { "taken back where the plan says so", kind = "cancellation", lines = { { -1, 10 } },
    plan = plans.declare { title = "X", goods(), charges.flat { "Fee", price = 5, cancellations = true } },
    show = { "quantity", "amount" }, want = "-1 -10.00 GBP, -1 -5.00 GBP" },
  { "a quantity from a tag of the account", path = "rules/pricing/shop.lua", lines = { { 1, 50 } }, tags = { seats = "12" },
    show = { "quantity", "tax_category", "amount" }, want = "1 standard 50.00 GBP, 12 reduced 108.00 GBP" },
  { "the agreement's tag before the account's", path = "rules/pricing/shop.lua", lines = { { 1, 50 } },
    tags = { seats = "12" }, agreement = { tags = { seats = "3" } }, want = "50.00 GBP, 27.00 GBP" },
  { "a fixed quantity", lines = {}, plan = plans.declare { title = "X", charges.per_unit { "Box", quantity = 3, price = 0.335 } },
    want = "1.01 GBP" },
  { "computed once for an order", lines = { { 1, 40 }, { 1, 60 } }, plan = plans.declare { title = "X", charges.per_unit {
    "Handling", quantity = function(order) return #order.lines end, price = function(order) return order.value * percent(1) end } },
    want = "2.00 GBP" },
}

local discounts = {
  { "a share", path = "rules/pricing/shop.lua", lines = { { 1, 100 } }, tags = { nonprofit = "yes" },
    show = { "kind", "text", "amount", "revenue" },
    want = "product Goods 100.00 GBP 4000, discount Non-profit -20.00 GBP 4900" },
  { "the place of the discount", path = "rules/pricing/shop.lua", lines = { { 1, 100 } }, tags = { nonprofit = "yes" },
    show = { "rule" }, want = "rules/pricing/shop.lua:4, rules/pricing/shop.lua:9" },
  { "on a cancellation the exact negative", path = "rules/pricing/shop.lua", kind = "cancellation", lines = { { -1, 100 } },
    tags = { nonprofit = "yes" }, want = "-100.00 GBP, 20.00 GBP" },
  { "spread over tax categories", lines = { { 1, 30 }, { 1, 10, category = "reduced" }, { 1, 60 } },
    plan = adjusted(function(i) i:discount("X", percent(10)) end), show = { "amount", "tax_category" },
    want = "30.00 GBP standard, 10.00 GBP reduced, 60.00 GBP standard, -9.00 GBP standard, -1.00 GBP reduced" },
  { "by the largest remainder", lines = { { 1, 1, category = "a" }, { 1, 1, category = "b" }, { 1, 1, category = "c" } },
    plan = adjusted(function(i) i:discount("X", money "1.00 GBP") end),
    want = "1.00 GBP, 1.00 GBP, 1.00 GBP, -0.34 GBP, -0.33 GBP, -0.33 GBP" },
  { "two of 10 % make 19 %", lines = { { 1, 100 } },
    plan = adjusted(function(i) i:discount("A", percent(10)) i:discount("B", percent(10)) end),
    want = "100.00 GBP, -10.00 GBP, -9.00 GBP" },
  { "fixed, then share", lines = { { 1, 100 } },
    plan = adjusted(function(i) i:discount("A", money "10 GBP") i:discount("B", percent(10)) end),
    want = "100.00 GBP, -10.00 GBP, -9.00 GBP" },
  { "a voucher never below zero", lines = { { 1, 8 } }, plan = adjusted(function(i) i:discount("V", money "10 GBP") end),
    want = "8.00 GBP, -8.00 GBP" },
  { "a voucher on a credit note", kind = "cancellation", lines = { { -1, 8 } },
    plan = adjusted(function(i) i:discount("V", money "10 GBP") end), want = "-8.00 GBP, 8.00 GBP" },
  { "half a penny of discount", lines = { { 1, 0.05 } }, plan = adjusted(function(i) i:discount("X", percent(10)) end),
    want = "0.05 GBP, -0.01 GBP" },
  { "too small to see", lines = { { 1, 0.04 } }, plan = adjusted(function(i) i:discount("X", percent(10)) end),
    want = "0.04 GBP" },
  { "of one category", lines = { { 1, 30 }, { 1, 10, category = "reduced" } },
    plan = adjusted(function(i) i:discount("X", percent(50), { category = "reduced" }) end),
    want = "30.00 GBP, 10.00 GBP, -5.00 GBP" },
  { "of nothing", plan = adjusted(function(i) i:discount("X", percent(50)) end), want = "" },
  { "all of it", lines = { { 1, 30 } }, plan = adjusted(function(i) i:discount("X", percent(100)) end),
    want = "30.00 GBP, -30.00 GBP" },
  { "yen", currency = "JPY", lines = { { 1, 105 } }, plan = adjusted(function(i) i:discount("X", percent(10)) end),
    want = "105 JPY, -11 JPY" },
}

local adjustments = {
  { "a note", path = "rules/pricing/shop.lua", lines = { { 1, 100 } }, tags = { thanks = "yes" }, note = true,
    want = "100.00 GBP, Thank you.\nCome again." },
  { "an amount", lines = { { 1, 100 } }, plan = adjusted(function(i) i:add { text = "Fee", amount = 4.995 } end),
    show = { "text", "amount", "price", "kind" }, want = "Goods 100.00 GBP 100 product, Fee 5.00 GBP nil charge" },
  { "quantity and price", lines = { { 1, 100 } },
    plan = adjusted(function(i) i:add { text = "Box", quantity = 3, price = 1.5, category = "zero", revenue = "4030" } end),
    show = { "amount", "tax_category", "revenue" }, want = "100.00 GBP standard 4000, 4.50 GBP zero 4030" },
  { "a surcharge on what there is", lines = { { 1, 100 } },
    plan = adjusted(function(i) i:add { text = "8 %", amount = i.net * percent(8) } end), want = "100.00 GBP, 8.00 GBP" },
  { "what can be read", lines = { { 1, 100 } },
    plan = adjusted(function(i) i:note(i.net .. " " .. i.currency .. " " .. i.date .. " " .. i.kind .. " " .. i.count) end),
    note = true, want = "100.00 GBP, 100.00 GBP GBP 2026-01-15 invoice 1" },
  { "the account and the order", lines = { { 1, 100 } },
    plan = adjusted(function(i, account, order) i:note(account.id .. " " .. order.id) end), note = true,
    want = "100.00 GBP, A1 O1" },
}

local errors = {
  { "no price anywhere", lines = { { 1, 2 }, { 1, nil, product = "X" } }, fails = "price.missing",
    says = "product X has no price on 2026-01-15" },
  { "a price that is missing names the charge", path = "rules/pricing/shop.lua", lines = { { 1, nil, product = "X" } },
    fails = "price.missing", at = "rules/pricing/shop.lua:4" },
  { "a product without a price", lines = { { 1, nil, product = "BARE" } }, fails = "price.missing", says = "set product BARE price" },
  { "a line without product and price", lines = { { 1, nil, text = "Thing" } }, fails = "price.missing", says = "line 1 'Thing'" },
  { "a product in another currency", lines = { { 1, nil, product = "DOLLAR" } }, fails = "money.currency_mismatch", says = "USD" },
  { "a plan in another currency", path = "rules/pricing/dollars.lua", lines = { { 1, 1 } }, fails = "money.currency_mismatch",
    says = "rules/pricing/dollars.lua is in USD" },
  { "a price in another currency", lines = { { 1, 1 } }, plan = plans.declare { title = "X", goods { price = money "1 USD" } },
    fails = "money.currency_mismatch", says = "1.00 USD" },
  { "a voucher in another currency", lines = { { 1, 1 } }, plan = adjusted(function(i) i:discount("V", money "1 USD") end),
    fails = "money.currency_mismatch" },
  { "a discount as a plain number", lines = { { 1, 1 } }, plan = adjusted(function(i) i:discount("V", 20) end),
    fails = "rule.value", says = "percent(20)" },
  { "a negative discount", lines = { { 1, 1 } }, plan = adjusted(function(i) i:discount("V", money "-1 GBP") end),
    fails = "rule.value", says = "invoice:add" },
  { "a line without an amount", lines = { { 1, 1 } }, plan = adjusted(function(i) i:add { text = "X" } end),
    fails = "rule.value", says = "needs an amount" },
  { "a line with a slip", lines = { { 1, 1 } }, plan = adjusted(function(i) i:add { text = "X", amont = 1 } end),
    fails = "rule.value", says = "did you mean 'amount'?" },
  { "a method that is none", lines = { { 1, 1 } }, plan = adjusted(function(i) i:rebate(1) end), fails = "rule.value", says = "rebate" },
  { "the invoice is not a table", lines = { { 1, 1 } }, plan = adjusted(function(i) i.net = 5 end), fails = "rule.value",
    says = "cannot be set" },
  { "a tag that is not there", lines = {}, plan = plans.declare { title = "X", charges.per_unit { "Seats", quantity = "seats", price = 9 } },
    fails = "rule.value", says = "set account A1 tags.seats" },
  { "a plan that is none", path = "rules/broken/no_plan.lua", fails = "rule.value", says = "does not return plan" },
  { "a plan that is not there", path = "rules/pricing/oders.lua", fails = "rule.missing", says = "rules/pricing/orders.lua" },
}

-- What is wrong with a declaration is said where it is, when it is loaded.
local loading = {
  { "a plan without title", path = "no_title", fails = "rule.value", says = "title of the plan is missing", at = "rules/broken/no_title.lua:1" },
  { "a field with a slip", path = "no_price", fails = "rule.value", says = "did you mean 'price'?", at = "rules/broken/no_price.lua:3" },
  { "each page", path = "each_page", fails = "rule.value", says = "each is 'page'", at = "rules/broken/each_page.lua:3" },
  { "a table that is no charge", path = "no_charge", fails = "rule.value", says = "entry 1 of the plan", at = "rules/broken/no_charge.lua:1" },
  { "no charges", path = "empty", fails = "rule.value", says = "no charges", at = "rules/broken/empty.lua:1" },
  { "no quantity", path = "no_quantity", fails = "rule.value", says = 'each = "line"', at = "rules/broken/no_quantity.lua:1" },
  { "a price as text", path = "text_price", fails = "rule.value", says = "the text '4'", at = "rules/broken/text_price.lua:1" },
  { "a charge without name", path = "no_name", fails = "rule.value", says = "name of the flat charge is missing", at = "rules/broken/no_name.lua:1" },
}

function test.run()
  return rows.join(rows.check(amounts, compute), rows.check(fields, compute), rows.check(once, compute),
                   rows.check(discounts, compute), rows.check(adjustments, compute), rows.check(errors, compute),
                   rows.check(loading, function(case) return rule("rules/broken/" .. case.path .. ".lua") end))
end

return test

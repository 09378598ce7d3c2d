--- tests/lua/tax_test.lua: the starter's rates, sales abroad, totals of documents.
local payable = require "payable"
local rows = require "rows"
local tax = require "tax"

local test = {}

-- ---- one line ----

local function answer(case)
  local found = tax.for_line(case.category or "standard", case.seller or "GB",
                             { id = "A1", country = case.to, tax_id = case.tax_id }, date(case.on), case.rules)
  return tostring(found.rate) .. " " .. tostring(found.code) .. (found.reason and " " .. found.reason or "")
end

local dates = {
  { "GB, the first day of all", to = "GB", on = "1991-04-01", want = "17.5 S" },
  { "GB, the day before 15 %", to = "GB", on = "2008-11-30", want = "17.5 S" },
  { "GB, the first day of 15 %", to = "GB", on = "2008-12-01", want = "15 S" },
  { "GB, the last day of 15 %", to = "GB", on = "2009-12-31", want = "15 S" },
  { "GB, 17.5 % again", to = "GB", on = "2010-01-01", want = "17.5 S" },
  { "GB, the last day of 17.5 %", to = "GB", on = "2011-01-03", want = "17.5 S" },
  { "GB, the first day of 20 %", to = "GB", on = "2011-01-04", want = "20 S" },
  { "GB reduced", to = "GB", category = "reduced", on = "2011-01-04", want = "5 S" },
  { "GB zero needs no reason", to = "GB", category = "zero", on = "2011-01-04", want = "0 Z" },
  { "DE in 2006", seller = "DE", to = "DE", on = "2006-12-31", want = "16 S" },
  { "DE in 2007", seller = "DE", to = "DE", on = "2007-01-01", want = "19 S" },
  { "DE in the summer of 2020", seller = "DE", to = "DE", on = "2020-07-01", want = "16 S" },
  { "DE reduced in the summer of 2020", seller = "DE", to = "DE", category = "reduced", on = "2020-12-31", want = "5 S" },
  { "DE reduced in 2021", seller = "DE", to = "DE", category = "reduced", on = "2021-01-01", want = "7 S" },
  { "FR intermediate", seller = "FR", to = "FR", category = "intermediate", on = "2014-01-01", want = "10 S" },
  { "FR in 2013", seller = "FR", to = "FR", on = "2013-12-31", want = "19.6 S" },
  { "IE in the autumn of 2020", seller = "IE", to = "IE", on = "2020-09-01", want = "21 S" },
  { "NL in October 2012", seller = "NL", to = "NL", on = "2012-10-01", want = "21 S" },
  { "AT", seller = "AT", to = "AT", on = "2026-01-01", want = "20 S" },
  { "BE", seller = "BE", to = "BE", on = "2026-01-01", want = "21 S" },
  { "ES super-reduced", seller = "ES", to = "ES", category = "super_reduced", on = "2026-01-01", want = "4 S" },
  { "IT from 17 September 2011", seller = "IT", to = "IT", on = "2011-09-17", want = "21 S" },
  { "CH", seller = "CH", to = "CH", on = "2023-12-31", want = "7.7 S" },
  { "US", seller = "US", to = "US", on = "2026-01-01", want = "0 O Outside the scope of value added tax" },
}

local OUTSIDE_GB = "0 G Zero-rated: supplied to a customer outside the United Kingdom"
local abroad = {
  { "private, in the EU", to = "FR", on = "2010-12-01", want = OUTSIDE_GB },
  { "outside the EU", to = "AU", on = "2010-12-01", want = OUTSIDE_GB },
  { "outside the EU, with a tax id", to = "AU", tax_id = "51824753556", on = "2010-12-01", want = OUTSIDE_GB },
  { "a business in the EU", to = "IE", tax_id = "IE1234567T", on = "2010-12-01",
    want = "0 K Zero-rated: supplied to a VAT-registered business in Ireland" },
  { "an empty tax id is none", to = "IE", tax_id = "", on = "2010-12-01", want = OUTSIDE_GB },
  { "after the United Kingdom left", to = "IE", tax_id = "IE1234567T", on = "2021-01-01", want = OUTSIDE_GB },
  { "the last day before", to = "NL", tax_id = "NL1", on = "2020-12-31",
    want = "0 K Zero-rated: supplied to a VAT-registered business in the Netherlands" },
  { "Croatia before it joined", seller = "DE", to = "HR", tax_id = "HR1", on = "2013-06-30",
    want = "0 G Zero-rated: supplied to a customer outside Germany" },
  { "Croatia after it joined", seller = "DE", to = "HR", tax_id = "HR1", on = "2013-07-01",
    want = "0 K Zero-rated: supplied to a VAT-registered business in Croatia" },
  { "a seller outside the scope stays outside", seller = "US", to = "DE", on = "2026-01-01",
    want = "0 O Outside the scope of value added tax" },
  { "any category", to = "FR", category = "reduced", on = "2010-12-01", want = OUTSIDE_GB },
}

-- Rules of their own: distance selling, services, exemptions, a condition.
local OTHER = tax.declare {
  tax.rate { "DE", "standard", 19, from = "2007-01-01" },
  tax.rate { "DE", "exempt", 0, code = "E", reason = "Exempt: insurance", from = "2007-01-01", ["until"] = "2020-01-01" },
  tax.rate { "FR", "standard", 20, from = "2014-01-01" },
  tax.abroad { within = "EU", business = true, categories = { "service" }, code = "AE", reason = "Reverse charge" },
  tax.abroad { within = "EU", business = false, rate = "buyer", from = "2021-07-01" },
  tax.abroad { within = "EU", business = false, rate = "seller" },
  tax.abroad { seller = "DE", buyers = { "CH" }, reason = "Export to Switzerland" },
  tax.abroad { when = function(buyer) return buyer.id == "A1" end, rate = 3, code = "S" },
  no_country = "home",
}.rules()
local other = {
  { "exempt", category = "exempt", to = "DE", on = "2019-12-31", want = "0 E Exempt: insurance" },
  { "no longer exempt", category = "exempt", to = "DE", on = "2020-01-01", fails = "tax.no_answer", says = "exempt in DE on 2020-01-01" },
  { "reverse charge", category = "service", to = "FR", tax_id = "FR1", on = "2026-01-01", want = "0 AE Reverse charge" },
  { "distance sale by the seller's rate", to = "FR", on = "2021-06-30", want = "19 S" },
  { "distance sale by the buyer's rate", to = "FR", on = "2021-07-01", want = "20 S" },
  { "a buyer's country without rates", to = "PL", on = "2021-07-01", fails = "tax.no_answer", says = "no tax rates for PL" },
  { "one country", to = "CH", on = "2026-01-01", want = "0 G Export to Switzerland" },
  { "a condition, and tax abroad", to = "JP", on = "2026-01-01", want = "3 S" },
  { "no country is home", on = "2026-01-01", want = "19 S" },
}

local errors = {
  { "no country", on = "2010-12-01", fails = "tax.no_answer", says = "set account A1 country" },
  { "a country that is none", to = "QQ", on = "2010-12-01", fails = "tax.no_answer", says = "'QQ' of account A1 is no code of ISO 3166-1" },
  { "an unknown category", category = "standrad", to = "GB", on = "2010-12-01", fails = "tax.no_answer", says = "did you mean 'standard'?" },
  { "a seller without rates", seller = "PL", to = "PL", on = "2010-12-01", fails = "tax.no_answer", says = "no tax rates for PL", at = "rules/tax.lua:nil" },
  { "before the first rate", to = "GB", on = "1991-03-31", fails = "tax.no_answer", says = "standard in GB on 1991-03-31" },
}

local loading = {
  { "zero without a reason", path = "tax_no_reason", fails = "rule.value", says = "needs a reason", at = "rules/broken/tax_no_reason.lua:3" },
  { "two rates from one day", path = "tax_twice", fails = "rule.value", says = "rules/broken/tax_twice.lua:2 and rules/broken/tax_twice.lua:3" },
  { "more than everything", path = "tax_percent", fails = "rule.value", says = "120 percent", at = "rules/broken/tax_percent.lua:2" },
  { "a country in small letters", path = "tax_country", fails = "rule.value", says = "two letters", at = "rules/broken/tax_country.lua:2" },
  { "an unknown area", path = "tax_area", fails = "rule.value", says = "EFTA", at = "rules/broken/tax_area.lua:2" },
  { "a condition with a slip", path = "tax_field", fails = "rule.value", says = "did you mean 'business'?", at = "rules/broken/tax_field.lua:2" },
  { "a day in words", path = "tax_date", fails = "rule.value", says = "2026-11-30", at = "rules/broken/tax_date.lua:2" },
}

-- ---- a document ----

-- Amounts of a case: a number is standard, { amount, category } another.
local PERCENT = { standard = 20, reduced = 5, zero = 0, odd = 17.5, small = 2.5 }
local function settle(case)
  local document, currency = { lines = {} }, case.currency or "GBP"
  for i, one in ipairs(case.lines) do
    local value, category = one, "standard"
    if type(one) == "table" then value, category = one[1], one[2] end
    document.lines[i] = { amount = money(value, currency), tax_category = category }
  end
  tax.settle(document, function(category)
    return { rate = PERCENT[category], factor = percent(PERCENT[category]), code = "S", rule = "x" }
  end, { rounding = case.per or "document", mode = case.mode or "half_up" })
  local taxes = {}
  for i, row in ipairs(document.taxes) do taxes[i] = row.category .. " " .. row.net.amount .. " " .. row.tax.amount end
  return table.concat(taxes, "; ") .. " = " .. tostring(document.net) .. " " .. tostring(document.tax) .. " "
    .. tostring(document.total)
end

local totals = {
  { "3 x 0.33 per document", lines = { 0.33, 0.33, 0.33 }, want = "standard 0.99 0.2 = 0.99 GBP 0.20 GBP 1.19 GBP" },
  { "3 x 0.33 per line", lines = { 0.33, 0.33, 0.33 }, per = "line", want = "standard 0.99 0.21 = 0.99 GBP 0.21 GBP 1.20 GBP" },
  { "its reversal per document", lines = { -0.33, -0.33, -0.33 }, want = "standard -0.99 -0.2 = -0.99 GBP -0.20 GBP -1.19 GBP" },
  { "its reversal per line", lines = { -0.33, -0.33, -0.33 }, per = "line",
    want = "standard -0.99 -0.21 = -0.99 GBP -0.21 GBP -1.20 GBP" },
  { "half a penny goes up", lines = { { 0.20, "small" } }, want = "small 0.2 0.01 = 0.20 GBP 0.01 GBP 0.21 GBP" },
  { "half a penny below zero goes down", lines = { { -0.20, "small" } }, want = "small -0.2 -0.01 = -0.20 GBP -0.01 GBP -0.21 GBP" },
  { "half even", lines = { { 0.20, "small" } }, mode = "half_even", want = "small 0.2 0 = 0.20 GBP 0.00 GBP 0.20 GBP" },
  { "half down", lines = { { 0.20, "small" } }, mode = "half_down", want = "small 0.2 0 = 0.20 GBP 0.00 GBP 0.20 GBP" },
  { "mixed categories, in the order of the lines", lines = { 10, { 20, "reduced" }, 5, { 1, "zero" } },
    want = "standard 15 3; reduced 20 1; zero 1 0 = 36.00 GBP 4.00 GBP 40.00 GBP" },
  { "a discount lowers the tax", lines = { 100, -20 }, want = "standard 80 16 = 80.00 GBP 16.00 GBP 96.00 GBP" },
  { "17.5 %", lines = { { 139.12, "odd" } }, want = "odd 139.12 24.35 = 139.12 GBP 24.35 GBP 163.47 GBP" },
  { "yen", currency = "JPY", lines = { { 103, "small" }, { 100, "reduced" } },
    want = "small 103 3; reduced 100 5 = 203 JPY 8 JPY 211 JPY" },
  { "dinars", currency = "KWD", lines = { { 0.333, "reduced" } }, want = "reduced 0.333 0.017 = 0.333 KWD 0.017 KWD 0.350 KWD" },
  { "nothing but a gift", lines = { 0 }, want = "standard 0 0 = 0.00 GBP 0.00 GBP 0.00 GBP" },
  { "very large", lines = { 999999999999999.99 },
    want = "standard 999999999999999.99 200000000000000 = 999999999999999.99 GBP 200000000000000.00 GBP 1199999999999999.99 GBP" },
}

-- ---- prices with tax, and what of a total is payable ----

-- Lines with tax in them (gross), or without: { amount, category, net = true }.
local function settle_gross(case)
  local document, currency = { lines = {} }, case.currency or "GBP"
  for i, one in ipairs(case.lines) do
    local value = type(one) == "table" and one[1] or one
    local amount = money(value, currency)
    document.lines[i] = { amount = amount, gross = not (type(one) == "table" and one.net) and amount or nil,
                          tax_category = type(one) == "table" and one[2] or "standard" }
  end
  tax.settle(document, function(category)
    return { rate = PERCENT[category], factor = percent(PERCENT[category]), code = "S", rule = "x" }
  end, { rounding = case.per or "document", mode = "half_up" })
  local nets = {}
  for i, line in ipairs(document.lines) do nets[i] = tostring(line.amount.amount) end
  return table.concat(nets, " ") .. " = " .. document.net.amount .. " " .. document.tax.amount .. " " .. document.total.amount
end

local gross = {
  { "one line", lines = { 120 }, want = "100 = 100 20 120" },
  { "three lines, rounded once", lines = { 1, 1, 1 }, want = "0.84 0.83 0.83 = 2.5 0.5 3" },
  { "three lines, each rounded", lines = { 1, 1, 1 }, per = "line", want = "0.83 0.83 0.83 = 2.49 0.51 3" },
  { "its reversal", lines = { -1, -1, -1 }, want = "-0.84 -0.83 -0.83 = -2.5 -0.5 -3" },
  { "a discount among them", lines = { 120, -12 }, want = "100 -10 = 90 18 108" },
  { "a discount of all", lines = { 120, -120 }, want = "100 -100 = 0 0 0" },
  { "more back than sold", lines = { 10, -25 }, want = "8.33 -20.83 = -12.5 -2.5 -15" },
  { "nothing", lines = { 0, 0 }, want = "0 0 = 0 0 0" },
  { "a cent has no tax in it that could be seen", lines = { 0.01 }, want = "0.01 = 0.01 0 0.01" },
  { "three cents", lines = { 0.01, 0.01, 0.01 }, want = "0.01 0.01 0 = 0.02 0.01 0.03" },
  { "categories by themselves", lines = { 120, { 105, "reduced" }, { 7, "zero" } }, want = "100 100 7 = 207 25 232" },
  { "prices of both kinds in one category", lines = { 120, { 100, net = true } }, want = "100 100 = 200 40 240" },
  { "yen", currency = "JPY", lines = { 105, 3 }, want = "88 2 = 90 18 108" },
}

local WITHHELD = {
  tax.withhold { country = "IT", business = true, rate = 20, reason = "A fifth", categories = { "service" } },
  tax.withhold { seller = "IT", country = "IT", rate = 100, base = "tax", reason = "All tax", from = "2026-02-01",
                 when = function(buyer) return buyer.tags.public == "yes" end },
  tax.withhold { country = "MX", rate = 10, base = "total", reason = "Of all", ["until"] = "2026-02-01" },
}

-- "rounded withheld payable reasons" of a document of a net amount and 22 % tax.
local function pay(case)
  local amount = money(case.net or 100, case.currency or "EUR")
  local document = {
    taxes = { { category = case.category or "service", rate = 22, net = amount, tax = round(amount * percent(22)) } },
    tax_point = date(case.on or "2026-01-15"),
  }
  document.total = document.taxes[1].net + document.taxes[1].tax
  payable.settle(document, { seller = "IT", rules = tax.declare(WITHHELD).rules(),
                             buyer = { id = "A", country = case.to or "IT", tax_id = case.tax_id, tags = { public = case.public } } },
                 { mode = "half_up", cash_rounding = { CHF = "0.05", SEK = "1" } })
  local function text(value) return value and tostring(value.amount) or "-" end
  return text(document.rounded) .. " " .. text(document.withheld) .. " " .. text(document.payable)
    .. (document.withheld_reason and " " .. document.withheld_reason or "")
end

local payables = {
  { "nothing of the kind", want = "- - -" },
  { "a business withholds", tax_id = "IT1", want = "- 20 102 A fifth" },
  { "of services only", tax_id = "IT1", category = "goods", want = "- - -" },
  { "of a credit note the negative", tax_id = "IT1", net = -100, want = "- -20 -102 A fifth" },
  { "a public body, before its day", public = "yes", on = "2026-01-31", want = "- - -" },
  { "a public body, from its day on", public = "yes", on = "2026-02-01", want = "- 22 100 All tax" },
  { "both", public = "yes", tax_id = "IT1", on = "2026-02-01", want = "- 42 80 A fifth; All tax" },
  { "of the total", to = "MX", want = "- 12.2 109.8 Of all" },
  { "no longer", to = "MX", on = "2026-02-01", want = "- - -" },
  { "rounded up", currency = "CHF", net = 10.03, want = "0.01 - 12.25" },
  { "rounded down", currency = "CHF", net = 10.01, want = "-0.01 - 12.2" },
  { "the negative rounds alike", currency = "CHF", net = -10.03, want = "-0.01 - -12.25" },
  { "halves away from zero", currency = "SEK", net = 1.23, want = "0.5 - 2" },
  { "withheld, then rounded", currency = "CHF", tax_id = "IT1", net = 10.02, want = "-0.02 2 10.2 A fifth" },
}

local withholding = {
  { "no reason", make = function() return tax.withhold { rate = 20 } end, fails = "rule.value", says = "reason" },
  { "more than all", make = function() return tax.withhold { rate = 120, reason = "x" } end, fails = "rule.value", says = "120 percent" },
  { "of something else", make = function() return tax.withhold { rate = 20, base = "gross", reason = "x" } end, fails = "rule.value",
    says = "base is 'gross'" },
  { "a misspelt field", make = function() return tax.withhold { rate = 20, reason = "x", contry = "IT" } end, fails = "rule.value",
    says = "did you mean 'country'" },
}

function test.run()
  for _, case in ipairs(other) do case.rules, case.seller = OTHER, "DE" end
  return rows.join(rows.check(dates, answer), rows.check(abroad, answer), rows.check(other, answer), rows.check(errors, answer),
                   rows.check(totals, settle), rows.check(gross, settle_gross), rows.check(payables, pay),
                   rows.check(withholding, function(case) return case.make() end),
                   rows.check(loading, function(case) return rule("rules/broken/" .. case.path .. ".lua") end))
end

return test

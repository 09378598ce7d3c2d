--- tests/lua/discounts_test.lua: which coupons, promotions and grants come off, where they fall, and what is refused.
local billing = require "billing"
local charges = require "charges"
local config = require "config"
local discounts = require "discounts"
local discounts_examples = require "discounts_examples"
local plans = require "plans"
local rows = require "rows"
local tax = require "tax"

local test = {}

local BOOK = config.declare { currency = "EUR", country = "DE", zone = "UTC" }.settings()
local coupon, promotion = discounts.coupon, discounts.promotion

-- ---- what comes off, and on which lines ----

local RULES = discounts.declare {
  coupon { "TEN", percent(10) },
  coupon { "SEATS", percent(50), charges = { "seats" } },
  coupon { "OFF10", money "10 EUR" },
  coupon { "CARRY", money "100 EUR", once = true },
  coupon { "TWICE", money "30 EUR", periods = 2, leftover = "carried" },
  coupon { "FOREVER", money "30 EUR", leftover = "carried" },
  coupon { "EARLY", percent(10), priority = 1, charges = { "seats" } },
  coupon { "DAYS", percent(10), from = "2026-02-01", ["until"] = "2026-03-01" },
  coupon { "SMALL", percent(1) },
}

local function plain(value) return tostring(value.amount) end

-- "10 20": amounts of discount lines; "| 5 -": shares of the lines.
local function told(case)
  local row = { period = not case.order and (case.period or "2026-01-15..2026-02-15") or nil, coupons = case.coupons, used = case.used,
                grants = case.grants, lines = case.lines, timing = case.timing, order = case.order, currency = case.currency }
  local off, left, lines = discounts_examples.compute(row, BOOK, case.rules and discounts.declare(case.rules) or RULES)
  local parts, shares = {}, {}
  for i, amount in ipairs(off) do parts[i] = plain(amount) end
  for i = 1, #case.lines do shares[i] = lines[i].discount and plain(-lines[i].discount) or "-" end
  return table.concat(parts, " ") .. " | " .. table.concat(shares, " ") .. " = " .. plain(left)
end

local J15 = "2026-01-15"
local TWO = { { charge = "seats", amount = 60 }, { charge = "fee", amount = 40 } }
local MIXED = { { charge = "seats", amount = 60 }, { charge = "fee", amount = 30, category = "reduced" }, { charge = "x", amount = 10 } }
local THIRDS = { { charge = "a", amount = 0.33 }, { charge = "b", amount = 0.33 }, { charge = "c", amount = 0.34 } }

local taken = {
  { "a tenth, spread over the lines", coupons = { TEN = J15 }, lines = TWO, want = "10 | 6 4 = 90" },
  { "one line for each category", coupons = { TEN = J15 }, lines = MIXED, want = "7 3 | 6 3 1 = 90" },
  { "off one charge", coupons = { SEATS = J15 }, lines = MIXED, want = "30 | 30 - - = 70" },
  { "of two, the second falls on what is left", coupons = { SEATS = J15, OFF10 = J15 }, lines = TWO,
    want = "30 10 | 34.29 5.71 = 60" },
  { "the limited one first, of one priority", coupons = { TEN = J15, SEATS = J15 }, lines = TWO, want = "30 7 | 33 4 = 63" },
  { "an earlier priority before it", coupons = { EARLY = J15, SEATS = J15 }, lines = TWO, want = "6 27 | 33 - = 67" },
  { "cents by the largest remainder", coupons = { TEN = J15 }, lines = THIRDS, want = "0.1 | 0.03 0.03 0.04 = 0.9" },
  { "a share of a cent is nothing", coupons = { SMALL = J15 }, lines = { { amount = 0.49 } }, want = " | - = 0.49" },
  { "half a cent is one", coupons = { SMALL = J15 }, lines = { { amount = 0.5 } }, want = "0.01 | 0.01 = 0.49" },
  { "not below zero", coupons = { CARRY = J15 }, lines = { { amount = 60 } }, want = "60 | 60 = 0" },
  { "what was used of a carried one", coupons = { CARRY = J15 }, used = { CARRY = 60 }, lines = { { amount = 60 } },
    want = "40 | 40 = 20" },
  { "used up", coupons = { CARRY = J15 }, used = { CARRY = 100 }, lines = { { amount = 60 } }, want = " | - = 60" },
  { "the second of two periods, and what was left of the first", coupons = { TWICE = J15 }, used = { TWICE = 20 },
    period = "2026-02-15..2026-03-15", lines = { { amount = 60 } }, want = "40 | 40 = 20" },
  { "no third period, but what is left", coupons = { TWICE = J15 }, used = { TWICE = 50 }, period = "2026-03-15..2026-04-15",
    lines = { { amount = 60 } }, want = "10 | 10 = 50" },
  { "every period adds to it", coupons = { FOREVER = J15 }, used = { FOREVER = 20 }, period = "2026-03-15..2026-04-15",
    lines = { { amount = 90 } }, want = "70 | 70 = 20" },
  { "fixed ones come off in advance", coupons = { OFF10 = J15 }, timing = "arrears", lines = TWO, want = " | - - = 100" },
  { "shares come off both", coupons = { TEN = J15 }, timing = "arrears", lines = TWO, want = "10 | 6 4 = 90" },
  { "before its days", coupons = { DAYS = J15 }, lines = TWO, want = " | - - = 100" },
  { "within its days", coupons = { DAYS = J15 }, period = "2026-02-15..2026-03-15", lines = TWO, want = "10 | 6 4 = 90" },
  { "on its last day", coupons = { DAYS = J15 }, period = "2026-03-01..2026-04-01", lines = TWO, want = " | - - = 100" },
  { "lines of discounts of others count", coupons = { TEN = J15 },
    lines = { { amount = 100 }, { amount = -20, kind = "discount" } }, want = "8 | 28 - = 72" },
  { "nothing to take off", coupons = { TEN = J15 }, lines = { { amount = 0 } }, want = " | - = 0" },
  { "another currency", coupons = { OFF10 = J15 }, currency = "USD", lines = TWO, fails = "money.currency_mismatch",
    says = "takes 10.00 EUR off a document in USD" },
  { "a code that is not declared", coupons = { TENN = J15 }, lines = TWO, fails = "rule.value", says = "did you mean 'TEN'" },
  { "a day that is none", coupons = { TEN = "soon" }, lines = TWO, fails = "rule.value", says = "coupons.TEN=2026-01-15" },
  { "an order with two codes", order = { coupon = "TEN, OFF10" }, lines = TWO, want = "10 9 | 11.4 7.6 = 81" },
  { "an order with a code that is not declared", order = { coupon = "X" }, lines = TWO, fails = "rule.value", says = "order EXAMPLE" },
  { "an account's coupon on an order", order = {}, coupons = { TEN = J15 }, lines = TWO, want = "10 | 6 4 = 90" },
  { "which has not begun", order = {}, coupons = { TEN = "2026-01-16" }, lines = TWO, want = " | - - = 100" },
  { "what is for a number of periods comes with the order only", order = {}, coupons = { CARRY = J15 }, lines = TWO,
    want = " | - - = 100" },
}

local GRANTS = {
  { id = "G3", left = 10 }, { id = "G2", left = 10, expires = "2026-12-31" }, { id = "G1", left = 10, priority = 1 },
  { id = "G4", left = 10, from = "2025-01-01", expires = "2026-12-31" },
}
local grants = {
  { "in their order: priority, expiry, first day", grants = GRANTS, lines = { { amount = 25 } }, want = "10 10 5 | 25 = 0" },
  { "after coupons", coupons = { TEN = J15 }, grants = { { id = "G", left = 20 } }, lines = TWO, want = "10 20 | 18 12 = 70" },
  { "limited to charges", grants = { { id = "G", left = 100, charges = "fee, other" } }, lines = TWO, want = "40 | - 40 = 60" },
  { "in another currency", grants = { { id = "G", left = 100, currency = "USD" } }, lines = TWO, want = " | - - = 100" },
  { "never below zero", grants = { { id = "G", left = 1000 } }, lines = TWO, want = "100 | 60 40 = 0" },
}

-- ---- what may be declared ----

local function declared(case)
  discounts.declare(case.make())
  return "declared"
end

local declarations = {
  { "no discount", make = function() return { coupon { "A" } } end, fails = "rule.value", says = "discount of the coupon 'A' is missing" },
  { "more than all", make = function() return { coupon { "A", 2 } } end, fails = "rule.value", says = "no share" },
  { "a negative amount", make = function() return { coupon { "A", money "-1 EUR" } } end, fails = "rule.value", says = "positive" },
  { "a number with a currency", make = function() return { coupon { "A", 5, currency = "EUR" } } end, want = "declared" },
  { "a leftover of a share", make = function() return { coupon { "A", 0.1, leftover = "lost" } } end, fails = "rule.value",
    says = "for fixed amounts" },
  { "once and periods", make = function() return { coupon { "A", 0.1, once = true, periods = 2 } } end, fails = "rule.value",
    says = "once is periods = 1" },
  { "no periods", make = function() return { coupon { "A", 0.1, periods = 0 } } end, fails = "rule.value", says = "0 periods" },
  { "ends before it begins", make = function() return { coupon { "A", 0.1, from = "2026-02-01", ["until"] = "2026-01-01" } } end,
    fails = "rule.value", says = "ends before it begins" },
  { "another way to stack", make = function() return { stack = "sum" } end, fails = "rule.value", says = "additive" },
  { "a misspelt field", make = function() return { coupon { "A", 0.1, charge = { "x" } } } end, fails = "rule.value",
    says = "did you mean 'charges'" },
  { "twice", make = function() return { coupon { "A", 0.1 }, coupon { "A", 0.2 } } end, fails = "rule.value", says = "declared twice" },
  { "something else", make = function() return { 12 } end, fails = "rule.value", says = "coupon { } or promotion { }" },
  { "a promotion without a code", make = function() return { promotion { "A", 0.1, when = function() return true end } } end,
    want = "declared" },
  { "a promotion is no coupon", make = function() return { promotion { "A", 0.1, once = true } } end, fails = "rule.value", says = "once" },
}

-- ---- credits of invoices with discounts ----

local TAX = tax.declare { tax.rate { "DE", "standard", 20 } }.rules()
local APPROVALS = require("approval").declare { function() return "nobody" end }
local ACCOUNT = { id = "A1", country = "DE", tags = {} }

-- The invoice of an order of a pen of 60 and paper of 40, with what `adjust` takes off; then credits of whole lines.
local function credited(case)
  local plan = plans.declare { title = "T", charges.per_unit { "Goods", each = "line" }, charges.flat { "Setup", price = 50 },
                               adjust = case.adjust }
  local order = { id = "O", kind = "sale", date = date "2026-01-15", currency = "EUR", value = 100, tags = {}, lines = {
    { ordinal = 1, text = "Pen", quantity = 1, price = 60, tax_category = "standard" },
    { ordinal = 2, text = "Paper", quantity = 4, price = 10, tax_category = "standard" } } }
  local original = billing.draft { order = order, account = ACCOUNT, book = BOOK, plan = plan, tax = TAX, approvals = APPROVALS,
                                   discounts = discounts.declare {}, grants = function() return {} end }
  original.id, original.number, original.state = "D1", "INV-1", "issued"
  local notes, texts = {}, {}
  for i, wanted in ipairs(case.credits) do
    notes[i] = billing.manual { kind = "credit_note", account = ACCOUNT, original = original, credited = notes, lines = wanted,
                                today = date "2026-02-01", book = BOOK, approvals = APPROVALS }
    local parts = {}
    for k, line in ipairs(notes[i].lines) do parts[k] = line.corrects_line .. ":" .. plain(line.amount) end
    texts[i] = table.concat(parts, " ")
  end
  return table.concat(texts, "; ")
end

local function pen_only(invoice) invoice:discount("Pens", percent(50), { categories = { "standard" } }) end
local credits = {
  { "a discount on all goes back with the lines", adjust = pen_only, credits = { { { corrects_line = 1 } }, {} },
    want = "1:-60 4:30; 2:-40 3:-50 4:45" },
  { "a discount on one charge goes back with its line", adjust = function(invoice)
      invoice:discount("Setup", percent(50), { charges = { "setup" } })
    end, credits = { { { corrects_line = 1 } }, { { corrects_line = 3 } }, {} }, want = "1:-60; 3:-50 4:25; 2:-40" },
  { "of two that add up", adjust = function(invoice)
      invoice:discount("A", percent(10), { stack = "additive" })
      invoice:discount("B", percent(10), { stack = "additive" })
    end, credits = { { { corrects_line = 2, quantity = 1 } }, { { corrects_line = 1 } }, {} },
    want = "2:-10 4:1 5:1; 1:-60 4:6 5:6; 2:-30 3:-50 4:8 5:8" },
  { "best of takes what goes beyond", adjust = function(invoice)
      invoice:discount("A", percent(10))
      invoice:discount("B", percent(25), { stack = "best_of" })
      invoice:discount("C", percent(20), { stack = "best_of" })
    end, credits = { {} }, want = "1:-60 2:-40 3:-50 4:15 5:22.5" },
  { "a stack that there is not", adjust = function(invoice) invoice:discount("A", percent(10), { stack = "sum" }) end, credits = {},
    fails = "rule.value", says = "stack of the discount" },
  { "in another currency", adjust = function(invoice) invoice:discount("A", money "1 USD") end, credits = {},
    fails = "money.currency_mismatch", says = "1.00 USD" },
}

function test.run()
  return rows.join(rows.check(taken, told), rows.check(grants, told), rows.check(declarations, declared), rows.check(credits, credited))
end

return test

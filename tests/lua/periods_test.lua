--- tests/lua/periods_test.lua: plans for periods, bands, and the documents that an account's agreements come to.
local bands = require "bands"
local charges = require "charges"
local periods = require "periods"
local plans = require "plans"
local rows = require "rows"
local tax = require "tax"

local test = {}

local flat, per_unit, graduated = charges.flat, charges.per_unit, charges.graduated

-- ---- bands ----

local T = bands.declare { { upto = 100, price = 1 }, { upto = 500, price = 0.8 }, { price = 0.6 } }

local function cut(case)
  local out = {}
  for _, part in ipairs(bands.cut(T, case.quantity)) do
    out[#out + 1] = tostring(part.quantity) .. " at " .. tostring(part.price)
  end
  return table.concat(out, ", ")
end

local cuts = {
  { "nothing", quantity = 0, want = "" },
  { "one", quantity = 1, want = "1 at 1" },
  { "a bound belongs to its band", quantity = 100, want = "100 at 1" },
  { "just above it", quantity = 100.5, want = "100 at 1, 0.5 at 0.8" },
  { "the second bound", quantity = 500, want = "100 at 1, 400 at 0.8" },
  { "one more", quantity = 501, want = "100 at 1, 400 at 0.8, 1 at 0.6" },
  { "600", quantity = 600, want = "100 at 1, 400 at 0.8, 100 at 0.6" },
  { "what is taken back is cut as what was used", quantity = -150, want = "-100 at 1, -50 at 0.8" },
  { "digits stay", quantity = decimal "500.000000000001", want = "100 at 1, 400 at 0.8, 0.000000000001 at 0.6" },
}

local wrong_bands = {
  { "no bands", tiers = {}, fails = "rule.value", says = "there are no tiers" },
  { "bounds that fall", tiers = { { upto = 100, price = 1 }, { upto = 50, price = 2 }, { price = 3 } }, fails = "rule.value",
    says = "band 2 reaches up to 50, the band before it up to 100" },
  { "two bounds alike", tiers = { { upto = 100, price = 1 }, { upto = 100, price = 2 }, { price = 3 } }, fails = "rule.value",
    says = "band 2 reaches up to 100" },
  { "a bound below zero", tiers = { { upto = -5, price = 1 }, { price = 3 } }, fails = "rule.value", says = "more than 0" },
  { "a bound of zero", tiers = { { upto = 0, price = 1 }, { price = 3 } }, fails = "rule.value", says = "more than 0" },
  { "a band after the last", tiers = { { price = 1 }, { upto = 5, price = 3 } }, fails = "rule.value",
    says = "band 1 has no upper bound, and band 2 follows it" },
  { "no last band", tiers = { { upto = 5, price = 3 } }, fails = "rule.value", says = "no price for what is above" },
  { "no price", tiers = { { upto = 5 }, { price = 1 } }, fails = "rule.value", says = "price of the band 1 is missing" },
  { "a slip", tiers = { { up_to = 5, price = 1 }, { price = 1 } }, fails = "rule.value", says = "did you mean 'upto'?" },
  { "a price as text", tiers = { { price = "1" } }, fails = "rule.value", says = "the text '1'" },
  { "tiers that are no list", tiers = { upto = 5, price = 1 }, fails = "rule.value", says = "has no field" },
}

-- ---- declaring ----

local function declare_plan(case)
  local given = { title = "X", every = case.every, table.unpack(case.charges()) }
  plans.declare(given)
  return "declared"
end

local function list(...)
  local constructors = { ... }
  return function()
    local out = {}
    for i, one in ipairs(constructors) do out[i] = one() end
    return out
  end
end

local wrong_plans = {
  { "a meter in a plan for orders", charges = list(function() return per_unit { "GB", meter = "storage", price = 1 } end),
    fails = "rule.value", says = "counts the meter storage, and this plan is for orders" },
  { "when as text in a plan for orders", charges = list(function() return flat { "Fee", price = 1, when = "advance" } end),
    fails = "rule.value", says = "this plan is for orders" },
  { "each line in a plan for periods", every = "month", charges = list(function() return per_unit { "G", each = "line" } end),
    fails = "rule.value", says = 'each = "line", and this plan is for periods' },
  { "when as function in a plan for periods", every = "month",
    charges = list(function() return flat { "Fee", price = 1, when = function() return true end } end), fails = "rule.value",
    says = "a function for when" },
  { "cancellations in a plan for periods", every = "month",
    charges = list(function() return flat { "Fee", price = 1, cancellations = true } end), fails = "rule.value",
    says = "only orders are cancelled" },
  { "a meter in advance", every = "month",
    charges = list(function() return graduated { "C", meter = "c", when = "advance", tiers = { { price = 1 } } } end),
    fails = "rule.value", says = "counts the meter c in advance" },
  { "a timing that is none", every = "month", charges = list(function() return flat { "Fee", price = 1, when = "later" } end),
    fails = "rule.value", says = "when is 'later'" },
  { "a meter and a quantity", every = "month",
    charges = list(function() return per_unit { "S", meter = "s", quantity = 1, price = 1 } end), fails = "rule.value",
    says = "a quantity and a meter" },
  { "neither", every = "month", charges = list(function() return graduated { "S", tiers = { { price = 1 } } } end),
    fails = "rule.value", says = "needs a quantity or a meter" },
  { "every fortnight", every = "fortnight", charges = list(function() return flat { "Fee", price = 1 } end), fails = "rule.value",
    says = "every is 'fortnight'" },
  { "each line by a meter", charges = list(function() return per_unit { "S", each = "line", meter = "s" } end), fails = "rule.value",
    says = "do not go together" },
  { "no charges", every = "month", charges = list(), fails = "rule.value", says = "no charges" },
}

-- What is wrong is told where it is written, when the file is loaded.
local loading = {
  { "a meter in advance", path = "meter_advance", fails = "rule.value", says = "in advance", at = "rules/broken/meter_advance.lua:4" },
  { "bounds that fall", path = "bands_fall", fails = "rule.value", says = "band 2", at = "rules/broken/bands_fall.lua:3" },
}

-- ---- drafts ----

local BOOK = {
  currency = "EUR", country = "DE", terms = 14, chart = { revenue = "4000", discounts = "4900" },
  tax = { rounding = "document", mode = "half_up" },
}
local PLANS = {
  basic = plans.declare { title = "Basic", every = "month", flat { "Fee", price = 49 },
    per_unit { "Seats", quantity = "seats", price = 9 }, per_unit { "GB", meter = "storage", price = 0.12 },
    graduated { "Calls", meter = "calls", tiers = { { upto = 100, price = 1 }, { upto = 500, price = 0.8 }, { price = 0.6 } } } },
  late = plans.declare { title = "Late", every = "month", flat { "Fee", price = 10, when = "arrears" } },
  dollars = plans.declare { title = "Dollars", every = "month", currency = "USD", flat { "Fee", price = 20 } },
  computed = plans.declare { title = "Computed", every = "month", per_unit { "Days",
    quantity = function(agreement, account, span) return agreement.tags.days and span.days or 0 end,
    price = function(agreement, account, span) return account.tags.cheap and 1 or 2 end } },
  steps = plans.declare { title = "Steps", every = "month", graduated { "Seats", quantity = "seats",
    tiers = { { upto = 2, price = 10 }, { price = 5 } } } },
  nice = plans.declare { title = "Nice", every = "month", flat { "Fee", price = 50 }, per_unit { "GB", meter = "storage", price = 1 },
    adjust = function(invoice, account, agreement)
      if invoice.timing == "advance" then invoice:discount("Welcome " .. agreement.id, percent(10)) end
      invoice:note("From " .. tostring(invoice.period.start))
    end },
  orders = plans.declare { title = "Orders", per_unit { "Goods", each = "line" } },
}

-- An agreement of plan "basic" and so on, from a first day; more: id, tags, and what is billed already as "2026-10-01 advance".
local function agreement(plan, start, more)
  more = more or {}
  local claims = {}
  for i, text in ipairs(more.claims or {}) do
    claims[i] = { start = date(text:sub(1, 10)), cause = text:sub(12), document = "D-1", version = 1 }
  end
  local version = { id = more.id or "A-1", plan = plan, tags = more.tags or {}, terms = more.terms, reference = more.reference,
                    from = date(start), start = date(start), version = 1, ["until"] = more["until"] and date(more["until"]) }
  return { id = version.id, versions = { version }, claims = claims, late = {} }
end

local OCTOBER, NOVEMBER = "2026-10-01", "2026-11-01"

local function draft(case)
  local found = periods.draft {
    account = "ACME", today = date(case.today or OCTOBER), agreements = case.agreements,
    book = BOOK, plans = PLANS, tax = case.tax and case.tax.rules(),
    rates = { tables = function() return { USD = { { from = date "2026-01-01", value = 0.9 } } } end },
    account_on = function() return { id = "ACME", country = "DE", tags = case.account or {}, terms = case.account_terms } end,
    usage_of = function(_, meter) return (case.usage or {})[meter] or 0 end,
  }
  local out = {}
  for n, of in ipairs(found) do
    local document, lines = periods.document(n), {}
    for i, line in ipairs(document.lines) do
      local parts = {}
      for _, name in ipairs(case.show or { "text", "amount" }) do parts[#parts + 1] = tostring(line[name]) end
      lines[i] = table.concat(parts, " ")
    end
    local head = {}
    for _, name in ipairs(case.of or {}) do head[#head + 1] = name .. " " .. tostring(document[name]) end
    out[n] = (case.heads and "[" .. table.concat(of.agreements, " ") .. " " .. of.account_day .. "] " or "")
      .. (#head > 0 and table.concat(head, " ") .. ": " or "") .. table.concat(lines, ", ")
  end
  return table.concat(out, " | ")
end

local TAGS = { tags = { seats = "12" } }
local TAX = tax.declare { tax.rate { "DE", "standard", 19, ["until"] = "2026-10-31" },
                          tax.rate { "DE", "standard", 20, from = "2026-10-31" } }

local function seats(more)
  more.tags = { seats = "12" }
  return more
end

local drafts = {
  { "nothing is due", agreements = {}, want = "" },
  { "not begun", agreements = { agreement("basic", NOVEMBER, TAGS) }, want = "" },
  { "in advance", agreements = { agreement("basic", OCTOBER, TAGS) }, want = "Fee 49.00 EUR, Seats 108.00 EUR" },
  { "nothing used makes no document", agreements = { agreement("late", OCTOBER) }, want = "" },
  { "what is billed is not billed again", agreements = { agreement("basic", OCTOBER, seats { claims = { "2026-10-01 advance" } }) },
    want = "" },
  { "it ends", agreements = { agreement("late", OCTOBER, { ["until"] = "2026-12-01" }) }, today = "2027-06-01",
    show = { "start", "stop", "amount" }, want = "2026-10-01 2026-11-01 10.00 EUR, 2026-11-01 2026-12-01 10.00 EUR" },
  { "in arrears", today = NOVEMBER, agreements = { agreement("basic", OCTOBER,
      seats { claims = { "2026-10-01 advance", "2026-11-01 advance" } }) }, usage = { storage = 300, calls = 501 },
    want = "GB 36.00 EUR, Calls, up to 100 100.00 EUR, Calls, above 100 up to 500 320.00 EUR, Calls, above 500 0.60 EUR" },
  { "usage taken back", today = NOVEMBER, agreements = { agreement("basic", OCTOBER,
      seats { claims = { "2026-10-01 advance", "2026-11-01 advance" } }) }, usage = { storage = -3 },
    of = { "kind", "total" }, want = "kind credit_note total -0.43 EUR: GB -0.36 EUR" },
  { "quantity and price stand on the line", agreements = { agreement("basic", OCTOBER, TAGS) },
    show = { "quantity", "price", "amount", "start", "stop", "period", "claim", "agreement" },
    want = "1 49 49.00 EUR 2026-10-01 2026-11-01 2026-10-01 advance A-1, "
      .. "12 9 108.00 EUR 2026-10-01 2026-11-01 2026-10-01 advance A-1" },
  { "the meter stands on the line", today = NOVEMBER, agreements = { agreement("basic", OCTOBER,
      seats { claims = { "2026-10-01 advance", "2026-11-01 advance" } }) }, usage = { storage = 1 },
    show = { "meter", "quantity", "claim" }, want = "storage 1 arrears" },
  { "a fee in arrears", today = NOVEMBER, agreements = { agreement("late", OCTOBER) }, heads = true,
    want = "[A-1 2026-10-31] Fee 10.00 EUR" },
  { "two agreements and two months on one document", today = NOVEMBER, heads = true,
    agreements = { agreement("basic", OCTOBER, TAGS), agreement("late", OCTOBER, { id = "A-2" }) },
    of = { "tax_point", "net", "plan" },
    want = "[A-1 A-2 2026-11-01] tax_point 2026-11-01 net 324.00 EUR plan nil: Fee 49.00 EUR, Seats 108.00 EUR, "
      .. "Fee 49.00 EUR, Seats 108.00 EUR, Fee 10.00 EUR" },
  { "another currency is another document", heads = true,
    agreements = { agreement("dollars", OCTOBER), agreement("basic", OCTOBER, seats { id = "A-2" }) }, of = { "currency", "rate" },
    want = "[A-1 2026-10-01] currency USD rate 0.9: Fee 20.00 USD | "
      .. "[A-2 2026-10-01] currency EUR rate nil: Fee 49.00 EUR, Seats 108.00 EUR" },
  { "a tax that has changed in between is another document", tax = TAX, today = "2026-11-30", heads = true,
    agreements = { agreement("late", "2026-09-30", { ["until"] = "2026-11-30" }),
                   agreement("late", "2026-08-30", { id = "A-2", ["until"] = "2026-09-30" }) },
    of = { "tax" }, want = "[A-1 A-2 2026-10-29] tax 3.80 EUR: Fee 10.00 EUR, Fee 10.00 EUR | "
      .. "[A-1 2026-11-29] tax 2.00 EUR: Fee 10.00 EUR" },
  { "computed by functions", agreements = { agreement("computed", OCTOBER, { tags = { days = "yes" } }),
      agreement("computed", OCTOBER, { id = "A-2" }) }, want = "Days 62.00 EUR" },
  { "computed by the account", account = { cheap = "yes" },
    agreements = { agreement("computed", OCTOBER, { tags = { days = "yes" } }) }, want = "Days 31.00 EUR" },
  { "bands of a quantity", agreements = { agreement("steps", OCTOBER, { tags = { seats = "5" } }) },
    want = "Seats, up to 2 20.00 EUR, Seats, above 2 15.00 EUR" },
  { "adjust runs for each claim", usage = { storage = 7 }, of = { "note" }, today = NOVEMBER,
    agreements = { agreement("nice", OCTOBER, { ["until"] = NOVEMBER }) },
    show = { "text", "amount", "start", "claim" }, want = "note From 2026-10-01: Fee 50.00 EUR 2026-10-01 advance, "
      .. "Welcome A-1 -5.00 EUR 2026-10-01 advance, GB 7.00 EUR 2026-10-01 arrears" },
  { "the longest terms, and a reference that all have", of = { "terms", "reference" }, show = { "amount" }, today = NOVEMBER,
    account_terms = 30, agreements = { agreement("late", OCTOBER, { terms = 10, reference = "PO 1" }),
                                       agreement("late", OCTOBER, { reference = "PO 1", id = "A-2" }) },
    want = "terms 30 reference PO 1: 10.00 EUR, 10.00 EUR" },
  { "no reference where they differ", of = { "terms", "reference" }, show = { "amount" }, today = NOVEMBER,
    agreements = { agreement("late", OCTOBER, { reference = "PO 1" }),
                   agreement("late", OCTOBER, { reference = "PO 2", id = "A-2" }) },
    want = "terms 14 reference nil: 10.00 EUR, 10.00 EUR" },
  { "a plan for orders", agreements = { agreement("orders", OCTOBER) }, fails = "rule.value",
    says = "is a plan for orders and cannot bill agreement A-1" },
  { "no plan", agreements = { agreement(nil, OCTOBER) }, fails = "rule.value", says = "agreement A-1 names no plan" },
  { "no seats", agreements = { agreement("basic", OCTOBER) }, fails = "rule.value",
    says = "moonbill set agreement A-1 tags.seats=" },
}

-- ---- what a plan charges at all ----

local function timings(case)
  local of = periods.timings("none", case.plan)
  return (of.advance and "advance " or "") .. (of.arrears and "arrears" or "")
end

local timing_rows = {
  { "in advance only", plan = plans.declare { title = "T", every = "month", flat { "Fee", price = 1 } }, want = "advance " },
  { "a meter only", plan = plans.declare { title = "T", every = "month", per_unit { "GB", meter = "storage", price = 1 } },
    want = "arrears" },
  { "both", plan = plans.declare { title = "T", every = "month",
      flat { "Fee", price = 1 }, flat { "Late", price = 1, when = "arrears" } },
    want = "advance arrears" },
  { "a plan for orders may fail", plan = plans.declare { title = "T", flat { "Fee", price = 1 } }, want = "advance arrears" },
}

function test.run()
  return rows.join(rows.check(cuts, cut), rows.check(wrong_bands, function(case) return bands.declare(case.tiers) end),
                   rows.check(wrong_plans, declare_plan), rows.check(drafts, draft), rows.check(timing_rows, timings),
                   rows.check(loading, function(case) return rule("rules/broken/" .. case.path .. ".lua") end))
end

return test

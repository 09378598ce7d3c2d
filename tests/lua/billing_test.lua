--- tests/lua/billing_test.lua: documents of orders, by hand, and what their issue settles.
local approval = require "approval"
local billing = require "billing"
local config = require "config"
local pricing = require "pricing"
local rates = require "rates"
local rows = require "rows"

local test = {}

local PRODUCTS = { P1 = { id = "P1", name = "Lamp", price = 10, tax_category = "reduced" } }
local function find_product(id) return PRODUCTS[id] end
local function document_id(order) return "doc-" .. order end
local RATES = rates.declare { USD = { ["2010-01-01"] = 0.65 }, JPY = { ["2010-01-01"] = 0.0075 }, KWD = { ["2010-01-01"] = 2.2 } }
local BOOK = config.declare { currency = "GBP", zone = "Europe/London", country = "GB",
  chart = { others = { ["4020"] = "Fees" } } }.settings()

-- { "id", "day", { product, quantity, price }, ... } with kind, currency, state, corrects
local function order_of(given, kind)
  local order = { id = given[1], date = date(given[2]), kind = given.kind or kind, state = given.state or "due", value = 0, tags = {},
                  currency = given.currency or "GBP", account = "A1", reference = given.reference, corrects = given.corrects, lines = {} }
  for i = 3, #given do
    local line = given[i]
    order.lines[i - 2] = { ordinal = i - 2, kind = line.kind or "product", product = line[1], text = line.text, quantity = line[2],
                           price = line[3], tax_category = line.category }
  end
  return order
end

local function account_of(more)
  local account = { id = "A1", country = "GB", tags = {} }
  for name, value in pairs(more or {}) do account[name] = value end
  return account
end

local function told(document, show)
  local out = {}
  for i, name in ipairs(show) do
    local value = document[name]
    out[i] = type(value) == "money" and tostring(value.amount) or rows.text(value)
  end
  return table.concat(out, " ")
end

local AMOUNTS = { "kind", "net", "tax", "total" }

local function draft(case)
  local orders = {}
  for i, given in ipairs(case.orders or {}) do orders[i] = order_of(given, "sale") end
  local order = order_of(case.sale or case.cancel, case.sale and "sale" or "cancellation")
  orders[#orders + 1] = order
  local document = billing.draft {
    order = order, account = account_of(case.account), agreement = case.agreement, today = date "2011-06-01", book = BOOK,
    orders = orders, document_id = document_id, find_product = find_product, rates = case.rates or RATES, plan = case.plan,
    approvals = case.approvals,
  }
  if case.lines then
    local out = {}
    for i, line in ipairs(document.lines) do out[i] = told(line, case.lines) end
    return table.concat(out, ", ")
  end
  if case.taxes then
    local out = {}
    for i, row in ipairs(document.taxes) do out[i] = told(row, case.taxes) end
    return table.concat(out, ", ")
  end
  return told(document, case.show or AMOUNTS)
end

local SALE = { "S1", "2010-12-01", { "P", 6, 2.55 }, { "Q", 8, 2.75 } }

local sales = {
  { "net, tax, total", sale = SALE, want = "invoice 37.3 6.53 43.83" },
  { "the tax of its day", sale = { "S1", "2011-01-04", { "P", 6, 2.55 }, { "Q", 8, 2.75 } }, want = "invoice 37.3 7.46 44.76" },
  { "what else it says", sale = { "S1", "2010-12-01", { "P", 1, 1 }, reference = "PO 7" },
    show = { "account", "order", "reference", "currency", "tax_point", "terms", "plan", "rounding", "approval_rule", "rate", "corrects", "reason" },
    want = "A1 S1 PO 7 GBP 2010-12-01 30 orders half_up per document nobody nil nil nil" },
  { "taxes by category", sale = { "S1", "2010-12-01", { "P", 1, 10 }, { "P1", 2 }, { "P", 1, 5 } },
    taxes = { "category", "rate", "net", "tax", "code", "reason" }, want = "standard 17.5 15 2.63 S nil, reduced 5 20 1 S nil" },
  { "the rule that answered", sale = { "S1", "2010-12-01", { "P", 1, 10 } }, taxes = { "rule" }, want = "rules/tax.lua:27" },
  { "the rule that priced", sale = { "S1", "2010-12-01", { "P", 1, 10 } }, lines = { "rule", "source_line" }, want = "rules/pricing/orders.lua:10 1" },
  { "abroad", sale = SALE, account = { country = "FR" }, taxes = { "rate", "tax", "code", "reason" },
    want = "0 0 G Zero-rated: supplied to a customer outside the United Kingdom" },
  { "the account's terms and plan", sale = SALE, account = { terms = 14, plan = "shop" }, show = { "terms", "plan" }, want = "14 shop" },
  { "the agreement's before the account's", sale = SALE, account = { terms = 14, plan = "orders" },
    agreement = { terms = 0, plan = "shop", tags = {} }, show = { "terms", "plan", "net" }, want = "0 shop 42.3" },
  { "a large one asks for approval", sale = { "S1", "2010-12-01", { "P", 1, 10000 } }, show = { "approval_rule" }, want = "anyone" },
  { "dollars at the rate of the day", sale = { "S1", "2010-12-01", { "P", 1, 10 }, currency = "USD" }, show = { "currency", "rate", "total" },
    want = "USD 0.65 11.75" },
  { "yen", sale = { "S1", "2010-12-01", { "P", 1, 103 }, currency = "JPY" }, want = "invoice 103 18 121" },
  { "dinars", sale = { "S1", "2010-12-01", { "P", 1, 1.234 }, currency = "KWD" }, want = "invoice 1.234 0.216 1.45" },
  { "a sale of a discount alone is a credit note", sale = { "S1", "2010-12-01", { "D", 1, -10, kind = "discount" } },
    want = "credit_note -10 -1.75 -11.75" },
  { "a gift alone is an invoice of nothing", sale = { "S1", "2010-12-01", { "P", 1, 0 } }, want = "invoice 0 0 0" },
  { "a note of the plan", sale = SALE, account = { plan = "shop", tags = { thanks = "yes" } }, show = { "note" }, want = "Thank you.\nCome again." },

  { "no price", sale = { "S1", "2010-12-01", { "X", 1 } }, fails = "price.missing", at = "rules/pricing/orders.lua:10" },
  { "no country", sale = SALE, account = { country = "none" }, fails = "tax.no_answer" },
  { "no rate of exchange", sale = { "S1", "2010-12-01", { "P", 1, 1 }, currency = "EUR" }, fails = "rate.missing" },
  { "no plan", sale = SALE, account = { plan = "oders" }, fails = "rule.missing" },
  { "no category", sale = { "S1", "2010-12-01", { "P", 1, 1, category = "books" } }, fails = "tax.no_answer" },
  { "a product in another currency than the order", sale = { "S1", "2010-12-01", { "P1", 1 }, currency = "USD" },
    fails = "money.currency_mismatch" },
  { "a plan that bills nothing", sale = SALE, fails = "rule.value", says = "no charge of",
    plan = pricing.declare { title = "X", pricing.flat { "Fee", price = 1, when = function() return false end } } },
  { "nobody to approve", sale = SALE, approvals = approval.declare {}, fails = "document.approval" },
}

local FOUND = { "corrects", "reason", "total" }
local NOWHERE = "nil order cancelled; the original is not in this book"
local CANCEL = { "C2", "2010-12-02", { "P", -6, 2.55 } }
local cancellations = {
  { "the exact negative", cancel = { "C1", "2010-12-02", { "P", -6, 2.55 }, { "Q", -8, 2.75 } }, orders = { SALE },
    want = "credit_note -37.3 -6.53 -43.83" },
  { "its original", cancel = CANCEL, orders = { SALE }, show = FOUND, want = "doc-S1 cancels order S1 -17.98" },
  { "its lines", cancel = { "C1", "2010-12-02", { "Q", -3, 2.75 }, { "P", -1, 2.55 } }, orders = { SALE },
    lines = { "quantity", "price", "amount", "source_line", "corrects_line" }, want = "-3 2.75 -8.25 1 2, -1 2.55 -2.55 2 1" },
  { "at the tax of its original", cancel = { "C1", "2011-01-05", { "P", -6, 2.55 } }, orders = { SALE },
    show = { "tax", "tax_point" }, want = "-2.68 2010-12-01" },
  { "without original: the tax of its own day", cancel = { "C1", "2011-01-05", { "P", -6, 2.55 } }, show = { "tax", "tax_point" },
    want = "-3.06 2011-01-05" },
  { "not in this book", cancel = CANCEL, show = FOUND, want = NOWHERE .. " -17.98" },
  { "another price", cancel = { "C2", "2010-12-02", { "P", -6, 2.5 } }, orders = { SALE }, show = FOUND, want = NOWHERE .. " -17.63" },
  { "more than was sold", cancel = { "C2", "2010-12-02", { "P", -7, 2.55 } }, orders = { SALE }, show = FOUND, want = NOWHERE .. " -20.97" },
  { "one line of two is not there", cancel = { "C2", "2010-12-02", { "P", -1, 2.55 }, { "Z", -1, 1 } }, orders = { SALE }, show = FOUND,
    want = NOWHERE .. " -4.17" },
  { "sold later", cancel = { "C2", "2010-11-30", { "P", -6, 2.55 } }, orders = { SALE }, show = FOUND, want = NOWHERE .. " -17.98" },
  { "sold on the same day", cancel = { "C2", "2010-12-01", { "P", -6, 2.55 } }, orders = { SALE }, show = FOUND,
    want = "doc-S1 cancels order S1 -17.98" },
  { "the newest of two", cancel = CANCEL, orders = { SALE, { "S2", "2010-12-02", { "P", 6, 2.55 } } }, show = FOUND,
    want = "doc-S2 cancels order S2 -17.98" },
  { "the older one if the newest has too few", cancel = CANCEL, orders = { SALE, { "S2", "2010-12-02", { "P", 5, 2.55 } } }, show = FOUND,
    want = "doc-S1 cancels order S1 -17.98" },
  { "nothing is taken back twice", cancel = CANCEL, show = FOUND, want = NOWHERE .. " -17.98",
    orders = { SALE, { "C1", "2010-12-02", { "P", -6, 2.55 }, kind = "cancellation" } } },
  { "two cancellations of a part each", cancel = { "C2", "2010-12-02", { "P", -3, 2.55 } }, show = FOUND,
    orders = { SALE, { "C1", "2010-12-02", { "P", -3, 2.55 }, kind = "cancellation" } }, want = "doc-S1 cancels order S1 -8.99" },
  { "equal lines are two", cancel = { "C2", "2010-12-02", { "P", -2, 1 }, { "P", -2, 1 } }, show = { "corrects" }, lines = { "corrects_line" },
    orders = { { "S1", "2010-12-01", { "P", 2, 1 }, { "P", 2, 1 } } }, want = "1, 2" },
  { "one line cannot stand for two", cancel = { "C2", "2010-12-02", { "P", -2, 1 }, { "P", -2, 1 } }, show = FOUND,
    orders = { { "S1", "2010-12-01", { "P", 3, 1 } } }, want = NOWHERE .. " -4.7" },
  { "a held sale is no sale yet", cancel = CANCEL, orders = { { "S1", "2010-12-01", { "P", 6, 2.55 }, state = "held" } }, show = FOUND,
    want = NOWHERE .. " -17.98" },
  { "a billed one is", cancel = CANCEL, orders = { { "S1", "2010-12-01", { "P", 6, 2.55 }, state = "billed" } }, show = { "corrects" },
    want = "doc-S1" },
  { "another currency", cancel = CANCEL, orders = { { "S1", "2010-12-01", { "P", 6, 2.55 }, currency = "USD" } }, show = FOUND,
    want = NOWHERE .. " -17.98" },
  { "the order it names", cancel = { "C2", "2010-12-02", { "P", -6, 2.55 }, corrects = "S1" }, show = { "corrects" },
    orders = { SALE, { "S2", "2010-12-02", { "P", 6, 2.55 } } }, want = "doc-S1" },
  { "without a price: the sale's", cancel = { "C2", "2010-12-02", { "P", -6 } }, orders = { SALE }, want = "credit_note -15.3 -2.68 -17.98" },
  { "approval: known original", cancel = CANCEL, orders = { SALE }, show = { "approval_rule" }, want = "nobody" },
  { "approval: unknown original", cancel = CANCEL, show = { "approval_rule" }, want = "anyone" },
  { "written positive", cancel = { "C1", "2010-12-02", { "P", 2, 10 } }, fails = "rule.value",
    says = "cancellation C1 has a value of +20.00: what is taken back has negative quantities (write negative quantities, or say negate = true" },
  { "more given than taken back", cancel = { "C1", "2010-12-02", { "P", -2, 10 }, { "Q", 1, 30 } }, fails = "rule.value", says = "value of +10.00" },
  { "less given than taken back", cancel = { "C1", "2010-12-02", { "P", -2, 10 }, { "Q", 1, 5 } }, want = "credit_note -15 -2.63 -17.63" },
  { "of nothing", cancel = { "C1", "2010-12-02", { "P", -2, 0 } }, want = "credit_note 0 0 0" },
  { "of a discount", cancel = { "C1", "2010-12-02", { "D", -1, 27.5, kind = "discount" } }, want = "credit_note -27.5 -4.81 -32.31" },
}

-- ---- by hand ----

local function manual(case)
  local document = billing.manual {
    kind = case.kind or "invoice", account = account_of(case.account), lines = case.written, today = date(case.today or "2026-01-15"),
    book = BOOK, reference = case.reference, reason = case.reason, find_product = find_product, original = case.original,
    currency = case.currency, rates = RATES,
  }
  return told(document, case.show or AMOUNTS)
end

local ISSUED = { id = "D1", number = "INV-1", kind = "invoice", state = "issued", account = "A1" }
local by_hand = {
  { "an amount", written = { { text = "Advice", amount = 100 } }, want = "invoice 100 20 120" },
  { "an amount as text", written = { { text = "Advice", amount = "99.99" } }, want = "invoice 99.99 20 119.99" },
  { "quantity and price", written = { { text = "Hours", quantity = "2.5", price = "80" } }, want = "invoice 200 40 240" },
  { "a quantity of one", written = { { text = "Box", price = 80 } }, want = "invoice 80 16 96" },
  { "a product", written = { { product = "P1", quantity = 3 } }, want = "invoice 30 1.5 31.5" },
  { "a category", written = { { text = "Book", amount = 10, tax_category = "zero" } }, want = "invoice 10 0 10" },
  { "the tax of today", written = { { text = "Advice", amount = 100 } }, today = "2010-12-31", want = "invoice 100 17.5 117.5" },
  { "what else it says", written = { { text = "Advice", amount = 1 } }, reference = "PO 7",
    show = { "account", "reference", "currency", "tax_point", "terms", "approval_rule", "plan" }, want = "A1 PO 7 GBP 2026-01-15 30 anyone nil" },
  { "the account's currency", written = { { text = "Advice", amount = 100 } }, account = { currency = "USD" },
    show = { "currency", "total", "rate" }, want = "USD 120 0.65" },
  { "a credit without original", kind = "credit_note", written = { { text = "Goodwill", amount = 10 } }, reason = "late delivery",
    show = { "kind", "net", "tax", "total", "reason", "corrects", "approval_rule" }, want = "credit_note -10 -2 -12 late delivery nil anyone" },
  { "pieces credited without original", kind = "credit_note", written = { { product = "P1", quantity = 2 } }, want = "credit_note -20 -1 -21" },
  { "nothing written", written = {}, fails = "rule.value", says = "no lines" },
  { "amount beside price", written = { { text = "X", amount = 1, price = 1 } }, fails = "rule.value", says = "one or the other" },
  { "an unknown product", written = { { product = "P9" } }, fails = "price.missing", says = "product P9" },
  { "a kind that is none", kind = "receipt", written = { { text = "X", amount = 1 } }, fails = "rule.value", says = "invoice, credit_note" },
  { "an invoice of an original", original = ISSUED, written = {}, fails = "rule.value", says = "only a credit note" },
  { "another account's invoice", kind = "credit_note", original = ISSUED, account = { id = "A2" }, written = {}, fails = "rule.value",
    says = "is account A1's, not A2's" },
  { "a draft", kind = "credit_note", original = { id = "D2", kind = "invoice", state = "draft", account = "A1" }, written = {}, fails = "rule.value",
    says = "D2 is no issued invoice" },
  { "not a number", written = { { text = "X", amount = "ten" } }, fails = "decimal.syntax" },
}

-- ---- issuing ----

-- documents: { "id", total, account = , terms = , corrects = }; items: { "id", due, open, account = }
local function issue(case)
  local documents, items = {}, {}
  for i, one in ipairs(case.documents) do
    documents[i] = { id = one[1], kind = one[2] < 0 and "credit_note" or "invoice", account = one.account or "A1", corrects = one.corrects,
                     terms = one.terms or 30, currency = one.currency or "GBP", total = money(one[2], one.currency or "GBP"),
                     tax_point = date "2025-12-31" }
  end
  for i, one in ipairs(case.items or {}) do
    items[i] = { account = one.account or "A1", document = one[1], number = one[1], kind = one[3] < 0 and "credit_note" or "invoice",
                 currency = one.currency or "GBP", date = date "2025-12-01", due = date(one[2]), amount = money(one[3], one.currency or "GBP"),
                 open = money(one[3], one.currency or "GBP") }
  end
  local parts = {}
  for i, part in ipairs(billing.issue { documents = documents, items = items, book = BOOK, today = case.today and date(case.today) }) do
    parts[i] = part.source .. ">" .. part.target .. " " .. part.amount.amount
  end
  return table.concat(parts, ", ")
end

local issues = {
  { "a credit settles what is open", documents = { { "C1", -50 } }, items = { { "A", "2026-01-05", 80 } }, want = "C1>A 50" },
  { "stacked: the second takes what the first left", documents = { { "C1", -50 }, { "C2", -50 } },
    items = { { "A", "2026-01-05", 80 }, { "B", "2026-01-06", 40 } }, want = "C1>A 50, C2>A 30, C2>B 20" },
  { "more credit than is open", documents = { { "C1", -100 }, { "C2", -10 } }, items = { { "A", "2026-01-05", 80 } }, want = "C1>A 80" },
  { "an invoice of the same batch", documents = { { "I1", 60 }, { "C1", -50 } }, today = "2026-01-10", want = "C1>I1 50" },
  { "also one that comes later in it", documents = { { "C1", -50 }, { "I1", 60 } }, today = "2026-01-10", want = "C1>I1 50" },
  { "the batch's after the book's older one", documents = { { "I1", 60 }, { "C1", -100 } }, today = "2026-01-10",
    items = { { "A", "2026-01-05", 80 } }, want = "C1>A 80, C1>I1 20" },
  { "without terms the batch's comes first", documents = { { "I1", 60, terms = 0 }, { "C1", -100 } }, today = "2026-01-10",
    items = { { "A", "2026-01-15", 80 } }, want = "C1>I1 60, C1>A 40" },
  { "accounts do not mix", documents = { { "C1", -50, account = "A2" } }, items = { { "A", "2026-01-05", 80 } }, want = "" },
  { "currencies do not mix", documents = { { "C1", -50, currency = "USD" } }, want = "C1>B 50",
    items = { { "A", "2026-01-05", 80 }, { "B", "2026-02-05", 80, currency = "USD" } } },
  { "credits of before are no target", documents = { { "C1", -50 } }, items = { { "K", "2026-01-05", -80 } }, want = "" },
  { "invoices alone", documents = { { "I1", 60 } }, items = { { "A", "2026-01-05", 80 } }, want = "" },
  { "a credit of nothing", documents = { { "C1", -0 } }, items = { { "A", "2026-01-05", 80 } }, want = "" },
  { "two accounts, in the order of the batch", documents = { { "C1", -5, account = "A2" }, { "C2", -6 } }, want = "C1>B 5, C2>A 6",
    items = { { "A", "2026-01-05", 80 }, { "B", "2026-01-05", 80, account = "A2" } } },
}

function test.run()
  for _, case in ipairs(sales) do
    if case.account and case.account.country == "none" then case.account.country = "" end
  end
  return rows.join(rows.check(sales, draft), rows.check(cancellations, draft), rows.check(by_hand, manual), rows.check(issues, issue))
end

return test

--- tests/lua/crediting_test.lua: credit notes of an invoice, one after another, down to exactly zero.
local billing = require "billing"
local config = require "config"
local rows = require "rows"
local tax = require "tax"

local test = {}

local ACCOUNT = { id = "A1", country = "GB", tags = {} }
local RULES = tax.declare {
  tax.rate { "GB", "standard", 20 }, tax.rate { "GB", "reduced", 5 }, tax.rate { "GB", "odd", 17.5 },
}.rules()

local function book(case)
  return config.declare { currency = case.currency or "GBP", zone = "UTC", country = "GB",
                          tax = { rounding = case.per or "document" } }.settings()
end

-- The invoice of a case: lines of { amount, category } or { quantity = , price = , category = }.
local function invoice(case)
  local lines = {}
  for i, one in ipairs(case.invoice) do
    lines[i] = { text = "L" .. i, amount = one[1], quantity = one.quantity, price = one.price, tax_category = one[2],
                 kind = one.kind }
  end
  local document = billing.manual { kind = "invoice", account = ACCOUNT, lines = lines, today = date "2026-01-15",
                                    book = book(case), tax = RULES }
  document.id, document.number, document.state = "D1", "INV-1", "issued"
  return document
end

local function plain(value) return tostring(value.amount) end

local function told(credit)
  local lines = {}
  for i, line in ipairs(credit.lines) do
    lines[i] = line.corrects_line .. ":" .. (line.quantity and tostring(line.quantity) .. "x" .. tostring(line.price) .. "=" or "")
      .. plain(line.amount)
  end
  return table.concat(lines, " ") .. " = " .. plain(credit.net) .. " " .. plain(credit.tax) .. " " .. plain(credit.total)
end

-- Make the credits one after another; with `zero`, say what is left of net, tax and total after them.
local function compute(case)
  local original, credited, texts = invoice(case), {}, {}
  local net, tax_left = original.net, original.tax
  for i, wanted in ipairs(case.credits) do
    local credit = billing.manual { kind = "credit_note", account = ACCOUNT, original = original, credited = credited,
                                    lines = wanted, today = date "2030-06-01", book = book(case) }
    credited[i], texts[i] = credit, told(credit)
    net, tax_left = net + credit.net, tax_left + credit.tax
  end
  if case.zero then texts[#texts + 1] = "left " .. plain(net) .. " " .. plain(tax_left) end
  return table.concat(texts, "; ")
end

local function line(i, amount) return { { corrects_line = i, amount = amount } } end

local cases = {
  { "all at once", invoice = { { quantity = 6, price = 2.55 }, { quantity = 8, price = 2.75 } }, credits = { {} }, zero = true,
    want = "1:-6x2.55=-15.3 2:-8x2.75=-22 = -37.3 -7.46 -44.76; left 0 0" },
  { "three thirds", invoice = { { 0.33 }, { 0.33 }, { 0.33 } }, zero = true,
    credits = { line(1, 0.33), line(2, 0.33), line(3, 0.33) },
    want = "1:-0.33 = -0.33 -0.07 -0.4; 2:-0.33 = -0.33 -0.06 -0.39; 3:-0.33 = -0.33 -0.07 -0.4; left 0 0" },
  { "three thirds, tax per line", invoice = { { 0.33 }, { 0.33 }, { 0.33 } }, per = "line", zero = true,
    credits = { line(1, 0.33), line(2, 0.33), line(3, 0.33) },
    want = "1:-0.33 = -0.33 -0.07 -0.4; 2:-0.33 = -0.33 -0.06 -0.39; 3:-0.33 = -0.33 -0.08 -0.41; left 0 0" },
  { "tax per line that came to nothing", invoice = { { 0.02 }, { 0.02 }, { 0.02 } }, per = "line", zero = true,
    credits = { line(1), line(2), {} }, want = "1:-0.02 = -0.02 0 -0.02; 2:-0.02 = -0.02 0 -0.02; 3:-0.02 = -0.02 0 -0.02; left 0 0" },
  { "a part, then the rest", invoice = { { quantity = 10, price = 9.99 } }, credits = { line(1, 33.33), {} }, zero = true,
    want = "1:-33.33 = -33.33 -6.67 -40; 1:-10xnil=-66.57 = -66.57 -13.31 -79.88; left 0 0" },
  { "a quantity, then the rest", invoice = { { quantity = 10, price = 9.99 } }, zero = true,
    credits = { { { corrects_line = 1, quantity = 3 } }, {} },
    want = "1:-3x9.99=-29.97 = -29.97 -5.99 -35.96; 1:-7x9.99=-69.93 = -69.93 -13.99 -83.92; left 0 0" },
  { "a quantity as text", invoice = { { quantity = 10, price = 9.99 } }, credits = { { { corrects_line = 1, quantity = "3" } } },
    want = "1:-3x9.99=-29.97 = -29.97 -5.99 -35.96" },
  { "quantities whose amounts do not multiply out", invoice = { { quantity = 3, price = 0.335 } }, zero = true,
    credits = { { { corrects_line = 1, quantity = 1 } }, { { corrects_line = 1, quantity = 1 } }, {} },
    want = "1:-1x0.335=-0.34 = -0.34 -0.07 -0.41; 1:-1xnil=-0.33 = -0.33 -0.06 -0.39; 1:-1x0.335=-0.34 = -0.34 -0.07 -0.41; left 0 0" },
  { "pieces of less than the smallest unit", invoice = { { quantity = 4, price = 0.005 } }, zero = true,
    credits = { { { corrects_line = 1, quantity = 1 } }, { { corrects_line = 1, quantity = 1 } }, { { corrects_line = 1, quantity = 2 } } },
    want = "1:-1x0.005=-0.01 = -0.01 0 -0.01; 1:-1xnil=0 = 0 0 0; 1:-2x0.005=-0.01 = -0.01 0 -0.01; left 0 0" },
  { "one category", invoice = { { 10 }, { 20, "reduced" } }, credits = { line(2, 5), line(1, 10), {} }, zero = true,
    want = "2:-5 = -5 -0.25 -5.25; 1:-10 = -10 -2 -12; 2:-15 = -15 -0.75 -15.75; left 0 0" },
  { "an amount without a line", invoice = { { 80 }, { 20 } }, credits = { { { amount = 50 } }, {} }, zero = true,
    want = "1:-40 2:-10 = -50 -10 -60; 1:-40 2:-10 = -50 -10 -60; left 0 0" },
  { "an amount that does not divide", invoice = { { 1 }, { 1 }, { 1 } }, credits = { { { amount = 1 } }, { { amount = 1 } }, {} },
    zero = true, want = "1:-0.33 2:-0.34 3:-0.33 = -1 -0.2 -1.2; 1:-0.34 2:-0.33 3:-0.33 = -1 -0.2 -1.2; "
      .. "1:-0.33 2:-0.33 3:-0.34 = -1 -0.2 -1.2; left 0 0" },
  { "over two categories", invoice = { { 80 }, { 20, "reduced" } }, credits = { { { amount = 10 } } },
    want = "1:-8 2:-2 = -10 -1.7 -11.7" },
  { "half a penny of tax", invoice = { { 0.10, "odd" }, { 0.10, "odd" } }, credits = { line(1), line(2) }, zero = true,
    want = "1:-0.1 = -0.1 -0.02 -0.12; 2:-0.1 = -0.1 -0.02 -0.12; left 0 0" },
  { "with its discount", invoice = { { 100 }, { -20, kind = "discount" } }, credits = { {} }, zero = true,
    want = "1:-100 2:20 = -80 -16 -96; left 0 0" },
  { "a line takes its share of the discount", invoice = { { 50 }, { 50 }, { -20, kind = "discount" } }, zero = true,
    credits = { line(1), line(2) }, want = "1:-50 3:10 = -40 -8 -48; 2:-50 3:10 = -40 -8 -48; left 0 0" },
  { "shares of a discount that do not divide", invoice = { { 1 }, { 1 }, { 1 }, { -1, kind = "discount" } }, zero = true,
    credits = { line(1), line(2), line(3) },
    want = "1:-1 4:0.33 = -0.67 -0.13 -0.8; 2:-1 4:0.34 = -0.66 -0.14 -0.8; 3:-1 4:0.33 = -0.67 -0.13 -0.8; left 0 0" },
  { "yen", currency = "JPY", invoice = { { 105, "odd" }, { 105, "odd" } }, credits = { line(1), line(2) }, zero = true,
    want = "1:-105 = -105 -18 -123; 2:-105 = -105 -19 -124; left 0 0" },
  { "dinars", currency = "KWD", invoice = { { 0.333 }, { 0.333 } }, credits = { line(1), line(2) }, zero = true,
    want = "1:-0.333 = -0.333 -0.067 -0.4; 2:-0.333 = -0.333 -0.066 -0.399; left 0 0" },
  { "today's tax does not matter", invoice = { { 100 } }, credits = { {} }, want = "1:-100 = -100 -20 -120" },

  { "more than the line", invoice = { { 10 }, { 10 } }, credits = { line(1, 10.01) }, fails = "document.credit_exceeds",
    says = "line 1 'L1' has 10.00 GBP left" },
  { "more than the rest of the line", invoice = { { 10 }, { 10 } }, credits = { line(1, 6), line(1, 6) },
    fails = "document.credit_exceeds", says = "has 4.00 GBP left" },
  { "more than all", invoice = { { 10 }, { 10 } }, credits = { { { amount = 20.01 } } }, fails = "document.credit_exceeds",
    says = "amounts are before tax" },
  { "twice all", invoice = { { 10 } }, credits = { {}, {} }, fails = "document.credit_exceeds", says = "nothing is left" },
  { "more than what the discount left", invoice = { { 100 }, { -20, kind = "discount" } }, credits = { line(1, 90) },
    fails = "document.credit_exceeds", says = "category standard has 80.00 GBP left" },
  { "more pieces than there are", invoice = { { quantity = 2, price = 5 } }, credits = { { { corrects_line = 1, quantity = 3 } } },
    fails = "document.credit_exceeds", says = "quantity of 2 left" },
  { "pieces of a line without quantity", invoice = { { 5 } }, credits = { { { corrects_line = 1, quantity = 1 } } },
    fails = "document.credit_exceeds" },
  { "a line that is none", invoice = { { 5 } }, credits = { line(2, 1) }, fails = "rule.value", says = "its lines are 1 to 1" },
  { "a line twice", invoice = { { 5 } }, credits = { { { corrects_line = 1, amount = 1 }, { corrects_line = 1, amount = 1 } } },
    fails = "rule.value", says = "twice" },
  { "a negative credit", invoice = { { 5 } }, credits = { line(1, -1) }, fails = "rule.value", says = "written positive" },
  { "another currency", invoice = { { 5 } }, credits = { line(1, money "1 EUR") }, fails = "money.currency_mismatch" },
}

-- ---- many invoices, credited piece by piece ----

local seed
local function draw(n) -- 1..n, the same in every run
  seed = (seed * 1103515245 + 12345) % 2147483648
  return seed // 65536 % n + 1
end

local CATEGORIES = { "standard", "reduced", "odd" }
local function random_case()
  local case = { invoice = {}, per = draw(2) == 1 and "line" or "document", currency = ({ "GBP", "JPY", "KWD" })[draw(3)] }
  for i = 1, draw(5) do case.invoice[i] = { decimal(draw(5000)) * 0.01 + 0.1, CATEGORIES[draw(3)] } end
  if draw(3) == 1 then case.invoice[#case.invoice + 1] = { -case.invoice[1][1] * 0.2, case.invoice[1][2], kind = "discount" } end
  return case
end

-- A few parts by amount, then all that is left; each part between nothing and what is left.
local function piecewise(case)
  seed = case.seed
  local of = random_case()
  local original, credited = invoice(of), {}
  local net, tax_left = original.net, original.tax
  for step = 1, draw(6) do
    local share = net * 0.01 * draw(60)
    if share:round() > 0 then
      local credit = billing.manual { kind = "credit_note", account = ACCOUNT, original = original, credited = credited,
                                      lines = { { amount = share:round() } }, today = date "2030-06-01", book = book(of) }
      credited[#credited + 1] = credit
      net, tax_left = net + credit.net, tax_left + credit.tax
      if net < 0 or tax_left < 0 or credit.tax > 0 then return "step " .. step .. ": left " .. net .. " and " .. tax_left end
    end
  end
  if net > 0 or tax_left > 0 then
    local credit = billing.manual { kind = "credit_note", account = ACCOUNT, original = original, credited = credited,
                                    lines = {}, today = date "2030-06-01", book = book(of) }
    net, tax_left = net + credit.net, tax_left + credit.tax
  end
  return "left " .. net.amount .. " " .. tax_left.amount
end

function test.run()
  local many = {}
  for i = 1, 300 do many[i] = { "seed " .. i, seed = i, want = "left 0 0" } end
  local results, wrong = rows.check(many, piecewise), nil
  for _, result in ipairs(results) do
    if not result.ok then wrong = wrong or result.name .. ": " .. result.why end
  end
  return rows.join(rows.check(cases, compute), { { name = "300 invoices, piece by piece", ok = wrong == nil, why = wrong } })
end

return test

--- tests/lua/credit_modes_test.lua: a property over seeded random documents of every tax mode: a full credit note is the exact
--- negative of its invoice, and any partial credits with the rest behind them add up to exactly zero: every line, tax, total,
--- and what was rounded, withheld and owed.
local billing = require "billing"
local config = require "config"
local discounts = require "discounts"
local plans = require "plans"
local charges = require "charges"
local tax = require "tax"

local test = {}

local DOCUMENTS = 2400 -- per run; 100 to a row
local ROUNDINGS = { "document", "line" }
local MODES = { "half_up", "half_even", "half_down", "up", "down" }
local CURRENCIES = { "EUR", "CHF", "JPY", "BHD" }
local CATEGORIES = { "standard", "reduced", "odd", "exempt" }
local ACCOUNT = { id = "A1", country = "IT", tax_id = "IT1", tags = {} }
local APPROVALS = require("approval").declare { function() return "nobody" end }
local NO_GRANTS = function() return {} end

-- Lehmer's generator: the same documents in every run.
local state
local function draw(n)
  state = state * 48271 % 2147483647
  return state % n + 1
end
local function one_of(list) return list[draw(#list)] end
local function chance(percentage) return draw(100) <= percentage end

local function tax_rules()
  local rows = {
    tax.rate { "IT", "standard", 22 }, tax.rate { "IT", "reduced", 5 }, tax.rate { "IT", "odd", 9.975 },
    tax.rate { "IT", "exempt", 0, code = "E", reason = "Exempt" },
  }
  if chance(40) then
    rows[#rows + 1] = tax.withhold { rate = one_of { 20, 4, 11.5, 100 }, base = one_of { "net", "tax" }, reason = "Withheld",
                                     categories = chance(50) and { "standard", "odd" } or nil }
  end
  return tax.declare(rows).rules()
end

local function amount_text() return decimal(draw(one_of { 9, 99, 999, 99999 })) / 100 end

local function plan_of(prices)
  return plans.declare {
    title = "Random", prices = prices, charges.per_unit { "Goods", each = "line" },
    adjust = function(invoice)
      if chance(30) then invoice:discount("A share", percent(draw(60)), { stack = one_of { "sequential", "additive" } }) end
      if chance(20) then invoice:discount("Some lines", percent(draw(90)), { categories = { "standard" } }) end
      if chance(15) then invoice:discount("Fixed", money(draw(20), invoice.currency)) end
    end,
  }
end

local function order_of(currency)
  local lines, value = {}, 0
  for i = 1, draw(5) do
    lines[i] = { ordinal = i, text = "L" .. i, quantity = chance(30) and draw(5000) / 1000 or draw(9), price = amount_text(),
                 tax_category = one_of(CATEGORIES) }
    value = value + lines[i].quantity * lines[i].price
  end
  return { id = "O", kind = "sale", date = date "2026-01-15", currency = currency, lines = lines, value = value, tags = {} }
end

local function invoice_of()
  local currency = one_of(CURRENCIES)
  local book = config.declare {
    currency = currency, zone = "UTC", country = "IT",
    tax = { rounding = one_of(ROUNDINGS), mode = one_of(MODES), prices = one_of { "net", "gross" },
            cash_rounding = chance(60) and { CHF = 0.05, JPY = 5 } or nil },
  }.settings()
  local document = billing.draft {
    order = order_of(currency), account = ACCOUNT, book = book, plan = plan_of(one_of { "net", "gross" }), tax = tax_rules(),
    approvals = APPROVALS, discounts = discounts.declare {}, grants = NO_GRANTS, find_product = function() return nil end,
  }
  document.id, document.number, document.state = "D1", "INV-1", "issued"
  return document, book
end

local function credit(original, credited, lines, book)
  return billing.manual { kind = "credit_note", account = ACCOUNT, original = original, credited = credited, lines = lines,
                          today = date "2030-06-01", book = book, approvals = APPROVALS }
end

-- ---- what is left of an invoice after credits ----

local SUMS = { "net", "tax", "total", "rounded", "withheld" }

local function left_of(original, credits)
  local left = {}
  local function add(name, value) left[name] = (left[name] or 0) + (value and value.amount or 0) end
  for i, line in ipairs(original.lines) do
    add("line " .. i, line.amount)
    add("gross " .. i, line.gross)
  end
  for _, row in ipairs(original.taxes) do add("tax " .. row.category, row.tax) end
  for _, note in ipairs(credits) do
    for _, line in ipairs(note.lines) do
      add("line " .. line.corrects_line, line.amount)
      add("gross " .. line.corrects_line, line.gross)
    end
    for _, row in ipairs(note.taxes) do add("tax " .. row.category, row.tax) end
  end
  for _, document in ipairs { original, table.unpack(credits) } do
    for _, name in ipairs(SUMS) do add(name, document[name]) end
    add("payable", document.payable or document.total)
  end
  local wrong = {}
  for name, value in pairs(left) do
    if value ~= 0 then wrong[#wrong + 1] = name .. " " .. tostring(value) end
  end
  return #wrong > 0 and table.concat(wrong, ", ") or nil
end

-- Never more is given back of the total and of what is owed than there is, and each note is of one side.
local function check_note(note, original, credits)
  if note.total > 0 or (note.payable or note.total) > 0 then return "a credit note of " .. note.total .. ", " .. tostring(note.payable) end
  local owed = original.payable or original.total
  for _, one in ipairs(credits) do owed = owed + (one.payable or one.total) end
  if owed < 0 then return "more is given back than is owed: " .. owed end
end

local function wanted_of(original)
  local which = draw(4)
  local i = draw(#original.lines)
  if which == 1 then return { { amount = tostring(amount_text()) } } end
  if which == 2 then return { { corrects_line = i } } end
  if which == 3 then return { { corrects_line = i, amount = tostring(amount_text()) } } end
  return { { corrects_line = i, quantity = tostring(draw(3)) } }
end

-- Why a document does not hold, or nil. Documents of nothing cannot be credited.
local function judge()
  local original, book = invoice_of()
  if original.total <= 0 then return nil end
  local why = left_of(original, { credit(original, {}, {}, book) })
  if why then return "a full credit leaves " .. why end
  local credits = {}
  for _ = 1, draw(5) do
    local good, note = pcall(credit, original, credits, wanted_of(original), book)
    if good and note.kind == "credit_note" then
      credits[#credits + 1] = note
      why = check_note(note, original, credits)
      if why then return why end
    end
  end
  local good, rest = pcall(credit, original, credits, {}, book)
  if good then credits[#credits + 1] = rest end
  why = left_of(original, credits)
  return why and #credits .. " credits leave " .. why .. (good and "" or " (" .. rest.message .. ")") or nil
end

function test.run()
  local results, made = {}, 0
  for row = 1, DOCUMENTS / 100 do
    state = row * 7919
    local wrong
    for n = 1, 100 do
      local why = not wrong and judge()
      if why then wrong = "document " .. n .. " of this seed: " .. why end
      made = made + 1
    end
    results[row] = { name = "credits of 100 documents, seed " .. row, ok = not wrong, why = wrong }
  end
  return results
end

return test

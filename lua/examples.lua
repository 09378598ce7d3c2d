--- lua/examples.lua: the tables of examples beside the rules, computed and compared: `moonbill rules test`.
--- Units: amounts as decimals of the currency named (the examples' book: EUR and DE where it says nothing else).
--- Source: none; an example computes with the same functions as a bill run.
--- Example: examples.run("rules/tax.examples.lua") is a list of { name = "the first day of 20 %", ok = true,
--- got = "rate 20, code S", want = "rate 20, code S" }.
local application = require "application"
local approval = require "approval"
local calendars = require "calendars"
local config = require "config"
local cycles = require "cycles"
local declare = require "declare"
local discounts_examples = require "discounts_examples"
local dunning_examples = require "dunning_examples"
local edges = require "edges"
local importing = require "importing"
local meters = require "meters"
local plans = require "plans"
local payments = require "payments"
local plan_examples = require "plan_examples"
local quote = require "quote"
local rates = require "rates"
local schedules = require "schedules"
local tax = require "tax"

local examples = {}

local DAY = "2026-01-15" -- where an example names no date

-- ---- declaring ----

--- examples { book = { currency = "GBP", country = "GB" }, { "name", ... }, ... }, or a plain list of rows.
function examples.declare(given)
  declare.fields("table of examples", given, { book = "table" })
  for i = 1, #given do
    declare.kind("example " .. i, given[i], "table")
    declare.kind("name of example " .. i, given[i][1], "text")
  end
  return given
end

expose { examples = examples.declare }

-- ---- texts to compare ----

local function add(list, name, value)
  if value ~= nil then list[#list + 1] = name .. " " .. tostring(value) end
end

local function texts(list)
  local out = {}
  for i = 1, #list do out[i] = tostring(list[i]) end
  return "{ " .. table.concat(out, ", ") .. " }"
end

-- What a row wants of a money field: written without its currency.
local function wanted_money(value, currency) return value and money(value, currency) end

local function account_of(given, home)
  local account = { id = "EXAMPLE", country = home, tags = {} }
  for name, value in pairs(given or {}) do account[name] = value end
  return account
end

-- ---- tax, approvals, application ----

local TAX = {
  seller = "!country", buyer = "country", tax_id = "text", category = "text", date = "date", rate = "number",
  code = "text", reason = "text", fails = "text",
}

local function answer_tax(row)
  declare.fields("example of tax", row, TAX)
  local buyer = { id = "EXAMPLE", country = row.buyer, tax_id = row.tax_id, tags = {} }
  local found = tax.for_line(row.category or "standard", row.seller, buyer, date(row.date or DAY))
  local got, want = {}, {}
  for _, name in ipairs { "rate", "code", "reason" } do
    if row[name] ~= nil then
      add(got, name, found[name])
      add(want, name, row[name])
    end
  end
  return got, want
end

local APPROVAL = {
  kind = "!text", total = "!number", currency = "text", corrects = "text", manual = "flag", account = "table", rate = "number",
  who = "text", fails = "text",
}

local function answer_approval(row, book)
  declare.fields("example of approvals", row, APPROVAL)
  local currency = row.currency or book.currency
  local document = {
    kind = row.kind, currency = currency, total = money(row.total, currency), corrects = row.corrects, rate = row.rate,
  }
  local who = approval.who(document, account_of(row.account, book.country), { manual = row.manual }, book.currency)
  return { "who " .. who }, { "who " .. tostring(row.who) }
end

local APPLICATION = { credit = "!number", corrects = "text", open = "!table", settles = "table", fails = "text" }

local function settle(row, book)
  declare.fields("example of application", row, APPLICATION)
  local currency, items, got, want = book.currency, {}, {}, {}
  for i, one in ipairs(row.open) do
    items[i] = {
      document = one[1], number = one[1], date = date(one.date or DAY), due = date(one.due), currency = currency,
      amount = money(one[2], currency), open = money(one[2], currency),
    }
  end
  local credit = { amount = money(row.credit, currency), currency = currency, corrects = row.corrects }
  local paid = {}
  for _, part in ipairs((application.settle(credit, items))) do paid[part.target] = part.amount end
  for name, amount in pairs(paid) do add(got, name, amount) end
  for name, amount in pairs(row.settles or {}) do add(want, name, money(amount, currency)) end
  return got, want
end

local PAYMENTS = { pays = "!number", text = "text", open = "!table", others = "table", settles = "table", closes = "table",
                   stops = "text", fails = "text" }

-- The items and documents that an example of payments speaks of, as the book has them.
local function account_items(row, currency)
  local items, disputed, documents = {}, {}, {}
  for i, one in ipairs(row.open) do
    local number, amount = one[1], money(one[2], currency)
    items[i] = { document = number, number = number, kind = "invoice", date = date(one.date or DAY), due = date(one.due),
                 currency = currency, amount = amount, open = money(one.open or one[2], currency) }
    if one.disputed then disputed[number] = money(one.disputed, currency) end
    documents[number] = { account = "ACME", kind = "invoice", state = "issued" }
  end
  for number, account in pairs(row.others or {}) do
    documents[number] = { account = account, kind = "invoice", state = account == "void" and "void" or "issued" }
    if account == "paid" or account == "void" then documents[number].account = "ACME" end
  end
  return items, disputed, documents
end

local function settle_payment(row, book)
  declare.fields("example of payments", row, PAYMENTS)
  local currency, got, want, paid, closed = book.currency, {}, {}, {}, {}
  local items, disputed, documents = account_items(row, currency)
  local credit = { document = "P", number = "P", date = date(DAY), open = -money(row.pays, currency), currency = currency,
                   control = "unapplied" }
  local out = payments.settle { account = "ACME", items = items, disputed = disputed, series = book.series,
                                credits = { { item = credit, text = row.text } },
                                find = function(number) return documents[number] end }
  for _, step in ipairs(out.steps) do
    local to = step.difference and closed or paid
    to[step.target] = (to[step.target] or 0) + step.amount
  end
  for name, amount in pairs(paid) do add(got, name, amount) end
  for name, amount in pairs(closed) do add(got, name .. " closed", amount) end
  for name, amount in pairs(row.settles or {}) do add(want, name, money(amount, currency)) end
  for name, amount in pairs(row.closes or {}) do add(want, name .. " closed", money(amount, currency)) end
  for _, conflict in ipairs(out.conflicts) do got[#got + 1] = conflict.reason end
  want[#want + 1] = row.stops
  return got, want
end

local RATES = { currency = "!text", date = "date", rate = "number", fails = "text" }

local function answer_rate(row)
  declare.fields("example of rates", row, RATES)
  return { "rate " .. tostring(rates.at(row.currency, date(row.date or DAY))) }, { "rate " .. tostring(row.rate) }
end

local function answer_dunning(row, book, path)
  return dunning_examples.answer(row, book, path:match "([^/]+)%.lua$")
end

local KINDS = {
  ["rules/tax.examples.lua"] = answer_tax, ["rules/approvals.examples.lua"] = answer_approval,
  ["rules/application.examples.lua"] = settle, ["rules/payments.examples.lua"] = settle_payment,
  ["rules/rates.examples.lua"] = answer_rate, ["rules/discounts.examples.lua"] = discounts_examples.answer,
  ["rules/meters.examples.lua"] = plan_examples.meter,
}

-- ---- running ----

local function compare(row, compute, book, path)
  local good, got, want = pcall(compute, row, book, path)
  if not good then
    local code = got.code
    return { name = row[1], ok = row.fails == code, want = row.fails and "error " .. row.fails or "an answer",
             got = "error " .. code .. ": " .. got.message }
  end
  got, want = table.concat(got, ", "), table.concat(want, ", ")
  if row.fails then return { name = row[1], ok = false, got = "no error", want = "error " .. row.fails } end
  return { name = row[1], ok = got == want, got = got, want = want }
end

local function computation(path)
  if KINDS[path] then return KINDS[path] end
  if path:find "^rules/pricing/" then return plan_examples.answer end
  if path:find "^rules/imports/" then return importing.example end
  if path:find "^rules/dunning/" then return answer_dunning end
  return declare.fail("there are no examples for " .. path, "rules/README.md lists the files that have some")
end

local function settings_of(list)
  local settings = { currency = "EUR", country = "DE", zone = "UTC" }
  for name, value in pairs(list.book or {}) do settings[name] = value end
  return config.declare(settings).settings()
end

--- Compute a table of examples.
---@param path string "rules/pricing/NAME.examples.lua", or that of tax, approvals, application, payments, discounts, dunning,
---  rates, or an import
---@return table list of { name, ok, got, want }, in the order of the file
function examples.run(path)
  local list, results, compute = rule(path), {}, computation(path)
  if type(list) ~= "table" then declare.fail(path .. " does not return examples { ... }") end
  examples.declare(list)
  local book = settings_of(list)
  for i = 1, #list do results[i] = compare(list[i], compute, book, (path:gsub("%.examples", ""))) end
  return results
end

-- What generated rows of a plan begin with: its examples, or every quantity at 1 where it reads no others.
local function bases_of(path, list, book)
  local plan, bases = plans.of(path), {}
  for i = 1, #list do
    if not list[i].fails then
      local good, input = pcall(plan_examples.input, list[i], book, path)
      if good then
        input.named = list[i][1]
        bases[#bases + 1] = input
      end
    end
  end
  local inputs = quote.inputs(plan)
  if #bases == 0 and not inputs.open then
    local quantities = {}
    for _, name in ipairs(inputs.quantities) do quantities[name] = 1 end
    bases[1] = { plan = path:match "^rules/pricing/(.+)%.lua$", book = book, quantities = quantities, unchecked = true,
                 untaxed = true, today = date(DAY) }
  end
  return plan, bases
end

--- Inputs of quote.price by which a plan can be tried out: its examples', or every quantity at 1; none where nothing fits.
function examples.bases(path)
  local beside, list = path:gsub("%.lua$", ".examples.lua"), {}
  for _, known in ipairs(rule_paths "rules/pricing/") do
    if known == beside then list = rule(beside) end
  end
  local _, bases = bases_of(path, list, list.book and settings_of(list) or quote.book())
  return bases
end

-- The first that differ, in full.
local SHOWN = 5

local function verdict(count, generated, wrong)
  local out = { examples = count, generated = generated, wrong = #wrong, differences = {} }
  for i = 1, math.min(#wrong, SHOWN) do
    out.differences[i] = "'" .. wrong[i].name .. "': got " .. wrong[i].got .. ", want " .. wrong[i].want
  end
  return out
end

--- Compute the examples of a file, and the rows at the edges of the plan beside it.
---@param path string "rules/tax.examples.lua"; or a plan without examples, of which there are generated rows alone
---@return table examples, generated (how many), wrong (how many differ), differences (list of texts, the first of them)
function examples.test(path)
  local of = path:gsub("%.examples", "")
  local list, wrong, results = {}, {}, {}
  if of ~= path then
    list, results = rule(path), examples.run(path)
  end
  for _, result in ipairs(results) do
    if not result.ok then wrong[#wrong + 1] = result end
  end
  local generated = 0
  if of:find "^rules/pricing/" and #wrong == 0 then
    wrong, generated = edges.run(bases_of(of, list, of == path and quote.book() or settings_of(list)))
  end
  return verdict(#results, generated, wrong)
end

-- What a rule file has to return, by the constructor that makes it.
local RETURNS = {
  { "^book%.lua$", "book { ... }", function() config.read() end },
  { "^rules/pricing/", "plan { ... }", function(path) plans.of(path) end },
  { "^rules/cycles/", "cycle { ... }", function(path) cycles.check(path) end },
  { "^rules/tax%.lua$", "tax { ... }", function(path) return rule(path).rules() end },
  { "^rules/approvals%.lua$", "approvals { ... }", function(path) return rule(path).rows() end },
  { "^rules/application%.lua$", "application { ... }", function(path) return rule(path).rules() end },
  { "^rules/payments%.lua$", "payments { ... }", function(path) return rule(path).rules() end },
  { "^rules/dunning/", "policy { ... }", function(path) return rule(path).policy() end },
  { "^rules/discounts%.lua$", "discounts { ... }", function(path) return rule(path).discounts() end },
  { "^rules/rates%.lua$", "rates { ... }", function(path) return rule(path).tables() end },
  { "^rules/meters%.lua$", "meters { ... }", function(path) meters.all(rule(path)) end },
  { "^rules/calendars/", "calendar { ... }", function(path) calendars.of(path:match "^rules/calendars/(.+)%.lua$") end },
}

--- Load a rule file; raise where it is wrong, or does not return what a file of its place returns.
function examples.load(path)
  if path == "rules/schedules.lua" then return schedules.all() and nil end -- it declares and returns nothing
  local returned = rule(path)
  for _, row in ipairs(RETURNS) do
    if path:find(row[1]) and not path:find "%.examples%.lua$" then
      if type(returned) ~= "table" or not pcall(row[3], path) then
        raise { code = "rule.value", file = path, message = path .. " does not return " .. row[2],
                hint = "its last statement is: return " .. row[2] }
      end
    end
  end
end

return examples

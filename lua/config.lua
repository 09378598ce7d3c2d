--- lua/config.lua: book.lua, the settings of one book, checked and completed.
--- Units: terms in days, memory in MiB, map in GiB, seconds of computing time.
--- Source: IBAN check digits by ISO 13616 and ISO/IEC 7064 (MOD 97-10); identifiers of banks by ISO 9362.
--- Example: book.lua with `return book { currency = "EUR", zone = "Europe/Berlin", country = "DE" }` gives 30 days of
--- terms, the plan "orders" and the chart of accounts below.
local declare = require "declare"
local countries = require "countries"
local locale = require "locale"
local near = require "near"
local payable = require "payable"
local proration = require "proration"

local config = {}

local TOP = {
  company = "table", currency = "!text", zone = "!text", country = "!country", locale = "text", terms = "count",
  plan = "text", series = "table", chart = "table", operators = "table", budget = "table", plugins = "table", dunning = "text",
  tax = "table", billing = "table", map_gib = "count", keys = "text",
}
local COMPANY = {
  name = "text", street = "text", city = "text", postcode = "text", country = "country", tax_id = "text", email = "text",
  phone = "text", iban = "text", bic = "text", bank = "text", website = "text",
}
local SERIES = { invoice = "text", credit_note = "text" }
local OPERATOR = { user = "!text", name = "text", roles = "table" }
local BUDGET = { steps = "count", memory_mb = "count", seconds = "count" }
local TAX = { rounding = "text", mode = "text", prices = "text", cash_rounding = "table" }
local BILLING = { proration = "text", change_day = "text", bill_last_day = "flag", decrease = "text", invoices = "text" }
local BILLING_CHOICES = {
  proration = proration.NAMES, change_day = { "new", "old" }, decrease = { "now", "period_end" },
  invoices = { "account", "agreement", "period" },
}

local ROLES = { "prepare", "approve", "issue", "admin", "manager" }
local ROUNDINGS = { "document", "line" }
-- Modes that treat both signs alike, so that a credit note is the exact negative of its invoice.
local MODES = { "half_up", "half_even", "half_down", "up", "down" }

local CHART = {
  receivables = { "1100", "Trade receivables" },
  cash = { "1200", "Bank" },
  tax = { "2200", "Tax payable" },
  revenue = { "4000", "Sales" },
  discounts = { "4900", "Discounts allowed" },
  unapplied = { "2100", "Unapplied cash" },
  deferred = { "2300", "Deferred revenue" },
  opening = { "3900", "Opening balances" },
  fees = { "4800", "Reminder fees" },
  interest = { "4810", "Late interest" },
  bad_debt = { "6800", "Bad debt" },
  differences = { "6810", "Small differences" },
  exchange = { "7700", "Exchange differences" },
  breakage = { "4850", "Breakage" },
  withholding = { "1300", "Tax withheld by customers" },
  rounding = { "6820", "Cash rounding" },
}
-- Roles whose accounts moonbill keeps in step with records of its own: each needs a number to itself.
local CONTROL = { "receivables", "unapplied", "deferred" }
local CHART_FIELDS = { others = "table" }
for role in pairs(CHART) do CHART_FIELDS[role] = "text|table" end

local function check_currency(code)
  if pcall(money, 0, code) then return code end
  return declare.fail("currency of the book is '" .. code .. "'", "use a code of ISO 4217, for example EUR",
                      "money.currency_unknown")
end

local function check_country(what, code)
  if countries.name(code) then return code end
  return declare.fail(what .. " is '" .. code .. "'", "use the two letters of ISO 3166-1, for example GB or DE")
end

-- The remainder by 97 of the digits of an IBAN, letters as 10 to 35, its first four characters behind the rest.
local function iban_remainder(iban)
  local rest = 0
  for c in (iban:sub(5) .. iban:sub(1, 4)):gmatch "." do
    local byte = c:byte(1)
    if byte >= 65 then
      rest = (rest * 100 + byte - 55) % 97
    else
      rest = (rest * 10 + byte - 48) % 97
    end
  end
  return rest
end

local function check_iban(text)
  local iban = text:gsub(" ", "")
  if not iban:find "^%u%u%d%d[%u%d]+$" or #iban < 15 or #iban > 34 or iban_remainder(iban) ~= 1 then
    declare.fail("iban of the company is '" .. text .. "', whose check digits do not fit",
                 "compare it with what the bank wrote")
  end
  return text
end

local function check_locale(name)
  if pcall(locale.find, name) then return name end
  return declare.fail("locale of the book is '" .. name .. "', which is not known",
                      near.hint(name, locale.names()) or "known: " .. table.concat(locale.names(), ", "))
end

local function company(given, home)
  local out = {}
  declare.fields("company", given, COMPANY)
  for name, value in pairs(given) do out[name] = value end
  out.country = check_country("country of the company", given.country or home)
  if given.iban then check_iban(given.iban) end
  if given.bic and not ((#given.bic == 8 or #given.bic == 11) and given.bic:find "^%u%u%u%u%u%u[%u%d]+$") then
    declare.fail("bic of the company is '" .. given.bic .. "'", "it has 8 or 11 capital letters and digits")
  end
  if given.email and not given.email:find "^[^%s@]+@[^%s@]+$" then
    declare.fail("email of the company is '" .. given.email .. "'", "write one address, for example accounts@example.com")
  end
  return out
end

-- A pattern has its year and its number once each: numbers of one year are gapless, and no two years share one.
local function series_pattern(kind, pattern)
  local what = "series." .. kind .. " '" .. pattern .. "'"
  local years, numbers = 0, 0
  local rest = pattern:gsub("{year}", function() years = years + 1 return "" end)
  rest = rest:gsub("{number:%d}", function() numbers = numbers + 1 return "" end)
  rest = rest:gsub("{number}", function() numbers = numbers + 1 return "" end)
  if rest:find "[{}]" then
    declare.fail(what .. " has an unknown part in { }", "there are {year}, {number} and {number:5}")
  end
  if years ~= 1 then declare.fail(what .. " must have {year} once", "every year begins again with number 1") end
  if numbers ~= 1 then declare.fail(what .. " must have {number} once", 'for example "INV-{year}-{number:5}"') end
  return pattern
end

local function series(given)
  declare.fields("series", given, SERIES)
  local invoice = series_pattern("invoice", given.invoice or "INV-{year}-{number:5}")
  local credit_note = series_pattern("credit_note", given.credit_note or "CN-{year}-{number:5}")
  -- {number} and {number:5} write the same number from 10000 on.
  if invoice:gsub("{number:%d}", "{number}") == credit_note:gsub("{number:%d}", "{number}") then
    declare.fail("series.invoice and series.credit_note have one pattern, '" .. invoice .. "'",
                 'two documents would have one number; write for example credit_note = "CN-{year}-{number:5}"')
  end
  return { invoice = invoice, credit_note = credit_note }
end

-- Accounts by role, and names by account number.
local function chart(given)
  local numbers, names = {}, {}
  declare.fields("chart", given, CHART_FIELDS)
  for role, standard in pairs(CHART) do
    local account = given[role] or standard
    if type(account) == "string" then account = { account, account == standard[1] and standard[2] or role } end
    declare.kind("number of chart." .. role, account[1], "text")
    numbers[role] = account[1]
    names[account[1]] = declare.kind("name of chart." .. role, account[2] or role, "text")
  end
  for number, name in pairs(given.others or {}) do
    declare.kind("number in chart.others", number, "text")
    names[number] = declare.kind("name in chart.others", name, "text")
  end
  if numbers.receivables == numbers.revenue or numbers.receivables == numbers.tax or numbers.tax == numbers.revenue then
    declare.fail("two of receivables, revenue and tax have one number in the chart", "give each its own")
  end
  for _, control in ipairs(CONTROL) do
    for role, number in pairs(numbers) do
      if role ~= control and number == numbers[control] then
        declare.fail(control .. " and " .. role .. " have one number in the chart, " .. number,
                     "give " .. control .. " its own: chart." .. control .. " in book.lua")
      end
    end
  end
  return numbers, names
end

local function operators(given)
  local list, seen = {}, {}
  for i = 1, #given do
    local one = declare.fields("operator", given[i], OPERATOR)
    if seen[one.user] then declare.fail("operator '" .. one.user .. "' is named twice") end
    seen[one.user] = true
    for _, role in ipairs(one.roles or {}) do declare.kind("role of " .. one.user, role, "text") end
    list[i] = { user = one.user, name = one.name or one.user, roles = table.concat(one.roles or ROLES, " ") }
  end
  return list
end

local function budget(given)
  declare.fields("budget", given, BUDGET)
  local out = { steps = given.steps or 100000000, memory_mb = given.memory_mb or 64, seconds = given.seconds or 2 }
  if out.steps < 100000 then declare.fail("budget.steps is " .. out.steps, "give a rule 100000 steps at least") end
  if out.memory_mb < 1 then declare.fail("budget.memory_mb is " .. out.memory_mb, "give a rule 1 MiB at least") end
  if out.seconds < 1 then declare.fail("budget.seconds is " .. out.seconds, "give a rule a second at least") end
  return out
end

local function tax(given)
  declare.fields("tax", given, TAX)
  return {
    rounding = declare.choice("tax.rounding", given.rounding or "document", ROUNDINGS),
    mode = declare.choice("tax.mode", given.mode or "half_up", MODES),
    prices = declare.choice("tax.prices", given.prices or "net", { "net", "gross" }),
    cash_rounding = payable.steps(given.cash_rounding or {}),
  }
end

-- What plans for periods leave open.
local function billing(given)
  declare.fields("billing", given, BILLING)
  for field, choices in pairs(BILLING_CHOICES) do
    if given[field] then declare.choice("billing." .. field, given[field], choices) end
  end
  return given
end

local function plugins(given)
  local out = {}
  for i = 1, #given do
    local name = declare.kind("name of a plugin", given[i], "text")
    out[name] = name
  end
  return out
end

-- Every setting, checked and completed, as the host takes it. Texts, whole numbers, and maps of them.
local function complete(given)
  declare.fields("book", given, TOP)
  local home = check_country("country of the book", given.country)
  local numbers, names = chart(given.chart or {})
  local out = {
    company = company(given.company or {}, home),
    currency = check_currency(given.currency),
    zone = given.zone,
    country = home,
    locale = check_locale(given.locale or "en-" .. home),
    terms = given.terms or 30,
    plan = given.plan or "orders",
    dunning = given.dunning or "standard",
    series = series(given.series or {}),
    chart = numbers,
    chart_names = names,
    operators = operators(given.operators or {}),
    budget = budget(given.budget or {}),
    plugins = plugins(given.plugins or {}),
    tax = tax(given.tax or {}),
    billing = billing(given.billing or {}),
    map_gib = given.map_gib or 64,
    keys = given.keys or "keys",
  }
  if out.terms > 3650 then declare.fail("terms of the book are " .. out.terms .. " days", "write days, at most 3650") end
  if out.map_gib < 1 then declare.fail("map_gib of the book is " .. out.map_gib, "it is 1 at least") end
  return out
end

--- What book.lua declares. For tests and examples, which need no file, also `config.declare { ... }`.
function config.declare(given)
  local settings = complete(given)
  return { declared = given, settings = function() return settings end }
end

expose { book = config.declare }

--- The settings of this book; the table must not be changed.
---@return table company, currency, zone, country, locale, terms, plan, dunning, series { invoice, credit_note }, chart
---  (number by role), chart_names (name by number), operators (list of { user, name, roles = "prepare approve" }), budget
---  { steps, memory_mb, seconds }, plugins (name by name), tax { rounding, mode, prices, cash_rounding (text by currency)
---  }, billing (settings of plans for periods), map_gib, keys
function config.read()
  local declared = rule "book.lua"
  if type(declared) ~= "table" or not declared.settings then
    declare.fail("book.lua does not return book { ... }", "its first line of code is: return book {")
  end
  return declared.settings()
end

return config

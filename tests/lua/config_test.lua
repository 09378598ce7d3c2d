--- tests/lua/config_test.lua: book.lua.
local config = require "config"
local rows = require "rows"

local test = {}

-- The smallest book with a field more, or one setting of it.
local function settings(more)
  local given = { currency = "EUR", zone = "Europe/Berlin", country = "DE" }
  for name, value in pairs(more or {}) do
    if value == "none" then value = nil end
    given[name] = value
  end
  return config.declare(given).settings()
end

local cases = {
  { "currency", get = "currency", want = "EUR" },
  { "terms are 30 days", get = "terms", want = "30" },
  { "terms of its own", { terms = 14 }, get = "terms", want = "14" },
  { "terms of 0 days", { terms = 0 }, get = "terms", want = "0" },
  { "the plan is orders", get = "plan", want = "orders" },
  { "locale from the country", get = "locale", want = "en-DE" },
  { "a locale of its own", { locale = "de-AT" }, get = "locale", want = "de-AT" },
  { "a language alone", { locale = "fr" }, get = "locale", want = "fr" },
  { "series", get = "series", want = "{credit_note=CN-{year}-{number:5} invoice=INV-{year}-{number:5}}" },
  { "one series of its own", { series = { invoice = "R{year}/{number}" } }, get = "series",
    want = "{credit_note=CN-{year}-{number:5} invoice=R{year}/{number}}" },
  { "chart", get = "chart", want = "{bad_debt=6800 breakage=4850 cash=1200 deferred=2300 differences=6810 discounts=4900 exchange=7700 "
      .. "fees=4800 interest=4810 opening=3900 receivables=1100 revenue=4000 rounding=6820 tax=2200 unapplied=2100 withholding=1300}" },
  { "names of the chart", { chart = { revenue = { "8400", "Erlöse" }, others = { ["8401"] = "Porto" } } }, get = "chart_names",
    want = "{1100=Trade receivables 1200=Bank 1300=Tax withheld by customers 2100=Unapplied cash 2200=Tax payable "
      .. "2300=Deferred revenue 3900=Opening balances "
      .. "4800=Reminder fees 4810=Late interest 4850=Breakage 4900=Discounts allowed 6800=Bad debt 6810=Small differences "
      .. "6820=Cash rounding 7700=Exchange differences 8400=Erlöse 8401=Porto}" },
  { "a number alone keeps the standard name", { chart = { tax = "2200" } }, get = "chart_names",
    want = "{1100=Trade receivables 1200=Bank 1300=Tax withheld by customers 2100=Unapplied cash 2200=Tax payable "
      .. "2300=Deferred revenue 3900=Opening balances "
      .. "4000=Sales 4800=Reminder fees 4810=Late interest 4850=Breakage 4900=Discounts allowed 6800=Bad debt 6810=Small differences "
      .. "6820=Cash rounding 7700=Exchange differences}" },
  { "a control account shares its number", { chart = { unapplied = "1200" } }, fails = "rule.value", says = "unapplied and cash have one number" },
  { "no operators", get = "operators", want = "{}" },
  { "operators", { operators = { { user = "anna", name = "Anna", roles = { "prepare", "issue" } }, { user = "bert" } } },
    get = "operators", want = "{{name=Anna roles=prepare issue user=anna} "
      .. "{name=bert roles=prepare approve issue admin manager user=bert}}" },
  { "coins", { tax = { prices = "gross", cash_rounding = { CHF = 0.05 } } }, get = "tax",
    want = "{cash_rounding={CHF=0.05} mode=half_up prices=gross rounding=document}" },
  { "coins of no currency", { tax = { cash_rounding = { XXY = 0.05 } } }, fails = "money.currency_unknown", says = "'XXY'" },
  { "coins of nothing", { tax = { cash_rounding = { CHF = 0 } } }, fails = "rule.value", says = "smallest coin of CHF" },
  { "coins below the cent", { tax = { cash_rounding = { CHF = 0.005 } } }, fails = "rule.value", says = "smallest coin of CHF" },
  { "prices of another kind", { tax = { prices = "brutto" } }, fails = "rule.value", says = "tax.prices" },
  { "tax", get = "tax", want = "{cash_rounding={} mode=half_up prices=net rounding=document}" },
  { "budget", { budget = { seconds = 5 } }, get = "budget", want = "{memory_mb=64 seconds=5 steps=100000000}" },
  { "plugins by name", { plugins = { "csv", "pdf" } }, get = "plugins", want = "{csv=csv pdf=pdf}" },
  { "room and keys", get = "map_gib", want = "64" },
  { "the company's country is the book's", { company = { name = "X" } }, get = "company", want = "{country=DE name=X}" },
  { "an IBAN with spaces", { company = { iban = "DE89 3704 0044 0532 0130 00" } }, get = "company",
    want = "{country=DE iban=DE89 3704 0044 0532 0130 00}" },
  { "a BIC of 8", { company = { bic = "COBADEFF" } }, get = "company", want = "{bic=COBADEFF country=DE}" },

  { "no currency", { currency = "none" }, fails = "rule.value", says = "currency of the book is missing" },
  { "an unknown currency", { currency = "EURO" }, fails = "money.currency_unknown", says = "ISO 4217" },
  { "no country", { country = "none" }, fails = "rule.value", says = "country of the book is missing" },
  { "a country in words", { country = "Germany" }, fails = "rule.value", says = "two letters" },
  { "a country that is none", { country = "XX" }, fails = "rule.value", says = "ISO 3166-1" },
  { "a field with a slip", { curency = "EUR" }, fails = "rule.value", says = "did you mean 'currency'?" },
  { "a field of the company", { company = { nam = "X" } }, fails = "rule.value", says = "did you mean 'name'?" },
  { "terms as text", { terms = "30" }, fails = "rule.value", says = "the text '30' instead of a whole number" },
  { "negative terms", { terms = -1 }, fails = "rule.value", says = "terms of the book is -1" },
  { "terms of eleven years", { terms = 4000 }, fails = "rule.value", says = "at most 3650" },
  { "a series without a year", { series = { invoice = "INV-{number}" } }, fails = "rule.value", says = "{year} once" },
  { "a series without a number", { series = { credit_note = "CN-{year}" } }, fails = "rule.value", says = "{number} once" },
  { "a series with two numbers", { series = { invoice = "{year}{number}{number:3}" } }, fails = "rule.value" },
  { "a series with another part", { series = { invoice = "{year}{number}{month}" } }, fails = "rule.value",
    says = "unknown part" },
  { "one pattern for both series", { series = { invoice = "D{year}-{number:5}", credit_note = "D{year}-{number:5}" } },
    fails = "rule.value", says = "have one pattern, 'D{year}-{number:5}'" },
  { "one pattern but for zeros", { series = { invoice = "D{year}-{number}", credit_note = "D{year}-{number:5}" } },
    fails = "rule.value", says = "have one pattern" },
  { "the other's standard pattern", { series = { invoice = "CN-{year}-{number:5}" } }, fails = "rule.value", says = "have one pattern" },
  { "a locale with a slip", { locale = "ed-DE" }, fails = "rule.value", says = "did you mean 'de-DE'" },
  { "a locale that is none", { locale = "tlh" }, fails = "rule.value", says = "known: da-DK" },
  { "an IBAN with a slip", { company = { iban = "DE89370400440532013001" } }, fails = "rule.value", says = "check digits" },
  { "a BIC of 9", { company = { bic = "COBADEFFX" } }, fails = "rule.value", says = "8 or 11" },
  { "two addresses", { company = { email = "a@example.com, b@example.com" } }, fails = "rule.value", says = "one address" },
  { "an operator twice", { operators = { { user = "anna" }, { user = "anna" } } }, fails = "rule.value", says = "named twice" },
  { "an operator without user", { operators = { { name = "Anna" } } }, fails = "rule.value", says = "user of the operator" },
  { "one account for two", { chart = { tax = "4000" } }, fails = "rule.value", says = "have one number" },
  { "an asymmetric rounding", { tax = { mode = "floor" } }, fails = "rule.value", says = "half_up" },
  { "rounding per page", { tax = { rounding = "page" } }, fails = "rule.value", says = "document, line" },
  { "a budget of nothing", { budget = { steps = 10 } }, fails = "rule.value", says = "100000 steps" },
  { "a role of the chart that is none", { chart = { reserve = "1" } }, fails = "rule.value", says = "no field 'reserve'" },
}

local function starter()
  local book = config.read()
  return { book.company.name, book.currency, book.zone, book.country, book.terms, book.plan }
end

function test.run()
  return rows.join(
    rows.check(cases, function(case)
      local book = settings(case[2])
      return case.get and book[case.get] or book
    end),
    rows.check({ { "the starter, filled in", want = "{Example Ltd GBP Europe/London GB 30 orders}" } }, starter))
end

return test

--- tests/lua/rates_test.lua: exchange rates by day.
local rates = require "rates"
local rows = require "rows"

local test = {}

local cases = {
  { "the first day", "USD", "2026-01-02", want = "0.85" },
  { "until the next", "USD", "2026-02-01", want = "0.85" },
  { "the next", "USD", "2026-02-02", want = "0.84" },
  { "long after", "USD", "2030-01-01", want = "0.84" },
  { "a small one", "JPY", "2026-01-02", want = "0.0055" },
  { "the day before the first", "USD", "2026-01-01", fails = "rate.missing", says = 'USD = { ["2026-01-01"] = ... }' },
  { "a currency that is not there", "EUR", "2026-01-02", fails = "rate.missing", says = "no exchange rate for EUR", at = "rules/rates.lua:nil" },
}
local starter = { { "the starter has none", "USD", "2026-01-02", fails = "rate.missing" } }
local loading = {
  { "a year for a day", path = "rates_day", fails = "rule.value", says = "2026" },
  { "an unknown currency", path = "rates_currency", fails = "money.currency_unknown" },
}

function test.run()
  local some = rule "rules/some_rates.lua"
  return rows.join(rows.check(cases, function(case) return rates.at(case[2], date(case[3]), some) end),
                   rows.check(starter, function(case) return rates.at(case[2], date(case[3])) end),
                   rows.check(loading, function(case) return rule("rules/broken/" .. case.path .. ".lua") end))
end

return test

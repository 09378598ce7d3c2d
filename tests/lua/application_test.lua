--- tests/lua/application_test.lua: what credits settle.
local application = require "application"
local rows = require "rows"

local test = {}

-- Open items of a case: { name, due, open, date = ..., currency = ... }
local function settle(case)
  local items = {}
  for i, one in ipairs(case.open) do
    local currency = one.currency or "EUR"
    items[i] = { document = one[1], number = one[1], due = date(one[2]), date = date(one.date or "2025-12-01"), currency = currency,
                 amount = money(one[3], currency), open = money(one[3], currency) }
  end
  local credit = { amount = money(case.credit, case.currency or "EUR"), currency = case.currency or "EUR", corrects = case.corrects }
  local parts = {}
  for i, part in ipairs((application.settle(credit, items, case.rules))) do parts[i] = part.target .. " " .. part.amount end
  return table.concat(parts, ", ")
end

local ABC = { { "A", "2026-01-05", 80 }, { "B", "2026-01-02", 60 }, { "C", "2026-02-01", 40 } }
local LARGEST = application.declare { order = "largest" }
local FIRST = application.declare { corrected_first = true }
local BY_NUMBER = application.declare { order = function(a, b) return a.number > b.number end }

local cases = {
  { "oldest due first", credit = 100, open = ABC, want = "B 60.00 EUR, A 40.00 EUR" },
  { "exactly all", credit = 180, open = ABC, want = "B 60.00 EUR, A 80.00 EUR, C 40.00 EUR" },
  { "more than all", credit = 200, open = ABC, want = "B 60.00 EUR, A 80.00 EUR, C 40.00 EUR" },
  { "a cent", credit = 0.01, open = ABC, want = "B 0.01 EUR" },
  { "nothing open", credit = 10, open = {}, want = "" },
  { "largest first", credit = 100, open = ABC, rules = LARGEST, want = "A 80.00 EUR, B 20.00 EUR" },
  { "equally large: by due date", credit = 10, rules = LARGEST,
    open = { { "A", "2026-01-05", 80 }, { "B", "2026-01-02", 80 } }, want = "B 10.00 EUR" },
  { "the corrected one first", credit = 100, corrects = "C", open = ABC, rules = FIRST, want = "C 40.00 EUR, B 60.00 EUR" },
  { "the corrected one is paid", credit = 100, corrects = "X", open = ABC, rules = FIRST, want = "B 60.00 EUR, A 40.00 EUR" },
  { "the starter does not prefer it", credit = 10, corrects = "C", open = ABC, want = "B 10.00 EUR" },
  { "an order of its own", credit = 50, open = ABC, rules = BY_NUMBER, want = "C 40.00 EUR, B 10.00 EUR" },
  { "one due date: the older first", credit = 10, want = "B 10.00 EUR",
    open = { { "A", "2026-01-05", 80, date = "2025-12-20" }, { "B", "2026-01-05", 80, date = "2025-12-10" } } },
  { "one date too: by number", credit = 10, open = { { "B", "2026-01-05", 80 }, { "A", "2026-01-05", 80 } }, want = "A 10.00 EUR" },
  { "another currency is left alone", credit = 100, want = "A 80.00 EUR",
    open = { { "U", "2026-01-01", 500, currency = "USD" }, { "A", "2026-01-05", 80 } } },
  { "credits and settled items are left alone", credit = 100, want = "A 80.00 EUR",
    open = { { "K", "2026-01-01", -50 }, { "Z", "2026-01-01", 0 }, { "A", "2026-01-05", 80 } } },
}
local loading = {
  { "an order that is none", path = "application_order", fails = "rule.value", says = "oldest_due, largest", at = "rules/broken/application_order.lua:1" },
}

function test.run()
  return rows.join(rows.check(cases, settle),
                   rows.check(loading, function(case) return rule("rules/broken/" .. case.path .. ".lua") end))
end

return test

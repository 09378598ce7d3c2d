--- tests/lua/payments_test.lua: what payments settle, under policies other than the starter's; rules/payments.examples.lua has the rest.
local payments = require "payments"
local rows = require "rows"

local test = {}

local DAY = date "2026-01-15"
local SERIES = { invoice = "INV-{year}-{number:5}", credit_note = "CN-{year}-{number:5}" }

-- Open items: { number, due, amount, currency =, kind =, disputed = }.
local function items_of(list)
  local items, disputed = {}, {}
  for i, one in ipairs(list) do
    local currency = one.currency or "EUR"
    items[i] = { document = one[1], number = one[1], kind = one.kind or "invoice", date = DAY, due = date(one[2]), currency = currency,
                 amount = money(one[3], currency), open = money(one[3], currency) }
    if one.disputed then disputed[one[1]] = money(one.disputed, currency) end
  end
  return items, disputed
end

local function credit_of(one)
  return { text = one.text, item = { document = one[1], number = one[1], date = date(one.date or "2026-01-15"), currency = "EUR",
                                     control = one.note and "receivables" or "unapplied", open = -money(one[2], "EUR") } }
end

local function settle(case)
  local items, disputed = items_of(case.open)
  local credits, parts = {}, {}
  for i, one in ipairs(case.credits or { { "P", case.pays, text = case.text } }) do credits[i] = credit_of(one) end
  local out = payments.settle { account = "ACME", items = items, disputed = disputed, credits = credits, series = SERIES,
    payments = payments.declare(case.rules or {}), find = function(number) return (case.documents or {})[number] end }
  for i, step in ipairs(out.steps) do
    parts[i] = (case.credits and step.source .. ">" or "") .. step.target .. (step.difference and " closed " or " ") .. step.amount.amount
  end
  for _, conflict in ipairs(out.conflicts) do parts[#parts + 1] = conflict.reason end
  return table.concat(parts, ", ")
end

local ABC = { { "A", "2026-01-05", 80 }, { "B", "2026-01-02", 60 }, { "C", "2026-02-01", 40 } }
local TWO = { { "INV-2026-00001", "2026-01-05", 80 }, { "INV-2026-00002", "2026-01-02", 60 } }
local USED = { ["INV-2026-00009"] = { account = "ACME", kind = "invoice", state = "issued" },
               ["INV-2026-00008"] = { account = "ACME", kind = "invoice", state = "void" },
               ["CN-2026-00001"] = { account = "ACME", kind = "credit_note", state = "issued" } }

local cases = {
  { "oldest due first", pays = 100, open = ABC, want = "B 60, A 40" },
  { "largest first", pays = 100, open = ABC, rules = { order = "largest" }, want = "A 80, B 20" },
  { "an order of its own", pays = 50, open = ABC, rules = { order = function(a, b) return a.number > b.number end }, want = "C 40, B 10" },
  { "an exact amount is not preferred", pays = 40, open = ABC, want = "B 40" },
  { "unless the policy says so", pays = 40, open = ABC, rules = { exact_first = true }, want = "C 40" },
  { "no exact amount", pays = 41, open = ABC, rules = { exact_first = true }, want = "B 41" },
  { "named only", pays = 100, text = "INV-2026-00001", open = TWO, rules = { references = "only" }, want = "INV-2026-00001 80" },
  { "nothing named, named only", pays = 100, open = TWO, rules = { references = "only" }, want = "" },
  { "names are ignored", pays = 50, text = "INV-2026-00001", open = TWO, rules = { references = "ignore" }, want = "INV-2026-00002 50" },
  { "no tolerance", pays = 59.99, open = { ABC[2] }, want = "B 59.99" },
  { "within tolerance", pays = 59.99, open = { ABC[2] }, rules = { tolerance = { amount = 0.01, percent = 1 } }, want = "B 59.99, B closed 0.01" },
  { "at the percentage", pays = 59.94, open = { ABC[2] }, rules = { tolerance = { amount = 5, percent = 0.1 } }, want = "B 59.94, B closed 0.06" },
  { "above the percentage", pays = 59.93, open = { ABC[2] }, rules = { tolerance = { amount = 5, percent = 0.1 } }, want = "B 59.93" },
  { "what was left of the one before", pays = 100, open = { ABC[2], { "D", "2026-01-09", 40.01 } },
    rules = { tolerance = { amount = 1, percent = 1 } }, want = "B 60, D 40, D closed 0.01" },
  { "another currency", pays = 100, open = { { "U", "2026-01-01", 50, currency = "USD" }, ABC[1] }, want = "A 80" },
  { "another currency that is named", pays = 100, text = "U-12345", open = { { "U-12345", "2026-01-01", 50, currency = "USD" }, ABC[1] },
    want = "names U-12345, which is in USD" },
  { "an item of the old system", pays = 10, text = "thanks for R4711", open = { ABC[1], { "R 4711", "2026-03-01", 50, kind = "opening" } },
    want = "R 4711 10" },
  { "a refund is nothing to settle", pays = 10, open = { { "R", "2026-01-01", 50, kind = "refund" } }, want = "" },
  { "settled already", pays = 10, text = "INV-2026-00009", documents = USED, open = ABC, want = "names INV-2026-00009, which is settled already" },
  { "void", pays = 10, text = "INV-2026-00008", documents = USED, open = ABC, want = "names INV-2026-00008, which is void" },
  { "the policy goes on", pays = 10, text = "INV-2026-00009", documents = USED, open = ABC, rules = { conflicts = "go on" },
    want = "B 10" },
  { "nobody's number", pays = 10, text = "INV-2026-00777", documents = USED, open = ABC, want = "B 10" },
  { "a credit note of its own", pays = 10, text = "less CN-2026-00001", documents = USED, open = ABC, want = "B 10" },
  { "disputed in part", pays = 90, open = { { "A", "2026-01-05", 80, disputed = 80 }, ABC[2] }, want = "B 60, A 30" },
  { "two payments, by date", credits = { { "P2", 50 }, { "P1", 50, date = "2026-01-01" } }, open = ABC,
    want = "P1>B 50, P2>B 10, P2>A 40" },
  { "the second names what the first settled", credits = { { "P1", 80, text = "INV-2026-00001" }, { "P2", 80, text = "INV-2026-00001" } },
    open = TWO, want = "P1>INV-2026-00001 80, names INV-2026-00001, which is settled already" },
  { "credit notes go before cash of their day", credits = { { "P", 60 }, { "K", 50, note = true } }, open = ABC,
    want = "K>B 50, P>B 10, P>A 50" },
}

local wrong = {
  { "an order that is none", rules = { order = "newest" }, fails = "rule.value", says = "oldest_due, largest" },
  { "a field that is none", rules = { tolerence = {} }, fails = "rule.value", says = "tolerance" },
  { "half a tolerance", rules = { tolerance = { amount = 1 } }, fails = "rule.value", says = "percent" },
  { "a negative tolerance", rules = { tolerance = { amount = -1, percent = 1 } }, fails = "rule.value" },
  { "references that are none", rules = { references = "never" }, fails = "rule.value", says = "ignore" },
}

function test.run()
  return rows.join(rows.check(cases, settle), rows.check(wrong, function(case) return payments.declare(case.rules) end))
end

return test

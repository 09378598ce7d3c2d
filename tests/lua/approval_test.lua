--- tests/lua/approval_test.lua: who has to approve what.
local approval = require "approval"
local rows = require "rows"

local test = {}

local row = {}
for _, kind in ipairs { "invoice", "credit_note" } do
  row[kind] = function(given) return approval.row(kind, given) end
end
local invoice, credit_note = row.invoice, row.credit_note

local OTHER = approval.declare {
  function(document, account)
    if account.tags.watch then return "role:manager" end
    if document.total.amount > 1000000 then return "nonsense" end
  end,
  invoice { when = function(document) return #document.lines > 2 end, by = "other" },
  invoice { up_to = money "100 USD", by = "anyone" },
  invoice { up_to = 50, by = "nobody" },
  credit_note { up_to = 10, no_original = false, by = "nobody" },
  credit_note { no_original = true, by = "role:credit" },
}

local function who(case)
  local currency = case.currency or "GBP"
  local document = { kind = case.kind or "invoice", currency = currency, total = money(case.total, currency), rate = case.rate,
                     corrects = case.corrects, lines = case.lines or {} }
  return (approval.who(document, { id = "A1", tags = case.tags or {} }, { manual = case.manual }, "GBP", case.rules))
end

local starter = {
  { "up to the limit", total = 10000, want = "nobody" },
  { "a penny above", total = 10000.01, want = "anyone" },
  { "of nothing", total = 0, want = "nobody" },
  { "by hand", total = 1, manual = true, want = "anyone" },
  { "a cancellation of this book", kind = "credit_note", total = -1000, corrects = "D1", want = "nobody" },
  { "a large one", kind = "credit_note", total = -1000.01, corrects = "D1", want = "anyone" },
  { "without original", kind = "credit_note", total = -1, want = "anyone" },
  { "a credit by hand", kind = "credit_note", total = -1, corrects = "D1", manual = true, want = "anyone" },
  { "dollars by the book's currency", total = 12500, currency = "USD", rate = 0.8, want = "nobody" },
  { "dollars above it", total = 12500.02, currency = "USD", rate = 0.8, want = "anyone" },
}
local other = {
  { "a function that answers", total = 1, tags = { watch = "yes" }, want = "role:manager" },
  { "a function that does not", total = 1, want = "nobody" },
  { "a condition", total = 1, lines = { 1, 2, 3 }, want = "other" },
  { "a limit in the document's currency", total = 100, currency = "USD", rate = 0.8, want = "anyone" },
  { "a limit in a currency is for that one alone", total = 60, rate = 1, want = "anyone",
    rules = approval.declare { invoice { up_to = money "100 USD", by = "nobody" }, invoice { by = "anyone" } } },
  { "a limit of the book's currency", total = 60, currency = "EUR", rate = 0.8, want = "nobody" },
  { "the original is known", kind = "credit_note", total = -10, corrects = "D1", want = "nobody" },
  { "it is not", kind = "credit_note", total = -10, want = "role:credit" },
  { "no row fits", total = 51, fails = "document.approval", says = "invoice { by =" },
  { "no row fits a credit note", kind = "credit_note", total = -11, corrects = "D1", fails = "document.approval",
    at = "rules/approvals.lua:nil" },
  { "a function that answers nonsense", total = 1000000.01, fails = "rule.value", says = "role:NAME" },
}
local loading = {
  { "somebody", path = "approval_who", fails = "rule.value", says = "somebody", at = "rules/broken/approval_who.lua:2" },
  { "a field with a slip", path = "approval_field", fails = "rule.value", says = "did you mean 'up_to'?", at = "rules/broken/approval_field.lua:2" },
}

-- A rule that tries to change the document it is asked about.
local FORGER = approval.declare { function(document) document.total = 0 return "nobody" end }

function test.run()
  for _, case in ipairs(other) do case.rules = case.rules or OTHER end
  return rows.join(rows.check(starter, who), rows.check(other, who),
                   rows.check({ { "a document cannot be changed", total = 5, rules = FORGER, fails = "rule.keeps_state" } }, who),
                   rows.check(loading, function(case) return rule("rules/broken/" .. case.path .. ".lua") end))
end

return test

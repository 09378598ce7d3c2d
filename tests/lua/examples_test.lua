--- tests/lua/examples_test.lua: the examples beside the rules, right and wrong ones.
local examples = require "examples"
local rows = require "rows"

local test = {}

-- One result of rules/pricing/shop.examples.lua.
local cases = {
  { "right", want = "true" },
  { "wrong net", want = "false got net 100.00 GBP, want net 99.00 GBP" },
  { "wrong amounts", want = "false got amounts { 100 }, want amounts { 100, 5 }" },
  { "right error", want = "true" },
  { "wrong error", want = "false got error price.missing: line 1 '' has no price on 2026-01-15, want error tax.no_answer" },
  { "no error", want = "false got no error, want error price.missing" },
  { "an unforeseen error", want = "false got error price.missing: line 1 '' has no price on 2026-01-15, want an answer" },
  { "a discount and a note", want = "true" },
  { "abroad", want = "true" },
  { "in yen", want = "true" },
  { "a field with a slip", want = "false got error rule.value: an example of a plan has no field 'line', want an answer" },
}

local checks = {
  { "a file that is right", path = "rules/tax.examples.lua", want = "17 examples, 0 generated, 0 wrong" },
  { "a file that is not", path = "rules/pricing/shop.examples.lua",
    want = "11 examples, 0 generated, 6 wrong: 'wrong net': got net 100.00 GBP, want net 99.00 GBP" },
  { "examples of nothing that is known", path = "rules/books.examples.lua", fails = "rule.missing" },
  { "a plan without examples", path = "rules/pricing/orders.lua", want = "0 examples, 6 generated, 0 wrong" },
}

local loads = {
  { "book.lua", path = "book.lua", want = "nil" },
  { "a plan", path = "rules/pricing/orders.lua", want = "nil" },
  { "tax", path = "rules/tax.lua", want = "nil" },
  { "approvals", path = "rules/approvals.lua", want = "nil" },
  { "application", path = "rules/application.lua", want = "nil" },
  { "rates", path = "rules/rates.lua", want = "nil" },
  { "examples", path = "rules/tax.examples.lua", want = "nil" },
  { "any other file", path = "rules/some_rates.lua", want = "nil" },
  { "a plan that is none", path = "rules/pricing/none.lua", fails = "rule.value", says = "does not return plan", at = "rules/pricing/none.lua:nil" },
  { "a file that is not there", path = "rules/taxes.lua", fails = "rule.missing" },
}

local function result_of(case)
  for _, result in ipairs(examples.run("rules/pricing/shop.examples.lua")) do
    if result.name == case[1] then
      return tostring(result.ok) .. (result.ok and "" or " got " .. result.got .. ", want " .. result.want)
    end
  end
  return "there is no such example"
end

local function verdict_of(case)
  local found = examples.test(case.path)
  return found.examples .. " examples, " .. found.generated .. " generated, " .. found.wrong .. " wrong"
    .. (found.differences[1] and ": " .. found.differences[1] or "")
end

function test.run()
  return rows.join(rows.check(cases, result_of), rows.check(checks, verdict_of),
                   rows.check(loads, function(case) return examples.load(case.path) end))
end

return test

--- tests/lua/query_test.lua: conditions, groups, order and sums of queries, over rows that are there; which range a query reads.
local conditions = require "conditions"
local query = require "query"
local rows = require "rows"
local sources = require "sources"

local test = {}

local FIELDS = {
  { name = "id", kind = "text" }, { name = "kind", kind = "enum", words = { "invoice", "credit_note" } },
  { name = "account", kind = "text" }, { name = "date", kind = "date" }, { name = "due", kind = "date" },
  { name = "currency", kind = "currency" }, { name = "total", kind = "money" }, { name = "quantity", kind = "decimal" },
  { name = "value", kind = "decimal" }, { name = "days", kind = "integer" }, { name = "tags", kind = "tags" },
}

local function row(id, kind, account, day, total, quantity, days, tags)
  local amount = total and money(total)
  return { id = id, kind = kind, account = account, date = date(day), currency = amount and amount.currency, total = amount,
    quantity = quantity, value = amount and amount.amount, days = days, tags = tags }
end

local ROWS = {
  row("1", "invoice", "ACME", "2026-11-03", "10.00 EUR", 1.5, 3, { seats = "12" }),
  row("2", "invoice", "BOLT", "2026-11-30", "20.50 EUR", 2, 30),
  row("3", "credit_note", "ACME", "2026-12-01", "-4.25 EUR", nil, 0),
  row("4", "invoice", "ACME", "2027-01-15", "7.00 USD", 10, nil, { seats = "3" }),
  row("5", "invoice", "Acme Ltd", "2026-12-31", nil, 0, 12),
}

local function all() return query.rows("papers", FIELDS, ROWS) end

local function ids(q)
  local list = {}
  query.run(q, function(r)
    list[#list + 1] = r.id
    return false
  end)
  return table.concat(list, " ")
end

local chosen = {
  { "everything", {}, want = "1 2 3 4 5" },
  { "a text", { account = "ACME" }, want = "1 3 4" },
  { "a number as a text", { id = 3 }, want = "3" },
  { "several, all of which hold", { account = "ACME", kind = "invoice" }, want = "1 4" },
  { "any of a list", { account = { "BOLT", "Acme Ltd" } }, want = "2 5" },
  { "another than", { account = "!=ACME" }, want = "2 5" },
  { "a part of a text, capitals or not", { account = "~acme" }, want = "1 3 4 5" },
  { "a day", { date = "2026-11-30" }, want = "2" },
  { "a day as a value", { date = date "2026-11-30" }, want = "2" },
  { "a month", { date = "2026-11" }, want = "1 2" },
  { "a year", { date = "2026" }, want = "1 2 3 5" },
  { "from a day on", { date = ">=2026-12-01" }, want = "3 4 5" },
  { "after a month", { date = ">2026-11" }, want = "3 4 5" },
  { "before a month", { date = "<2026-12" }, want = "1 2" },
  { "up to a month", { date = "<=2026-12" }, want = "1 2 3 5" },
  { "not in a month", { date = "!=2026-11" }, want = "3 4 5" },
  { "a period as a text", { date = "2026-11-30..2026-12-31" }, want = "2 3" },
  { "a period", { date = period "2026-11-30..2026-12-31" }, want = "2 3" },
  { "an amount", { total = ">7" }, want = "1 2" },
  { "an amount of a currency", { total = ">=7.00 USD" }, want = "4" },
  { "an amount as a value", { total = money "20.50 EUR" }, want = "2" },
  { "a decimal", { quantity = "<=1.5" }, want = "1 5" },
  { "a whole number", { days = 30 }, want = "2" },
  { "something that is not zero", { days = true }, want = "1 2 5" },
  { "nothing, or zero", { quantity = false }, want = "3 5" },
  { "what is absent is not less", { total = "<0" }, want = "3" },
  { "absent", { days = "" }, want = "4" },
  { "not absent", { days = "!=" }, want = "1 2 3 5" },
  { "a tag", { tags = { seats = "12" } }, want = "1" },
  { "a tag by its name", { ["tags.seats"] = true }, want = "1 4" },
  { "a function of the value", { days = function(n) return n and n > 10 end }, want = "2 5" },
  { "an unknown field", { acount = "x" }, fails = "record.field_unknown", says = "did you mean 'account'?" },
  { "an unknown word", { kind = "invoce" }, fails = "rule.value", says = "did you mean 'invoice'?" },
  { "no day", { date = "2026-02-30" }, fails = "rule.value", says = "wants a date" },
  { "no number", { total = ">much" }, fails = "rule.value", says = "wants a number" },
}

local function list_of(q, ...)
  local parts = {}
  for _, r in ipairs(q:list()) do
    local cells = {}
    for i, name in ipairs { ... } do cells[i] = tostring(r[name]) end
    parts[#parts + 1] = table.concat(cells, "/")
  end
  return table.concat(parts, " ")
end

local sentences = {
  { "a sum", function() return all():where{ currency = "EUR" }:sum("total") end, want = "26.25 EUR" },
  { "sums of two currencies", function() return all():sum("total") end, want = "{26.25 EUR 7.00 USD}" },
  { "a decimal that is an amount", function() return all():where{ account = "BOLT" }:sum("value") end, want = "20.50 EUR" },
  { "a decimal that is none", function() return all():sum("quantity") end, want = "13.5" },
  { "a sum of nothing", function() return all():where{ id = "none" }:sum("total") end, want = "0" },
  { "a sum of texts", function() return all():sum("account") end, fails = "rule.value", says = "account is text" },
  { "a count", function() return all():where(function(r) return r.days ~= nil end):count() end, want = "4" },
  { "by month", function() return list_of(all():by("month"):sum("total"), "month", "currency", "total") end,
    want = "2026-11/EUR/30.50 EUR 2026-12/EUR/-4.25 EUR 2027-01/USD/7.00 USD" },
  { "by quarter", function() return list_of(all():by("quarter"):count(), "quarter", "count") end, want = "2026-Q4/4 2027-Q1/1" },
  { "by week", function() return list_of(all():by("week"):count(), "week", "count") end,
    want = "2026-11-02/1 2026-11-30/2 2026-12-28/1 2027-01-11/1" },
  { "by a field", function() return list_of(all():by("account"):sum("total"), "account", "currency", "total") end,
    want = "ACME/EUR/5.75 EUR ACME/USD/7.00 USD BOLT/EUR/20.50 EUR" },
  { "by a function", function() return list_of(all():by(function(r) return #r.account end):count(), "group", "count") end,
    want = "4/4 8/1" },
  { "the groups with most", function() return list_of(all():by("account"):count():top(2), "account", "count") end,
    want = "ACME/3 Acme Ltd/1" },
  { "groups that fit", function() return list_of(all():by("account"):count():where{ count = ">1" }, "account") end, want = "ACME" },
  { "sorted", function() return ids(all():sort("date")) end, want = "1 2 3 5 4" },
  { "sorted down", function() return ids(all():sort("-days"):where{ days = true }) end, want = "2 5 1" },
  { "the largest", function() return ids(all():where{ currency = "EUR" }:top(2, "total")) end, want = "2 1" },
  { "the first", function() return ids(all():first(2)) end, want = "1 2" },
  { "none", function() return ids(all():first(0)) .. ids(all():top(0, "total")) end, want = "" },
  { "the first itself", function() return all():where{ account = "BOLT" }:first().id end, want = "2" },
  { "each until", function()
    local seen = ""
    all():each(function(r)
      seen = seen .. r.id
      return r.id ~= "3"
    end)
    return seen
  end, want = "123" },
  { "a query stays as it is", function()
    local q = all()
    q:where{ account = "BOLT" }
    return q:count()
  end, want = "5" },
  { "columns that are chosen", function() return table.concat(query.columns(all():select("total", "id")), " ") end, want = "total id" },
  { "an unknown method", function() return all():summ("total") end, fails = "rule.value", says = "did you mean 'sum'?" },
  { "without a colon", function() return all().count() end, fails = "rule.value", says = "query:count" },
  { "no group without a date", function() return query.rows("things", { { name = "id", kind = "text" } }, {}):by("month") end,
    fails = "rule.value", says = "no date to group by" },
}

-- ---- which range ----

local function indexed()
  local source = sources.plain("papers", FIELDS)
  source.type, source.key, source.conditional = "paper", { "id" }, { work = { "kind", "credit_note" } }
  source.indexes = {
    { name = "account", fields = { "account", "date" } }, { name = "work", fields = { "account" }, partial = true },
  }
  return source
end

local plans = {
  { "no condition", {}, want = "{type=paper}" },
  { "the key", { id = "7" }, want = "{first={7} type=paper}" },
  { "an index", { account = "ACME" }, want = "{first={ACME} index=account type=paper}" },
  { "an index and a range behind it", { account = "ACME", date = "2026-11" },
    want = "{first={ACME} high=2026-11-30 index=account low=2026-11-01 type=paper}" },
  { "an index with part of the records, where they are all", { account = "ACME", kind = "credit_note" },
    want = "{first={ACME} index=work type=paper}" },
  { "a range without what stands before it", { date = "2026-11" }, want = "{type=paper}" },
  { "a function", { account = function() return true end }, want = "{type=paper}" },
  { "a list", { account = { "A", "B" } }, want = "{type=paper}" },
}

function test.run()
  return rows.join(rows.check(chosen, function(case) return ids(all():where(case[2])) end),
                   rows.check(sentences, function(case) return case[2]() end),
                   rows.check(plans, function(case)
                     local source = indexed()
                     local _, equal, ranges = conditions.of(source, case[2])
                     return conditions.plan(source, equal, ranges, {})
                   end))
end

return test

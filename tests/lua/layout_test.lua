--- Layouts as rows: name, layout, data, and the Markdown with its values put in, or how it fails ("line: beginning of message").
local layout = require "layout"
local layout_terms = require "layout_terms"
local test = {}

local data = {
  document = {
    number = "INV-1", kind = "invoice", state = "issued", currency = "EUR", total = money("119.00 EUR"), net = money("100.00 EUR"),
    date = date("2026-11-30"), note = "*bold* | <b> {{ x }} \u{E000}0\u{E001}",
    lines = { { ordinal = 1, text = "Seats", quantity = 12, price = 7, unit = "seat", amount = money("84.00 EUR") },
      { ordinal = 2, text = "Fee", quantity = decimal "1.5", price = 16, share = "2/3", whole = money("24.00 EUR"),
        amount = money("16.00 EUR") } },
    taxes = {},
  },
  account = { id = "ACME", name = "ACME Ltd", street = "1 High Street", city = "London", postcode = "E1 6AN", country = "GB" },
  company = { name = "Northwind", street = "Ring 1", city = "Wien", postcode = "1010", country = "AT" },
  free = { colour = "red", deep = { er = "x" }, list = { 1, 2, 3 } },
}

local ok = {
  { "text alone", "# Invoice\n", "# Invoice\n" },
  { "a value", "No. {{ document.number }}.", "No. INV-1." },
  { "without spaces", "{{document.number}}", "INV-1" },
  { "money as is", "{{ document.total }}", "€119.00" },
  { "money", "{{ document.total | money }}", "€119.00" },
  { "money with its code", '{{ document.total | money "code" }}', "EUR\u{A0}119.00" },
  { "amount", "{{ document.total | amount }}", "119.00" },
  { "negate", "{{ document.total | negate | amount }}", "-119.00" },
  { "date", "{{ document.date }}", "30/11/2026" },
  { "date long", '{{ document.date | date "long" }}', "30 November 2026" },
  { "date short", "{{ document.date | date 'short' }}", "30/11/2026" },
  { "day before", "{{ document.date | day_before | date }}", "29/11/2026" },
  { "dates in a text", '{{ "change of 2026-03-11, for 2026-10-01..2026-11-01" | dates }}',
    "change of 11/03/2026, for 01/10/2026 to 31/10/2026" },
  { "what only looks like a day", '{{ "part 2026-13-45 of 12026-01-01" | dates }}', "part 2026-13-45 of 12026-01-01" },
  { "percent", "{{ 17.5 | percent }}", "17.5%" },
  { "number", "{{ 1234567.5 | number }}", "1,234,567.5" },
  { "number with places", "{{ 2 | number 2 }}", "2.00" },
  { "price", "{{ 2 | price document.currency }}", "2.00" },
  { "upper", "{{ account.city | upper }}", "LONDON" },
  { "upper beyond ASCII", "{{ 'é ÷ ü' | upper }}", "É ÷ Ü" },
  { "country", "{{ account.country | country }}", "United Kingdom" },
  { "country that is none", "{{ 'XX' | country }}", "XX" },
  { "default of nothing", '{{ document.due | default "-" }}', "-" },
  { "default of something", '{{ document.number | default "-" }}', "INV-1" },
  { "default by another field", "{{ document.due | default document.date }}", "30/11/2026" },
  { "nothing through filters", "[{{ document.due | date 'long' | upper }}]", "[]" },
  { "nothing prints nothing", "[{{ account.tax_id }}]", "[]" },
  { "an absent record prints nothing", "[{{ original.number }}]", "[]" },
  { "address of another country", "{{ account | address company.country }}", "ACME Ltd\n1 High Street\nLondon\nE1 6AN\nUnited Kingdom" },
  { "address at home", "{{ account | address 'GB' }}", "ACME Ltd\n1 High Street\nLondon\nE1 6AN" },
  { "address, post code first", "{{ company | place 'AT' }}", "Ring 1\n1010 Wien" },
  { "lines of a text", "{{ 'a\n\nb' | lines }}", "a\nb" },
  { "lines of a list", "{{ free.list | lines }}", "1\n2\n3" },
  { "braces as text", '{{ "{{ x }" }}', "{{ x }" },
  { "values are no markup and no tags", "{{ document.note }}", "*bold* | <b> {{ x }} \u{E000}0\u{E001}" },
  { "a remark", "a{# b #}c", "ac" },
  { "a remark alone on its line", "a\n{# b #}\nc", "a\nc" },
  { "a remark over lines", "a\n{# b\nb #}\nc", "a\nc" },
  { "a loop makes rows", "| h |\n|--|\n{% for line in document.lines %}\n| {{ line.text }} |\n{% end %}\nend", "| h |\n|--|\n| Seats |\n| Fee |\nend" },
  { "CRLF", "a\r\n{% for line in document.lines %}\r\n{{ line.text }}\r\n{% end %}\r\nb", "a\r\nSeats\r\nFee\r\nb" },
  { "a tag beside text stays in its line", "{% if true %}a{% end %}\nb", "a\nb" },
  { "an indented tag goes with its line", "a\n  {% if true %}\nb\n  {% end %}", "a\nb\n" },
  { "a loop over nothing", "{% for tax in document.taxes %}x{% else %}none{% end %}", "none" },
  { "loop", "{% for line in document.lines %}{{ loop.index }}/{{ loop.count }}{% if not loop.last %}, {% end %}{% end %}", "1/2, 2/2" },
  { "loops within loops", "{% for a in free.list %}{% for b in free.list %}{% if loop.first %}{{ a }}{{ b }} {% end %}{% end %}{{ loop.index }};{% end %}",
    "11 1;21 2;31 3;" },
  { "if", "{% if document.kind == 'invoice' %}y{% else %}n{% end %}", "y" },
  { "else", "{% if document.kind == 'credit_note' %}y{% else %}n{% end %}", "n" },
  { "elseif", "{% if false %}a{% elseif document.total > 100 %}b{% else %}c{% end %}", fails = "1: a money and a number cannot be compared" },
  { "elseif that holds", "{% if false %}a{% elseif document.total > 0 %}b{% else %}c{% end %}", "b" },
  { "second elseif", "{% if false %}a{% elseif false %}b{% elseif true %}c{% end %}", "c" },
  { "if without else", "[{% if false %}a{% end %}]", "[]" },
  { "not", "{% if not original %}y{% end %}", "y" },
  { "and, or, in their order", "{% if true or false and false %}y{% end %}", "y" },
  { "parentheses", "{% if (true or false) and false %}y{% else %}n{% end %}", "n" },
  { "is not", "{% if document.kind ~= 'x' %}y{% end %}{% if document.kind != 'x' %}y{% end %}", "yy" },
  { "dates compare with their text", "{% if document.date < '2026-12-01' %}y{% end %}", "y" },
  { "dates compare", "{% if document.date == document.date %}y{% end %}", "y" },
  { "nothing is nothing", "{% if document.due == nil %}y{% end %}{% if document.due ~= document.date %}y{% end %}", "yy" },
  { "nothing comes before nothing", "{% if document.due < document.date %}y{% else %}n{% end %}", "n" },
  { "money and 0", "{% if document.total <= 0 %}y{% else %}n{% end %}", "n" },
  { "a list counts when it has entries", "{% if document.lines %}y{% end %}{% if document.taxes %}y{% else %}n{% end %}", "yn" },
  { "quantity and price where they make the amount", "{% for line in document.lines %}{{ line | quantity }};{{ line | unit_price }}|{% end %}",
    "12 seat;7.00|;|" },
  { "else in words", "{% for line in document.lines %}{{ line.text }}{{ line | part }}|{% end %}", "Seats|Fee, 1.5, 2/3 of 24.00|" },
  { "in words on a credit note", "{% for line in document.lines %}{{ line | quantity \"negate\" }}{{ line | part \"negate\" }}|{% end %}",
    "-12 seat|, -1.5, 2/3 of -24.00|" },
  { "numbers", "{% for line in document.lines %}{% if line.quantity >= 1.5 %}y{% end %}{% end %}", "yy" },
  { "a field of a map", "{{ free.deep.er }}", "x" },
  { "an included file", 'a\n{% include "part.md" %}\nb', "a\npart INV-1\nb" },
  { "the title is not printed", "{% title %}Invoice {{ document.number }}{% end %}\nx", "\nx", title = "Invoice INV-1" },
  { "a title without markup", "{% title %} a\n b {% end %}\n", "\n", title = "a b" },
  { "a value twice is stored once", "{{ account.id }}{{ account.id }}", "ACMEACME", values = 1 },
  { "an empty layout", "", "" },
  { "a brace", "a { b } c", "a { b } c" },
  { "a very long text", ("x"):rep(70000) .. "{{ account.id }}", ("x"):rep(70000) .. "ACME" },
}

local bad = {
  { "an unknown field", "a\n{{ document.totl }}", "2: 'document' has no field 'totl'", hint = "did you mean 'total'?" },
  { "an unknown field in a branch that is not taken", "{% if false %}\n{{ document.nmber }}\n{% end %}", "2: 'document' has no field 'nmber'" },
  { "an unknown field of a line", "{% for line in document.lines %}{{ line.amunt }}{% end %}", "1: 'line' has no field 'amunt'" },
  { "an unknown field of the company", "{{ company.nmae }}", "1: 'company' has no field 'nmae'", hint = "did you mean 'name'?" },
  { "a field of a value", "{{ document.number.x }}", "1: 'document.number' is a value and has no fields" },
  { "a field of a list", "{{ document.lines.x }}", "1: 'document.lines' is a list" },
  { "a list printed", "{{ document.lines }}", "1: a list cannot be printed" },
  { "a record printed", "{{ account }}", "1: a table cannot be printed" },
  { "true printed", "{{ true }}", "1: a value that is true or false" },
  { "an unknown filter", "{{ account.id | uper }}", "1: there is no filter 'uper'", hint = "did you mean 'upper'?" },
  { "a filter without name", "{{ account.id | }}", "1: the name of a filter is missing" },
  { "default without text", "{{ account.id | default }}", "1: default needs the text" },
  { "money of a text", "x\n\n{{ account.id | money }}", "3: this filter takes money, not a string" },
  { "date of a number", "{{ 1 | date }}", "1: this filter takes a date" },
  { "a third form of date", "{{ document.date | date 'middle' }}", "1: dates are" },
  { "too many decimals", "{{ 1 | number 99 }}", "1: number takes the decimals" },
  { "unlike things compared", "{% if document.number < 5 %}{% end %}", "1: a text and a number cannot be compared" },
  { "unlike things equal", "{% if document.total == 'x' %}{% end %}", "1: a money and a text cannot be compared" },
  { "an unknown name", "{{ doc.number }}", "1: there is no 'doc' here" },
  { "an unknown entry of a map", "{{ free.color }}", "1: 'free.color' has no value here", hint = "did you mean 'colour'?" },
  { "an unknown tag", "{% fro x in y %}", "1: there is no tag 'fro'", hint = "did you mean 'for'?" },
  { "no end", "a\n{% if true %}\nb", "2: {% if true %} has no end" },
  { "end of nothing", "a{% end %}", "1: 'end' has nothing" },
  { "else of nothing", "a{% else %}", "1: 'else' has nothing" },
  { "else after else", "{% if true %}{% else %}{% else %}{% end %}", "1: 'else' comes after else" },
  { "else after else in a loop", "{% for x in free.list %}{% else %}{% else %}{% end %}", "1: 'else' comes after else" },
  { "not closed", "a {{ document.number", "1: {{ is not closed" },
  { "a tag not closed", "\n\n{% if true", "3: {% is not closed" },
  { "nothing in braces", "{{ }}", "1: there is nothing between" },
  { "a text not closed", '{{ "a }}', "1: a text begins with" },
  { "Lua", "{{ document.lines[1].text }}", "1: '[' cannot stand here" },
  { "a call", "{{ f(1) }}", "1: '(' cannot stand here" },
  { "arithmetic", "{{ 1 + 2 }}", "1: '+' cannot stand here" },
  { "two values", "{{ account.id account.name }}", "1: 'account.name' cannot stand here" },
  { "a name that ends with a point", "{{ account. }}", "1: 'account.' is no name" },
  { "a condition that is missing", "{% if %}{% end %}", "1: the condition is missing" },
  { "a condition cut short", "{% if account.id == %}{% end %}", "1: something is missing" },
  { "a ( not closed", "{% if (true %}{% end %}", "1: a ( is not closed" },
  { "a loop without in", "{% for x of y %}{% end %}", "1: a loop names an entry and a list" },
  { "a loop over a value", "{% for x in document.number %}{% end %}", "1: 'document.number' is no list" },
  { "a loop over what is no list", "{% for x in free.colour %}{% end %}", "1: 'free.colour' is no list" },
  { "a loop that hides a name", "{% for account in document.lines %}{% end %}", "1: 'account' means something else" },
  { "characters that stand for values", "a\n\u{E000}0\u{E001}", "2: the layout contains one of" },
  { "no such part", '{% include "prat.md" %}', "1: there is no layout 'prat.md'" },
  { "a part elsewhere", '{% include "../x.md" %}', "1: include names a file" },
  { "a part that includes itself", '{% include "self.md" %}', "1: layouts include each other", file = "rules/layouts/self.md" },
  { "an error in a part", '\n\n{% include "bad.md" %}', "2: 'document' has no field 'x'", file = "rules/layouts/bad.md" },
  { "too deep", ("{% if true %}"):rep(40) .. ("{% end %}"):rep(40), "1: more than 32 tags" },
  { "a condition too deep", "{% if " .. ("("):rep(40) .. "true" .. (")"):rep(40) .. " %}{% end %}", "1: this condition is nested" },
  { "a number that is none", "{{ 1.2.3 }}", "1: '1.2.3' is no number" },
  { "a value without end and with a tag in it", "{{ a {% if b %}", "1: {{ is not closed" },
}

local files = {
  ["rules/layouts/part.md"] = "part {{ document.number }}\n",
  ["rules/layouts/self.md"] = '{% include "self.md" %}',
  ["rules/layouts/bad.md"] = "x\n{{ document.x }}",
}

local function filled(result)
  return (result.markdown:gsub("\u{E000}(%d+)\u{E001}", function(i) return result.values[tonumber(i) + 1] end))
end

local function run_good(row, path)
  files[path] = row[2]
  local good, result = pcall(layout.render, path, data, row.locale or "en-GB")
  if row.fails then
    local got = good and "no error" or tostring(result.line) .. ": " .. result.message
    return got:sub(1, #row.fails) == row.fails, got
  end
  if not good then return false, tostring(result.line) .. ": " .. result.message end
  if row.title and result.title ~= row.title then return false, "title " .. result.title end
  if row.values and #result.values ~= row.values then return false, #result.values .. " values" end
  local got = filled(result)
  return got == row[3], got
end

local function run_bad(row, path)
  files[path] = row[2]
  local good, e = pcall(layout.render, path, data, "en-GB")
  if good then return false, "no error" end
  local got = tostring(e.line) .. ": " .. e.message .. " [" .. tostring(e.hint) .. "] " .. e.code .. " " .. tostring(e.file)
  local same = e.code == "layout.invalid" and got:sub(1, #row[3]) == row[3] and e.file == (row.file or path)
  return same and (not row.hint or e.hint == row.hint), got
end

-- The fields that layouts may name are those of the records.
local function same_fields(name)
  local known, got = host.fields_of(name), layout_terms.fields(name)
  table.sort(known)
  table.sort(got)
  known, got = table.concat(known, " "), table.concat(got, " ")
  return known == got, "records: " .. known .. "; layouts: " .. got
end

function test.run()
  local results = {}
  local outside = host.rule_text
  host.rule_text = function(path)
    if files[path] then return files[path] end
    if path:find("^rules/layouts/") and not path:find("case") and not path:find("prat") then return outside(path) end
    return nil
  end
  for i, row in ipairs(ok) do
    local good, why = run_good(row, "rules/layouts/case" .. i .. ".md")
    results[#results + 1] = { name = row[1], ok = good, why = why }
  end
  for i, row in ipairs(bad) do
    local good, why = run_bad(row, "rules/layouts/case_bad" .. i .. ".md")
    results[#results + 1] = { name = row[1], ok = good, why = why }
  end
  for _, name in ipairs { "document", "line", "tax", "account", "message", "message_line" } do
    local good, why = same_fields(name)
    results[#results + 1] = { name = "fields of " .. name, ok = good, why = why }
  end
  local good, e = pcall(layout.render, "rules/layouts/case_none.md", data, "en-GB")
  results[#results + 1] = { name = "no such layout", ok = not good and e.code == "rule.missing", why = good and "no error" or e.message }
  good, e = pcall(layout.render, "rules/layouts/case1.md", data, "xx-YY")
  results[#results + 1] = { name = "no such locale", ok = not good and e.code == "rule.value", why = good and "no error" or e.message }
  for _, name in ipairs { "invoice", "credit-note", "statement", "letter-friendly", "letter-firm", "letter-final" } do
    good, e = pcall(layout.check, "rules/layouts/" .. name .. ".md")
    results[#results + 1] = { name = "the starter layout " .. name, ok = good, why = not good and tostring(e.file) .. ":" .. tostring(e.line) .. e.message or nil }
  end
  return results
end

return test

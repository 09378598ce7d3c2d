--- Mappings as rows: name, what the file says within mapping { }, and how it is refused; names of countries; numbers and dates.
local countries = require "countries"
local figures = require "figures"
local mapping = require "mapping"
local near = require "near"
local test = {}

local BASE = 'of = "orders", columns = { order = "No", account = "Who", date = "When", quantity = "Qty" }'

local declared = {
  { "the least", BASE },
  { "of accounts", 'of = "accounts", columns = { id = "No" }' },
  { "of products", 'of = "products", columns = { id = "No", price = "P" }' },
  { "everything", BASE .. [[, account = { country = "C", name = { "First", "Last" } }, tags = { channel = "Ch" }, defaults = { unit = "piece", price = 1.5 },
    separator = ";", quote = "'", encoding = "windows-1252", header = true, skip = 2, trim = false, decimals = ",", dates = "dd.mm.yyyy", century = 2000,
    countries = { EIRE = "IE", Nowhere = false }, currency = "GBP", no_customer = "nobody", negate = true, kind = function() end, line = function() end,
    no_sale = function() end, hold = function() end]] },
  { "no quotes at all", BASE .. ", quote = false" },
  { "columns by number", 'of = "accounts", header = false, columns = { id = 1, name = { 2, 3 } }' },
  { "the account by default", 'of = "orders", columns = { order = "No", date = "When", quantity = "Qty" }, defaults = { account = "CASH" }' },
  { "the quantity by default", 'of = "orders", columns = { order = "No", date = "When", account = "A" }, defaults = { quantity = 1 }' },
  -- refused
  { "no table", nil, "a mapping is declared by a table", whole = "return mapping 'x'" },
  { "nothing said", "", "columns of the mapping is missing" },
  { "no kind", "columns = {}", "of of the mapping is missing" },
  { "an unknown kind", 'of = "order", columns = {}', "of is 'order'", "did you mean 'orders'?" },
  { "an unknown setting", BASE .. ', seperator = ";"', "a mapping has no field 'seperator'", "did you mean 'separator'?" },
  { "an unknown field", 'of = "orders", columns = { ordr = "No" }', "columns has no field 'ordr'" , "did you mean 'order'?"},
  { "a field of another kind", 'of = "products", columns = { id = "No", email = "E" }', "columns has no field 'email'" },
  { "no order", 'of = "orders", columns = { account = "A", date = "D", quantity = "Q" }', "this mapping names no column for 'order'" },
  { "no date", 'of = "orders", columns = { order = "O", account = "A", quantity = "Q" }', "this mapping names no column for 'date'" },
  { "no quantity", 'of = "orders", columns = { order = "O", account = "A", date = "D" }', "this mapping names no column for 'quantity'" },
  { "no account", 'of = "orders", columns = { order = "O", quantity = "A", date = "D" }', "this mapping names no column for 'account'" },
  { "no id", 'of = "accounts", columns = { name = "N" }', "this mapping names no column for 'id'" },
  { "a default for the order", BASE .. ', defaults = { order = "1" }', "defaults names 'order'" },
  { "an unknown default", BASE .. ', defaults = { unti = "1" }', "defaults has no field 'unti'", "did you mean 'unit'?" },
  { "a default that is no value", BASE .. ", defaults = { unit = {} }", "the default of 'unit' is a table" },
  { "a column that is no name", 'of = "accounts", columns = { id = true }', "the column for 'id' is no name" },
  { "a column without name", 'of = "accounts", columns = { id = "" }', "the column for 'id' is no name" },
  { "a number of two columns", 'of = "products", columns = { id = "A", price = { "B", "C" } }', "the field 'price' takes one column" },
  { "a column within several that is none", 'of = "accounts", columns = { id = "A", name = { "B", true } }', "column 2 of name is boolean" },
  { "an unknown field of the account", BASE .. ', account = { contry = "C" }', "account has no field 'contry'", "did you mean 'country'?" },
  { "the account's number twice", BASE .. ', account = { id = "C" }', "account has no field 'id'" },
  { "a tag without name", BASE .. ', tags = { "x" }', "name of a tag is 1" },
  { "a separator of two", BASE .. ', separator = "::"', "separator is '::'" },
  { "a quote of two", BASE .. ', quote = "<>"', "quote is '<>'" },
  { "a quote that is true", BASE .. ", quote = true", "quote is 'true'" },
  { "an unknown encoding", BASE .. ', encoding = "utf8"', "encoding is 'utf8'", "did you mean 'utf-8'?" },
  { "an unknown mark", BASE .. ', decimals = ";"', "decimals is ';'" },
  { "an unknown order of dates", BASE .. ', dates = "dmy"', "dates is" },
  { "a century that is none", BASE .. ", century = 20", "century is 20" },
  { "a text as century", BASE .. ', century = "2000"', "century of the mapping is the text" },
  { "a country that is none", BASE .. ', countries = { X = "XX" }', "countries says that 'X' is 'XX'" },
  { "a currency that is none", BASE .. ', currency = "GBX"', "currency is 'GBX'" },
  { "a kind that is no function", BASE .. ', kind = "sale"', "kind of the mapping is the text 'sale'" },
  { "functions where there are no orders", 'of = "accounts", columns = { id = "A" }, hold = function() end', "a mapping of accounts has no 'hold'" },
  { "an account of accounts", 'of = "accounts", columns = { id = "A" }, account = {}', "a mapping of accounts has no 'account'" },
  { "an entry without name", BASE .. ', "x"', "a mapping takes 0 entries" },
}

local names = {
  { "United Kingdom", "GB" }, { "united kingdom", "GB" }, { "UK", "GB" }, { "U.K.", "GB" }, { "EIRE", "IE" }, { "Éire", "IE" }, { "GBR", "GB" },
  { "gb", "GB" }, { "USA", "US" }, { "U.S.A.", "US" }, { "United States of America", "US" }, { "The Netherlands", "NL" }, { "Holland", "NL" },
  { "Deutschland", "DE" }, { "Österreich", "AT" }, { "ÖSTERREICH", "AT" }, { "Czech Republic", "CZ" }, { "Czechia", "CZ" }, { "Türkiye", "TR" },
  { "Turkey", "TR" }, { "Korea, Republic of", "KR" }, { "South Korea", "KR" }, { "Côte d'Ivoire", "CI" }, { "Côte d’Ivoire", "CI" },
  { "Ivory Coast", "CI" }, { "St. Lucia", "LC" }, { "Saint Lucia", "LC" }, { "Bosnia & Herzegovina", "BA" }, { "Bosnia and Herzegovina", "BA" },
  { "Hong-Kong", "HK" }, { "RSA", "ZA" }, { "Viet Nam", "VN" }, { "Vietnam", "VN" }, { "Isle of Man", "IM" }, { "Guernsey", "GG" },
  { "Channel Islands", nil }, { "Atlantis", nil }, { "", nil }, { "European Community", nil }, { "XX", nil },
}

-- text, value with "." as the mark, value with ","
local numbers = {
  { "0", "0", "0" }, { "1234", "1234", "1234" }, { "007", "7", "7" }, { "1,234.50", "1234.5", nil }, { "1.234,50", nil, "1234.5" },
  { "1,234", "1234", "1.234" }, { "1.234", "1.234", "1234" }, { "12.50", "12.5", nil }, { "(12.00)", "-12", nil }, { "(12)", "-12", "-12" },
  { "12-", "-12", "-12" }, { "-12", "-12", "-12" }, { "+12", "12", "12" }, { "- 12", "-12", "-12" }, { "\u{2212}12", "-12", "-12" },
  { "1 234,5", nil, "1234.5" }, { "1\u{A0}234,5", nil, "1234.5" }, { "1\u{202F}234,5", nil, "1234.5" }, { "1'234.50", "1234.5", nil },
  { "1’234.50", "1234.5", nil }, { "12,34,567.5", "1234567.5", nil }, { "1,234,567", "1234567", nil }, { "1.234.567", nil, "1234567" },
  { ".5", "0.5", nil }, { ",5", nil, "0.5" }, { "5.", "5", nil }, { "0.125", "0.125", nil }, { "1234.567", "1234.567", nil },
  { "12,34", nil, "12.34" }, { "1,23,4", nil, nil }, { "1,2345.6", nil, nil }, { "1 234 5", nil, nil }, { "1,234'567", nil, nil },
  { "", nil, nil }, { "-", nil, nil }, { ".", nil, nil }, { "--1", nil, nil }, { "(-1)", nil, nil }, { "1e3", nil, nil }, { "0x10", nil, nil },
  { "NaN", nil, nil }, { "inf", nil, nil }, { "1.2.3.4", nil, nil }, { "=1+1", nil, nil }, { "£5", nil, nil }, { "12 EUR", nil, nil }, { "1\0002", nil, nil },
  { ("9"):rep(36), ("9"):rep(36), ("9"):rep(36) }, { ("9"):rep(37), nil, nil }, { ("9"):rep(70000), nil, nil },
}

-- text, order, century, date
local dates = {
  { "2026-11-30", nil, nil, "2026-11-30" }, { "2026/11/30", nil, nil, "2026-11-30" }, { "20261130", nil, nil, "2026-11-30" },
  { "2026-11-30T23:59:59Z", nil, nil, "2026-11-30" }, { "2026-11-30 08:26:01.5+01:00", nil, nil, "2026-11-30" },
  { "1/12/2010 08:26", "d/m/y", nil, "2010-12-01" }, { "1/12/2010 08:26", "m/d/y", nil, "2010-01-12" }, { "01.12.2010", "d/m/y", nil, "2010-12-01" },
  { "1-12-2010", "d/m/y", nil, "2010-12-01" }, { "12/31/2010 8:26 PM", "m/d/y", nil, "2010-12-31" }, { "30 Nov 2026", "m/d/y", nil, "2026-11-30" },
  { "November 30, 2026", "d/m/y", nil, "2026-11-30" }, { "30-Sept-2026", nil, nil, "2026-09-30" }, { "29/02/2024", "d/m/y", nil, "2024-02-29" },
  { "1/12/10", "d/m/y", 2000, "2010-12-01" }, { "1/12/99", "d/m/y", 1900, "1999-12-01" }, { "10/12/01", "y/m/d", 2000, "2010-12-01" },
  { "1/12/10", "d/m/y", nil, nil }, { "29/02/2023", "d/m/y", nil, nil }, { "31/11/2026", "d/m/y", nil, nil }, { "13/13/2026", "d/m/y", nil, nil },
  { "12/31/2010", "d/m/y", nil, nil }, { "0/1/2026", "d/m/y", nil, nil }, { "1/1/0000", "d/m/y", nil, nil }, { "1/12/2010 noon", "d/m/y", nil, nil },
  { "1/12-2010", "d/m/y", nil, nil }, { "40513", "d/m/y", nil, nil }, { "2026-11", nil, nil, nil }, { "tomorrow", nil, nil, nil }, { "", nil, nil, nil },
  { "30 Foo 2026", nil, nil, nil }, { "1/12/20100", "d/m/y", nil, nil }, { ("1"):rep(70000), nil, nil, nil }, { "=1/2/2010", "d/m/y", nil, nil },
}

-- Columns as a whole: what the cells say, ok or the beginning of the problem.
local marks = {
  { { "1", "2" }, "." }, { { "1.5" }, "." }, { { "2,55" }, "," }, { { "1,234", "2,5" }, "," }, { { "1,234", "2.5" }, "." }, { { "1,234.5" }, "." },
  { { "1.234,5" }, "," }, { { "1,234,567" }, "." }, { { "0,125" }, "," }, { { "x", "2,5" }, "," }, { { "" }, "." }, { { "1'234" }, "." },
  { { "1,234" }, "!\"1,234\" in line 2, column Price, may be 1234 or 1.234" }, { { "7", "1.234" }, "!\"1.234\" in line 3" },
  { { "2,55", "3.5" }, "!the file writes decimals in two ways: \"2,55\" in line 2, column Price, but \"3.5\" in line 3" },
}
local orders = {
  { { "2026-01-02" }, "d/m/y" }, { { "13/1/2026" }, "d/m/y" }, { { "1/13/2026", "1/2/2026" }, "m/d/y" }, { { "1.2.2026" }, "d/m/y" }, { { "5/5/2026" }, "d/m/y" },
  { { "x" }, "d/m/y" }, { { "1/2/2026" }, "!\"1/2/2026\" in line 2, column Price, may have the day or the month first" },
  { { "13/1/2026", "1/13/2026" }, "!the file writes dates in two ways" },
}

local likes = {
  { "CustID", { "CustomerID", "Date" }, nil }, { "Customer", { "CustomerID", "Date" }, "did you mean 'CustomerID'?" }, { "datum", { "Date", "Data" }, nil },
  { "nmae", { "name", "street" }, "did you mean 'name'?" }, { "INVOICE NO", { "InvoiceNo" }, "did you mean 'InvoiceNo'?" }, { "", { "a" }, nil },
  { "x", {}, nil }, { ("a"):rep(100), { ("a"):rep(90) }, "did you mean '" .. ("a"):rep(90) .. "'?" },
}

local function tell(results, name, good, why)
  results[#results + 1] = { name = name, ok = good, why = why }
end

local function run_declared(row, i)
  local path = "rules/imports/case" .. i .. ".lua"
  local good, e = pcall(function()
    return compile(path, row.whole or "return mapping { " .. row[2] .. " }")()
  end)
  if not row[3] then return good and e.is == "mapping", good and "" or e.message end
  if good then return false, "no error" end
  local got = e.message .. " [" .. tostring(e.hint) .. "] " .. e.code .. " " .. tostring(e.file) .. ":" .. tostring(e.line)
  return got:sub(1, #row[3]) == row[3] and (not row[4] or e.hint == row[4]) and e.file == path and e.line == 1, got
end

local function run_whole(results, what, rows, find)
  for _, row in ipairs(rows) do
    local lines = {}
    for i = 1, #row[1] do lines[i] = i + 1 end
    local got, problem = find({ { name = "Price", cells = row[1] } }, lines)
    got = got or "!" .. problem.message
    tell(results, what .. " " .. table.concat(row[1], " "), got:sub(1, #row[2]) == row[2] and (#row[2] > 5 or got == row[2]), got)
  end
end

function test.run()
  local results = {}
  for i, row in ipairs(declared) do
    local good, why = run_declared(row, i)
    tell(results, row[1], good, why)
  end
  for _, row in ipairs(names) do
    local got = countries.code(row[1])
    tell(results, "country " .. row[1], got == row[2], tostring(got))
  end
  for _, row in ipairs(numbers) do
    local point, comma = figures.number(row[1], "."), figures.number(row[1], ",")
    local got = tostring(point) .. " " .. tostring(comma)
    tell(results, "number " .. row[1]:sub(1, 40):gsub("%z", "?"), got == tostring(row[2]) .. " " .. tostring(row[3]), got)
  end
  for _, row in ipairs(dates) do
    local got = figures.day(row[1], row[2], row[3])
    tell(results, "date " .. row[1]:sub(1, 40) .. " " .. tostring(row[2]), tostring(got) == tostring(row[4]), tostring(got))
  end
  run_whole(results, "mark", marks, figures.find_mark)
  run_whole(results, "order", orders, figures.find_order)
  for _, row in ipairs(likes) do
    local got = near.hint(row[1], row[2])
    tell(results, "near " .. row[1]:sub(1, 40), got == row[3], tostring(got))
  end
  tell(results, "near countries", countries.near("Germnay")[1] == "Germany", tostring(countries.near("Germnay")[1]))
  local good, e = pcall(mapping.of, { is = "mapping", of = "accounts" }, "orders")
  tell(results, "a mapping of another kind", not good and e.message == "the mapping is a mapping of accounts, not of orders", tostring(e))
  return results
end

return test

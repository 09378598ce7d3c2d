--- Files as rows: name, mapping (nil: none), the file, and what comes out of it: a text per order or record, or how the file is
--- refused. An order reads: id kind state account date; lines as quantity x price product kind; then code and reason, if held.
local examples = require "examples"
local importing = require "importing"
local mapping = require "mapping"
local test = {}

-- The shape that most rows use, by another shop than the sample's.
local SHOP = {
  of = "orders",
  columns = { order = "No", account = "Customer", date = "Day", product = "Sku", text = "What", quantity = "Qty", price = "Each" },
}
local HEAD = "No,Customer,Day,Sku,What,Qty,Each\n"

local function with(more, base)
  local map = {}
  for k, v in pairs(base or SHOP) do map[k] = v end
  for k, v in pairs(more) do map[k] = v end
  return map
end

-- One column more.
local function columns(more)
  local map = with {}
  map.columns = with(more, SHOP.columns)
  return map
end

local ok = {
  { "a sale", SHOP, HEAD .. "A1,ACME,2026-11-30,S1,Chair,2,12.50\n", { "A1 sale due ACME 2026-11-30; 2 x 12.5 S1 product" } },
  { "two lines of one order", SHOP, HEAD .. "A1,ACME,2026-11-30,S1,Chair,2,12.50\nA1,ACME,2026-11-30,S2,Desk,1,99\n",
    { "A1 sale due ACME 2026-11-30; 2 x 12.5 S1 product; 1 x 99 S2 product" } },
  { "equal lines are real", SHOP, HEAD .. "A1,ACME,2026-11-30,S1,Chair,2,12.50\nA1,ACME,2026-11-30,S1,Chair,2,12.50\n",
    { "A1 sale due ACME 2026-11-30; 2 x 12.5 S1 product; 2 x 12.5 S1 product" } },
  { "rows of an order that stand apart", SHOP, HEAD .. "A1,X,2026-11-30,S1,,1,1\nA2,Y,2026-11-30,S1,,2,1\nA1,X,2026-11-30,S2,,3,1\n",
    { "A1 sale due X 2026-11-30; 1 x 1 S1 product; 3 x 1 S2 product", "A2 sale due Y 2026-11-30; 2 x 1 S1 product" } },
  { "CRLF and a byte-order mark", SHOP, "\u{FEFF}" .. (HEAD .. "A1,ACME,2026-11-30,S1,Chair,2,12.50\n"):gsub("\n", "\r\n"),
    { "A1 sale due ACME 2026-11-30; 2 x 12.5 S1 product" } },
  { "semicolons, decimal commas, day first", SHOP, (HEAD .. "A1;ACME;30.11.2026;S1;Chair;2;1.012,50\n"):gsub(",(%a)", ";%1"),
    { "A1 sale due ACME 2026-11-30; 2 x 1012.5 S1 product" } },
  { "tabs", SHOP, (HEAD .. "A1,ACME,2026-11-30,S1,Chair,2,12.50\n"):gsub(",", "\t"), { "A1 sale due ACME 2026-11-30; 2 x 12.5 S1 product" } },
  { "windows-1252", SHOP, HEAD .. "A1,M\xFCller,2026-11-30,S1,Caf\xE9,2,12.50\n", { "A1 sale due Müller 2026-11-30; 2 x 12.5 S1 product" },
    texts = { "Café" } },
  { "quotes, separators and line breaks in a field", SHOP, HEAD .. 'A1,ACME,2026-11-30,S1,"a ""b"", c\nd",2,12.50\n',
    { "A1 sale due ACME 2026-11-30; 2 x 12.5 S1 product" }, texts = { 'a "b", c\nd' } },
  { "a stray quote within a field", SHOP, HEAD .. 'A1,ACME,2026-11-30,S1,FRAME 7" x 5",2,12.50\n',
    { "A1 sale due ACME 2026-11-30; 2 x 12.5 S1 product" }, texts = { 'FRAME 7" x 5"' } },
  { "spaces at the ends", SHOP, HEAD .. " A1 , ACME\t,2026-11-30 , S1,  Chair  , 2 , 12.50 \n",
    { "A1 sale due ACME 2026-11-30; 2 x 12.5 S1 product" }, texts = { "Chair" } },
  { "no-break spaces at the ends", SHOP, HEAD .. "A1,\u{A0}ACME\u{A0},2026-11-30,S1,\u{A0}Chair\u{A0},2,12.50\n",
    { "A1 sale due ACME 2026-11-30; 2 x 12.5 S1 product" }, texts = { "Chair" } },
  { "texts as they are", with { trim = false }, HEAD .. "A1,ACME,2026-11-30,S1, Chair ,2,12.50\n",
    { "A1 sale due ACME 2026-11-30; 2 x 12.5 S1 product" }, texts = { " Chair " } },
  { "empty rows are no rows", SHOP, HEAD .. "\nA1,ACME,2026-11-30,S1,Chair,2,12.50\n,,,,,,\n , ,,,,,\n",
    { "A1 sale due ACME 2026-11-30; 2 x 12.5 S1 product" }, facts = { rows = 1, blank = 2, records = 1 } },
  { "separators at the end of rows", SHOP, HEAD .. "A1,ACME,2026-11-30,S1,Chair,2,12.50,,\n", { "A1 sale due ACME 2026-11-30; 2 x 12.5 S1 product" } },
  { "no rows", SHOP, HEAD, {}, facts = { rows = 0, records = 0 } },
  { "a price that is missing is the product's", SHOP, HEAD .. "A1,ACME,2026-11-30,S1,Chair,2,\n", { "A1 sale due ACME 2026-11-30; 2 x nil S1 product" } },
  { "a time is left out", SHOP, HEAD .. "A1,ACME,2026-11-30 23:59,S1,,2,1\nA1,ACME,2026-11-30 08:00,S1,,2,1\n",
    { "A1 sale due ACME 2026-11-30; 2 x 1 S1 product; 2 x 1 S1 product" } },
  { "month first, as the file shows", SHOP, HEAD .. "A1,X,1/2/2026,S1,,1,1\nA2,X,12/31/2026,S1,,1,1\n",
    { "A1 sale due X 2026-01-02; 1 x 1 S1 product", "A2 sale due X 2026-12-31; 1 x 1 S1 product" } },
  { "day first, as the mapping says", with { dates = "d/m/y" }, HEAD .. "A1,X,1/2/2026,S1,,1,1\n", { "A1 sale due X 2026-02-01; 1 x 1 S1 product" } },
  { "two digits of a year", with { dates = "d/m/y", century = 2000 }, HEAD .. "A1,X,1/2/26,S1,,1,1\n", { "A1 sale due X 2026-02-01; 1 x 1 S1 product" } },
  { "a thousand, as the mapping says", with { decimals = "." }, HEAD .. 'A1,X,2026-11-30,S1,,1,"1,234"\n', { "A1 sale due X 2026-11-30; 1 x 1234 S1 product" } },
  { "negative forms", SHOP, HEAD .. "A1,X,2026-11-30,S1,,-1,1\nA1,X,2026-11-30,S1,,1-,1\nA1,X,2026-11-30,S1,,(1.00),1\n",
    { "A1 sale due X 2026-11-30; -1 x 1 S1 product; -1 x 1 S1 product; -1 x 1 S1 product" } },
  { "twelve decimals", SHOP, HEAD .. "A1,X,2026-11-30,S1,,123456789012345,0.000000000012\n", { "A1 sale due X 2026-11-30; 123456789012345 x 0.000000000012 S1 product" } },
  { "a currency by column", columns { currency = "Cur" }, "No,Customer,Day,Sku,What,Qty,Each,Cur\nA1,X,2026-11-30,S1,,1,1,usd\n",
    { "A1 sale due X 2026-11-30; 1 x 1 S1 product" }, currency = "USD" },
  { "a currency by mapping", with { currency = "SEK" }, HEAD .. "A1,X,2026-11-30,S1,,1,1\n", { "A1 sale due X 2026-11-30; 1 x 1 S1 product" }, currency = "SEK" },
  { "the book's currency", SHOP, HEAD .. "A1,X,2026-11-30,S1,,1,1\n", { "A1 sale due X 2026-11-30; 1 x 1 S1 product" }, currency = "EUR" },
  { "defaults", with { defaults = { unit = "piece", tax_category = "reduced", price = 2.5 } }, HEAD .. "A1,X,2026-11-30,S1,,1,\n",
    { "A1 sale due X 2026-11-30; 1 x 2.5 S1 product" }, unit = "piece", tax_category = "reduced" },
  { "reference and corrected order", columns { reference = "PO", corrects = "Of" },
    "No,Customer,Day,Sku,What,Qty,Each,PO,Of\nA1,X,2026-11-30,S1,,1,1,,\nA1,X,2026-11-30,S1,,1,1,PO 7,A0\n",
    { "A1 sale due X 2026-11-30; 1 x 1 S1 product; 1 x 1 S1 product" }, reference = "PO 7", corrects = "A0" },
  { "kinds by column", columns { kind = "Kind", line_kind = "Of" },
    "No,Customer,Day,Sku,What,Qty,Each,Kind,Of\nA1,X,2026-11-30,S1,,-1,1,Cancellation,charge\n", { "A1 cancellation due X 2026-11-30; -1 x 1 S1 charge" } },
  { "tags", with { tags = { channel = "What" } }, HEAD .. "A1,X,2026-11-30,S1,web,1,1\n", { "A1 sale due X 2026-11-30; 1 x 1 S1 product" }, tag = "web" },
  { "an account that is not known yet", with { account = { country = "What", name = { "Sku", "Customer" } }, countries = { Mars = false } },
    HEAD .. "A1,X,2026-11-30,S1,EIRE,1,1\n", { "A1 sale due X 2026-11-30; 1 x 1 S1 product" }, account = "X 2026-11-30 IE S1 X" },
  { "a country that the mapping says is none", with { account = { country = "What" }, countries = { ["the Moon"] = false } },
    HEAD .. "A1,X,2026-11-30,S1,The Moon,1,1\n", { "A1 sale due X 2026-11-30; 1 x 1 S1 product" }, account = "X 2026-11-30 nil nil" },
  { "a country as the mapping says", with { account = { country = "What" }, countries = { ["the Moon"] = "JE" } },
    HEAD .. "A1,X,2026-11-30,S1,THE MOON,1,1\n", { "A1 sale due X 2026-11-30; 1 x 1 S1 product" }, account = "X 2026-11-30 JE nil" },
  { "all orders of one account", with { columns = { order = "No", date = "Day", quantity = "Qty" }, defaults = { account = "CASH" } },
    HEAD .. "A1,X,2026-11-30,S1,,1,1\n", { "A1 sale due CASH 2026-11-30; 1 x nil nil product" } },
  { "no header", with { header = false, columns = { order = 1, account = 2, date = 3, quantity = 6 } }, "A1,X,2026-11-30,S1,,1,1\n",
    { "A1 sale due X 2026-11-30; 1 x nil nil product" } },
  { "lines above the header", with { skip = 2 }, "Report\n\n" .. HEAD .. "A1,X,2026-11-30,S1,,1,1\n", { "A1 sale due X 2026-11-30; 1 x 1 S1 product" } },
  { "no mapping", nil, "Order,Account,Date,Product,Quantity,Price,Tax category,Whatever\nA1,X,2026-11-30,S1,1,1,zero,?\n",
    { "A1 sale due X 2026-11-30; 1 x 1 S1 product" }, tax_category = "zero" },
  -- functions
  { "kind", with { kind = function(o) return o.id:find("^C") and "cancellation" end }, HEAD .. "C1,X,2026-11-30,S1,,-1,1\nD1,X,2026-11-30,S1,,1,1\n",
    { "C1 cancellation due X 2026-11-30; -1 x 1 S1 product", "D1 sale due X 2026-11-30; 1 x 1 S1 product" } },
  { "line", with { line = function(l, o) return l.product == "POST" and o.account == "X" and "charge" or nil end }, HEAD .. "A1,X,2026-11-30,POST,,1,1\n",
    { "A1 sale due X 2026-11-30; 1 x 1 POST charge" } },
  { "no sale", with { no_sale = function(o) return o.value == 0 and "stock" end }, HEAD .. "A1,X,2026-11-30,S1,,1,0\n",
    { "A1 sale no_sale X 2026-11-30; 1 x 0 S1 product; nil stock" } },
  { "no sale without a customer", with { no_sale = function(o) return not o.account and "stock" end }, HEAD .. "A1,,2026-11-30,S1,,1,0\n",
    { "A1 sale no_sale nil 2026-11-30; 1 x 0 S1 product; nil stock" } },
  { "hold", with { hold = function(o) return o.value > 1000 and "large" end }, HEAD .. "A1,X,2026-11-30,S1,,1,1001\nA2,X,2026-11-30,S1,,1,1\n",
    { "A1 sale held X 2026-11-30; 1 x 1001 S1 product; import.held large", "A2 sale due X 2026-11-30; 1 x 1 S1 product" }, rejects = { "2 nil large" } },
  { "a function sees the account", with { account = { country = "What" }, hold = function(o) return o.buyer.country == "FR" and "export" end },
    HEAD .. "A1,X,2026-11-30,S1,France,1,1\n", { "A1 sale held X 2026-11-30; 1 x 1 S1 product; import.held export" } },
  { "cancellations written positive", with { negate = true, kind = function(o) return o.value > 20 and "cancellation" or "sale" end },
    HEAD .. "C1,X,2026-11-30,S1,,30,1\nC1,X,2026-11-30,S2,,-1,2\nD1,X,2026-11-30,S1,,1,1\n",
    { "C1 cancellation due X 2026-11-30; -30 x 1 S1 product; 1 x 2 S2 product", "D1 sale due X 2026-11-30; 1 x 1 S1 product" } },
  { "the other functions see them turned", with { negate = true, kind = function() return "cancellation" end,
    hold = function(o) return "value " .. tostring(o.value) .. ", first " .. tostring(o.lines[1].quantity) end }, HEAD .. "C1,X,2026-11-30,S1,,3,2\n",
    { "C1 cancellation held X 2026-11-30; -3 x 2 S1 product; import.held value -6, first -3" } },
  { "without negate they stay", with { kind = function() return "cancellation" end }, HEAD .. "C1,X,2026-11-30,S1,,3,2\n",
    { "C1 cancellation due X 2026-11-30; 3 x 2 S1 product" } },
  { "a column says what is turned", with({ negate = true }, columns { kind = "Kind" }), "No,Customer,Day,Sku,What,Qty,Each,Kind\nA1,X,2026-11-30,S1,,1,1,Cancellation\n",
    { "A1 cancellation due X 2026-11-30; -1 x 1 S1 product" } },
  { "what a function changes has no effect", with { kind = function(o) o.id, o.account, o.lines[1].price = "Z", "Z", 0 return "sale" end },
    HEAD .. "A1,X,2026-11-30,S1,,1,1\n", { "A1 sale due X 2026-11-30; 1 x 1 S1 product" } },
  { "a function that raises", with { line = function(l) return l.nothing.there end }, HEAD .. "A1,X,2026-11-30,S1,,1,1\nA2,X,2026-11-30,S1,,1,1\n",
    { "A1 sale held X 2026-11-30; 1 x 1 S1 product; rule.error the mapping's function 'line' failed: attempt to index a nil value (field 'nothing')",
      "A2 sale held X 2026-11-30; 1 x 1 S1 product; rule.error the mapping's function 'line' failed: attempt to index a nil value (field 'nothing')" } },
  { "a function that raises for one order", with { kind = function(o) if o.id == "A1" then error("bad") end return "sale" end },
    HEAD .. "A1,X,2026-11-30,S1,,1,1\nA2,X,2026-11-30,S1,,1,1\n",
    { "A1 sale held X 2026-11-30; 1 x 1 S1 product; rule.error the mapping's function 'kind' failed: bad", "A2 sale due X 2026-11-30; 1 x 1 S1 product" } },
  { "a function that answers something else", with { kind = function() return "sail" end }, HEAD .. "A1,X,2026-11-30,S1,,1,1\n",
    { "A1 sale held X 2026-11-30; 1 x 1 S1 product; rule.value the mapping's function 'kind' answered 'sail', expected sale or cancellation" } },
  { "a reason that is none", with { hold = function() return 7 end }, HEAD .. "A1,X,2026-11-30,S1,,1,1\n",
    { "A1 sale held X 2026-11-30; 1 x 1 S1 product; rule.value the mapping's function 'hold' answered with a number, expected a reason in words" } },
  { "a line kind that is none", with { line = function() return true end }, HEAD .. "A1,X,2026-11-30,S1,,1,1\n",
    { "A1 sale held X 2026-11-30; 1 x 1 S1 product; rule.value the mapping's function 'line' answered with a boolean" } },
  { "a function asking text and number", with { no_sale = function(o) return o.id > 5 end }, HEAD .. "A1,X,2026-11-30,S1,,1,1\n",
    { "A1 sale held X 2026-11-30; 1 x 1 S1 product; rule.error the mapping's function 'no_sale' failed: attempt to compare number with string" } },
  -- held
  { "no customer", SHOP, HEAD .. "A1,,2026-11-30,S1,,1,1\n", { "A1 sale held nil 2026-11-30; 1 x 1 S1 product; import.held no customer" },
    rejects = { "2 Customer no customer" }, place = "orders.csv:2: column Customer" },
  { "no customer in other words", with { no_customer = "nobody named" }, HEAD .. "A1,,2026-11-30,S1,,1,1\n",
    { "A1 sale held nil 2026-11-30; 1 x 1 S1 product; import.held nobody named" } },
  { "a quantity that is none holds the whole order", SHOP, HEAD .. "A1,X,2026-11-30,S1,,1,1\nA1,X,2026-11-30,S2,,two,1\nA2,X,2026-11-30,S1,,1,1\n",
    { "A1 sale held X 2026-11-30; import.value line 3, column Qty: found 'two', expected a number such as 1,234.50", "A2 sale due X 2026-11-30; 1 x 1 S1 product" },
    rejects = { "2 nil taken back with the rest of its order: line 3, column Qty: found 'two', expected a number such as 1,234.50",
      "3 Qty line 3, column Qty: found 'two', expected a number such as 1,234.50" }, raw = "A1,X,2026-11-30,S1,,1,1\nA1,X,2026-11-30,S2,,two,1",
    row = "A1,X,2026-11-30,S2,,two,1,3,Qty,\"line 3, column Qty: found 'two', expected a number such as 1,234.50\"", place = "orders.csv:3: column Qty" },
  { "a quantity that is missing", SHOP, HEAD .. "A1,X,2026-11-30,S1,,,1\n", { "A1 sale held X 2026-11-30; import.value line 2, column Qty: nothing there" } },
  { "a price in the other way", with { decimals = "," }, HEAD .. "A1,X,2026-11-30,S1,,1,2.50\n",
    { "A1 sale held X 2026-11-30; import.value line 2, column Each: found '2.50', expected a number such as 1.234,50" } },
  { "a date that is none", SHOP, HEAD .. "A1,X,2026-02-30,S1,,1,1\n", { "A1 sale held X 2026-12-24; import.value line 2, column Day: found '2026-02-30', expected a day that exists" } },
  { "a date that is missing", SHOP, HEAD .. "A1,X,,S1,,1,1\n", { "A1 sale held X 2026-12-24; import.value line 2, column Day: nothing there" } },
  { "two digits of a year, unnamed", with { dates = "d/m/y" }, HEAD .. "A1,X,1/2/26,S1,,1,1\n",
    { "A1 sale held X 2026-12-24; import.value line 2, column Day: found '1/2/26', expected a year of four digits" } },
  { "rows of several customers", SHOP, HEAD .. "A1,X,2026-11-30,S1,,1,1\nA1,Y,2026-11-30,S1,,1,1\n",
    { "A1 sale held X 2026-11-30; 1 x 1 S1 product; 1 x 1 S1 product; import.held line 3, column Customer: the order has 'Y' here, and 'X' in line 2" },
    raw = "A1,X,2026-11-30,S1,,1,1\nA1,Y,2026-11-30,S1,,1,1" },
  { "rows with and without a customer", SHOP, HEAD .. "A1,X,2026-11-30,S1,,1,1\nA1,,2026-11-30,S1,,1,1\n",
    { "A1 sale held X 2026-11-30; 1 x 1 S1 product; 1 x 1 S1 product; import.held line 3, column Customer: the order has '' here, and 'X' in line 2" } },
  { "rows of several days", SHOP, HEAD .. "A1,X,2026-11-30,S1,,1,1\nA1,X,2026-12-01,S1,,1,1\n",
    { "A1 sale held X 2026-11-30; 1 x 1 S1 product; 1 x 1 S1 product; import.held line 3, column Day: the order has '2026-12-01' here, and '2026-11-30' in line 2" } },
  { "rows of several currencies", columns { currency = "Cur" }, "No,Customer,Day,Sku,What,Qty,Each,Cur\nA1,X,2026-11-30,S1,,1,1,USD\nA1,X,2026-11-30,S1,,1,1,EUR\n",
    { "A1 sale held X 2026-11-30; 1 x 1 S1 product; 1 x 1 S1 product; import.held line 3, column Cur: the order has 'EUR' here" } },
  { "a currency that is none", columns { currency = "Cur" }, "No,Customer,Day,Sku,What,Qty,Each,Cur\nA1,X,2026-11-30,S1,,1,1,XXY\n",
    { "A1 sale held X 2026-11-30; money.currency_unknown line 2, column Cur: found 'XXY', expected a code of ISO 4217" } },
  { "a country that is unknown", with { account = { country = "What" } }, HEAD .. "A1,X,2026-11-30,S1,Atlantis,1,1\n",
    { "A1 sale held X 2026-11-30; 1 x 1 S1 product; import.value line 2, column What: found 'Atlantis', expected a country" } },
  { "a row without an order", SHOP, HEAD .. "A1,X,2026-11-30,S1,,1,1\n,X,2026-11-30,S1,,1,1\n,Y,2026-11-30,S1,,1,1\n",
    { "A1 sale due X 2026-11-30; 1 x 1 S1 product", "row 3 of orders.csv sale held nil 2026-12-24; import.value line 3, column No: nothing there",
      "row 4 of orders.csv sale held nil 2026-12-24; import.value line 4, column No: nothing there" }, rejects = { "3 No line 3, column No: nothing there", "4 No line 4, column No: nothing there" } },
  { "too many fields", SHOP, HEAD .. "A1,X,2026-11-30,S1,a,b,1,1\n", { "A1 sale held X 2026-11-30; import.value line 2 has 8 fields, the header names 7" } },
  { "too few fields", SHOP, HEAD .. "A1,X,2026-11-30,S1,a\n", { "A1 sale held X 2026-11-30; import.value line 2 has 5 fields, the header names 7" } },
  { "a kind that is none", columns { kind = "Kind" }, "No,Customer,Day,Sku,What,Qty,Each,Kind\nA1,X,2026-11-30,S1,,1,1,return\n",
    { "A1 sale held X 2026-11-30; import.value line 2, column Kind: found 'return', expected sale or cancellation" } },
  { "a held cancellation is one", with { kind = function(o) return o.id:find("^C") and "cancellation" end }, HEAD .. "C1,X,2026-11-30,S1,,x,1\n",
    { "C1 cancellation held X 2026-11-30; import.value line 2, column Qty: found 'x'" } },
  { "a value that is too large", with { kind = function() return "sale" end }, HEAD .. "A1,X,2026-11-30,S1,," .. ("9"):rep(30) .. "," .. ("9"):rep(30) .. "\n",
    { "A1 sale held X 2026-11-30; " .. ("9"):rep(30) .. " x " .. ("9"):rep(30) .. " S1 product; import.value its value cannot be computed" } },
  -- hostile
  { "a formula is a text", SHOP, HEAD .. "A1,X,2026-11-30,S1,=cmd|' /C calc'!A0,1,1\n", { "A1 sale due X 2026-11-30; 1 x 1 S1 product" }, texts = { "=cmd|' /C calc'!A0" } },
  { "a formula is no quantity", SHOP, HEAD .. "A1,X,2026-11-30,S1,,=1+1,1\n", { "A1 sale held X 2026-11-30; import.value line 2, column Qty: found '=1+1'" } },
  { "a control character in a number", SHOP, HEAD .. "A1\7,X,2026-11-30,S1,,1,1\n", { "row 2 of orders.csv sale held X 2026-11-30; id.invalid line 2, column No: found 'A1\u{FFFD}', expected printable" } },
  { "text that turns around", SHOP, HEAD .. "A1,X\u{202E}Y,2026-11-30,S1,,1,1\n", { "A1 sale held nil 2026-11-30; id.invalid line 2, column Customer: found 'X\u{FFFD}Y'" } },
  { "a control character in a text", SHOP, HEAD .. "A1,X,2026-11-30,S1,a\7b,1,1\n", { "A1 sale due X 2026-11-30; 1 x 1 S1 product" }, texts = { "a\7b" } },
  { "a NUL in a text", SHOP, HEAD .. "A1,X,2026-11-30,S1,a\0b,1,1\n", { "A1 sale due X 2026-11-30; 1 x 1 S1 product" }, texts = { "a\u{FFFD}b" }, warnings = 1 },
  { "an identifier that is too long", SHOP, HEAD .. ("A"):rep(129) .. ",X,2026-11-30,S1,,1,1\n", { "row 2 of orders.csv sale held X 2026-11-30; id.invalid line 2, column No: found '" .. ("A"):rep(60) .. "…', expected at most 128 bytes" } },
  { "an identifier of the largest size", SHOP, HEAD .. ("A"):rep(128) .. ",X,2026-11-30,S1,,1,1\n", { ("A"):rep(128) .. " sale due X 2026-11-30; 1 x 1 S1 product" } },
  { "a text of 70 kB", SHOP, HEAD .. "A1,X,2026-11-30,S1," .. ("x"):rep(70000) .. ",1,1\n", { "A1 sale held X 2026-11-30; too_large line 2, column What: found '" .. ("x"):rep(60) .. "…', expected at most 65536 bytes, not 70000" } },
  { "a text of 64 KiB", SHOP, HEAD .. "A1,X,2026-11-30,S1," .. ("x"):rep(65536) .. ",1,1\n", { "A1 sale due X 2026-11-30; 1 x 1 S1 product" } },
  { "a number of 70 kB", SHOP, HEAD .. "A1,X,2026-11-30,S1,," .. ("1"):rep(70000) .. ",1\n", { "A1 sale held X 2026-11-30; import.value line 2, column Qty: found '" .. ("1"):rep(60) .. "…', expected a number of at most 64" } },
  { "a text of spaces within", SHOP, HEAD .. "A1,X,2026-11-30,S1, a" .. (" "):rep(60000) .. "b ,1,1\n", { "A1 sale due X 2026-11-30; 1 x 1 S1 product" } },
  { "bytes that are no text", SHOP, "\u{FEFF}" .. HEAD .. "A1,X,2026-11-30,S1,\xFF\xFE,1,1\n", { "A1 sale due X 2026-11-30; 1 x 1 S1 product" }, texts = { "\u{FFFD}\u{FFFD}" }, warnings = 2 },
  { "a quote that nothing closes", SHOP, HEAD .. 'A1,X,2026-11-30,S1,"abc,1,1\nA2,X,2026-11-30,S1,,1,1\n',
    { "A1 sale due X 2026-11-30; 1 x 1 S1 product", "A2 sale due X 2026-11-30; 1 x 1 S1 product" }, warnings = 1, texts = { '"abc' } },
  { "a row of the reject file is quoted anew", SHOP, HEAD .. 'A1,X,2026-11-30,S1,"abc,1\n',
    { "A1 sale held X 2026-11-30; import.value line 2 has 6 fields" }, warnings = 1,
    row = 'A1,X,2026-11-30,S1,"""abc",1,,2,,"line 2 has 6 fields, the header names 7"' },
}

local ACCOUNTS = { of = "accounts", columns = { id = "No", name = { "First", "Last" }, country = "Land", terms = "Days", currency = "Cur", from = "Since" },
  tags = { group = "Group" } }
local AHEAD = "No,First,Last,Land,Days,Cur,Since,Group\n"
local PRODUCTS = { of = "products", columns = { id = "Sku", name = "Name", price = "Price" }, defaults = { unit = "piece" } }

local records = {
  { "an account", ACCOUNTS, AHEAD .. "A1,Ann,Lee,Germany,14,eur,2026-01-01,gold\n", { "A1 country=DE currency=EUR from=2026-01-01 group=gold name=Ann Lee terms=14" } },
  { "fields that are empty", ACCOUNTS, AHEAD .. "A1,,,,,,,\n", { "A1 from=2026-12-24" } },
  { "one of several columns", ACCOUNTS, AHEAD .. "A1,,Lee,,,,,\n", { "A1 from=2026-12-24 name=Lee" } },
  { "an account without number", ACCOUNTS, AHEAD .. ",Ann,Lee,,,,,\n", { "!row 2 of orders.csv #82f883 import.value line 2, column No: nothing there" } },
  { "a country that is unknown", ACCOUNTS, AHEAD .. "A1,Ann,Lee,Germnay,,,,\nA2,,,,,,,\n",
    { "!A1 import.value line 2, column Land: found 'Germnay', expected a country, perhaps Germany", "A2 from=2026-12-24" } },
  { "days that are none", ACCOUNTS, AHEAD .. "A1,,,,14.5,,,\n", { "!A1 import.value line 2, column Days: found '14.5', expected a whole number of days" } },
  { "too many days", ACCOUNTS, AHEAD .. "A1,,,,9999,,,\n", { "!A1 import.value line 2, column Days: found '9999'" } },
  { "an account twice", ACCOUNTS, AHEAD .. "A1,,,,,,,\nA1,,,,,,,\n", { "A1 from=2026-12-24", "!A1 import.value line 3: 'A1' stands in line 2 already" } },
  { "two versions of an account", ACCOUNTS, AHEAD .. "A1,,,,,,2026-01-01,\nA1,,,,,,2026-02-01,\n", { "A1 from=2026-01-01", "A1 from=2026-02-01" } },
  { "too many fields", ACCOUNTS, AHEAD .. "A1,,,,,,,,x\n", { "!row 2 of orders.csv #4bea8e import.value line 2 has 9 fields" } },
  { "a product", PRODUCTS, "Sku;Name;Price\nS1;Chair;1.012,50\n", { "S1 from=2026-12-24 name=Chair price=1012.5 unit=piece" } },
  { "a price that is none", PRODUCTS, "Sku;Name;Price\nS1;Chair;free\n", { "!S1 import.value line 2, column Price: found 'free', expected a number such as" } },
  { "products without a mapping", nil, "id,name,price,tags.line\nS1,Chair,1.5,home\n", { "S1 from=2026-12-24 line=home name=Chair price=1.5" }, kind = "products" },
}

local bad = {
  { "a column that is missing", SHOP, "No,Custmer,Day,Sku,What,Qty,Each\n", "import.file the file has no column 'Customer'; it has: No, Custmer, Day, Sku, What, Qty, Each",
    hint = "did you mean 'Custmer'? the column for 'account' is named in the mapping" },
  { "several columns that are missing", SHOP, "a,b\n1,2\n", "import.file the file has no column" },
  { "an empty file", SHOP, "", "import.file" },
  { "a column twice", SHOP, "No,No\n", "import.file" },
  { "prices that may be read in two ways", SHOP, HEAD .. 'A1,X,2026-11-30,S1,,1,"1,234"\n', 'import.file "1,234" in line 2, column Each, may be 1234 or 1.234', line = 2,
    hint = 'name the decimal mark in the mapping: decimals = "," or decimals = "."' },
  { "prices in two ways", SHOP, HEAD .. 'A1,X,2026-11-30,S1,,1,"1,5"\nA1,X,2026-11-30,S1,,1,2.5\n', "import.file the file writes decimals in two ways" },
  { "dates that may be read in two ways", SHOP, HEAD .. "A1,X,1/2/2026,S1,,1,1\n", 'import.file "1/2/2026" in line 2, column Day, may have the day or the month first', line = 2 },
  { "no mapping, and other names", nil, "a,b\n1,2\n", "import.file the file has no column 'date', 'order', 'quantity', 'account'; it has: a, b" },
  { "a kind that is none", nil, "a\n", "import.file there is no import of 'letters'", kind = "letters" },
  { "a default that is none", with { defaults = { price = "x" }, columns = { order = "No", account = "Customer", date = "Day", quantity = "Qty" } }, HEAD,
    "rule.value the default of 'price' is 'x', expected a number" },
  { "bytes in another encoding than named", with { encoding = "utf-16le" }, "\u{FEFF}" .. HEAD, "import.file" },
}

local function line_text(line)
  return "; " .. tostring(line.quantity) .. " x " .. tostring(line.price) .. " " .. tostring(line.product) .. " " .. line.kind
end

local function order_text(part)
  local o = part.order
  local text = o.id .. " " .. o.kind .. " " .. o.state .. " " .. tostring(o.account) .. " " .. tostring(o.date)
  for i = 1, #o.lines do text = text .. line_text(o.lines[i]) end
  if o.reason then text = text .. "; " .. (o.code and o.code .. " " or "nil ") .. o.reason end
  return text
end

local function record_text(part)
  if not part.record then return "!" .. part.id .. " " .. part.code .. " " .. part.reason end
  local text = part.record.id
  local list = {}
  for name, value in pairs(part.record) do
    if name == "tags" then
      for tag, v in pairs(value) do list[#list + 1] = tag .. "=" .. v end
    elseif name ~= "id" then
      list[#list + 1] = name .. "=" .. tostring(value)
    end
  end
  table.sort(list)
  return #list > 0 and text .. " " .. table.concat(list, " ") or text
end

local function import(row, kind)
  local facts = importing.begin { kind = row.kind or kind, mapping = row[2] and mapping.declare(row[2]) or nil, bytes = row[3], file = "in/orders.csv",
    book = { currency = "EUR" }, today = date("2026-12-24") }
  local parts = {}
  for part in importing.next do parts[#parts + 1] = part end
  return facts, parts
end

-- What a row names beyond its texts.
local function details(row, facts, parts)
  local first = parts[1] or {}
  local o = first.order or {}
  local line = o.lines and o.lines[1] or {}
  local rejects, row_text, n = {}, nil, 0
  for _, part in ipairs(parts) do
    for _, r in ipairs(part.rejects or {}) do
      n = n + 1
      rejects[n] = tostring(r.line) .. " " .. tostring(r.column) .. " " .. r.reason
      row_text = r.row
    end
  end
  for name, want in pairs(row.facts or {}) do
    if facts[name] ~= want then return "facts." .. name .. " " .. tostring(facts[name]) end
  end
  for i, want in ipairs(row.texts or {}) do
    if o.lines[i].text ~= want then return "text " .. tostring(o.lines[i].text) end
  end
  for i, want in ipairs(row.rejects or {}) do
    if rejects[i] ~= want then return "reject " .. tostring(rejects[i]) end
  end
  if row.rejects and #row.rejects ~= n then return n .. " rejects" end
  if (row.warnings or 0) ~= facts.warning_count then return facts.warning_count .. " warnings" end
  local got = { currency = o.currency, unit = line.unit, tax_category = line.tax_category, reference = o.reference, corrects = o.corrects, raw = o.raw,
    place = o.place and o.place:gsub("^in/", ""), tag = o.tags and o.tags.channel, row = row_text,
    account = first.account and first.account.id .. " " .. tostring(first.account.from) .. " " .. tostring(first.account.country) .. " " .. tostring(first.account.name) }
  for _, name in ipairs { "currency", "unit", "tax_category", "reference", "corrects", "raw", "place", "tag", "row", "account" } do
    if row[name] and got[name] ~= row[name] then return name .. " " .. tostring(got[name]) end
  end
  return nil
end

local function run_row(row, kind, text_of)
  local good, facts, parts = pcall(import, row, kind)
  if not good then return false, facts.code .. " " .. facts.message .. " " .. tostring(facts.file) .. ":" .. tostring(facts.line) end
  if #parts ~= #row[4] then return false, #parts .. " parts" end
  for i, want in ipairs(row[4]) do
    local got = text_of(parts[i])
    local whole = not (parts[i].rejects and #parts[i].rejects > 0) and not want:find("^!")
    if got ~= want and (whole or got:sub(1, #want) ~= want) then return false, got end
  end
  local why = details(row, facts, parts)
  return why == nil, why
end

local function run_bad(row)
  local good, e = pcall(import, row, "orders")
  if good then return false, "no error" end
  local got = e.code .. " " .. e.message .. " [" .. tostring(e.hint) .. "] " .. tostring(e.file) .. ":" .. tostring(e.line)
  local file = e.code ~= "import.file" or row.kind or row[2] == nil or e.file == "in/orders.csv"
  return got:sub(1, #row[4]) == row[4] and file and (not row.hint or row.hint == e.hint) and (not row.line or row.line == e.line), got
end

-- A reject file can be imported again with the same mapping.
local function repaired(map, head)
  local facts, parts = import({ "", map, head .. 'A1,X,2026-11-30,S1,"a ""b""",x,1\nA1,X,2026-11-30,S1,=c,1,1\n' }, "orders")
  local text = facts.reject_header .. "\n"
  for _, r in ipairs(parts[1].rejects) do text = text .. r.row .. "\n" end
  local again_facts, again = import({ "", map, (text:gsub(",x,", ",7,")) }, "orders")
  local got = order_text(again[1])
  return again_facts.records == 1 and got == "A1 sale due X 2026-11-30; 7 x 1 S1 product; 1 x 1 S1 product"
    and again[1].order.lines[1].text == 'a "b"', got .. "\n" .. text
end

-- Every third row of interleaved orders is wrong: their rows come back, each once, in the order of the file.
local function interleaved()
  local lines = {}
  for i = 0, 299 do
    lines[#lines + 1] = "A" .. i % 30 .. ",X,2026-11-30,S" .. i .. ",," .. (i % 3 == 0 and i >= 270 and "x" or "1") .. ",1"
  end
  local _, parts = import({ "", SHOP, HEAD .. table.concat(lines, "\n") .. "\n" }, "orders")
  local held, rejects = 0, 0
  for g, part in ipairs(parts) do
    if part.order.state == "held" then held = held + 1 end
    for k, r in ipairs(part.rejects) do
      rejects = rejects + 1
      if not r.raw:find("^A" .. g - 1 .. ",") or r.line ~= 2 + (k - 1) * 30 + g - 1 then return false, r.raw .. " in line " .. r.line end
    end
  end
  return #parts == 30 and held == 10 and rejects == 100, #parts .. " orders, " .. held .. " held, " .. rejects .. " rejects"
end

local function advance()
  importing.begin { kind = "orders", mapping = mapping.declare(with { account = { country = "What" } }), bytes = HEAD .. "A1,X,2026-11-30,S1,France,1,1\nA2,,2026-11-30,S1,,1,1\n",
    file = "f", book = { currency = "EUR" } }
  local one = importing.advance()
  local first = importing.record().id .. importing.account().country .. tostring(one.record) .. tostring(one.account) .. #one.rejects
  local two = importing.advance()
  local second = importing.record().id .. tostring(importing.account()) .. tostring(two.record) .. tostring(two.account) .. #two.rejects
  local got = first .. " " .. second .. " " .. tostring(importing.advance())
  return got == "A1FRtruetrue0 A2niltruefalse1 nil", got
end

local function next_before_begin()
  local good, e = pcall(importing.next)
  return not good and e.code == "internal", good and "no error" or e.code
end

-- The starter mapping for another file of the same kind: README's ten lines.
local function readme()
  local text = host.read_file("rules/imports/README.md")
  local code, csv = text:match("```lua\n(return mapping {.-\n)```"), text:match("```csv\n(.-)```")
  local _, lines = code:gsub("\n", "")
  local map = compile("rules/imports/shop.lua", code)()
  importing.begin { kind = "orders", mapping = map, bytes = csv:gsub("\n", "\r\n"), file = "shop.csv", book = { currency = "EUR" } }
  local list = {}
  for part in importing.next do list[#list + 1] = order_text(part) end
  local got = table.concat(list, "\n")
  return lines == 10 and got == "SO-1001 sale due 4711 2026-11-28; 3 x 19.9 CH-7 product; 1 x 1250 DK-1 product\nSO-1002 cancellation due 4711 2026-11-29; -1 x 19.9 CH-7 product",
    lines .. " lines: " .. got
end

local function example_rows(results)
  local path = "rules/imports/online-retail"
  for _, row in ipairs(examples.run(path .. ".examples.lua")) do
    results[#results + 1] = { name = "example: " .. row.name, ok = row.ok, why = row.got .. " instead of " .. row.want }
  end
  local good, got, want = pcall(importing.example, { "", file = "InvoiceNo;StockCode;Description;Quantity;InvoiceDate;UnitPrice;CustomerID;Country\n1;A;B;1;1/12/2010;1;X;France\n",
    orders = { { id = "1", value = 2 } } }, { currency = "GBP" }, path .. ".lua")
  results[#results + 1] = { name = "an example that does not hold", ok = good and got[1] == "order 1, value 1" and want[1] == "order 1, value 2", why = tostring(got and got[1]) }
end

function test.run()
  local results = {}
  local function tell(name, good, why) results[#results + 1] = { name = name, ok = good, why = why } end
  for _, row in ipairs(ok) do tell(row[1], run_row(row, "orders", order_text)) end
  for _, row in ipairs(records) do tell(row[1], run_row(row, row[2] and row[2].of or row.kind, record_text)) end
  for _, row in ipairs(bad) do tell(row[1], run_bad(row)) end
  tell("a reject file can be repaired and imported", repaired(SHOP, HEAD))
  tell("a reject file of a mapping with skip", repaired(with { skip = 2 }, "Orders of the shop\nof November\n" .. HEAD))
  tell("a reject file of a mapping without header", repaired({ of = "orders", header = false,
    columns = { order = 1, account = 2, date = 3, product = 4, text = 5, quantity = 6, price = 7 } }, ""))
  tell("rows of interleaved orders come back", interleaved())
  tell("advance, record, account", advance())
  tell("next before begin", next_before_begin())
  tell("the mapping of ten lines in README", readme())
  example_rows(results)
  return results
end

return test

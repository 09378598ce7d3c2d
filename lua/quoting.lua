--- lua/quoting.lua: the host's verbs for quotes: one by one, or for every row of a file.
--- Units: numbers and dates come as texts of a command line or a file, and are read here.
---
--- quoting.price(given)  -> { columns, rows, facts }    one quote: a row for each line
--- quoting.begin(given)  -> { columns, rows = count }   a file of rows, kept in the module
--- quoting.next{ most }   -> list of rows                the next of them, priced; fewer at the end
---
--- Source: none. Example: quoting.price { plan = "subscription", quantities = { "seats=12" } }.
local declare = require "declare"
local near = require "near"
local picture = require "picture"
local quote = require "quote"

local quoting = {}

-- ---- reading texts ----

-- How to write what looks like a number with marks: "1,000" as 1000, "1,5" as 1.5.
local function unmarked(text)
  local whole, places = text:match "^(%-?%d+),(%d+)$"
  if whole and #places ~= 3 then return "write a point before the places: " .. whole .. "." .. places end
  if text:find "^%d[%d,' ]*%.?%d*$" then return "write it without marks between the digits: " .. text:gsub("[,' ]", "") end
  return "write digits with a point, such as 12 or 0.5"
end

--- A number as people write it on a command line: plain digits with a point.
function quoting.number(what, text)
  local good, value = pcall(decimal, text)
  if good then return value end
  if text:find "^%-?%d+%.?%d*$" then
    return declare.fail(what .. " is " .. #text:gsub("%D", "") .. " digits long: more than fit",
                        "numbers have up to 36 digits, 24 of them behind the point")
  end
  return declare.fail(what .. " is '" .. text .. "', which is no number", unmarked(text))
end

local function day(what, text)
  local good, value = pcall(date, text)
  if good then return value end
  return declare.fail(what .. " is '" .. text .. "', which is no date", "write it as 2026-11-30")
end

local PAIRS = { quantity = "NAME=NUMBER", usage = "METER=NUMBER", tag = "NAME=TEXT" }

-- { "seats=12" } as { seats = "12" }.
local function pairs_of(option, list)
  local out = {}
  for _, text in ipairs(list or {}) do
    local name, value = text:match "^%s*(.-)%s*=%s*(.-)%s*$"
    if not name or name == "" or value == "" then
      declare.fail("--" .. option .. " '" .. text .. "' is no pair", "write --" .. option .. " " .. PAIRS[option])
    end
    if out[name] then declare.fail("--" .. option .. " " .. name .. " is there twice", "say it once") end
    out[name] = value
  end
  return out
end

local function numbers_of(option, list)
  local out = {}
  for name, text in pairs(pairs_of(option, list)) do out[name] = quoting.number(option .. " " .. name, text) end
  return out
end

-- "10 @2026-01-05T12:00 region=eu": an event.
local function event_of(what, text)
  local event = {}
  for word in text:gmatch "%S+" do
    local at, name, value = word:match "^@(.+)$", word:match "^([^=]+)=(.+)$"
    if at then
      local time = at:match "T(.+)$"
      event.day, event.time = day(what, at:sub(1, 10)), time
    elseif name then
      event.tags = event.tags or {}
      event.tags[name] = value
    elseif event.quantity == nil then
      event.quantity = quoting.number(what, word)
    else
      declare.fail(what .. " has '" .. word .. "' in '" .. text .. "'", "an event is written 10 @2026-01-05 region=eu")
    end
  end
  event.quantity = event.quantity or 1
  return event
end

--- What a meter comes to: a number; or events, "10 @2026-01-05 region=eu; 20 @2026-01-06".
function quoting.usage(what, text)
  if not text:find "[@;=]" then return quoting.number(what, text) end
  local list = {}
  for part in text:gmatch "[^;]+" do list[#list + 1] = event_of(what, part) end
  return list
end

local function usage_of(list)
  local out = {}
  for name, text in pairs(pairs_of("usage", list)) do out[name] = quoting.usage("usage " .. name, text) end
  return out
end

-- "quantity=6 price=2.55 product=P1"
local function lines_of(list)
  if not list or #list == 0 then return nil end
  local lines = {}
  for i, text in ipairs(list) do
    local line = { ordinal = i, quantity = 1 }
    for word in text:gmatch "[^%s,]+" do
      local name, value = word:match "^(.-)=(.+)$"
      declare.choice("field of --line '" .. text .. "'", name or word, { "quantity", "price", "product", "text" })
      line[name] = (name == "quantity" or name == "price") and quoting.number(name, value) or value
    end
    if not line.product and not line.text then line.text = "Goods" end
    lines[i] = line
  end
  return lines
end

-- ---- one quote ----

local COLUMNS = {
  { name = "period", detail = true }, { name = "timing", detail = true }, { name = "text" }, { name = "start", cell = "date" },
  { name = "stop", cell = "date" }, { name = "how" }, { name = "quantity", cell = "number", detail = true },
  { name = "price", cell = "number", detail = true }, { name = "share", detail = true },
  { name = "whole", cell = "number", detail = true }, { name = "amount", cell = "number" }, { name = "currency", detail = true },
  { name = "kind", detail = true }, { name = "tax_category", detail = true },
  { name = "tax_rate", cell = "number", detail = true },
}

--- Digits alone, without a currency.
local function plain(value)
  if value == nil then return "" end
  if type(value) == "money" then return (tostring(value):gsub(" .*", "")) end
  return tostring(value)
end

--- How the amount of a line came about.
function quoting.how(line)
  local how = line.how
  if not how and line.quantity and line.price then how = plain(line.quantity) .. " x " .. plain(line.price) end
  how = how or ""
  local result = " = " .. tostring(line.amount) -- stands beside it
  if how:sub(-#result) == result then how = how:sub(1, -#result - 1) end
  if line.share and not how:find(line.share, 1, true) then
    how = line.share .. " of " .. (line.whole and plain(line.whole) or how)
  end
  if line.gross then how = how .. (how == "" and "" or " = ") .. plain(line.gross) .. " with tax" end
  return how
end

--- The cells of a line, by the names of the columns.
function quoting.cells(line, currency)
  return {
    period = plain(line.period), timing = plain(line.claim), text = plain(line.text), start = plain(line.start),
    stop = plain(line.stop), how = quoting.how(line), quantity = plain(line.quantity), price = plain(line.price),
    share = plain(line.share), whole = plain(line.whole), amount = plain(line.amount), currency = currency,
    kind = plain(line.kind), tax_category = plain(line.tax_category), tax_rate = plain(line.tax_rate),
  }
end

local function row_of(columns, cells)
  local row = {}
  for i, column in ipairs(columns) do row[i] = cells[column.name] or "" end
  return row
end

-- A row for each tax, so that the amounts of a file add up to the total.
local function tax_cells(row, currency)
  return { text = row.rate and "Tax " .. plain(row.rate) .. " % " .. row.category or "Tax", amount = plain(row.tax),
           currency = currency, kind = "tax", tax_category = row.category, tax_rate = plain(row.rate), how = row.reason }
end

local function facts_of(found)
  local facts = { { "net", plain(found.net) } }
  for _, row in ipairs(found.taxes) do
    local reason = row.reason and row.tax.amount == 0 and ": " .. row.reason or ""
    facts[#facts + 1] = { "tax " .. plain(row.rate) .. " % " .. row.category .. reason, plain(row.tax) }
  end
  facts[#facts + 1] = { "total " .. found.currency, plain(found.total) }
  if found.rounded.amount ~= 0 then facts[#facts + 1] = { "rounding", plain(found.rounded) } end
  if found.withheld.amount ~= 0 then
    facts[#facts + 1] = { "withheld: " .. found.withheld_reason, plain(-found.withheld) }
  end
  if found.payable ~= found.total then facts[#facts + 1] = { "payable " .. found.currency, plain(found.payable) } end
  return facts
end

-- What a command line gives, as quote.price takes it.
local function input_of(given)
  return {
    plan = given.plan, quantities = numbers_of("quantity", given.quantities), usage = usage_of(given.usage),
    tags = pairs_of("tag", given.tags), from = given.from, to = given.to, today = given.today, country = given.country,
    tax_id = given.tax_id, account = given.account, coupons = given.coupons, currency = given.currency,
    product = given.product, lines = lines_of(given.lines),
  }
end

--- What quote.price finds.
quoting.found = quote.price

--- Price a plan once.
---@param given table texts of a command line: plan, quantities, usage, tags (lists of "name=value"), lines, coupons, from, to,
---  today (dates), country, tax_id, product, currency; account (a record)
---@return table title, columns, rows, facts (list of name and amount), taxes (rows of the taxes, for files)
function quoting.price(given)
  local found = quote.price(input_of(given))
  local rows, taxes = {}, {}
  for i, line in ipairs(found.lines) do rows[i] = row_of(COLUMNS, quoting.cells(line, found.currency)) end
  for i, row in ipairs(found.taxes) do taxes[i] = row_of(COLUMNS, tax_cells(row, found.currency)) end
  local title = found.title .. ", " .. tostring(found.from)
  if found.to then title = title .. " to " .. tostring(found.to:add_days(-1)) end
  return { title = title, columns = COLUMNS, rows = rows, facts = facts_of(found), taxes = taxes }
end

-- ---- a picture ----

-- Where the bands of the charges of a quantity or meter end.
local function bounds_of(plan, name)
  local out = {}
  for _, charge in ipairs(plan.charges) do
    if charge.quantity == name or charge.meter == name then
      for _, band in ipairs(charge.tiers or charge.bands or {}) do
        if band.upto then out[#out + 1] = band.upto end
      end
    end
  end
  return out
end

local function contains(list, name)
  for i = 1, #list do
    if list[i] == name then return true end
  end
  return false
end

--- A picture of the net amount over a quantity or a meter.
---@param input table as for quote.price, without that quantity; name of it, low and high
---@param style table width, ascii
function quoting.draw(input, name, low, high, style)
  local plan = quote.plan(input.plan)
  local inputs = quote.inputs(plan)
  local into = contains(inputs.meters, name) and "usage" or "quantities"
  if into == "quantities" and not inputs.open and not contains(inputs.quantities, name) then
    declare.fail("the plan reads no quantity and no meter '" .. name .. "'", "it reads " ..
      table.concat(inputs.quantities, ", ") .. (#inputs.meters > 0 and "; " .. table.concat(inputs.meters, ", ") or ""))
  end
  if high <= low then
    declare.fail("the picture ends at " .. tostring(high) .. ", before it begins at " .. tostring(low), "write seats=0..1000")
  end
  local currency
  local function at(x)
    local given = {}
    for key, value in pairs(input) do given[key] = value end
    given[into] = { [name] = x }
    for key, value in pairs(input[into] or {}) do
      if key ~= name then given[into][key] = value end
    end
    local found = quote.price(given)
    currency = found.currency
    return found.net.amount
  end
  at(low)
  return picture.draw {
    from = low, to = high, at = at, name = name, unit = "net " .. currency,
    whole = low == math.floor(low) and high == math.floor(high),
    bounds = bounds_of(plan, name), width = style.width, ascii = style.ascii,
  }
end

--- The picture that a command line asks for: picture = "seats=0..1000".
function quoting.picture(given)
  local name, low, high = (given.picture or ""):match "^%s*(.-)%s*=%s*(.-)%s*%.%.%s*(.-)%s*$"
  if not name then
    declare.fail("--picture '" .. tostring(given.picture) .. "' names no range", "write --picture seats=0..1000")
  end
  local width = given.width
  if not width or width == 0 or width > 80 then width = 80 end
  return { text = quoting.draw(input_of(given), name, quoting.number("begin of the picture", low),
                               quoting.number("end of the picture", high), { width = max(width, 40), ascii = not given.utf8 }) }
end

-- ---- a file of rows ----

local file -- the one at hand: reader, columns and what every row has

local PLAIN = { from = "date", to = "date", country = "text", tax_id = "text", coupon = "list", product = "text",
                currency = "text" }

-- What a column is: { kind =, name = }; nil if nothing.
local function column_of(name, inputs)
  local kind, rest = name:match "^(%a+) (.+)$"
  if kind == "meter" or kind == "usage" then return { into = "usage", name = rest } end
  if kind == "tag" then return { into = "tags", name = rest } end
  if kind == "quantity" then return { into = "quantities", name = rest } end
  for _, known in ipairs(inputs.quantities) do
    if known == name then return { into = "quantities", name = name } end
  end
  for _, known in ipairs(inputs.meters) do
    if known == name then return { into = "usage", name = name } end
  end
  for _, known in ipairs(inputs.tags) do
    if known == name then return { into = "tags", name = name } end
  end
  if PLAIN[name] then return { into = PLAIN[name], name = name } end
  if inputs.open then return { into = "quantities", name = name } end
  return nil
end

local function known_names(inputs)
  local list = {}
  for _, name in ipairs(inputs.quantities) do list[#list + 1] = name end
  for _, name in ipairs(inputs.meters) do list[#list + 1] = name end
  for _, name in ipairs(inputs.tags) do list[#list + 1] = name end
  for _, name in ipairs { "from", "to", "country", "tax_id", "coupon", "product", "currency", "tag NAME" } do
    list[#list + 1] = name
  end
  return list
end

local function read_columns(names, inputs, path)
  local columns, seen = {}, {}
  for i, name in ipairs(names) do
    local column = column_of(name, inputs)
    if not column then
      local list = known_names(inputs)
      local guess = near.hint(name, list)
      raise { code = "import.file", file = path, line = 1, message = "column '" .. name .. "' is nothing that the plan reads",
              hint = (guess and guess .. " " or "") .. "columns can be " .. table.concat(list, ", ") }
    end
    local key = column.into .. " " .. column.name
    if seen[key] then
      raise { code = "import.file", file = path, line = 1, message = "column '" .. name .. "' is there twice",
              hint = "each name once" }
    end
    seen[key], columns[i] = true, column
  end
  return columns
end

local RESULTS = {
  { name = "net", cell = "number" }, { name = "tax", cell = "number" }, { name = "total", cell = "number" },
  { name = "payable", cell = "number" }, { name = "currency" }, { name = "lines" }, { name = "error" },
}

-- ---- csv ----

-- The cells of the next record from a place on; nil at the end. Quotes as in RFC 4180.
local function record_at(text, at, mark)
  local cells, size = {}, #text
  if at > size then return nil end
  while true do
    local cell
    if text:sub(at, at) == '"' then
      local parts, from = {}, at + 1
      while true do
        local quoted = text:find('"', from, true)
        if not quoted then return nil, "a quote is not closed" end
        parts[#parts + 1] = text:sub(from, quoted - 1)
        at = quoted + 1
        if text:sub(at, at) ~= '"' then break end
        parts[#parts + 1], from = '"', at + 1
      end
      cell = table.concat(parts)
    else
      local stop = text:find("[" .. mark .. "\r\n]", at) or size + 1
      cell, at = text:sub(at, stop - 1), stop
    end
    cells[#cells + 1] = cell:match "^%s*(.-)%s*$"
    local sign = text:sub(at, at)
    if sign == mark then
      at = at + 1
    else
      if sign == "\r" then at = at + 1 end
      if text:sub(at, at) == "\n" then at = at + 1 end
      return cells, at
    end
  end
end

-- The sign between the cells: the one that the first line has most of.
local function mark_of(text)
  local first, best, count = text:match "^[^\r\n]*", ",", 0
  for _, mark in ipairs { ",", ";", "\t", "|" } do
    local _, n = first:gsub("%" .. mark, "")
    if n > count then best, count = mark, n end
  end
  return best
end

local function blank(cells)
  for i = 1, #cells do
    if cells[i] ~= "" then return false end
  end
  return true
end

--- Begin with a file.
---@param given table as for quoting.price, which every row has where it has no cell of its own; text and path of the file
---@return table columns, and rows: about how many there are
function quoting.begin(given)
  local text = given.text:gsub("^\xEF\xBB\xBF", "")
  local good, at_byte = utf8.len(text)
  if not good then
    local _, lines = text:sub(1, at_byte):gsub("\n", "")
    raise { code = "import.file", file = given.path, line = lines + 1, message = "the file is not in UTF-8",
            hint = "save it as UTF-8" }
  end
  local mark = mark_of(text)
  local names, at = record_at(text, 1, mark)
  if not names or blank(names) then
    raise { code = "import.file", file = given.path, message = "the file is empty", hint = "its first line names the columns" }
  end
  local plan = quote.plan(given.plan)
  local inputs = quote.inputs(plan)
  file = { text = text, at = at, mark = mark, names = names, columns = read_columns(names, inputs, given.path),
           base = input_of(given), line = 1 }
  local columns = {}
  for i, name in ipairs(names) do columns[i] = { name = name } end
  for _, column in ipairs(RESULTS) do columns[#columns + 1] = column end
  local _, count = text:gsub("\n", "")
  return { columns = columns, rows = count }
end

-- Codes with spaces or commas between them.
local function words_of(text)
  local list = {}
  for word in text:gmatch "[^%s,;]+" do list[#list + 1] = word end
  return list
end

local function input_of_row(cells)
  local base, columns = file.base, file.columns
  local given = { brief = true }
  for name, value in pairs(base) do given[name] = value end
  for _, name in ipairs { "quantities", "usage", "tags" } do
    given[name] = {}
    for key, value in pairs(base[name]) do given[name][key] = value end
  end
  if #cells > #columns then
    declare.fail("the row has " .. #cells .. " cells, and there are " .. #columns .. " columns")
  end
  for i, column in ipairs(columns) do
    local text, what = cells[i] or "", file.names[i]
    if text ~= "" then
      local into, name = column.into, column.name
      if into == "quantities" then given.quantities[name] = quoting.number(what, text)
      elseif into == "usage" then given.usage[name] = quoting.usage(what, text)
      elseif into == "tags" then given.tags[name] = text
      elseif into == "date" then given[name] = day(what, text)
      elseif into == "list" then given.coupons = words_of(text)
      else given[name] = text end
    end
  end
  return given
end

local function price_row(cells)
  local found = quote.price(input_of_row(cells))
  local amounts = {}
  for i, line in ipairs(found.lines) do amounts[i] = plain(line.amount) end
  return { net = plain(found.net), tax = plain(found.tax), total = plain(found.total), payable = plain(found.payable),
           currency = found.currency,
           lines = table.concat(amounts, " + ") }
end

local function message_of(problem)
  if type(problem) ~= "table" then return tostring(problem) end
  local ruled = problem.file and problem.line and problem.file:find "^rules/"
  local place = ruled and problem.file .. ":" .. problem.line .. ": " or ""
  return place .. problem.message
end

--- Price the next rows; a row that cannot be priced has an error, and the others go on.
---@param given table most: how many
---@return table list of lists of texts, one for each column; empty at the end. And wrong: how many have an error
function quoting.next(given)
  local out, wrong = {}, 0
  while #out < given.most do
    local cells, at = record_at(file.text, file.at, file.mark)
    if not cells then
      if at then
        local row = {}
        for i = 1, #file.columns + #RESULTS - 1 do row[i] = "" end
        row[#row + 1] = at
        out[#out + 1], wrong, file.at = row, wrong + 1, #file.text + 1
      end
      break
    end
    file.at, file.line = at, file.line + 1
    if not blank(cells) then
      local row = {}
      for i = 1, #file.columns do row[i] = cells[i] or "" end
      local good, found = pcall(price_row, cells)
      if not good then
        found, wrong = { error = message_of(found) }, wrong + 1
      end
      for _, column in ipairs(RESULTS) do row[#row + 1] = found[column.name] or "" end
      out[#out + 1] = row
    end
  end
  return { rows = out, wrong = wrong }
end

return quoting

--- lua/importing.lua: a file of orders, accounts or products as records, one after another. One import per state.
---
--- importing.begin { kind =, mapping =, bytes =, file =, book = } -> facts
---     kind      "orders", "accounts", "products"
---     mapping   path of a mapping under rules/imports/, or nil: columns called as the record's fields
---     bytes     the file; file: its name for messages; book: currency of the book
---     today     the day of records and held orders whose file does not say one
---   facts: columns, found { separator, encoding, bom, line_end, quote, decimals, dates }, rows, blank (rows without anything),
---     records (orders or rows), warnings (the first 20 { line, column, message }), warning_count (all), reject_header
--- importing.next() -> nil at the end, or a table
---   orders:   { order = <moon_order without value>, account = <moon_account to create if it is unknown> | nil, rejects = list }
---   others:   { record = <moon_account or moon_product> } or { id =, code =, reason =, place =, raw =, rejects = list }
---   rejects:  { line =, column = (its name) | nil, reason =, raw = (the row as read), row = (for the reject file) }
---
--- An order is taken whole or held whole. `order.state` is due, held (with code, reason, place; raw where its rows could not be
--- read) or no_sale. A row of the reject file is the row with line, column and reason behind it: it can be repaired there and
--- imported again with the same mapping.
---
--- importing.advance() -> nil at the end, or { record, account (whether there is one), rejects, id, code, reason, place, raw }
--- importing.record(), importing.account()    those of the part that advance came to: next() for a host that reads records
--- importing.example(row, book, path) -> got, want    one row of a mapping's examples, as texts to compare (examples.lua)
---
--- Errors: import.file where the file as a whole cannot be read (columns that are missing, decimals or dates that may be read in
--- two ways), with line and hint. What is wrong in a row is never an error of the import.
local cells = require "cells"
local declare = require "declare"
local figures = require "figures"
local mapping = require "mapping"
local near = require "near"
local order_rows = require "order_rows"
local sheet = require "sheet"
local importing = {}

local job  -- the import that is going on
local part -- what importing.advance came to

-- The columns of the file that the mapping names, each once.
local function wanted_columns(map)
  local names, seen = {}, {}
  for _, list in ipairs { map.columns, map.buyer, map.tags } do
    for i = 1, #list do
      for _, name in ipairs(list[i].columns) do
        if not seen[name] then names[#names + 1], seen[name] = name, true end
      end
    end
  end
  return names
end

local function check_columns(s, map, names, path)
  local missing = {}
  for _, name in ipairs(names) do
    if not s.places[name] then missing[#missing + 1] = name end
  end
  if #missing == 0 then return end
  local hint = near.hint(missing[1], s.columns)
  local field
  for _, list in ipairs { map.columns, map.buyer } do
    for i = 1, #list do
      for _, name in ipairs(list[i].columns) do
        if name == missing[1] then field = field or list[i].field end
      end
    end
  end
  sheet.raise(s, "the file has no column '" .. table.concat(missing, "', '") .. "'; it has: " .. table.concat(s.columns, ", "),
    (hint and hint .. " " or "") .. "the column for '" .. tostring(field) .. "' is named in " .. path, 1)
end

-- A default of the mapping as a value.
local function filled(map, field, how, plain)
  local text = map.defaults[field]
  if not text then return nil end
  local value, _, wanted = plain[how](text)
  if value == nil then
    raise { code = "rule.value", message = "the default of '" .. field .. "' is " .. cells.show(text) .. ", expected " .. wanted }
  end
  return value or nil
end

-- The fields as the import reads them: { field, how, read, cells, column, default, required }.
local function bind(s, map, list, read, plain)
  local fields = {}
  for i = 1, #list do
    local f = list[i]
    fields[i] = { field = f.field, how = f.how, read = read[f.how], column = table.concat(f.columns, " + "),
      required = f.required, cells = sheet.column(s, f.columns), default = filled(map, f.field, f.how, plain) }
    -- What a row is called is read first, so that what is wrong with the rest has a name.
    if f.field == "id" then fields[1], fields[i] = fields[i], fields[1] end
  end
  return fields
end

-- What the mapping says under defaults for fields that have no column.
local function bind_defaults(map, fields, kinds, plain)
  local has = {}
  for i = 1, #fields do has[fields[i].field] = true end
  local out = {}
  for field, how in pairs(kinds) do
    if not has[field] then out[field] = filled(map, field, (how:gsub("^!", "")), plain) end
  end
  return out
end

local function columns_of(s, list, how)
  local out = {}
  for i = 1, #list do
    if list[i].how == how then
      out[#out + 1] = { name = table.concat(list[i].columns, " + "), cells = sheet.column(s, list[i].columns) }
    end
  end
  return out
end

local function found_out(s, map)
  local mark, order, problem = map.decimals, map.dates, nil
  if not mark then
    mark, problem = figures.find_mark(columns_of(s, map.columns, "decimal"), s.lines)
    if not mark then sheet.raise(s, problem.message, problem.hint, problem.line) end
  end
  if not order then
    order, problem = figures.find_order(columns_of(s, map.columns, "date"), s.lines)
    if not order then sheet.raise(s, problem.message, problem.hint, problem.line) end
  end
  return mark, order
end

local function tag_columns(s, map)
  local tags = {}
  for i = 1, #map.tags do
    tags[i] = { tag = map.tags[i].tag, cells = sheet.column(s, map.tags[i].columns) }
  end
  return tags
end

-- What stands above the rows of a reject file, such that the same mapping reads it: as many lines as it passes over, and no
-- header where it says that there is none.
local function reject_header(s)
  local above = ("\n"):rep(s.options.skip or 0)
  if s.options.header == false then return above end
  return above .. s.header .. s.separator .. s.row({ "line", "column", "reason" }, s.separator)
end

function importing.begin(options)
  job, part = nil, nil
  local kind, path = options.kind, type(options.mapping) == "string" and options.mapping or nil
  local map = options.mapping and mapping.of(options.mapping, kind) or nil
  local s = sheet.open(options.bytes, options.file, map and map.reader or {})
  map = map or mapping.default(kind, s.columns, options.file)
  local names = wanted_columns(map)
  check_columns(s, map, names, path or "the mapping")
  sheet.load(s, names, map.trim)
  local mark, order = found_out(s, map)
  local read = cells.readers { mark = mark, order = order, century = map.century, countries = map.countries }
  local plain = cells.readers { mark = ".", order = order, century = map.century, countries = map.countries }
  local fields = bind(s, map, map.columns, read, plain)
  local started = {
    kind = kind, sheet = s, map = map, path = path, fields = fields, tags = tag_columns(s, map), at = 0, seen = {},
    buyer = bind(s, map, map.buyer, read, plain),
    filled = bind_defaults(map, fields, mapping.fields(kind), plain),
    currency = options.book and options.book.currency, today = options.today,
  }
  if kind == "orders" then
    started.buyer_filled = bind_defaults(map, started.buyer, mapping.buyer_fields(kind), plain)
    order_rows.group(started)
  end
  job = started
  local found = s.found
  return {
    columns = s.columns, rows = s.rows, blank = s.blank, records = job.orders and job.orders.count or s.rows,
    warnings = s.warnings, warning_count = s.warning_count,
    reject_header = reject_header(s),
    found = { separator = found.separator, quote = found.quote, encoding = found.encoding, bom = found.bom,
      line_end = found.line_end,
      decimals = mark, dates = order },
  }
end

---- accounts and products ----

local function refuse(i, problem)
  local s = job.sheet
  local row = sheet.raws(s, { i }, function() return false end)[1]
  local reject = order_rows.reject(s, row, s.lines[i], problem.column, problem.reason)
  return { id = problem.id or "row " .. s.lines[i] .. " of " .. order_rows.short(s.file),
    code = problem.code, reason = problem.reason,
    place = order_rows.place(s, s.lines[i], problem.column), raw = row.raw, rejects = { reject } }
end

-- The fields of row i, or nil and what is wrong with it.
local function read_fields(s, i, fields, record)
  for k = 1, #fields do
    local f = fields[k]
    local text = f.cells[i]
    if text == "" then
      record[f.field] = f.default
      if f.required and f.default == nil then
        return { code = "import.value", column = f.column, reason = order_rows.missing(s.lines[i], f.column) }
      end
    else
      local value, code, wanted = f.read(text)
      if value == nil then
        return { code = code, column = f.column, reason = order_rows.unreadable(s.lines[i], f.column, text, wanted) }
      end
      record[f.field] = value or nil
    end
  end
  return nil
end

local function next_record()
  local s, i = job.sheet, job.at + 1
  if i > s.rows then return nil end
  job.at = i
  local record = {}
  for field, value in pairs(job.filled) do record[field] = value end
  local problem = s.fields[i] and { code = "import.value", reason = order_rows.ragged(s, i) }
    or read_fields(s, i, job.fields, record)
  if problem then
    problem.id = type(record.id) == "string" and record.id or nil
    return refuse(i, problem)
  end
  for k = 1, #job.tags do
    local text = job.tags[k].cells[i]
    if text ~= "" then
      record.tags = record.tags or {}
      record.tags[job.tags[k].tag] = text
    end
  end
  record.from = record.from or job.today
  local key = record.id .. "\n" .. tostring(record.from)
  if job.seen[key] then
    return refuse(i, { id = record.id, code = "import.value", reason = "line " .. s.lines[i] .. ": " .. cells.show(record.id)
      .. " stands in line " .. job.seen[key] .. " already" .. (record.from and " for the same day" or "") })
  end
  job.seen[key] = s.lines[i]
  return { record = record }
end

function importing.next()
  if not job then
    raise { code = "internal", message = "importing.next before importing.begin" }
  end
  local result
  if job.kind == "orders" then result = order_rows.next(job) else result = next_record() end
  if not result then job = nil end
  return result
end

function importing.advance()
  part = importing.next()
  if not part then return nil end
  local record = (part.order or part.record) ~= nil
  return { record = record, account = part.account ~= nil, rejects = part.rejects or {}, id = part.id, code = part.code,
    reason = part.reason, place = part.place, raw = part.raw }
end

function importing.record() return part.order or part.record end

function importing.account() return part.account end

---- examples ----

local EXAMPLE = { file = "!text", orders = "!table", fails = "text" }
local EXPECTED = { id = "!text", kind = "text", state = "text", account = "text", date = "date", country = "text",
  value = "text|number", kinds = "table", lines = "count", reason = "text", code = "text", currency = "text" }

-- What an order is, in the words of its example.
local function told(result, wanted)
  local order, value, kinds = result.order, 0, {}
  for k = 1, #order.lines do
    local line = order.lines[k]
    value = value + line.quantity * (line.price or 0)
    kinds[k] = line.kind
  end
  local all = { id = order.id, kind = order.kind, state = order.state, account = order.account, date = order.date,
    country = result.account and result.account.country, value = value, kinds = table.concat(kinds, " "), lines = #kinds,
    reason = order.reason, code = order.code, currency = order.currency }
  local list = { "order " .. order.id }
  for name in pairs(wanted or {}) do
    if name ~= "id" then list[#list + 1] = name .. " " .. tostring(all[name]) end
  end
  return table.concat(list, ", ")
end

local function expected(wanted)
  local list = { "order " .. wanted.id }
  for name, value in pairs(wanted) do
    if name == "kinds" then value = table.concat(value, " ") end
    if name == "value" then value = decimal(value) end
    if name ~= "id" then list[#list + 1] = name .. " " .. tostring(value) end
  end
  return table.concat(list, ", ")
end

function importing.example(row, book, path)
  declare.fields("example of a mapping", row, EXAMPLE)
  local got, want = {}, {}
  importing.begin { kind = "orders", mapping = path, bytes = row.file, file = "example", book = book }
  local result = importing.next()
  while result do
    got[#got + 1] = told(result, row.orders[#got + 1])
    result = importing.next()
  end
  for i = 1, #row.orders do want[i] = expected(declare.fields("expected order", row.orders[i], EXPECTED)) end
  return got, want
end

return importing

--- lua/importing.lua: a file as records, one after another. One import per state.
---
--- importing.begin { kind =, mapping =, bytes =, file =, book = } -> facts
---     kind      a name of import_kinds.lua: "orders", "accounts" …
---     mapping   path of a mapping under rules/imports/, or nil: columns called as the record's fields
---     bytes     the file; file: its name for messages; book: currency of the book
---     look      what the book knows of accounts, payments and documents; nil: the host's functions
---     today     the day of records and held orders whose file does not say one
---   facts: columns, found { separator, encoding, bom, line_end, quote, decimals, dates }, rows, blank (rows without anything),
---     records (orders or rows), warnings (the first 20 { line, column, message }), warning_count (all), reject_header
--- importing.next() -> nil at the end, or a table
---   orders:   { order = <moon_order without value>, account = <moon_account to create if it is unknown> | nil, rejects = list }
---   others:   { record = <of the kind's type> } or { id =, code =, reason =, place =, raw =, rejects = list }
---             or { none = true } for a row that its mapping says is nothing to take
---   rejects:  { line =, column = (its name) | nil, reason =, raw = (the row as read), row = (for the reject file) }
---
--- An order is taken whole or held whole. `order.state` is due, held (with code, reason, place; raw where its rows could not be
--- read) or no_sale. A row of the reject file is the row with line, column and reason behind it: it can be repaired there and
--- imported again with the same mapping.
---
--- importing.advance() -> nil at the end, or { record, account (whether there is one), rejects, id, code, reason, place, raw,
---   none, was (its name on the work list, where it comes back repaired), facts (what its kind tells the host) }
--- importing.record(), importing.account()    those of the part that advance came to: next() for a host that reads records
--- importing.example(row, book, path) -> got, want    one row of a mapping's examples, as texts to compare (examples.lua)
---
--- Errors: import.file where the file as a whole cannot be read (columns that are missing, decimals or dates that may be read in
--- two ways), with line and hint. What is wrong in a row is never an error of the import.
local cells = require "cells"
local declare = require "declare"
local figures = require "figures"
local import_kinds = require "import_kinds"
local mapping = require "mapping"
local near = require "near"
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
local function bind(s, map, list, read, plain, own)
  local fields = {}
  for i = 1, #list do
    local f = list[i]
    fields[i] = { field = f.field, how = f.how, read = read[f.how], column = table.concat(f.columns, " + "),
      required = f.required, cells = sheet.column(s, f.columns), default = filled(map, f.field, f.how, plain) }
    -- What a row is called is read first, so that what is wrong with the rest has a name.
    if f.field == own then fields[1], fields[i] = fields[i], fields[1] end
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

local function columns_of(s, list, how, other)
  local out = {}
  for i = 1, #list do
    if list[i].how == how or list[i].how == other then
      out[#out + 1] = { name = table.concat(list[i].columns, " + "), cells = sheet.column(s, list[i].columns) }
    end
  end
  return out
end

local function found_out(s, map)
  local mark, order, said, problem = map.decimals or s.found.decimals, map.dates, map.dates ~= nil, nil
  if not mark then
    mark, problem = figures.find_mark(columns_of(s, map.columns, "decimal"), s.lines)
    if not mark then sheet.raise(s, problem.message, problem.hint, problem.line) end
  end
  if not order then
    order, problem, said = figures.find_order(columns_of(s, map.columns, "date", "time"), s.lines)
    if not order then sheet.raise(s, problem.message, problem.hint, problem.line) end
  end
  return mark, order, said
end

local function tag_columns(s, map)
  local tags = {}
  for i = 1, #map.tags do
    tags[i] = { tag = map.tags[i].tag, cells = sheet.column(s, map.tags[i].columns) }
  end
  return tags
end

-- The name of a column more: the file may have one of that name, its own or that of an earlier reject file.
local function another(s, name)
  local n, free = 1, name
  while s.places[free] do
    n = n + 1
    free = name .. " " .. n
  end
  return free
end

-- What stands above the rows of a reject file, such that the same mapping reads it: as many lines as it passes over, and no
-- header where it says that there is none.
local function reject_header(s, named)
  local above = ("\n"):rep(s.options.skip or 0)
  if s.options.header == false then return above end
  return above .. s.header .. s.separator .. s.row({ another(s, "line"), another(s, "column"), another(s, "reason"),
    (named or s.lines_of_text) and another(s, "row") or nil, s.lines_of_text and another(s, "text") or nil }, s.separator)
end

function importing.begin(options)
  job, part = nil, nil
  local path = type(options.mapping) == "string" and options.mapping or nil
  local map = options.mapping and mapping.of(options.mapping, options.kind) or nil
  local s = sheet.open(options.bytes, options.file, map and map.reader or {})
  map = map or mapping.default(options.kind, s.columns, options.file)
  local kind = import_kinds.of(options.kind)
  local names = wanted_columns(map)
  check_columns(s, map, names, path or "the mapping")
  local comes_back = kind.rows.named and s.places.reason and s.places.row
  if comes_back then names[#names + 1] = "row" end
  sheet.load(s, names, map.trim)
  local mark, order, said = found_out(s, map)
  local read = cells.readers { mark = mark, order = order, century = map.century, countries = map.countries }
  local plain = cells.readers { mark = ".", order = order, century = map.century, countries = map.countries }
  local fields = bind(s, map, map.columns, read, plain, kind.own)
  local started = {
    kind = kind, sheet = s, map = map, path = path, fields = fields, tags = tag_columns(s, map), at = 0, seen = {},
    buyer = bind(s, map, map.buyer, read, plain),
    filled = bind_defaults(map, fields, kind.fields, plain),
    currency = options.book and options.book.currency, today = options.today,
    series = options.book and options.book.series or {}, look = options.look or host,
    was = comes_back and sheet.column(s, { "row" }) or nil,
  }
  if kind.buyer then started.buyer_filled = bind_defaults(map, started.buyer, kind.buyer, plain) end
  if kind.rows.group then kind.rows.group(started) end
  job = started
  local found = s.found
  return {
    columns = s.columns, rows = s.rows, blank = s.blank, records = job.orders and job.orders.count or s.rows,
    warnings = s.warnings, warning_count = s.warning_count,
    reject_header = reject_header(s, kind.rows.named),
    found = { separator = found.separator, quote = found.quote, encoding = found.encoding, bom = found.bom,
      line_end = found.line_end, form = found.form,
      decimals = mark, dates = said and order or nil },
  }
end

function importing.next()
  if not job then
    raise { code = "internal", message = "importing.next before importing.begin" }
  end
  local result = job.kind.rows.next(job)
  if not result then job = nil end
  return result
end

function importing.advance()
  part = importing.next()
  if not part then return nil end
  local record = (part.order or part.record) ~= nil
  return { record = record, account = part.account ~= nil, rejects = part.rejects or {}, id = part.id, code = part.code,
    reason = part.reason, place = part.place, raw = part.raw, none = part.none, was = part.was, facts = part.facts }
end

function importing.record() return part.order or part.record end

function importing.account() return part.account end

---- examples ----

local EXAMPLE = { file = "!text", orders = "table", records = "table", fails = "text" }
local ORDER = { id = "!text", kind = "text", state = "text", account = "text", date = "date", country = "text",
  value = "text|number", kinds = "table", lines = "count", reason = "text", code = "text", currency = "text" }

-- An example knows no book: every account and payment that a row names is there, and no document.
local ANY_BOOK = {
  account = function() return true end, payment = function() return {} end, document = function() end, opening = function() end,
}
local EXAMPLE_DAY = date "2099-12-31"

-- What an order is, in the words of its example.
local function order_facts(result)
  local order, value, kinds = result.order, 0, {}
  for k = 1, #order.lines do
    local line = order.lines[k]
    value = value + line.quantity * (line.price or 0)
    kinds[k] = line.kind
  end
  return { id = order.id, kind = order.kind, state = order.state, account = order.account, date = order.date,
    country = result.account and result.account.country, value = value, kinds = table.concat(kinds, " "), lines = #kinds,
    reason = order.reason, code = order.code, currency = order.currency }
end

-- The id, then those of the facts that the example names.
local function told(what, facts, wanted)
  local list = { what .. " " .. tostring(facts.id) }
  for name in pairs(wanted or {}) do
    if name ~= "id" then list[#list + 1] = name .. " " .. tostring(facts[name]) end
  end
  return table.concat(list, ", ")
end

local function expected_order(wanted)
  declare.fields("expected order", wanted, ORDER)
  local facts = {}
  for name, value in pairs(wanted) do facts[name] = value end
  if wanted.kinds then facts.kinds = table.concat(wanted.kinds, " ") end
  if wanted.value then facts.value = decimal(wanted.value) end
  return told("order", facts, wanted)
end

-- A record is compared field by field; of a row that is held there are id, code and reason; { none = true } for one that is
-- left out.
local function expected_record(wanted)
  if type(wanted) == "table" and wanted.none then return "left out" end
  if type(wanted) ~= "table" or not wanted.id then
    declare.fail("an expected record has no id", 'write { id = "...", ... }, with the fields to compare')
  end
  return told("record", wanted, wanted)
end

local function example_kind(path, row)
  if row.orders then return "orders", row.orders end
  if row.records then return mapping.kind_of(path), row.records end
  return declare.fail("this example says neither orders nor records", "write what the rows have to become")
end

function importing.example(row, book, path)
  declare.fields("example of a mapping", row, EXAMPLE)
  local got, want = {}, {}
  local kind, wanted = example_kind(path, row)
  importing.begin { kind = kind, mapping = path, bytes = row.file, file = "example", book = book, today = EXAMPLE_DAY,
    look = ANY_BOOK }
  local result = importing.next()
  while result do
    local i = #got + 1
    got[i] = result.order and told("order", order_facts(result), wanted[i])
      or result.none and "left out" or told("record", result.record or result, wanted[i])
    result = importing.next()
  end
  for i = 1, #wanted do want[i] = row.orders and expected_order(wanted[i]) or expected_record(wanted[i]) end
  return got, want
end

return importing

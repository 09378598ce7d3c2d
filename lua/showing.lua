--- lua/showing.lua: values as the prompt shows them and as :save writes them. The host does the printing (app/session.c).
---
--- showing.value(v, limit)      a query or list of rows as a table of `limit` rows (nil: all), a row as its fields, else text
--- showing.text(v) -> text      as print writes it
--- showing.save(q, file, options) -> count
local query = require "query"
local sources = require "sources"

--- every: tables have all fields, for csv and json.
local showing = { every = false, results = setmetatable({}, { __mode = "k" }) } -- results: of actions; true where they were shown

local BATCH = 200    -- rows sent to the host at a time
local COUNTED = 10000 -- rows counted behind those that are shown
local DEEP, WIDE = 4, 100 -- of tables as text

local function refuse(message, hint) raise { code = "rule.value", message = message, hint = hint } end

-- ---- cells ----

local CELL = { money = "number", decimal = "number", integer = "int", date = "date", bool = "bool" }

local function cell(value, apart)
  local kind = type(value)
  if value == nil or value == false then return "" end
  if value == true then return "yes" end
  if kind == "money" and not apart then return (tostring(value):gsub(" %u%u%u$", "")) end
  if kind == "table" then
    local parts = {}
    for key, own in pairs(value) do
      parts[#parts + 1] = type(key) == "number" and showing.text(own) or tostring(key) .. "=" .. showing.text(own)
    end
    return table.concat(parts, ", ")
  end
  return tostring(value)
end

local function is_named(columns, name)
  for _, column in ipairs(columns) do
    if column == name then return true end
  end
  return false
end

--- The columns of a query for the host. Amounts without their currency would say little: it comes with them.
local function columns_of(q, every)
  local source, chosen = query.source(q), query.columns(q, every)
  local columns, money_seen = {}, false
  for _, name in ipairs(chosen) do
    local field = source.by_name[name]
    if field.kind == "money" and not money_seen and not is_named(chosen, "currency") and source.by_name.currency then
      columns[#columns + 1] = { name = "currency", cell = "text" }
    end
    money_seen = money_seen or field.kind == "money"
    columns[#columns + 1] = { name = name, cell = CELL[field.kind] or "text", title = field.title, sum = field.sum }
  end
  return columns, money_seen and not is_named(chosen, "currency") and not source.by_name.currency
end

--- Send rows to the host in batches: add(row), and the end.
local function sender(columns, apart)
  local batch = {}
  local function send()
    if #batch > 0 then host.ask { ask = "rows", rows = batch } end
    batch = {}
  end
  return function(row)
    local cells = {}
    for i, column in ipairs(columns) do cells[i] = cell(row[column.name], apart) end
    batch[#batch + 1] = cells
    if #batch == BATCH then send() end
  end, send
end

-- ---- tables ----

local function show_query(q, limit)
  q = query.settled(q)
  local source = query.source(q)
  local columns, apart = columns_of(q, showing.every)
  host.ask { ask = "table", name = source.name, columns = columns, sums = not query.is_part(q) }
  local add, send = sender(columns, apart)
  local shown, more = 0, 0
  query.run(q, function(row)
    if limit and shown == limit then
      more = more + 1
      return more > COUNTED
    end
    shown = shown + 1
    add(row)
    return false
  end)
  send()
  host.ask { ask = "end", more = more, uncounted = more > COUNTED }
end

function showing.save(q, file, options)
  options = options or {}
  if type(file) ~= "string" then refuse('into which file? :save("open.csv")') end
  if type(options) ~= "table" then refuse('options stand in braces: :save("open.csv", { replace = true })') end
  q = query.settled(q)
  local columns, apart = columns_of(q, true)
  host.ask { ask = "file", file = file, replace = options.replace == true, columns = columns }
  local add, send = sender(columns, apart)
  local count = 0
  query.run(q, function(row)
    count = count + 1
    add(row)
    return false
  end)
  send()
  host.ask { ask = "end" }
  return count
end
query.save = showing.save

-- ---- other values ----

local function is_name(key) return type(key) == "string" and key:find "^[%a_][%w_]*$" ~= nil end

local function describe(value, depth)
  local kind = type(value)
  if kind == "string" then return depth == 0 and value or string.format("\"%s\"", value) end
  if kind ~= "table" then return kind == "function" and "function" or tostring(value) end
  if query.is(value) then return "query of " .. query.source(value).name end
  if depth == DEEP then return "{ ... }" end
  local parts, position, count = {}, 1, 0
  for key, own in pairs(value) do
    count = count + 1
    if count > WIDE then
      parts[#parts + 1] = "..."
      break
    end
    local text = describe(own, depth + 1)
    if key == position then
      position = position + 1
    else
      text = (is_name(key) and key or "[" .. describe(key, 1) .. "]") .. " = " .. text
    end
    parts[#parts + 1] = text
  end
  return #parts == 0 and "{}" or "{ " .. table.concat(parts, ", ") .. " }"
end

function showing.text(value) return describe(value, 0) end

--- The fields that some row has.
local function used(fields, rows)
  local list = {}
  for _, field in ipairs(fields) do
    for _, row in ipairs(rows) do
      if row[field.name] ~= nil then
        list[#list + 1] = field
        break
      end
    end
  end
  return list
end

--- A row as a list of its fields, with its lists as tables below.
local function show_row(row, source)
  local pairs_of, lists = {}, {}
  for _, field in ipairs(source.fields) do
    local value = row[field.name]
    local listed = field.kind == "list" and value ~= nil and #value > 0
    if listed then
      lists[#lists + 1] = { name = field.name, rows = value, fields = field.of, detail = field.detail }
    elseif value ~= nil and value ~= false and field.kind ~= "list" and field.kind ~= "bytes" then
      local text = cell(value, true)
      if text ~= "" then pairs_of[#pairs_of + 1] = { field.name, text } end
    end
  end
  host.ask { ask = "fields", fields = pairs_of }
  for _, list in ipairs(lists) do
    host.ask { ask = "print", text = "\n" .. list.name:sub(1, 1):upper() .. list.name:sub(2) .. "\n\n" }
    show_query(query.rows(list.name, used(list.fields, list.rows), list.rows))
  end
end

--- Rows of one source as a query over them; nil for any other list.
local function as_query(list)
  local source
  for i = 1, #list do
    local own = type(list[i]) == "table" and sources.of(list[i])
    if not own or (source and own ~= source) then return nil end
    source = own
  end
  return source and query.over(source, list)
end

function showing.value(value, limit)
  if query.is(value) then return show_query(value, limit) end
  if type(value) == "table" then
    local source = sources.of(value)
    if source then return show_row(value, source) end
    if showing.results[value] ~= nil then
      if not showing.results[value] then host.ask { ask = "result", result = value } end
      return
    end
    local q = as_query(value)
    if q then return show_query(q, limit) end
    if #value > 0 and type(value[1]) == "money" then
      for _, one in ipairs(value) do showing.value(one) end
      return
    end
  end
  host.ask { ask = "print", text = showing.text(value) .. "\n" }
end

return showing

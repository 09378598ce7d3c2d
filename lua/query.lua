--- lua/query.lua: queries that read like sentences, over records of the book and over what was made of them.
---
--- query.new(source) -> query           a query is a value: each method makes a new one, and nothing is read until it is used
--- query.rows(name, fields, rows)       a query over rows that are there
--- query.is(v)    query.run(q, f)       f(row) for each row, until it answers true
--- query.columns(q)                     the fields to show: chosen by :select, else those of the source
---
--- Rows flow one by one from the book; :sort keeps all of them, :top as many as it shows, :by one for each group.
--- Example: invoices{ open = true }:by("month"):sum("open") is one row for each month and currency.
local conditions = require "conditions"
local near = require "near"
local sources = require "sources"

local query = {}
local methods = {}
local state = setmetatable({}, { __mode = "k" }) -- of each query
local meta = {}

local function refuse(message, hint) raise { code = "rule.value", message = message, hint = hint } end

local function make(s)
  local q = setmetatable({}, meta)
  state[q] = s
  return q
end

local function copy(s)
  local new = {}
  for k, v in pairs(s) do new[k] = v end
  return new
end

local function with_step(q, step, changes)
  local s = copy(state[q])
  s.steps = table.pack(table.unpack(s.steps))
  s.steps[#s.steps + 1] = step
  for k, v in pairs(changes or {}) do s[k] = v end
  return make(s)
end

function query.new(source)
  return make { source = source, tests = {}, equal = {}, ranges = {}, flags = {}, steps = {} }
end

function query.rows(name, fields, rows)
  local s = state[query.new(sources.plain(name, fields))]
  s.rows = rows
  return make(s)
end

--- A query over rows of a source that were kept.
function query.over(source, rows)
  local s = state[query.new(source)]
  s.rows = rows
  return make(s)
end

function query.is(v) return state[v] ~= nil end
function query.source(q) return state[q].source end
--- Is it a part of what its conditions choose, so that a total of it could mislead?
function query.is_part(q) return state[q].part == true end

local names = {}
local function method_of(name)
  local method = methods[name]
  if method then return method end
  raise { code = "rule.value", message = "a query has no method ':" .. tostring(name) .. "'",
    hint = near.hint(tostring(name), names) or "it has " .. table.concat(names, ", ") }
end

function meta.__index(_, name) return method_of(name) end
function meta.__newindex() refuse("a query does not change: its methods make new ones") end
function meta.__call(q, wanted) return methods.where(q, wanted) end
function meta.__len() refuse("a query has no length", "count its rows with :count()") end

local function self_of(q, name)
  if not query.is(q) then refuse("write a colon: query:" .. name .. "(...)") end
  return state[q]
end

-- ---- running ----

function query.run(q, f)
  local s, finish = state[q], {}
  for i = #s.steps, 1, -1 do f, finish[i] = s.steps[i](f) end
  local tests, own = s.tests, f
  local function row_of(row)
    for i = 1, #tests do
      if not tests[i](row) then return false end
    end
    return own(row)
  end
  if s.empty then
    -- nothing is wanted
  elseif s.rows then
    for _, row in ipairs(s.rows) do
      if row_of(row) then break end
    end
  else
    local base = s.base or s.source
    sources.each(base, conditions.plan(base, s.equal, s.ranges, s.flags), row_of)
  end
  for i = 1, #s.steps do
    if finish[i] then finish[i]() end
  end
end

local function field_of(s, name)
  if type(name) ~= "string" then refuse("a field is named by a text, for example :sum(\"total\")") end
  return s.source.by_name[name] or sources.no_field(s.source, name)
end

-- ---- choosing ----

local function filter_step(tests)
  return function(f)
    return function(row)
      for i = 1, #tests do
        if not tests[i](row) then return false end
      end
      return f(row)
    end
  end
end

--- Accounts, products and agreements: versions = true, as_of = day.
local function take_flags(s, wanted)
  if s.source.key[2] ~= "from" then return wanted end
  local rest = copy(wanted)
  s.flags = copy(s.flags)
  if rest.versions ~= nil then s.flags.versions, rest.versions = rest.versions == true, nil end
  if rest.as_of ~= nil then
    s.flags.as_of = type(rest.as_of) == "string" and date(rest.as_of) or rest.as_of
    rest.as_of = nil
  end
  return rest
end

function methods.where(q, wanted)
  local s = self_of(q, "where")
  if type(wanted) == "function" then return with_step(q, filter_step { wanted }) end
  if type(wanted) ~= "table" or query.is(wanted) then
    refuse("conditions stand in braces, for example " .. s.source.name .. "{ account = \"ACME\" }")
  end
  for name, value in pairs(wanted) do
    if query.is(value) then refuse("a query is no condition of " .. tostring(name), "a list of values is: { \"A\", \"B\" }") end
  end
  local new = copy(s)
  local tests, equal, ranges = conditions.of(s.source, take_flags(new, wanted))
  if #s.steps > 0 or s.rows then return with_step(q, filter_step(tests)) end
  new.tests, new.equal, new.ranges = table.pack(table.unpack(s.tests)), copy(s.equal), copy(s.ranges)
  for i = 1, #tests do new.tests[#new.tests + 1] = tests[i] end
  for name, value in pairs(equal) do new.equal[name] = value end
  for name, range in pairs(ranges) do new.ranges[name] = range end
  return make(new)
end

function methods.select(q, ...)
  local s = self_of(q, "select")
  local columns = table.pack(...)
  if #columns == 0 then refuse("which fields? :select(\"number\", \"total\")") end
  for _, name in ipairs(columns) do field_of(s, name) end
  local new = copy(s)
  new.columns = columns
  return make(new)
end

local function whole(n, name)
  if type(n) == "number" and n >= 0 and n == math.floor(n) then return n end
  refuse(":" .. name .. " wants a whole number from 0 on")
end

function methods.first(q, n)
  local s = self_of(q, "first")
  if n == nil then
    local found
    query.run(q, function(row)
      found = row
      return true
    end)
    return found
  end
  if whole(n, "first") == 0 then
    local new = copy(s)
    new.empty = true
    return make(new)
  end
  return with_step(q, function(f)
    local left = n
    return function(row)
      if left == 0 then return true end
      left = left - 1
      return f(row) or left == 0
    end
  end, { part = true })
end

-- ---- order ----

--- Money of two currencies has no order: it is kept apart by currency. What is absent comes last.
local function precedes(a, b)
  if a == nil or b == nil then return a ~= nil end
  if type(a) ~= type(b) then return tostring(type(a)) < tostring(type(b)) end
  if type(a) == "boolean" then return a and not b end
  if type(a) == "money" and a.currency ~= b.currency then return a.currency < b.currency end
  return a < b
end

local function sort_key(s, field)
  local name, falling = field, false
  if type(name) == "string" and name:sub(1, 1) == "-" then name, falling = name:sub(2), true end
  field_of(s, name)
  return name, falling
end

function methods.sort(q, field, way)
  local s = self_of(q, "sort")
  local name, falling = sort_key(s, field)
  if way ~= nil and way ~= "up" and way ~= "down" then refuse(':sort("total", "down") or "up"') end
  falling = falling or way == "down"
  return with_step(q, function(f)
    local rows = {}
    return function(row)
      rows[#rows + 1] = row
      return false
    end, function()
      table.sort(rows, function(a, b)
        if falling then a, b = b, a end
        return precedes(a[name], b[name])
      end)
      for i = 1, #rows do
        if f(rows[i]) then break end
      end
    end
  end)
end

local function last_number(s)
  local fields = s.columns and {} or s.source.fields
  for _, name in ipairs(s.columns or {}) do fields[#fields + 1] = s.source.by_name[name] end
  for i = #fields, 1, -1 do
    local kind = fields[i].kind
    if kind == "money" or kind == "decimal" or kind == "integer" then return fields[i].name end
  end
end

--- Insert into the list of the best, best first, which has n at most.
local function keep_best(best, n, row, before)
  if #best == n and not before(row, best[n]) then return end
  local at = #best < n and #best + 1 or n
  while at > 1 and before(row, best[at - 1]) do
    best[at] = best[at - 1]
    at = at - 1
  end
  best[at] = row
end

function methods.top(q, n, field)
  local s = self_of(q, "top")
  whole(n, "top")
  if field == nil and s.rows == nil and s.source.type then
    refuse("the top by what?", ":top(" .. n .. ', "' .. (last_number(s) or "date") .. '"), for example')
  end
  field = field or last_number(s)
  field_of(s, field)
  if n == 0 then return methods.first(q, 0) end
  return with_step(q, function(f)
    local best = {}
    local function before(a, b)
      if a[field] == nil or b[field] == nil then return a[field] ~= nil and b[field] == nil end
      return precedes(b[field], a[field])
    end
    return function(row)
      keep_best(best, n, row, before)
      return false
    end, function()
      for i = 1, #best do
        if f(best[i]) then break end
      end
    end
  end, { part = true })
end

-- ---- groups ----

local SPANS = {
  day = function(d) return d end,
  week = function(d) return d:add_days(1 - d.weekday) end,
  month = function(d) return string.format("%d-%s%d", d.year, d.month < 10 and "0" or "", d.month) end,
  quarter = function(d) return string.format("%d-Q%d", d.year, (d.month + 2) // 3) end,
  year = function(d) return tostring(d.year) end,
}

function methods.by(q, field, of)
  local s = self_of(q, "by")
  local new, span = copy(s), SPANS[field]
  if type(field) == "function" then
    new.group = { name = "group", kind = "text", value = field }
  elseif span and not (s.source.by_name[field] and of == nil) then
    local from = of or s.source.date
    if not from then refuse(s.source.name .. " have no date to group by", "name it: :by(\"month\", \"due\")") end
    if field_of(s, from).kind ~= "date" then refuse(from .. " is no date") end
    new.group = { name = field, kind = (field == "day" or field == "week") and "date" or "text",
      value = function(row) return row[from] and span(row[from]) end }
  else
    local own = field_of(s, field)
    new.group = { name = field, kind = own.kind, words = own.words, value = function(row) return row[field] end }
  end
  return make(new)
end

--- A field that says how much money, in the currency that its record names: orders.value, products.price.
local function is_amount(source, field)
  return field.kind == "decimal" and source.by_name.currency and field.name ~= "rate" and field.name ~= "quantity"
end

--- Sums of some fields, apart by currency: add(row), and results as a list of { currency =, field = sum }.
local function totals_of(fields)
  local by_currency, order = {}, {}
  local function slot(currency)
    if not by_currency[currency] then
      by_currency[currency] = { currency = currency ~= "" and currency or nil }
      order[#order + 1] = currency
    end
    return by_currency[currency]
  end
  local function add(row)
    for _, field in ipairs(fields) do
      local value = row[field.name]
      if value ~= nil and field.amount and row.currency then value = money(value, row.currency) end
      if value ~= nil then
        local own = slot(type(value) == "money" and value.currency or "")
        own[field.name] = own[field.name] and own[field.name] + value or value
      end
    end
  end
  return add, function()
    table.sort(order)
    local list = {}
    for i, currency in ipairs(order) do list[i] = by_currency[currency] end
    return list
  end
end

local function number_fields(s, list, method)
  if #list == 0 then refuse("the " .. method .. " of what?", ":" .. method .. '("' .. (last_number(s) or "total") .. '")') end
  local fields = {}
  for i, name in ipairs(list) do
    local field = field_of(s, name)
    if field.kind ~= "money" and field.kind ~= "decimal" and field.kind ~= "integer" then
      refuse(name .. " is " .. field.kind .. ", no number")
    end
    local amount = is_amount(s.source, field)
    fields[i] = { name = name, kind = amount and "money" or field.kind, amount = amount }
  end
  return fields
end

--- A step that makes groups: `begin` makes what a group collects (add, results).
local function group_step(group, begin)
  return function(f)
    local by_key, order = {}, {}
    return function(row)
      local key = group.value(row)
      local own = key == nil and "" or key
      if not by_key[own] then
        local add, results = begin()
        by_key[own] = { key = key, add = add, results = results }
        order[#order + 1] = by_key[own]
      end
      by_key[own].add(row)
      return false
    end, function()
      table.sort(order, function(a, b) return precedes(a.key, b.key) end)
      for _, one in ipairs(order) do
        for _, row in ipairs(one.results()) do
          row[group.name] = one.key
          if f(row) then return end
        end
      end
    end
  end
end

local function grouped(q, fields, begin)
  local group = state[q].group
  table.insert(fields, 1, { name = group.name, kind = group.kind, words = group.words })
  local source = sources.plain("groups", fields)
  local step = group_step(group, begin)
  local s = copy(state[q])
  s.group, s.columns = nil, nil
  return with_step(make(s), step, { source = source, base = s.base or s.source, part = false })
end

function methods.sum(q, ...)
  local s = self_of(q, "sum")
  local fields = number_fields(s, table.pack(...), "sum")
  if s.group then
    local own, money_too = {}, false
    for i, field in ipairs(fields) do
      own[i] = { name = field.name, kind = field.kind, sum = true }
      money_too = money_too or field.kind == "money"
    end
    if money_too and s.group.name ~= "currency" then table.insert(own, 1, { name = "currency", kind = "currency" }) end
    return grouped(q, own, function() return totals_of(fields) end)
  end
  local add, results = totals_of(fields)
  query.run(q, function(row)
    add(row)
    return false
  end)
  local sums = {}
  for i, field in ipairs(fields) do
    local list = {}
    for _, total in ipairs(results()) do list[#list + 1] = total[field.name] end
    sums[i] = #list == 0 and 0 or #list == 1 and list[1] or list
  end
  return table.unpack(sums, 1, #fields)
end

function methods.count(q)
  local s = self_of(q, "count")
  if s.group then
    return grouped(q, { { name = "count", kind = "integer", sum = true } }, function()
      local n = 0
      return function() n = n + 1 end, function() return { { count = n } } end
    end)
  end
  local n = 0
  query.run(q, function()
    n = n + 1
    return false
  end)
  return n
end

-- ---- using them ----

function methods.each(q, f)
  self_of(q, "each")
  if type(f) ~= "function" then refuse(":each wants a function of a row") end
  query.run(q, function(row) return f(row) == false end)
end

function methods.list(q)
  self_of(q, "list")
  local rows = {}
  query.run(q, function(row)
    rows[#rows + 1] = row
    return false
  end)
  return rows
end

function methods.save(q, file, options)
  self_of(q, "save")
  return query.save(q, file, options)
end

--- What is shown or saved: names of fields.
function query.columns(q, every)
  local s, list, seen = state[q], {}, {}
  if s.columns then return s.columns end
  local function add(name)
    if not seen[name] and s.source.by_name[name] then
      seen[name] = true
      list[#list + 1] = name
    end
  end
  for _, name in ipairs(s.source.shown or {}) do add(name) end
  for _, field in ipairs(s.source.fields) do
    local wanted = field.kind ~= "list" and field.kind ~= "bytes" and field.name ~= "overdue"
    if wanted and (every or (not s.source.shown and not field.detail and field.kind ~= "hash")) then add(field.name) end
  end
  return list
end

--- What is meant by a query that still has its groups: how many rows each has.
function query.settled(q)
  return state[q].group and methods.count(q) or q
end

for name in pairs(methods) do names[#names + 1] = name end

--- The name of a method, nil for another function.
function query.name_of(f)
  for name, method in pairs(methods) do
    if method == f then return name end
  end
end
query.methods = names

return query

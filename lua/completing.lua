--- lua/completing.lua: what may come next at the prompt: names, fields, methods, ids of records, each with a few words.
---
--- completing.items(text, own, globals, rule_names) -> { from =, items = { { text =, doc = } } }
---     text: the statement up to the cursor; from: where what is being written begins, in bytes from 1
---
--- Example: behind `invoices{ acc` comes the field account.
local query = require "query"
local reference = require "reference"
local sources = require "sources"

local completing = {}

local ITEMS = 200 -- names shown at most
local IDS = 40

local function starts(text, prefix) return text:sub(1, #prefix) == prefix end

--- The query that is being written about: the last source named in the text.
local function source_in(text)
  local found, place = nil, 0
  for at, name in text:gmatch "()([%a_][%w_]*)" do
    local source = sources.all()[name]
    if source and at > place then found, place = source, at end
  end
  return found
end

local function add(list, text, doc)
  if #list < ITEMS then list[#list + 1] = { text = text, doc = doc or "" } end
end

--- What lies unclosed at the end: "{", "(" or a quote, and the text before it.
local function opened(text)
  local stack, quote, at = {}, nil, 1
  while at <= #text do
    local c = text:sub(at, at)
    if quote then
      if c == "\\" then at = at + 1 elseif c == quote then quote = nil end
    elseif c == '"' or c == "'" then
      quote = c
      stack[#stack + 1] = { c, at }
    elseif c == "{" or c == "(" or c == "[" then
      stack[#stack + 1] = { c, at }
    elseif c == "}" or c == ")" or c == "]" then
      if #stack > 0 then stack[#stack] = nil end
    end
    if not quote and #stack > 0 and (stack[#stack][1] == '"' or stack[#stack][1] == "'") then stack[#stack] = nil end
    at = at + 1
  end
  local top = stack[#stack]
  return top and top[1], top and text:sub(1, top[2] - 1), top and top[2]
end

-- ---- ids ----

--- What tells a record from its neighbours: its name, whose it is.
local function word_about(source, row, field)
  for _, name in ipairs { "name", "account", "text", "date" } do
    if name ~= field and source.by_name[name] and row[name] ~= nil then return tostring(row[name]) end
  end
end

--- Values of a field that begin so: of the key or an index, in their order.
local function values_of(source, field, prefix, list)
  if not source then return end
  local plan
  if source.key[1] == field then
    plan = { type = source.type, low = prefix ~= "" and prefix or nil }
  elseif field == "number" and source.fixed.kind then
    plan = { type = source.type, index = "number", first = { source.fixed.kind }, low = prefix ~= "" and prefix or nil }
  else
    return
  end
  local last
  sources.each(source, plan, function(row)
    local value = tostring(row[field])
    if not starts(value, prefix) then return value > prefix end
    if value ~= last then add(list, value, word_about(source, row, field)) end
    last = value
    return #list >= IDS
  end)
end

local function ids(before, prefix, text)
  local list, all = {}, sources.all()
  local field = before:match "([%a_][%w_]*)%s*=%s*$"
  if field then
    local source = source_in(text)
    local own = source and source.by_name[field]
    for _, word in ipairs(own and own.words or {}) do
      if starts(word, prefix) then add(list, word) end
    end
    if #list > 0 then return list end
    local of = { account = all.accounts, product = all.products, order = all.orders, agreement = all.agreements }
    if of[field] and not (source and source.key[1] == field and #source.key == 1) then
      values_of(of[field], "id", prefix, list)
    else
      values_of(source, field, prefix, list)
    end
    return list
  end
  local kind = before:match "[sga][ed][td]%s*%(%s*[\"']([%w_ -]+)[\"']%s*,%s*$"
  if kind then
    for name, source in pairs(all) do
      if name == kind .. "s" or name == kind then
        values_of(source, source.fixed.kind and "number" or source.key[1], prefix, list)
      end
    end
  end
  return list
end

-- ---- names of fields and methods ----

local function fields(source, prefix, list, suffix)
  for _, field in ipairs(source.fields) do
    if starts(field.name, prefix) then add(list, field.name .. (suffix or ""), field.doc) end
  end
end

local SPANS = { "day", "week", "month", "quarter", "year" }

--- Inside of a quote: fields behind :sum(" and its kin, ids behind field = ".
local function in_quote(text, before, prefix)
  local list, source = {}, source_in(text)
  local method = before:match ":([%a_]+)%s*%([^()]*$"
  if method and source then
    if method == "by" then
      for _, span in ipairs(SPANS) do
        if starts(span, prefix) then add(list, span, "groups by " .. span .. " of " .. (source.date or "a date")) end
      end
    end
    fields(source, prefix, list)
    return list
  end
  if before:match "help%s*%(?%s*$" then
    for name in pairs(sources.all()) do
      if starts(name, prefix) then add(list, name, reference.doc(name)) end
    end
    return list
  end
  return ids(before, prefix, text)
end

local function methods(prefix, list)
  for _, name in ipairs(query.methods) do
    if starts(name, prefix) then add(list, name, reference.doc(":" .. name)) end
  end
end

local function all_names(prefix, own, globals, rule_names, list)
  local seen = {}
  local function name(text, doc)
    if starts(text, prefix) and not seen[text] and text ~= "__const" then
      seen[text] = true
      add(list, text, doc)
    end
  end
  for key in pairs(globals) do
    if type(key) == "string" then name(key, "yours") end
  end
  for key in pairs(own) do name(key, reference.doc(key)) end
  for _, key in ipairs(rule_names) do name(key, reference.doc(key)) end
end

function completing.items(text, own, globals, rule_names)
  local list = {}
  local mark, before, at = opened(text)
  if mark == '"' or mark == "'" then
    local prefix = text:sub(at + 1)
    list = in_quote(text, before, prefix)
    table.sort(list, function(a, b) return a.text < b.text end)
    return { from = at + 1, items = list }
  end
  local head, prefix = text:match "^(.-)([%a_][%w_%.]*)$"
  if not head then head, prefix = text, "" end
  local colon = head:match "([%w_%)%}\"'%]])%s*:$"
  if colon then
    methods(prefix, list)
  elseif mark == "{" and source_in(before) and head:match "[{,]%s*$" then
    fields(source_in(before), prefix, list, " = ")
  else
    all_names(prefix, own, globals, rule_names, list)
  end
  table.sort(list, function(a, b) return a.text < b.text end)
  return { from = #head + 1, items = list }
end

return completing

--- lua/layout_terms.lua: what stands within the braces of a layout: paths, filters, conditions. Part of layout.lua.
---
--- layout_terms.value(text, at) -> function(env) -> value        document.total | money
--- layout_terms.condition(text, at) -> function(env) -> boolean  document.kind == "credit_note" and not original
--- layout_terms.loop(text, at) -> name, function(env) -> list, type     line in document.lines
---   at      { fail = function(message, hint), scope = types of the names that are known here }
---   env     { data = what the host gave, vars = loop variables, locale = }
---
--- Field paths and comparisons, nothing of Lua. Fields of records are checked when a layout is read, in every branch, so that a
--- misspelt one shows before the first document that needs it; those of maps that only the host knows, when it is filled in.
local declare = require "declare"
local filters = require "filters"
local near = require "near"
local layout_terms = {}

-- Fields of what layouts get; ":type" behind a field that has fields itself, ":*type" for a list of them, "any" for what is not
-- described here. Those of records are in core/books/records.h; tests compare.
local TYPES = {
  document = "id kind state number account account_from account_version order reference cause currency date tax_point terms "
    .. "due plan corrects reason lines:*line taxes:*tax net tax total rate rounding approvals:*any prepared_by closure "
    .. "inputs:*any "
    .. "approval_rule note rounded withheld withheld_reason payable",
  line = "ordinal kind product text quantity unit price amount tax_category tax_rate revenue start stop source_line "
    .. "corrects_line rule agreement claim meter charge period share whole discount cause corrects coupon gross",
  tax = "category rate net tax code reason rule",
  account = "id from version name attention street city postcode region email phone tax_id country currency terms plan "
    .. "locale tags:any coupons:any",
  company = "name street city postcode country tax_id email phone website iban bic bank",
  message = "id state kind account account_from account_version date layout step currency lines:*message_line due fee interest "
    .. "unapplied file",
  message_line = "document number date due days amount open disputed step promised asked",
  movement = "date text number debit credit balance",
  item = "number date due amount open days",
  ageing = "not_due d1_30 d31_60 d61_90 d91_plus unapplied total",
  paid = "prepaid rest",
  loop = "index first last count",
}
-- Names that a layout begins with. Others are allowed: reports have data of their own.
local ROOTS = { document = "document", original = "document", account = "account", company = "company", movements = "*movement",
  items = "*item", ageing = "ageing", message = "message", paid = "paid" }
local OPTIONAL = { original = true, paid = true } -- the host may leave it out

local fields = {}
for name, text in pairs(TYPES) do
  fields[name] = {}
  for field in text:gmatch("%S+") do
    local plain, kind = field:match("^([%w_]+):?(.*)$")
    fields[name][plain] = kind == "" and "value" or kind
  end
end

local function names_of(map)
  local list = {}
  for name in pairs(map) do list[#list + 1] = name end
  return list
end

--- The fields of a type as a list, for tests.
function layout_terms.fields(name)
  return names_of(fields[name])
end

---- words ----

local WORDS = { ["and"] = true, ["or"] = true, ["not"] = true, ["in"] = true, ["true"] = true, ["false"] = true, ["nil"] = true }
local SIGNS = { "==", "~=", "!=", "<=", ">=", "<", ">", "|", "(", ")", "," }

local function words_of(text, at)
  local list, i = {}, 1
  while true do
    i = text:find("%S", i)
    if not i then return list end
    local quote = text:match('^["\']', i)
    local word
    if quote then
      local stop = text:find(quote, i + 1, true)
      if not stop then at.fail("a text begins with " .. quote .. " and does not end", "put the same sign behind it") end
      list[#list + 1] = { kind = "literal", value = text:sub(i + 1, stop - 1) }
      i = stop + 1
    else
      word = text:match("^%-?%d[%d.]*", i)
      if word then
        local good, number = pcall(decimal, word)
        if not good then at.fail("'" .. word .. "' is no number") end
        list[#list + 1] = { kind = "literal", value = number }
      else
        word = text:match("^[%a_][%w_.]*", i)
        if word then
          list[#list + 1] = { kind = WORDS[word] and word or "name", value = word }
        else
          for _, sign in ipairs(SIGNS) do
            if text:sub(i, i + #sign - 1) == sign then
              word = sign
              break
            end
          end
          if not word then
            at.fail("'" .. text:sub(i, i) .. "' cannot stand here",
              "fields, texts in quotes, numbers, and, or, not, ==, ~=, <, >")
          end
          list[#list + 1] = { kind = word == "!=" and "~=" or word, value = word }
        end
      end
      i = i + #word
    end
  end
end

---- paths ----

local function absent_root(env, name)
  local known = names_of(env.data)
  raise { code = "layout.invalid", message = "there is no '" .. name .. "' here", hint = near.hint(name, known)
    or "a layout of this kind gets: " .. table.concat(known, ", ") }
end

-- A field of a map that only the host knows.
local function dynamic_field(value, name, path)
  local found = value[name]
  if found == nil and type(value) == "table" then
    local known = names_of(value)
    raise { code = "layout.invalid", message = "'" .. path .. "' has no value here", hint = near.hint(name, known)
      or (#known > 0 and "there are: " .. table.concat(known, ", ") or nil) }
  end
  return found
end

-- The type of a field, checked if the type is described.
local function field_type(at, of, name, path)
  if of == "any" then return "any" end
  local known = fields[of]
  if not known then
    if of:sub(1, 1) == "*" then at.fail("'" .. path .. "' is a list", "go through it: {% for x in " .. path .. " %}") end
    at.fail("'" .. path .. "' is a value and has no fields", nil)
  end
  local kind = known[name]
  if not kind then
    at.fail("'" .. path .. "' has no field '" .. name .. "'", declare.suggest(name, names_of(known)))
  end
  return kind
end

-- A path as a function, and its type.
local function path_of(text, at)
  if text:find("%.%.") or text:find("%.$") then at.fail("'" .. text .. "' is no name of a field") end
  local names = {}
  for name in text:gmatch("[^.]+") do names[#names + 1] = name end
  local root = names[1]
  local kind = at.scope[root] or ROOTS[root] or "any"
  local dynamic, path = {}, root
  for i = 2, #names do
    dynamic[i] = kind == "any"
    kind = field_type(at, kind, names[i], path)
    path = path .. "." .. names[i]
  end
  local local_name, optional, count = at.scope[root] ~= nil, OPTIONAL[root], #names
  return function(env)
    local value
    if local_name then
      value = env.vars[root]
    else
      value = env.data[root]
      if value == nil and not optional then absent_root(env, root) end
    end
    for i = 2, count do
      if value == nil then return nil end
      if dynamic[i] then
        if type(value) ~= "table" and type(value) ~= "record" then
          raise { code = "layout.invalid", message = "'" .. text .. "': a " .. type(value) .. " has no fields" }
        end
        value = dynamic_field(value, names[i], text)
      else
        value = value[names[i]]
      end
    end
    return value
  end, kind
end

---- terms ----

local function reader(text, at)
  return { words = words_of(text, at), at = at, next = 1 }
end

local function peek(r) return r.words[r.next] and r.words[r.next].kind end

local function take(r)
  local word = r.words[r.next]
  r.next = r.next + 1
  return word
end

local function finish(r)
  local word = r.words[r.next]
  if word then r.at.fail("'" .. tostring(word.value) .. "' cannot stand here") end
end

local function operand(r)
  local word = take(r)
  if not word then r.at.fail("something is missing at the end") end
  if word.kind == "literal" then
    local value = word.value
    return function() return value end, "value"
  end
  if word.kind == "true" or word.kind == "false" then
    local value = word.kind == "true"
    return function() return value end, "value"
  end
  if word.kind == "nil" then return function() return nil end, "value" end
  if word.kind == "name" then return path_of(word.value, r.at) end
  return r.at.fail("'" .. tostring(word.value) .. "' cannot stand here")
end

local function filtered(r, value)
  while peek(r) == "|" do
    take(r)
    local word = take(r)
    if not word or word.kind ~= "name" then
      r.at.fail("the name of a filter is missing", "there are: " .. table.concat(filters.names(), ", "))
    end
    local name, inner, argument = word.value, value, nil
    local known = filters.names()
    local there = false
    for i = 1, #known do there = there or known[i] == name end
    if not there then
      r.at.fail("there is no filter '" .. name .. "'", declare.suggest(name, known))
    end
    if peek(r) == "literal" or peek(r) == "name" then argument = operand(r) end
    if name == "default" and not argument then r.at.fail("default needs the text to print instead", 'default "-"') end
    value = function(env)
      return filters.apply(name, env.locale, inner(env), argument and argument(env))
    end
  end
  return value
end

function layout_terms.value(text, at)
  local r = reader(text, at)
  if #r.words == 0 then at.fail("there is nothing between {{ and }}") end
  local value, kind = operand(r)
  if kind:sub(1, 1) == "*" and peek(r) ~= "|" then
    at.fail("a list cannot be printed", "go through it: {% for x in ... %}")
  end
  value = filtered(r, value)
  finish(r)
  return value
end

---- conditions ----

local ORDERED = { number = "number", decimal = "number", money = "money", date = "date", string = "text" }

-- Both values so that they can be compared: numbers with numbers, money also with 0, dates also with their text.
local function alike(a, b, sign)
  local x, y = ORDERED[type(a)] or type(a), ORDERED[type(b)] or type(b)
  if x == y then return a, b end
  if x == "date" and y == "text" then return a, date(b) end
  if x == "text" and y == "date" then return date(a), b end
  if x == "money" and y == "number" and b == 0 then return a, b end
  if x == "number" and y == "money" and a == 0 then return a, b end
  raise { code = "layout.invalid", message = "a " .. x .. " and a " .. y .. " cannot be compared with " .. sign }
end

local COMPARE = {
  ["=="] = function(a, b) return a == b end, ["~="] = function(a, b) return a ~= b end,
  ["<"] = function(a, b) return a < b end, [">"] = function(a, b) return a > b end,
  ["<="] = function(a, b) return a <= b end, [">="] = function(a, b) return a >= b end,
}

local function compare(sign, a, b)
  if a == nil or b == nil then -- nothing equals nothing, and comes neither before nor after anything
    if sign == "==" then return a == b end
    if sign == "~=" then return a ~= b end
    return false
  end
  a, b = alike(a, b, sign)
  -- Money equals another only in its own currency; with 0 the amount counts.
  if type(a) == "money" and type(b) ~= "money" then a = a.amount end
  if type(b) == "money" and type(a) ~= "money" then b = b.amount end
  return COMPARE[sign](a, b)
end

local either

local function comparison(r)
  if peek(r) == "(" then
    take(r)
    local inner = either(r)
    local word = take(r)
    if not word or word.kind ~= ")" then r.at.fail("a ( is not closed") end
    return inner
  end
  local left, kind = operand(r)
  local sign = peek(r)
  if not COMPARE[sign] then
    if kind:sub(1, 1) == "*" then -- a list counts when there is something in it
      return function(env)
        local list = left(env)
        return list ~= nil and #list > 0
      end
    end
    return function(env)
      local value = left(env)
      return value ~= nil and value ~= false
    end
  end
  take(r)
  local right = operand(r)
  return function(env) return compare(sign, left(env), right(env)) end
end

local function negation(r)
  if peek(r) ~= "not" then return comparison(r) end
  take(r)
  local inner = negation(r)
  return function(env) return not inner(env) end
end

local function both(r)
  local left = negation(r)
  while peek(r) == "and" do
    take(r)
    local a, b = left, negation(r)
    left = function(env) return a(env) and b(env) end
  end
  return left
end

function either(r)
  r.depth = (r.depth or 0) + 1
  if r.depth > 32 then r.at.fail("this condition is nested too deeply") end
  local left = both(r)
  while peek(r) == "or" do
    take(r)
    local a, b = left, both(r)
    left = function(env) return a(env) or b(env) end
  end
  r.depth = r.depth - 1
  return left
end

function layout_terms.condition(text, at)
  local r = reader(text, at)
  if #r.words == 0 then at.fail("the condition is missing", '{% if document.kind == "credit_note" %}') end
  local value = either(r)
  finish(r)
  return value
end

function layout_terms.loop(text, at)
  local r = reader(text, at)
  local name, word, path = take(r), take(r), take(r)
  if not (name and name.kind == "name" and not name.value:find(".", 1, true) and word and word.kind == "in"
      and path and path.kind == "name") then
    at.fail("a loop names an entry and a list", "{% for line in document.lines %}")
  end
  finish(r)
  if at.scope[name.value] or ROOTS[name.value] or name.value == "loop" then
    at.fail("'" .. name.value .. "' means something else already", "give the entry of this loop another name")
  end
  local list, kind = path_of(path.value, at)
  if kind ~= "any" and kind:sub(1, 1) ~= "*" then at.fail("'" .. path.value .. "' is no list") end
  return name.value, list, kind == "any" and "any" or kind:sub(2), path.value
end

return layout_terms

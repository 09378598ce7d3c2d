--- lua/conditions.lua: the conditions of a query: which rows hold them, and which range of the book has all that do.
---
--- conditions.of(source, { field = wanted }) -> list of tests, equal, ranges      for conditions.plan
--- conditions.plan(source, equal, ranges, flags) -> request for host.rows
---
--- wanted: a value; a text with a sign, ">=2026-01-01", "!=EUR", "~ltd" (contains); of dates also "2026-11", "2026" and
--- "2026-11-01..2026-12-01"; a period; a list, any of it; a function of the value; true: there is one, and it is not zero.
--- Example: conditions.of(invoices, { date = "2026-11" }) tests that the date lies in November.
local near = require "near"
local sources = require "sources"

local conditions = {}

local function refuse(message, hint) raise { code = "rule.value", message = message, hint = hint } end

-- ---- values ----

local function number_of(field, text)
  local good, amount = pcall(money, text)
  if good and field.kind == "money" then return amount end
  local number = tonumber(text)
  if number == nil then
    refuse(field.name .. " wants a number such as 1234.50, found \"" .. text .. "\"")
  end
  return number
end

--- The days that a text stands for, as a period: "2026-11-30", "2026-11", "2026", "2026-11-01..2026-12-01".
local function days_of(field, text)
  local good, found
  if text:find "^%d%d%d%d$" then
    good, found = pcall(function() return period(date(text .. "-01-01"), date(text .. "-01-01"):add_years(1)) end)
  elseif text:find "^%d%d%d%d%-%d%d$" then
    good, found = pcall(function() return period(date(text .. "-01"), date(text .. "-01"):add_months(1)) end)
  elseif text:find("..", 1, true) then
    good, found = pcall(period, text)
  else
    good, found = pcall(function() return period(date(text), date(text):add_days(1)) end)
  end
  if good then return found end
  refuse(field.name .. " wants a date such as 2026-11-30, found \"" .. text .. "\"",
    "also: 2026-11 for a month, 2026 for a year, 2026-11-01..2026-12-01 for a period")
end

local function word_of(field, text)
  for _, word in ipairs(field.words) do
    if word == text then return text end
  end
  refuse(field.name .. " is one of " .. table.concat(field.words, ", ") .. ", found \"" .. text .. "\"",
    near.hint(text, field.words))
end

--- a < b: -1, equal: 0, more: 1; nil where the two cannot be compared. Money and numbers compare by amount.
local function order(a, b)
  if type(a) == "money" and type(b) == "money" then
    if a.currency ~= b.currency then return nil end
  elseif type(a) == "money" then
    a = a.amount
  end
  if a == b then return 0 end
  return a < b and -1 or 1
end

local SIGNS = {
  ["="] = function(o) return o == 0 end, ["!="] = function(o) return o ~= 0 end,
  ["<"] = function(o) return o == -1 end, ["<="] = function(o) return o == -1 or o == 0 end,
  [">"] = function(o) return o == 1 end, [">="] = function(o) return o == 1 or o == 0 end,
}

local function is_there(value)
  if value == nil or value == false or value == 0 then return false end
  if type(value) == "money" then return value.amount ~= 0 end
  if type(value) == "table" then
    for _ in pairs(value) do return true end
    return false
  end
  return true
end

-- ---- tests of one value ----

--- Dates: a sign and days. Also the range of the book that has them.
local function date_test(field, sign, text)
  local days = days_of(field, text)
  local first, last = days.start, days.stop:add_days(-1)
  local range = { ["="] = { low = first, high = last }, [">="] = { low = first }, [">"] = { low = days.stop },
    ["<="] = { high = last }, ["<"] = { high = first:add_days(-1) } }
  local own = range[sign]
  if not own then return function(value) return value ~= nil and not days:has(value) end end
  return function(value)
    return value ~= nil and (not own.low or value >= own.low) and (not own.high or value <= own.high)
  end, own
end

local function contains(part)
  part = part:lower()
  return function(value) return value ~= nil and tostring(value):lower():find(part, 1, true) ~= nil end
end

--- A text as a condition; the second result: a range of dates; the third: the value it equals.
local function text_test(field, wanted)
  local sign, text = wanted:match "^([<>!=~]=?)%s*(.*)$"
  if sign == "==" then sign = "=" end
  if sign == "~" then return contains(text) end
  if not SIGNS[sign] then sign, text = "=", wanted end
  if text == "" then
    local there = sign == "!="
    return function(value) return (value ~= nil and value ~= "") == there end
  end
  local kind, compare, value = field.kind, SIGNS[sign], text
  if kind == "date" then return date_test(field, sign, text) end
  if kind == "money" or kind == "decimal" or kind == "integer" then value = number_of(field, text) end
  if kind == "enum" and (sign == "=" or sign == "!=") then value = word_of(field, text) end
  return function(found)
    if found == nil then return sign == "!=" end
    return compare(order(found, value))
  end, nil, sign == "=" and value or nil
end

local test_of

local function list_test(field, list)
  local tests = {}
  for i, wanted in ipairs(list) do tests[i] = test_of(field, wanted) end
  return function(value, row)
    for i = 1, #tests do
      if tests[i](value, row) then return true end
    end
    return false
  end
end

local function tags_test(map)
  local tests = {}
  for key, wanted in pairs(map) do tests[key] = test_of({ name = "tags." .. key, kind = "text" }, wanted) end
  return function(tags)
    for key, test in pairs(tests) do
      if not test(tags and tags[key]) then return false end
    end
    return true
  end
end

function test_of(field, wanted)
  local kind = type(wanted)
  if kind == "function" then return wanted end
  if kind == "boolean" then return function(value) return is_there(value) == wanted end end
  if kind == "string" then return text_test(field, wanted) end
  if kind == "table" and field.kind == "tags" then return tags_test(wanted) end
  if kind == "table" then return list_test(field, wanted) end
  if kind == "period" then
    return function(value) return value ~= nil and wanted:has(value) end,
      { low = wanted.start, high = wanted.stop:add_days(-1) }
  end
  if kind == "date" then return date_test(field, "=", tostring(wanted)) end
  if kind == "record" then refuse("a record is no condition of " .. field.name, "compare with one of its fields") end
  if (field.kind == "text" or field.kind == "enum") and kind ~= "money" then return text_test(field, tostring(wanted)) end
  return function(value) return value ~= nil and order(value, wanted) == 0 end, nil, wanted
end

-- ---- all of them ----

local function tag_field(source, name)
  local key = type(name) == "string" and name:match "^tags%.(.+)$"
  return key and source.by_name.tags and { name = name, kind = "text", tag = key }
end

function conditions.of(source, map)
  local tests, equal, ranges = {}, {}, {}
  for name, wanted in pairs(map) do
    local field = source.by_name[name] or tag_field(source, name)
    if not field then sources.no_field(source, name) end
    local test, range, value = test_of(field, wanted)
    if field.tag then
      tests[#tests + 1] = function(row) return test(row.tags and row.tags[field.tag], row) end
    else
      tests[#tests + 1] = function(row) return test(row[name], row) end
      if value ~= nil then equal[name] = tostring(value) end
      if wanted == true then equal[name] = true end
      if range then ranges[name] = range end
    end
  end
  return tests, equal, ranges
end

-- ---- which range ----

local function text_at(equal, source, name)
  local value = equal[name] or source.fixed[name]
  if type(value) ~= "string" then return nil end
  local kind = source.by_name[name].kind
  return kind ~= "money" and kind ~= "decimal" and value or nil
end

--- How much an index narrows, and its request; nil if it does not have all rows that are wanted.
local function rate(source, index, equal, ranges)
  local request, score, first = { type = source.type, index = index.name }, 0, {}
  if index.partial and not source.partial[index.name] then
    local needs = source.conditional[index.name]
    if not needs or equal[needs[1]] ~= needs[2] then return nil end
  end
  if index.partial then score = score + 1 end
  for _, name in ipairs(index.fields) do
    local value = text_at(equal, source, name)
    if not value then
      local range = ranges[name]
      if range then
        request.low, request.high = range.low and tostring(range.low), range.high and tostring(range.high)
        score = score + 5
      end
      break
    end
    first[#first + 1] = value
    score = score + (equal[name] and 10 or 1)
  end
  if #first > 0 then request.first = first end
  return score, request
end

function conditions.plan(source, equal, ranges, flags)
  local best, plan = rate(source, { fields = source.key }, equal, ranges)
  for _, index in ipairs(source.indexes) do
    local score, request = rate(source, index, equal, ranges)
    if score and score > best then best, plan = score, request end
  end
  plan.as_of, plan.versions = flags.as_of, flags.versions
  return plan
end

return conditions

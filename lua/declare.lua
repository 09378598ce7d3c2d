--- lua/declare.lua: what the constructors of rule files share: checking what an admin declared, and where.
--- Units: none. Failures raise `rule.value` unless a code is named; file and line are those of the declaration.
--- Example: declare.fields("charge", { nmae = "Fee" }, { name = "text" }) raises
---   a charge has no field 'nmae'; hint: did you mean 'name'?
local near = require "near"

local declare = {}

local PROBE = { code = "rule.error", message = "" }

--- The place in a rule file that is being run, for example "rules/tax.lua:12". An error that pcall caught knows it; this is
--- the only use of that, and it costs about a microsecond, so it is asked when a rule is loaded, not for every line.
function declare.here()
  local _, caught = pcall(raise, PROBE)
  return (caught.file or "lua") .. ":" .. (caught.line or 0)
end

--- File and line of such a place.
function declare.split(place)
  local file, line = place:match "^(.*):(%d+)$"
  return file, tonumber(line)
end

---@param message string what is wrong
---@param hint string|nil what to do about it
---@param code string|nil error code, rule.value if absent
function declare.fail(message, hint, code)
  return raise { code = code or "rule.value", message = message, hint = hint }
end

--- "a", or "an" before a vowel.
local function article(what) return what:find "^[aeiou]" and "an " or "a " end

local function names_of(map)
  local list = {}
  for name in pairs(map) do list[#list + 1] = name end
  return list
end

--- What to write instead of `word`: the nearest of `names`, or all of them.
function declare.suggest(word, names)
  return near.hint(tostring(word), names) or "there are: " .. table.concat(names, ", ")
end

local is = {}
function is.text(v) return type(v) == "string" and v ~= "" end
function is.flag(v) return type(v) == "boolean" end
function is.number(v) return type(v) == "number" or type(v) == "decimal" end
function is.count(v) return type(v) == "number" and v >= 0 end
function is.money(v) return type(v) == "money" end
is["function"] = function(v) return type(v) == "function" end
is["table"] = function(v) return type(v) == "table" end
function is.date(v) return type(v) == "date" or (type(v) == "string" and v:find "^%d%d%d%d%-%d%d%-%d%d$" ~= nil) end
function is.country(v) return type(v) == "string" and v:find "^%u%u$" ~= nil end

local WANTED = {
  text = "text", flag = "true or false", number = "a number", count = "a whole number from 0 on",
  money = 'money such as money "10.00 EUR"', ["function"] = "a function", ["table"] = "a table in { }",
  date = 'a date such as "2026-11-30"', country = "a country of two letters such as GB",
}

--- Raise unless `value` is of one of the kinds, "text|number".
---@param what string how to call the value in the message, for example "price of the charge"
function declare.kind(what, value, kinds)
  local wanted = {}
  for kind in kinds:gmatch "[^|]+" do
    if is[kind](value) then return value end
    wanted[#wanted + 1] = WANTED[kind]
  end
  local got = type(value)
  if got == "string" then got = "the text '" .. value .. "'" end
  if got == "number" or got == "decimal" then got = tostring(value) end
  if got == "nil" then return declare.fail(what .. " is missing", "write " .. table.concat(wanted, " or ")) end
  return declare.fail(what .. " is " .. got .. " instead of " .. table.concat(wanted, " or "))
end

--- Check the named fields of a declaration: no unknown ones, each of its kind, the required ones there.
---@param what string noun for messages, for example "plan"
---@param given table as the admin wrote it
---@param spec table kinds by field name; a "!" in front: required
---@return table given
function declare.fields(what, given, spec)
  if type(given) ~= "table" then
    declare.fail(article(what) .. what .. " is declared by a table in { }, not by " .. type(given))
  end
  for name in pairs(given) do
    if type(name) == "string" and not spec[name] then
      declare.fail(article(what) .. what .. " has no field '" .. name .. "'", declare.suggest(name, names_of(spec)))
    end
  end
  for name, kinds in pairs(spec) do
    local required = kinds:sub(1, 1) == "!"
    if required or given[name] ~= nil then
      declare.kind(name .. " of the " .. what, given[name], required and kinds:sub(2) or kinds)
    end
  end
  return given
end

--- Raise unless `value` is one of the texts in `choices`.
function declare.choice(what, value, choices)
  for _, choice in ipairs(choices) do
    if value == choice then return value end
  end
  return declare.fail(what .. " is '" .. tostring(value) .. "'", declare.suggest(value, choices))
end

--- Refuse entries in the list part of a declaration beyond the first `most`.
function declare.positions(what, given, most)
  for key in pairs(given) do
    if type(key) == "number" and (key < 1 or key > most) then
      declare.fail(article(what) .. what .. " takes " .. most .. " entries without a name, and here is entry " .. key)
    end
  end
end

return declare

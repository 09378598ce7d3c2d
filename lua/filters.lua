--- lua/filters.lua: what layouts do with a value before it is printed: {{ document.total | money }}.
---
--- filters.apply(name, l, value, ...) -> value      l: a locale (locale.lua)
--- filters.text(l, value) -> text                   how a value is printed without a filter
--- filters.names() -> list
---
---   money ["code"]     £1,234.50; with its code instead of its sign      amount  1,234.50, for a column that names the currency
---   number [places]    1,234.5                                             percent  17.5 -> 17.5%
---   date ["long"]      30/11/2026, 30 November 2026                        upper    capitals
---   default TEXT       the text where there is no value                    negate   the other sign, for a credit note's amounts
---   country            GB -> United Kingdom                                lines    parts of a list or text, one below the other
---   address [HOME]     name and address of an account or company as letters have them; the country only if it is not HOME
---   place [HOME]       the address without the names                   price CUR the decimals of a currency at least: 2 -> 2.00
---   day_before         the last day of a period that ends before this one
---   dates              a text with its dates as date has them: "change of 2026-03-11" -> change of 11/03/2026; spans, which end
---                      before their second day, with their last one: "2026-10-01..2026-11-01" -> 01/10/2026 to 31/10/2026
---   quantity, unit_price   of a line whose amount (with tax where its price has it) is quantity x price; of others (a part of
---                      a period) nothing. part: ", 12 seats, 20/30 of 108.00" of those. "negate": of a credit note
---
--- Of no value a filter makes no value; only default makes something of it. Nothing here rounds.
--- Source of address forms: Universal Postal Union, addressing systems of the countries named below.
local countries = require "countries"
local locale = require "locale"
local filters = {}

local function wrong(what, value)
  raise { code = "layout.invalid", message = "this filter takes " .. what .. ", not a " .. type(value) }
end

local function is_number(value)
  return type(value) == "number" or type(value) == "decimal"
end

-- Town and post code on one line: before it, behind it with the region, or each on a line.
local BEHIND = { US = true, CA = true, AU = true, NZ = true, IN = true }
local APART = { GB = true, IE = true, GG = true, JE = true, IM = true, UA = true, ZA = true, HK = true, SG = true }

local function join(a, b, between)
  if not a or a == "" then return b end
  if not b or b == "" then return a end
  return a .. between .. b
end

local function town(v, country)
  if APART[country] then return { v.city, v.region, v.postcode } end
  if BEHIND[country] then return { join(join(v.city, v.region, country == "US" and ", " or " "), v.postcode, " ") } end
  return { join(v.postcode, v.city, " "), v.region }
end

local kinds = {}

function kinds.money(l, value, form)
  if type(value) ~= "money" then wrong("money", value) end
  if form ~= nil and form ~= "code" then
    raise { code = "layout.invalid", message = "money is shown with its sign, or with its code: money \"code\"" }
  end
  return locale.money(l, value, form == "code")
end

function kinds.amount(l, value)
  if type(value) ~= "money" then wrong("money", value) end
  return locale.amount(l, value)
end

function kinds.number(l, value, places)
  if not is_number(value) then wrong("a number", value) end
  if places ~= nil and not (type(places) == "number" and places >= 0 and places <= 12) then
    raise { code = "layout.invalid", message = "number takes the decimals that it shows at least, from 0 to 12: number 2" }
  end
  return locale.number(l, value, places)
end

function kinds.percent(l, value)
  if not is_number(value) then wrong("a number", value) end
  return locale.percent(l, value)
end

function kinds.date(l, value, form)
  if type(value) ~= "date" then wrong("a date", value) end
  if form ~= nil and form ~= "long" and form ~= "short" then
    raise { code = "layout.invalid", message = 'dates are "short" or "long", not "' .. tostring(form) .. '"' }
  end
  return locale.date(l, value, form)
end

-- Capitals of ASCII and Latin-1 letters; others stay as they are.
function kinds.upper(_, value)
  if type(value) ~= "string" then wrong("a text", value) end
  return (value:upper():gsub("\xC3([\xA0-\xB6\xB8-\xBE])", function(c) return "\xC3" .. string.char(c:byte() - 32) end))
end

function kinds.negate(_, value)
  if type(value) ~= "money" and not is_number(value) then wrong("money or a number", value) end
  return -value
end

function kinds.country(_, value)
  if type(value) ~= "string" then wrong("a country's code", value) end
  return countries.name(value) or value
end

function kinds.lines(_, value)
  local list = {}
  if type(value) == "string" then
    for part in value:gmatch("[^\r\n]+") do
      if part:find("%S") then list[#list + 1] = part:match("^%s*(.*)$") end
    end
  elseif type(value) == "table" or type(value) == "record" then
    for i = 1, #value do
      if value[i] ~= nil and value[i] ~= "" then list[#list + 1] = tostring(value[i]) end
    end
  else
    wrong("a text or a list", value)
  end
  return table.concat(list, "\n")
end

-- Lines of an address; `with` names the fields above the town.
local function address(value, home, with)
  if type(value) ~= "table" and type(value) ~= "record" then wrong("an account or the company", value) end
  local parts, list = {}, {}
  -- The company has no attention and no region: pairs gives what there is, where asking for an unknown field is an error.
  for name, v in pairs(value) do parts[name] = v end
  for i = 1, #with do list[#list + 1] = parts[with[i]] end
  local places = town(parts, parts.country)
  for i = 1, 3 do
    if places[i] and places[i] ~= "" then list[#list + 1] = places[i] end
  end
  if parts.country and parts.country ~= home then list[#list + 1] = countries.name(parts.country) or parts.country end
  return table.concat(list, "\n")
end

function kinds.address(_, value, home) return address(value, home, { "name", "attention", "street" }) end

function kinds.place(_, value, home) return address(value, home, { "street" }) end

function kinds.price(l, value, currency)
  if not is_number(value) then wrong("a number", value) end
  return locale.amount(l, money(value, currency))
end

function kinds.day_before(_, value)
  if type(value) ~= "date" then wrong("a date", value) end
  return value:add_days(-1)
end

local DAY = "%d%d%d%d%-%d%d%-%d%d"

-- A text that looks like a day and is none stays as it is.
local function shown_day(l, text, days_before)
  local good, day = pcall(date, text)
  return good and locale.date(l, day:add_days(-days_before)) or text
end

function kinds.dates(l, value)
  if type(value) ~= "string" then wrong("a text", value) end
  value = value:gsub("(" .. DAY .. ")%.%.(" .. DAY .. ")", function(first, stop)
    return shown_day(l, first, 0) .. " to " .. shown_day(l, stop, 1)
  end)
  return (value:gsub("%f[%d]" .. DAY .. "%f[%D]", function(day) return shown_day(l, day, 0) end))
end

-- Whether a line's amount is its quantity times its price; only then both stand beside it.
local function multiplies(line)
  if type(line) ~= "table" and type(line) ~= "record" then wrong("a line", line) end
  if not line.quantity or not line.price or line.share then return false end
  return round(money(line.quantity * line.price, line.amount.currency)) == (line.gross or line.amount)
end

local function with_unit(l, line, form)
  local text = locale.number(l, form == "negate" and -line.quantity or line.quantity)
  return line.unit and text .. " " .. line.unit or text
end

function kinds.quantity(l, line, form)
  if multiplies(line) then return with_unit(l, line, form) end
  return nil
end

function kinds.unit_price(l, line)
  if multiplies(line) then return locale.amount(l, money(line.price, line.amount.currency)) end
  return nil
end

function kinds.part(l, line, form)
  if multiplies(line) or not line.quantity then return nil end
  local text = ""
  if line.quantity ~= 1 and line.quantity ~= -1 then text = ", " .. with_unit(l, line, form) end
  if not line.share then return text end
  text = text .. ", " .. line.share
  if not line.whole then return text end
  return text .. " of " .. locale.amount(l, form == "negate" and -line.whole or line.whole)
end

local names = { "default" }
for name in pairs(kinds) do names[#names + 1] = name end
table.sort(names)

function filters.names()
  return names
end

function filters.apply(name, l, value, argument)
  if name == "default" then
    if value == nil or value == "" then return argument end
    return value
  end
  if value == nil then return nil end
  return kinds[name](l, value, argument)
end

function filters.text(l, value)
  local kind = type(value)
  if value == nil then return "" end
  if kind == "string" then return value end
  if kind == "number" or kind == "decimal" then return locale.number(l, value) end
  if kind == "money" then return locale.money(l, value) end
  if kind == "date" then return locale.date(l, value) end
  if kind == "boolean" then
    raise { code = "layout.invalid", message = "a value that is true or false cannot be printed",
      hint = "ask for it: {% if ... %}" }
  end
  raise { code = "layout.invalid", message = "a " .. kind .. " cannot be printed",
    hint = "name one of its fields, or go through it: {% for x in ... %}" }
end

return filters

--- lua/cells.lua: the text of a cell as the value of a field, by the field's kind; each different text is read once.
---
--- cells.readers(settings) -> read       read[how](text) -> value | nil, code, wanted
---   settings   mark, order, century (figures.lua), countries (names of the mapping, in small letters)
--- cells.show(text) -> text              for a message: short, without control characters, in quotes
---
--- Kinds: id, text, decimal, date, time ({ time = } where there is an offset, else { day = }), days,
--- whole (a small whole number), flag (yes or no), currency, country, order_kind, line_kind, open_kind (import_kinds.lua
--- names each field's).
--- An empty cell is never read here: what an absent value means is the field's business.
--- Errors are answers, `wanted` completing "expected ...": an import goes on where one row is wrong.
local countries = require "countries"
local figures = require "figures"
local cells = {}

local ID_MAX = 128           -- bytes; MOON_ID_MAX
local TEXT_MAX = 64 * 1024   -- bytes; MOON_TEXT_MAX
local SHOWN_MAX = 60         -- bytes of a text in a message
local DAYS_MAX = 3650

-- Controls and what turns the direction of text around (core/base/text.h), line breaks and tabs among them.
local function has_control(text)
  if text:find("[%c\127]") then return true end
  if not text:find("[\xC2\xE2]") then return false end
  return text:find("\xC2[\x80-\x9F]") or text:find("\xE2\x80[\xA8-\xAE]") or text:find("\xE2\x81[\xA6-\xA9]")
end

function cells.show(text)
  local shown = text:sub(1, SHOWN_MAX)
  if #text > SHOWN_MAX then shown = shown:gsub("[\xC2-\xF4][\x80-\xBF]*$", "") .. "…" end
  shown = shown:gsub("[%c\127]", "\u{FFFD}"):gsub("\xC2[\x80-\x9F]", "\u{FFFD}"):gsub("\xE2\x80[\xA8-\xAE]", "\u{FFFD}")
  return "'" .. shown:gsub("\xE2\x81[\xA6-\xA9]", "\u{FFFD}") .. "'"
end

local function id(text)
  if #text > ID_MAX then return nil, "id.invalid", "at most 128 bytes" end
  if has_control(text) then return nil, "id.invalid", "printable characters only" end
  if text:find("^%s") or text:find("%s$") then return nil, "id.invalid", "no spaces at its ends" end
  return text
end

local function text_of(text)
  if #text > TEXT_MAX then return nil, "too_large", "at most 65536 bytes, not " .. #text end
  return text
end

local function days(text)
  local number = text:find("^%d%d?%d?%d?$") and tonumber(text)
  if number and number <= DAYS_MAX then return number end
  return nil, "import.value", "a whole number of days"
end

local function whole(text)
  local number = text:find("^%-?%d%d?%d?%d?%d?%d?$") and tonumber(text)
  if number then return number end
  return nil, "import.value", "a whole number"
end

local FLAGS = { yes = true, ["true"] = true, ["1"] = true, x = true, no = false, ["false"] = false, ["0"] = false }

local function flag(text)
  local value = FLAGS[text:lower()]
  if value ~= nil then return value end
  return nil, "import.value", "yes or no"
end

local function currency(text)
  local code = text:upper()
  if code:find("^%u%u%u$") and pcall(money, 0, code) then return code end
  return nil, "money.currency_unknown", "a code of ISO 4217 such as EUR"
end

local function word(choices, wanted)
  return function(text)
    local name = text:lower():gsub("[%s%-]+", "_")
    if choices[name] then return name end
    return nil, "import.value", wanted
  end
end

-- Remembers what a reader said of each text. Texts that are long or never come back are not worth it: see `text`.
local function once(read)
  local known, refused = {}, {}
  return function(text)
    local value = known[text]
    if value ~= nil then return value end
    local no = refused[text]
    if no then return nil, no.code, no.wanted end
    local code, wanted
    value, code, wanted = read(text)
    if value == nil then
      refused[text] = { code = code, wanted = wanted }
      return nil, code, wanted
    end
    known[text] = value
    return value
  end
end

local EPOCH = date "1970-01-01"

-- "+02:00", "-0330", "Z" as seconds; nil if it is none.
local function offset_of(text)
  if text == "Z" or text == "z" then return 0 end
  local sign, hours, minutes = text:match "^([+%-])(%d%d):?(%d%d)$"
  if not sign or tonumber(hours) > 23 or tonumber(minutes) > 59 then return nil end
  return (tonumber(hours) * 3600 + tonumber(minutes) * 60) * (sign == "-" and -1 or 1)
end

-- A time with an offset as microseconds since 1970 in UTC; nil if it is none.
local function instant(text)
  local day, hour, minute, rest = text:match "^(%d%d%d%d%-%d%d%-%d%d)[Tt ](%d%d):(%d%d)(.*)$"
  if not day then return nil end
  local second, fraction, zone = rest:match "^:(%d%d)%.?(%d*)%s*(.-)$"
  if not second then second, fraction, zone = "0", "", rest:match "^%s*(.-)$" end
  local offset, good, civil = offset_of(zone), pcall(date, day)
  -- Microseconds are exact within 2^53.
  if not offset or not good or civil.year < 1700 or civil.year > 2200 then return nil end
  if tonumber(hour) > 23 or tonumber(minute) > 59 or tonumber(second) > 59 or #fraction > 6 then return nil end
  local seconds = (civil - EPOCH) * 86400 + tonumber(hour) * 3600 + tonumber(minute) * 60 + tonumber(second) - offset
  return seconds * 1000000 + tonumber(fraction .. ("0"):rep(6 - #fraction))
end

function cells.readers(settings)
  local mark, order, century, names = settings.mark, settings.order, settings.century, settings.countries
  local function number(text)
    local value, wanted = figures.number(text, mark)
    return value, "import.value", wanted
  end
  local function day(text)
    local value, wanted = figures.day(text, order, century)
    return value, "import.value", wanted
  end
  -- An instant where the offset is written, else the day that is.
  local function time(text)
    if #text > 64 then return nil, "import.value", "a time such as 2026-11-30T18:00:00+01:00" end
    local at = instant(text)
    if at then return { time = at } end
    local found, code = day(text)
    local hour, minute, second = text:match "[Tt ](%d+):(%d+):?(%d*)"
    local clock = not hour or tonumber(hour) < 24 and tonumber(minute) < 60 and (tonumber(second) or 0) < 60
    local offset = text:find "[Tt ]%d+:.*[Zz+%-]" -- an instant that is none must not pass for a day
    if found and clock and not offset then return { day = found } end
    return nil, code, "a time such as 2026-11-30T18:00:00+01:00, or a day"
  end
  -- false: the mapping says that this is no country
  local function country(text)
    local code = names[text:lower()]
    if code ~= nil then return code end
    code = #text <= 200 and countries.code(text)
    if code then return code end
    local like = countries.near(text:sub(1, 40))[1]
    return nil, "import.value", "a country" .. (like and ", perhaps " .. like or "")
      .. "; name it in the mapping: countries = { [" .. cells.show(text) .. "] = \"..\" }"
  end
  return {
    id = once(id), text = text_of, decimal = once(number), date = once(day), days = once(days), time = time,
    currency = once(currency), whole = once(whole), flag = once(flag),
    country = once(country), order_kind = once(word({ sale = true, cancellation = true }, "sale or cancellation")),
    open_kind = once(word({ invoice = true, credit = true, cash = true }, "invoice, credit or cash")),
    line_kind = once(word({ product = true, charge = true, discount = true }, "product, charge or discount")),
  }
end

return cells

--- lua/locale.lua: amounts, numbers and dates as people of a place write them. Only shows; nothing is computed from it.
---
--- locale.find(name) -> locale              "de-AT"; "de" and "de-LI" find German; raises for an unknown language
--- locale.number(l, value [, places])       with grouping; at least so many decimals, never fewer than the value has
--- locale.money(l, money [, code])          "£1,234.50", "1.234,50 €"; with its code instead of its sign if `code`
--- locale.amount(l, money)                  the same without the currency, for a column that names it
--- locale.percent(l, value)                 17.5 -> "17.5%"
--- locale.date(l, date [, "long"])          "30/11/2026", "30 November 2026"
--- locale.names() -> list
---
--- Values are what tostring makes a decimal, money or date of ("-1234.5", "12.50 EUR", "2026-11-30"), or such text. All
--- is done on the digits of that text, so nothing is ever rounded. Each locale has its own space: U+00A0 keeps a sign
--- beside its number, U+202F groups digits in French.
--- Source: Unicode CLDR, number and date patterns of each locale. Where CLDR has one mark for numbers and another for
--- amounts (de-AT), that of amounts is used for both.
--- Example: locale.money(locale.find("de-DE"), "1234.50 EUR") == "1.234,50\u{A0}€".
local near = require "near"
local locale = {}

local NBSP, NNBSP, MINUS = "\u{A0}", "\u{202F}", "\u{2212}"

local ENGLISH = "January February March April May June July August September October November December"
local GERMAN = "Januar Februar März April Mai Juni Juli August September Oktober November Dezember"
local AUSTRIAN = "Jänner Februar März April Mai Juni Juli August September Oktober November Dezember"
local FRENCH = "janvier février mars avril mai juin juillet août septembre octobre novembre décembre"
local DUTCH = "januari februari maart april mei juni juli augustus september oktober november december"
local SPANISH = "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre"
local ITALIAN = "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre"
local POLISH = "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia"
local SWEDISH = "januari februari mars april maj juni juli augusti september oktober november december"
local DANISH = "januar februar marts april maj juni juli august september oktober november december"
local NORWEGIAN = "januar februar mars april mai juni juli august september oktober november desember"
local FINNISH = "tammikuuta helmikuuta maaliskuuta huhtikuuta toukokuuta kesäkuuta heinäkuuta elokuuta syyskuuta "
  .. "lokakuuta marraskuuta joulukuuta"
local PORTUGUESE = "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro"

-- mark    decimal mark                 group   between thousands; from: digits of the whole part from which it is used
-- minus   sign of negatives            money   N the digits, C the currency, - the sign
-- signs   currencies that have a sign here; others stand with their code, apart by a no-break space
-- short, long   dates: Y year, M month, D day, with two digits where doubled; B name of the month
local LOCALES = {
  ["en-GB"] = { mark = ".", group = ",", money = "-CN", percent = "N%", short = "DD/MM/Y", long = "D B Y", months = ENGLISH,
    signs = { GBP = "£", EUR = "€", USD = "US$" } },
  ["en-US"] = { mark = ".", group = ",", money = "-CN", percent = "N%", short = "MM/DD/Y", long = "B D, Y",
    months = ENGLISH, signs = { USD = "$", EUR = "€", GBP = "£" } },
  ["en-IE"] = { mark = ".", group = ",", money = "-CN", percent = "N%", short = "DD/MM/Y", long = "D B Y", months = ENGLISH,
    signs = { EUR = "€", GBP = "£", USD = "US$" } },
  ["de-DE"] = { mark = ",", group = ".", money = "-N C", percent = "N %", short = "DD.MM.Y", long = "D. B Y",
    months = GERMAN, signs = { EUR = "€" } },
  ["de-AT"] = { mark = ",", group = ".", money = "-C N", percent = "N %", short = "DD.MM.Y", long = "D. B Y",
    months = AUSTRIAN, signs = { EUR = "€" } },
  ["de-CH"] = { mark = ".", group = "\u{2019}", money = "C -N", percent = "N%", short = "DD.MM.Y", long = "D. B Y",
    months = GERMAN, signs = {} },
  ["fr-FR"] = { mark = ",", group = NNBSP, money = "-N C", percent = "N %", short = "DD/MM/Y", long = "D B Y",
    months = FRENCH, first = "1er", signs = { EUR = "€" } },
  ["nl-NL"] = { mark = ",", group = ".", money = "C -N", percent = "N%", short = "DD-MM-Y", long = "D B Y",
    months = DUTCH, signs = { EUR = "€" } },
  ["es-ES"] = { mark = ",", group = ".", from = 5, money = "-N C", percent = "N %", short = "DD/MM/Y",
    long = "D de B de Y", months = SPANISH, signs = { EUR = "€" } },
  ["it-IT"] = { mark = ",", group = ".", money = "-N C", percent = "N%", short = "DD/MM/Y", long = "D B Y",
    months = ITALIAN, signs = { EUR = "€" } },
  ["pl-PL"] = { mark = ",", group = NBSP, from = 5, money = "-N C", percent = "N%", short = "DD.MM.Y", long = "D B Y",
    months = POLISH, signs = { PLN = "zł", EUR = "€" } },
  ["sv-SE"] = { mark = ",", group = NBSP, minus = MINUS, money = "-N C", percent = "N %", short = "Y-MM-DD",
    long = "D B Y", months = SWEDISH, signs = { SEK = "kr", EUR = "€" } },
  ["da-DK"] = { mark = ",", group = ".", money = "-N C", percent = "N %", short = "DD.MM.Y", long = "D. B Y",
    months = DANISH, signs = { DKK = "kr.", EUR = "€" } },
  ["nb-NO"] = { mark = ",", group = NBSP, minus = MINUS, money = "-N C", percent = "N %", short = "DD.MM.Y",
    long = "D. B Y", months = NORWEGIAN, signs = { NOK = "kr", EUR = "€" } },
  ["fi-FI"] = { mark = ",", group = NBSP, minus = MINUS, money = "-N C", percent = "N %", short = "D.M.Y",
    long = "D. B Y", months = FINNISH, signs = { EUR = "€" } },
  ["pt-PT"] = { mark = ",", group = NBSP, from = 5, money = "-N C", percent = "N%", short = "DD/MM/Y",
    long = "D de B de Y", months = PORTUGUESE, signs = { EUR = "€" } },
  ["ja-JP"] = { mark = ".", group = ",", money = "-CN", percent = "N%", short = "Y/MM/DD", long = "Y年M月D日",
    months = "1 2 3 4 5 6 7 8 9 10 11 12", signs = { JPY = "￥", EUR = "€", USD = "$", GBP = "£" } },
  -- Neutral: digits and codes as in files, nothing that a reader has to know a country for.
  iso = { mark = ".", group = "", money = "-N C", percent = "N %", short = "Y-MM-DD", long = "Y-MM-DD", months = ENGLISH,
    signs = {} },
}

-- What stands for a language alone, or with a country that is not listed.
local LANGUAGES = { en = "en-GB", de = "de-DE", fr = "fr-FR", nl = "nl-NL", es = "es-ES", it = "it-IT", pl = "pl-PL",
  sv = "sv-SE", da = "da-DK", nb = "nb-NO", nn = "nb-NO", no = "nb-NO", fi = "fi-FI", pt = "pt-PT", ja = "ja-JP" }

local names = {}
for name, l in pairs(LOCALES) do
  names[#names + 1] = name
  local months = {}
  for month in l.months:gmatch("%S+") do months[#months + 1] = month end
  l.name, l.months, l.minus, l.from = name, months, l.minus or "-", l.from or 4
  l.lang = name == "iso" and "en" or name
end
table.sort(names)

function locale.names()
  return names
end

function locale.find(name)
  if name == nil or name == "" then return LOCALES.iso end
  local language, country = tostring(name):match("^(%a+)[-_]?(%a*)$")
  if language then
    language, country = language:lower(), country:upper()
    local found = LOCALES[language .. "-" .. country] or LOCALES[LANGUAGES[language] or language]
    if found then return found end
  end
  raise { code = "rule.value", message = 'there is no locale "' .. tostring(name) .. '"',
    hint = near.hint(tostring(name), names) or "known: " .. table.concat(names, ", ") }
end

-- Digits in groups of three from the right.
local function group(l, whole)
  if #whole < l.from or l.group == "" then return whole end
  local head = #whole % 3
  local parts = {}
  if head > 0 then parts[1] = whole:sub(1, head) end
  for i = head + 1, #whole, 3 do parts[#parts + 1] = whole:sub(i, i + 2) end
  return table.concat(parts, l.group)
end

-- Sign and digits of "-1234.5", in this locale; nil if it is no number.
local function digits(l, text, places)
  local sign, whole, fraction = text:match("^(%-?)(%d+)%.?(%d*)$")
  if not whole then return nil end
  if #fraction < places then fraction = fraction .. ("0"):rep(places - #fraction) end
  local out = group(l, whole)
  if fraction ~= "" then out = out .. l.mark .. fraction end
  return sign ~= "" and l.minus or "", out
end

local function refuse(what, value)
  raise { code = "rule.value", message = '"' .. tostring(value) .. '" is no ' .. what }
end

function locale.number(l, value, places)
  local sign, out = digits(l, tostring(value), places or 0)
  if not out then refuse("number", value) end
  return sign .. out
end

-- Fill a pattern whose letters are single bytes.
local function fill(pattern, parts)
  return (pattern:gsub("[%-CN ]", parts))
end

function locale.money(l, value, code)
  local number, currency = tostring(value):match("^(%S+) (%u%u%u)$")
  local sign, out
  if number then sign, out = digits(l, number, 0) end
  if not out then refuse("amount of money", value) end
  local shown = not code and l.signs[currency] or currency
  local text = fill(l.money, { ["-"] = sign, C = shown, N = out, [" "] = NBSP })
  -- A code is a word: it stands apart from the digits also where a sign does not.
  if shown == currency then text = text:gsub(currency .. "(%d)", currency .. NBSP .. "%1") end
  return text
end

function locale.amount(l, value)
  local number = tostring(value):match("^(%S+) %u%u%u$")
  local sign, out
  if number then sign, out = digits(l, number, 0) end
  if not out then refuse("amount of money", value) end
  return sign .. out
end

function locale.percent(l, value)
  return fill(l.percent, { N = locale.number(l, value), [" "] = NBSP })
end

function locale.date(l, value, form)
  local year, month, day = tostring(value):match("^(%d%d%d%d)%-(%d%d)%-(%d%d)$")
  local name = year and l.months[tonumber(month)]
  if not name then refuse("date", value) end
  local short_day = day:gsub("^0", "")
  local parts = { Y = year, MM = month, DD = day, M = (month:gsub("^0", "")), D = short_day, B = name }
  if form ~= "long" then return (l.short:gsub("%u+", parts)) end
  if l.first and short_day == "1" then parts.D = l.first end
  return (l.long:gsub("%u+", parts))
end

return locale

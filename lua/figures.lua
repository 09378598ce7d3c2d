--- lua/figures.lua: numbers and dates as files hold them, and which way a file writes them.
---
--- figures.find_mark(columns, lines) -> "," | "." | nil, problem
--- figures.number(text, mark) -> decimal | nil, why
--- figures.find_order(columns, lines) -> "d/m/y" | "m/d/y" | nil, problem, said     said: a date of the file says so; else
---   every date is one that has one order only, such as 2026-11-30
--- figures.day(text, order, century) -> date | nil, why
---
--- `columns` is a list of { name =, cells = }, cells a list of texts; `lines` the line of each in its file. A file is read
--- as a whole: what tells the two ways apart in one row settles it for all. What nothing settles is no guess but a problem
--- { message =, hint = }: 1,234 may be a thousand or little more than one, 3/4/2026 March or April.
---
--- Numbers: 1234.5  1,234.50  1.234,50  1 234,50  1'234.50  12,34,567.00, a sign before or behind, (12.00) for -12.00.
--- Dates: 2026-11-30 always; 30/11/2026, 30.11.2026, 30-11-2026; 30 Nov 2026, Nov 30, 2026; a time behind is left out,
--- the day stays the one that is written. Years of two digits need a century.
local figures = {}

local NUMBER_MAX = 64 -- bytes of a number or date; 36 digits with all their marks fit

-- Spaces and apostrophes that group digits, as " " and "'".
local function plain_groups(text)
  if not text:find("[\xC2\xE2]") then return text end
  return (text:gsub("\u{A0}", " "):gsub("\u{202F}", " "):gsub("\u{2009}", " "):gsub("\u{2019}", "'"):gsub("\u{2212}", "-"))
end

-- The sign ("" or "-") and what is left of a number; nil if two signs contradict each other.
local function unsigned(text)
  local inner = text:match("^%((.*)%)$")
  if inner then
    if inner:find("[%-+()]") then return nil end
    return "-", inner:match("^%s*(.-)%s*$")
  end
  local sign, rest = text:match("^([%-+])%s*(.*)$")
  if sign then return sign == "-" and "-" or "", rest end
  rest, sign = text:match("^(.-)%s*([%-+])$")
  if sign then return sign == "-" and "-" or "", rest end
  return "", text
end

-- Digits of "1.234.567" or "12,34,567" grouped by the one byte `by`; nil if they are not grouped that way. No group begins with
-- 0 in front: "0,125" is no 125.
local function ungroup(whole, by)
  local class = "%" .. by
  local head, middle, last = whole:match("^(%d+)" .. class .. "(.-)(%d%d%d)$")
  if not head or #head > 3 or head:sub(1, 1) == "0" then return nil end
  if middle == "" then return head .. last end
  if middle:sub(-1) ~= by then return nil end
  local size
  local digits = middle:gsub("(%d*)" .. class, function(part)
    if size and #part ~= size then size = 0 end
    size = size or #part
    return part
  end)
  if digits:find("%D") or not (size == 3 or size == 2 and #head <= 2) then return nil end
  return head .. digits .. last
end

-- Digits with a point ("-1234.50") of a number whose decimal mark is known; nil if it is none.
local function canonical(text, mark)
  local sign, body = unsigned(plain_groups(text))
  if not sign then return nil end
  local whole, fraction
  if mark == "," then
    whole, fraction = body:match("^([%d%.' ]*),?(%d*)$")
  else
    whole, fraction = body:match("^([%d,' ]*)%.?(%d*)$")
  end
  if not whole or whole == "" and fraction == "" then return nil end
  local by = whole:match("%D")
  if by then whole = ungroup(whole, by) end
  if not whole then return nil end
  if whole == "" then whole = "0" end
  return sign .. (fraction == "" and whole or whole .. "." .. fraction)
end

function figures.number(text, mark)
  if #text > NUMBER_MAX then return nil, "a number of at most " .. NUMBER_MAX .. " characters" end
  local digits = canonical(text, mark)
  if digits then
    local ok, value = pcall(decimal, digits)
    if ok then return value end
    return nil, "a number of at most 36 digits, 24 of them decimals"
  end
  return nil, mark == "," and "a number such as 1.234,50" or "a number such as 1,234.50"
end

-- What a text says about the decimal mark: "," or ".", "?" if it has a mark that may be either, nil if nothing.
local function evidence(text)
  if #text > NUMBER_MAX or not text:find("[.,]") then return nil end
  local sign, body = unsigned(plain_groups(text))
  if not sign or body:find("[^%d., ']") then return nil end
  local point, comma = canonical(body, "."), canonical(body, ",")
  if point and comma then
    if point == comma then return nil end
    return "?"
  end
  return point and "." or comma and "," or nil
end

local function place(found)
  return '"' .. found.text .. '" in line ' .. tostring(found.line)
end

-- The first text of each kind of evidence, over all columns; every different text is looked at once.
local function survey(columns, lines, look)
  local found = {}
  for _, column in ipairs(columns) do
    local seen, cells = {}, column.cells
    for i = 1, #lines do
      local text = cells[i]
      if text and not seen[text] then
        seen[text] = true
        local kind = look(text)
        if kind and not found[kind] then found[kind] = { text = text, line = lines[i], column = column.name } end
      end
    end
  end
  return found
end

function figures.find_mark(columns, lines)
  local found = survey(columns, lines, evidence)
  local comma, point, open = found[","], found["."], found["?"]
  local hint = 'name the decimal mark in the mapping: decimals = "," or decimals = "."'
  if comma and point then
    return nil, { message = "the file writes decimals in two ways: " .. place(comma) .. ", column " .. comma.column
      .. ", but " .. place(point) .. ", column " .. point.column, hint = hint .. "; orders with the other one are then held" }
  end
  if open and not comma and not point then
    local digits = canonical(open.text, ".")
    return nil, { message = place(open) .. ", column " .. open.column .. ", may be " .. digits .. " or "
      .. canonical(open.text, ",") .. ", and nothing in the file tells which", hint = hint, line = open.line }
  end
  return comma and "," or "."
end

---- dates ----

local MONTHS = {}
for number, names in ipairs {
  "jan january", "feb february", "mar march", "apr april", "may", "jun june", "jul july", "aug august",
  "sep sept september", "oct october", "nov november", "dec december" } do
  for name in names:gmatch("%a+") do MONTHS[name] = number end
end

-- Is what follows a date nothing, or a time?
local function is_time(rest)
  return rest == "" or rest:find("^[T ,]%s*%d%d?:%d%d[%d:.,]*%s*[AaPp]?%.?[Mm]?%.?%s*Z?[+%-]?[%d:]*$") ~= nil
end

-- The three numbers of "30/11/2026 08:26" as written; nil otherwise.
local function parts(text)
  local a, mark, b, c, rest = text:match("^(%d+)([/.%-])(%d+)%2(%d+)(.*)$")
  if a and is_time(rest) then return a, b, c, mark end
  return nil
end

-- Day, month, year of a date that is written with the month's name.
local function named(text)
  local day, name, year, rest = text:match("^(%d%d?)%.?[ %-](%a+)%.?,?[ %-](%d%d%d%d)(.*)$")
  if not day then name, day, year, rest = text:match("^(%a+)%.? (%d%d?),? (%d%d%d%d)(.*)$") end
  local month = day and MONTHS[name:lower()]
  if month and is_time(rest) then return day, tostring(month), year end
  return nil
end

local function order_evidence(text)
  if #text > NUMBER_MAX then return nil end
  local a, b, _, mark = parts(text)
  if not a or #a > 2 or #b > 2 then return nil end
  if a == b then return nil end
  local first, second = tonumber(a), tonumber(b)
  if first > 12 and second > 12 then return nil end
  if first > 12 then return "d/m/y" end
  if second > 12 then return "m/d/y" end
  return mark == "." and "d/m/y" or "?"
end

function figures.find_order(columns, lines)
  local found = survey(columns, lines, order_evidence)
  local day, month, open = found["d/m/y"], found["m/d/y"], found["?"]
  local hint = 'name their order in the mapping: dates = "d/m/y" or dates = "m/d/y"'
  if day and month then
    return nil, { message = "the file writes dates in two ways: " .. place(day) .. " has the day first, " .. place(month)
      .. " the month", hint = hint .. "; orders with the other one are then held" }
  end
  if open and not day and not month then
    return nil, { message = place(open) .. ", column " .. open.column .. ", may have the day or the month first, and nothing "
      .. "in the file tells which", hint = hint, line = open.line }
  end
  return month and "m/d/y" or "d/m/y", nil, (day or month) ~= nil
end

local function make(year, month, day, century)
  if #year <= 2 then
    if not century then return nil, 'a year of four digits (or name its century in the mapping: century = 2000)' end
    year = tonumber(year) + century
  elseif #year ~= 4 then
    return nil, "a year of four digits"
  end
  if #month > 2 or #day > 2 then return nil, "a day that exists" end
  local ok, value = pcall(date, tonumber(year), tonumber(month), tonumber(day))
  if ok then return value end
  return nil, "a day that exists"
end

function figures.day(text, order, century)
  if #text > NUMBER_MAX then return nil, "a date" end
  local a, b, c = parts(text)
  if a then
    if #a == 4 then return make(a, b, c) end
    if order == "m/d/y" then return make(c, a, b, century) end
    if order == "y/m/d" then return make(a, b, c, century) end
    return make(c, b, a, century)
  end
  local year, month, day, rest = text:match("^(%d%d%d%d)(%d%d)(%d%d)(.*)$")
  if year and is_time(rest) then return make(year, month, day) end
  day, month, year = named(text)
  if day then return make(year, month, day) end
  return nil, "a date such as " .. (order or "d/m/y"):gsub("d", "30"):gsub("m", "11"):gsub("y", "2026") .. " or 2026-11-30"
end

return figures

--- lua/references.lua: numbers of documents as people write them in a remittance, found word by word.
--- Units: none; texts. Capitals, leading zeros and what stands between the parts make no difference.
--- Source: none. A number is found where its parts stand as whole words, never within another: INV-2026-00012 is written
---   "inv 2026 12" or "INV202600012", and is not in "INV-2026-000120".
--- Example: references.find("your inv. 2026/12, thanks", references.index { ["INV-2026-00012"] = 1 }) is { 1 }.
local references = {}

local PARTS_MAX = 8     -- of one number
local TEXT_MAX = 2000   -- bytes of a remittance that are looked at
local DIGITS_MIN = 4    -- a number of digits alone is found from so many on: "12" is anything

-- The parts of a text: runs of letters and of digits; `first`, `last`: they begin or end a word.
local function parts_of(text)
  local parts = {}
  for word in text:sub(1, TEXT_MAX):upper():gmatch "[%w\x80-\xFF]+" do
    local at = #parts + 1
    local rest = word
    while rest ~= "" do
      local run = rest:match "^%d+" or rest:match "^[^%d]+"
      parts[#parts + 1] = { text = run, digits = run:find "^%d" ~= nil }
      rest = rest:sub(#run + 1)
    end
    parts[at].first, parts[#parts].last = true, true
  end
  return parts
end

local function plain(part)
  if not part.digits then return part.text end
  local stripped = part.text:gsub("^0+", "")
  return stripped == "" and "0" or stripped
end

local function key_of(parts, from, to)
  local list = {}
  for i = from, to do list[#list + 1] = plain(parts[i]) end
  return table.concat(list, " ")
end

-- The same with digits that stand beside each other written as one.
local function fused_key(parts)
  local list = {}
  for i = 1, #parts do
    local last = list[#list]
    if last and last.digits and parts[i].digits then
      last.text = last.text .. parts[i].text
    else
      list[#list + 1] = { text = parts[i].text, digits = parts[i].digits }
    end
  end
  return key_of(list, 1, #list)
end

local function too_short(key) return key:find "^%d+$" ~= nil and #key < DIGITS_MIN end

--- What is found by which words.
---@param numbers table anything by number; two whose numbers read alike are both left out
---@return table
function references.index(numbers)
  local index, twice = {}, {}
  local function add(key, value)
    if key == "" or too_short(key) then return end
    if index[key] ~= nil and index[key] ~= value then twice[key] = true end
    index[key] = value
  end
  for number, value in pairs(numbers) do
    local parts = parts_of(number)
    if #parts > 0 then
      add(key_of(parts, 1, #parts), value)
      add(fused_key(parts), value)
    end
  end
  for key in pairs(twice) do index[key] = nil end
  return index
end

-- Calls f(parts, from, to) for whole words, longer ones first; where it answers, goes on behind them.
local function scan(parts, f)
  local from = 1
  while from <= #parts do
    local taken
    for to = min(#parts, from + PARTS_MAX - 1), from, -1 do
      if parts[from].first and parts[to].last and f(parts, from, to) then
        taken = to
        break
      end
    end
    from = (taken or from) + 1
  end
end

--- What an index has of the numbers in a text, each once, in their order.
function references.find(text, index)
  local found, seen = {}, {}
  scan(parts_of(text), function(parts, from, to)
    local value = index[key_of(parts, from, to)]
    if value == nil then return false end
    if not seen[value] then found[#found + 1], seen[value] = value, true end
    return true
  end)
  return found
end

-- ---- numbers of a series ----

-- "INV-{year}-{number:5}" as parts: { text } or { field = "year" | "number" }, with the digits of the number.
local function pattern_of(series)
  local width = tonumber(series:match "{number:(%d)}") or 1
  local marked = series:gsub("{year}", " \1 "):gsub("{number:?%d?}", " \2 ")
  local list = {}
  for piece in marked:gmatch "%S+" do
    if piece == "\1" then
      list[#list + 1] = { field = "year" }
    elseif piece == "\2" then
      list[#list + 1] = { field = "number" }
    else
      for _, part in ipairs(parts_of(piece)) do list[#list + 1] = { text = plain(part) } end
    end
  end
  return list, width
end

local function filled(series, year, number, width)
  local digits = number:gsub("^0+", "")
  digits = ("0"):rep(width - #digits) .. digits
  return (series:gsub("{year}", year):gsub("{number:?%d?}", digits))
end

-- Words as a number of the series, written as the book writes it; nil if they are none.
local function read_as(series, parts, from, to)
  local list, width = pattern_of(series)
  local at, year, number = from, nil, nil
  local k = 1
  while k <= #list do
    local part, field = parts[at], list[k].field
    if at > to then return nil end
    local follows = list[k + 1] and list[k + 1].field
    if field == "year" and follows == "number" and part.digits and #part.text >= 4 + width then
      year, number, k = part.text:sub(1, 4), part.text:sub(5), k + 1
    elseif field then
      if not part.digits or field == "year" and #part.text ~= 4 then return nil end
      if field == "year" then year = part.text else number = part.text end
    elseif plain(part) ~= list[k].text then
      return nil
    end
    at, k = at + 1, k + 1
  end
  if at <= to or not year or not number or #number > 15 then return nil end
  return filled(series, year, number, width)
end

--- The numbers in a text that are written as those of a book's series, each once, in their order.
---@param series table patterns by kind of document
function references.numbers(text, series)
  local found, seen = {}, {}
  scan(parts_of(text), function(parts, from, to)
    for _, pattern in pairs(series) do
      local number = read_as(pattern, parts, from, to)
      if number then
        if not seen[number] then found[#found + 1], seen[number] = number, true end
        return true
      end
    end
    return false
  end)
  return found
end

--- Whether a number as a whole is one of a series.
function references.is_own(number, series)
  local parts = parts_of(number)
  for _, pattern in pairs(series) do
    if #parts > 0 and read_as(pattern, parts, 1, #parts) then return true end
  end
  return false
end

--- The words of a text as they stand, and the word before each; for ids of other systems.
function references.words(text)
  local list, before = {}, nil
  for word in text:sub(1, TEXT_MAX):gmatch "%S+" do
    local bare = word:gsub("^[%p]+", ""):gsub("[%p]+$", "")
    if bare ~= "" then list[#list + 1] = { text = bare, before = before } end
    before = bare ~= "" and bare:lower() or before
  end
  return list
end

return references

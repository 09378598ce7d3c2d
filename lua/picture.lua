--- lua/picture.lua: an amount over a quantity, drawn in a terminal.
--- Units: columns and lines of a terminal; quantities are decimals, amounts decimals of one currency.
--- Source: braille characters U+2800..28FF hold 2 x 4 dots each (Unicode, chapter 21.1).
--- Example: picture.draw { from = 0, to = 1000, at = function(x) return x * 2 end, name = "seats" } is a text of 20 lines.
local picture = {}

local WIDTH, HEIGHT = 80, 20
local POINTS_MAX = 400 -- how often a rule is asked at the most

-- The bit of a dot in its character: column 0 or 1, line 0 (top) to 3.
local DOTS = { [0] = { [0] = 0x01, 0x02, 0x04, 0x40 }, { [0] = 0x08, 0x10, 0x20, 0x80 } }

-- ---- axes ----

-- 1, 2, 5, 10, 20, ...: the smallest of them that is not below x.
local function round_up(x)
  local step = 1
  while step < x do step = step * 10 end
  while step / 10 >= x do step = step / 10 end
  if step / 5 >= x then return step / 5 end
  if step / 2 >= x then return step / 2 end
  return step
end

--- Round values for an axis, at most `most` steps apart.
---@return table list of values from the first not below `low` to the last not above `high`
function picture.ticks(low, high, most)
  if high <= low then return { low } end
  local step = round_up(divide(high - low, most, 24))
  local list, value = {}, math.ceil(divide(low, step, 24)) * step
  while value <= high do
    list[#list + 1] = value
    value = value + step
  end
  return list
end

-- 1234567.50 as 1,234,567.50; marks make long numbers legible.
local function grouped(value)
  local text = tostring(value)
  local sign, whole, rest = text:match "^(%-?)(%d+)(.*)$"
  if not whole then return text end
  whole = whole:reverse():gsub("(%d%d%d)", "%1,"):reverse():gsub("^,", "")
  return sign .. whole .. rest
end

-- ---- points ----

local function sample(given, columns)
  local count = min(columns, POINTS_MAX)
  local whole, span, points = given.whole, given.to - given.from, {}
  for i = 0, count - 1 do
    local x = given.from + divide(span * i, max(count - 1, 1), 9)
    if whole then x = round(x, 0) end
    points[i + 1] = { x = x, y = given.at(x) }
  end
  return points
end

local function range_of(points)
  local low, high = points[1].y, points[1].y
  for _, point in ipairs(points) do low, high = min(low, point.y), max(high, point.y) end
  if low > 0 then low = 0 end
  if high < 0 then high = 0 end
  if high == low then high = low + 1 end
  return low, high
end

-- ---- canvases ----

local function place(value, low, high, cells)
  return round(divide((value - low) * (cells - 1), high - low, 6), 0)
end

local function canvas_of(width, height, dots_x, dots_y)
  local canvas = { width = width, height = height, columns = width * dots_x, lines = height * dots_y, cells = {} }
  for y = 0, height - 1 do canvas.cells[y] = {} end
  function canvas.set(x, y)
    local column, line = x // dots_x, (canvas.lines - 1 - y) // dots_y
    local row = canvas.cells[line]
    if dots_x == 1 then
      row[column] = "*"
    else
      local bit = DOTS[x % 2][(canvas.lines - 1 - y) % 4]
      local bits = row[column] or 0
      if bits // bit % 2 == 0 then row[column] = bits + bit end
    end
  end
  return canvas
end

-- Dots from one point to the next, so that a jump is a line upwards.
local function connect(canvas, x, before, y)
  local from, to = min(before, y), max(before, y)
  for line = from, to do canvas.set(x, line) end
end

local function plot(canvas, points, low, high)
  local before
  for i, point in ipairs(points) do
    local y = place(point.y, low, high, canvas.lines)
    local x = #points == canvas.columns and i - 1 or place(i, 1, max(#points, 2), canvas.columns)
    connect(canvas, x, before or y, y)
    before = y
  end
end

-- ---- the text ----

local function cell_text(cell, bounded, unicode)
  if cell == nil then return bounded and (unicode and "┊" or ":") or " " end
  if cell == "*" then return cell end
  return utf8.char(0x2800 + cell)
end

local function pad(text, width) return string.rep(" ", width - utf8.len(text)) .. text end

-- Labels of the left axis by line, and their width.
local function left_labels(low, high, canvas)
  local labels, width = {}, 0
  for _, value in ipairs(picture.ticks(low, high, canvas.height // 3)) do
    local line = canvas.height - 1 - place(value, low, high, canvas.lines) // (canvas.lines // canvas.height)
    labels[line] = grouped(value)
    width = max(width, #labels[line])
  end
  return labels, width
end

-- The line of numbers below; those that would run into each other are left out.
local function below(given, canvas, indent)
  local text = ""
  for _, value in ipairs(picture.ticks(given.from, given.to, canvas.width // 12)) do
    local column, label = place(value, given.from, given.to, canvas.width), grouped(value)
    local start = indent + column - #label // 2
    if start + #label > indent + canvas.width then start = indent + canvas.width - #label end
    if #text == 0 or start > #text then text = text .. string.rep(" ", start - #text) .. label end
  end
  return text
end

local function bounds_of(given, canvas)
  local columns = {}
  for _, bound in ipairs(given.bounds or {}) do
    if bound > given.from and bound < given.to then columns[place(bound, given.from, given.to, canvas.width)] = true end
  end
  return columns
end

local function marks(given, canvas)
  local columns = {}
  for _, value in ipairs(picture.ticks(given.from, given.to, canvas.width // 12)) do
    columns[place(value, given.from, given.to, canvas.width)] = true
  end
  return columns
end

--- Draw a function of one quantity.
---@param given table from, to (from < to); at (function x -> y, decimals); name, unit (what x and y are); whole (true: x is a
---  whole number); bounds (list of x that are marked); width, height (80 x 20 where absent); ascii (true: no other characters)
---@return string lines, each ended by a line feed
function picture.draw(given)
  local unicode, height = not given.ascii, (given.height or HEIGHT) - 3
  local most = given.width or WIDTH
  local trial = canvas_of(most - 12, height, unicode and 2 or 1, unicode and 4 or 1)
  local points = sample(given, trial.columns)
  local low, high = range_of(points)
  local labels, indent = left_labels(low, high, trial)
  local canvas = canvas_of(most - indent - 2, height, unicode and 2 or 1, unicode and 4 or 1)
  points = sample(given, canvas.columns)
  plot(canvas, points, low, high)
  local bounds, ticks = bounds_of(given, canvas), marks(given, canvas)
  local out = { (given.unit or "amount") .. " over " .. (given.name or "x") }
  for y = 0, canvas.height - 1 do
    local side = labels[y] and (unicode and " ┤" or " +") or (unicode and " │" or " |")
    local row = { pad(labels[y] or "", indent), side }
    for x = 0, canvas.width - 1 do row[#row + 1] = cell_text(canvas.cells[y][x], bounds[x], unicode) end
    out[#out + 1] = table.concat(row):gsub("%s+$", "")
  end
  local axis = { string.rep(" ", indent), unicode and " └" or " +" }
  for x = 0, canvas.width - 1 do axis[#axis + 1] = ticks[x] and (unicode and "┬" or "+") or (unicode and "─" or "-") end
  out[#out + 1] = table.concat(axis)
  out[#out + 1] = below(given, canvas, indent + 2)
  return table.concat(out, "\n") .. "\n"
end

return picture

--- lua/sheet.lua: a table in a file, held as one list of texts per column, with its place and its raw rows for messages.
---
--- sheet.open(bytes, file, options) -> sheet    columns, separator, header (raw), found; raises import.file
--- sheet.load(sheet, names, trim)               reads all rows: cells[name][i], lines[i]; fields[i] where their number is wrong,
---                                              or what the reader says of a row that it could not read
--- sheet.column(sheet, names) -> cells          several columns as one, what they hold put together with a space
--- sheet.raws(sheet, rows, later) -> list       { raw =, fields = } of rows by ascending number; see below
--- sheet.raise(sheet, message, hint, line)      an error of this file
---
--- Rows without anything in them are no rows. Memory: one slot per mapped cell, and each different text once; a row as it
--- stood in the file is read again when it is asked for, by a second reader that goes through the file once.
--- Reader: plugin.csv, or plugin.jsonl for files that end so; the contract is in plugins/README.md.
local sheet = {}

local byte, sub = string.byte, string.sub
local WARNINGS_MAX = 20

function sheet.raise(s, message, hint, line)
  raise { code = "import.file", message = message, hint = hint, file = s.file, line = line }
end

local function open_reader(s)
  local good, reader = pcall(s.open, s.bytes, s.options)
  if good then return reader end
  local place = type(reader) == "table" and reader.column and "column " .. tostring(reader.column) .. ": " or ""
  return sheet.raise(s, place .. (type(reader) == "table" and reader.message or tostring(reader)),
    "does the mapping name another separator, quote or encoding than the file has?",
    type(reader) == "table" and reader.line or nil)
end

-- The reader for a file, by the ending of its name.
local function reader_for(file)
  local ending = file:lower():match "%.(%w+)$"
  if ending == "jsonl" or ending == "ndjson" then return require "plugin.jsonl" end
  return require "plugin.csv"
end

function sheet.open(bytes, file, options)
  local reader = reader_for(file)
  local s = { file = file, bytes = bytes, options = {}, open = reader.open, stash = {}, at = 0 }
  s.lines_of_text = not reader.row -- whose rejected rows become rows of a table
  s.row = reader.row or require("plugin.csv").row
  for _, name in ipairs { "separator", "quote", "encoding", "header", "skip" } do s.options[name] = options[name] end
  s.reader = open_reader(s)
  s.columns, s.found = s.reader.columns, s.reader.found
  if #s.columns == 0 then
    sheet.raise(s, s.lines_of_text and "there is no object in the file" or "the file is empty",
                s.lines_of_text and "each of its lines is an object in { }" or "its first line names the columns")
  end
  s.separator = s.found.separator ~= "" and s.found.separator or ","
  s.header = s.row(s.columns, s.separator)
  s.places = {}
  for i = 1, #s.columns do s.places[s.columns[i]] = i end
  return s
end

-- Without white space at its ends; by bytes, since a pattern takes a square of time on a long text of spaces.
local function trimmed(text)
  local from, to = 1, #text
  while from <= to do
    local b = byte(text, from)
    if b == 32 or b >= 9 and b <= 13 then from = from + 1
    elseif b == 0xC2 and byte(text, from + 1) == 0xA0 then from = from + 2
    else break end
  end
  while to >= from do
    local b = byte(text, to)
    if b == 32 or b >= 9 and b <= 13 then to = to - 1
    elseif b == 0xA0 and byte(text, to - 1) == 0xC2 then to = to - 2
    else break end
  end
  return sub(text, from, to)
end

local function is_blank(fields)
  for i = 1, #fields do
    if fields[i] ~= "" and trimmed(fields[i]) ~= "" then return false end
  end
  return true
end

-- More fields than columns do no harm where they are empty: spreadsheets end rows with separators.
local function fits(fields, width)
  for i = width + 1, #fields do
    if trimmed(fields[i]) ~= "" then return false end
  end
  return #fields >= width
end

function sheet.load(s, names, trim)
  local reader, lines, wrong, width = s.reader, {}, {}, #s.columns
  local places, lists, m, n, blank = {}, {}, #names, 0, 0
  s.cells, s.lines, s.fields = {}, lines, wrong
  for j = 1, m do
    places[j], lists[j] = s.places[names[j]], {}
    s.cells[names[j]] = lists[j]
  end
  local fields, line, problem = reader:next({})
  while fields do
    local empty = not problem
    n = n + 1
    for j = 1, m do
      local text = fields[places[j]] or ""
      if text ~= "" then
        if trim then
          local first, last = byte(text, 1), byte(text, -1)
          if first <= 32 or last <= 32 or last == 0xA0 or first == 0xC2 then text = trimmed(text) end
        end
        if text ~= "" then empty = false end
      end
      lists[j][n] = text
    end
    if problem then
      lines[n], wrong[n] = line, problem
    elseif empty and is_blank(fields) then
      n, blank = n - 1, blank + 1
    else
      lines[n] = line
      if #fields ~= width and not fits(fields, width) then wrong[n] = #fields end
    end
    fields, line, problem = reader:next(fields)
  end
  for j = 1, m do lists[j][n + 1] = nil end
  s.rows, s.blank = n, blank
  s.warnings, s.warning_count = {}, reader.warnings.total or #reader.warnings
  for i = 1, #reader.warnings < WARNINGS_MAX and #reader.warnings or WARNINGS_MAX do
    local w = reader.warnings[i]
    s.warnings[i] = { line = w.line, column = w.column, message = w.message }
  end
  s.reader = nil
end

function sheet.column(s, names)
  if #names == 1 then return s.cells[names[1]] end
  local cells = {}
  for i = 1, s.rows do
    local parts = {}
    for j = 1, #names do
      local text = s.cells[names[j]][i]
      if text ~= "" then parts[#parts + 1] = text end
    end
    cells[i] = table.concat(parts, " ")
  end
  return cells
end

--- `later(i)` tells whether a row that is passed over on the way may be asked for by a later call; those are kept.
function sheet.raws(s, rows, later)
  local out, stash, lines = {}, s.stash, s.lines
  if not s.again then s.again = open_reader(s) end
  for k = 1, #rows do
    local row = rows[k]
    while s.at < row do
      local fields, line = s.again:next({})
      if not fields then return sheet.raise(s, "the file changed while it was read") end
      if line == lines[s.at + 1] then
        s.at = s.at + 1
        if s.at == row or later(s.at) then stash[s.at] = { raw = s.again:raw(), fields = fields } end
      end
    end
    out[k], stash[row] = stash[row], nil
  end
  return out
end

return sheet

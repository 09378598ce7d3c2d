-- The CSV reader, as rows: name, bytes, options, and what is expected of it. Prints TAP; returns the number of failures.
-- Run by tests/unit/readers_test.c. A row checks only what it names:
--   columns, rows     as lists, fields as lists
--   lines             the line each record begins on
--   raw               the raw text of each record
--   found             those members of reader.found
--   warnings          all of them, as "line:column text", where the text is the beginning of the message
--   total             warnings.total
--   fails             the error as "line:column text" or "text", likewise; raised by open or by reading
-- A file without `warnings` has to be read without any.

local csv = require "csv"
local FFFD = "\u{FFFD}"
local OPEN = "a quote opens here and nothing closes it"
local TAIL = "text follows the closing quote"
local MIB = 1024 * 1024

local function utf16(text, big)
  local units = {}
  for _, c in utf8.codes(text) do
    local format = big and ">I2" or "<I2"
    if c < 0x10000 then
      units[#units + 1] = format:pack(c)
    else
      c = c - 0x10000
      units[#units + 1] = format:pack(0xD800 + (c >> 10)) .. format:pack(0xDC00 + (c & 0x3FF))
    end
  end
  return table.concat(units)
end

local function numbers(first, last)
  local list = {}
  for i = first, last do list[#list + 1] = i end
  return list
end

local function numbers_as_text(count)
  local list = numbers(1, count)
  for i = 1, count do list[i] = tostring(list[i]) end
  return list
end

-- A record of so many fields.
local function wide(count) return ("x,"):rep(count - 1) .. "x" end

local BAD_1252 = "1 byte(s) that are not windows-1252"
local BAD_UTF8 = " byte(s) that are not utf-8"

local cases = {
  -- plain files, line ends, blank lines
  { "a plain file", "a,b\n1,2\n3,4\n", columns = { "a", "b" }, rows = { { "1", "2" }, { "3", "4" } }, lines = { 2, 3 },
    found = { separator = ",", quote = '"', encoding = "utf-8", bom = false, line_end = "LF" } },
  { "no line end at the end", "a,b\n1,2", rows = { { "1", "2" } }, found = { line_end = "LF" } },
  { "CRLF", "a,b\r\n1,2\r\n", rows = { { "1", "2" } }, lines = { 2 }, found = { line_end = "CRLF" } },
  { "CR", "a,b\r1,2\r3,4\r", rows = { { "1", "2" }, { "3", "4" } }, lines = { 2, 3 }, found = { line_end = "CR" } },
  { "mixed line ends", "a,b\r\n1,2\n3,4\r5,6", rows = { { "1", "2" }, { "3", "4" }, { "5", "6" } }, lines = { 2, 3, 4 },
    found = { line_end = "mixed" } },
  { "blank lines are skipped and counted", "\n \na,b\n\n1,2\n\t \n\r\n3,4\n\n", columns = { "a", "b" },
    rows = { { "1", "2" }, { "3", "4" } }, lines = { 5, 8 } },
  { "a line of separators is a record", "a;b;c\n;;\n", rows = { { "", "", "" } } },
  { "a line of tabs is a record where they separate", "a\tb\n\t\n", rows = { { "", "" } } },
  { "empty fields at both ends", "a,b,c\n,2,\n", rows = { { "", "2", "" } } },
  { "an empty last field at the end of the file", "a,b\n1,", rows = { { "1", "" } } },
  { "spaces in fields stay", "a,b\n 1 ,  2\n", rows = { { " 1 ", "  2" } } },
  { "too few and too many fields", "a,b\n1\n1,2,3\n", rows = { { "1" }, { "1", "2", "3" } }, lines = { 2, 3 } },

  -- nothing, or next to nothing
  { "an empty file", "", columns = {}, rows = {},
    found = { separator = "", encoding = "utf-8", bom = false, line_end = "none" } },
  { "only a byte-order mark", "\xEF\xBB\xBF", columns = {}, rows = {}, found = { bom = true, encoding = "utf-8" } },
  { "only a UTF-16 byte-order mark", "\xFF\xFE", columns = {}, rows = {}, found = { bom = true, encoding = "utf-16le" } },
  { "only blank lines", "\n\n  \r\n", columns = {}, rows = {} },
  { "only a header", "a;b\n", columns = { "a", "b" }, rows = {}, found = { separator = ";" } },
  { "only a header, without a line end", "a;b", columns = { "a", "b" }, rows = {}, found = { line_end = "none" } },
  { "an empty file without header", "", { header = false }, columns = {}, rows = {} },

  -- quotes
  { "quoted fields", 'a,b\n"1","2"\n', rows = { { "1", "2" } } },
  { "separators in quotes", 'a,b\n"1,5","2,5"\n', rows = { { "1,5", "2,5" } } },
  { "doubled quotes", 'a;b\n"PIPE 9"" STEEL ";48\n', rows = { { 'PIPE 9" STEEL ', "48" } } },
  { "nothing but doubled quotes", 'a,b\n"""",""""""\n', rows = { { '"', '""' } } },
  { "an empty quoted field", 'a,b\n"",""\n', rows = { { "", "" } } },
  { "a quoted empty field alone is a record", 'a\n""\n', rows = { { "" } }, lines = { 2 } },
  { "line breaks in quotes", 'a,b\n"one\ntwo\r\nthree\rfour",2\n3,4\n',
    rows = { { "one\ntwo\r\nthree\rfour", "2" }, { "3", "4" } }, lines = { 2, 6 },
    raw = { '"one\ntwo\r\nthree\rfour",2', "3,4" } },
  { "a header with a line break", '"Net\namount",b\n1,2\n', columns = { "Net\namount", "b" }, lines = { 3 } },
  { "a quoted field at the end of the file", 'a,b\n1,"2"', rows = { { "1", "2" } } },
  { "stray quotes in an unquoted field", 'a;b\n6" PLATE;1\nBOX "A";2\nx"";3\n',
    rows = { { '6" PLATE', "1" }, { 'BOX "A"', "2" }, { 'x""', "3" } } },
  { "a quote behind a space is text", 'a,b\n1, "2"\n', rows = { { "1", ' "2"' } } },
  { "text behind a closing quote", 'a,b\n"1"x,2\n', rows = { { "1x", "2" } }, warnings = { "2:4 " .. TAIL } },
  { "text with a quote behind a closing quote", 'a,b\n"é"" ""x" y"z",2\n', rows = { { 'é" "x y"z"', "2" } },
    warnings = { "2:10 " .. TAIL } },
  { "text behind the closing quote of a field of two lines", 'a,b\n1,"2\nzz"y\n', rows = { { "1", "2\nzzy" } },
    warnings = { "3:4 " .. TAIL } },
  { "a quote that is never closed", 'a;b\n1;"PLATE\n2;x\n', rows = { { "1", '"PLATE' }, { "2", "x" } }, lines = { 2, 3 },
    warnings = { "2:3 " .. OPEN } },
  { "a quote that is never closed, doubled ones behind it", 'a;b\n"P;"" x\n2;y\n', rows = { { '"P', " x" }, { "2", "y" } },
    warnings = { "2:1 " .. OPEN, "2:6 " .. TAIL } },
  { "a quote that is the last byte", 'a;b\n1;"', rows = { { "1", '"' } }, warnings = { "2:3 " .. OPEN } },
  { "a quote opened in the header", '"a,b\n1,2\n', columns = { '"a', "b" }, rows = { { "1", "2" } },
    warnings = { "1:1 " .. OPEN } },
  { "a quoted field of 1000 lines", 'a,b\n"' .. ("x\n"):rep(999) .. 'x",2\n3,4\n',
    rows = { { ("x\n"):rep(999) .. "x", "2" }, { "3", "4" } }, lines = { 2, 1002 } },
  { "a quoted field of 1001 lines falls back", 'a,b\n"' .. ("x\n"):rep(1000) .. 'x",2\n', lines = numbers(2, 1002),
    warnings = { "2:1 " .. OPEN } },
  { "a quoted field of 1 MiB", 'a,b\n"' .. ("x"):rep(MIB) .. '",2\n', rows = { { ("x"):rep(MIB), "2" } } },
  { "a quoted field of 1 MiB and a byte falls back", 'a,b\n"' .. ("x"):rep(MIB + 1) .. '",2\n',
    rows = { { '"' .. ("x"):rep(MIB + 1) .. '"', "2" } }, warnings = { "2:1 " .. OPEN } },
  { "another quote", "a,b\n'1,5',\"2\"\n", { quote = "'" }, rows = { { "1,5", '"2"' } }, found = { quote = "'" } },
  { "no quote", 'a,b\n"1",""\n', { quote = "" }, rows = { { '"1"', '""' } }, found = { quote = "" } },

  -- encodings
  { "UTF-8 with a byte-order mark", "\xEF\xBB\xBFStraße;b\n1;€\n", columns = { "Straße", "b" }, rows = { { "1", "€" } },
    found = { bom = true, encoding = "utf-8" } },
  { "windows-1252, found", "name,price\nCaf\xE9,\xA35\n", rows = { { "Café", "£5" } },
    found = { encoding = "windows-1252", bom = false } },
  { "windows-1252, its upper part", "a,b\n\x80 \x93x\x94,\x9C\xFF\n", rows = { { "€ “x”", "œÿ" } } },
  { "windows-1252 has holes", "a,b\n\x81,\xE9\x9D\n", rows = { { FFFD, "é" .. FFFD } },
    warnings = { "2:1 " .. BAD_1252, "2:4 " .. BAD_1252 } },
  { "iso-8859-1 has none", "a,b\n\x81,\xE9\n", { encoding = "iso-8859-1" }, rows = { { "\u{81}", "é" } },
    found = { encoding = "iso-8859-1" } },
  { "UTF-16LE", "\xFF\xFE" .. utf16('a;b\r\n"£;";𝄞\r\n'), columns = { "a", "b" }, rows = { { "£;", "𝄞" } },
    lines = { 2 }, raw = { '"£;";𝄞' }, found = { encoding = "utf-16le", bom = true, line_end = "CRLF", separator = ";" } },
  { "UTF-16BE", "\xFE\xFF" .. utf16("a\tb\né\t2\n", true), rows = { { "é", "2" } },
    found = { encoding = "utf-16be", bom = true, separator = "\t" } },
  { "UTF-16LE without a mark", utf16("a,b\n1,2\n"), { encoding = "utf-16le" }, rows = { { "1", "2" } },
    found = { bom = false } },
  { "UTF-16 that ends within a unit", "\xFF\xFE" .. utf16("a,b\n1,2") .. "x", rows = { { "1", "2" .. FFFD } },
    warnings = { "2:4 1 byte(s) that are not utf-16le" } },
  { "half surrogate pairs", "\xFF\xFE" .. utf16("a,b\n") .. "\x3D\xD8" .. utf16(",") .. "\x00\xDE",
    rows = { { FFFD, FFFD } }, warnings = { "2:1 2 byte(s)", "2:3 2 byte(s)" } },
  { "UTF-16 that ends within a pair", "\xFE\xFF" .. utf16("a\n", true) .. "\xD8\x3D\xDC", rows = { { FFFD:rep(2) } },
    warnings = { "2:1 2 byte(s)", "2:2 1 byte(s)" } },
  { "a NUL in UTF-16", "\xFE\xFF" .. utf16("a,b\n\0,2\n", true), rows = { { FFFD, "2" } }, warnings = { "2:1 NUL" } },
  { "a NUL", "a,b\nx\0y,\0\n", rows = { { "x" .. FFFD .. "y", FFFD } }, warnings = { "2:2 NUL", "2:5 NUL" } },
  { "a NUL in windows-1252", "a,b\n\0\xE9,2\n", rows = { { FFFD .. "é", "2" } }, warnings = { "2:1 NUL" } },
  { "UTF-8 that was promised and broken", "a,b\r\né\xC3,\xE2\x82\r\n\xFF,\xED\xA0\x80\r\n", { encoding = "utf-8" },
    rows = { { "é" .. FFFD, FFFD }, { FFFD, FFFD:rep(3) } }, lines = { 2, 3 },
    warnings = { "2:2 1" .. BAD_UTF8, "2:4 2" .. BAD_UTF8, "3:1 1" .. BAD_UTF8, "3:3 1" .. BAD_UTF8,
      "3:4 1" .. BAD_UTF8, "3:5 1" .. BAD_UTF8 } },
  { "a byte-order mark promises UTF-8 too", "\xEF\xBB\xBFa,b\n\xE9,2\n", rows = { { FFFD, "2" } },
    warnings = { "2:1 1" .. BAD_UTF8 }, found = { encoding = "utf-8" } },
  { "overlong, too large and cut sequences", "a\n\xC0\x80\n\xE0\x80\x80\n\xF0\x80\x80\x80\n\xF4\x90\x80\x80\n\xF0\x9F\x98",
    { encoding = "utf-8" }, rows = { { FFFD:rep(2) }, { FFFD:rep(3) }, { FFFD:rep(4) }, { FFFD:rep(4) }, { FFFD } }, total = 14 },
  { "columns count characters, lines all three line ends", "é\rb\r\n\nüü\xFF\n", { encoding = "utf-8" },
    rows = { { "b" }, { "üü" .. FFFD } }, lines = { 2, 4 }, warnings = { "4:3 1" .. BAD_UTF8 } },
  { "warnings beyond 1000 are counted only", "a\n" .. ("\0"):rep(1001) .. "\n", rows = { { FFFD:rep(1001) } }, total = 1001,
    kept = 1000 },
  { "a byte-order mark within is a character", "a,b\n\u{FEFF}1,2\n", rows = { { "\u{FEFF}1", "2" } } },

  -- finding the separator
  { "commas, decimal commas in quotes", 'id,price\n1,"2,55"\n2,"3,39"\n3,"1,00"\n', rows = {
      { "1", "2,55" }, { "2", "3,39" }, { "3", "1,00" } }, found = { separator = "," } },
  { "commas, quoted header and semicolons in text", '"id","text"\n1,"a;b;c"\n2,"d;e;f"\n', found = { separator = "," } },
  { "semicolons, commas in the text", "id;text;price\n1;a, b, c;2,55\n2;d, e;3,39\n", found = { separator = ";" },
    rows = { { "1", "a, b, c", "2,55" }, { "2", "d, e", "3,39" } } },
  { "semicolons, a comma in every line", "id, no;price\n1;2,55\n2;3,39\n", found = { separator = ";" },
    rows = { { "1", "2,55" }, { "2", "3,39" } } },
  { "commas, a semicolon in the header", "id,text; long,price\n1,a,2\n2,b,3\n", found = { separator = "," } },
  { "commas, a semicolon in every line", "id,text; long,price\n1,a; b,2\n2,c; d,3\n", found = { separator = "," },
    rows = { { "1", "a; b", "2" }, { "2", "c; d", "3" } } },
  { "tabs", "id\ttext\n1\ta, b; c\n2\td\n", rows = { { "1", "a, b; c" }, { "2", "d" } }, found = { separator = "\t" } },
  { "bars", "id|text\n1|a, b\n", rows = { { "1", "a, b" } }, found = { separator = "|" } },
  { "one column, commas in the text", "name\nSmith, John\nDoe, Jane\n", columns = { "name" },
    rows = { { "Smith, John" }, { "Doe, Jane" } }, found = { separator = "" } },
  { "one column of numbers", "amount\n12\n13\n", rows = { { "12" }, { "13" } }, found = { separator = "" } },
  { "separators in line breaks in quotes", 'a;b\n"x,y\nz,w";1\n', rows = { { "x,y\nz,w", "1" } }, found = { separator = ";" } },
  { "the separator is sought behind the skipped lines", "Report, of, 2010\na;b\n1;2\n", { skip = 1 },
    columns = { "a", "b" }, rows = { { "1", "2" } }, lines = { 3 }, found = { separator = ";" } },
  { "a given separator", "a,b;c\n1,2;3\n", { separator = ";" }, columns = { "a,b", "c" }, found = { separator = ";" } },
  { "an unusual separator", "a:b\n1:2\n", { separator = ":" }, rows = { { "1", "2" } } },
  { "a given separator of none", "a,b\n1,2\n", { separator = "" }, columns = { "a,b" }, rows = { { "1,2" } } },
  { "a space as separator", "a b\n  x\n", { separator = " " }, rows = { { "", "", "x" } } },
  { "a quote that is a candidate", "a;b\n|1;5|;2\n", { quote = "|" }, rows = { { "1;5", "2" } } },

  -- header, skip
  { "a quote is no candidate", "|a|;|b|\n|1|;|2|\n", { quote = "|" }, rows = { { "1", "2" } }, found = { separator = ";" } },
  { "names are trimmed", "\xC2\xA0 a \t, b\xC2\xA0,\" c \"\n1,2,3\n", columns = { "a", "b", "c" } },
  { "columns without a name", "a,,c,\n1,2,3,4\n", columns = { "a", "2", "c", "4" } },
  { "no header", "1;2\n3;4\n", { header = false }, columns = { "1", "2" }, rows = { { "1", "2" }, { "3", "4" } },
    lines = { 1, 2 } },
  { "no header, an open quote is told once", '"1;2\n', { header = false }, columns = { "1", "2" },
    rows = { { '"1', "2" } }, warnings = { "1:1 " .. OPEN } },
  { "skip", "Report\r\rof 2010\r\na,b\r\n1,2\r\n", { skip = 3 }, columns = { "a", "b" },
    rows = { { "1", "2" } }, lines = { 5 } },
  { "skip more than there is", "a,b\n1,2\n", { skip = 9 }, columns = {}, rows = {} },
  { "skip is blind to quotes", '"Report\na,b\n1,2\n', { skip = 1 }, columns = { "a", "b" }, rows = { { "1", "2" } } },
  { "as many fields as there may be", wide(16384) .. "\n", { header = false },
    columns = numbers_as_text(16384), lines = { 1 } },

  -- files and options that are refused
  { "a column twice", "\nPrice,b,Price\n", fails = '2:9 the header has the column "Price" twice, as fields 1 and 3' },
  { "a column twice, once with spaces", "é;a; é \n", fails = '1:5 the header has the column "é" twice, as fields 1 and 3' },
  { "a column twice, behind a line break", 'a,"b\nc",a\n', fails = '2:4 the header has the column "a" twice' },
  { "a nameless column clashes with a number", "2,\n", fails = '1:3 the header has the column "2" twice' },
  { "too many fields", "a,b\n" .. wide(16385) .. "\n", fails = "2:32769 a record has more than 16384 fields" },
  { "too many columns", wide(16385), fails = "1:32769 a record has more than 16384 fields" },
  { "an encoding against the byte-order mark", "\xEF\xBB\xBFa,b\n", { encoding = "windows-1252" },
    fails = "1:1 the file begins with a byte-order mark of utf-8, but" },
  { "an unknown encoding", "a", { encoding = "latin1" }, fails = "option encoding: utf-8, windows-1252" },
  { "a separator of two characters", "a", { separator = ";;" }, fails = "option separator: one ASCII character" },
  { "a separator beyond ASCII", "a", { separator = "\xA7" }, fails = "option separator: one ASCII character" },
  { "a line end as separator", "a", { separator = "\n" }, fails = "option separator: one ASCII character" },
  { "a NUL as quote", "a", { quote = "\0" }, fails = "option quote: one ASCII character" },
  { "separator and quote the same", "a", { separator = '"' }, fails = "options separator and quote are the same" },
  { "header that is not true or false", "a", { header = 1 }, fails = "option header: true or false" },
  { "a negative skip", "a", { skip = -1 }, fails = "option skip: a number of lines" },
  { "skip that is no number", "a", { skip = "1" }, fails = "option skip: a number of lines" },
  { "an option that does not exist", "a", { seperator = ";" }, fails = "unknown option seperator" },
  { "an option that is no name", "a", { ";" }, fails = "unknown option" },
  { "bytes that are no string", 12, fails = "bad argument #1 to" },
  { "options that are no table", "a", ";", fails = "bad argument #2 to" },
}

local failures = 0
local function report(name, why)
  if why then failures = failures + 1 end
  print(why and ("not ok csv: %s: %s"):format(name, why:gsub("[\r\n]", " ")) or "ok csv: " .. name)
end

local function show(value)
  if type(value) ~= "table" then
    local text = type(value) == "string" and ("%q"):format(value) or tostring(value)
    return #text > 100 and text:sub(1, 100) .. "..." or text
  end
  local parts = {}
  for i = 1, math.min(#value, 12) do parts[i] = show(value[i]) end
  return "{" .. table.concat(parts, ", ") .. "}"
end

-- nil, or how `got` differs from `want`; numbers of elements count, names of members do not.
local function differs(what, got, want)
  local same = got == want
  if type(got) == "table" and type(want) == "table" then
    same = #got == #want
    for i = 1, #want do same = same and not differs("", got[i], want[i]) end
  end
  return not same and ("%s: got %s, want %s"):format(what, show(got), show(want)) or nil
end

local function place(fault)
  if type(fault) ~= "table" then return (tostring(fault):gsub("^[^:]+:%d+: ", "")) end
  return fault.line and ("%d:%d %s"):format(fault.line, fault.column, fault.message) or fault.message
end

local function begins(text, start) return text:sub(1, #start) == start end

local function read(case)
  local reader = csv.open(case[2], case[3])
  local got = { reader = reader, rows = {}, lines = {}, raw = {} }
  while true do
    local fields, line = reader:next()
    if not fields then break end
    local i = #got.rows + 1
    got.rows[i], got.lines[i], got.raw[i] = fields, line, reader:raw()
  end
  if reader:next() ~= nil then error("a record behind the end") end
  return got
end

local function compare_warnings(case, warnings)
  local total = case.total or #(case.warnings or {})
  local why = differs("warnings.total", warnings.total, total)
  if why then return why .. (warnings[1] and ", the first: " .. place(warnings[1]) or "") end
  why = differs("number of warnings", #warnings, case.kept or total)
  if why then return why end
  for i, want in ipairs(case.warnings or {}) do
    if not begins(place(warnings[i]), want) then return differs("warning", place(warnings[i]), want) end
  end
end

local function judge(case)
  local good, got = pcall(read, case)
  if case.fails then
    if good then return "read, want the error " .. case.fails end
    if not begins(place(got), case.fails) then return differs("error", place(got), case.fails) end
    return
  end
  if not good then return place(got) end
  for name, want in pairs(case.found or {}) do
    local why = differs("found." .. name, got.reader.found[name], want)
    if why then return why end
  end
  return differs("columns", got.reader.columns, case.columns or got.reader.columns)
    or differs("rows", got.rows, case.rows or got.rows)
    or differs("lines", got.lines, case.lines or got.lines)
    or differs("raw", got.raw, case.raw or got.raw)
    or compare_warnings(case, got.reader.warnings)
end

for _, case in ipairs(cases) do report(case[1], judge(case)) end

-- The rest of the contract: each a name and a function that returns why it fails.

local checks = {
  { "a table that is passed is used again and shortened", function()
    local reader, fields = csv.open("a,b,c\n1,2,3\n4\n5,6\n"), { "x", "x", "x", "x", "x" }
    for _, want in ipairs { { "1", "2", "3" }, { "4" }, { "5", "6" } } do
      local got = reader:next(fields)
      if got ~= fields then return "another table was returned" end
      for i = #want + 1, 6 do if got[i] ~= nil then return "field " .. i .. " is left over" end end
      local why = differs("fields", got, want)
      if why then return why end
    end
    return differs("end", reader:next(fields), nil)
  end },
  { "next is the iterator of a for loop", function()
    local reader, got, tables = csv.open("a,b\n1,2\n\n3,4\n"), {}, {}
    for fields, line in reader.next, reader do
      got[#got + 1] = fields[1] .. fields[2] .. "@" .. line
      tables[fields] = true
    end
    return differs("rows", got, { "12@2", "34@4" }) or next(tables, (next(tables))) and "a table was not used again"
  end },
  { "next refuses what is no table", function()
    local good, err = pcall(csv.open("a\n1\n").next, nil, 5)
    return (good or not tostring(err):find("table expected")) and "got " .. tostring(err)
  end },
  { "raw before the first record is the header's", function()
    return differs("raw", csv.open("\n a ;\"b\"\r\n1;2").raw(), ' a ;"b"')
      or differs("raw without header", csv.open("1;2", { header = false }).raw(), nil)
  end },
  { "raw after the end is the last record's", function()
    local reader = csv.open('a\n"1\n2"\n\n')
    reader:next()
    reader:next()
    return differs("raw", reader:raw(), '"1\n2"')
  end },
  { "the reader keeps the text alive", function()
    local reader = csv.open("a,b\n" .. ("0123456789"):rep(1000) .. ",2\n")
    local decoded = csv.open("a,b\n" .. ("\xE9"):rep(1000) .. ",2\n")
    collectgarbage()
    for _ = 1, 100 do string.rep("x", 10000) end
    collectgarbage()
    return differs("field", reader:next()[1], ("0123456789"):rep(1000))
      or differs("decoded", decoded:next()[1], ("é"):rep(1000))
  end },
  { "errors print with their place", function()
    local _, err = pcall(csv.open, "a,a\n")
    local _, other = pcall(csv.open, "", { skip = -1 })
    return not begins(tostring(err), "line 1, column 3: the header") and "got " .. tostring(err)
      or not begins(tostring(other), "option skip") and "got " .. tostring(other)
  end },
  { "one text in every encoding and with every line end", function()
    local text = '"näme";£\n"a;b\n""c""";5" x\n\nend;\n'
    local want = { { "a;b\n\"c\"", '5" x' }, { "end", "" } }
    local encodings = {
      ["utf-8"] = text, ["utf-16le"] = utf16(text), ["utf-16be"] = utf16(text, true),
      ["windows-1252"] = text:gsub("ä", "\xE4"):gsub("£", "\xA3"),
      ["iso-8859-1"] = text:gsub("ä", "\xE4"):gsub("£", "\xA3"),
    }
    for encoding, bytes in pairs(encodings) do
      for line_end in pairs { ["\n"] = 1, ["\r"] = 1, ["\r\n"] = 1 } do
        local function bytes_of(s)
          return encoding == "utf-16le" and utf16(s) or encoding == "utf-16be" and utf16(s, true) or s
        end
        local from, to = bytes_of("\n"):gsub("%W", "%%%0"), bytes_of(line_end):gsub("%%", "%%%%")
        local got = read { nil, (bytes:gsub(from, (to))), { encoding = encoding } }
        got.rows[1][1] = got.rows[1][1]:gsub("\r\n?", "\n")
        local why = differs("columns", got.reader.columns, { "näme", "£" }) or differs("rows", got.rows, want)
          or differs("lines", got.lines, { 2, 5 }) or differs("warnings", got.reader.warnings.total, 0)
        if why then return encoding .. " with " .. show(line_end) .. ": " .. why end
      end
    end
  end },
  { "every cut of a file can be read", function()
    local text = "\xEF\xBB\xBFa;\"b\n\"\r\n\"x\"\"y\";é\r\n\"z\"t;\"\n\0;\xFF\n"
    for i = 0, #text do
      local reader = csv.open(text:sub(1, i), { header = false })
      local before = 0
      for _, line in reader.next, reader do
        if line <= before then return "lines do not increase in a cut of " .. i end
        before = line
      end
    end
  end },
  { "quote writes what needs it in quotes", function()
    local rows = {
      { "plain", "plain" }, { "", "" }, { "a,b", '"a,b"' }, { "a;b", "a;b" }, { 'a"b', '"a""b"' }, { "a\nb", '"a\nb"' },
      { "a\rb", '"a\rb"' }, { " a", '" a"' }, { "a\t", '"a\t"' }, { "=1+1", "=1+1" }, { "é", "é" },
      { '"', '""""' }, { 12, "12" },
      { -3, "-3" }, { setmetatable({}, { __tostring = function() return "1,5" end }), '"1,5"' },
      { "\xEF\xBB\xBFx", '"\xEF\xBB\xBFx"' },
    }
    for _, row in ipairs(rows) do
      local why = differs("quote", csv.quote(row[1]), row[2])
      if why then return why end
    end
    return differs("semicolon", csv.quote("a;b", ";"), '"a;b"') or differs("comma", csv.quote("a,b", ";"), "a,b")
  end },
  { "row writes a record", function()
    return differs("row", csv.row { "a", "b,c", 'd"e', 5 }, 'a,"b,c","d""e",5')
      or differs("tabs", csv.row({ "a", "" }, "\t"), "a\t")
      or differs("one empty field", csv.row { "" }, '""') or differs("no field", csv.row {}, "")
  end },
  { "quote and row refuse what has no text", function()
    local wants = {
      { "a float cannot be written", 1 / 2 }, { "a boolean cannot be written", true }, { "a nil cannot be written", nil },
      { "a table cannot be written", {} }, { "the separator is not one", "x", "" }, { "the separator is not one", "x", '"' },
      { "the separator is not one", "x", ";;" }, { "the separator is not one", "x", 1 },
      { "the separator is not one", "x", "\n" },
    }
    for _, want in ipairs(wants) do
      local good, err = pcall(csv.quote, want[2], want[3])
      if good or not begins(place(err), want[1]) then return differs("quote", place(err), want[1]) end
    end
    local good, err = pcall(csv.row, { "a", false })
    return (good or not begins(place(err), "a boolean")) and "row: " .. place(err)
  end },
  { "what row writes is read back, whatever the values", function()
    local pieces, count = { "", " ", "a", '"', ",", ";", "\t", "\n", "\r\n", "é", "\u{FEFF}" }, 0
    for _, separator in ipairs { ",", ";", "\t", "|", " " } do
      for _, x in ipairs(pieces) do
        for _, y in ipairs(pieces) do
          for _, fields in ipairs { { x .. y }, { x, y }, { y .. x .. y, x, y .. x }, { x, "z", y } } do
            local got = read { nil, csv.row(fields, separator) .. "\r\n", { separator = separator, header = false } }
            local why = differs("rows", got.rows, { fields }) or differs("warnings", got.reader.warnings.total, 0)
            if why then return why end
            count = count + 1
          end
        end
      end
    end
    return differs("count", count, 5 * 11 * 11 * 4)
  end },
}

for _, check in ipairs(checks) do
  local good, why = pcall(check[2])
  report(check[1], not good and place(why) or why or nil)
end

return failures

-- The JSON lines reader, as rows: name, bytes, and what is expected of it. Prints TAP; returns the number of failures.
-- Run by tests/unit/readers_test.c. want: the columns, then each record as "line: field|field" or "line! problem".
local jsonl = require "jsonl"

local function deep(n) return ('{"a":'):rep(n) .. "1" .. ("}"):rep(n) end

local cases = {
  { "an empty file", "", want = "" },
  { "blank lines", "\n  \n\t\r\n", want = "" },
  { "an object", '{"id":"e1","quantity":12}', want = "id quantity; 1: e1|12" },
  { "white space and line ends", ' { "a" : 1 , "b" : 2 } \r\n\n{"a":3}\n', want = "a b; 1: 1|2; 3: 3|" },
  { "names in the order in which they come up", '{"b":1}\n{"a":2,"b":3}', want = "b a; 1: 1|; 2: 3|2" },
  { "a byte-order mark", '\u{FEFF}{"a":1}', want = "a; 1: 1" },
  { "no members", "{}\n{\"a\":1}", want = "a; 1: ; 2: 1" },
  { "words", '{"a":true,"b":false,"c":null}', want = "a b c; 1: true|false|" },
  { "all digits stay", '{"a":123456789012345678901234567890.123456789012345678901}', want = "a; 1: 123456789012345678901234567890.123456789012345678901" },
  { "a negative number, a zero", '{"a":-0.50,"b":0}', want = "a b; 1: -0.50|0" },
  { "exponents are written out", '{"a":1.5e3,"b":15E-1,"c":-2e0,"d":1e-3,"e":0.001e2}', want = "a b c d e; 1: 1500|1.5|-2e0|0.001|0.1" },
  { "a huge exponent stays as it is", '{"a":1e400}', want = "a; 1: 1e400" },
  { "numbers that are none", '{"a":01}\n{"a":1.}\n{"a":.5}\n{"a":+1}\n{"a":1e}\n{"a":NaN}\n{"a":--1}',
    want = "a; 1! no value behind a name; 2! no value behind a name; 3! no value behind a name; 4! no value behind a name; "
      .. "5! no value behind a name; 6! no value behind a name; 7! no value behind a name", columns = "" },
  { "escapes", [[{"a":"\"\\\/\b\f\n\r\t","b":"\u00e9\ud83d\ude00"}]], want = 'a b; 1: "\\/\b\f\n\r\t|\u{E9}\u{1F600}' },
  { "objects within objects", '{"id":"e","tags":{"region":"eu","x":{"y":1}}}', want = "id tags.region tags.x.y; 1: e|eu|1" },
  { "a list is its text", '{"a":[1, "]", {"b":2}],"c":3}', want = 'a c; 1: [1, "]", {"b":2}]|3' },
  { "no object", '[1]\n"x"\n12\nhello', want = "; 1! no object in { }; 2! no object in { }; 3! no object in { }; 4! no object in { }" },
  { "cut off", '{"a":1\n{"a"\n{"a":\n{"a":"x\n{"a":[1\n{"a":1}',
    want = "a; 1! no comma or brace behind a value; 2! no colon behind a name; 3! no value behind a name; "
      .. "4! a text without its end; 5! a list without its end; 6: 1" },
  { "more behind it", '{"a":1} {"a":2}\n{"a":1},', want = "a; 1! more behind the end of the object; 2! more behind the end of the object" },
  { "a comma too many", '{"a":1,}', want = "a; 1! no name where one belongs" },
  { "a name twice", '{"a":1,"a":2}\n{"a":3}', want = "a; 1! a name that stands there twice; 2: 3" },
  { "bytes that are not UTF-8", '{"a":"\xFF"}\n{"a":"\xC3"}\n{"a":"\xC3\xA9"}',
    want = "a; 1! bytes that are not UTF-8; 2! bytes that are not UTF-8; 3: \xC3\xA9" },
  { "controls within a text", '{"a":"x\ty"}', want = "; 1! a control character within a text" },
  { "a zero byte", '{"a":"\0"}\n{"a":"\\u0000"}', want = "; 1! a control character within a text; 2! a \\u that is no character" },
  { "surrogates alone", [[{"a":"\ud83d"}]] .. "\n" .. [[{"a":"\ude00"}]] .. "\n" .. [[{"a":"\u12g4"}]],
    want = "; 1! a \\u that is no character; 2! a \\u that is no character; 3! a \\u that is no character" },
  { "an escape that is none", [[{"a":"\x41"}]], want = "; 1! a backslash before what needs none" },
  { "8 levels", deep(8), want = "a.a.a.a.a.a.a.a; 1: 1" },
  { "9 levels", deep(9), want = "; 1! more than 8 objects within each other" },
  { "a name of 199 bytes", '{"' .. ("n"):rep(199) .. '":1}', want = ("n"):rep(199) .. "; 1: 1" },
  { "a name of 201 bytes", '{"' .. ("n"):rep(201) .. '":1}', want = "; 1! a name of more than 200 bytes" },
  { "an option", "", options = { separator = ";" }, fails = "unknown option separator" },
}

local function told(case)
  local reader, out = jsonl.open(case[2], case.options), {}
  out[1] = table.concat(reader.columns, " ")
  for fields, line, problem in reader.next, reader do
    assert(problem and #fields == 0 or #fields == #reader.columns, "a record does not have its fields")
    assert(reader:raw():find("%S"), "a record without its text")
    out[#out + 1] = line .. (problem and "! " .. problem or ": " .. table.concat(fields, "|"))
  end
  return table.concat(out, "; ")
end

local failures = 0
for _, case in ipairs(cases) do
  local ok, got = pcall(told, case)
  if not ok then got = type(got) == "table" and got.message or got end
  local good
  if case.fails then
    good = not ok and got:find(case.fails, 1, true) == 1
  else
    local want = case.columns and case.want:gsub("^%S+;", case.columns .. ";") or case.want
    good = ok and got == want
  end
  if good then
    print("ok jsonl: " .. case[1])
  else
    failures = failures + 1
    print("not ok jsonl: " .. case[1] .. ": got " .. ("%q"):format(tostring(got)))
  end
end
return failures

--- tests/lua/references_test.lua: numbers of documents in what payers write.
local references = require "references"
local rows = require "rows"

local test = {}

local SERIES = { invoice = "INV-{year}-{number:5}", credit_note = "CN-{year}-{number:5}" }
local ITEMS = { ["INV-2026-00012"] = "12", ["INV-2026-00120"] = "120", ["R 4711"] = "old", ["88123"] = "digits", ["12"] = "short",
                ["AB-1"] = "twin", ["AB1"] = "twins" }

local function found(case)
  return table.concat(references.find(case.text, references.index(ITEMS)), ", ")
end

local in_items = {
  { "as it is written", text = "INV-2026-00012", want = "12" },
  { "in small letters", text = "inv-2026-00012", want = "12" },
  { "spaces instead of dashes", text = "INV 2026 00012", want = "12" },
  { "without leading zeros", text = "INV-2026-12", want = "12" },
  { "all in one", text = "INV202600012", want = "12" },
  { "a slash and a colon", text = "Invoice:INV/2026/12.", want = "12" },
  { "longer by a digit", text = "INV-2026-000120", want = "120" },
  { "two, in their order", text = "120: INV-2026-120, then INV-2026-12", want = "120, 12" },
  { "once, however often it is said", text = "INV-2026-12 INV-2026-00012", want = "12" },
  { "part of a longer word", text = "XINV-2026-00012", want = "" },
  { "a letter behind it", text = "INV-2026-00012A", want = "" },
  { "a number of another system", text = "re R4711", want = "old" },
  { "digits alone", text = "invoice 88123", want = "digits" },
  { "digits within more digits", text = "IBAN DE88123", want = "" },
  { "too few digits to be a number", text = "12 November", want = "" },
  { "two numbers that read alike", text = "AB 1", want = "" },
  { "nothing", text = "", want = "" },
  { "a very long text", text = ("x "):rep(5000) .. "INV-2026-00012", want = "" },
}

local of_series = {
  { "written out", text = "INV-2026-00007 and CN-2026-00003", want = "INV-2026-00007, CN-2026-00003" },
  { "shortened", text = "inv 2026 7", want = "INV-2026-00007" },
  { "all in one", text = "INV202600007", want = "INV-2026-00007" },
  { "beyond its digits", text = "INV-2026-123456", want = "INV-2026-123456" },
  { "no year", text = "INV-26-00007", want = "" },
  { "another series", text = "RE-2026-00007", want = "" },
  { "too long to be a number", text = "INV-2026-1234567890123456", want = "" },
}

local own = {
  { "the book's", text = "INV-2026-00007", want = "true" },
  { "written otherwise", text = "inv 2026/7", want = "true" },
  { "the old system's", text = "R 4711", want = "false" },
  { "the book's within more", text = "OLD INV-2026-00007", want = "false" },
}

function test.run()
  return rows.join(rows.check(in_items, found),
    rows.check(of_series, function(case) return table.concat(references.numbers(case.text, SERIES), ", ") end),
    rows.check(own, function(case) return tostring(references.is_own(case.text, SERIES)) end))
end

return test

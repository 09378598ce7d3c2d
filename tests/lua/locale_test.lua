--- Locales as rows: locale, function, value, what is printed. "_" stands for U+00A0, "~" for U+202F, "^" for U+2212.
local locale = require "locale"
local test = {}

local rows = {
  -- amounts of the locale's own currency, with grouping
  { "en-GB", "money", "1234567.50 GBP", "£1,234,567.50" },
  { "en-US", "money", "1234567.50 USD", "$1,234,567.50" },
  { "en-IE", "money", "1234567.50 EUR", "€1,234,567.50" },
  { "de-DE", "money", "1234567.50 EUR", "1.234.567,50_€" },
  { "de-AT", "money", "1234567.50 EUR", "€_1.234.567,50" },
  { "de-CH", "money", "1234567.50 CHF", "CHF_1’234’567.50" },
  { "fr-FR", "money", "1234567.50 EUR", "1~234~567,50_€" },
  { "nl-NL", "money", "1234567.50 EUR", "€_1.234.567,50" },
  { "es-ES", "money", "1234567.50 EUR", "1.234.567,50_€" },
  { "it-IT", "money", "1234567.50 EUR", "1.234.567,50_€" },
  { "pl-PL", "money", "1234567.50 PLN", "1_234_567,50_zł" },
  { "sv-SE", "money", "1234567.50 SEK", "1_234_567,50_kr" },
  { "da-DK", "money", "1234567.50 DKK", "1.234.567,50_kr." },
  { "nb-NO", "money", "1234567.50 NOK", "1_234_567,50_kr" },
  { "fi-FI", "money", "1234567.50 EUR", "1_234_567,50_€" },
  { "pt-PT", "money", "1234567.50 EUR", "1_234_567,50_€" },
  { "ja-JP", "money", "1234567 JPY", "￥1,234,567" },
  { "iso", "money", "1234567.50 EUR", "1234567.50_EUR" },
  -- below the group that begins with five digits
  { "es-ES", "money", "1234.50 EUR", "1234,50_€" },
  { "pl-PL", "number", "1234.5", "1234,5" },
  { "pl-PL", "number", "12345", "12_345" },
  { "de-DE", "number", "1234.5", "1.234,5" },
  { "de-DE", "number", "999", "999" },
  -- negatives
  { "en-GB", "money", "-5.00 GBP", "-£5.00" },
  { "de-DE", "money", "-5.00 EUR", "-5,00_€" },
  { "de-AT", "money", "-5.00 EUR", "-€_5,00" },
  { "nl-NL", "money", "-5.00 EUR", "€_-5,00" },
  { "de-CH", "money", "-5.00 CHF", "CHF_-5.00" },
  { "sv-SE", "money", "-5.00 SEK", "^5,00_kr" },
  { "fi-FI", "number", "-1234.5", "^1_234,5" },
  { "iso", "number", "-1234.5", "-1234.5" },
  -- other currencies, other exponents
  { "en-GB", "money", "5.00 SEK", "SEK_5.00" },
  { "en-GB", "money", "-5.00 SEK", "-SEK_5.00" },
  { "de-DE", "money", "5.00 USD", "5,00_USD" },
  { "en-US", "money", "5.00 CAD", "CAD_5.00" },
  { "en-GB", "money", "5.00 USD", "US$5.00" },
  { "en-GB", "money", "1234.567 KWD", "KWD_1,234.567" },
  { "en-GB", "money", "0.00 GBP", "£0.00" },
  { "fr-FR", "amount", "1234.50 EUR", "1~234,50" },
  { "iso", "amount", "-0.01 EUR", "-0.01" },
  { "ja-JP", "amount", "12345 JPY", "12,345" },
  -- exact, however long
  { "en-GB", "number", "123456789012345678901234567890.123456", "123,456,789,012,345,678,901,234,567,890.123456" },
  { "en-GB", "number", "0.000012", "0.000012" },
  { "en-GB", "number", "2", "2.00", 2 },
  { "en-GB", "number", "2.125", "2.125", 2 },
  { "de-DE", "number", "2.5", "2,500", 3 },
  -- percent
  { "en-GB", "percent", "17.5", "17.5%" },
  { "de-DE", "percent", "17.5", "17,5_%" },
  { "fr-FR", "percent", "20", "20_%" },
  -- dates
  { "en-GB", "date", "2026-03-01", "01/03/2026" },
  { "en-US", "date", "2026-03-01", "03/01/2026" },
  { "de-DE", "date", "2026-03-01", "01.03.2026" },
  { "nl-NL", "date", "2026-03-01", "01-03-2026" },
  { "sv-SE", "date", "2026-03-01", "2026-03-01" },
  { "fi-FI", "date", "2026-03-01", "1.3.2026" },
  { "ja-JP", "date", "2026-03-01", "2026/03/01" },
  { "iso", "date", "2026-03-01", "2026-03-01" },
  { "en-GB", "date", "2026-03-01", "1 March 2026", "long" },
  { "en-US", "date", "2026-03-01", "March 1, 2026", "long" },
  { "en-IE", "date", "2026-11-30", "30 November 2026", "long" },
  { "de-DE", "date", "2026-01-30", "30. Januar 2026", "long" },
  { "de-AT", "date", "2026-01-30", "30. Jänner 2026", "long" },
  { "de-CH", "date", "2026-03-01", "1. März 2026", "long" },
  { "fr-FR", "date", "2026-08-01", "1er août 2026", "long" },
  { "fr-FR", "date", "2026-08-02", "2 août 2026", "long" },
  { "nl-NL", "date", "2026-03-01", "1 maart 2026", "long" },
  { "es-ES", "date", "2026-03-01", "1 de marzo de 2026", "long" },
  { "it-IT", "date", "2026-05-01", "1 maggio 2026", "long" },
  { "pl-PL", "date", "2026-11-30", "30 listopada 2026", "long" },
  { "sv-SE", "date", "2026-05-01", "1 maj 2026", "long" },
  { "da-DK", "date", "2026-05-01", "1. maj 2026", "long" },
  { "nb-NO", "date", "2026-05-01", "1. mai 2026", "long" },
  { "fi-FI", "date", "2026-05-01", "1. toukokuuta 2026", "long" },
  { "pt-PT", "date", "2026-03-01", "1 de março de 2026", "long" },
  { "ja-JP", "date", "2026-03-01", "2026年3月1日", "long" },
  { "iso", "date", "2026-03-01", "2026-03-01", "long" },
  -- names that are not listed as such
  { "en-DE", "date", "2026-03-01", "01/03/2026" },
  { "de", "number", "1.5", "1,5" },
  { "de_LI", "number", "1.5", "1,5" },
  { "DE-at", "money", "5.00 EUR", "€_5,00" },
  { "", "number", "1.5", "1.5" },
  -- refused
  { "en-GB", "money", "5.00", fails = '"5.00" is no amount of money' },
  { "en-GB", "amount", "GBP 5", fails = '"GBP 5" is no amount' },
  { "en-GB", "number", "1,5", fails = '"1,5" is no number' },
  { "en-GB", "number", "", fails = '"" is no number' },
  { "en-GB", "date", "30/11/2026", fails = '"30/11/2026" is no date' },
  { "en-GB", "date", "2026-13-01", fails = '"2026-13-01" is no date' },
  { "xx", "number", "1", fails = 'there is no locale "xx"' },
  { "english", "number", "1", fails = 'there is no locale "english"' },
  { "en-GB; rm", "number", "1", fails = 'there is no locale' },
}

local function spaces(text)
  return (text:gsub("_", "\u{A0}"):gsub("~", "\u{202F}"):gsub("%^", "\u{2212}"))
end

local function run_row(row)
  local good, got = pcall(function() return locale[row[2]](locale.find(row[1]), row[3], row[5] or row.form) end)
  if row.fails then return not good and got.message:sub(1, #row.fails) == row.fails, good and got or got.message end
  if not good then return false, got.message end
  return got == spaces(row[4]), got
end

function test.run()
  local results = {}
  for i, row in ipairs(rows) do
    local good, why = run_row(row)
    results[i] = { name = row[1] .. " " .. row[2] .. " " .. row[3] .. (row[5] and " " .. tostring(row[5]) or ""), ok = good, why = why }
  end
  -- The same with values instead of their texts.
  local l = locale.find("de-DE")
  results[#results + 1] = { name = "a decimal", ok = locale.number(l, decimal "1234.5") == "1.234,5", why = "" }
  results[#results + 1] = { name = "money", ok = locale.money(l, money("1234.5 EUR")) == "1.234,50\u{A0}€", why = "" }
  results[#results + 1] = { name = "a date", ok = locale.date(l, date("2026-03-01")) == "01.03.2026", why = "" }
  results[#results + 1] = { name = "18 locales", ok = #locale.names() == 18, why = table.concat(locale.names(), " ") }
  return results
end

return test

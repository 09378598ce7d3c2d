-- What rules/tax.lua has to answer. seller: country of the book; buyer: country (and tax_id) of the account.
-- rate in percent; code and reason as they are printed; fails: the error instead of an answer.

return examples {
  { "the last day of 17.5 %", seller = "GB", buyer = "GB", date = "2011-01-03", rate = 17.5, code = "S" },
  { "the first day of 20 %", seller = "GB", buyer = "GB", date = "2011-01-04", rate = 20, code = "S" },
  { "a year at 15 %", seller = "GB", buyer = "GB", date = "2009-06-30", rate = 15, code = "S" },
  { "reduced", seller = "GB", buyer = "GB", category = "reduced", date = "2010-12-01", rate = 5, code = "S" },
  { "zero-rated goods", seller = "GB", buyer = "GB", category = "zero", date = "2010-12-01", rate = 0, code = "Z" },
  { "Germany for half a year at 16 %", seller = "DE", buyer = "DE", date = "2020-12-31", rate = 16, code = "S" },
  { "and at 19 % again", seller = "DE", buyer = "DE", date = "2021-01-01", rate = 19, code = "S" },
  { "Switzerland", seller = "CH", buyer = "CH", date = "2024-01-01", rate = 8.1, code = "S" },
  { "a business in another country of the EU", seller = "DE", buyer = "FR", tax_id = "FR12345678901",
    date = "2026-01-15", rate = 0, code = "K", reason = "Zero-rated: supplied to a VAT-registered business in France" },
  { "a customer abroad", seller = "GB", buyer = "FR", date = "2010-12-01", rate = 0, code = "G",
    reason = "Zero-rated: supplied to a customer outside the United Kingdom" },
  { "a seller in the United States", seller = "US", buyer = "US", date = "2026-01-15", rate = 0, code = "O",
    reason = "Outside the scope of value added tax" },
  { "an unknown category", seller = "GB", buyer = "GB", category = "books", date = "2010-12-01", fails = "tax.no_answer" },
  { "a day before the first rate", seller = "GB", buyer = "GB", date = "1990-01-01", fails = "tax.no_answer" },
  { "no country", seller = "GB", date = "2010-12-01", fails = "tax.no_answer" },

  -- Reminder fees and late interest.
  { "compensation at home", seller = "GB", buyer = "GB", category = "outside", date = "2026-01-15", rate = 0, code = "O" },
  { "compensation abroad", seller = "GB", buyer = "DE", tax_id = "DE123456789", category = "outside", date = "2026-01-15",
    rate = 0, code = "O" },
  { "compensation of a buyer without a country", seller = "DE", category = "outside", date = "2026-01-15", rate = 0, code = "O" },
}

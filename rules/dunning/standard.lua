-- When open items are reminded, and how. An account has another policy by its tag: tags.dunning=NAME, the file
-- rules/dunning/NAME.lua; `dunning` in book.lua names the one for all others.
--
--   grace      days after the due date on which nothing is said, for payments that are on their way
--   minimum    nothing is said about less than this in all; a number is in the book's currency, { EUR = 5, USD = 6 } for each
--   hold       what is not asked for: amounts "disputed", amounts "promised"
--   gap        days that a step leaves before the next one; 7 if nothing is said
--   promises   grace: days behind the promised day; renewals: how often a promise that was not kept may be made anew
--   weekend    "next": what is due on a weekend counts from the Monday after it; else from the day as written
--   imported_within   nothing is said unless a payment was booked within so many days: import payments first
--
-- Steps are taken in their order, one for an item on a day, also when days were missed:
--   step { "what is done", after = days past due, gap = days left before the next step, letter = "friendly" for
--          rules/layouts/letter-friendly.md, to = who takes over, fee = 10.00, interest = true }
-- An account gets one letter, that of its highest step, with all its open items in it.
--
-- Fees and interest are charged only where `charge` names them, and never on invoices of fees and interest; ask your adviser
-- what the law lets you charge:
--   charge = { "fee", "interest" }
--   interest   { rate = 9.12 } percent a year, or by day, with a margin on top of the base rate:
--              { rates = { ["2026-01-01"] = 1.27, ["2026-07-01"] = 1.50 }, margin = 9, basis = "act/365" }
--              basis is act/365, act/360 or act/366; simple interest, each day on what was open, from the day after the due
--              date; nothing on disputed amounts; what was charged before is taken off
--   tax        their tax category in rules/tax.lua; "outside" if nothing is said

return policy {
  grace = 3,
  minimum = 5.00,
  hold = { "disputed", "promised" },
  promises = { grace = 3, renewals = 1 },

  step { "remind",   after = 5,  letter = "friendly", gap = 7 },
  step { "remind",   after = 15, letter = "firm",     gap = 10 },
  step { "escalate", after = 30, letter = "final",    gap = 14, to = "manager" },
  step { "suspend",  after = 60 },

  -- charge = { "fee", "interest" },
  -- interest = { rates = { ["2026-01-01"] = 1.27 }, margin = 9 },
}

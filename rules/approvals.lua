-- Who has to approve a document before it can be issued. The first row that fits answers.
--
--   by           "nobody"       it may be issued as it is; `bill --issue` does
--                "anyone"       any operator with the role approve; the sole operator of a book may approve his own drafts
--                "other"        somebody other than who prepared it (a sole operator may, and the audit trail says so)
--                "role:NAME"    an operator with that role in book.lua
--   up_to        the largest total, tax included, in the book's currency (documents in others are converted); or money
--                such as money "5000 USD", for documents in that currency alone
--   manual       true: written by hand (add invoice, credit); false: made from an order
--   no_original  true: a credit note for something that this book has not invoiced
--   when         function(document, account) return ... end
--
-- A function in place of a row answers by itself, or leaves it to the rows below by returning nothing:
--   function(document, account) if account.tags.watch then return "role:manager" end end,

return approvals {
  -- Invoices.
  invoice { manual = true, by = "anyone" },
  invoice { up_to = 10000, by = "nobody" },
  invoice { by = "anyone" },

  -- Credit notes. Nobody can check one without its invoice against the book, so somebody has to look at it.
  credit_note { no_original = true, by = "anyone" },
  credit_note { manual = true, by = "anyone" },
  credit_note { up_to = 1000, by = "nobody" },
  credit_note { by = "anyone" },
}

-- What rules/approvals.lua has to answer. total: of the document, tax included.

return examples {
  { "an invoice from an order", kind = "invoice", total = 10000, who = "nobody" },
  { "a large one", kind = "invoice", total = 10000.01, who = "anyone" },
  { "one written by hand", kind = "invoice", total = 1, manual = true, who = "anyone" },
  { "a cancelled order of this book", kind = "credit_note", total = -1000, corrects = "D1", who = "nobody" },
  { "a large cancellation", kind = "credit_note", total = -1000.01, corrects = "D1", who = "anyone" },
  { "a cancellation whose order is not in this book", kind = "credit_note", total = -10, who = "anyone" },
  { "a credit written by hand", kind = "credit_note", total = -10, corrects = "D1", manual = true, who = "anyone" },
}

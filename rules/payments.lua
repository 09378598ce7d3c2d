-- What a payment settles. moonbill applies payments when they are imported or put in by hand, and again with: apply --all
--
--   references     "first": documents that the payer named are settled first, in the order in which he named them; the rest
--                  goes by `order`. "only": the rest stays unapplied. "ignore": nobody looks at what was named
--   conflicts      what to do with the rest where a document is named that is another account's, settled already, void or in
--                  another currency. "leave": it stays unapplied and is on the work list. "go on": by `order`
--   order          "oldest_due": the one due first, then by date and number
--                  "largest": the one with the largest open amount
--                  function(a, b) return ... end: true if a comes before b; both have document, number, date, due,
--                  amount, open, currency
--   exact_first    true: where nothing is named, an invoice of exactly the amount comes first
--   tolerance      what a payment falls short of an invoice by up to this much is closed as a small difference; both
--                  limits have to hold: amount in the payment's currency, percent of the invoice. None: stays open
--   account_words  a customer number of digits alone is found in a remittance only behind one of these words
--   refunds        who has to approve a refund: "anyone", "other" (than who proposed it) or "role:NAME"
--
-- What is disputed comes last, unless it is named.

return payments {
  references = "first",
  conflicts = "leave",
  order = "oldest_due",
  exact_first = false,
  tolerance = { amount = 0.50, percent = 0.2 },
  account_words = { "account", "customer", "client", "acct", "cust" },
  refunds = "other",
}

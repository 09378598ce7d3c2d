-- Which invoices a credit settles when it is issued.
--
--   order            "oldest_due": the one due first, then by date and number
--                    "largest": the one with the largest open amount
--                    function(a, b) return ... end: true if a comes before b; both have document, number, date, due,
--                    amount, open, currency
--   corrected_first  true: the invoice that a credit note corrects comes first, then the rest in the order above

return application {
  order = "oldest_due",
  corrected_first = false,
}

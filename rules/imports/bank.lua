-- A bank's statement as CSV: which column is what. Change the names on the right to those of your bank's file, and import it
-- with: moonbill import payments FILE --map bank
--
-- The file has no column for the customer: rules/payments.lua finds whose a payment is by what its payer wrote. It has no id
-- either: a row is then known by its day and what it says, and equal rows of one file are payments of their own.
--
--   kind  what a row is: "receipt" (nothing said), "none" for a row that is no payment, such as a fee; "return" for one by
--         which the bank takes a payment back, with the id of that payment. The row has date, amount, currency, remittance,
--         payer, method, account, returns and tags. A negative amount that is neither is held for somebody to look at.

return mapping {
  of = "payments",
  columns = {
    date = "Value date", amount = "Amount", currency = "Currency", payer = "Payer", remittance = "Purpose", method = "Type",
  },
  kind = function(row)
    local method = (row.method or ""):lower()
    if method == "fee" or method == "interest" then return "none" end
    local payment = (row.remittance or ""):match "RETURN OF (%S+)"
    if payment then return "return", payment end
  end,
}

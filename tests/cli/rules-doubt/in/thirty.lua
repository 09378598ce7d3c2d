return plan {
  title = "Thirty", every = "month", proration = "actual/30", -- prices in dollars, in a book in pounds
  flat { "Fee", price = money "5 USD" },
  formula { "Refuses", quantity = "units", amount = function(q) return q < 1000 and q or error("ask for a price") end },
}

-- How orders are priced: every line of an order becomes a line of the invoice, quantity times price, rounded once.
-- The price is the one of the order's line; where it has none, the product's list price on the day of the order.
-- A cancellation goes the same way with negative quantities and becomes a credit note.
--
-- What else a plan can do: see rules/README.md. For example, in place of the remarks below:
--   flat { "Small order fee", price = 5.00, when = function(order, account) return order.value < 50 end },

return plan {
  title = "Orders",
  per_unit { "Goods", each = "line" },

  -- adjust = function(invoice, account, order)
  --   if account.tags.nonprofit then invoice:discount("Non-profit", percent(20)) end
  -- end,
}

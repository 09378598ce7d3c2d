-- A plan with everything, for tests.
return plan {
  title = "Shop",
  per_unit { "Goods", each = "line" },
  flat { "Small order fee", price = 5, when = function(order) return order.value < 50 end, revenue = "4020" },
  per_unit { "Seats", quantity = "seats", price = 9, when = function(_, account) return account.tags.seats end,
             category = "reduced" },
  adjust = function(invoice, account)
    if account.tags.nonprofit then invoice:discount("Non-profit", percent(20)) end
    if account.tags.thanks then
      invoice:note("Thank you.")
      invoice:note("Come again.")
    end
  end,
}

return plan { title = "In dollars", currency = "USD", per_unit { "Goods", each = "line", price = money "2.50 USD" } }

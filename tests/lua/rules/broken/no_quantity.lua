return plan { title = "X", per_unit { "Goods", price = 1 } }

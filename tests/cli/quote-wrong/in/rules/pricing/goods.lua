return plan { title = "Goods", per_unit { "Goods", each = "line" } }

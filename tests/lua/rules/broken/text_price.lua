return plan { title = "X", flat { "Fee", price = "4" } }

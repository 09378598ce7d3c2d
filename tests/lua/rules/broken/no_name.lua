return plan { title = "X", flat { price = 4 } }

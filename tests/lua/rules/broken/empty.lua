return plan { title = "X" }

return { title = "X" }

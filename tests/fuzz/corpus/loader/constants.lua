return { title = "API", 0.5, 1e3, price = 9.00, [0.25] = 10000000000 }

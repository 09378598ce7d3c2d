return rates { USD = { ["2026"] = 0.85 } }

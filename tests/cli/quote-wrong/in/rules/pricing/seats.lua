return plan {
  title = "Seats", every = "month",
  flat { "Platform fee", price = 49 },
  per_unit { "Seats", quantity = "seats", price = 9 },
  graduated { "API calls", meter = "api.calls", tiers = {
    { upto = 100, price = 1 }, { upto = 500, price = 0.8 }, { price = 0.6 } } },
}

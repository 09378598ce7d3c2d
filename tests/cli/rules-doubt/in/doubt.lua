-- doubtful
return plan {
  title = "Doubt", every = "month",
  volume { "Units", quantity = "units", tiers = { { upto = 100, price = 1 }, { upto = 500, price = 0.8 }, { price = 0.6 } } },
  graduated { "Calls", meter = "api.call", tiers = { { upto = 100, price = 1 }, { price = 1.2 } } },
  flat { "Nothing", price = 0 },
  per_unit { "Never", quantity = 0, price = 5 },
  graduated { "Fixed", quantity = 5, tiers = { { upto = 10, price = 3 }, { upto = 20, price = 2 }, { price = 1 } } },
  matrix { "Matrix", meter = "storage", by = { "region" }, cells = { { region = "eu", price = 0.08 }, { price = 1 } } },
}

return plan {
  title = "X", every = "month",
  graduated { "Calls", meter = "calls", tiers = {
    { upto = 100, price = 1 },
    { upto = 50, price = 0.5 },
    { price = 0.2 },
  } },
}

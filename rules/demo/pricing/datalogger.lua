-- Data loggers that only send: a small fee in advance, and what they sent when the month is over.
return plan {
  title = "Data logger", every = "month",

  flat { "Data logger", price = 19.00, when = "advance" },
  graduated { "Data points", meter = "data.points", tiers = {
    { upto = 50000, price = 0 },
    { price = 0.0003 },
  } },
}

return plan {
  title = "X", every = "month",
  flat { "Fee", price = 1 },
  per_unit { "GB", meter = "storage", price = 1, when = "advance" },
}

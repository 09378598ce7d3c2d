return plan {
  title = "X",
  per_unit { "Goods", each = "page" },
}

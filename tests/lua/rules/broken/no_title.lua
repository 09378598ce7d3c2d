return plan {
  per_unit { "Goods", each = "line" },
}

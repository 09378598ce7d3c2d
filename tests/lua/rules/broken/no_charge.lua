return plan {
  title = "X",
  { "Goods" },
}

return plan {
  title = "X",
  flat { "Fee", prise = 4 },
}

return approvals {
  invoice { upto = 5, by = "anyone" },
}

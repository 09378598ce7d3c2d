return approvals {
  invoice { by = "somebody" },
}

return tax {
  rate { "GB", "standard", 120 },
}

return tax {
  rate { "gb", "standard", 20 },
}

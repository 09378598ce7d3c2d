return tax {
  rate { "GB", "standard", 20, from = "2011-01-04" },
  rate { "GB", "standard", 21, from = "2011-01-04" },
}

return tax {
  rate { "GB", "standard", 20, from = "4 January 2011" },
}

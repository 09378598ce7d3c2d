return tax {
  abroad { within = "EFTA", reason = "x" },
}

return tax {
  abroad { reason = "x", busines = true },
}

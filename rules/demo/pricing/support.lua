-- A support contract, billed when the month is over.
return plan {
  title = "Support", every = "month",

  flat { "Support, business hours", price = 120.00, when = "arrears" },
}

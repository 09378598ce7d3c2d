-- What a payment settles, in the demo book: what the payer names comes first, then the oldest. Banks between here and abroad
-- keep a small charge for themselves: what is short by up to 2.00 and 3 percent is closed as a small difference.
return payments {
  references = "first",
  order = "oldest_due",
  tolerance = { amount = 2.00, percent = 3 },
  account_words = { "account", "customer" },
  refunds = "other",
}

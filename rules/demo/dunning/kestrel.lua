-- Reminders of the demo book: a friendly one, a firm one with a fee, then a person takes over. Nothing is said about what is
-- contested, or about what somebody promised to pay until that day has passed.
return policy {
  grace = 3,
  minimum = 5.00,
  hold = { "disputed", "promised" },
  promises = { grace = 3, renewals = 1 },

  step { "remind",   after = 5,  letter = "friendly", gap = 7 },
  step { "remind",   after = 15, letter = "firm",     gap = 10, fee = 10.00 },
  step { "escalate", after = 30, letter = "final",    gap = 14, to = "manager" },
  step { "suspend",  after = 60 },

  charge = { "fee" },
}

-- A negotiated contract by the month: what it leaves open stands on the agreement.
--
--   moonbill add agreement A-9 account=ACME plan=contract start=2026-01-15 tags.seats=120 tags.commitment=2000
--   moonbill set agreement A-9 prices.onboarding=900       (instead of the price below)
--   moonbill quote contract --quantity seats=120 --quantity commitment=2000 --usage reports=700 --from 2026-01-15
--
-- A part of a month pays its days (proration), whatever is changed: seats, prices, plan.
return plan {
  title = "Contract", every = "month",

  flat { "Onboarding", price = 1200.00, once = true },           -- with the first invoice

  -- The price of all seats goes by their number; 51 seats cost less than 50, as agreed (falls).
  volume { "Seats", quantity = "seats", unit = "seat", falls = true, tiers = {
    { upto = 50, price = 15.00 },
    { upto = 200, price = 12.00 },
    { price = 10.00 },
  } },

  -- One price for each size of company. Beyond the last band nothing is free: its price has to be agreed.
  stairstep { "Support", quantity = "seats", above = "contact", tiers = {
    { upto = 50, price = 100.00 },
    { upto = 500, price = 400.00 },
  } },

  -- 500 reports a month are free. Of those not used up to 250 may be used in the next month.
  per_unit { "Reports", meter = "reports", free = 500, rollover = { cap = 250, periods = 1 }, price = 0.80 },

  -- What seats, support and reports come to is at least the commitment; the difference is a line in arrears.
  commitment { "Minimum commitment", amount = "commitment", charges = { "seats", "support", "reports" } },
}

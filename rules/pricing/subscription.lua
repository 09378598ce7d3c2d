-- A subscription by the month. An agreement with a first day of service names it:
--
--   moonbill add agreement A-7 account=ACME plan=subscription start=2026-01-31 tags.seats=12
--
-- A month begins on the agreement's day: 31 January, 28 February, 31 March. What is charged in advance is billed when a
-- month begins, what is charged in arrears when it is over. Meters count the account's usage events of the month.
return plan {
  title = "Subscription", every = "month",

  flat { "Platform fee", price = 49.00, when = "advance" },
  per_unit { "Seats", quantity = "seats", price = 9.00, when = "advance", unit = "seat" }, -- the tag of the agreement
  per_unit { "Stored GB", meter = "storage", price = 0.12, unit = "GB" },
  -- Each unit pays the price of its own band: the first 10,000 calls nothing, the next 990,000 0.04 cent each, and so on.
  graduated { "API calls", meter = "api.calls", tiers = {
    { upto = 10000, price = 0 },
    { upto = 1000000, price = 0.0004 },
    { price = 0.0002 },
  } },

  -- Runs for what is billed in advance and for what is billed in arrears; invoice.timing says which.
  adjust = function(invoice, account)
    if account.tags.nonprofit then invoice:discount("Non-profit", percent(20)) end
  end,
}

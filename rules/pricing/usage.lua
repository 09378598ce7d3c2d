-- Prices by usage, one charge of each common kind. Copy what you need; rules/README.md, "Charges", has every kind.
--
--   moonbill add agreement A-8 account=ACME plan=usage start=2026-01-01
--   moonbill quote usage --usage api.calls=260000 --usage storage=420.5 --usage texts=101
--
-- A meter is the sum of the usage events of its name; other aggregates and properties are declared in rules/meters.lua.
return plan {
  title = "Usage", every = "month",

  flat { "Platform fee", price = 99.00 },                        -- in advance, whatever is used

  -- Each call pays the price of its own band. Prices are for a thousand; the first 10,000 calls of a month are free.
  graduated { "API calls", meter = "api.calls", free = 10000, per = 1000, tiers = {
    { upto = 100000, price = 0.40 },
    { upto = 1000000, price = 0.30 },
    { price = 0.20 },
  } },

  -- All of it pays the price of the band that it reaches: 501 GB cost less than 500, and falls = true says that this is meant.
  volume { "Storage", meter = "storage", unit = "GB", falls = true, tiers = { { upto = 500, price = 0.12 }, { price = 0.10 } } },

  -- Sold by the hundred: 101 are two packages.
  package { "Text messages", meter = "texts", size = 100, price = 4.50 },

  -- A price for each region; regions that nobody named pay the last one.
  matrix { "Traffic", meter = "traffic", unit = "GB", by = { "region" }, cells = {
    { region = { "eu", "uk" }, price = 0.05 },
    { region = "ap", price = 0.11 },
    { price = 0.08 },
  } },

  -- 1.4 % of each payment and 0.25, at least 0.50 and at most 20.00 for each.
  percentage { "Card payments", meter = "payments", rate = percent "1.4", fixed = 0.25, minimum = 0.50, maximum = 20 },

  -- Traffic costs no more than this in a month; what is above stands on the invoice as a discount.
  cap { "Traffic is capped", amount = 200, charges = { "traffic" } },
}

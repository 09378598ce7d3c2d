-- What coupons come to: lines of a period or an order before tax, the coupons that the account or agreement has with their
-- first days, and the discounts that come off, in their order. `left` is the net amount after them.

local SEATS = { { charge = "seats", amount = 80 }, { charge = "platform", amount = 20 } }

return examples {
  book = { currency = "EUR", country = "DE" },

  { "the first period", period = "2026-01-15..2026-02-15", lines = SEATS, coupons = { WELCOME = "2026-01-15" },
    discounts = { 10 }, left = 90 },
  { "the third period", period = "2026-03-15..2026-04-15", lines = SEATS, coupons = { WELCOME = "2026-01-15" },
    discounts = { 10 }, left = 90 },
  { "the fourth period", period = "2026-04-15..2026-05-15", lines = SEATS, coupons = { WELCOME = "2026-01-15" },
    discounts = {}, left = 100 },
  { "a coupon that begins within a period", period = "2026-01-15..2026-02-15", lines = SEATS,
    coupons = { WELCOME = "2026-02-14" }, discounts = { 10 }, left = 90 },
  { "a coupon that has not begun", period = "2026-01-15..2026-02-15", lines = SEATS, coupons = { WELCOME = "2026-02-15" },
    discounts = {}, left = 100 },
  { "an additive one beside it is of the full amount", period = "2026-01-15..2026-02-15", lines = SEATS,
    coupons = { WELCOME = "2026-01-15", FRIEND = "2026-01-15" }, discounts = { 5, 9.5 }, left = 85.5 },
  { "50 EUR come off first", period = "2026-01-15..2026-02-15", lines = SEATS,
    coupons = { WELCOME = "2026-01-15", START50 = "2026-01-15" }, discounts = { 50, 5 }, left = 45 },
  { "what is left of 50 EUR is carried on", period = "2026-02-15..2026-03-15", lines = { { amount = 30 } },
    coupons = { START50 = "2026-01-15" }, used = { START50 = 30 }, discounts = { 20 }, left = 10 },
  { "the better of two", period = "2026-01-15..2026-02-15", lines = SEATS,
    coupons = { PARTNER = "2026-01-15", VOLUME = "2026-01-15" }, discounts = { 15 }, left = 85 },
  { "12 % of the seats are more than 15 % of next to nothing", period = "2026-01-15..2026-02-15",
    lines = { { charge = "seats", amount = 80 }, { charge = "platform", amount = -70 } },
    coupons = { PARTNER = "2026-01-15", VOLUME = "2026-01-15" }, discounts = { 9.6 }, left = 0.4 },
  { "a code that there is not", period = "2026-01-15..2026-02-15", lines = SEATS, coupons = { WELCOM = "2026-01-15" },
    fails = "rule.value" },
  { "an order with a code", order = { coupon = "WELCOME" }, lines = SEATS, discounts = { 10 }, left = 90 },
  { "an order without one", order = {}, lines = SEATS, discounts = {}, left = 100 },
}

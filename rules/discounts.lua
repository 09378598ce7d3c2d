-- Coupons, promotions, and how they add up. A coupon comes off where an account or an agreement has it, with its first day:
--
--   moonbill set agreement A-7 coupons.WELCOME=2026-01-15
--
-- or where an order has the tag coupon=WELCOME. A promotion needs no code: it comes off where its conditions hold.
-- Discounts come off before tax, and never below zero. What is billed in advance and what is billed in arrears get their
-- shares each by themselves. Lines that take back what was billed before take no part.
--
--   coupon { CODE, percent(10) or money "10 EUR", ... }         coupon { CODE, 10, currency = "EUR" } is a fixed amount too
--   promotion { NAME, percent(10) or money "10 EUR", when = function(account, agreement, order) return ... end, ... }
--     text        what the line says; the code or the name where absent
--     once = true, periods = 3
--                 the first period, or the first three: those that begin on or after the coupon's first day, or have it. Of a
--                 promotion those from the agreement's start. Without either: all. Orders get such coupons by their tag only
--     charges = { "seats" }, categories = { "standard" }
--                 only off lines of these charges (their id), of these tax categories; an order's own lines have no charge
--     priority    the lowest comes first; 100 where absent. Of equal ones those for some charges or categories come first,
--                 then the earlier first day, then the name
--     stack       "sequential": a share of what is left by then: 10 % and 10 % make 19 %
--                 "additive": a share of the amounts before all discounts: 10 % and 10 % make 20 %
--                 "best_of": of all that say so only the one that takes most off
--     from, ["until"]
--                 days: the period begins, or the order is, on or after from and before until
--     timing      of fixed amounts, which come off once a period: with what the period bills in "advance" (default, where the
--                 plan charges anything then) or in "arrears"
--     leftover    of fixed amounts that are more than there is to pay: "carried" to the next period (default of once), or
--                 "lost" (default of others)
--     revenue     the account of the chart; the chart's discounts where absent
--
-- Promotional grants (moonbill add grant) come off after these, also before tax: lower priority first, then earlier expiry,
-- then earlier first day. Money that was paid in advance is no discount: it settles the invoice after tax.

return discounts {

  stack = "sequential", -- of discounts that say nothing else

  coupon { "WELCOME", percent(10), text = "Welcome discount", periods = 3 },
  coupon { "FRIEND", percent(5), text = "Recommended by a friend", stack = "additive" },
  coupon { "START50", 50, currency = "EUR", text = "Starting credit", once = true, leftover = "carried", priority = 10 },
  coupon { "PARTNER", percent(15), text = "Partner discount", stack = "best_of" },
  coupon { "VOLUME", percent(12), text = "Volume discount", stack = "best_of", charges = { "seats" } },

  -- promotion { "Charities", percent(20), when = function(account) return account.tags.nonprofit == "yes" end },
  -- promotion { "Summer", percent(15), from = "2027-06-01", ["until"] = "2027-09-01" },
}

return discounts {
  coupon { "OLD", percent(10), ["until"] = "2010-06-01" },
  coupon { "ODD", percent(10), charges = { "seat" } },
}

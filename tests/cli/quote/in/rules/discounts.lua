return discounts { coupon { "WELCOME", percent(10), periods = 1 } }

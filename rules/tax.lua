-- Which tax a line bears. moonbill looks at the country of this book, the country of the buyer, the line's tax category
-- and the tax point (the day of the order), and prints the reason wherever no tax is charged. What this file does not
-- answer is an error: tax never becomes zero by silence. Check the rates with your adviser; a change of the law is one
-- more row with its first day.
--
--   rate { COUNTRY, CATEGORY, PERCENT, from = "first day" }
--       A rate of 0 is "zero-rated" (code Z); with code = "E" and a reason it is exempt:
--       rate { "GB", "exempt", 0, code = "E", reason = "Exempt: education, VATA 1994 Sch. 9 Group 6", from = "1994-09-01" },
--   untaxed { CATEGORY, reason = "..." }
--       No tax, wherever seller and buyer are (code O; or code = "E").
--   outside { COUNTRY, reason = "..." }
--       Sellers there charge no tax of this kind.
--   abroad { conditions, rate = ..., code = ..., reason = "..." }
--       Sales to another country; the first row whose conditions all hold answers.
--       conditions  seller = "GB"; buyers = { "FR", "IT" }; within = "EU" (both countries are in the VAT area of the EU
--                   on that day); business = true (the account has a tax_id) or false; categories = { "standard" };
--                   from, ["until"]; when = function(buyer, category, date) return ... end
--       rate        a percentage, 0 if absent; "seller" or "buyer": what that country charges for the category
--       reason      {seller} and {buyer} stand for the names of the countries
--   withhold { conditions, rate = ..., base = "net", reason = "..." }
--       What a buyer keeps back of the amount due and pays to the authority itself; all rows whose conditions hold add up.
--       conditions  country = "IT" (the buyer's), seller, categories, business, from, ["until"],
--                   when = function(buyer, date) return ... end
--       base        "net", "tax" (for example rate = 100: the buyer pays all of the tax itself) or "total"
--       withhold { country = "IT", seller = "IT", categories = { "standard" }, rate = 20, business = true,
--                  reason = "Withholding tax 20 %: art. 25 DPR 600/1973" },
--
-- Sources: European Commission, "VAT rates applied in the Member States of the European Union" (2021, and the national
-- laws since); HMRC, "VAT rates"; Swiss Federal Tax Administration, "Development of tax rates".

return tax {

  -- United Kingdom
  rate { "GB", "standard", 17.5, from = "1991-04-01" },
  rate { "GB", "standard", 15,   from = "2008-12-01" },
  rate { "GB", "standard", 17.5, from = "2010-01-01" },
  rate { "GB", "standard", 20,   from = "2011-01-04" },
  rate { "GB", "reduced",  5,    from = "1997-09-01" },
  rate { "GB", "zero",     0,    from = "1973-04-01" },

  -- Austria
  rate { "AT", "standard",     20, from = "1984-01-01" },
  rate { "AT", "reduced",      10, from = "1984-01-01" },
  rate { "AT", "intermediate", 13, from = "2016-01-01" },

  -- Belgium
  rate { "BE", "standard",     21, from = "1996-01-01" },
  rate { "BE", "reduced",      6,  from = "2000-01-01" },
  rate { "BE", "intermediate", 12, from = "2000-01-01" },
  rate { "BE", "zero",         0,  from = "1996-01-01" },

  -- Germany
  rate { "DE", "standard", 16, from = "1998-04-01" },
  rate { "DE", "standard", 19, from = "2007-01-01" },
  rate { "DE", "standard", 16, from = "2020-07-01" },
  rate { "DE", "standard", 19, from = "2021-01-01" },
  rate { "DE", "reduced",  7,  from = "1983-07-01" },
  rate { "DE", "reduced",  5,  from = "2020-07-01" },
  rate { "DE", "reduced",  7,  from = "2021-01-01" },
  rate { "DE", "zero",     0,  from = "2023-01-01" },

  -- Spain
  rate { "ES", "standard",      16, from = "1995-01-01" },
  rate { "ES", "standard",      18, from = "2010-07-01" },
  rate { "ES", "standard",      21, from = "2012-09-01" },
  rate { "ES", "reduced",       7,  from = "1995-01-01" },
  rate { "ES", "reduced",       8,  from = "2010-07-01" },
  rate { "ES", "reduced",       10, from = "2012-09-01" },
  rate { "ES", "super_reduced", 4,  from = "1995-01-01" },

  -- France
  rate { "FR", "standard",     20.6, from = "1995-08-01" },
  rate { "FR", "standard",     19.6, from = "2000-04-01" },
  rate { "FR", "standard",     20,   from = "2014-01-01" },
  rate { "FR", "intermediate", 7,    from = "2012-01-01" },
  rate { "FR", "intermediate", 10,   from = "2014-01-01" },
  rate { "FR", "reduced",      5.5,  from = "1982-07-01" },

  -- Ireland
  rate { "IE", "standard", 21,   from = "2002-03-01" },
  rate { "IE", "standard", 21.5, from = "2008-12-01" },
  rate { "IE", "standard", 21,   from = "2010-01-01" },
  rate { "IE", "standard", 23,   from = "2012-01-01" },
  rate { "IE", "standard", 21,   from = "2020-09-01" },
  rate { "IE", "standard", 23,   from = "2021-03-01" },
  rate { "IE", "reduced",  13.5, from = "2003-01-01" },
  rate { "IE", "zero",     0,    from = "1972-11-01" },

  -- Italy
  rate { "IT", "standard",      20, from = "1997-10-01" },
  rate { "IT", "standard",      21, from = "2011-09-17" },
  rate { "IT", "standard",      22, from = "2013-10-01" },
  rate { "IT", "reduced",       10, from = "1997-10-01" },
  rate { "IT", "super_reduced", 4,  from = "1997-10-01" },

  -- Netherlands
  rate { "NL", "standard", 19, from = "2001-01-01" },
  rate { "NL", "standard", 21, from = "2012-10-01" },
  rate { "NL", "reduced",  6,  from = "1986-10-01" },
  rate { "NL", "reduced",  9,  from = "2019-01-01" },

  -- Switzerland
  rate { "CH", "standard", 7.6, from = "2001-01-01" },
  rate { "CH", "standard", 8,   from = "2011-01-01" },
  rate { "CH", "standard", 7.7, from = "2018-01-01" },
  rate { "CH", "standard", 8.1, from = "2024-01-01" },
  rate { "CH", "reduced",  2.4, from = "2001-01-01" },
  rate { "CH", "reduced",  2.5, from = "2011-01-01" },
  rate { "CH", "reduced",  2.6, from = "2024-01-01" },

  -- United States: no value added tax. Sales tax of the states is not computed by this file.
  outside { "US", reason = "Outside the scope of value added tax" },

  -- Reminder fees and late interest, which compensate for a delay and pay for no supply.
  untaxed { "outside", reason = "Outside the scope of value added tax: compensation for late payment" },

  -- Sales to other countries. ADAPT THESE ROWS to what you sell and to whom: they suit goods that leave the country.
  -- Services to businesses: code = "AE", reason = "Reverse charge: the customer accounts for the tax".
  -- Private customers in the EU, below the threshold for distance sales: rate = "seller"; above it: rate = "buyer",
  -- for example abroad { within = "EU", business = false, rate = "buyer" }.
  abroad { within = "EU", business = true, code = "K",
           reason = "Zero-rated: supplied to a VAT-registered business in {buyer}" },
  abroad { code = "G", reason = "Zero-rated: supplied to a customer outside {seller}" },

  -- An account without a country: "refuse" parks it; "home" treats it as a customer in this book's country.
  no_country = "refuse",
}

-- Rows of a file and the orders they are, as `moonbill rules test` compares them.
-- The rows are from: Chen, D. (2015), Online Retail, UCI Machine Learning Repository, doi 10.24432/C5BW33, CC BY 4.0.
local HEADER = "InvoiceNo;StockCode;Description;Quantity;InvoiceDate;UnitPrice;CustomerID;Country\n"

return examples {
  book = { currency = "GBP", country = "GB" },

  {
    "a sale with postage",
    file = HEADER .. [[
536540;22968;ROSE COTTAGE KEEPSAKE BOX ;4;1/12/2010 14:05;9,95;14911;EIRE
536540;85071C;"CHARLIE+LOLA""EXTREMELY BUSY"" SIGN";6;1/12/2010 14:05;2,55;14911;EIRE
536540;C2;CARRIAGE;1;1/12/2010 14:05;50;14911;EIRE
]],
    orders = {
      { id = "536540", kind = "sale", state = "due", account = "14911", date = "2010-12-01", country = "IE", value = 105.10,
        kinds = { "product", "product", "charge" } },
    },
  },
  {
    "a cancellation with a discount",
    file = HEADER .. "C536379;D;Discount;-1;1/12/2010 09:41;27,5;14527;United Kingdom\n",
    orders = {
      { id = "C536379", kind = "cancellation", state = "due", account = "14527", country = "GB", value = -27.5,
        kinds = { "discount" } },
    },
  },
  {
    "nobody named: held; at price 0: no sale",
    file = HEADER .. [[
536544;21773;DECORATIVE ROSE BATHROOM BOTTLE;1;1/12/2010 14:32;2,51;;United Kingdom
536414;22139;;56;1/12/2010 11:52;0;;United Kingdom
]],
    orders = {
      { id = "536544", state = "held", reason = "no customer", code = "import.held", value = 2.51 },
      { id = "536414", state = "no_sale", reason = "stock correction", value = 0 },
    },
  },
  {
    "equal lines are real",
    file = HEADER .. [[
536412;22961;JAM MAKING SET PRINTED;12;1/12/2010 11:49;1,45;17920;United Kingdom
536412;22961;JAM MAKING SET PRINTED;12;1/12/2010 11:49;1,45;17920;United Kingdom
]],
    orders = { { id = "536412", state = "due", value = 34.80, lines = 2 } },
  },
  {
    "a price that is none holds the whole order",
    file = HEADER .. [[
536365;22752;SET 7 BABUSHKA NESTING BOXES;2;1/12/2010 08:26;7,65;17850;United Kingdom
536365;71053;WHITE METAL LANTERN;6;1/12/2010 08:26;3,3x;17850;United Kingdom
]],
    orders = { { id = "536365", state = "held", code = "import.value",
      reason = "line 3, column UnitPrice: found '3,3x', expected a number such as 1.234,50" } },
  },
}

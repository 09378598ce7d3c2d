-- What rules/pricing/orders.lua has to come to. `moonbill rules test` computes every row and compares.
-- lines: quantity and price as ordered. amounts: what each line of the document has to be. net: their sum, before tax.

return examples {
  book = { currency = "EUR", country = "DE" },

  { "quantity times price",
    lines = { { quantity = 6, price = 2.55 }, { quantity = 8, price = 2.75 } },
    amounts = { 15.30, 22.00 }, net = 37.30 },

  { "half a cent goes up, once, on the line",
    lines = { { quantity = 3, price = 0.335 }, { quantity = 1, price = 0.005 } },
    amounts = { 1.01, 0.01 }, net = 1.02 },

  { "a cancellation is the exact negative", cancellation = true,
    lines = { { quantity = -3, price = 0.335 }, { quantity = -1, price = 0.005 } },
    amounts = { -1.01, -0.01 }, net = -1.02 },

  { "the product's price, where the order has none",
    products = { { id = "P1", name = "Lamp", price = 12.40 } },
    lines = { { quantity = 2, product = "P1" } },
    amounts = { 24.80 }, net = 24.80 },

  { "no price anywhere is an error, not zero",
    lines = { { quantity = 2, product = "P2" } },
    fails = "price.missing" },

  { "a gift at price 0 stays on the invoice",
    lines = { { quantity = 1, price = 0 }, { quantity = 1, price = 10 } },
    amounts = { 0, 10.00 }, net = 10.00 },
}

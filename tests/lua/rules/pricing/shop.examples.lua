-- Right and wrong examples, for tests.
return examples {
  book = { currency = "GBP", country = "GB" },
  { "right", lines = { { quantity = 1, price = 100 } }, amounts = { 100 }, net = 100, tax = 20, total = 120 },
  { "wrong net", lines = { { quantity = 1, price = 100 } }, net = 99 },
  { "wrong amounts", lines = { { quantity = 1, price = 100 } }, amounts = { 100, 5 } },
  { "right error", lines = { { quantity = 1 } }, fails = "price.missing" },
  { "wrong error", lines = { { quantity = 1 } }, fails = "tax.no_answer" },
  { "no error", lines = { { quantity = 1, price = 100 } }, fails = "price.missing" },
  { "an unforeseen error", lines = { { quantity = 1 } }, net = 1 },
  { "a discount and a note", account = { tags = { nonprofit = "yes", thanks = "yes" } }, lines = { { quantity = 1, price = 100 } },
    amounts = { 100, -20 }, note = "Thank you.\nCome again." },
  { "abroad", account = { country = "FR" }, lines = { { quantity = 1, price = 100 } }, tax = 0, total = 100 },
  { "in yen", currency = "JPY", lines = { { quantity = 1, price = 1000.5 } }, net = 1001 },
  { "a field with a slip", line = {} },
}

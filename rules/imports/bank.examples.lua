-- Rows of a bank's file, and what they have to become. Only what a record names is compared.

return examples {
  book = { currency = "EUR" },

  { "a payment",
    file = "Value date;Amount;Currency;Payer;Purpose;Type\n2026-01-05;1.200,50;EUR;Acme Ltd;INV-2026-00004;transfer\n",
    records = { { id = "row", kind = "receipt", amount = money "1200.50 EUR", remittance = "INV-2026-00004" } } },

  { "a fee is no payment",
    file = "Value date;Amount;Currency;Payer;Purpose;Type\n2026-01-05;-4,90;EUR;;Account keeping;Fee\n",
    records = { { none = true } } },

  { "a return names its payment",
    file = "Value date;Amount;Currency;Payer;Purpose;Type\n2026-01-08;-120,00;EUR;Acme Ltd;RETURN OF B-1001;debit\n",
    records = { { id = "row", kind = "return", settles = "B-1001", amount = money "120.00 EUR" } } },

  { "money that went out otherwise is held",
    file = "Value date;Amount;Currency;Payer;Purpose;Type\n2026-01-08;-120,00;EUR;Landlord;Rent;transfer\n",
    records = { { id = "row 2 of example #9785d9", code = "import.held" } } },
}

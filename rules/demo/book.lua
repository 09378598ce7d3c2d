-- book.lua of the demo book: Kestrel Instruments, which exists here alone. It sells measuring devices by order, and a
-- platform that collects what they measure by subscription. rules/schedules.lua says what runs when.
return book {
  company = {
    name = "Kestrel Instruments Ltd",
    street = "12 Dock Road",
    city = "Galway",
    postcode = "H91 VX20",
    tax_id = "IE1234567T",
    email = "accounts@kestrel.example",
    website = "https://kestrel.example",
    iban = "IE29AIBK93115212345678",
    bic = "AIBKIE2D",
    bank = "Example Bank",
  },

  currency = "EUR",
  zone = "Europe/Dublin",
  country = "IE",
  locale = "en-IE",
  dunning = "kestrel",

  terms = 14,
  plan = "orders",

  series = {
    invoice = "INV-{year}-{number:5}",
    credit_note = "CN-{year}-{number:5}",
  },

  chart = {
    receivables = { "1100", "Trade receivables" },
    cash = { "1200", "Bank" },
    tax = { "2200", "Tax payable" },
    revenue = { "4000", "Sales" },
    discounts = { "4900", "Discounts allowed" },
    unapplied = { "2100", "Unapplied cash" },
    deferred = { "2300", "Deferred revenue" },
    opening = { "3900", "Opening balances" },
    fees = { "4800", "Reminder fees" },
    interest = { "4810", "Late interest" },
    bad_debt = { "6800", "Bad debt" },
    differences = { "6810", "Small differences" },
    exchange = { "7700", "Exchange differences" },
    breakage = { "4850", "Breakage" },
  },

  -- Whoever made the demo book is its sole operator.
  operators = {},

  tax = { rounding = "document", mode = "half_up" },
  plugins = { "csv", "jsonl" },
}

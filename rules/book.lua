-- book.lua: the settings of this book. moonbill checks every entry and says which one it does not understand.
-- Lines that begin with -- are remarks: take the -- away to use the setting beside it.

return book {

  -- Who sends the invoices. It stands on every document.
  company = {
    name = "@NAME@",
    -- street = "1 Example Street",
    -- city = "Example Town",
    -- postcode = "AB1 2CD",
    -- tax_id = "",            -- your VAT number
    -- email = "accounts@example.com",
    -- phone = "",
    -- website = "",
    -- iban = "",              -- where customers pay; its check digits are verified
    -- bic = "",
    -- bank = "",
  },

  -- The book's own currency, its time zone (what day it is) and its country (which taxes apply).
  -- Currency and zone do not change after the first posting.
  currency = "@CURRENCY@",
  zone = "@ZONE@",
  country = "@COUNTRY@",
  -- locale = "en-@COUNTRY@",  -- how amounts and dates are written on documents, unless the account says otherwise

  -- For accounts and agreements that say nothing else: days from invoice to due date, and the pricing plan
  -- (the file rules/pricing/orders.lua).
  terms = @TERMS@,
  plan = "orders",

  -- How open items are reminded, unless an account has the tag dunning: the file rules/dunning/standard.lua.
  -- dunning = "standard",

  -- Number patterns. Numbers are gapless within a year; {number:5} has five digits at least.
  -- A series that has been used keeps its pattern.
  series = {
    invoice = "INV-{year}-{number:5}",
    credit_note = "CN-{year}-{number:5}",
  },

  -- Accounts of your chart that moonbill posts to: number and name. Products may name a revenue account of their own;
  -- list it under others.
  chart = {
    receivables = { "1100", "Trade receivables" },
    cash = { "1200", "Bank" },
    tax = { "2200", "Tax payable" },
    revenue = { "4000", "Sales" },
    discounts = { "4900", "Discounts allowed" },
    unapplied = { "2100", "Unapplied cash" },      -- payments that settle nothing yet
    deferred = { "2300", "Deferred revenue" },     -- billed in advance, not earned yet
    opening = { "3900", "Opening balances" },      -- the other side of items from the system before
    fees = { "4800", "Reminder fees" },
    interest = { "4810", "Late interest" },
    bad_debt = { "6800", "Bad debt" },
    differences = { "6810", "Small differences" }, -- what payments fall short of by less than the tolerance
    exchange = { "7700", "Exchange differences" },
    breakage = { "4850", "Breakage" },             -- prepaid money that expired
    withholding = { "1300", "Tax withheld by customers" }, -- what buyers keep back and pay to the authority for you
    rounding = { "6820", "Cash rounding" },        -- what rounding to coins adds or takes
    others = {
      -- ["4010"] = "Postage",
    },
  },

  -- Who may do what, by the user name of the operating system. With an empty list whoever runs moonbill on this book is
  -- its sole operator. Roles: prepare, approve, issue, admin, and any that rules/approvals.lua asks for.
  operators = {
    -- { user = "anna", name = "Anna Example", roles = { "prepare", "issue" } },
    -- { user = "bert", name = "Bert Example", roles = { "prepare", "approve", "issue", "manager" } },
  },

  -- How tax is rounded: once per document and tax category, or "line" by line where your law asks for that; and how:
  -- half_up, half_even, half_down, up or down. All of them treat a credit note as the exact negative of its invoice.
  -- prices = "gross": prices include tax, unless a plan says prices = "net". cash_rounding: what is payable is rounded to
  -- the smallest coin of a currency.
  tax = { rounding = "document", mode = "half_up", prices = "net", cash_rounding = { --[[ CHF = 0.05 ]] } },

  -- What one account may cost a rule before it is stopped.
  -- budget = { steps = 100000000, memory_mb = 64, seconds = 2 },

  -- Plugins that are switched on, by the name of their folder. Plugins are trusted code.
  plugins = { "csv", "jsonl" },

  -- Room reserved for the book's data file, in GiB. It takes no disk space until it is used.
  -- map_gib = 64,

  -- Folder of the keys for personal data, beside the data. Keep it out of backups of the book, and back it up by itself.
  -- keys = "keys",
}

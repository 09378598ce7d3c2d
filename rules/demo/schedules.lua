-- What runs by itself in the demo book. `moonbill tick` does what is due; a timer would call it every few minutes. What comes
-- in from outside lies in in/ by the time it is read: orders of the shop, events of the platform, the bank's file of the day.

local FIRST = date "2026-07-01"

-- Before anything is billed: what was used until midnight, and what was ordered.
schedule { "usage", every = "day", at = "05:00", from = FIRST,
  function(book) book:import("usage", "in/usage/{date}.jsonl", { missing = "skip" }) end }

schedule { "orders", every = "business day", at = "05:30", from = FIRST,
  function(book) book:import("orders", "in/orders/{date}.csv", { missing = "skip" }) end }

-- Orders, and the months of agreements that begin or end on this day. What rules/approvals.lua lets through is issued at once.
schedule { "billing", every = "day", at = "06:00", from = FIRST, run = { "bill", issue = true } }

-- After yesterday's payments: reminders, and their letters into out/. What they cost is on drafts, which are issued with them.
schedule { "reminders", every = "business day", at = "08:00", from = FIRST, calendar = "target",
  function(book)
    book:dun()
    book:deliver()
  end }

-- The bank's file of the day; payments settle what they name, then the oldest.
schedule { "bank", every = "business day", at = "17:00", from = FIRST, calendar = "target",
  function(book) book:import("payments", "in/bank/{date}.csv", { missing = "skip" }) end }

-- The reports of a month, as of its last day.
schedule { "month-end reports", every = "month", on = "last day", at = "18:00", from = FIRST,
  function(book)
    report("ageing", { as_of = book.date }):save "out/reports/ageing-{date}.csv"
    report("ageing", { as_of = book.date }):save "out/reports/ageing-{date}.html"
    report("dunning", { as_of = book.date }):save "out/reports/dunning-{date}.csv"
  end }

-- On the tenth the month before is closed: nothing can be dated back into it any more.
schedule { "closing", every = "month", on = 10, at = "19:00", from = FIRST,
  function(book)
    local month = book.date:add_months(-1)
    if month >= FIRST then book:close { period = tostring(month):sub(1, 7) } end
  end }

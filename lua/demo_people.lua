--- lua/demo_people.lua: what the people of the demo book do: customers who pay, each in their way, and the clerk at the desk.
---
--- Everything follows from the day and the items of the book as they are: { number, account, kind, date, due, amount, open },
--- amounts in minor units.
---
--- people.bank(day, items) -> text of the bank's file of the day, nil where the bank is closed
--- people.go_live, people.desk(day, items) -> list of commands, each a list of words
local chance = require "demo_chance"
local company = require "demo_company"
local people = {}

-- No closing day of T2 falls into these months.
local function open_day(day) return day.weekday <= 5 end

-- The day itself or the next on which the bank works.
local function rolled(day)
  while not open_day(day) do day = day + 1 end
  return day
end

-- ---- characters ----

-- Subscribers from the first day on, at home, with 14 days to pay: the people of the stories, by name.
local ROLES = { "disputes", "keeps", "breaks", "returned", "twice", "cash", "forgets", "moves" }
local role_of, account_of = {}, {}
local function cast()
  local n = 0
  for _, account in ipairs(company.accounts) do
    local first = account.agreements[1]
    local usual = first and first.plan == "platform" and first.start == company.first
    if n < #ROLES and usual and account.country == "IE" and account.terms == 14 then
      n = n + 1
      role_of[account.id], account_of[ROLES[n]] = ROLES[n], account.id
    end
  end
  role_of[company.opening[2].account], account_of.bankrupt = "bankrupt", company.opening[2].account
end
cast()

local MANNERS = { -- out of a hundred
  { 60, "punctual" }, { 72, "early" }, { 82, "slow" }, { 87, "very slow" }, { 90, "in parts" }, { 93, "bank charge" },
  { 95, "deducts" }, { 96, "twice" }, { 97, "no reference" }, { 100, "never" },
}
local OF_ROLE = {
  disputes = "never", keeps = "never", breaks = "never", returned = "direct debit", twice = "twice", forgets = "no reference",
  cash = "in parts", bankrupt = "never",
}

local function manner_of(account)
  local role, n = role_of[account], chance.stream("manner", account)(100)
  if role then return OF_ROLE[role] or "punctual" end
  for _, row in ipairs(MANNERS) do
    if n <= row[1] then return row[2] end
  end
end

people.manner_of = manner_of

-- ---- paying ----

-- The payments of an invoice by its customer's manner: days after the due date, and share or deduction.
local PAYS = {
  punctual = function(draw) return { { 1 - draw(6) } } end,
  ["direct debit"] = function() return { { 0, method = "direct debit" } } end,
  early = function(draw) return { { -14 + draw(4) } } end,
  slow = function(draw) return { { 3 + draw(11) } } end,
  ["very slow"] = function(draw) return { { 17 + draw(14) } } end,
  ["in parts"] = function(draw) return { { 0, percent = 60 }, { 14 + draw(7) } } end,
  ["bank charge"] = function(draw) return { { -1, less = 50 + draw(100) } } end,
  deducts = function() return { { -2, percent = 95 } } end,
  twice = function(draw) return { { -3 }, { draw(3), again = true } } end,
  ["no reference"] = function(draw) return { { -draw(3), silent = true } } end,
  never = function() return {} end,
}

-- What the stories add: all that is overdue, on one day.
local STORY = { disputes = date "2026-08-20", keeps = date "2026-08-21" }

local function amount_of(pay, item)
  if pay.again then return item.amount end
  local asked = item.amount
  if pay.percent then asked = asked * pay.percent // 100 end
  if pay.less then asked = asked - pay.less end
  return min(asked, item.open)
end

-- What is paid of an item on a day: amount and how, or nil.
local function payment_of(item, manner, day)
  for _, pay in ipairs(PAYS[manner](chance.stream("pays", item.number))) do
    local wanted = rolled(max(item.due:add_days(pay[1]), item.date:add_days(2)))
    local amount = wanted == day and amount_of(pay, item) or 0
    if amount > 0 then return amount, pay end
  end
  local story = STORY[role_of[item.account]]
  if story == day and item.due < day and item.open > 0 then return item.open, {} end
end

-- One transfer for all that an account pays on a day.
local function transfers(day, items)
  local list, of_account = {}, {}
  for _, item in ipairs(items) do
    if item.amount > 0 and (item.kind == "invoice" or item.kind == "opening") then
      local amount, pay = payment_of(item, manner_of(item.account), day)
      local to = of_account[item.account]
      if amount and not to then
        to = { account = item.account, amount = 0, numbers = {}, method = pay.method or "transfer", silent = pay.silent }
        of_account[item.account], list[#list + 1] = to, to
      end
      if amount then
        to.amount = to.amount + amount
        table.insert(to.numbers, item.number)
      end
    end
  end
  return list
end

-- Numbers of the system before say nothing to this book's bank: their payers add who they are.
local function remittance(to)
  if not to.silent and table.concat(to.numbers, " "):find "R26" then
    return table.concat(to.numbers, ", ") .. ", customer " .. to.account
  end
  local style = chance.stream("style", to.account)(10)
  if to.silent then return "many thanks" end
  if style == 10 then return "customer " .. to.account end
  if style >= 8 then return ("payment of " .. table.concat(to.numbers, " and ")):lower() end
  return table.concat(to.numbers, ", ")
end

function people.bank(day, items)
  if not open_day(day) then return nil end
  local rows = {}
  for i, to in ipairs(transfers(day, items)) do
    local payer = to.silent and "J. Smith" or company.by_id[to.account].name
    rows[i] = { "B" .. tostring(day):gsub("-", "") .. "-" .. i, day, company.amount(to.amount), to.method, payer, remittance(to) }
  end
  return company.csv({ "id", "date", "amount", "method", "payer", "remittance" }, rows)
end

-- ---- the desk ----

-- The items of an account that are owed and open, oldest first.
local function owed(items, account)
  local list = {}
  for _, item in ipairs(items) do
    if item.account == account and item.open > 0 and item.amount > 0 then list[#list + 1] = item end
  end
  table.sort(list, function(a, b) return a.due < b.due end)
  return list
end

--- The first commands: the data of the system before, and where its numbers ended.
people.go_live = {
  { "import", "products", "in/products.csv" },
  { "import", "accounts", "in/accounts.csv" },
  { "import", "agreements", "in/agreements.csv" },
  { "import", "opening-items", "in/opening-items.csv" },
  { "series", "invoice", "--last", "INV-2026-01204" },
}

-- The oldest item that an account owes; a story without it would be no story.
local function oldest(items, role)
  local item = owed(items, account_of[role])[1]
  assert(item, role .. " owes nothing")
  return item
end

-- The first payment of an account with something left of it, or settled if `settled`.
local function payment(items, account, test)
  for _, item in ipairs(items) do
    if item.account == account and item.kind == "payment" and test(item) then return item end
  end
  error("no such payment of " .. account)
end

-- An invoice of goods of that day or later, nothing of it paid.
local function sold(items, day)
  for _, item in ipairs(items) do
    if item.id:find "^order/" and item.date >= day and item.open == item.amount and item.amount > 0 then return item end
  end
  error("nothing was sold since " .. day)
end

local approved = { { "approve", "--all" }, { "issue", "--all" } }

local function with_approval(command) return { command, approved[1], approved[2] } end

-- What the clerk does, by day, after the day's schedules.
local DESK = {
  ["2026-07-16"] = function()
    return { { "set", "agreement", company.by_id[account_of.moves].agreements[1].id, "tags.seats=30", "--from", "2026-08-01" } }
  end,
  ["2026-07-20"] = function(items)
    local paid = payment(items, account_of.returned, function(item) return item.open == 0 end)
    return { { "return", paid.number, "--date", "2026-07-17", "--reason", "account closed" } }
  end,
  ["2026-07-23"] = function() return { { "set", "order", "SO-26212", "account=K10012" } } end,
  ["2026-07-24"] = function(items)
    return { { "hold", account_of.returned, "--reason", "waits for new bank details", "--until", "2026-08-07" } }
  end,
  ["2026-07-28"] = function(items)
    return { { "dispute", oldest(items, "disputes").number, "--amount", "33.21", "--reason", "three seats were never used" } }
  end,
  ["2026-08-10"] = function(items)
    local commands = {}
    for i, role in ipairs { "keeps", "breaks" } do
      local item = oldest(items, role)
      commands[i] = { "promise", item.account, company.amount(item.open), "--by", "2026-08-21", "--on", item.number }
    end
    return commands
  end,
  ["2026-08-13"] = function(items)
    local number = oldest(items, "disputes").number
    local credit = with_approval { "credit", number, "--line", "2", "--quantity", "3", "--reason", "three seats not used",
      "--ref", "RMA-1" }
    table.insert(credit, 1, { "dispute", "close", number .. "/1", "--upheld", "all", "--outcome", "credited" })
    return credit
  end,
  ["2026-08-18"] = function(items)
    local left = payment(items, account_of.twice, function(item) return item.open < 0 end)
    return { { "refund", left.number, "--reason", "paid twice" }, { "approve", "refund/" .. left.number .. "/1" } }
  end,
  ["2026-08-26"] = function(items)
    local item = oldest(items, "forgets")
    local found = payment(items, "unidentified", function(p) return p.open == -item.open end)
    return { { "set", "payment", found.number, "account=" .. item.account } }
  end,
  ["2026-09-02"] = function(items)
    local item = oldest(items, "cash")
    return { { "pay", item.account, company.amount(item.open // 2), "--on", item.number, "--text", "cash at the trade fair" } }
  end,
  ["2026-09-10"] = function(items)
    local number = sold(items, date "2026-09-03").number
    return with_approval { "credit", number, "--line", "1", "--quantity", "1", "--reason", "damaged in transit",
      "--ref", "RMA-2" }
  end,
  ["2026-09-15"] = function(items)
    return { { "write-off", oldest(items, "bankrupt").number, "--reason", "insolvent, no assets" } }
  end,
}

function people.desk(day, items)
  local work = DESK[tostring(day)]
  return work and work(items) or {}
end

return people

--- lua/dunning_examples.lua: examples of a dunning policy, as a clerk writes them down: items of one account on a day, and what
--- becomes of each.
--- Units: amounts in the book's currency, as plain numbers.
--- Source: none; an example is decided by dunning.decide, as a run decides.
--- Example: { "first reminder", on = "2026-03-06", items = { { "A", due = "2026-03-01", 100 } }, says = { A = "step 1" } }.
local declare = require "declare"
local dunning = require "dunning"

local dunning_examples = {}

local EXAMPLE = {
  on = "!date", items = "!table", paid = "table", credited = "table", disputed = "table", upheld = "table", promised = "table",
  held = "table", taken = "table", unapplied = "number", imported = "date", says = "table", asked = "table", letter = "text",
  fee = "number", interest = "number", due = "number", fails = "text",
}

local function applications_of(row, number, currency, today)
  local list = {}
  for kind, given in pairs { payment = row.paid or {}, credit_note = row.credited or {} } do
    for _, one in ipairs(given) do
      if one[1] == number and date(one[2]) <= today then
        list[#list + 1] = { date = date(one[2]), amount = money(one[3], currency), kind = kind }
      end
    end
  end
  return list
end

local function item_of(row, one, currency, today)
  local amount = money(one[2], currency)
  local applications, open = applications_of(row, one[1], currency, today), amount
  for _, part in ipairs(applications) do open = open - part.amount end
  if open.amount == 0 then return nil end
  local due = date(one.due)
  return {
    asked = true, penal = one.charges or false, applications = applications,
    item = { document = one[1], number = one[1], kind = "invoice", currency = currency, date = due - 14, due = due,
             amount = amount, open = open },
  }
end

local function items_of(row, currency, today)
  local list = {}
  for _, one in ipairs(row.items) do list[#list + 1] = item_of(row, one, currency, today) end
  if row.unapplied then
    local amount = money(-row.unapplied, currency)
    list[#list + 1] = { asked = false, applications = {}, item = {
      document = "CASH", number = "CASH", kind = "payment", currency = currency, date = today, due = today, amount = amount,
      open = amount } }
  end
  return list
end

-- { A = 40 } is open now; { "A", 40, from = day, closed = day, upheld = 15 } says more.
local function disputes_of(row, currency)
  local list = {}
  for key, one in pairs(row.disputed or {}) do
    if type(one) ~= "table" then one = { key, one } end
    list[#list + 1] = {
      document = one[1], amount = money(one[2], currency), opened = date(one.from or "0001-01-01"),
      closed = one.closed and date(one.closed), upheld = one.upheld and money(one.upheld, currency),
    }
  end
  return list
end

local function promises_of(row, currency, today)
  local list = {}
  for i, one in ipairs(row.promised or {}) do
    local last, received = date(one.by) + (one.grace or 3), one.received or 0
    local state = received >= one[1] and "kept" or last < today and "broken" or "open"
    list[i] = { promise = { id = "EXAMPLE/" .. i, document = one.on, currency = currency, amount = money(one[1], currency) },
                state = state, received = money(received, currency), last = last }
  end
  return list
end

local function holds_of(row)
  local list = {}
  for number, reason in pairs(row.held or {}) do
    list[#list + 1] = { document = number ~= "all" and number or nil, from = date "0001-01-01", reason = reason }
  end
  return list
end

local function reminders_of(row, currency)
  local list = {}
  for i, one in ipairs(row.taken or {}) do
    list[i] = { document = one[1], date = date(one[2]), step = one[3], name = "remind",
                interest = one.interest and money(one.interest, currency) }
  end
  return list
end

-- A reason that begins as it was wanted counts as that.
local function shortened(got, wanted)
  got = got or "nothing is open of it"
  return got:sub(1, #wanted) == wanted and wanted or got
end

local function sum_of(list, field)
  local total = 0
  for _, one in ipairs(list) do total = total + (one[field] or 0) end
  return type(total) == "money" and total.amount or total
end

local function each(got, want, name, wanted, find)
  for number, value in pairs(wanted or {}) do
    local found = find(number, value)
    got[#got + 1] = name .. " " .. number .. ": " .. tostring(found)
    want[#want + 1] = name .. " " .. number .. ": " .. tostring(value)
  end
end

local function one(got, want, name, wanted, found)
  if wanted == nil then return end
  got[#got + 1], want[#want + 1] = name .. " " .. tostring(found), name .. " " .. tostring(wanted)
end

--- What an example comes to.
---@param row table an example
---@param book table settings
---@param name string of the policy
---@param policy table|nil instead of that file
---@return table got, table want: lists of texts
function dunning_examples.answer(row, book, name, policy)
  declare.fields("example of dunning", row, EXAMPLE)
  local today, currency, rows = date(row.on), book.currency, {}
  local out = dunning.decide {
    account = { id = "EXAMPLE", tags = { dunning = name } }, book = book, policy = policy, today = today,
    items = items_of(row, currency, today), disputes = disputes_of(row, currency), promises = promises_of(row, currency, today),
    holds = holds_of(row), reminders = reminders_of(row, currency), imported = row.imported and date(row.imported),
  }
  for _, found in ipairs(out.rows) do rows[found.number] = found end
  local got, want, message = {}, {}, out.messages[1] or {}
  each(got, want, "says", row.says, function(number, value) return shortened(rows[number] and rows[number].reason, value) end)
  each(got, want, "asked", row.asked, function(number) return rows[number] and rows[number].asked.amount end)
  one(got, want, "letter", row.letter, message.layout and message.layout:gsub("^letter%-", "") or "none")
  one(got, want, "fee", row.fee, sum_of(out.reminders, "fee"))
  one(got, want, "interest", row.interest, sum_of(out.reminders, "interest"))
  one(got, want, "due", row.due, message.due and message.due.amount or 0)
  return got, want
end

return dunning_examples

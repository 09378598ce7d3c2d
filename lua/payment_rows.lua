--- lua/payment_rows.lua: what a row of a bank's file, a grant, or an open item of another system, is as a record. Part of
--- importing.lua.
--- Units: amounts as the file has them, in the row's currency, to money in whole minor units.
--- Source: none.
--- Example: a row of 12.50 with "INV-2026-00004" and no account becomes a receipt of the account of that invoice.
---
--- job.look has account(id), payment(id), document(number) and opening(number): what the book knows.
---
--- payment_rows.payment(job, record, i) -> problem | nil    the moon_payment it becomes; problem { code, reason, column },
---   or { none = true } for a row that its mapping says is no payment
--- payment_rows.opening(job, record, i) -> problem | nil    the moon_adjustment
--- payment_rows.grant(job, record, i) -> problem | nil      the moon_grant
local cells = require "cells"
local payments = require "payments"
local rates = require "rates"
local record_rows = require "record_rows"
local references = require "references"
local payment_rows = {}

payment_rows.UNNAMED = "row" -- id of a payment that the host names by its content

local problem_at = record_rows.problem_at

local TOO_MUCH = decimal "10000000000000000" -- the books hold 18 digits, mostly 2 of them decimals

-- The amount as money, in the row's currency or the one of the job.
local function money_of(job, record, i)
  local currency = record.currency or job.currency
  if not currency then return nil, problem_at(job, i, "currency", "no currency is said") end
  record.currency = currency
  if abs(record.amount) >= TOO_MUCH then
    return nil, problem_at(job, i, "amount", "found " .. cells.show(tostring(record.amount)) .. ", which no account can hold")
  end
  local amount = money(record.amount, currency)
  if amount ~= round(amount) then
    return nil, problem_at(job, i, "amount", "found " .. cells.show(tostring(record.amount)) .. ", which is finer than "
      .. currency .. " has decimals")
  end
  return amount
end

-- The same of what has a date, with the rate of its currency; or a problem.
local function value_of(job, record, i)
  local amount, problem = money_of(job, record, i)
  if problem then return nil, problem end
  local currency = record.currency
  if record.date > job.today then
    return nil, problem_at(job, i, "date", "found " .. tostring(record.date) .. ", which is after today, "
      .. tostring(job.today))
  end
  if currency ~= job.currency then
    local good, rate = pcall(rates.at, currency, record.date)
    if not good then return nil, problem_at(job, i, "currency", rate.message, rate.code) end
    record.rate = rate
  end
  return amount
end

-- ---- payments ----

local CONTENT = { "account", "currency", "remittance", "payer", "method", "returns" }

-- What a row without an id of its own is known by: what it says, and which of the equal rows of its file it is.
local function name_by_content(job, record)
  local list = { tostring(record.date), tostring(record.amount) }
  for _, name in ipairs(CONTENT) do list[#list + 1] = record[name] or "" end
  if record.prepaid then list[#list + 1] = "prepaid " .. tostring(record.expires) .. " " .. tostring(record.priority) end
  local content = table.concat(list, "\n")
  job.equal = job.equal or {}
  local ordinal = (job.equal[content] or 0) + 1
  job.equal[content] = ordinal
  return content, ordinal
end

local KINDS = { receipt = true, ["return"] = true, none = true }

-- What the mapping says that a row is. The function gets a copy.
local function ask_kind(job, record, i)
  if not job.map.kind then return "receipt", record.returns end
  local view = {}
  for name, value in pairs(record) do view[name] = value end
  local good, kind, payment = pcall(job.map.kind, view)
  if not good then
    local message = type(kind) == "table" and kind.message or tostring(kind)
    return nil, nil, problem_at(job, i, nil, "the mapping's function 'kind' failed: " .. message, "rule.error")
  end
  kind = kind or "receipt"
  if not KINDS[kind] then
    return nil, nil, problem_at(job, i, nil, "the mapping's function 'kind' answered " .. cells.show(tostring(kind))
      .. ", expected receipt, return or none", "rule.value")
  end
  return kind, payment or record.returns
end

local function find_owner(job, record)
  if record.account and job.look.account(record.account) then return record.account end
  local stated = record.account and "account " .. record.account .. " is not known" or nil
  local account, why = payments.owner(record.remittance, job.series, job.look)
  if account then return account, why end
  return "unidentified", stated and (stated .. ", and " .. why) or why
end

-- A return takes back all of a payment.
local function check_return(job, record, i, payment, amount)
  if not payment or payment == "" then
    return problem_at(job, i, "amount", "a return that names no payment", "import.held")
  end
  local receipt = job.look.payment(payment)
  if not receipt then
    return problem_at(job, i, "amount", "a return of " .. cells.show(payment) .. ", which is no payment of this book",
      "not_found")
  end
  if receipt.amount and receipt.amount ~= abs(amount) then
    return problem_at(job, i, "amount", "a return of " .. tostring(abs(amount)) .. ", but payment " .. payment .. " is of "
      .. tostring(receipt.amount) .. ": return it by hand, and pay what the bank left", "import.held")
  end
  record.kind, record.settles = "return", payment
  return nil
end

function payment_rows.payment(job, record, i)
  local content, ordinal = nil, nil
  if not record.id then content, ordinal = name_by_content(job, record) end
  local kind, payment, problem = ask_kind(job, record, i)
  if problem then return problem end
  if kind == "none" then return { none = true } end
  local amount
  amount, problem = value_of(job, record, i)
  if problem then return problem end
  if amount == money(0, record.currency) then
    return problem_at(job, i, "amount", "a payment of nothing", "import.held")
  end
  if kind == "return" or payment then
    problem = check_return(job, record, i, payment, amount)
    if problem then return problem end
  elseif amount < 0 then
    return problem_at(job, i, "amount", tostring(amount) .. " left the bank: a return needs the payment that it takes back "
      .. "(a column for returns, or the mapping's kind), a fee is no payment", "import.held")
  end
  if record.prepaid and record.kind == "return" then
    return problem_at(job, i, "prepaid", "a return is not prepaid", "import.held")
  end
  record.amount, record.returns = abs(amount), nil
  record.kind, record.state = record.kind or "receipt", "posted"
  local why
  record.account, why = find_owner(job, record)
  record.id = record.id or payment_rows.UNNAMED
  return nil, { content = content, ordinal = ordinal, why = why }
end

-- ---- grants ----

--- Its currency, where the row says none, is the one of the mapping, else the book's.
function payment_rows.grant(job, record, i)
  local amount, problem = money_of(job, record, i)
  if problem then return problem end
  if amount <= money(0, record.currency) then
    return problem_at(job, i, "amount", tostring(amount) .. " is no grant: it gives more than nothing", "import.held")
  end
  if not job.look.account(record.account) then
    return problem_at(job, i, "account", "there is no account " .. cells.show(record.account), "not_found")
  end
  record.amount = amount
  return nil
end

-- ---- open items of the system before ----

function payment_rows.opening(job, record, i)
  if references.is_own(record.number, job.series) then
    return problem_at(job, i, "number", cells.show(record.number) .. " is a number of this book's own series", "import.held")
  end
  local amount, problem = value_of(job, record, i)
  if problem then return problem end
  if amount == money(0, record.currency) then
    return problem_at(job, i, "amount", "nothing is open of it", "import.held")
  end
  if not job.look.account(record.account) then
    return problem_at(job, i, "account", "there is no account " .. cells.show(record.account), "not_found")
  end
  if record.kind and (record.kind == "invoice") ~= (amount > 0) then
    return problem_at(job, i, "amount", "an open " .. record.kind .. " of " .. tostring(amount)
      .. ": invoices are positive, credit and cash negative", "import.held")
  end
  record.control = record.kind == "cash" and "unapplied" or "receivables"
  record.id, record.kind, record.amount = "opening/" .. record.number, "opening", amount
  record.due = record.due or record.date
  record.against = "opening"
  return nil
end

return payment_rows

--- lua/dunning.lua: which open items of an account are reminded on a day, with which step, and why the others are not.
--- Units: money in whole minor units; days past due = day - due date, so that due today is not overdue.
--- Source: the company's own policy, rules/dunning/NAME.lua (lua/dunning_policy.lua).
--- Example: 100.00 due on 1 March, not contested, not promised, steps after 5 and 15 days: step 1 on 6 March, step 2 on 16 March.
local billing = require "billing"
local config = require "config"
local declare = require "declare"
local dunning_policy = require "dunning_policy"
local late_interest = require "late_interest"

local dunning = {}

local SATURDAY = 6

-- An amount, nil for nothing.
local function some(value) return value > 0 and value or nil end

-- ---- what there is ----

-- The day from which days count: the due date, or the working day after it.
local function effective(due, policy)
  if policy.weekend == "next" and due.weekday >= SATURDAY then return due + (8 - due.weekday) end
  return due
end

-- Days on which something was applied, in their order, and how much on each.
local function moves_of(applications)
  local days, by_day = {}, {}
  for _, part in ipairs(applications) do
    if not by_day[part.date] then days[#days + 1] = part.date end
    by_day[part.date] = (by_day[part.date] or 0) + part.amount
  end
  table.sort(days)
  return days, by_day
end

-- The day on which an item that had been paid was open again: its ladder begins anew then.
local function reopened(given)
  local open, since, zero = given.item.amount, nil, false
  local days, by_day = moves_of(given.applications)
  for _, day in ipairs(days) do
    open = open - by_day[day]
    if open <= 0 then
      zero = true
    elseif zero then
      zero, since = false, day
    end
  end
  return since
end

-- What was done for an item before: the last step that counts, and the interest charged so far.
local function history(given, document)
  local last, charged = nil, 0
  local since = reopened(given)
  for _, one in ipairs(given.reminders) do
    if one.document == document then
      charged = charged + (one.interest or 0)
      if not since or one.date >= since then last = one end
    end
  end
  return last, charged
end

local function stands(dispute, today)
  return dispute.opened <= today and (dispute.closed == nil or dispute.closed > today)
end

-- What was credited of an item from a day on.
local function credited(given, since)
  local sum = 0
  for _, part in ipairs(given.applications) do
    if part.kind == "credit_note" and part.date >= since then sum = sum + part.amount end
  end
  return sum
end

-- What is contested now, what the customer was right about in disputes that are decided, and what of that is not credited yet.
local function contested(disputes, given, today)
  local sum, upheld, since = 0, 0, nil
  for _, one in ipairs(disputes) do
    if one.document == given.item.document and one.opened <= today then
      if stands(one, today) then sum = sum + one.amount else upheld = upheld + (one.upheld or 0) end
      since = since and min(since, one.opened) or one.opened
    end
  end
  local pending = since and upheld > 0 and upheld - credited(given, since) or 0
  return sum, upheld, max(pending, 0)
end

local function at_most(value, limit) return value > limit and limit or value end

local function holding(holds, document, today)
  for _, one in ipairs(holds) do
    local here = one.document == nil or one.document == document
    if here and one.from <= today and (one["until"] == nil or one["until"] > today) then return one end
  end
  return nil
end

-- One open item, as it stands on the day.
local function standing(given, input, policy)
  local item, today = given.item, input.today
  local zero = item.amount * 0
  local row = {
    document = item.document, number = item.number, kind = item.kind, currency = item.currency, date = item.date, due = item.due,
    amount = item.amount, open = item.open, disputed = zero, promised = zero, asked = zero, given = given,
    from = effective(item.due, policy),
  }
  row.days = today - row.from
  if not given.asked then return row end
  given.reminders = input.reminders
  row.last, row.charged = history(given, item.document)
  local sum, upheld, pending = contested(input.disputes, given, today)
  row.contested, row.upheld, row.pending = at_most(sum, item.open), upheld, pending
  if policy.hold.disputed then row.disputed = zero + at_most(sum + pending, item.open) end
  row.held = holding(input.holds, item.document, today)
  row.asked = row.open - row.disputed
  return row
end

local function by_due(a, b)
  if a.due ~= b.due then return a.due < b.due end
  return a.number < b.number
end

-- ---- promises ----

-- Live promises take from what is asked: those for one item from it, those for the account from the oldest items on.
local function apply_promise(one, rows)
  local left = one.promise.amount - one.received
  for _, row in ipairs(rows) do
    local for_it = one.promise.document == nil or one.promise.document == row.document
    if left > 0 and for_it and row.currency == one.promise.currency and row.asked > 0 then
      local part = min(left, row.asked)
      row.promised, row.asked, left = row.promised + part, row.asked - part, left - part
      row.until_day = row.until_day and max(row.until_day, one.last) or one.last
    end
  end
end

local function note_promises(input, rows, policy)
  for _, of_one in ipairs { true, false } do
    for _, one in ipairs(input.promises) do
      if (one.promise.document ~= nil) == of_one and one.state == "open" and policy.hold.promised then
        apply_promise(one, rows)
      end
    end
  end
  for _, one in ipairs(input.promises) do
    for _, row in ipairs(rows) do
      local for_it = one.promise.document == nil or one.promise.document == row.document
      local since = not row.last or row.last.date <= one.last
      if one.state == "broken" and for_it and since and row.currency == one.promise.currency then row.broken = one.promise end
    end
  end
end

-- ---- why not ----

local function days_text(n) return n == 1 and "1 day" or n .. " days" end

-- Why nothing is asked for an item, whatever the others are; nil if something is.
local function own_reason(row, policy, input)
  if not row.given.asked then
    if row.open < 0 then return "settles nothing yet; deducted from what is asked" end
    return "cash that moves; never asked for"
  end
  if row.days < 0 then return "not due" end
  if row.days == 0 then return "due today" end
  if row.days <= policy.grace then return "within grace until " .. (row.from + policy.grace) end
  if row.held then
    local until_day = row.held["until"]
    return (until_day and "held until " .. until_day or "held") .. ": " .. row.held.reason
  end
  if row.asked <= 0 then
    if row.promised <= 0 then return row.pending > 0 and "dispute upheld: to be credited" or "disputed" end
    return (row.disputed > 0 and "disputed in part, the rest promised until " or "promised until ") .. row.until_day
  end
  local gate = policy.imported_within
  if gate and not (input.imported and input.today - input.imported <= gate) then
    return input.imported and "payments are imported through " .. input.imported .. " only" or "no payments are imported yet"
  end
  return nil
end

-- The step an item takes on the day, or the reason for none.
local function climb(row, policy, today)
  local steps, taken = policy.steps, row.last and row.last.step or 0
  if row.last and row.last.date == today then return nil, "step " .. taken .. ", " .. row.last.name .. ", taken today" end
  local step = steps[taken + 1]
  if not step then return nil, "ladder finished: step " .. taken .. " on " .. row.last.date end
  local day = row.from + step.after
  if row.last then
    local rest = row.last.date + (steps[taken].gap or policy.gap)
    if rest > day then
      if rest > today then return nil, "gap: step " .. (taken + 1) .. ", " .. step.name .. ", on " .. rest end
      day = rest
    end
  end
  if day > today then return nil, "next: step " .. (taken + 1) .. ", " .. step.name .. ", on " .. day end
  return taken + 1, step
end

local function in_currency(rows, currency)
  local list = {}
  for _, row in ipairs(rows) do
    if row.currency == currency then list[#list + 1] = row end
  end
  return list
end

-- Credits and cash of the account that settle nothing yet.
local function unapplied_of(rows)
  local sum = 0
  for _, row in ipairs(rows) do
    if not row.given.asked then sum = sum - row.open end
  end
  return sum > 0 and sum or 0
end

local function take(row, n, step, total)
  row.step, row.taken = n, step
  row.reason = "step " .. n .. " of " .. total .. ": " .. days_text(row.days) .. " past due"
  if row.broken then row.reason = row.reason .. "; promise " .. row.broken.id .. " was not kept" end
end

-- One currency of the account: which items are asked for, whether enough is, and the steps they take.
local function decide(rows, input, policy, base)
  local wanted, due = {}, 0
  for _, row in ipairs(rows) do
    row.reason = own_reason(row, policy, input)
    if not row.reason then
      wanted[#wanted + 1] = row
      due = due + row.asked
    elseif row.given.asked then
      row.asked = row.asked * 0
    end
  end
  if #wanted == 0 then return nil end
  local unapplied = unapplied_of(rows)
  local least = dunning_policy.amount(policy.minimum, wanted[1].currency, base)
  local why = unapplied >= due and "covered by unapplied credit"
    or least and due - unapplied < least and "below minimum: " .. tostring(due - unapplied) .. " in all"
  local taken = false
  for _, row in ipairs(wanted) do
    if why then
      row.reason, row.asked = why, row.asked * 0
    else
      local n, step = climb(row, policy, input.today)
      if n then take(row, n, step, #policy.steps) else row.reason = step end
      taken = taken or n ~= nil
    end
  end
  return taken and { due = due, unapplied = unapplied } or nil
end

-- ---- fee and interest ----

local function interest_of(row, policy, today)
  local terms = row.taken.interest or policy.interest
  if not policy.charge.interest or not row.taken.charges_interest or row.given.penal then return nil end
  local accrued = late_interest.accrued({
    due = row.from, amount = row.amount, applications = row.given.applications, contested = row.contested, upheld = row.upheld,
  }, terms, today)
  local more = accrued - row.charged
  return more > 0 and more or nil
end

-- Charges of a letter: one fee, that of the highest step which has one, and the interest of each item. An invoice of fees and
-- interest bears neither, or one that is never paid would breed more of them.
local function charge(rows, policy, today, base)
  local bearer, fee, interest = nil, nil, 0
  for _, row in ipairs(rows) do
    if row.taken then
      local bears = policy.charge.fee and not row.given.penal
      local amount = bears and dunning_policy.amount(row.taken.fee, row.currency, base)
      if amount and amount > 0 and (not bearer or row.step > bearer.step) then bearer, fee = row, amount end
      row.interest = interest_of(row, policy, today)
      interest = interest + (row.interest or 0)
    end
  end
  if bearer then bearer.fee = fee end
  return fee, some(interest)
end

-- ---- what is written ----

local function reminder_of(row, input, path, name, message)
  return {
    account = input.account.id, document = row.document, date = input.today, step = row.step, name = row.taken.name,
    policy = name, currency = row.currency, due = row.asked, fee = row.fee, interest = row.interest, message = message,
    rule = row.taken.place or path,
  }
end

local function lines_of(rows)
  local lines = {}
  for _, row in ipairs(rows) do
    if row.given.asked then
      local last = row.step or (row.last and row.last.step)
      lines[#lines + 1] = {
        document = row.document, number = row.number, date = row.date, due = row.due, days = row.days, amount = row.amount,
        open = row.open, disputed = some(row.disputed), promised = some(row.promised),
        asked = some(row.asked), step = last,
      }
    end
  end
  return lines
end

-- The item that took the highest step with a letter.
local function highest(rows)
  local found
  for _, row in ipairs(rows) do
    if row.taken and row.taken.letter and (not found or row.step > found.step) then found = row end
  end
  return found
end

local function suffix(input, currency, base)
  return tostring(input.today) .. (currency == base and "" or "/" .. currency)
end

local function message_of(rows, sums, input, fee, interest, base)
  local top = highest(rows)
  if not top then return nil end
  local due = sums.due - sums.unapplied + (fee or 0) + (interest or 0)
  return {
    id = input.account.id .. "/dunning/" .. suffix(input, top.currency, base), kind = "letter", account = input.account.id,
    account_from = input.account.from, account_version = input.account.version, date = input.today,
    layout = "letter-" .. top.taken.letter, step = top.step, currency = top.currency, lines = lines_of(rows), due = due,
    fee = fee, interest = interest, unapplied = some(sums.unapplied),
  }
end

-- Where the fee that is charged stands.
local function fee_place(rows)
  for _, row in ipairs(rows) do
    if row.fee then return row.taken.place end
  end
end

-- The lines of the invoice that charges fee and interest; what they are taxed as is the policy's.
local function charge_of(rows, policy, input, fee, base, book)
  local lines, currency = {}, rows[1].currency
  if fee then
    lines[1] = {
      text = "Reminder fee", amount = fee.amount, tax_category = policy.tax, revenue = book.chart.fees, kind = "charge",
      rule = fee_place(rows),
    }
  end
  for _, row in ipairs(rows) do
    if row.interest then
      lines[#lines + 1] = {
        text = "Interest on " .. row.number .. ", due " .. row.due .. ", to " .. input.today, amount = row.interest.amount,
        tax_category = policy.tax, revenue = book.chart.interest, kind = "charge", rule = row.taken.place,
      }
    end
  end
  if #lines == 0 then return nil end
  return {
    source = "dunning/" .. input.account.id .. "/" .. suffix(input, currency, base),
    input = { kind = "invoice", lines = lines, currency = currency, today = input.today, automatic = true },
  }
end

local function shown(row)
  return {
    document = row.document, number = row.number, kind = row.kind, due = row.due, days = row.days, currency = row.currency,
    open = row.open, disputed = row.disputed, promised = row.promised, asked = row.asked, fee = row.fee, interest = row.interest,
    step = row.step, name = row.taken and row.taken.name, letter = row.taken and row.taken.letter, reason = row.reason,
  }
end

local function write(out, rows, sums, input, policy, path, name, book)
  local fee, interest = charge(rows, policy, input.today, book.currency)
  local message = message_of(rows, sums, input, fee, interest, book.currency)
  for _, row in ipairs(rows) do
    if row.taken then
      out.reminders[#out.reminders + 1] = reminder_of(row, input, path, name, message and message.id)
    end
  end
  out.messages[#out.messages + 1] = message
  out.charges[#out.charges + 1] = charge_of(rows, policy, input, fee, book.currency, book)
end

local function currencies_of(rows)
  local list, seen = {}, {}
  for _, row in ipairs(rows) do
    if not seen[row.currency] then
      seen[row.currency] = true
      list[#list + 1] = row.currency
    end
  end
  table.sort(list)
  return list
end

--- All open items of an account on a day.
---@param input table account (record), today (the day decided for), items (list of { item, asked (whether it can be
---  reminded at all), penal (an invoice of fees and interest), applications (list of { date, amount, kind of the credit };
---  value dates up to the day) }), disputes, holds, reminders (records; reminders by item and date up to the day), promises
---  (list of { promise (record), state, received, last }), imported (booking date of the newest payment, or nil), book (or
---  nil), policy (or nil: the file of the account's policy)
---@return table rows (one for each item: number, due, days, open, disputed, promised, asked, step, name, letter, reason, fee,
---  interest), and what is to be written: reminders, messages, charges (source, and input of billing.manual without the
---  account)
function dunning.decide(input)
  local book = input.book or config.read()
  local name = dunning_policy.name_of(input.account, book)
  local policy, path
  if input.policy then policy, path = input.policy.policy(), name else policy, path = dunning_policy.read(name) end
  local all, out = {}, { rows = {}, reminders = {}, messages = {}, charges = {} }
  for i, given in ipairs(input.items) do all[i] = standing(given, input, policy) end
  table.sort(all, by_due)
  note_promises(input, all, policy)
  for _, currency in ipairs(currencies_of(all)) do
    local rows = in_currency(all, currency)
    local sums = decide(rows, input, policy, book.currency)
    if sums then write(out, rows, sums, input, policy, path, name, book) end
    for _, row in ipairs(rows) do out.rows[#out.rows + 1] = shown(row) end
  end
  return out
end

--- What commands and jobs need of an account's policy.
---@return table name, grace (of promises), renewals (below 0: any number)
function dunning.terms(account)
  local name = dunning_policy.name_of(account, config.read())
  local policy = dunning_policy.read(name)
  return { name = name, grace = policy.promises.grace, renewals = policy.promises.renewals }
end

--- The invoice of fees and interest: fields of a document.
---@param charged table an entry of charges
function dunning.charge(charged)
  return billing.manual(charged.input)
end

--- A reminder or message as it is to be stored: the host reads the table as a record.
function dunning.record(given) return given end

return dunning

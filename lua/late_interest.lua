--- lua/late_interest.lua: interest on what is paid late.
--- Units: money; percent a year; the principal of a day is what was open when it began, so that an item paid on the tenth
--- day past due bears ten days. Simple interest, rounded once, half up, for the item as a whole.
--- Source: for example directive 2011/7/EU, articles 2(5) and 6 (reference rate and margin, from the day after the due date).
--- Example: 1000.00 open for 45 days at 12 % by act/365 is 1000 * 12 * 45 / 36500 = 14.79.
local late_interest = {}

local function at(rates, day)
  local found = 0
  for _, row in ipairs(rates) do
    if row.from <= day then found = row.rate end
  end
  return found
end

-- First days of stretches on which neither principal nor rate changes, ended by the day after the last.
local function bounds(item, rates, first, stop)
  local list, seen = {}, {}
  local function add(day)
    if day >= first and day <= stop and not seen[day] then
      seen[day] = true
      list[#list + 1] = day
    end
  end
  add(first)
  add(stop)
  for _, part in ipairs(item.applications) do add(part.date + 1) end
  for _, row in ipairs(rates) do add(row.from) end
  table.sort(list)
  return list
end

-- What bears interest on a day: open as it began, less what is contested now, less what was upheld and not credited yet.
local function principal(item, day)
  local open, credited = item.amount, 0
  for _, part in ipairs(item.applications) do
    if part.date < day then
      open = open - part.amount
      if part.kind == "credit_note" then credited = credited + part.amount end
    end
  end
  open = open - (item.contested or 0)
  local upheld = (item.upheld or 0) - credited
  if upheld > 0 then open = open - upheld end
  return open > 0 and open or nil
end

--- Interest accrued on an item from the day after its due date up to and including a day.
---@param item table due, amount, applications (list of { date, amount, kind }; value dates; taken back: negative),
---  contested and upheld (money, or nil)
---@param terms table rates (list of { from, rate } by day) and days (of a year)
---@param today any the last day
---@return any money, rounded; and the days counted
function late_interest.accrued(item, terms, today)
  local first, stop = item.due + 1, today + 1
  local none = item.amount * 0
  if stop <= first then return none, 0 end
  local sum, days = 0, 0
  local list = bounds(item, terms.rates, first, stop)
  for i = 1, #list - 1 do
    local open = principal(item, list[i])
    local n = list[i + 1] - list[i]
    if open then
      sum = sum + open.amount * at(terms.rates, list[i]) * n
      days = days + n
    end
  end
  local currency = item.amount.currency
  return divide(money(sum, currency), terms.days * 100), days
end

return late_interest

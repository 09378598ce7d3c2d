--- lua/demo_trade.lua: what customers of the demo book order and use on a day.
---
--- trade.orders(day) -> text of a CSV file, or nil on a Sunday
--- trade.usage(day) -> text of a file of JSON lines: what was used on the day before
local chance = require "demo_chance"
local company = require "demo_company"
local trade = {}

-- ---- orders ----

-- Who orders: those without a subscription, and some others.
local function buyers()
  local list = {}
  for i, account in ipairs(company.accounts) do
    if #account.agreements == 0 or i % 4 == 1 then list[#list + 1] = account end
  end
  return list
end
local BUYERS = buyers()

local function order_lines(rows, draw, id, buyer, day)
  for _ = 1, draw(4) do
    local product = chance.pick(draw, company.products)
    local most = product[4] > 200 and 3 or 12
    rows[#rows + 1] = { id, "sale", buyer, day, product[1], product[2], draw(most), string.format("%.2f", product[4]), "" }
  end
end

-- A customer sends back one piece of the first order of ten days ago, on some days.
local function returned(rows, day)
  local before = day:add_days(-10)
  if before < company.first or before.weekday > 5 or chance.stream("return", day)(4) > 1 then return end
  local old = trade.rows(before)
  if not old[1] or old[1][3] == "" then return end
  rows[#rows + 1] = { "RT" .. old[1][1]:sub(3), "cancellation", old[1][3], day, old[1][5], old[1][6], -1, old[1][8], old[1][1] }
end

--- The rows of a day's orders, without what comes back. Twice in the three months an order says no customer.
function trade.rows(day)
  local draw, rows = chance.stream("orders", day), {}
  local serial = (day - company.first) * 10
  for n = 1, 2 + draw(3) do
    local buyer = chance.pick(draw, BUYERS).id
    if n == 2 and (day == date "2026-07-22" or day == date "2026-09-08") then buyer = "" end
    order_lines(rows, draw, "SO-" .. 26000 + serial + n, buyer, day)
  end
  return rows
end

function trade.orders(day)
  if day.weekday > 5 then return nil end
  local rows = trade.rows(day)
  returned(rows, day)
  return company.csv({ "order", "kind", "account", "date", "product", "text", "quantity", "price", "corrects" }, rows)
end

-- ---- usage ----

local METERS = { platform = { "api.calls", 900 }, datalogger = { "data.points", 4000 } }
local FILES = company.last - company.first -- one a day, from the second day on
trade.events = 100000

local function metered()
  local list = {}
  for _, account in ipairs(company.accounts) do
    for _, agreement in ipairs(account.agreements) do
      if METERS[agreement.plan] then list[#list + 1] = agreement end
    end
  end
  return list
end
local METERED = metered()

-- How many events the n-th file has, so that all together have trade.events.
local function share(n) return trade.events * n // FILES - trade.events * (n - 1) // FILES end

-- The events of a file, by the time they happened; the minute grows from event to event.
local function events(day)
  local n, made = day - company.first, {}
  local draw, count = chance.stream("usage", day), share(n)
  local used = day:add_days(-1)
  for i = 1, count do
    local agreement
    repeat agreement = METERED[draw(#METERED)] until agreement.start <= used
    local meter = METERS[agreement.plan]
    local minute = (i - 1) * 1440 // count
    -- A few were out of reach and report a week late.
    local on = draw(4000) == 1 and used:add_days(-7) >= agreement.start and used:add_days(-7) or used
    local time = tostring(on) .. "T" .. company.two(minute // 60) .. ":" .. company.two(minute % 60) .. ":00+01:00"
    made[i] = string.format('{"id":"e%s-%s","account":"%s","meter":"%s","time":"%s","quantity":%s}', n, i, agreement.account,
      meter[1], time, draw(meter[2]))
  end
  return made
end

-- A gateway that did not hear back sends its last events again: the same ids, counted once.
local RESENT = 3

function trade.usage(day)
  if day <= company.first then return nil end
  local lines, again = events(day), {}
  local before = day:add_days(-1)
  if before > company.first then
    again = events(before)
    for i = #again - RESENT + 1, #again do table.insert(lines, again[i]) end
  end
  return table.concat(lines, "\n") .. "\n"
end

return trade

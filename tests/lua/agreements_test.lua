--- tests/lua/agreements_test.lua: properties over seeded random agreements, against an oracle that counts day by day.
---
--- 1. What is known beforehand is billed as the same lines whether `bill` runs once, now and then, or daily; those lines are the
---    oracle's: bounds counted from the anchor by year and month, amounts by the days of each stretch of the same terms.
--- 2. What becomes known over time comes to the same sums for each period, and every day in service is billed once, all told.
--- The oracle uses numbers of days and cents alone, none of the library's dates, money or periods.
local bills = require "bills"
local charges = require "charges"
local plans = require "plans"

local test = {}

local COUNT, DAILY_EACH = 2000, 200

-- ---- chance ----

local state
local function random(n)
  state = (state * 1103515245 + 12345) % 2147483648
  return state // 65536 % n
end
local function one_of(list) return list[random(#list) + 1] end

-- ---- days as numbers, for the oracle ----

local function number_of(y, m, d)
  if m <= 2 then y = y - 1 end
  local era, mp = y // 400, (m + 9) % 12
  local yoe, doy = y - era * 400, (153 * mp + 2) // 5 + d - 1
  return era * 146097 + yoe * 365 + yoe // 4 - yoe // 100 + doy
end

local function length_of(y, m) return number_of(m == 12 and y + 1 or y, m % 12 + 1, 1) - number_of(y, m, 1) end

local function text_of(day)
  local y = day // 365 + 1
  while number_of(y, 1, 1) > day do y = y - 1 end
  local m = 12
  while number_of(y, m, 1) > day do m = m - 1 end
  return string.format("%04d-%02d-%02d", y, m, day - number_of(y, m, 1) + 1)
end

-- The k-th bound of a world's periods.
local function bound(world, k)
  if world.days then return world.anchor + k * world.days end
  local index = world.year * 12 + world.month - 1 + k * world.months
  local y, m = index // 12, index % 12 + 1
  return number_of(y, m, min(world.day, length_of(y, m)))
end

-- ---- a world: an agreement, its changes, and when each became known ----

local CYCLES = { { "month", months = 1 }, { "quarter", months = 3 }, { "half_year", months = 6 }, { { months = 5 }, months = 5 },
                 { { days = 10 }, days = 10 }, { { weeks = 2 }, days = 14 }, { "week", days = 7 } }

local function choose_start(world)
  local month = random(4) + 1
  local day = one_of { 1, 28, 29, 30, 31, 31, random(28) + 1 }
  world.year = one_of { 2026, 2028 }
  world.month, world.day = month, min(day, length_of(world.year, month))
  world.start = number_of(world.year, month, world.day)
  world.anchor = world.start
  if world.months and random(4) == 0 then world.align, world.month, world.day = "calendar", 1, 1 end
end

local function add_changes(world)
  local day = world.start
  for i = 1, random(5) do
    day = day + random(50) + 1
    local change = { from = day, seats = random(4) * 5, version = i + 1, known = day + one_of { 0, 0, 0, random(60), -random(20) } }
    if random(5) == 0 then change.from = max(world.start + 1, day - random(40)) end
    if random(6) == 0 then change.pause = "skip" end
    if random(6) == 0 then change.stop = change.from + random(60) end
    change.known = max(change.known, world.known or world.start)
    world.known = change.known
    world.changes[i] = change
  end
end

local function new_world(seed)
  state = seed * 7919 + 17
  local cycle = one_of(CYCLES)
  local world = { every = cycle[1], months = cycle.months, days = cycle.days, price = (random(900) + 100) * 100 + random(100),
                  seats = random(3) * 5 + 5, when = one_of { "advance", "advance", "arrears" }, changes = {} }
  choose_start(world)
  add_changes(world)
  world.last = world.start + 200 + random(200)
  return world
end

-- ---- the oracle ----

-- The change that holds on a day: of those that began, the last to begin, then the last to be made.
local function holding(world, day)
  local found
  for _, change in ipairs(world.changes) do
    local later = not found or change.from > found.from or change.from == found.from
    if change.from <= day and later then found = change end
  end
  return found
end

-- The newest version by day says when it ends.
local function end_of(world)
  local newest
  for _, change in ipairs(world.changes) do
    if not newest or change.from >= newest.from then newest = change end
  end
  return newest and newest.stop
end

local function seats_on(world, day, stop)
  if day < world.start or stop and day >= stop then return nil end
  local change = holding(world, day)
  if not change then return world.seats end
  return not change.pause and change.seats or nil
end

local function part(whole, n, d) return (2 * whole * n + d) // (2 * d) end

-- What each period comes to: its lines as texts, their sum by its first bound, and the days that are billed.
local function expected(world)
  local lines, sums, days, stop = {}, {}, {}, end_of(world)
  local k = 0
  while max(bound(world, k), world.start) <= world.last and not (stop and bound(world, k) >= stop) do
    local low, high = bound(world, k), bound(world, k + 1)
    local due = world.when == "advance" and max(low, world.start) or stop and min(high, stop) or high
    local day = low
    while due <= world.last and day < high do
      local seats, a = seats_on(world, day, stop), day
      repeat day = day + 1 until day >= high or seats_on(world, day, stop) ~= seats
      if seats and seats > 0 then
        local whole = seats * world.price
        local amount = part(whole, day - low, high - low) - part(whole, a - low, high - low)
        lines[#lines + 1] = text_of(a) .. ".." .. text_of(day) .. " " .. amount
        sums[low] = (sums[low] or 0) + amount
        for d = a, day - 1 do days[d] = 1 end
      end
    end
    k = k + 1
  end
  return lines, sums, days
end

-- ---- billing it ----

local function book_of(world)
  local price = decimal(world.price) * 0.01
  return bills.new { plans = { random = plans.declare { title = "Random", every = world.every, align = world.align,
    charges.per_unit { "Seats", quantity = "seats", price = price, when = world.when } } } }
end

local function add_version(book, world, change)
  if not change then
    book:set(text_of(world.start), { plan = "random", start = text_of(world.start), ["tags.seats"] = world.seats })
  else
    book:set(text_of(change.from), { ["tags.seats"] = change.seats, pause = change.pause or false,
                                     ["until"] = change.stop and text_of(change.stop) or false })
  end
end

local function cents(amount) return tonumber((tostring(amount):match "^%S+":gsub("%.", ""))) end

local EPOCH, EPOCH_NUMBER = date "2026-01-01", number_of(2026, 1, 1)
local function day_of(d) return d - EPOCH + EPOCH_NUMBER end

-- The lines of a book whose changes are known from the beginning, billed every so many days.
local function beforehand(world, step)
  local book, out = book_of(world), {}
  add_version(book, world)
  for _, change in ipairs(world.changes) do add_version(book, world, change) end
  local day = step and world.start or world.last
  while true do
    for _, line in ipairs((book:bill(text_of(day)))) do
      out[#out + 1] = line.start .. ".." .. line.stop .. " " .. cents(line.amount)
    end
    if day >= world.last then break end
    day = min(day + step, world.last)
  end
  table.sort(out)
  return out
end

-- The sums by period and the days billed of one whose changes become known over time.
local function over_time(world)
  local book, sums, days, next_change, day = book_of(world), {}, {}, 1, world.start
  add_version(book, world)
  while true do
    while world.changes[next_change] and world.changes[next_change].known <= day do
      add_version(book, world, world.changes[next_change])
      next_change = next_change + 1
    end
    for _, line in ipairs((book:bill(text_of(day)))) do
      local a, b, k = day_of(line.start), day_of(line.stop), 0
      while bound(world, k + 1) <= a do k = k + 1 end
      local low = bound(world, k)
      sums[low] = (sums[low] or 0) + cents(line.amount)
      for d = a, b - 1 do days[d] = (days[d] or 0) + (line.corrects and -1 or 1) end
    end
    if day >= world.last and not world.changes[next_change] then break end
    day = max(min(day + random(50) + 5, world.last), next_change <= #world.changes and day >= world.last
      and world.changes[next_change].known or 0)
  end
  world.last = day
  return sums, days
end

-- ---- comparing ----

local function texts(list)
  table.sort(list)
  return table.concat(list, ", ")
end

local function numbers(map, skip)
  local list = {}
  for key, value in pairs(map) do
    if value ~= skip then list[#list + 1] = text_of(key) .. "=" .. value end
  end
  return table.concat(list, ", ")
end

local function first_difference(want, got)
  if want == got then return nil end
  return "want " .. want:sub(1, 600) .. "; got " .. got:sub(1, 600)
end

local function told(world)
  local out = { tostring(world.months or world.days), world.when, text_of(world.start), "seats " .. world.seats }
  for _, change in ipairs(world.changes) do
    out[#out + 1] = text_of(change.from) .. " seats " .. change.seats .. (change.pause and " skip" or "")
      .. (change.stop and " until " .. text_of(change.stop) or "") .. " known " .. text_of(change.known)
  end
  return table.concat(out, "; ")
end

local function check_world(seed)
  local world = new_world(seed)
  local over_sums, over_days = over_time(world)
  local lines, sums, days = expected(world)
  local want = texts(lines)
  local why = first_difference(want, texts(beforehand(world))) or first_difference(want, texts(beforehand(world, 40 + seed % 15)))
  if not why and seed % DAILY_EACH == 0 then why = first_difference(want, texts(beforehand(world, 1))) end
  why = why or first_difference(numbers(sums, 0), numbers(over_sums, 0))
  if not why and world.when == "advance" then why = first_difference(numbers(days, 0), numbers(over_days, 0)) end
  return why and "SEED=" .. seed .. " (" .. told(world) .. "): " .. why
end

function test.run()
  local results = {}
  for first = 1, COUNT, 100 do
    local why
    for seed = first, first + 99 do
      local ok, answer = pcall(check_world, seed)
      if not ok then answer = "SEED=" .. seed .. ": " .. tostring(answer) end
      why = why or answer
    end
    results[#results + 1] = { name = "random agreements from " .. first, ok = why == nil, why = why }
  end
  return results
end

return test

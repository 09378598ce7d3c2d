--- lua/percentage.lua: charges that are a share of an amount: percentage, with a fixed part for each event, and by bands of
--- the amount, graduated or volume.
--- Units: the quantity is the base amount, in the document's currency; rates are shares, percent(2) is 0.02.
--- Source: what each event comes to is held to its minimum and maximum before anything is summed, so events count one by one
--- and in their order (time, day, id); free events bear nothing, a free base bears no rate, and the fixed part is for events
--- that are not free as a whole. The sum is rounded once, on the line.
--- Example: percent(2) and 0.30 for each of 3 events of 1500 in all come to 30.90; bands of percent(2) up to 1000 and percent(1)
--- above to 25.00.
local allowance = require "allowance"
local bands = require "bands"
local declare = require "declare"
local invoice = require "invoice"
local rating = require "rating"

local percentage = {}

local function amount_in(charge, value, what)
  if type(value) == "money" then return invoice.in_currency(value, what .. " of charge '" .. charge.name .. "'") end
  return value
end

-- "2.9 %"
local function percent_text(rate) return tostring(rate * 100) .. " %" end

-- ---- events ----

-- An event as a minimum and maximum leave it; what is taken back is held to their opposites.
local function clamped(amount, lowest, highest, back)
  if back then
    if highest and amount < -highest then amount = -highest end
    if lowest and amount > -lowest then amount = -lowest end
    return amount
  end
  if lowest and amount < lowest then amount = lowest end
  if highest and amount > highest then amount = highest end
  return amount
end

-- What is charged of one event, and how much of the free base is left. nil where the event is free.
local function event_amount(terms, base, free_base)
  local rest = base
  if free_base > 0 and base > 0 then
    rest = max(base - free_base, 0)
    free_base = max(free_base - base, 0)
    if rest == 0 then return nil, free_base end
  end
  return clamped(rest * terms.rate + terms.fixed, terms.lowest, terms.highest, base < 0), free_base
end

-- An event behind the last free one leaves nothing free of the base either, where what is reached first ends both.
local function begins_at(terms) return terms.first and 1 or terms.free_events + 1 end

-- Event by event; the sum, how many bore something, and the base that bore it.
local function by_events(terms, events)
  local sum, count, base, free_base = 0, 0, 0, terms.free_base
  for i = begins_at(terms), #events do
    if terms.first and i > terms.free_events then free_base = 0 end
    local quantity, amount, left = events[i].quantity, nil, free_base
    amount, free_base = event_amount(terms, quantity, left)
    if amount then sum, count, base = sum + amount, count + 1, base + quantity - (left - free_base) end
  end
  return sum, count, base
end

-- ---- percentage ----

local function terms_of(charge)
  local rate = rating.price(charge, charge.percent)
  if rate < 0 or rate > 1 then
    rating.fail(charge, "has the rate " .. tostring(rate) .. " for " .. rating.subject() .. ", which is no share from 0 to 1",
                "0.02 is 2 percent")
  end
  return {
    rate = rate, fixed = charge.fixed and rating.price_of_part(charge, charge.fixed, "fixed") or 0,
    lowest = amount_in(charge, charge.lowest, "the minimum"), highest = amount_in(charge, charge.highest, "the maximum"),
    free_events = charge.free_events or 0, free_base = amount_in(charge, charge.free_base, "the free base") or 0,
    first = charge.free_until == "first",
  }
end

-- The events of a meter; where there is none, the quantity is the only one.
local function events_of(quantity, usage)
  if usage and usage.events then return usage.events() end
  return { { quantity = quantity } }
end

-- What is free is free once a period: days before that were on other terms used of it first.
local function take_off_used(charge, terms)
  local before = (charge.free_events or charge.free_base) and rating.usage_on_other_terms(charge)
  if not before then return end
  local events = events_of(before.quantity, before)
  for i = begins_at(terms), #events do
    terms.free_base = max(terms.free_base - max(events[i].quantity, 0), 0)
  end
  terms.free_events = max(terms.free_events - #events, 0)
end

-- Without minimum, maximum and free events the sum and the number of events say it all.
local function needs_events(charge, usage)
  if not usage then return true end
  return charge.lowest or charge.highest or charge.free_events or (charge.free_base and (charge.fixed or not usage.count))
end

local function rate_percentage(charge, quantity, usage)
  local terms = terms_of(charge)
  take_off_used(charge, terms)
  local sum, count, base
  if needs_events(charge, usage) then
    sum, count, base = by_events(terms, events_of(quantity, usage))
  else
    count, base = usage.count or 1, quantity
    if quantity > 0 then base = max(quantity - terms.free_base, 0) end
    sum = base * terms.rate + (charge.fixed and count * terms.fixed or 0)
  end
  local text = percent_text(terms.rate) .. " of " .. tostring(base)
  if charge.fixed then text = text .. " + " .. tostring(count) .. " x " .. tostring(terms.fixed) end
  local how = text
  if terms.lowest then how = how .. ", each event at least " .. tostring(terms.lowest) end
  if terms.highest then how = how .. ", each event at most " .. tostring(terms.highest) end
  rating.line(charge, charge.name .. ", " .. text, nil, sum, how)
end

-- ---- graduated percentage ----

local function tiers_of(charge)
  local tiers = charge.tiers
  for i = 1, #tiers do
    if type(tiers[i].upto) == "money" then
      local out = {}
      for k, band in ipairs(tiers) do
        out[k] = { upto = amount_in(charge, band.upto, "a bound"), rate = band.rate, fee = band.fee, number = k }
      end
      return out
    end
  end
  return tiers
end

local function part_of(charge, part, texts)
  local rate = rating.price_of_part(charge, part.rate, part.number)
  local sum, text = part.quantity * rate, percent_text(rate) .. " of " .. tostring(part.quantity)
  if part.fee then
    local fee = rating.price_of_part(charge, part.fee, part.number .. ".fee")
    sum, text = sum + fee, text .. " + " .. tostring(fee)
  end
  texts[#texts + 1] = text
  return sum
end

local function sum_line(charge, sum, texts)
  local text = table.concat(texts, " + ")
  rating.line(charge, charge.name .. ", " .. text, nil, sum, text)
end

-- One line: the bands' parts are summed exactly and rounded once.
local function rate_graduated_percentage(charge, quantity)
  local sum, texts, tiers = 0, {}, tiers_of(charge)
  local parts = bands.cut(tiers, quantity, allowance.earlier(charge, quantity))
  if quantity == 0 then parts = { { quantity = 0, rate = tiers[1].rate, fee = tiers[1].fee, number = 1 } } end
  for i = 1, #parts do sum = sum + part_of(charge, parts[i], texts) end
  sum_line(charge, sum, texts)
end

-- The whole base at the rate of the band that it reaches. What goes on over other terms takes back what came before.
local function rate_volume_percentage(charge, quantity)
  local tiers, earlier, texts = tiers_of(charge), allowance.earlier(charge, quantity), {}
  local band, before = bands.find(tiers, quantity + earlier), earlier > 0 and bands.find(tiers, earlier)
  local goes_on = before == band
  local base = goes_on and quantity or quantity + earlier
  local fee = not goes_on and band.fee or nil
  local sum = part_of(charge, { quantity = base, rate = band.rate, fee = fee, number = band.number }, texts)
  if before and not goes_on then
    sum = sum + part_of(charge, { quantity = -earlier, rate = before.rate, number = before.number }, texts)
  end
  sum_line(charge, sum, texts)
end

-- ---- declaring ----

local function not_negative(what, value)
  if value and value < 0 then declare.fail(what .. " is " .. tostring(value), "it is 0 or more") end
  return value
end

local function plain(value) return type(value) == "money" and value.amount or value end

local function check_until(given)
  local found = given.free_until and declare.choice("free_until", given.free_until, { "both", "first" })
  if found and not (given.free_events and given.free_base) then
    declare.fail("free_until says how free_events and free_base go together", "write both of them, or leave it out")
  end
  return found
end

local function check_percentage(given)
  bands.share("rate of the percentage charge", given.rate)
  local lowest = not_negative("the minimum of an event", given.minimum)
  local highest = not_negative("the maximum of an event", given.maximum)
  if lowest and highest and plain(lowest) > plain(highest) then
    declare.fail("the minimum of an event, " .. tostring(lowest) .. ", is above its maximum, " .. tostring(highest))
  end
  return { percent = given.rate, fixed = given.fixed, lowest = lowest, highest = highest, free_events = given.free_events,
           free_base = not_negative("the free base", given.free_base), free_until = check_until(given), prices = { "percent" } }
end

local function check_bands(given)
  return { tiers = bands.declare(given.tiers, "rate"), charge_at_zero = given.charge_at_zero }
end

local function percentage_keys(charge) return charge.fixed and { "", ".fixed" } or { "" } end

local function band_keys(charge)
  local keys = {}
  for _, band in ipairs(charge.tiers) do
    keys[#keys + 1] = "." .. band.number
    if band.fee then keys[#keys + 1] = "." .. band.number .. ".fee" end
  end
  return keys
end

percentage.kinds = {
  {
    name = "percentage", of = "percentage charge", counts = true, opposite = true, own_sign = true, keys = percentage_keys,
    fields = {
      rate = "!number|function", fixed = "number|money|function", free_events = "count", free_base = "number|money",
      minimum = "number|money", maximum = "number|money", free_until = "text",
    },
    check = check_percentage, rate = rate_percentage,
  },
  {
    name = "graduated_percentage", of = "graduated_percentage charge", counts = true, opposite = true, accumulates = true,
    fields = { tiers = "!table", charge_at_zero = "flag" }, keys = band_keys,
    check = check_bands, rate = rate_graduated_percentage,
  },
  {
    name = "volume_percentage", of = "volume_percentage charge", counts = true, opposite = true,
    fields = { tiers = "!table", charge_at_zero = "flag" }, keys = band_keys,
    check = check_bands, rate = rate_volume_percentage,
  },
}

return percentage

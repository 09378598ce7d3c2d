--- lua/tiered.lua: charges whose price goes by bands or blocks of the quantity: graduated, volume, stairstep, package, overage.
--- Units: quantities, bounds, sizes and prices are decimals.
--- Source: kinds and words as in the billing literature. Blocks are counted exactly, whole ones and the rest, and over parts
--- of a period as blocks(total) - blocks(already billed).
--- Example: tiers of 1.00 up to 100, 0.80 up to 500 and 0.60 above come to 420.60 for 501 units as a graduated charge, and to
--- 300.60 as a volume charge; packages of 100 at 5.00 come to 10.00 for 101 units.
local allowance = require "allowance"
local bands = require "bands"
local declare = require "declare"
local invoice = require "invoice"
local rating = require "rating"

local tiered = {}

-- The price of one unit in a band; a rule may write the price of a thousand.
local function price_of(charge, band)
  local price = rating.price_of_part(charge, band.price, band.number)
  return charge.per and price / charge.per or price
end

-- A cancelled order gives the fee back; usage of earlier periods that was taken back does not.
local function fee_line(charge, band)
  local job = invoice.job()
  if job.opposite and job.period then return end
  local fee = rating.price_of_part(charge, band.fee, band.number .. ".fee")
  rating.line(charge, charge.name .. band.text .. ", flat fee", 1, fee, rating.explains() and "flat fee " .. tostring(fee))
end

-- Nothing at all, for which the first band's fee is charged where the charge says so.
local function rate_nothing(charge, tiers)
  if tiers[1].fee and charge.charge_at_zero then fee_line(charge, tiers[1]) end
end

-- Whole packages, and one for the rest if it is rounded up.
local function packages(quantity, size, down)
  local whole = quantity // size
  if not down and whole * size < quantity then whole = whole + 1 end
  return whole
end

-- ---- graduated and volume ----

-- How often the price of a band is charged for a quantity in it, `filled` of which were charged before.
local function charged_in(band, quantity, filled)
  if not band.size then return quantity end
  return packages(filled + quantity, band.size) - packages(filled, band.size)
end

local function how_of(band, quantity, count, price)
  if not band.size then return nil end
  return "ceil(" .. tostring(quantity) .. " / " .. tostring(band.size) .. ") = " .. tostring(count) .. " x " .. tostring(price)
end

-- A line for every band that is reached, so that quantity x price stands on paper.
function tiered.rate_graduated(charge, quantity)
  local tiers, earlier = allowance.tiers(charge, quantity)
  if quantity == 0 and not charge.free then return rate_nothing(charge, tiers) end
  local parts = bands.cut(tiers, quantity, earlier)
  if #parts == 0 then parts[1] = { quantity = 0, price = tiers[1].price, number = 1, text = tiers[1].text, filled = 0 } end
  for i = 1, #parts do
    local part = parts[i]
    if part.price then
      local price, count = price_of(charge, part), charged_in(part, part.quantity, part.filled)
      local text = charge.name .. (charge.free and allowance.text(charge) or "") .. part.text
      if part.size then text = text .. ", packages of " .. tostring(part.size) end
      rating.line(charge, text, count, price, rating.explains() and how_of(part, part.quantity, count, price))
    end
    if part.fee then fee_line(charge, part) end
  end
end

-- Which band decides: the one that the quantity reaches, or that another number does.
local function band_by(charge, tiers, quantity)
  if charge.band_by then quantity = rating.number(charge, charge.band_by, "number for its bands") end
  return bands.find(tiers, quantity), quantity
end

-- All of a quantity at the price of a band, which `reached` lies in.
local function volume_line(charge, band, reached, quantity, sign, text)
  local price, count = price_of(charge, band), charged_in(band, quantity, 0)
  local how = rating.explains() and (band.text == "" and "" or tostring(reached) .. " is" .. band.text:sub(2) .. ": ")
    .. (how_of(band, quantity, count, price) or tostring(count * sign) .. " x " .. tostring(price))
  rating.line(charge, charge.name .. text, count * sign, price, how)
end

-- All units at the price of the band that the quantity reaches. What goes on over several periods takes back what came before.
local function rate_volume(charge, quantity)
  local tiers, earlier = allowance.tiers(charge, quantity)
  if quantity == 0 and not charge.free then return rate_nothing(charge, tiers) end
  local total = quantity + earlier
  local band, reached = band_by(charge, tiers, total)
  local before = earlier > 0 and band_by(charge, tiers, earlier)
  if before and (before ~= band or band.size) then
    if band.price then volume_line(charge, band, reached, total, 1, ", " .. tostring(total) .. " so far") end
    if before.price then
      volume_line(charge, before, earlier, earlier, -1, ", " .. tostring(earlier) .. " billed before")
    end
  elseif band.price then
    volume_line(charge, band, reached, quantity, 1, allowance.text(charge))
  end
  if band.fee and quantity > 0 and before ~= band then fee_line(charge, band) end
end

-- ---- stairstep ----

local function beyond_last(charge, quantity, tiers)
  local subject = rating.subject()
  local message = "has no price for " .. tostring(quantity) .. " of " .. subject .. ": its last band reaches up to "
    .. tostring(tiers[#tiers].upto)
  if charge.above == "contact" then message = message .. ", and what is above is agreed with the customer: contact them" end
  rating.fail(charge, message, invoice.job().period
    and "moonbill set " .. subject .. " prices." .. charge.id .. "=..., or add a band" or "add a band", "price.missing")
end

local function step_line(charge, tiers, quantity, sign, text)
  local band = bands.find(tiers, quantity)
  if not band then return beyond_last(charge, quantity, tiers) end
  rating.line(charge, charge.name .. band.text .. text, sign, rating.price_of_part(charge, band.price, band.number),
              rating.explains() and tostring(quantity) .. (band.text == "" and "" or " is" .. band.text:sub(2)))
end

-- The one price of the band, whatever of it is used.
local function rate_stairstep(charge, quantity)
  local agreed = rating.agreed(charge)
  if agreed then return rating.line(charge, charge.name, 1, agreed) end
  local tiers, earlier = allowance.tiers(charge, quantity)
  if earlier == 0 then return step_line(charge, tiers, quantity, 1, allowance.text(charge)) end
  if bands.find(tiers, earlier) == bands.find(tiers, earlier + quantity) then return end
  step_line(charge, tiers, earlier + quantity, 1, "")
  step_line(charge, tiers, earlier, -1, ", billed before")
end

-- ---- packages ----

local function counting(charge, text)
  return (charge.round == "down" and "floor(" or "ceil(") .. text .. " / " .. tostring(charge.size) .. ")"
end

local function how_packages(charge, quantity, used, earlier, count, price)
  local text
  if earlier > 0 then
    text = counting(charge, tostring(quantity + earlier)) .. " - " .. counting(charge, tostring(earlier))
  elseif charge.free then
    text = counting(charge, "max(" .. tostring(used) .. " - " .. tostring(invoice.job().free) .. ", 0)")
  else
    text = counting(charge, tostring(quantity))
  end
  return text .. " = " .. tostring(count) .. (count == 1 and " package x " or " packages x ") .. tostring(price)
end

-- The packages of all that was used so far; at least so many, as often as the period is cut.
local function packages_of(charge, quantity)
  return max(packages(quantity, charge.size, charge.round == "down"), charge.at_least or 0)
end

local function rate_package(charge, quantity)
  local earlier, price = allowance.earlier(charge, quantity), rating.price(charge, charge.price)
  local count = packages_of(charge, quantity + earlier)
  if earlier > 0 or rating.goes_on(charge) then count = count - packages_of(charge, earlier) end
  local used = charge.free and invoice.job().used or quantity
  rating.line(charge, charge.name .. ", " .. tostring(used) .. " in packages of " .. tostring(charge.size)
    .. allowance.text(charge), count, price,
    rating.explains() and how_packages(charge, quantity, used, earlier, count, price))
end

-- ---- an included block, and what is above it ----

local function rate_overage(charge, quantity)
  local price = rating.price(charge, charge.price)
  local included = rating.agreed(charge, charge.id .. ".included") or rating.number(charge, charge.included, "included quantity")
  local share = charge.bounds == "prorated" and not charge.prorate and invoice.job().share
  if share then included = bands.prorated_bound(included, share[1], share[2]) end
  rating.line(charge.block, charge.name .. ", " .. tostring(included) .. " included", 1, price,
              rating.explains() and tostring(included) .. " included for " .. tostring(price))
  local left = max(included - rating.earlier(charge), 0)
  if quantity <= left then return end
  local above = rating.price(charge, charge.overage, charge.id .. ".overage")
  if charge.per then above = above / charge.per end
  rating.line(charge, charge.name .. ", above " .. tostring(included), quantity - left, above, rating.explains()
    and "(" .. tostring(quantity) .. " - " .. tostring(left) .. ") x " .. tostring(above))
end

-- The block is a fee, and a part of a period pays a part of it, also where what is above comes from a meter.
local function finish_overage(charge)
  charge.block = {}
  for name, value in pairs(charge) do charge.block[name] = value end
  charge.block.block, charge.block.meter, charge.block.line_id, charge.block.unit = nil, nil, charge.id, nil
  charge.block.prorate = charge.prorates_block
end

-- ---- declaring ----

-- 1/per has to be a decimal: the price of one unit is exact.
local function check_per(given)
  local per = given.per
  if per and (per <= 0 or not pcall(function() return 1 / per end)) then
    declare.fail("per is " .. tostring(per), "write 1, 10, 100, 1000 and so on: the price is for so many units")
  end
  return per
end
tiered.check_per = check_per

local function check_tiers(given)
  return { tiers = bands.declare(given.tiers), charge_at_zero = given.charge_at_zero, per = check_per(given),
           band_by = given.band_by, falls = given.falls }
end

local function check_stairstep(given)
  local tiers = bands.declare(given.tiers, "step")
  if given.above then
    declare.choice("above", given.above, { "error", "contact" })
    if not tiers[#tiers].upto then
      declare.fail("above says what is beyond the last band, and the last band has no end", "leave above out, or give it upto")
    end
  end
  return { tiers = tiers, above = given.above, charge_at_zero = given.charge_at_zero }
end

local function check_package(given)
  if given.size <= 0 then declare.fail("the size of the package is " .. tostring(given.size), "it is more than 0") end
  return { size = given.size, price = given.price, at_least = given.at_least, charge_at_zero = given.at_least and true or nil,
           round = declare.choice("round", given.round or "up", { "up", "down" }) }
end

local function check_overage(given)
  local included = given.included
  if type(included) ~= "string" and type(included) ~= "function" and included < 0 then
    declare.fail("the included quantity is " .. tostring(included), "it is 0 or more")
  end
  if given.bounds then declare.choice("bounds", given.bounds, { "whole", "prorated" }) end
  return { included = included, price = given.price, overage = given.overage, per = check_per(given), charge_at_zero = true,
           bounds = given.bounds, prorates_block = given.prorate ~= false and not given.once }
end

-- What the keys of agreement.prices may name of bands: ID.1, ID.1.fee, and so on.
local function band_keys(charge)
  local keys = {}
  for _, band in ipairs(charge.tiers) do
    if band.price then keys[#keys + 1] = "." .. band.number end
    if band.fee then keys[#keys + 1] = "." .. band.number .. ".fee" end
  end
  if charge.kind == "stairstep" then keys[#keys + 1] = "" end
  return keys
end

local function price_key() return { "" } end
local function overage_keys() return { "", ".included", ".overage" } end

tiered.kinds = {
  {
    name = "graduated", of = "graduated charge", counts = true, free = true, opposite = true, accumulates = true,
    fields = { tiers = "!table", charge_at_zero = "flag", per = "number" },
    check = check_tiers, rate = tiered.rate_graduated, keys = band_keys,
  },
  {
    name = "volume", of = "volume charge", counts = true, free = true, opposite = true, accumulates = true,
    fields = { tiers = "!table", charge_at_zero = "flag", per = "number", band_by = "number|text|function", falls = "flag" },
    check = check_tiers, rate = rate_volume, keys = band_keys,
  },
  {
    name = "stairstep", of = "stairstep charge", counts = true, free = true, accumulates = true,
    fields = { tiers = "!table", above = "text", charge_at_zero = "flag" },
    check = check_stairstep, rate = rate_stairstep, keys = band_keys,
  },
  {
    name = "package", of = "package charge", counts = true, free = true, accumulates = true,
    fields = { size = "!number", price = "!number|money|function", round = "text", at_least = "count" },
    check = check_package, rate = rate_package, keys = price_key,
  },
  {
    name = "overage", of = "overage charge", counts = true, accumulates = true,
    fields = {
      included = "!number|text|function", price = "!number|money|function", overage = "!number|money|function", per = "number",
      bounds = "text",
    },
    check = check_overage, finish = finish_overage, rate = rate_overage, keys = overage_keys,
  },
}

return tiered

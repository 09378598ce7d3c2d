--- lua/tiered.lua: charges whose price goes by bands or blocks of the quantity: graduated, volume, stairstep, package.
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

local function price_of(charge, number, given) return rating.price(charge, given, charge.id .. "." .. number) end

local function fee_line(charge, band, from)
  local fee = rating.price(charge, band.fee, charge.id .. "." .. band.number .. ".fee")
  rating.line(charge, charge.name .. (#charge.tiers > 1 and bands.text(from, band.upto) or "") .. ", flat fee", 1, fee,
              rating.explains() and "flat fee of the band" .. bands.text(from, band.upto):sub(2))
end

-- Nothing at all, which is charged where the charge says so.
local function rate_nothing(charge, tiers)
  local first = tiers[1]
  if first.fee then fee_line(charge, first, 0) end
end

-- A line for every band that is reached, so that quantity x price stands on paper.
function tiered.rate_graduated(charge, quantity)
  local tiers, earlier = allowance.tiers(charge)
  if quantity == 0 then return rate_nothing(charge, tiers) end
  local parts = bands.cut(tiers, quantity, earlier)
  for i = 1, #parts do
    local part = parts[i]
    if part.price then
      rating.line(charge, charge.name .. (#tiers > 1 and bands.text(part.from, part.upto) or allowance.text(charge)), part.quantity,
                  price_of(charge, part.number, part.price))
    end
    if part.fee then fee_line(charge, part, part.from) end
  end
end

-- All units at the price of the band that the quantity reaches.
local function rate_volume(charge, quantity)
  local tiers, earlier = allowance.tiers(charge)
  if quantity == 0 then return rate_nothing(charge, tiers) end
  local band, from = bands.find(tiers, quantity + earlier)
  if band.price then
    local price = price_of(charge, band.number, band.price)
    rating.line(charge, charge.name .. allowance.text(charge), quantity, price, rating.explains()
      and tostring(quantity + earlier) .. " is" .. bands.text(from, band.upto):sub(2) .. ": " .. tostring(quantity) .. " x "
        .. tostring(price))
  end
  if band.fee and from >= earlier then fee_line(charge, band, from) end
end

local function beyond_last(charge, quantity, bound)
  local job_subject = rating.subject()
  rating.fail(charge, "has no price for " .. tostring(quantity) .. " of " .. job_subject .. ": its last band reaches up to "
    .. tostring(bound) .. (charge.above == "contact" and ", and what is above is agreed with the customer" or ""),
    "moonbill set " .. job_subject .. " prices." .. charge.id .. "=..., or add a band", "price.missing")
end

-- The one price of the band, whatever of it is used.
local function rate_stairstep(charge, quantity)
  local agreed = rating.agreed(charge)
  if agreed then return rating.line(charge, charge.name, 1, agreed) end
  local tiers = allowance.tiers(charge)
  local band, from = bands.find(tiers, quantity)
  if not band then return beyond_last(charge, quantity, from) end
  local where = bands.text(from, band.upto)
  rating.line(charge, charge.name .. where, 1, price_of(charge, band.number, band.price),
              rating.explains() and tostring(quantity) .. " is" .. where:sub(2))
end

-- Whole packages, and one for the rest if it is rounded up.
local function packages(charge, quantity)
  local whole = quantity // charge.size
  if charge.round == "up" and whole * charge.size < quantity then whole = whole + 1 end
  return whole
end

local function rate_package(charge, quantity)
  local earlier, price = allowance.earlier(charge), rating.price(charge, charge.price)
  local count = packages(charge, quantity + earlier) - packages(charge, earlier)
  local used, how = charge.free and invoice.job().used or quantity, nil
  if rating.explains() then
    local function counted(n)
      return charge.round == "up" and "ceil(" .. n .. " / " .. tostring(charge.size) .. ")"
        or "floor(" .. n .. " / " .. tostring(charge.size) .. ")"
    end
    local n = charge.free and "max(" .. tostring(used) .. " - " .. tostring(invoice.job().free) .. ", 0)" or tostring(quantity)
    if earlier > 0 then n = tostring(quantity + earlier) end
    how = counted(n) .. (earlier > 0 and " - " .. counted(tostring(earlier)) or "") .. " = " .. tostring(count)
      .. (count == 1 and " package x " or " packages x ") .. tostring(price)
  end
  rating.line(charge, charge.name .. ", " .. tostring(used) .. " in packages of " .. tostring(charge.size)
    .. allowance.text(charge), count, price, how)
end

local function check_tiers(given)
  return { tiers = bands.declare(given.tiers), charge_at_zero = given.charge_at_zero }
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
  declare.kind("price of the package charge", given.price, "number|money|function")
  if given.size <= 0 then declare.fail("the size of the package is " .. tostring(given.size), "it is more than 0") end
  return { size = given.size, price = given.price,
           round = declare.choice("round", given.round or "up", { "up", "down" }) }
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

local TIERS = { tiers = "!table", charge_at_zero = "flag", bounds = "text" }

tiered.kinds = {
  {
    name = "graduated", of = "graduated charge", fields = TIERS, counts = true, free = true, opposite = true,
    check = check_tiers, rate = tiered.rate_graduated, keys = band_keys,
  },
  {
    name = "volume", of = "volume charge", fields = TIERS, counts = true, free = true, opposite = true,
    check = check_tiers, rate = rate_volume, keys = band_keys,
  },
  {
    name = "stairstep", of = "stairstep charge", counts = true, free = true, check = check_stairstep, rate = rate_stairstep,
    keys = band_keys, fields = { tiers = "!table", above = "text", charge_at_zero = "flag", bounds = "text" },
  },
  {
    name = "package", of = "package charge", counts = true, free = true, check = check_package, rate = rate_package,
    fields = { size = "!number", price = "!number|money|function", round = "text", bounds = "text" },
  },
}

return tiered

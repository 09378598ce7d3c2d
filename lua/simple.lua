--- lua/simple.lua: charges of one price: flat and per unit.
--- Units: quantities and prices are decimals.
--- Source: kinds and words as in the billing literature.
--- Example: per_unit { "Seats", quantity = "seats", price = 9 } makes one line of 12 x 9.00 for 12 seats.
local allowance = require "allowance"
local declare = require "declare"
local rating = require "rating"
local tiered = require "tiered"

local simple = {}

-- One line, every unit at the same price.
function simple.rate(charge, quantity)
  local price = rating.price(charge, charge.price)
  rating.line(charge, charge.name .. allowance.text(charge), quantity, charge.per and price / charge.per or price)
end

-- Every event at the price that it says itself; rounded once, on the line.
local function rate_by_events(charge, quantity, usage)
  local sum, name = 0, charge.price_property
  for _, event in ipairs(usage.events and usage.events() or {}) do
    local text = event.tags and event.tags[name]
    local ok, price = pcall(decimal, text)
    if not ok then
      rating.fail(charge, "finds " .. (text and "'" .. text .. "'" or "nothing") .. " as " .. name .. " of the event "
        .. tostring(event.id) .. " of " .. charge.meter .. ", which is no price", nil, "price.missing")
    end
    sum = sum + event.quantity * price
  end
  rating.line(charge, charge.name .. ", " .. tostring(quantity) .. (charge.unit and " " .. charge.unit or ""), nil, sum,
              "sum of quantity x " .. name .. " of each event")
end

local function check_per_unit(given)
  if given.each then
    declare.choice("each", given.each, { "line" })
    if given.meter then declare.fail('each = "line" and a meter do not go together', "a meter counts by period") end
    if type(given.price) == "string" then declare.choice("price", given.price, { "price" }) end
    if type(given.quantity) == "string" then declare.choice("quantity", given.quantity, { "quantity" }) end
    return { each = given.each, price = given.price or "price", quantity = given.quantity or "quantity" }
  end
  if given.price_property then
    if given.price ~= nil or not given.meter then
      declare.fail("price_property takes the price from the events of a meter", "leave price out, and name the meter")
    end
    return { price_property = given.price_property, own_sign = true, rate = rate_by_events }
  end
  declare.kind("price of the per_unit charge", given.price, "number|money|function")
  return { price = given.price, per = tiered.check_per(given) }
end

local function keys(charge) return charge.price and not charge.each and { "" } or {} end

simple.kinds = {
  {
    name = "flat", of = "flat charge", fields = { price = "!number|money|function" },
    check = function(given) return { price = given.price, quantity = 1 } end,
    rate = simple.rate, keys = keys,
  },
  {
    name = "per_unit", of = "per_unit charge", needs = 'each = "line", a quantity or a meter',
    fields = { each = "text", price = "number|money|text|function", price_property = "text", per = "number" },
    check = check_per_unit, rate = simple.rate, keys = keys, counts = true, free = true, opposite = true, accumulates = true,
  },
}

return simple

--- lua/simple.lua: charges of one price: flat and per unit.
--- Units: quantities and prices are decimals.
--- Source: kinds and words as in the billing literature.
--- Example: per_unit { "Seats", quantity = "seats", price = 9 } makes one line of 12 x 9.00 for 12 seats.
local allowance = require "allowance"
local declare = require "declare"
local rating = require "rating"

local simple = {}

-- One line, every unit at the same price.
function simple.rate(charge, quantity)
  rating.line(charge, charge.name .. allowance.text(charge), quantity, rating.price(charge, charge.price))
end

local function check_per_unit(given)
  if given.each then
    declare.choice("each", given.each, { "line" })
    if given.meter then declare.fail('each = "line" and a meter do not go together', "a meter counts by period") end
    if type(given.price) == "string" then declare.choice("price", given.price, { "price" }) end
    if type(given.quantity) == "string" then declare.choice("quantity", given.quantity, { "quantity" }) end
    return { each = given.each, price = given.price or "price", quantity = given.quantity or "quantity" }
  end
  declare.kind("price of the per_unit charge", given.price, "number|money|function")
  return { price = given.price }
end

local function keys(charge) return charge.each and {} or { "" } end

simple.kinds = {
  {
    name = "flat", of = "flat charge", fields = { price = "!number|money|function" },
    check = function(given) return { price = given.price, quantity = 1 } end,
    rate = simple.rate, keys = keys,
  },
  {
    name = "per_unit", of = "per_unit charge", needs = 'each = "line", a quantity or a meter',
    fields = { each = "text", price = "number|money|text|function" },
    check = check_per_unit, rate = simple.rate, keys = keys, counts = true, free = true, opposite = true,
  },
}

return simple

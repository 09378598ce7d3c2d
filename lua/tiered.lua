--- lua/tiered.lua: charges whose price goes by bands of the quantity: graduated.
--- Units: quantities and prices are decimals.
--- Source: kinds and words as in the billing literature.
--- Example: see lua/bands.lua.
local bands = require "bands"
local rating = require "rating"

local tiered = {}

local function band_text(name, part, only)
  if only then return name end
  if not part.upto then return name .. ", above " .. tostring(part.from) end
  if part.from == 0 then return name .. ", up to " .. tostring(part.upto) end
  return name .. ", above " .. tostring(part.from) .. " up to " .. tostring(part.upto)
end

-- A line for every band that is reached, so that quantity x price stands on paper.
local function rate_graduated(charge, quantity)
  local parts = bands.cut(charge.tiers, quantity)
  for i = 1, #parts do
    local part = parts[i]
    rating.line(charge, band_text(charge.name, part, #charge.tiers == 1), part.quantity, rating.price(charge, part.price))
  end
end

tiered.kinds = {
  {
    name = "graduated", of = "graduated charge", needs = "a quantity or a meter",
    fields = { quantity = "number|text|function", meter = "text", tiers = "!table" },
    check = function(given) return { tiers = bands.declare(given.tiers) } end,
    rate = rate_graduated,
  },
}

return tiered

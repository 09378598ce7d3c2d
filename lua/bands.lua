--- lua/bands.lua: the bands of a graduated price: checked, and a quantity cut along them.
--- Units: quantities and prices are decimals. A band reaches from above the bound before it up to its own bound, which
--- belongs to it: (0, 100], (100, 500], above 500. Only upper bounds are written, so that no quantity falls between two.
--- Source: graduated prices as OpenMeter and flexprice have them: each unit pays the price of its own band.
--- Example: 501 units along { { upto = 100, price = 1 }, { upto = 500, price = 0.8 }, { price = 0.6 } } are 100 at 1.00,
--- 400 at 0.80 and 1 at 0.60.
local declare = require "declare"

local bands = {}

local FIELDS = { upto = "number", price = "!number|money" }

local function check(list, i, before)
  local band, what = list[i], "band " .. i
  declare.fields(what, band, FIELDS)
  declare.positions(what, band, 0)
  if not band.upto then
    if i < #list then
      declare.fail("band " .. i .. " has no upper bound, and band " .. (i + 1) .. " follows it",
                   "only the last band goes without upto")
    end
    return nil
  end
  if band.upto <= 0 then
    declare.fail("band " .. i .. " reaches up to " .. tostring(band.upto), "the first bound is more than 0")
  end
  if before and band.upto <= before then
    declare.fail("band " .. i .. " reaches up to " .. tostring(band.upto) .. ", the band before it up to " .. tostring(before),
                 "write the bands in the order of their bounds")
  end
  return band.upto
end

--- Check what an admin wrote as tiers: at least one band, bounds that rise, the last one open.
---@param given table list of { upto = quantity, price = ... }
---@return table given
function bands.declare(given)
  declare.kind("tiers", given, "table")
  declare.fields("list of tiers", given, {})
  if #given == 0 then declare.fail("there are no tiers", "write tiers = { { upto = 1000, price = 0 }, { price = 0.02 } }") end
  local before
  for i = 1, #given do before = check(given, i, before) end
  if before then
    declare.fail("the last band reaches up to " .. tostring(before) .. ", and there is no price for what is above it",
                 "add a band without upto: { price = ... }")
  end
  return given
end

--- Cut a quantity along bands; a negative one is cut as its opposite.
---@param list table of bands.declare
---@param quantity any a number or decimal
---@return table list of { quantity, price, from (bound below), upto (nil for the last) }, only bands that it reaches
function bands.cut(list, quantity)
  local parts, from, sign = {}, 0, quantity < 0 and -1 or 1
  local rest = abs(quantity)
  for i = 1, #list do
    local band = list[i]
    if rest <= 0 then break end
    local taken = band.upto and min(rest, band.upto - from) or rest
    parts[#parts + 1] = { quantity = taken * sign, price = band.price, from = from, upto = band.upto }
    rest, from = rest - taken, band.upto
  end
  return parts
end

return bands

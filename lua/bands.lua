--- lua/bands.lua: the bands of a price: checked, and a quantity cut along them or placed in one of them.
--- Units: quantities and prices are decimals. A band reaches from above the bound before it up to its own bound, which
--- belongs to it: (0, 100], (100, 500], above 500. Only upper bounds are written, so that no quantity falls between two.
--- Source: graduated prices as OpenMeter and flexprice have them: each unit pays the price of its own band.
--- Example: 501 units along { { upto = 100, price = 1 }, { upto = 500, price = 0.8 }, { price = 0.6 } } are 100 at 1.00,
--- 400 at 0.80 and 1 at 0.60.
local declare = require "declare"

local bands = {}

local PLACES = 9 -- of bounds that are prorated

--- Raise unless a rate is a share: percent(2) is 0.02. 2 would be two hundred percent.
function bands.share(what, value)
  if (type(value) == "number" or type(value) == "decimal") and (value < 0 or value > 1) then
    declare.fail(what .. " is " .. tostring(value) .. ", which is no share from 0 to 1",
                 "write percent(" .. tostring(value) .. ") for " .. tostring(value) .. " percent")
  end
  return value
end

-- What a band may say: its bound, its price (or rate), the size of the packages that the price is for, and a flat fee that is
-- charged when it is reached.
local KINDS = {
  price = { fields = { upto = "number", price = "number|money", fee = "number|money", size = "number" } },
  step = { fields = { upto = "number", price = "!number|money" } },
  rate = { fields = { upto = "number|money", rate = "!number", fee = "number|money" } },
}

--- ", above 100 up to 500": where a band lies, as it stands on a line.
function bands.text(from, upto)
  if not upto then return ", above " .. tostring(from) end
  if from == 0 then return ", up to " .. tostring(upto) end
  return ", above " .. tostring(from) .. " up to " .. tostring(upto)
end

local function check_bound(list, i, before)
  local upto = list[i].upto
  if type(upto) == "money" then upto = upto.amount end
  if not upto then
    if i < #list then
      declare.fail("band " .. i .. " has no upper bound, and band " .. (i + 1) .. " follows it",
                   "only the last band goes without upto")
    end
    return nil
  end
  if upto <= 0 then
    declare.fail("band " .. i .. " reaches up to " .. tostring(upto), "the first bound is more than 0")
  end
  if before and upto <= before then
    declare.fail("band " .. i .. " reaches up to " .. tostring(upto) .. ", the band before it up to " .. tostring(before),
                 "write the bands in the order of their bounds")
  end
  return upto
end

local function check(list, i, before, kind)
  local band, what = list[i], "band " .. i
  declare.fields(what, band, kind.fields)
  declare.positions(what, band, 0)
  if kind.fields.price and not band.fee then
    declare.kind("price of the " .. what, band.price, "number|money")
  end
  if band.rate then bands.share("rate of the " .. what, band.rate) end
  if band.size and band.size <= 0 then
    declare.fail("the size of packages in " .. what .. " is " .. tostring(band.size), "it is more than 0")
  end
  local upto = check_bound(list, i, before)
  return { upto = upto, price = band.price, rate = band.rate, fee = band.fee, size = band.size, number = i,
           text = #list > 1 and bands.text(before or 0, upto) or "" }
end

--- Check what an admin wrote as tiers: at least one band, bounds that rise, the last one open.
---@param given table list of { upto = quantity, price = ..., fee = ... }
---@param name? string "price" (default), "step" (one price for all; the last band may have a bound) or "rate"
---@return table list of { upto, price, rate, fee, number }, a copy
function bands.declare(given, name)
  local kind, out = KINDS[name or "price"], {}
  declare.kind("tiers", given, "table")
  declare.fields("list of tiers", given, {})
  if #given == 0 then declare.fail("there are no tiers", "write tiers = { { upto = 1000, price = 0 }, { price = 0.02 } }") end
  local before
  for i = 1, #given do
    out[i] = check(given, i, before, kind)
    before = out[i].upto
  end
  declare.positions("list of tiers", given, #given)
  if before and name ~= "step" then
    declare.fail("the last band reaches up to " .. tostring(before) .. ", and there is no price for what is above it",
                 "add a band without upto: { price = ... }")
  end
  return out
end

--- The bands with their bounds at n/d, for a part of a period.
function bands.prorated(list, n, d)
  local out = {}
  for i = 1, #list do
    out[i] = {}
    for name, value in pairs(list[i]) do out[i][name] = value end
    if list[i].upto then out[i].upto = prorate(list[i].upto, n, d, PLACES) end
    if #list > 1 then out[i].text = bands.text(i > 1 and out[i - 1].upto or 0, out[i].upto) end
  end
  return out
end

--- A quantity at n/d, to as many places as bounds.
function bands.prorated_bound(quantity, n, d) return prorate(quantity, n, d, PLACES) end

--- Cut a quantity along bands; a negative one is cut as its opposite.
---@param list table of bands.declare
---@param quantity any a number or decimal
---@param earlier? any how far the bands are filled already
---@return table list of { quantity, price, rate, size, fee, number, text, filled (how much of the band was filled already) },
---  only bands that it reaches; a fee only where the band is entered
function bands.cut(list, quantity, earlier)
  local parts, from, sign = {}, 0, quantity < 0 and -1 or 1
  earlier = earlier or 0
  local stop = abs(quantity) + earlier
  for i = 1, #list do
    local band = list[i]
    local upto = band.upto
    if from >= stop then break end
    local reach = upto and min(stop, upto) or stop
    if reach > earlier then
      local begun = max(from, earlier)
      parts[#parts + 1] = { quantity = (reach - begun) * sign, price = band.price, rate = band.rate, size = band.size,
                            number = i, fee = begun == from and band.fee or nil, text = band.text, filled = begun - from }
    end
    from = upto
    if not upto then break end
  end
  return parts
end

--- The band that a quantity lies in; the first one for 0. nil where it is beyond the last.
---@return table|nil the band
function bands.find(list, quantity)
  for i = 1, #list do
    local upto = list[i].upto
    if not upto or quantity <= upto then return list[i] end
  end
  return nil
end

return bands

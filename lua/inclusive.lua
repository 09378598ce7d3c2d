--- lua/inclusive.lua: prices with tax: the tax that is in them, and the net amount of each line.
--- Units: rates in percent; amounts are money in whole minor units.
--- Source: the tax within a gross amount is gross x rate / (100 + rate), rounded once per category (or line); net is the rest,
--- and never taxed again. Lines get the net of their category by the largest remainder.
--- Example: lines of 1.00 and 1.00 with 20 % in them: tax round(2.00 x 20 / 120) = 0.33, nets 0.84 and 0.83.
local inclusive = {}

-- Cut a net amount among the lines of one direction, by what they come to with tax.
local function share_out(lines, net)
  if #lines == 0 then return end
  local weights = {}
  for i = 1, #lines do weights[i] = abs(lines[i].gross) end
  local parts = split(net, weights)
  for i = 1, #lines do lines[i].amount = parts[i] end
end

-- Lines that run against the rest, such as discounts, get their own net amount, so that no line is moved past its own tax.
local function settle_together(lines, rate, mode)
  local sum = 0
  for i = 1, #lines do sum = sum + lines[i].gross end
  local tax = prorate(sum, rate, 100 + rate, nil, mode)
  local along, against, back = {}, {}, sum * 0
  for i = 1, #lines do
    local gross = lines[i].gross
    if gross < 0 and sum >= 0 or gross > 0 and sum < 0 then
      against[#against + 1], back = lines[i], back + gross
    elseif gross > 0 or gross < 0 then
      along[#along + 1] = lines[i]
    else
      lines[i].amount = gross
    end
  end
  local net_back = prorate(back, 100, 100 + rate)
  share_out(against, net_back)
  share_out(along, sum - tax - net_back)
  return sum - tax, tax
end

local function settle_each(lines, rate, mode)
  local net, tax = 0, 0
  for i = 1, #lines do
    local line = lines[i]
    local within = prorate(line.gross, rate, 100 + rate, nil, mode)
    line.amount = line.gross - within
    net, tax = net + line.amount, tax + within
  end
  return net, tax
end

--- Give the lines of one tax category their net amounts.
---@param lines table with gross
---@param rate any percent
---@param per_line boolean whether tax is rounded by line
---@return any net and tax of all of them
function inclusive.settle(lines, rate, mode, per_line)
  if per_line then return settle_each(lines, rate, mode) end
  return settle_together(lines, rate, mode)
end

return inclusive

--- lua/crediting.lua: credit notes of an invoice, from its own rounded amounts, never from today's prices or rates.
--- Units: amounts are money in whole minor units; a credit note's are negative.
--- Source: cumulative rounding: a credit bears the tax of all that is credited by now less the tax credited before, and the
--- credit that brings a category's net to zero takes what is left of its tax. So the last one ends at exactly zero.
--- Example: an invoice of net 0.99, tax 0.20 credited in three parts of 0.33 gives back 0.07, 0.06 and 0.07.
local declare = require "declare"

local crediting = {}

local function exceeds(message, hint) raise { code = "document.credit_exceeds", message = message, hint = hint } end

-- ---- what is left of the original ----

-- The line of the original that a credit's line gives back; charges and discounts of a plan are known by what they say.
local function place_of(original, line)
  if line.corrects_line then return original.lines[line.corrects_line] and line.corrects_line end
  if line.source_line then return nil end
  for i, one in ipairs(original.lines) do
    if not one.source_line and one.kind == line.kind and one.text == line.text and one.tax_category == line.tax_category then
      return i
    end
  end
  return nil
end

-- Per line what is left of amount and quantity and what was given back by quantity, per category what is left of net and
-- tax, all positive for a plain invoice.
local function remainder(original, credited)
  local left, quantities, counted, taxes, net = {}, {}, {}, {}, original.net
  for i, line in ipairs(original.lines) do left[i], quantities[i], counted[i] = line.amount, line.quantity, net * 0 end
  for _, row in ipairs(original.taxes) do taxes[row.category] = { net = row.net, tax = row.tax } end
  for _, note in ipairs(credited) do
    if note.state ~= "void" then
      for _, line in ipairs(note.lines) do
        local i = place_of(original, line)
        if i then
          left[i] = left[i] + line.amount
          if quantities[i] and line.quantity then
            quantities[i], counted[i] = quantities[i] + line.quantity, counted[i] - line.amount
          end
        end
      end
      for _, row in ipairs(note.taxes) do
        local of = taxes[row.category]
        if of then of.net, of.tax = of.net + row.net, of.tax + row.tax end
      end
      net = net + note.net
    end
  end
  return { lines = left, quantities = quantities, counted = counted, taxes = taxes, net = net }
end

-- ---- choosing amounts ----

-- These give amounts by position of the original's line, in the direction of the original, and quantities where known.

local function whole_rest(rest) return rest.lines, rest.quantities end

-- An amount without a line, spread over all that is left: running shares, which add up and never exceed a line.
local function spread(rest, wanted)
  local amounts, done, before = {}, 0, 0
  if wanted > rest.net then
    exceeds("a credit of " .. wanted .. " is more than the " .. rest.net .. " that is left", "amounts are before tax")
  end
  for i = 1, #rest.lines do
    done = done + rest.lines[i]
    local share = prorate(wanted, done.amount, rest.net.amount)
    amounts[i], before = share - before, share
  end
  return amounts
end

local function positive(value, what, currency)
  if type(value) == "string" then value = decimal(value) end
  if type(value) ~= "money" then value = money(value, currency) end
  if value.currency ~= currency then
    raise { code = "money.currency_mismatch", message = what .. " is " .. value .. " and the invoice in " .. currency }
  end
  if value <= 0 then declare.fail(what .. " is " .. value, "credits are written positive") end
  return round(value)
end

-- One line of the original: an amount, a quantity, or its rest.
local function of_line(rest, original, wanted, i)
  local line, left = original.lines[i], rest.lines[i]
  if wanted.amount then
    local amount = positive(wanted.amount, "the credit of line " .. i, original.currency)
    return line.amount < 0 and -amount or amount
  end
  if not wanted.quantity then return left end
  local quantity = decimal(wanted.quantity)
  if quantity <= 0 then declare.fail("the quantity to credit of line " .. i .. " is " .. tostring(quantity)) end
  if not rest.quantities[i] or quantity > rest.quantities[i] then
    exceeds("line " .. i .. " has a quantity of " .. tostring(rest.quantities[i] or 0) .. " left, not " .. tostring(quantity))
  end
  if quantity == rest.quantities[i] then return left end
  local amount = prorate(line.amount, line.quantity - rest.quantities[i] + quantity, line.quantity) - rest.counted[i]
  -- Earlier credits that were rounded one by one may have given back more than their share.
  if (amount > 0) ~= (line.amount > 0) then return amount * 0 end
  return amount
end

local function check_line(rest, original, amount, i)
  local left = rest.lines[i]
  local turned = amount > 0 and left < 0 or amount < 0 and left > 0
  if abs(amount) > abs(left) or turned then
    exceeds("line " .. i .. " '" .. (original.lines[i].text or "") .. "' has " .. left .. " left to credit, not " .. amount)
  end
end

-- The share of a discount that goes with whole lines of its category: what is taken back of the goods is taken back of it,
-- cumulatively, so that the last line of a category takes its rest.
local function add_discounts(amounts, rest, original, whole)
  local lines = original.lines
  for d = 1, #lines do
    local discount = lines[d]
    if discount.kind == "discount" and discount.amount < 0 and amounts[d] == nil then
      local sold, left, now = 0, 0, 0
      for i = 1, #lines do
        if lines[i].tax_category == discount.tax_category and lines[i].amount > 0 then
          sold, left = sold + lines[i].amount, left + rest.lines[i]
          if whole[i] then now = now + amounts[i] end
        end
      end
      if sold > 0 and now > 0 then
        local after = prorate(discount.amount, (left - now).amount, sold.amount)
        amounts[d] = rest.lines[d] - after
      end
    end
  end
end

local function chosen(rest, original, wanted)
  local amounts, whole, quantities = {}, {}, { named = true }
  if #wanted == 1 and wanted[1].amount and not wanted[1].corrects_line then
    return spread(rest, positive(wanted[1].amount, "the credit", original.currency)), {}
  end
  for _, one in ipairs(wanted) do
    local i = one.corrects_line
    if not i or not original.lines[i] then
      declare.fail("the invoice has no line " .. tostring(i), "its lines are 1 to " .. #original.lines)
    end
    if amounts[i] then declare.fail("line " .. i .. " is credited twice here") end
    local amount = of_line(rest, original, one, i)
    check_line(rest, original, amount, i)
    amounts[i], whole[i] = amount, not one.amount
    quantities[i] = not one.amount and (one.quantity and decimal(one.quantity) or rest.quantities[i]) or nil
  end
  add_discounts(amounts, rest, original, whole)
  return amounts, quantities
end

-- ---- the credit note ----

-- A price stands on the line only where it multiplies out to the amount.
local function credit_line(line, quantity, amount, i)
  local unit_price = line.price
  if not (quantity and unit_price and round(money(quantity * unit_price, amount.currency)) == amount) then unit_price = nil end
  return { kind = line.kind, product = line.product, text = line.text, quantity = quantity and -quantity, unit = line.unit,
           price = unit_price, amount = -amount, tax_category = line.tax_category, tax_rate = line.tax_rate,
           revenue = line.revenue, source_line = line.source_line, corrects_line = i, rule = line.rule,
           start = line.start, stop = line.stop, agreement = line.agreement, meter = line.meter }
end

-- The tax to give back of a category.
local function tax_of(row, of, net)
  local left = of.net - net
  if net == net * 0 then return net end
  if left == net * 0 then return of.tax end
  local credited_tax = row.tax - of.tax
  local upto = round((row.net - left) * percent(row.rate))
  local least, most = min(row.tax, row.tax * 0), max(row.tax, row.tax * 0)
  return min(max(upto, least), most) - credited_tax
end

local function settle(document, original, rest)
  local nets, taxes, net, tax = {}, {}, 0, 0
  for _, line in ipairs(document.lines) do
    nets[line.tax_category] = (nets[line.tax_category] or 0) - line.amount
  end
  for _, row in ipairs(original.taxes) do
    local back = nets[row.category]
    if back then
      local of = rest.taxes[row.category]
      local left = of.net - back
      if (row.net > 0 and left < 0) or (row.net < 0 and left > 0) then
        exceeds("category " .. row.category .. " has " .. of.net .. " left to credit before tax, not " .. back)
      end
      local tax_back = tax_of(row, of, back)
      taxes[#taxes + 1] = { category = row.category, rate = row.rate, net = -back, tax = -tax_back, code = row.code,
                            reason = row.reason, rule = row.rule }
      net, tax = net - back, tax - tax_back
    end
  end
  document.taxes, document.net, document.tax, document.total = taxes, net, tax, net + tax
  document.rounding = original.rounding
end

local function check_left(original, rest)
  if (rest.net > 0) ~= (original.net > 0) then
    exceeds("nothing is left to credit of invoice " .. (original.number or original.id))
  end
end

-- Lines, taxes and totals. What is given back by quantity is a line also where it comes to nothing.
local function complete(document, original, rest, amounts, quantities)
  document.lines = {}
  for i, line in ipairs(original.lines) do
    local amount = amounts[i]
    if amount and (amount > 0 or amount < 0 or quantities.named and quantities[i]) then
      local credit = credit_line(line, quantities[i], amount, i)
      credit.ordinal = #document.lines + 1
      document.lines[credit.ordinal] = credit
    end
  end
  if #document.lines == 0 then
    exceeds("nothing is left to credit of invoice " .. (original.number or original.id))
  end
  settle(document, original, rest)
end

--- Fill in lines, taxes and totals of a credit note.
---@param document table its other fields
---@param original table the invoice, as a record
---@param credited table list of its credit notes so far
---@param wanted table lines to credit; empty: all that is left
function crediting.fill(document, original, credited, wanted)
  local rest = remainder(original, credited)
  check_left(original, rest)
  if #wanted == 0 then
    complete(document, original, rest, whole_rest(rest))
  else
    complete(document, original, rest, chosen(rest, original, wanted))
  end
end

-- ---- cancelled orders ----

-- How much of an invoice's line goes back with so much of the order's line; nil: its rest.
local function share_of(line, taken, sold)
  if line.quantity == sold then return taken end
  if taken == sold then return nil end
  return line.quantity * taken / sold
end

-- What a plan gives back with a cancellation besides the lines: charges that say cancellations = true.
local function add_charges(wanted, original, rest, charges)
  local named = {}
  for _, charge in ipairs(charges) do
    local i = not charge.source_line and charge.kind ~= "discount" and place_of(original, charge)
    if i and not named[i] and rest.lines[i] > 0 and charge.amount < 0 then
      named[i] = true
      wanted[#wanted + 1] = { corrects_line = i, amount = min(-charge.amount, rest.lines[i]) }
    end
  end
end

--- The same for a cancelled order: what it takes back of the lines of its order goes back of the invoice's.
---@param document table its other fields
---@param original table the invoice, as a record
---@param credited table list of its credit notes so far
---@param sale table the order that the invoice bills
---@param taken table quantity that is taken back, by position of the sale's line
---@param charges table lines that the plan makes of the cancellation
function crediting.cancel(document, original, credited, sale, taken, charges)
  local rest, wanted, lines = remainder(original, credited), {}, 0
  check_left(original, rest)
  for i, line in ipairs(original.lines) do
    local quantity = line.source_line and taken[line.source_line]
    if quantity then
      wanted[#wanted + 1] = { corrects_line = i, quantity = share_of(line, quantity, sale.lines[line.source_line].quantity) }
    end
    if line.source_line then lines = lines + 1 end
  end
  if lines > 0 then
    add_charges(wanted, original, rest, charges)
    if #wanted == 0 then
      exceeds("invoice " .. (original.number or original.id) .. " does not bill what order " .. document.order .. " takes back")
    end
    complete(document, original, rest, chosen(rest, original, wanted))
    return
  end
  -- A plan that bills orders as a whole: its amount is spread over what is left.
  local net = original.net * 0
  for _, charge in ipairs(charges) do net = net - charge.amount end
  net = positive(net, "what order " .. document.order .. " takes back", original.currency)
  complete(document, original, rest, spread(rest, net), {})
end

return crediting

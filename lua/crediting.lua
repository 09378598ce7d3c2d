--- lua/crediting.lua: credit notes of an invoice, from its own rounded amounts, never from today's prices or rates.
--- Units: amounts are money in whole minor units; a credit note's are negative. A line is credited in the terms of its price:
--- with tax where the invoice's prices include it (its `gross`), else before tax.
--- Source: cumulative rounding: a credit bears the tax of all that is credited by now less the tax credited before, and the
--- credit that brings a category's net to zero takes what is left of its tax. So the last one ends at exactly zero, and so do
--- what was withheld, rounded to coins, and owed.
--- Example: an invoice of net 0.99, tax 0.20 credited in three parts of 0.33 gives back 0.07, 0.06 and 0.07.
local declare = require "declare"
local payable = require "payable"

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

-- What a line comes to in the terms of its price.
local function value_of(line) return line.gross or line.amount end

-- Take what a line with tax in its price bears out of its category, where the tax is computed on net amounts.
local function take_gross(of, line)
  if of and line.gross then of.net, of.tax = of.net - line.amount, of.tax - (line.gross - line.amount) end
end

-- What is there of the original: per line its value, net amount and quantity, per category net and tax of what is priced
-- before tax.
local function whole_of(original)
  local rest = { lines = {}, nets = {}, quantities = {}, counted = {}, taxes = {}, value = 0, whole = {} }
  local nothing = original.net * 0
  for _, row in ipairs(original.taxes) do rest.taxes[row.category] = { net = row.net, tax = row.tax } end
  for i, line in ipairs(original.lines) do
    rest.lines[i], rest.nets[i], rest.quantities[i], rest.counted[i] = value_of(line), line.amount, line.quantity, nothing
    rest.value, rest.with_tax = rest.value + rest.lines[i], rest.with_tax or line.gross ~= nil
    take_gross(rest.taxes[line.tax_category], line)
  end
  for name, of in pairs(rest.taxes) do rest.whole[name] = { net = of.net, tax = of.tax } end
  rest.total, rest.withheld, rest.payable = nothing, nothing, nothing
  return rest
end

-- Take off what a credit note gave back.
local function take_note(rest, original, note)
  for _, line in ipairs(note.lines) do
    local i = place_of(original, line)
    if i then
      rest.lines[i], rest.nets[i] = rest.lines[i] + value_of(line), rest.nets[i] + line.amount
      if rest.quantities[i] and line.quantity then
        rest.quantities[i] = rest.quantities[i] + line.quantity
        rest.counted[i] = rest.counted[i] - value_of(line)
      end
    end
    rest.value = rest.value + value_of(line)
    take_gross(rest.taxes[line.tax_category], line)
  end
  for _, row in ipairs(note.taxes) do
    local of = rest.taxes[row.category]
    if of then of.net, of.tax = of.net + row.net, of.tax + row.tax end
  end
  rest.total, rest.payable = rest.total + note.total, rest.payable + payable.of(note)
  rest.withheld = rest.withheld + (note.withheld or 0)
end

-- What is left of the original after its credit notes so far, positive for a plain invoice; sums of these notes.
local function remainder(original, credited)
  local rest = whole_of(original)
  for _, note in ipairs(credited) do
    if note.state ~= "void" then take_note(rest, original, note) end
  end
  return rest
end

-- ---- choosing amounts ----

-- These give amounts by position of the original's line, in the direction of the original, and quantities where known.

local function whole_rest(rest) return rest.lines, rest.quantities end

-- An amount without a line, spread over all that is left: running shares, which add up and never exceed a line.
local function spread(rest, wanted)
  local amounts, done, before = {}, 0, 0
  if wanted > rest.value then
    exceeds("a credit of " .. wanted .. " is more than the " .. rest.value .. " that is left",
            rest.with_tax and "amounts are with tax, as the invoice's prices are" or "amounts are before tax")
  end
  for i = 1, #rest.lines do
    done = done + rest.lines[i]
    local share = prorate(wanted, done.amount, rest.value.amount)
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
    return value_of(line) < 0 and -amount or amount
  end
  if not wanted.quantity then return left end
  local quantity = decimal(wanted.quantity)
  if quantity <= 0 then declare.fail("the quantity to credit of line " .. i .. " is " .. tostring(quantity)) end
  if not rest.quantities[i] or quantity > rest.quantities[i] then
    exceeds("line " .. i .. " has a quantity of " .. tostring(rest.quantities[i] or 0) .. " left, not " .. tostring(quantity))
  end
  if quantity == rest.quantities[i] then return left end
  local amount = prorate(value_of(line), line.quantity - rest.quantities[i] + quantity, line.quantity) - rest.counted[i]
  -- Earlier credits that were rounded one by one may have given back more than their share.
  if (amount > 0) ~= (value_of(line) > 0) then return amount * 0 end
  return amount
end

local function check_line(rest, original, amount, i)
  local left = rest.lines[i]
  local turned = amount > 0 and left < 0 or amount < 0 and left > 0
  if abs(amount) > abs(left) or turned then
    exceeds("line " .. i .. " '" .. (original.lines[i].text or "") .. "' has " .. left .. " left to credit, not " .. amount)
  end
end

-- The smallest amount of a currency.
local function unit_of(currency)
  local unit = 1
  while unit > 0.0001 and round(money(unit / 10, currency)).amount == unit / 10 do unit = unit / 10 end
  return money(unit, currency)
end

-- The lines of a category that its discounts fall on, their value, and how much of the discounts each bears: by what the
-- lines come to, or, where that is not how they were spread (a coupon for some charges), what stands on the lines.
local function bearers(original, category)
  local list, sold, shares, discounts = {}, 0, 0, 0
  for i, line in ipairs(original.lines) do
    if line.tax_category == category and line.amount > 0 then
      list[#list + 1] = { at = i, value = value_of(line), weight = value_of(line), share = -(line.discount or 0) }
      sold, shares = sold + value_of(line), shares - (line.discount or 0)
    elseif line.tax_category == category and line.kind == "discount" then
      discounts = discounts + 1
    end
  end
  if not (shares > 0) then return list, sold end
  local most, even = unit_of(original.currency) * discounts, true
  for _, one in ipairs(list) do
    even = even and abs(one.share - prorate(shares, one.value.amount, sold.amount)) <= most
  end
  if even then return list, sold end
  for _, one in ipairs(list) do one.weight = one.share + sold * 0 end
  return list, shares
end

-- The share of a discount that goes with whole lines of its category: what is taken back of the goods is taken back of it,
-- cumulatively, so that the last line of a category takes its rest.
local function add_discounts(amounts, rest, original, whole)
  for d, discount in ipairs(original.lines) do
    if discount.kind == "discount" and discount.amount < 0 and amounts[d] == nil then
      local list, sum = bearers(original, discount.tax_category)
      local left, goes = 0, false
      for _, one in ipairs(list) do
        local i = one.at
        local after = rest.lines[i]
        if whole[i] then
          after, goes = after - amounts[i], goes or amounts[i] > 0 and one.weight > 0
        end
        left = left + prorate(one.weight, after.amount, one.value.amount)
      end
      if goes then amounts[d] = rest.lines[d] - prorate(value_of(discount), left.amount, sum.amount) end
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

-- What a credit of a line comes to before tax. Of prices with tax it is the line's net amount by what is left of its price.
local function net_of(line, rest, amount, i)
  if not line.gross then return amount end
  local left = rest.lines[i] - amount
  return rest.nets[i] - prorate(line.amount, left.amount, line.gross.amount)
end

-- A price stands on the line only where it multiplies out to the amount.
local function credit_line(line, rest, quantity, amount, i)
  local unit_price = line.price
  if not (quantity and unit_price and round(money(quantity * unit_price, amount.currency)) == amount) then unit_price = nil end
  return { kind = line.kind, product = line.product, text = line.text, quantity = quantity and -quantity, unit = line.unit,
           price = unit_price, amount = -net_of(line, rest, amount, i), gross = line.gross and -amount,
           tax_category = line.tax_category, tax_rate = line.tax_rate, revenue = line.revenue, source_line = line.source_line,
           corrects_line = i, rule = line.rule, start = line.start, stop = line.stop, agreement = line.agreement,
           charge = line.charge, period = line.period, meter = line.meter }
end

-- The tax to give back of a category, of what is priced before tax: `whole` of the original, `of` of it is left.
local function tax_of(row, whole, of, net)
  local left = of.net - net
  if net == net * 0 then return net end
  if left == net * 0 then return of.tax end
  local credited_tax = whole.tax - of.tax
  local upto = round((whole.net - left) * percent(row.rate))
  local least, most = min(whole.tax, whole.tax * 0), max(whole.tax, whole.tax * 0)
  return min(max(upto, least), most) - credited_tax
end

-- What the lines give back by category: net and tax within prices with tax, net of the other prices.
local function given_back(document)
  local back = {}
  for _, line in ipairs(document.lines) do
    local of = back[line.tax_category] or { net = 0, within = 0, tax = 0 }
    back[line.tax_category] = of
    if line.gross then
      of.within, of.tax = of.within - line.amount, of.tax - (line.gross - line.amount)
    else
      of.net = of.net - line.amount
    end
  end
  return back
end

-- What is left of a category, in the terms of its prices, does not change sides.
local function check_category(row, rest, original, document)
  local left, back = row.net * 0, row.net * 0
  for i, line in ipairs(original.lines) do
    if line.tax_category == row.category then left = left + rest.lines[i] end
  end
  for _, line in ipairs(document.lines) do
    if line.tax_category == row.category then back = back - value_of(line) end
  end
  if (row.net > 0 and left - back < 0) or (row.net < 0 and left - back > 0) then
    exceeds("category " .. row.category .. " has " .. left .. " left to credit " .. (rest.with_tax and "with" or "before")
      .. " tax, not " .. back)
  end
end

-- Does nothing of the original stay?
local function is_all(document, rest)
  for i, left in ipairs(rest.lines) do
    local now = left
    for _, line in ipairs(document.lines) do
      if line.corrects_line == i then now = now + value_of(line) end
    end
    if now ~= now * 0 then return false end
  end
  return true
end

local function settle(document, original, rest, settings)
  local back, taxes, nothing = given_back(document), {}, original.net * 0
  local net, tax = nothing, nothing
  for _, row in ipairs(original.taxes) do
    local now = back[row.category]
    if now then
      local of, plain = rest.taxes[row.category], now.net + nothing
      check_category(row, rest, original, document)
      local net_back, tax_back = plain + now.within, tax_of(row, rest.whole[row.category], of, plain) + now.tax
      taxes[#taxes + 1] = { category = row.category, rate = row.rate, net = -net_back, tax = -tax_back, code = row.code,
                            reason = row.reason, rule = row.rule }
      net, tax = net - net_back, tax - tax_back
    end
  end
  document.taxes, document.net, document.tax, document.total = taxes, net, tax, net + tax
  document.rounding = original.rounding
  payable.credit(document, original, rest, is_all(document, rest), settings)
end

-- Is anything left, of an invoice of anything? Lines that are left and come to nothing together can be credited too.
local function check_left(original, rest)
  local any = false
  for _, left in ipairs(rest.lines) do any = any or left > 0 or left < 0 end
  local whole = whole_of(original).value
  local turned = rest.value > 0 and whole <= 0 or rest.value < 0 and whole >= 0
  if turned or not any and (whole > 0 or whole < 0) then
    exceeds("nothing is left to credit of invoice " .. (original.number or original.id))
  end
end

-- Lines, taxes and totals. What is given back by quantity is a line also where it comes to nothing.
local function complete(document, original, rest, amounts, quantities, settings)
  document.lines = {}
  for i, line in ipairs(original.lines) do
    local amount = amounts[i]
    if amount and (amount > 0 or amount < 0 or quantities.named and quantities[i]) then
      local credit = credit_line(line, rest, quantities[i], amount, i)
      credit.ordinal = #document.lines + 1
      document.lines[credit.ordinal] = credit
    end
  end
  if #document.lines == 0 then
    exceeds("nothing is left to credit of invoice " .. (original.number or original.id))
  end
  settle(document, original, rest, settings)
end

--- Fill in lines, taxes and totals of a credit note.
---@param document table its other fields
---@param original table the invoice, as a record
---@param credited table list of its credit notes so far
---@param wanted table lines to credit; empty: all that is left
---@param settings table|nil tax settings as config.read gives them
function crediting.fill(document, original, credited, wanted, settings)
  local rest = remainder(original, credited)
  check_left(original, rest)
  if #wanted == 0 then
    local amounts, quantities = whole_rest(rest)
    complete(document, original, rest, amounts, quantities, settings)
  else
    local amounts, quantities = chosen(rest, original, wanted)
    complete(document, original, rest, amounts, quantities, settings)
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
---@param settings table|nil tax settings as config.read gives them
function crediting.cancel(document, original, credited, sale, taken, charges, settings)
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
    local amounts, quantities = chosen(rest, original, wanted)
    complete(document, original, rest, amounts, quantities, settings)
    return
  end
  -- A plan that bills orders as a whole: its amount is spread over what is left.
  local value = original.net * 0
  for _, charge in ipairs(charges) do value = value - value_of(charge) end
  value = positive(value, "what order " .. document.order .. " takes back", original.currency)
  complete(document, original, rest, spread(rest, value), {}, settings)
end

return crediting

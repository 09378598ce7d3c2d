--- lua/commitment.lua: charges that look at all others of a period: a minimum commitment with its true-up, and a cap.
--- Units: amounts are numbers of the document's currency, or money; before tax.
--- Source: the true-up is max(0, commitment - what counts towards it). What a cap takes off is shown as a discount, so that list
--- prices stay to be seen. Both are for a whole period: a short one has its share, unless the rule says prorate = false.
--- Example: commitment { "Minimum", amount = 1000 } adds 380.00 to charges of 620.00; cap { "Cap", amount = 500 } takes 120.00
--- off them.
local declare = require "declare"
local invoice = require "invoice"
local rating = require "rating"

local commitment = {}

-- ---- what counts ----

-- Lines of the days at hand that a closing charge looks at; not those that take back what was billed before. What is billed
-- once is no part of what was committed for a period, unless the rule names it.
local function counts(charge, line, span)
  if line.corrects or line.charge == charge.id then return false end
  if span and line.start and (line.start < span.start or line.stop > span.stop) then return false end
  if charge.charges then return line.charge ~= nil and charge.charges[line.charge] == true end
  return line.kind ~= "discount" and not (charge.kind == "commitment" and rating.is_one_off(line))
end

-- What a line comes to after what was taken off it.
local function worth(line) return line.discount and line.amount + line.discount or line.amount end

local function sum_of(charge, lines, span, value, list)
  local total = 0
  for i = 1, #lines do
    local line = lines[i]
    if counts(charge, line, span) then
      total = total + value(line)
      if list then list[#list + 1] = line end
    end
  end
  return total
end

local function list_amount(line) return line.amount end

-- Both timings of the period, and the lines at hand among them. Those that are not at hand have all their discounts: they
-- count with them where the charge comes after discounts.
local function counted(charge)
  local job, lines = invoice.job(), {}
  local span = job.period and (job.span or job.period)
  local total = job.one * 0 + sum_of(charge, job.lines, span, worth, lines)
  if job.others then
    total = total + sum_of(charge, job.others(job.timing == "advance" and "arrears" or "advance") or {}, span,
                           charge.closing == "after" and worth or list_amount)
  end
  return total, lines
end

-- The amount of a period, or of the part of one that is at hand; rounded.
local function amount_for(charge)
  local job = invoice.job()
  local amount = rating.agreed(charge) or charge.amount
  if type(amount) == "money" then
    amount = invoice.in_currency(amount, "the amount of charge '" .. charge.name .. "'")
  else
    amount = rating.number(charge, amount, "amount")
  end
  if amount < 0 then rating.fail(charge, "has the negative amount " .. tostring(amount) .. " for " .. rating.subject()) end
  local whole = job.one * amount
  local share = charge.prorate and job.share
  if not share then return round(whole) end
  return invoice.part(whole), share[1] .. "/" .. share[2], round(whole)
end

local function part_text(share, whole) return share and " (" .. share .. " of " .. whole .. ")" or "" end

-- A line whose amount is final: it is not prorated once more.
local function add(charge, text, amount, how)
  local job = invoice.job()
  local line = invoice.add_line({
    kind = "charge", text = text, tax_category = charge.category or "standard", revenue = charge.revenue or job.revenue,
    rule = charge.place, charge = charge.id,
  }, nil, amount.amount)
  if job.explain then line.how = how .. " = " .. line.amount end
  return line
end

-- A cancelled order commits to nothing unless the rule says so.
local function applies(charge)
  local job = invoice.job()
  if not job.order then return true, 1 end
  if type(charge.when) == "function" and not charge.when(job.order, job.account) then return false end
  local cancels = job.order.kind == "cancellation"
  return not cancels or charge.cancellations == true, cancels and -1 or 1
end

-- ---- minimum commitment ----

local function close_commitment(charge)
  local applied, sign = applies(charge)
  if not applied then return end
  local amount, share, whole = amount_for(charge)
  local total = counted(charge) * sign
  local committed = amount .. part_text(share, whole)
  if total < amount then
    add(charge, charge.name .. part_text(share, whole), (amount - total) * sign,
        committed .. " committed - " .. total .. " billed")
  elseif total > amount and charge.overage then
    add(charge, charge.name .. ", overage", round((total - amount) * (charge.overage - 1)) * sign,
        "(" .. total .. " - " .. committed .. ") x (" .. tostring(charge.overage) .. " - 1)")
  end
end

-- ---- cap ----

-- The net amounts of lines by their tax category, in order.
local function by_category(lines, sign)
  local names, nets, members, at = {}, {}, {}, {}
  for _, line in ipairs(lines) do
    local n = at[line.tax_category]
    if not n then
      n = #names + 1
      names[n], nets[n], members[n], at[line.tax_category] = line.tax_category, 0, {}, n
    end
    nets[n] = nets[n] + worth(line) * sign
    members[n][#members[n] + 1] = line
  end
  for n = 1, #nets do
    if nets[n] < 0 then nets[n] = 0 end
  end
  return names, nets, members
end

local function take_off(charge, off, lines, sign, how, text)
  local job = invoice.job()
  local names, nets, members = by_category(lines, sign)
  local available = sum(nets)
  if available <= 0 then return end
  off = min(off, available)
  local parts = split(off, nets)
  for n = 1, #parts do
    if parts[n] > 0 then
      local line = invoice.add_line({
        kind = "discount", text = text, tax_category = names[n], rule = charge.place, charge = charge.id,
        revenue = charge.revenue or job.book.chart.discounts,
      }, nil, (parts[n] * -sign).amount)
      invoice.spread(line, members[n])
      if job.explain then line.how = how .. " = " .. line.amount end
    end
  end
end

local function close_cap(charge)
  local applied, sign = applies(charge)
  if not applied then return end
  local amount, share, whole = amount_for(charge)
  local total, lines = counted(charge)
  total = total * sign
  if total <= amount then return end
  take_off(charge, total - amount, lines, sign, amount .. part_text(share, whole) .. " at most - " .. total,
           charge.name .. part_text(share, whole))
end

-- ---- declaring ----

local function ids_of(given)
  if given.charges and #given.charges == 0 then
    declare.fail("charges is an empty list", "name ids of charges, or leave it out for all")
  end
  return invoice.set_of("charges", given.charges)
end

local function check_amount(what, given)
  local kind = type(given.amount)
  if kind ~= "string" and kind ~= "function" and given.amount < 0 then
    declare.fail("the amount of the " .. what .. " is " .. tostring(given.amount), "it is 0 or more")
  end
  return given.amount
end

local function check_commitment(given)
  if given.overage and given.overage <= 0 then
    declare.fail("overage is " .. tostring(given.overage), "it is the factor for what is above the commitment, for example 1.2")
  end
  return { amount = check_amount("commitment", given), charges = ids_of(given), overage = given.overage,
           closing = given.before_discounts and "before" or "after" }
end

local function check_cap(given)
  return { amount = check_amount("cap", given), charges = ids_of(given), closing = "cap" }
end

local function terms(charge)
  local amount, _, whole = amount_for(charge)
  return tostring(whole or amount)
end

local function keys() return { "" } end

commitment.kinds = {
  {
    name = "commitment", of = "commitment", closes = true, check = check_commitment, close = close_commitment, terms = terms,
    keys = keys,
    fields = { amount = "!number|money|text|function", charges = "table", before_discounts = "flag", overage = "number" },
  },
  {
    name = "cap", of = "cap", closes = true, check = check_cap, close = close_cap, terms = terms, keys = keys,
    fields = { amount = "!number|money|text|function", charges = "table" },
  },
}

return commitment

--- lua/payable.lua: what of a document's total its account pays: less what it withholds, rounded to the coins that there are.
--- Units: amounts are money in whole minor units; the steps of cash rounding are texts such as "0.05".
--- Source: EN 16931 BR-CO-16: amount due = total - paid + rounding amount (BT-114, BT-115). Halves go away from zero, so that
--- a credit note rounds to the negative of its invoice.
--- Example: 107.73 CHF with steps of 0.05 is payable as 107.75, rounded 0.02.
local declare = require "declare"
local tax = require "tax"

local payable = {}

--- An amount rounded to the currency's coins.
---@param steps table|nil by currency, as config.read gives them
function payable.to_coins(amount, steps)
  local step = steps and steps[amount.currency]
  if not step then return amount end
  step = decimal(step)
  return money(divide(amount.amount, step, 0) * step, amount.currency)
end

--- Put rounded, withheld and payable on a document whose total is known, where they are anything at all.
---@param rounded any money that rounding to coins adds
---@param withheld any money
---@param reason string|nil
function payable.put(document, rounded, withheld, reason)
  local turned = rounded > 0 or rounded < 0
  local kept = withheld > 0 or withheld < 0
  document.rounded = turned and rounded or nil
  document.withheld, document.withheld_reason = kept and withheld or nil, kept and reason or nil
  document.payable = (turned or kept) and document.total + rounded - withheld or nil
end

--- What an account owes for a document.
function payable.of(document) return document.payable or document.total end

--- Compute withholding and cash rounding of a settled document.
---@param who table seller (country), buyer (account), rules (nil: those of rules/tax.lua)
---@param settings table tax settings as config.read gives them
function payable.settle(document, who, settings)
  local total = document.total
  local withheld, reason = tax.withheld(document, who.seller, who.buyer, document.tax_point, settings.mode, who.rules)
  local due = total - (withheld or 0)
  payable.put(document, payable.to_coins(due, settings.cash_rounding) - due, withheld or total * 0, reason)
end

-- ---- credits of a document ----

local function between(amount, a, b) return max(min(amount, max(a, b)), min(a, b)) end

--- The same for a credit of a document: cumulatively, so that the last one brings all three to exactly zero.
---@param document table the credit note, with its (negative) total
---@param original table with total, rounded, withheld, payable
---@param before table sums over its credits so far: total, withheld, payable, all negative or nothing
---@param ends boolean whether nothing is left after this one
function payable.credit(document, original, before, ends, settings)
  local nothing, whole = original.total * 0, payable.of(original)
  local kept, credited = original.withheld or nothing, -(before.total + document.total)
  local withheld = kept
  if not ends then
    withheld = original.total == nothing and nothing or prorate(kept, credited.amount, original.total.amount)
    withheld = between(withheld, nothing, kept)
  end
  local owed = whole
  if not ends then
    owed = between(payable.to_coins(credited - withheld, settings and settings.cash_rounding), nothing, whole)
  end
  local withheld_now, owed_now = -(withheld + before.withheld), -(owed + before.payable)
  payable.put(document, owed_now - document.total + withheld_now, withheld_now, original.withheld_reason)
end

-- ---- settings ----

--- Check the steps of cash rounding: { CHF = 0.05 }.
---@return table texts by currency
function payable.steps(given)
  local steps = {}
  for currency, step in pairs(given) do
    if not pcall(money, 0, currency) then
      declare.fail("tax.cash_rounding names the currency '" .. tostring(currency) .. "'", "write for example { CHF = 0.05 }",
                   "money.currency_unknown")
    end
    local what = "tax.cash_rounding." .. currency
    declare.kind(what, step, "number")
    if step <= 0 or round(money(step, currency)).amount ~= step then
      declare.fail(what .. " is " .. tostring(step), "write the smallest coin of " .. currency .. ", for example 0.05")
    end
    steps[currency] = tostring(step)
  end
  return steps
end

return payable

--- lua/rating.lua: what the kinds of charge share when they rate: calling a rule's functions, prices, quantities, lines, and
--- errors at the charge's place.
--- Units: quantities and prices are decimals; see lua/invoice.lua for the amounts of lines.
--- Source: a price agreed with one customer replaces the plan's (agreement.prices, and the prices of a phase).
--- Example: rating.line(charge, "Seats", 12, 9) adds a line of 108.00, or of 72.00 where 20 of 30 days are billed.
local declare = require "declare"
local invoice = require "invoice"

local rating = {}

--- Rate a quantity; a negative one (a cancelled order, usage taken back) as the exact opposite of the positive one.
function rating.signed(charge, quantity, usage)
  if quantity >= 0 then return charge.rate(charge, quantity, usage) end
  local job = invoice.job()
  job.opposite = true
  charge.rate(charge, -quantity, usage)
  job.opposite = nil
end

--- "agreement A-7" or "order SO-1": what is being billed, for messages.
function rating.subject()
  local job = invoice.job()
  return job.period and "agreement " .. job.agreement.id or "order " .. tostring(job.order.id)
end

--- Raise at the place where the charge is declared.
function rating.fail(charge, message, hint, code)
  local file, line = declare.split(charge.place)
  return raise { code = code or "rule.value", message = "charge '" .. charge.name .. "' " .. message, hint = hint,
                 file = file, line = line }
end

--- What a function of a rule answers: it gets (agreement, account, period), or for orders (order, account).
function rating.ask(f)
  local job = invoice.job()
  if job.period then return f(job.agreement, job.account, job.period) end
  return f(job.order, job.account)
end

-- ---- prices ----

local function agreed_price(charge, text, currency)
  local number, code = text:match "^%s*(%-?[%d%.]+)%s*(%a*)$"
  local ok, price = pcall(decimal, number or text)
  if not ok or (code ~= "" and code ~= currency) then
    local id = invoice.job().agreement.id
    rating.fail(charge, "is priced '" .. text .. "' for agreement " .. id .. ", which is no amount in " .. currency,
                "moonbill set agreement " .. id .. " prices." .. charge.id .. "=9.50")
  end
  return price
end

--- The price that was agreed instead of the plan's, nil if none was.
---@param key? string the charge's id where absent; of a band "ID.2"
function rating.agreed(charge, key)
  local job = invoice.job()
  local text = job.overrides and job.overrides[key or charge.id]
  return text and agreed_price(charge, text, job.currency)
end

--- A price of the charge as a decimal in the document's currency: a number, money, or a function that answers one.
function rating.price(charge, given)
  local price = rating.agreed(charge) or given
  if type(price) == "function" then price = rating.ask(price) end
  if price == nil then
    rating.fail(charge, "has no price for " .. rating.subject(), nil, "price.missing")
  end
  local kind = type(price)
  if kind == "money" then return invoice.in_currency(price, "the price of charge '" .. charge.name .. "'") end
  if kind ~= "number" and kind ~= "decimal" then
    rating.fail(charge, "has a " .. kind .. " as its price for " .. rating.subject(), "answer a number or money")
  end
  return price
end

-- ---- lines ----

--- Whether lines say how their amounts came about.
function rating.explains() return invoice.job().explain end

-- What a phase charges is a share of the price; it stands on the line as such.
local function price_in_phase(charge, price)
  local phase = invoice.job().phase
  if phase and phase.share and charge.prorate then return price * phase.share end
  return price
end

--- Add a line of quantity x price; without a quantity, of the price.
---@param how string|nil how the amount comes about, where the job explains: "12 x 9.00"
function rating.line(charge, text, quantity, price, how)
  local job = invoice.job()
  price = price_in_phase(charge, price)
  if job.opposite then
    if quantity then quantity = -quantity else price = -price end
  end
  local line = invoice.add_line({
    kind = "charge", text = text, unit = charge.unit, tax_category = charge.category or "standard",
    revenue = charge.revenue or job.revenue, rule = charge.place, meter = charge.meter, charge = charge.id,
  }, quantity, price, charge.prorate)
  if job.explain then
    how = how or (quantity and tostring(quantity) .. " x " .. tostring(price) or tostring(price))
    if line.share then how = how .. " = " .. line.whole .. "; " .. line.share .. " of it" end
    line.how = how .. " = " .. line.amount
  end
  return line
end

return rating

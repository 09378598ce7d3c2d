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

--- A price of agreement.prices as a number: "8", "8.50 EUR".
function rating.read_price(charge, text, agreement, currency, key)
  local number, code = tostring(text):match "^%s*(%-?[%d%.]+)%s*(%a*)$"
  local ok, price = pcall(decimal, number or "")
  if not ok or (code ~= "" and code ~= currency) then
    rating.fail(charge, "is priced '" .. tostring(text) .. "' for agreement " .. agreement.id .. ", which is no amount in "
      .. currency, "moonbill set agreement " .. agreement.id .. " prices." .. key .. "=9.50")
  end
  return price
end

--- The price that was agreed instead of the plan's, nil if none was.
---@param key? string the charge's id where absent; of a band "ID.2"
function rating.agreed(charge, key)
  local job = invoice.job()
  local text = job.overrides and job.overrides[key or charge.id]
  return text and rating.read_price(charge, text, job.agreement, job.currency, key or charge.id)
end

--- A price of the charge as a decimal in the document's currency: a number, money, or a function that answers one.
---@param key? string of agreement.prices; the charge's id where absent
function rating.price(charge, given, key)
  local job = invoice.job()
  local price = job.overrides and rating.agreed(charge, key) or given
  local kind = type(price)
  if kind == "number" or kind == "decimal" then return price end
  if kind == "function" then
    price = rating.ask(price)
    kind = type(price)
  end
  if kind == "nil" then rating.fail(charge, "has no price for " .. rating.subject(), nil, "price.missing") end
  if kind == "money" then return invoice.in_currency(price, "the price of charge '" .. charge.name .. "'") end
  if kind ~= "number" and kind ~= "decimal" then
    rating.fail(charge, "has a " .. kind .. " as its price for " .. rating.subject(), "answer a number or money")
  end
  return price
end

--- The same of a part of the charge: band 2, "2.fee".
function rating.price_of_part(charge, given, part)
  if invoice.job().overrides then return rating.price(charge, given, charge.id .. "." .. part) end
  return rating.price(charge, given)
end

-- ---- quantities ----

--- The text of a tag: of the order, the agreement or the account, in this order; nil if none has it.
function rating.tag(name)
  local job = invoice.job()
  for _, record in ipairs { job.order or false, job.agreement or false, job.account } do
    local tags = record and record.tags
    local text = tags and tags[name]
    if text then return text, record end
  end
  return nil
end

local function tag_number(charge, name)
  local text, record = rating.tag(name)
  if not text then return nil end
  local ok, number = pcall(decimal, text)
  if ok then return number end
  return rating.fail(charge, "finds '" .. text .. "' as tags." .. name .. " of " .. tostring(record.id)
    .. ", which is no number", "write it with digits and a point, for example 12 or 2.5")
end

local function number_missing(charge, given, what)
  local job = invoice.job()
  local holder = job.period and "agreement " .. job.agreement.id or "account " .. tostring(job.account.id)
  rating.fail(charge, "finds no " .. what .. " for " .. rating.subject(),
              type(given) == "string" and "moonbill set " .. holder .. " tags." .. given .. "=..." or nil)
end

--- A number that is given as such, as the name of a tag, or by a function.
---@param what string "quantity", for messages
function rating.number(charge, given, what)
  local number, kind = given, type(given)
  if kind == "number" or kind == "decimal" then return given end
  if kind == "function" then
    number = rating.ask(given)
  elseif kind == "string" then
    number = tag_number(charge, given)
  end
  kind = type(number)
  if kind == "nil" then number_missing(charge, given, what) end
  if kind ~= "number" and kind ~= "decimal" then
    rating.fail(charge, "has a " .. kind .. " as its " .. what .. " for " .. rating.subject(), "answer a number")
  end
  return number
end

--- What the charge without a meter is billed for: 1, a number, a tag or a function.
function rating.quantity(charge) return rating.number(charge, charge.quantity, "quantity") end

local function object(usage) return type(usage) == "table" and usage or { quantity = usage } end

--- What a meter says for the days at hand, or for others: a usage object (quantity, count, groups(by), events()).
function rating.usage(meter, span) return object(invoice.job().usage(meter, span)) end

--- The same for the i-th period before; nil before there was any.
function rating.usage_before(meter, i)
  local history = invoice.job().history
  local usage = history and history(meter, i)
  return usage and object(usage)
end

-- From when on a charge counts on: the year or the service of the agreement, or the calendar year.
local function counts_from(charge, job)
  local agreement, day = job.agreement, (job.span or job.period).start
  if charge.accumulate == "calendar_year" then return date(day.year, 1, 1) end
  if charge.accumulate == "agreement" then return agreement.start end
  return agreement.start:period("year", day, 1).start
end

--- What the charge used in days before of the same period that were on other terms: a usage object, nil if there were none.
function rating.usage_on_other_terms(charge)
  local earlier = invoice.job().earlier
  local usage = earlier and earlier(charge)
  return usage and object(usage)
end

--- What the charge has counted before the days at hand: from the beginning of its year or agreement, or in days before of the
--- same period that were on other terms.
function rating.earlier(charge)
  if not charge.meter then return 0 end
  local job = invoice.job()
  if not charge.accumulate then
    if job.filled then return max(job.filled[charge] or 0, 0) end
    local usage = job.earlier and rating.usage_on_other_terms(charge)
    return usage and max(usage.quantity, 0) or 0
  end
  local stop = (job.span or job.period).start
  local known = job.accumulated
  if known and known.charge == charge and known.stop == stop then return known.quantity end
  local start, quantity = counts_from(charge, job), 0
  if start < stop then quantity = max(rating.usage(charge.meter, period(start, stop)).quantity, 0) end
  job.accumulated = { charge = charge, stop = stop, quantity = quantity }
  return quantity
end

--- Whether days before those at hand were counted by the charge, even if nothing was used in them.
function rating.goes_on(charge)
  local job = invoice.job()
  if not charge.meter then return false end
  if not charge.accumulate then return job.earlier ~= nil end
  return counts_from(charge, job) < (job.span or job.period).start
end

-- ---- lines ----

--- Whether lines say how their amounts came about.
function rating.explains() return invoice.job().explain end

-- Lines of charges that are billed once.
local one_off = setmetatable({}, { __mode = "k" })

--- Whether a line is of a charge that is billed once.
function rating.is_one_off(line) return one_off[line] == true end

-- The first amount of a currency that is too large to be held, and one far below it that is quick to compare with.
local too_large, common = {}, {}
local function limit_of(one)
  local smallest = one
  while round(smallest / 10) > 0 do smallest = smallest / 10 end
  too_large[one.currency], common[one.currency] = smallest * 1000000000000000000, smallest * 1000000000000
  return common[one.currency]
end

local function check_size(charge, amount, one)
  local limit = too_large[one.currency]
  if amount >= limit or -amount >= limit then
    rating.fail(charge, "comes to " .. amount .. " for " .. rating.subject(), "an amount has 18 digits at most", "money.range")
  end
end

local function explain(line, quantity, price, how)
  how = how or (quantity and tostring(quantity) .. " x " .. tostring(price) or tostring(price))
  if line.share then how = how .. " = " .. line.whole .. "; " .. line.share .. " of it" end
  line.how = how .. " = " .. line.amount
end

--- Add a line of quantity x price; without a quantity, of the price.
---@param how string|nil how the amount comes about, where the job explains: "12 x 9.00"
function rating.line(charge, text, quantity, price, how)
  local job = invoice.job()
  local phase, one = job.phase, job.one
  -- What a phase charges is a share of the price; it stands on the line as such.
  if phase and phase.share and charge.prorate then price = price * phase.share end
  if job.opposite then
    if quantity then quantity = -quantity else price = -price end
  end
  local line = invoice.add_line({
    kind = "charge", text = text, unit = charge.unit, tax_category = charge.category or "standard",
    revenue = charge.revenue or job.revenue, rule = charge.place, meter = charge.meter, charge = charge.line_id or charge.id,
    quantity = nil, price = nil, ordinal = nil, amount = nil, start = nil, stop = nil, agreement = nil, period = nil, -- room
  }, quantity, price, charge.prorate)
  if charge.once then one_off[line] = true end
  local amount, limit = line.amount, common[job.currency] or limit_of(one)
  if amount >= limit or amount <= -limit then check_size(charge, amount, one) end
  if job.explain then explain(line, quantity, price, how) end
  return line
end

return rating

--- lua/invoice.lua: the document that is being priced: its lines, and what `adjust` may do with them.
--- Units: quantities and prices are decimals, amounts money of the document's currency in whole minor units.
--- Source: the amount of a line is round(quantity x price), half up, once, on the line (EN 16931 BT-131); a discount on
--- the whole document is spread over its tax categories by the largest remainder.
--- Example: invoice.begin { currency = "EUR", book = book }, then invoice.add_line({ text = "Fee" }, 3, 0.335) makes a line
--- of 1.01 EUR.
local declare = require "declare"
local reductions = require "reductions"

local invoice = {}

-- One call of the host makes one document at a time, so that charges need no object each.
local job

-- One unit of each currency, which makes money of a number.
local ones = {}
local function one_of(currency)
  local one = ones[currency]
  if not one then
    one = money(1, currency)
    ones[currency] = one
  end
  return one
end

--- Begin a document.
---@param given table currency, book (of config.read), day, account, agreement (or nil); of an order: order, find_product,
---  corrected; of a period: period (nominal), span (its days in service that are billed; absent: all), key (the day that
---  claims it; absent: the period's), cause, timing, claim (absent: the timing), usage, history, others, share and before
---  ({ n, d }: the part of the period that the span is, and what was billed of it before; absent: the whole, nothing), phase,
---  overrides (text by id of a charge), gross (whether prices include tax; absent: as the book says). It becomes the job:
---  lines, count, net, one and revenue are added.
---@return table the job
function invoice.begin(given)
  given.one = one_of(given.currency)
  given.lines, given.count, given.net = {}, 0, given.one * 0
  given.revenue = given.book.chart.revenue
  if given.gross == nil then given.gross = given.book.tax ~= nil and given.book.tax.prices == "gross" end
  job = given
  return given
end

--- The document at hand; nil outside of begin and finish.
function invoice.job() return job end

--- End the document: discounts of which nobody said where they fall are spread.
function invoice.finish()
  reductions.settle(job)
  job = nil
end

--- Go on with a job that another one was rated in between.
function invoice.resume(before) job = before end

--- A price as a decimal in the document's currency; numbers are in it already.
function invoice.in_currency(price, what)
  if type(price) ~= "money" then return price end
  if price.currency ~= job.currency then
    local subject = job.period and "agreement" or "order"
    raise { code = "money.currency_mismatch", message = what .. " is " .. price .. " and the " .. subject .. " in "
      .. job.currency, hint = job.period and "write the plan's prices in its currency"
        or "give the order's lines a price, or the plan one in " .. job.currency }
  end
  return price.amount
end

-- What a period bills says so on every line: the days of service, and the period that its claim is on.
local function put(line, amount)
  local n = job.count + 1
  line.ordinal, line.amount = n, amount
  local period = job.period
  if period then
    local span = job.span or period
    line.start, line.stop, line.agreement = span.start, span.stop, job.agreement.id
    line.period, line.claim, line.cause = job.key or period.start, job.claim or job.timing, job.cause
  end
  local gross = line.gross
  if gross == nil then gross = job.gross end
  line.gross = gross and amount or nil
  if line.kind == "discount" then job.discounted = true end
  job.count, job.net = n, job.net + amount
  job.lines[n] = line
  return line
end

--- The part of an amount that falls on job.share: what all parts up to it come to, less those before. So any parts of a whole
--- add up to it.
function invoice.part(exact)
  local n, d, before = job.share[1], job.share[2], job.before
  if not before then return prorate(exact, n, d) end
  local m, e = before[1], before[2]
  if e == d then return prorate(exact, m + n, d) - prorate(exact, m, d) end
  return prorate(exact, m * d + n * e, e * d) - prorate(exact, m, e)
end

local function part_of(line, exact)
  line.share, line.whole = job.share[1] .. "/" .. job.share[2], round(exact)
  return invoice.part(exact)
end

--- Add a line of quantity x price; without a quantity, of the price.
---@param prorates boolean|nil whether a part of a period pays a part of it
function invoice.add_line(line, quantity, price, prorates)
  line.quantity, line.price = quantity, quantity and price
  local exact = job.one * (quantity and quantity * price or price)
  return put(line, prorates and job.share and part_of(line, exact) or round(exact))
end

-- ---- what adjust may do ----

local methods = {}

local function working()
  if not job then
    declare.fail("the invoice is finished", "use it within adjust only", "rule.keeps_state")
  end
  return job
end

--- Take a discount off the document at hand, as reductions.take does.
---@param line table text, rule, coupon, revenue (the chart's discounts if absent)
function invoice.reduce(line, how, options)
  line.revenue = line.revenue or job.book.chart.discounts
  return reductions.take(job, put, line, how, options)
end

--- Say on which lines a discount line falls that was added by hand.
function invoice.spread(line, lines) reductions.spread(job, line, lines) end

--- The set of the texts of a list; nil of none.
function invoice.set_of(what, list)
  if not list then return nil end
  local set = {}
  for i = 1, #list do set[declare.kind("entry " .. i .. " of " .. what, list[i], "text")] = true end
  return set
end

local DISCOUNT_FIELDS = { category = "text", categories = "table", charges = "table", revenue = "text", stack = "text" }

--- invoice:discount("Non-profit", percent(20)) or invoice:discount("Voucher", money "10 EUR"). Off the net amount as it is by
--- now, so that two discounts of 10 % make 19 %, or as `stack` says. One line for each tax category.
function methods.discount(_, text, how, options)
  working()
  declare.kind("name of the discount", text, "text")
  options = declare.fields("discount", options or {}, DISCOUNT_FIELDS)
  if options.stack then declare.choice("stack of the discount", options.stack, reductions.STACKS) end
  invoice.reduce({ text = text, rule = declare.here(), revenue = options.revenue }, how, {
    stack = options.stack, charges = invoice.set_of("charges", options.charges),
    categories = options.category and { [options.category] = true } or invoice.set_of("categories", options.categories),
  })
end

local ADD_FIELDS = {
  text = "!text", amount = "number|money", price = "number|money", quantity = "number", category = "text",
  revenue = "text", kind = "text", unit = "text", product = "text",
}

--- invoice:add { text = "Small order fee", amount = 5 }, or quantity and price instead of the amount.
function methods.add(_, given)
  local d = working()
  declare.fields("line", given, ADD_FIELDS)
  if (given.amount == nil) == (given.price == nil) then
    declare.fail("line '" .. given.text .. "' needs an amount, or a quantity and a price")
  end
  local price = invoice.in_currency(given.amount or given.price, "line '" .. given.text .. "'")
  local kind = declare.choice("kind of the line", given.kind or "charge", { "product", "charge", "discount" })
  invoice.add_line({
    kind = kind, product = given.product, text = given.text, unit = given.unit,
    tax_category = given.category or "standard", rule = declare.here(),
    revenue = given.revenue or (kind == "discount" and d.book.chart.discounts) or d.revenue,
  }, given.price and (given.quantity or 1), price)
end

--- invoice:note("Thank you for your order"): printed below the lines.
function methods.note(_, text)
  local d = working()
  declare.kind("the note", text, "text")
  d.note = d.note and d.note .. "\n" .. text or text
end

local READ = {}
function READ.net(d) return d.net end
function READ.currency(d) return d.currency end
function READ.date(d) return d.day end
function READ.kind(d) return d.order and d.order.kind == "cancellation" and "credit_note" or "invoice" end
function READ.count(d) return d.count end
function READ.period(d) return d.period end
function READ.timing(d) return d.timing end

--- What adjust gets: the document at hand, whichever it is.
invoice.handle = setmetatable({}, {
  __index = function(_, name)
    if methods[name] then return methods[name] end
    if READ[name] then return READ[name](working()) end
    return declare.fail("an invoice has no '" .. tostring(name) .. "'",
                        "there are net, currency, date, kind, count, period, timing, discount, add, note")
  end,
  __newindex = function(_, name)
    declare.fail("invoice." .. tostring(name) .. " cannot be set", "use invoice:add, invoice:discount or invoice:note")
  end,
})

return invoice

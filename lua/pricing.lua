--- lua/pricing.lua: the lines that a document gets: of an order, of a period, or as written by hand.
--- Units: quantities and prices are decimals, amounts money of the document's currency in whole minor units.
--- Source: see lua/invoice.lua for the amount of a line, lua/charges.lua for what the charges of a plan come to.
--- Example: plan { title = "Orders", per_unit { "Goods", each = "line" } } makes one line of every line of an order:
--- 3 x 0.335 is 1.01, and its cancellation -3 x 0.335 is -1.01.
local charges = require "charges"
local declare = require "declare"
local discounts = require "discounts"
local invoice = require "invoice"

local pricing = {}

local function check_currency(plan, path, currency, what)
  if plan.currency and plan.currency ~= currency then
    raise { code = "money.currency_mismatch",
            message = path .. " is in " .. plan.currency .. " and the " .. what .. " in " .. currency,
            hint = "choose a plan in " .. currency .. " for this account" }
  end
end

-- Whether a plan's prices include tax; nil: as the book says.
local function gross_of(plan)
  if plan.prices then return plan.prices == "gross" end
  return nil
end

local function finished(given)
  invoice.finish()
  return given.lines, given.note
end

--- The lines of a document for an order, by a plan.
---@param given table order, account, agreement (or nil), book (of config.read), currency, day (tax point), find_product
---  (function id, day -> record or nil), corrected (of a cancellation: lines and prices of the original by position)
---@param plan table of plans.of
---@param path string of the plan, for messages
---@return table lines, and the note (text or nil)
function pricing.lines(given, plan, path)
  if plan.every then
    declare.fail(path .. ' is a plan for periods (every = "' .. plan.every .. '") and cannot price an order',
                 "name a plan for orders: moonbill set account " .. tostring(given.account.id) .. " plan=...")
  end
  check_currency(plan, path, given.currency, "order")
  given.gross, given.plan = gross_of(plan), plan
  invoice.begin(given)
  local list = plan.charges
  for i = 1, #list do charges.bill_order(list[i]) end
  charges.close("cap", list)
  charges.close("before", list)
  discounts.apply(given)
  if plan.adjust then plan.adjust(invoice.handle, given.account, given.order) end
  charges.close("after", list)
  return finished(given)
end

local function check_for_periods(given, plan, path)
  if plan.every then return end
  declare.fail(path .. " is a plan for orders and cannot bill agreement " .. given.agreement.id,
               'say every = "month" in the plan, or name another: moonbill set agreement ' .. given.agreement.id
                 .. " plan=...")
end

-- The days of each free phase; a change of terms within it leaves it whole.
local function free_phases(segments)
  local list = {}
  for _, segment in ipairs(segments) do
    local phase, last = segment.phase, list[#list]
    if phase and phase.free and last and last.name == phase.name and last.b == segment.a then
      last.b = segment.b
    elseif phase and phase.free then
      list[#list + 1] = { name = phase.name, a = segment.a, b = segment.b, rule = segment.plan.place or segment.plan.path }
    end
  end
  return list
end

-- A free phase makes a line of nothing, so that it stands on paper.
local function add_free_phases(given, rated)
  for _, phase in ipairs(free_phases(rated.segments)) do
    rated.at(phase.a, phase.b)
    invoice.add_line({
      kind = "charge", text = phase.name, tax_category = "standard", revenue = given.revenue, rule = phase.rule,
    }, nil, 0)
  end
end

-- Lines stand in the order of their first days; those that begin on one day stay as they are.
local function in_order(given)
  local lines, sorted = given.lines, true
  for i = 2, #lines do sorted = sorted and lines[i - 1].start <= lines[i].start end
  if sorted then return end
  table.sort(lines, function(a, b)
    if a.start ~= b.start then return a.start < b.start end
    return a.ordinal < b.ordinal
  end)
  for i = 1, #lines do lines[i].ordinal = i end
end

-- What every stage of a period has: the charges of its runs, or those of the plan's list.
local function rate(given, list, rated)
  if not rated then
    for i = 1, #list do
      if not list[i].closing then charges.bill_period(list[i]) end
    end
    return
  end
  for i = 1, #rated do
    local run = rated[i]
    if not run.charge.closing and rated.put(run) then charges.bill_period(run.charge) end
  end
  if rated.segments then add_free_phases(given, rated) end
  in_order(given)
end

local function close(stage, list, rated)
  if not rated then return charges.close(stage, list) end
  for i = 1, #rated do
    local run = rated[i]
    if run.charge.closing == stage and rated.put(run) then charges.close(stage, { run.charge }) end
  end
end

--- The lines of a period of an agreement: those of its charges in advance, or those in arrears.
---@param given table the job, as for invoice.begin
---@param plan table of plans.of, the last one of the period: its adjust runs
---@param path string of the plan, for messages
---@param rated? table what to rate: a list of runs { charge, ... }, with put (function run: sets the job to it, false: it
---  comes to nothing), all (function: sets the job to all days at hand), bare (function of the job in place of discounts
---  and adjust), and where its free phases make lines segments and at (function of two days). Without it all charges of the
---  plan and timing are, as the job says
---@return table lines, none where nothing is due; and the note (text or nil)
function pricing.period(given, plan, path, rated)
  check_for_periods(given, plan, path)
  local list = plan[given.timing]
  if not rated and #list == 0 then return {} end
  given.gross, given.plan = gross_of(plan), plan
  invoice.begin(given)
  rate(given, list, rated)
  if rated and rated.add then rated.add(given) end
  close("cap", list, rated)
  close("before", list, rated)
  if rated then rated.all() end
  if rated and rated.bare then
    rated.bare(given)
  else
    discounts.apply(given)
    if plan.adjust and (given.count > 0 or not rated) then plan.adjust(invoice.handle, given.account, given.agreement) end
  end
  close("after", list, rated)
  return finished(given)
end

--- Lines written by hand, as `add invoice` and `credit` take them: text, product, quantity, price or amount, tax_category.
---@param given table as for pricing.lines, without an order
---@param written table list of maps; numbers may be text
---@param sign integer 1, or -1 for a credit note
function pricing.manual(given, written, sign)
  invoice.begin(given)
  for i = 1, #written do
    local one = written[i]
    local product = one.product and given.find_product(one.product, given.day)
    local price = one.price or (not one.amount and charges.list_price(product)) or nil
    if not one.amount and not price then
      charges.price_missing { product = one.product, ordinal = i, text = one.text }
    end
    if one.amount and (one.price or one.quantity) then
      declare.fail("line " .. i .. " has an amount beside its quantity or price", "write one or the other")
    end
    local value = one.amount or price
    if type(value) == "string" then value = decimal(value) end
    value = invoice.in_currency(value, "line " .. i)
    local quantity = not one.amount and decimal(one.quantity or 1) or nil
    invoice.add_line({
      kind = one.kind or (one.product and "product") or "charge", product = one.product,
      text = one.text or (product and product.name) or one.product, unit = one.unit or (product and product.unit),
      tax_category = one.tax_category or (product and product.tax_category) or "standard",
      revenue = one.revenue or (product and product.revenue) or given.revenue, rule = one.rule or "by hand",
    }, quantity and sign * quantity, quantity and value or sign * value)
  end
  return (finished(given))
end

return pricing

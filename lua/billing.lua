--- lua/billing.lua: what the host asks for: the draft of an order, a document written by hand, the applications of an issue.
--- Units: amounts are money in whole minor units, negative on a credit note; terms in days.
--- Source: a credit note bears the tax of the invoice it corrects and is the exact negative of what it takes back.
--- Example: an order of 2 x 10.00 at 20 % gives net 20.00, tax 4.00, total 24.00; its cancellation -20.00, -4.00, -24.00.
local application = require "application"
local approval = require "approval"
local config = require "config"
local crediting = require "crediting"
local declare = require "declare"
local payable = require "payable"
local plans = require "plans"
local pricing = require "pricing"
local rates = require "rates"
local tax = require "tax"

local billing = {}

-- ---- the order that a cancellation takes back ----

-- Positions of lines by product, so that long orders are not compared line by line.
local function lines_by_product(order)
  local by_product, lines, rest = {}, order.lines, {}
  for i = 1, #lines do
    local line = lines[i]
    local id = line.product or ""
    local at = by_product[id] or {}
    by_product[id] = at
    at[#at + 1] = i
    rest[i] = line.quantity
  end
  return { order = order, at = by_product, lines = lines, rest = rest }
end

-- The position of every cancelled line in the sale, nil if one is not there with that quantity left.
local function match_lines(cancellation, sale)
  local found, taken = {}, {}
  local lines = cancellation.lines
  for i = 1, #lines do
    local line = lines[i]
    local wanted, position = -line.quantity, nil
    for _, at in ipairs(sale.at[line.product or ""] or {}) do
      local sold = sale.lines[at]
      local fits = not position and (not line.price or line.price == sold.price)
      if fits and wanted > 0 and sale.rest[at] - (taken[at] or 0) >= wanted then position = at end
    end
    if not position then return nil end
    taken[position] = (taken[position] or 0) + wanted
    found[i] = position
  end
  for at, quantity in pairs(taken) do sale.rest[at] = sale.rest[at] - quantity end
  return found
end

local function counts(order) return order.state == nil or order.state == "due" or order.state == "billed" end

local function before(a, b)
  if a.date ~= b.date then return a.date < b.date end
  return a.id < b.id
end

-- The sales and cancellations of an account that count, by date; sales by id and by product, those with nothing left of a
-- product taken out, so that long accounts are not compared sale by sale.
local function sort_orders(orders)
  local sales, cancellations, by_id, by_product = {}, {}, {}, {}
  for i = 1, #orders do
    local order = orders[i]
    if counts(order) and order.kind == "sale" then
      sales[#sales + 1] = order
    elseif counts(order) and order.kind == "cancellation" then
      cancellations[#cancellations + 1] = order
    end
  end
  table.sort(sales, before)
  table.sort(cancellations, before)
  for i = 1, #sales do
    local sale = lines_by_product(sales[i])
    by_id[sale.order.id] = sale
    for id in pairs(sale.at) do
      local list = by_product[id] or {}
      by_product[id] = list
      list[#list + 1] = sale
    end
  end
  return cancellations, by_id, by_product
end

local function is_sold_out(sale, product)
  for _, at in ipairs(sale.at[product]) do
    if sale.rest[at] > 0 then return false end
  end
  return true
end

local function is_of(one, sale)
  return sale.order.date <= one.date and sale.order.currency == one.currency
end

-- The sale that a cancellation takes back, and the positions of its lines there.
local function match_one(one, by_id, by_product)
  if one.corrects then
    local sale = by_id[one.corrects]
    local positions = sale and is_of(one, sale) and match_lines(one, sale)
    return positions and sale, positions
  end
  local product = one.lines[1] and one.lines[1].product or ""
  local list = by_product[product] or {}
  for i = #list, 1, -1 do
    local sale = list[i]
    if is_sold_out(sale, product) then
      table.remove(list, i)
    else
      local positions = is_of(one, sale) and match_lines(one, sale)
      if positions then return sale, positions end
    end
  end
  return nil
end

--- Which sale each cancellation of an account takes back: the one it names, else the newest that has all its lines. Earlier
--- cancellations come first, so that nothing is taken back twice.
---@param orders table list of all orders of the account
---@return table by id of the cancellation { original (id of the sale), positions (of its lines in the sale) }
function billing.match(orders)
  local cancellations, by_id, by_product = sort_orders(orders)
  local found = {}
  for i = 1, #cancellations do
    local one = cancellations[i]
    local sale, positions = match_one(one, by_id, by_product)
    if sale then found[one.id] = { original = sale.order.id, positions = positions } end
  end
  return found
end

-- What pricing needs to know of the original, by position of the cancelled line.
local function corrected_lines(original, positions, plan)
  local prices, ordinals = {}, {}
  for i = 1, #positions do
    prices[i] = original.lines[positions[i]].price
    if plan.lines_first then ordinals[i] = positions[i] end
  end
  return { prices = prices, lines = ordinals, order = original }
end

-- ---- what all documents have ----

local function find_product(input)
  return input.find_product or host.product
end

-- Revenue goes to accounts of the chart only: a number with a typing error is refused before it is posted.
local function check_accounts(document, names)
  for i = 1, #document.lines do
    local number = document.lines[i].revenue
    if names and number and not names[number] then
      raise { code = "ledger.account_missing", message = "line " .. i .. " goes to account " .. number
        .. ", which is not in the chart of accounts", file = "book.lua" }
    end
  end
end

--- What is payable of a document, its kind, exchange rate and approval, once its lines, taxes and totals are there.
---@param input table account; tax, rates and approvals instead of those of the rule files
---@param facts table what approval rules should know beside the document: manual; credits: all its amounts are those of the
---  invoice that it corrects
function billing.finish(document, input, book, facts)
  local account = input.account
  if not facts.credits then
    payable.settle(document, { seller = book.country, buyer = account, rules = input.tax }, book.tax)
  end
  check_accounts(document, book.chart_names)
  if document.currency ~= book.currency and not document.rate then
    document.rate = rates.at(document.currency, document.tax_point, input.rates)
  end
  if document.total < 0 then
    document.kind = "credit_note"
  elseif document.total > 0 then
    document.kind = "invoice"
  end
  document.approval_rule = approval.who(document, account, facts, book.currency, input.approvals)
  return document
end

local function settle_today(document, input, book)
  local account, day, rules = input.account, document.tax_point, input.tax
  tax.settle(document, function(category) return tax.for_line(category, book.country, account, day, rules) end, book.tax)
end

--- A field of the agreement (or nil), else of the account, else of the book.
function billing.first_of(field, agreement, account, book)
  local value = agreement and agreement[field]
  if value == nil then value = account[field] end
  if value == nil then value = book[field] end
  return value
end

-- ---- an order ----

-- A cancellation that comes to more than nothing is one whose quantities were written without their sign.
local function check_sign(order, document)
  if document.total <= 0 then return end
  declare.fail("cancellation " .. order.id .. " has a value of +" .. tostring(document.net):match "^%S+"
    .. ": what is taken back has negative quantities", "write negative quantities, or say negate = true in the mapping")
end

-- How much a cancellation takes back of each line of the sale.
local function taken_of(order, positions)
  local taken = {}
  for i = 1, #positions do
    taken[positions[i]] = (taken[positions[i]] or 0) - order.lines[i].quantity
  end
  return taken
end

local function priced(input, book, document, plan, corrected)
  local order = input.order
  return pricing.lines({
    order = order, account = input.account, agreement = input.agreement, book = book, currency = order.currency,
    day = document.tax_point, find_product = find_product(input), corrected = corrected, discounts = input.discounts,
    grants = input.grants, burned = input.burned,
  }, plan, "rules/pricing/" .. document.plan .. ".lua")
end

-- Where the invoice is issued, the credit is made of it, whatever prices, taxes and the customer's country are by now.
local function credit_issued(input, book, document, plan, invoice)
  local sale, positions = input.original, input.match.positions
  local billed_lines, others = false, false
  for _, line in ipairs(invoice.lines) do
    if line.source_line then billed_lines = true elseif line.kind ~= "discount" then others = true end
  end
  local charges = {}
  if others or not billed_lines then
    charges = priced(input, book, document, plan, corrected_lines(sale, positions, plan))
  end
  document.rate = invoice.rate
  local credits = (input.credits or host.credits)(invoice.id)
  crediting.cancel(document, invoice, credits, sale, taken_of(input.order, positions), charges, book.tax)
  return document
end

-- The issued invoice of the sale that a cancellation takes back, and what pricing has to know where there is none.
local function find_corrected(input, document, plan)
  local original = input.match and input.original
  if not original then
    document.reason = "order cancelled; the original is not in this book"
    return nil
  end
  document.corrects = (input.document_id or host.document_id)(original.id)
  document.reason = "cancels order " .. original.id
  document.tax_point = original.date
  return (input.invoice or host.invoice)(original.id), corrected_lines(original, input.match.positions, plan)
end

local function draft(input, book)
  local order, account, agreement = input.order, input.account, input.agreement
  local cancels = order.kind == "cancellation"
  local name = billing.first_of("plan", agreement, account, book)
  local path = "rules/pricing/" .. name .. ".lua"
  local plan = plans.of(path, input.plan)
  local document = {
    kind = cancels and "credit_note" or "invoice", account = account.id, order = order.id, reference = order.reference,
    currency = order.currency, tax_point = order.date, terms = billing.first_of("terms", agreement, account, book), plan = name,
  }
  local invoice, corrected
  if cancels then invoice, corrected = find_corrected(input, document, plan) end
  if invoice then
    credit_issued(input, book, document, plan, invoice)
  else
    document.lines, document.note = priced(input, book, document, plan, corrected)
    if #document.lines == 0 then
      declare.fail("no charge of " .. path .. " applies to order " .. order.id,
                   "mark the order as no sale, or add a charge")
    end
    settle_today(document, input, book)
  end
  if cancels then check_sign(order, document) end
  return billing.finish(document, input, book, { credits = invoice ~= nil })
end

--- The document that policy makes of an order: an invoice for a sale, a credit note for a cancellation.
---@param input table order, account, agreement (or nil), book (or nil: config.read()); of a cancellation match (its entry
---  of billing.match, or nil) and original (the order that this names). Examples and tests may put find_product,
---  document_id, invoice, credits, plan, tax, approvals, rates, discounts, grants and burned in the place of the host and the
---  rule files.
---@return table fields of a document: kind, account, order, reference, currency, tax_point, terms, plan, corrects,
---  reason, lines, taxes, net, tax, total, rate, rounding, approval_rule, note. A cancellation whose sale is known takes
---  that sale's day as its tax point, and where the sale's invoice is issued all amounts from that. Where the sign of
---  the total contradicts the kind (a sale of nothing but discounts),
---  the sign counts.
function billing.draft(input)
  return draft(input, input.book or config.read())
end

--- Raise unless the tax rule answers for every category of a document as of its tax point: asked before a draft is issued
--- that was made by other rules. What it answers is not used; the next bill does.
---@param document table with taxes and tax_point
---@param account table its version of then
function billing.check_tax(document, account)
  local book, subject = config.read(), "document " .. document.id .. ", account " .. account.id
  local rows = document.taxes
  for i = 1, #rows do
    within(subject, tax.for_line, rows[i].category, book.country, account, document.tax_point)
  end
  within(subject, tax.withheld, document, book.country, account, document.tax_point, book.tax.mode)
end

-- ---- by hand ----

local function check_original(original, account)
  if original.kind ~= "invoice" or original.state == "draft" or original.state == "void" then
    declare.fail("document " .. (original.number or original.id) .. " is no issued invoice", "name the invoice to credit")
  end
  if original.account ~= account.id then
    declare.fail("invoice " .. original.number .. " is account " .. original.account .. "'s, not " .. account.id .. "'s")
  end
end

local function credit_of(input, original, book)
  check_original(original, input.account)
  local document = {
    kind = "credit_note", account = original.account, order = original.order, reference = original.reference,
    currency = original.currency, tax_point = original.tax_point, terms = original.terms, plan = original.plan,
    corrects = original.id, reason = input.reason or ("credits invoice " .. (original.number or original.id)),
    rate = original.rate,
  }
  crediting.fill(document, original, input.credited or {}, input.lines or {}, book.tax)
  return document
end

local function written(input, book)
  local account, lines = input.account, input.lines or {}
  local currency = input.currency or account.currency or book.currency
  local document = {
    kind = input.kind, account = account.id, currency = currency, tax_point = input.today,
    terms = billing.first_of("terms", nil, account, book), reason = input.reason,
  }
  if #lines == 0 then declare.fail("this document has no lines", "give it one at least") end
  document.lines = pricing.manual({
    account = account, book = book, currency = currency, day = input.today, find_product = find_product(input),
  }, lines, input.kind == "credit_note" and -1 or 1)
  settle_today(document, input, book)
  return document
end

local function manual(input, book)
  declare.choice("kind of the document", input.kind, { "invoice", "credit_note" })
  local original = input.original
  if original and input.kind ~= "credit_note" then declare.fail("only a credit note corrects an invoice") end
  local document = original and credit_of(input, original, book) or written(input, book)
  document.reference = input.reference or document.reference
  return billing.finish(document, input, book, { manual = not input.automatic, credits = original ~= nil })
end

--- A document written by hand.
---@param input table kind, account, lines, original (invoice record, or nil), credited (credit notes of that original so
---  far), reason, reference, currency (or nil: the account's, the book's), today, book (or nil), automatic (true: a run wrote
---  it, and approvals do not count it as written by hand). Lines are maps of text,
---  product, quantity, price, amount, tax_category, unit, revenue; those of a credit are written positive. Credits of an
---  original have lines of corrects_line with amount, quantity or neither (the rest of the line), or one of amount alone
---  (spread over all that is left); no lines: all that is left.
---@return table as billing.draft
function billing.manual(input)
  return within("account " .. input.account.id, manual, input, input.book or config.read())
end

-- ---- issuing ----

-- An item as application rules see it: a table of its own, since its open amount goes down.
local function open_item(item)
  return { document = item.document, number = item.number, kind = item.kind, date = item.date, due = item.due,
           amount = item.amount, open = item.open, currency = item.currency, rate = item.rate }
end

-- A document that is about to be issued has no date yet; `today` will be it.
local function item_of(document, today)
  local day = document.date or today or document.tax_point
  return { document = document.id, number = document.number or document.id, kind = "invoice", date = day,
           due = document.due or day:add_days(document.terms), amount = payable.of(document), open = payable.of(document),
           currency = document.currency, rate = document.rate }
end

local function push(lists, account, item)
  local list = lists[account] or {}
  lists[account] = list
  list[#list + 1] = item
end

-- Open invoices by account: those of the book or of the system before it, and those of this batch.
local function open_invoices(input)
  local lists, documents, items = {}, input.documents, input.items or {}
  for i = 1, #items do
    local item = items[i]
    if (item.kind == "invoice" or item.kind == "opening") and item.open > 0 then push(lists, item.account, open_item(item)) end
  end
  for i = 1, #documents do
    local document = documents[i]
    if document.kind == "invoice" then push(lists, document.account, item_of(document, input.today)) end
  end
  return lists
end

--- What the credit notes of a batch settle when they are issued, in the order of the batch; each takes from what the ones
--- before it left open.
---@param input table documents (records to issue, in order), items (open items of their accounts), today (the day of issue;
---  without it new invoices are ranked as if they were issued on their tax point)
---@return table list of { source, target, amount, rule }
function billing.issue(input)
  local lists, applied, documents = open_invoices(input), {}, input.documents
  for i = 1, #documents do
    local document = documents[i]
    local list = document.kind == "credit_note" and lists[document.account]
    if list and payable.of(document) < 0 then
      local credit = { amount = -payable.of(document), currency = document.currency, corrects = document.corrects }
      local settled, place = application.settle(credit, list, input.application)
      for _, part in ipairs(settled) do
        applied[#applied + 1] = { source = document.id, target = part.target, amount = part.amount, rule = place }
        for _, item in ipairs(list) do
          if item.document == part.target then item.open = item.open - part.amount end
        end
      end
    end
  end
  return applied
end

return billing

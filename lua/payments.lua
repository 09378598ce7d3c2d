--- lua/payments.lua: whose a payment is, and what it settles.
--- Units: amounts are money in whole minor units, positive.
--- Source: the company's own policy, rules/payments.lua; where a book has none, the defaults of the starter.
--- Example: 150.00 with "INV-2026-00002" on invoices 1 (100.00, due first) and 2 (120.00) settles number 2 whole and
---   number 1 with 30.00.
---
--- What is named in the remittance comes first, then the order of the policy. A document that is named but belongs to
--- another account, or is settled, void or in another currency, is a conflict: what is left then stays unapplied, for
--- somebody has to look at it.
local application = require "application"
local declare = require "declare"
local references = require "references"

local payments = {}

local PATH = "rules/payments.lua"

local FIELDS = { order = "text|function", references = "text", conflicts = "text", exact_first = "flag", tolerance = "table",
                 account_words = "table", refunds = "text" }
local TOLERANCE = { amount = "!number", percent = "!number" }
-- What cash and credits can settle.
local SETTLED = { invoice = true, opening = true }

local function tolerance_of(given)
  if not given then return nil end
  declare.fields("tolerance", given, TOLERANCE)
  if given.amount < 0 or given.percent < 0 then declare.fail("a tolerance is not negative") end
  return { amount = given.amount, percent = given.percent }
end

local function words_of(given)
  local words = {}
  for i = 1, #given do words[declare.kind("account word " .. i, given[i], "text"):lower()] = true end
  return words
end

--- payments { order = "oldest_due", references = "first", tolerance = { amount = 0.50, percent = 0.2 }, ... }
function payments.declare(given)
  declare.fields("policy of payments", given, FIELDS)
  declare.positions("policy of payments", given, 0)
  local rules = {
    before = application.order(given.order or "oldest_due", "order of the payments"),
    order = type(given.order) == "function" and "order of the policy" or (given.order or "oldest_due"):gsub("_", " "),
    references = declare.choice("references", given.references or "first", { "first", "only", "ignore" }),
    conflicts = declare.choice("conflicts", given.conflicts or "leave", { "leave", "go on" }),
    exact_first = given.exact_first or false,
    tolerance = tolerance_of(given.tolerance),
    account_words = words_of(given.account_words or {}),
    refunds = given.refunds or "other",
    place = declare.here(),
  }
  return { declared = given, rules = function() return rules end }
end

expose { payments = payments.declare }

-- A book of before there was such a file has none.
local function rules_of(given)
  if given then return given.rules() end
  for _, path in ipairs(rule_paths "rules/payments") do
    if path == PATH then return rule(PATH).rules() end
  end
  return payments.declare({}).rules()
end
payments.rules = rules_of

-- ---- what is named ----

-- The account's items by number; and what is wrong with documents that the text names besides.
local function find_named(credit, state, rules)
  local text = credit.text
  if not text or text == "" or rules.references == "ignore" then return {}, {} end
  local numbers, conflicts = {}, {}
  for i = 1, #state.items do numbers[state.items[i].number] = state.items[i] end
  local named, has = {}, {}
  for _, item in ipairs(references.find(text, references.index(numbers))) do
    has[item.number] = true
    if item.currency ~= credit.currency then
      conflicts[#conflicts + 1] = "names " .. item.number .. ", which is in " .. item.currency
    elseif item.open > 0 then
      named[#named + 1] = item
    else
      conflicts[#conflicts + 1] = "names " .. item.number .. ", which is settled already"
    end
  end
  for _, number in ipairs(references.numbers(text, state.series)) do
    local other = not has[number] and state.find(number)
    -- What this credit settled itself stands in nobody's way.
    local own = other and host.applied and host.applied(state.account, credit.document, other.id)
    if own then
      has[number] = true
    elseif other and other.account ~= state.account then
      conflicts[#conflicts + 1] = "names " .. number .. " of account " .. other.account
    elseif other and other.kind == "invoice" then
      conflicts[#conflicts + 1] = "names " .. number .. ", which is "
        .. (other.state == "void" and "void" or other.state == "issued" and "settled already" or "not issued")
    end
  end
  return named, conflicts
end

-- ---- in which order ----

-- Entries { item, limit, why } in the order in which they are settled: named ones whole, then the rest, what is disputed of
-- them last of all.
local function ranked(credit, named, state, rules, only)
  local list, is_named, rest = {}, {}, {}
  for i = 1, #named do
    is_named[named[i].document] = true
    list[i] = { item = named[i], why = "named in the remittance" }
  end
  if only then return list end
  for i = 1, #state.items do
    local item = state.items[i]
    if not is_named[item.document] and item.open > 0 and item.currency == credit.currency then rest[#rest + 1] = item end
  end
  table.sort(rest, rules.before)
  if rules.exact_first and #named == 0 then
    for i = 1, #rest do
      if rest[i].open == credit.left and not rest[i].disputed then
        list[#list + 1] = { item = rest[i], why = "exactly its amount" }
        break
      end
    end
  end
  for i = 1, #rest do
    local free = rest[i].disputed and max(rest[i].open - rest[i].disputed, rest[i].open * 0) or nil
    list[#list + 1] = { item = rest[i], limit = free, why = rules.order }
  end
  for i = 1, #rest do
    if rest[i].disputed then list[#list + 1] = { item = rest[i], why = rules.order .. ", disputed" } end
  end
  return list
end

-- Within tolerance: both limits hold.
local function is_small(item, tolerance)
  if not tolerance then return false end
  return item.open.amount <= tolerance.amount and item.open.amount * 100 <= item.amount.amount * tolerance.percent
end

-- ---- settling ----

-- What somebody named by hand: that alone, in his order.
local function by_hand(credit, state)
  local list = {}
  for _, document in ipairs(credit.on) do
    for i = 1, #state.items do
      if state.items[i].document == document then list[#list + 1] = { item = state.items[i], why = "by hand" } end
    end
  end
  return list
end

-- What a credit settles in its order, and why it may not settle the rest.
local function entries(credit, state, rules)
  if credit.on then return by_hand(credit, state), {} end
  local named, conflicts = find_named(credit, state, rules)
  local only = rules.references == "only" or #conflicts > 0 and rules.conflicts == "leave"
  return ranked(credit, named, state, rules, only), conflicts
end

local function settle_cash(credit, state, rules, out)
  local list, conflicts = entries(credit, state, rules)
  local last
  for i = 1, #list do
    local item, limit = list[i].item, list[i].limit
    local part = min(credit.left, item.open)
    if limit then part = min(part, limit) end
    if part > 0 then
      out.steps[#out.steps + 1] = { source = credit.document, target = item.document, amount = part,
                                    rule = credit.on and "by hand" or list[i].why .. ", " .. rules.place }
      item.open, credit.left, last = item.open - part, credit.left - part, item
    end
    if credit.left <= 0 then break end
  end
  if last and last.open > 0 and credit.left <= 0 and not last.disputed and credit.cash and is_small(last, rules.tolerance) then
    out.steps[#out.steps + 1] = { source = credit.document, target = last.document, amount = last.open, difference = true,
                                  rule = "within tolerance, " .. rules.place }
    last.open = last.open * 0
  end
  if #conflicts > 0 and credit.left > 0 then
    out.conflicts[#out.conflicts + 1] = { source = credit.document, reason = table.concat(conflicts, "; ") }
  end
end

-- Credit notes go by rules/application.lua.
local function settle_credit(credit, state, input, out)
  local open = {}
  for i = 1, #state.items do
    if not state.items[i].disputed then open[#open + 1] = state.items[i] end
  end
  local of = { amount = credit.left, currency = credit.currency, corrects = credit.corrects }
  local parts, place = application.settle(of, open, input.application)
  for _, part in ipairs(parts) do
    out.steps[#out.steps + 1] = { source = credit.document, target = part.target, amount = part.amount, rule = place }
    for i = 1, #open do
      if open[i].document == part.target then open[i].open = open[i].open - part.amount end
    end
  end
end

local function items_of(input)
  local list = {}
  for i = 1, #input.items do
    local item = input.items[i]
    if SETTLED[item.kind] and item.open > 0 then
      local disputed = input.disputed and input.disputed[item.document]
      list[#list + 1] = { document = item.document, number = item.number, date = item.date, due = item.due, kind = item.kind,
                          amount = item.amount, open = item.open, currency = item.currency,
                          disputed = disputed and min(disputed, item.open) or nil }
    end
  end
  return list
end

local function credits_of(input)
  local list = {}
  for i = 1, #input.credits do
    local given = input.credits[i]
    local item = given.item
    list[i] = { document = item.document, number = item.number, date = item.date, left = -item.open, currency = item.currency,
                cash = item.control == "unapplied", text = given.text, corrects = given.corrects, on = given.on }
  end
  table.sort(list, function(a, b)
    if a.date ~= b.date then return a.date < b.date end
    if a.cash ~= b.cash then return b.cash end
    return a.number < b.number
  end)
  return list
end

--- What the credits of one account settle.
---@param input table account; credits: list of { item (record, open below zero), text (remittance, or nil), corrects (or nil),
---  on (documents named by hand, which alone are settled, or nil) };
---  items: open items of the account (records); disputed: contested amount by document, or nil; series: number patterns by
---  kind; payments, application: rules in place of the book's. host.document(number): a document by its number, or nil
---@return table steps: list of { source, target, amount, rule, difference = true where it closes a remainder }; conflicts:
---  list of { source, reason }
function payments.settle(input)
  local rules = rules_of(input.payments)
  local state = { account = input.account, items = items_of(input), series = input.series or {},
                  find = input.find or host.document }
  local out = { steps = {}, conflicts = {} }
  for _, credit in ipairs(credits_of(input)) do
    if credit.left > 0 then
      if credit.cash or credit.on then
        settle_cash(credit, state, rules, out)
      else
        settle_credit(credit, state, input, out)
      end
    end
  end
  return out
end

-- ---- whose it is ----

local function names_of(accounts)
  local names = {}
  for account in pairs(accounts) do names[#names + 1] = account end
  return names
end

--- The account of a payment that names none, by what its payer wrote.
---@param text string|nil remittance
---@param series table number patterns by kind
---@param look table document(number), opening(number), account(id): what the book knows
---@param given table|nil rules in place of the book's
---@return string|nil account, string why
function payments.owner(text, series, look, given)
  local rules, accounts, number = rules_of(given), {}, nil
  if not text or text == "" then return nil, "it names no account, and no document" end
  for _, found in ipairs(references.numbers(text, series)) do
    local document = look.document(found)
    if document and document.state ~= "draft" then accounts[document.account], number = true, found end
  end
  local words = references.words(text)
  for i = 1, #words do
    local opening = look.opening(words[i].text)
    if opening then accounts[opening.account], number = true, words[i].text end
  end
  local owners = names_of(accounts)
  if #owners == 1 then return owners[1], "by " .. number end
  if #owners > 1 then return nil, "it names documents of several accounts: " .. table.concat(owners, ", ") end
  for i = 1, #words do
    local word = words[i]
    local told = #word.text >= 3 and not word.text:find "^%d+$" or rules.account_words[word.before or ""]
    if told and look.account(word.text) then accounts[word.text] = true end
  end
  owners = names_of(accounts)
  if #owners == 1 then return owners[1], "by the account it names" end
  if #owners > 1 then return nil, "it names several accounts: " .. table.concat(owners, ", ") end
  return nil, "it names no account, and no document"
end

--- Who has to approve a refund.
function payments.refund_approval(given) return rules_of(given).refunds end

return payments

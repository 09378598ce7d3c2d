--- lua/quote.lua: what a plan comes to without any account, priced by the engine that bills.
--- Units: quantities are decimals; days as in bills, the last one not included; amounts money in whole minor units.
--- Source: none; the lines are those that periods.draft and billing.draft make of a made-up agreement or order.
--- Example: quote.price { plan = "subscription", quantities = { seats = 12 }, from = date "2026-11-01" } has the lines
--- 49.00 and 108.00 for 2026-11-01..2026-12-01, net 157.00.
local approval = require "approval"
local billing = require "billing"
local charges = require "charges"
local config = require "config"
local declare = require "declare"
local meters = require "meters"
local payable = require "payable"
local periods = require "periods"
local plans = require "plans"
local tax = require "tax"

local quote = {}

local ID = "QUOTE" -- of the made-up agreement or order, and of the account where none is named

-- Nobody approves a quote, and it needs no exchange rate into the book's currency.
local function nobody() return "nobody" end
local APPROVALS = { rows = function() return { nobody } end }
local RATES = { tables = function()
  return setmetatable({}, { __index = function() return { { from = date "0001-01-01", value = 1 } } end })
end }

-- ---- what a plan can be priced by ----

local function path_of(name) return "rules/pricing/" .. name .. ".lua" end

local all -- names of plans; the files of a state do not change

--- The plans that there are.
function quote.plans()
  if all then return all end
  local list = {}
  for _, path in ipairs(rule_paths "rules/pricing/") do
    local name = path:match "^rules/pricing/(.+)%.lua$"
    if name and not name:find "%.examples$" then list[#list + 1] = name end
  end
  all = list
  return list
end

--- The plan of a name, compiled; raises with the names that look like it.
function quote.plan(name)
  local list = quote.plans()
  for _, known in ipairs(list) do
    if known == name then return plans.of(path_of(name)), path_of(name) end
  end
  raise { code = "rule.missing", message = "there is no plan '" .. tostring(name) .. "': no file " .. path_of(tostring(name)),
          hint = #list == 0 and "plans are files in rules/pricing/" or declare.suggest(name, list) }
end

local function add(list, seen, name)
  if type(name) == "string" and not seen[name] then
    seen[name] = true
    list[#list + 1] = name
  end
end

local inputs_of = setmetatable({}, { __mode = "k" })

--- What a plan reads by name: quantities (tags of the agreement, the account or the order), meters, and tags that are texts,
--- in the order of the plan. `open` is true where a function of the plan may read more.
function quote.inputs(plan)
  if inputs_of[plan] then return inputs_of[plan] end
  local out = { quantities = {}, meters = {}, tags = {}, open = plan.adjust ~= nil }
  local seen, metered, tagged = {}, {}, {}
  for _, charge in ipairs(plan.charges) do
    if charge.each then
      add(out.quantities, seen, "quantity")
      add(out.quantities, seen, "price")
    end
    local reads = charges.reads(charge)
    local texts = {}
    for _, name in ipairs(charge.by or {}) do
      texts[name] = true
      add(out.tags, tagged, name)
    end
    for _, name in ipairs(reads.tags) do
      if not texts[name] then add(out.quantities, seen, name) end
    end
    for _, meter in ipairs(reads.meters) do add(out.meters, metered, meter) end
    out.open = out.open or reads.open
  end
  inputs_of[plan] = out
  return out
end

-- ---- the made-up account, agreement and order ----

local function copy(values)
  local out = {}
  for name, value in pairs(values or {}) do out[name] = value end
  return out
end

local function account_of(given, book)
  local account = copy(given.account)
  account.id, account.tags = account.id or ID, copy(account.tags)
  account.country = given.country or account.country or book.country
  account.tax_id, account.currency = given.tax_id or account.tax_id, given.currency or account.currency
  for name, value in pairs(given.tags or {}) do account.tags[name] = value end
  return account
end

local function tags_of(given)
  local tags = copy(given.agreement and given.agreement.tags)
  for name, value in pairs(given.tags or {}) do tags[name] = value end
  for name, value in pairs(given.quantities or {}) do tags[name] = tostring(value) end
  return tags
end

-- Tags that remember which of them were read.
local function watched(tags, read)
  if not read then return tags end
  return setmetatable({}, { __index = function(_, name)
    read[name] = true
    return tags[name]
  end })
end

local function coupons_of(given, from)
  local out = {}
  for _, code in ipairs(given.coupons or {}) do out[code] = tostring(from) end
  return out
end

-- ---- a plan for periods ----

-- Plans that take the place of rule files.
local function plans_of(given)
  local list = copy(given.plans)
  list[given.plan] = given.made or list[given.plan]
  return list
end

-- The days to price. Where no end is given one whole period is, and where no day is given the one that today is in.
local function days_of(given, plan, agreement, book)
  local from = given.from or given.today
  local last_is_billed = plans.settled(plan, path_of(given.plan), book.billing).bill_last_day
  agreement.start, agreement.from = from, from
  if given.to then return from, last_is_billed and given.to + 1 or given.to, given.to end
  local found = periods.around { versions = { agreement }, day = from, book = book, plans = plans_of(given) }
  if not given.from then from = found.start end
  return from, found.stop, last_is_billed and found.stop:add_days(-1) or found.stop
end

-- Digits behind the point.
local function places_of(number) return #(tostring(number):match "%.(%d+)$" or "") end

-- What of a number falls on a part of a period: the same on every day, so that the parts add up.
local function part_of(number, whole, start, stop)
  local function upto(day) return round(divide(number * (day - whole.start), whole.stop - whole.start, 24), places_of(number)) end
  return upto(stop) - upto(start)
end

-- A number is what a meter comes to in each period; where terms change within one, its days have even parts of it.
local function usage_of(given, service, around)
  local usage, read = given.usage or {}, given.meters
  return function(_, meter, start, stop)
    if read then read[meter] = true end
    local number = usage[meter] or 0
    if not around or type(number) == "table" or number == 0 or not meters.additive(meter) then return number end
    local found = around(start)
    local whole = found and found:intersect(service)
    if not whole or start == whole.start and stop == whole.stop or not (whole:has(start) and stop <= whole.stop) then
      return number
    end
    return part_of(number, whole, start, stop)
  end
end

-- The versions of the made-up agreement: as it begins, and after each change.
local function versions_of(given, first)
  local list = { first }
  for i, change in ipairs(given.changes or {}) do
    local last = list[i]
    local version = copy(last)
    version.version, version.from, version.tags, version.prices = i + 1, change.from, copy(last.tags), copy(last.prices)
    for name, value in pairs(change) do
      if name == "quantities" or name == "tags" then
        for key, one in pairs(value) do version.tags[key] = tostring(one) end
      elseif name == "prices" then
        for key, one in pairs(value) do version.prices[key] = tostring(one) end
      elseif type(name) == "string" then
        version[name] = name == "until" and date(value) or value
      end
    end
    list[i + 1] = version
  end
  return list
end

local function draft_periods(given, plan, book)
  local account, agreement = account_of(given, book), copy(given.agreement)
  agreement.id, agreement.version, agreement.account, agreement.plan = ID, 1, account.id, given.plan
  agreement.currency, agreement.tags = given.currency, watched(tags_of(given), given.read)
  local from, to, last = days_of(given, plan, agreement, book)
  agreement.start, agreement.from, agreement["until"] = from, from, last
  agreement.coupons = coupons_of(given, from)
  account.tags = watched(account.tags, given.read)
  local versions = versions_of(given, agreement)
  local function around(day) return periods.around { versions = versions, day = day, book = book, plans = plans_of(given) } end
  local made = periods.draft {
    account = account.id, today = to:add_years(2), book = book, explain = not given.brief, -- everything is due by then
    agreements = { { id = ID, versions = versions, claims = {}, late = {} } },
    account_on = function() return account end,
    usage_of = usage_of(given, period(from, to), (versions[2] or plan.phases) and around),
    approvals = APPROVALS, rates = RATES, tax = given.tax, plans = plans_of(given),
    billed = function() return {} end, grants = function() return {} end,
  }
  local documents = {}
  for i = 1, #made do documents[i] = periods.document(i) end
  return documents, from, to
end

-- ---- a plan for orders ----

local function lines_of(given)
  local quantities = given.quantities or {}
  if given.lines then return given.lines end
  return { { ordinal = 1, quantity = quantities.quantity or 1, price = quantities.price, product = given.product,
             text = not given.product and "Goods" or nil } }
end

local function find_product(id, day)
  local found = host.product and host.product(id, day)
  if not found then
    declare.fail("there is no product " .. id .. " here", "give the line a price: --quantity price=12.50")
  end
  return found
end

local function draft_order(given, plan, book)
  local day, account, value = given.from or given.today, account_of(given, book), 0
  local lines = lines_of(given)
  for _, line in ipairs(lines) do value = value + (line.price or 0) * line.quantity end
  account.tags = watched(account.tags, given.read)
  local tags = tags_of(given)
  if given.coupons and #given.coupons > 0 then tags.coupon = table.concat(given.coupons, ",") end
  local order = { id = ID, kind = given.kind or "sale", date = day, lines = lines, value = value, account = account.id,
                  currency = given.currency or plan.currency or book.currency, tags = watched(tags, given.read) }
  local agreement = copy(given.agreement)
  agreement.id, agreement.plan, agreement.tags = ID, given.plan, agreement.tags or {}
  return { billing.draft { order = order, account = account, agreement = agreement, book = book,
    find_product = given.find_product or find_product, approvals = APPROVALS, rates = RATES, tax = given.tax, today = day,
    discounts = given.discounts, grants = given.grants } }, day
end

-- ---- what it comes to ----

local function check_dates(given)
  if given.from and given.from == given.to then
    declare.fail("from " .. given.from .. " to " .. given.to .. " there is no day",
                 "--to is the first day that is no longer billed")
  end
  if given.from and given.to and given.to < given.from then
    declare.fail("the time ends on " .. given.to .. ", before it begins on " .. given.from,
                 "--to is the first day that is no longer billed")
  end
end

local function check_names(what, values, known, open, read)
  local names = {}
  for _, name in ipairs(known) do names[name] = true end
  for name in pairs(values or {}) do
    if not names[name] and not (open and (not read or read[name])) then
      declare.fail("the plan reads no " .. what .. " '" .. name .. "'",
                   #known > 0 and declare.suggest(name, known) or "it reads none at all")
    end
  end
end

-- What a folder of rules without a book.lua is priced by: the settings of examples.
local plain, settled

-- What is not taxed: what asks for no tax, and a folder without rules/tax.lua.
local untaxed, taxed = {}, nil
local function no_tax(given, book)
  if taxed == nil then taxed = #rule_paths "rules/tax.lua" > 0 end
  if taxed and not given.untaxed then return nil end
  local country = book.country
  untaxed[country] = untaxed[country] or tax.declare { tax.outside { country, reason = "there is no rules/tax.lua" } }.rules()
  return untaxed[country]
end

--- The settings of the book; where there is no book.lua those of examples: EUR, DE.
function quote.book()
  if settled == nil then settled = #rule_paths "book.lua" > 0 end
  if settled then return config.read() end
  plain = plain or config.declare { currency = "EUR", country = "DE", zone = "UTC" }.settings()
  return plain
end

-- A quantity that the plan names has to be there: of the account's tags too.
local function check_missing(given, plan, names)
  local tags = given.account and given.account.tags or {}
  for _, name in ipairs(names) do
    local has = (given.quantities or {})[name] or (given.tags or {})[name] or tags[name]
    if not has and plan.every then
      declare.fail("the quantity '" .. name .. "' is missing", "the plan reads it: --quantity " .. name .. "=...")
    end
  end
end

--- Price a plan.
---@param given table plan (name); quantities and usage by name; from and to (dates: `to` is the first day not billed; without
---  it one whole period), today; tags, country, tax_id, account (a record), coupons (list of codes), currency, lines and product
---  (of a plan for orders); changes (list of { from, quantities, tags, plan, prices, ... }), agreement (fields it begins with);
---  book, tax, made (a plan) instead of those of the rule files; unchecked (true: names that nothing reads are left),
---  untaxed (true: no rule of tax is asked), brief (true: lines do not say how their amounts came about)
---@return table lines, taxes, net, tax, total, rounded, withheld, payable (money), withheld_reason, currency, from, to, every
---  (nil for orders)
function quote.price(given)
  local plan = given.made and plans.of(path_of(given.plan), given.made) or quote.plan(given.plan)
  local book = given.book or quote.book()
  local inputs = quote.inputs(plan)
  given.tax = given.tax or no_tax(given, book)
  check_dates(given)
  if inputs.open and not given.unchecked then given.read, given.meters = {}, {} end
  if not inputs.open and not given.unchecked then
    check_names("quantity", given.quantities, inputs.quantities)
    check_names("meter", given.usage, inputs.meters)
  end
  if not given.unchecked then check_missing(given, plan, inputs.quantities) end
  local documents, from, to = (plan.every and draft_periods or draft_order)(given, plan, book)
  if inputs.open and not given.unchecked then
    check_names("quantity", given.quantities, inputs.quantities, true, given.read)
    check_names("meter", given.usage, inputs.meters, true, given.meters)
  end
  local currency = plan.currency or given.currency or book.currency
  local nothing = money(0, currency)
  local out = { lines = {}, taxes = {}, net = nothing, tax = nothing, total = nothing, rounded = nothing, withheld = nothing,
                payable = nothing, currency = currency, from = from, to = to, every = plan.every, title = plan.title,
                documents = documents }
  for _, document in ipairs(documents) do
    for _, line in ipairs(document.lines) do out.lines[#out.lines + 1] = line end
    for _, row in ipairs(document.taxes) do out.taxes[#out.taxes + 1] = row end
    out.note = document.note and (out.note and out.note .. "\n" .. document.note or document.note) or out.note
    out.net, out.tax, out.total = out.net + document.net, out.tax + document.tax, out.total + document.total
    out.payable, out.rounded = out.payable + payable.of(document), out.rounded + (document.rounded or 0)
    out.withheld, out.withheld_reason = out.withheld + (document.withheld or 0), document.withheld_reason or out.withheld_reason
  end
  return out
end

return quote

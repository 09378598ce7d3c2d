--- lua/plan_examples.lua: examples of plans and meters: what a row gives, priced by lua/quote.lua, and what it wants.
--- Units: amounts as decimals of the row's currency; days as in bills, the last one not included.
--- Source: none.
--- Example: { "a quarter", quantities = { seats = 12 }, from = "2026-01-31", to = "2026-04-30", amounts = { 108, 108, 108 } }.
local declare = require "declare"
local meters = require "meters"
local plans = require "plans"
local quote = require "quote"

local plan_examples = {}

local DAY = "2026-01-15" -- where an example names no date

-- ---- texts to compare ----

local function add(list, name, value)
  if value ~= nil then list[#list + 1] = name .. " " .. tostring(value) end
end

local function texts(list)
  local out = {}
  for i = 1, #list do out[i] = tostring(list[i]) end
  return "{ " .. table.concat(out, ", ") .. " }"
end

local function sum_of(want, name, value, currency)
  if value ~= nil then add(want, name, money(value, currency)) end
end

-- ---- what a row gives ----

local COMMON = {
  account = "table", currency = "text", tags = "table", amounts = "table", shows = "table", net = "number", tax = "number",
  total = "number", note = "text", fails = "text", coupons = "table",
}

local function fields_of(more)
  local all = {}
  for name, kinds in pairs(COMMON) do all[name] = kinds end
  for name, kinds in pairs(more) do all[name] = kinds end
  return all
end

local FOR_ORDERS = fields_of {
  date = "date", cancellation = "flag", lines = "!table", products = "table", agreement = "table",
}
local FOR_PERIODS = fields_of {
  agreement = "table", quantities = "table", usage = "table", period = "text", from = "date", to = "date", changes = "table",
  advance = "table", arrears = "table",
}

local function copied(values, into)
  into = into or {}
  for name, value in pairs(values or {}) do into[name] = value end
  return into
end

local function products_of(row)
  local by_id = {}
  for _, product in ipairs(row.products or {}) do by_id[product.id] = product end
  return function(id) return by_id[id] end
end

local function order_lines(row)
  local lines = {}
  for i, line in ipairs(row.lines) do lines[i] = copied(line, { ordinal = i }) end
  return lines
end

-- { { "2026-03-10", quantities = { seats = 20 }, plan = "pro" }, ... }
local CHANGE = { quantities = "table", tags = "table", plan = "text", prices = "table", pause = "text", reason = "text",
                 ["until"] = "date" }

local function changes_of(row)
  local list = {}
  for i, given in ipairs(row.changes or {}) do
    declare.fields("change " .. i, given, CHANGE)
    declare.kind("day of change " .. i, given[1], "date")
    list[i] = copied(given)
    list[i].from = date(given[1])
  end
  return list
end

local function input_of(row, book, path, plan)
  local account = copied(row.account)
  account.id, account.country, account.tags = account.id or "EXAMPLE", account.country or book.country, account.tags or {}
  local given = {
    plan = path:match "^rules/pricing/(.+)%.lua$", book = book, account = account, currency = row.currency, tags = row.tags,
    coupons = row.coupons, unchecked = true, untaxed = not (row.tax or row.total),
  }
  if not plan.every then
    given.from, given.lines, given.find_product = date(row.date or DAY), order_lines(row), products_of(row)
    given.kind, given.agreement = row.cancellation and "cancellation" or "sale", row.agreement
    return given
  end
  local span = row.period and period(row.period)
  given.from = span and span.start or date(row.from or date(DAY):month_start())
  given.to = span and span.stop or row.to and date(row.to)
  given.agreement, given.quantities, given.usage, given.changes = row.agreement, row.quantities, row.usage, changes_of(row)
  return given
end

-- ---- what it comes to, and what was wanted ----

local function line_text(line)
  local days = line.start and " " .. tostring(line.start) .. ".." .. tostring(line.stop) or ""
  return line.text .. days .. " " .. tostring(line.amount):gsub(" .*", "")
end

local function amounts_of(lines, timing)
  local list = {}
  for _, line in ipairs(lines) do
    if not timing or line.claim == timing then list[#list + 1] = line.amount.amount end
  end
  return list
end

local function compare(row, found)
  local got, want, currency = {}, {}, found.currency
  local function both(name, wanted, value)
    if not wanted then return end
    add(got, name, texts(value()))
    add(want, name, texts(wanted))
  end
  both("advance", row.advance, function() return amounts_of(found.lines, "advance") end)
  both("arrears", row.arrears, function() return amounts_of(found.lines, "arrears") end)
  both("amounts", row.amounts, function() return amounts_of(found.lines) end)
  both("shows", row.shows, function()
    local list = {}
    for i, line in ipairs(found.lines) do list[i] = line_text(line) end
    return list
  end)
  for _, name in ipairs { "net", "tax", "total" } do
    if row[name] then add(got, name, found[name]) end
    sum_of(want, name, row[name], currency)
  end
  if row.note then add(got, "note", found.note or "nothing") end
  add(want, "note", row.note)
  return got, want
end

--- What quote.price takes of an example.
function plan_examples.input(row, book, path) return input_of(row, book, path, plans.of(path)) end

--- What an example of a plan comes to.
---@param row table an example
---@param book table settings
---@param path string of the plan
---@return table got, table want: lists of texts
function plan_examples.answer(row, book, path)
  local plan = plans.of(path)
  if plan.every then
    declare.fields("example of a plan for periods", row, FOR_PERIODS)
  else
    declare.fields("example of a plan", row, FOR_ORDERS)
  end
  return compare(row, quote.price(input_of(row, book, path, plan)))
end

-- ---- meters ----

local METER = { meter = "!text", events = "!table", period = "text", quantity = "number", count = "count", groups = "table",
                fails = "text" }

-- "region=eu, size=l"
local function group_name(tags)
  local list = {}
  for name, value in pairs(tags) do list[#list + 1] = name .. "=" .. value end
  return table.concat(list, ", ")
end

--- What an example of rules/meters.lua comes to: events, and the quantity that the meter makes of them.
function plan_examples.meter(row)
  declare.fields("example of meters", row, METER)
  local span = row.period and period(row.period) or period(date(DAY):month_start(), date(DAY):month_start():step("month", 1, 1))
  local usage, got, want = meters.made(row.meter, row.events, span), {}, {}
  if row.quantity then add(got, "quantity", usage.quantity) end
  add(want, "quantity", row.quantity)
  if row.count then add(got, "count", usage.count) end
  add(want, "count", row.count)
  if row.groups then
    local by = {}
    for _, group in ipairs(usage.groups()) do by[group_name(group.tags)] = group.quantity end
    for name, quantity in pairs(by) do add(got, name, quantity) end
    for name, quantity in pairs(row.groups) do add(want, name, quantity) end
  end
  return got, want
end

return plan_examples

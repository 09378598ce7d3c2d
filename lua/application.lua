--- lua/application.lua: which open items a credit settles, and with how much.
--- Units: amounts are money in whole minor units, positive.
--- Source: the company's own policy, rules/application.lua; where it names none: oldest due first, ties by date, then number.
--- Example: 100.00 on A 80 (due 5 Jan), B 60 (due 2 Jan), C 40 (due 1 Feb) settles B with 60 and A with 40.
local declare = require "declare"

local application = {}

local PATH = "rules/application.lua"

local FIELDS = { order = "text|function", corrected_first = "flag" }
local ORDERS = {}

local function earlier(a, b)
  if a.due ~= b.due then return a.due < b.due end
  if a.date ~= b.date then return a.date < b.date end
  return a.number < b.number
end
ORDERS.oldest_due = earlier

function ORDERS.largest(a, b)
  if a.open ~= b.open then return a.open > b.open end
  return earlier(a, b)
end

--- An order by its name, or the function that is one: f(a, b) is true where a comes before b.
function application.order(given, what)
  if type(given) == "function" then return given end
  declare.choice(what, given, { "oldest_due", "largest" })
  return ORDERS[given]
end

--- application { order = "oldest_due", corrected_first = false }
function application.declare(given)
  declare.fields("application", given, FIELDS)
  declare.positions("application", given, 0)
  local before = application.order(given.order or "oldest_due", "order of the application")
  local rules = { before = before, corrected_first = given.corrected_first or false }
  return { declared = given, rules = function() return rules end }
end

expose { application = application.declare }

local function candidates(credit, items)
  local list = {}
  for i = 1, #items do
    local item = items[i]
    if item.currency == credit.currency and item.open > 0 then list[#list + 1] = item end
  end
  return list
end

--- Which items a credit settles.
---@param credit table amount (money, positive), currency, corrects (document id, or nil)
---@param items table list of document, number, date, due, open, currency; not changed
---@param rules table|nil those of rules/application.lua if absent
---@return table list of { target, amount }; and the path of the rule
function application.settle(credit, items, rules)
  rules = (rules or rule(PATH)).rules()
  local list, settled, left = candidates(credit, items), {}, credit.amount
  local before = rules.before
  if rules.corrected_first and credit.corrects then
    before = function(a, b)
      local first, second = a.document == credit.corrects, b.document == credit.corrects
      if first ~= second then return first end
      return rules.before(a, b)
    end
  end
  if #list > 1 then table.sort(list, before) end
  for i = 1, #list do
    if left <= 0 then break end
    local part = min(left, list[i].open)
    settled[#settled + 1] = { target = list[i].document, amount = part }
    left = left - part
  end
  return settled, PATH
end

return application

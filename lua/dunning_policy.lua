--- lua/dunning_policy.lua: rules/dunning/NAME.lua: when and how open items are reminded.
--- Units: days; amounts in the book's currency where they are plain numbers; interest in percent a year.
--- Source: the company's own policy; interest conventions of lua/late_interest.lua.
--- Example: policy { grace = 3, step { "remind", after = 5, letter = "friendly" } } reminds from the fifth day past due on.
local declare = require "declare"

local dunning_policy = {}

local STEP = {
  after = "!count", gap = "count", letter = "text", to = "text", fee = "number|money|table", interest = "flag|number|table",
}
local POLICY = {
  grace = "count", gap = "count", minimum = "number|money|table", hold = "table", weekend = "text", promises = "table",
  imported_within = "count", charge = "table", interest = "number|table", tax = "text", title = "text",
}
local PROMISES = { grace = "count", renewals = "count" }
local INTEREST = { rates = "table", rate = "number", margin = "number", basis = "text" }
local BASES = { ["act/365"] = 365, ["act/360"] = 360, ["act/366"] = 366 }
local DEFAULT_GAP = 7

local made = setmetatable({}, { __mode = "k" })

-- ---- amounts ----

-- Amounts by currency: { EUR = 5, USD = 6 }; a plain number under "", which is the book's currency.
local function amounts(what, given)
  if given == nil then return nil end
  if type(given) == "money" then given = { [given.currency] = given.amount } end
  if type(given) ~= "table" then given = { [""] = given } end
  local out = {}
  for currency, value in pairs(given) do
    if type(value) == "money" then value = value.amount end
    declare.kind(what, value, "number")
    if value < 0 then declare.fail(what .. " is " .. tostring(value), "write an amount from 0 on") end
    if currency ~= "" and not pcall(money, 0, currency) then
      declare.fail(what .. " is in '" .. tostring(currency) .. "'", 'write { EUR = 5.00, USD = 6.00 }, or money "5.00 EUR"')
    end
    out[currency] = value
  end
  return out
end

--- An amount of a policy in a currency, as money; nil where the policy says none.
---@param by_currency table|nil of the policy
---@param base string the book's currency
function dunning_policy.amount(by_currency, currency, base)
  if not by_currency then return nil end
  local value = by_currency[currency] or (currency == base and by_currency[""]) or nil
  return value and round(money(value, currency)) or nil
end

-- ---- interest ----

local function by_day(a, b) return a.from < b.from end

-- Percent a year with the first day of each rate: base rates and a margin on top.
local function rates_of(given)
  local list, margin = {}, given.margin or 0
  for day, rate in pairs(given.rates) do
    declare.kind("day of an interest rate", day, "date")
    declare.kind("interest rate of " .. tostring(day), rate, "number")
    list[#list + 1] = { from = date(day), rate = rate + margin }
  end
  if #list == 0 then declare.fail("rates of the interest are empty", 'write rates = { ["2026-01-01"] = 9.12 }') end
  table.sort(list, by_day)
  return list
end

-- 9.12, or { rate = 9.12 }, or { rates = { ["2026-01-01"] = 1.27 }, margin = 9, basis = "act/365" }.
local function interest(given)
  if type(given) ~= "table" then given = { rate = given } end
  declare.fields("interest", given, INTEREST)
  declare.positions("interest", given, 0)
  if (given.rate == nil) == (given.rates == nil) then
    declare.fail("interest wants a rate or a table of rates", 'rate = 9.12, or rates = { ["2026-01-01"] = 9.12 }')
  end
  if given.rate and given.margin then declare.fail("a margin is added to dated rates", "write rates = { ... }") end
  local basis = given.basis or "act/365"
  declare.choice("basis of the interest", basis, { "act/365", "act/360", "act/366" })
  local rates = given.rate and { { from = date "0001-01-01", rate = given.rate } } or rates_of(given)
  for _, row in ipairs(rates) do
    if row.rate < 0 then declare.fail("interest of " .. row.from .. " on is " .. tostring(row.rate) .. " percent") end
  end
  return { rates = rates, basis = basis, days = BASES[basis] }
end

-- ---- steps ----

--- step { "remind", after = 5, letter = "friendly", gap = 7, fee = 10.00, interest = true }
function dunning_policy.step(given)
  declare.fields("step", given, STEP)
  declare.positions("step", given, 1)
  declare.kind("what the step does", given[1], "text")
  if given.letter and not given.letter:find "^[%w_-]+$" then
    declare.fail("letter of the step is '" .. given.letter .. "'", 'letter = "friendly" is rules/layouts/letter-friendly.md')
  end
  local one = given.interest
  local row = {
    name = given[1] .. (given.to and " to " .. given.to or ""), after = given.after, gap = given.gap, letter = given.letter,
    fee = amounts("fee of the step", given.fee), charges_interest = one ~= nil and one ~= false,
    interest = (type(one) == "table" or type(one) == "number" or type(one) == "decimal") and interest(one) or nil,
    place = declare.here(),
  }
  made[row] = true
  return row
end

local function check_step(steps, row, i, policy)
  if not made[row] then declare.fail("entry " .. i .. " of the policy is " .. type(row), "write step { ... }") end
  local before = steps[i - 1]
  if before and row.after < before.after then
    declare.fail("step " .. i .. " comes after " .. row.after .. " days, and the one before it after " .. before.after,
                 "put the steps in the order of their days")
  end
  if row.charges_interest and not row.interest and not policy.interest then
    declare.fail("step " .. i .. " charges interest, and nothing says how much",
                 "add interest = { rate = ... } to the policy, or to the step")
  end
end

-- ---- the policy ----

local function set_of(what, list, choices)
  local set = {}
  for i = 1, #list do set[declare.choice("entry " .. i .. " of " .. what, list[i], choices)] = true end
  return set
end

local function promises_of(given, grace)
  declare.fields("table of promises", given, PROMISES)
  return { grace = given.grace or grace, renewals = given.renewals or -1 }
end

--- policy { grace = 3, minimum = 5.00, step { ... }, step { ... } }: what rules/dunning/NAME.lua returns.
function dunning_policy.declare(given)
  declare.fields("policy", given, POLICY)
  if given.weekend then declare.choice("weekend of the policy", given.weekend, { "next" }) end
  local out = {
    grace = given.grace or 0, gap = given.gap or DEFAULT_GAP, minimum = amounts("minimum of the policy", given.minimum),
    hold = set_of("hold", given.hold or { "disputed", "promised" }, { "disputed", "promised" }),
    charge = set_of("charge", given.charge or {}, { "fee", "interest" }),
    interest = given.interest and interest(given.interest) or nil, imported_within = given.imported_within,
    weekend = given.weekend, tax = given.tax or "outside", steps = {},
  }
  out.promises = promises_of(given.promises or {}, out.grace)
  for i = 1, #given do
    check_step(given, given[i], i, out)
    out.steps[i] = given[i]
  end
  if #out.steps == 0 then
    declare.fail("this policy has no steps", 'add step { "remind", after = 5, letter = "friendly" }')
  end
  return { declared = given, policy = function() return out end }
end

expose { policy = dunning_policy.declare, step = dunning_policy.step }

-- ---- finding it ----

--- Name of the policy of an account: its tag `dunning`, else the book's.
function dunning_policy.name_of(account, book)
  return account.tags.dunning or book.dunning
end

--- The policy of a name.
---@return table grace, gap, minimum, hold, charge, interest, imported_within, weekend, tax, promises { grace, renewals },
---  steps { name, after, gap, letter, fee, charges_interest, interest, place }; and its path
function dunning_policy.read(name)
  local path, found = "rules/dunning/" .. name .. ".lua", false
  for _, other in ipairs(rule_paths "rules/dunning/") do found = found or other == path end
  if not found then
    raise { code = "rule.missing", message = "there is no dunning policy " .. path, file = path,
            hint = "an account's tag dunning names its policy, dunning in book.lua that of all others" }
  end
  local declared = rule(path)
  if type(declared) ~= "table" or not declared.policy then
    declare.fail(path .. " does not return policy { ... }", "its last statement is: return policy { ... }")
  end
  return declared.policy(), path
end

return dunning_policy

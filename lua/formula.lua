--- lua/formula.lua: a charge whose amount a function of the rule computes.
--- Units: the amount is a number of the document's currency, or money.
--- Source: none.
--- Example: formula { "Average of three months", meter = "calls", amount = function(q) return q.quantity * 0.01 end }.
local declare = require "declare"
local invoice = require "invoice"
local rating = require "rating"

local formula = {}

-- What a meter used in the days at hand, for q.usage "api.calls".
local function usage_for(charge)
  local job = invoice.job()
  return function(meter)
    if not job.period then
      rating.fail(charge, "asks for the usage of " .. tostring(meter) .. ", and this plan is for orders")
    end
    if charge.meters and meter ~= charge.meter then
      declare.choice("a meter of charge '" .. charge.name .. "'", meter, charge.meters)
    end
    if job.timing == "advance" and not charge.meter then
      rating.fail(charge, "asks for the usage of " .. tostring(meter) .. " in advance",
                  'what is used is known when the period is over: write when = "arrears"')
    end
    return rating.usage(meter)
  end
end

-- What the function gets; fields that are not there are an error where they are read.
local NAMES = { "agreement", "account", "order", "period", "span", "day", "timing", "currency", "quantity", "usage", "history" }
local FIELDS = {}
for _, name in ipairs(NAMES) do FIELDS[name] = true end

local MISSING = {
  __index = function(_, name)
    if FIELDS[name] then return nil end
    return declare.fail("a formula gets no '" .. tostring(name) .. "'", declare.suggest(name, NAMES))
  end,
}

local function given_to(charge, quantity)
  local job = invoice.job()
  return setmetatable({
    agreement = job.agreement, account = job.account, order = job.order, period = job.period, span = job.span or job.period,
    day = job.day, timing = job.timing, currency = job.currency, quantity = quantity, usage = usage_for(charge),
    history = rating.usage_before,
  }, MISSING)
end

local function amount_of(charge, quantity)
  local amount = charge.amount(given_to(charge, quantity))
  local kind = type(amount)
  if kind == "money" then return invoice.in_currency(amount, "the amount of charge '" .. charge.name .. "'") end
  if kind ~= "number" and kind ~= "decimal" then
    rating.fail(charge, "computes " .. (kind == "nil" and "nothing" or "a " .. kind) .. " for " .. rating.subject(),
                "return a number or money; 0 where nothing is due")
  end
  return amount
end

local function rate(charge, quantity)
  local amount = amount_of(charge, quantity)
  if amount == 0 then return end
  rating.line(charge, charge.name, nil, amount, "formula: " .. tostring(amount))
end

-- The amount says whether the terms are the same; where it depends on usage, the agreement's tags do.
local function terms(charge)
  local job = invoice.job()
  if not charge.meter and job.timing == "advance" then return tostring(amount_of(charge, rating.quantity(charge))) end
  local parts = {}
  for key, text in pairs(job.agreement.tags or {}) do parts[#parts + 1] = key .. "=" .. text end
  return table.concat(parts, " ")
end

-- Meters that the function asks for, so that quotes and checks know them.
local function check(given)
  declare.fields("list of meters", given.meters or {}, {})
  for i, name in ipairs(given.meters or {}) do declare.kind("entry " .. i .. " of meters", name, "text") end
  return { amount = given.amount, meters = given.meters }
end

formula.kinds = {
  {
    name = "formula", of = "formula charge", counts = true, opposite = true, own_sign = true, at_zero = true,
    fields = { amount = "!function", meters = "table" }, quantity = 1, check = check, rate = rate, terms = terms,
  },
}

return formula

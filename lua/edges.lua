--- lua/edges.lua: rows at the edges of a plan, made by themselves, and what has to hold of each: part of `moonbill rules test`.
--- Units: as in lua/quote.lua. Source: none.
--- Example: of a plan with the bands 100 and 500 there are rows with 0, 1, 99, 100, 101, 499, 500, 501 and 999999999999 units,
--- and with agreements that start on the 28th to the 31st, on a leap day, and on days of a clock change.
---
--- What is checked: it computes; no amount has more digits than its currency; a quantity of 0 makes no line but where the charge
--- says so; the parts of a period that is cut in three add up to the whole; a full credit is the exact negative.
local crediting = require "crediting"
local plans = require "plans"
local quote = require "quote"

local edges = {}

local LARGEST = 999999999999
local STARTS = {
  { "starts on the 28th", "2026-01-28" }, { "starts on the 29th", "2026-01-29" }, { "starts on the 30th", "2026-01-30" },
  { "starts on the 31st", "2026-01-31" }, { "starts on a leap day", "2024-02-29" }, { "starts before a leap day", "2024-01-31" },
  { "starts on the last day of February", "2026-02-28" }, { "starts on the day that summer time begins", "2026-03-29" },
  { "starts on the day that summer time ends", "2026-10-25" }, { "starts on the first day of a year", "2026-01-01" },
  { "starts on the last day of a year", "2026-12-31" },
}
local BASES_MAX = 3

-- Refusals that a plan may mean: a quantity beyond its last band, one that its function does not take.
local REFUSALS = { ["price.missing"] = true, ["rule.value"] = true, ["rule.error"] = false }

-- ---- inputs ----

local function with(base, more)
  local out = {}
  for name, value in pairs(base) do out[name] = value end
  for name, value in pairs(more) do out[name] = value end
  return out
end

--- An input with another value of a quantity or a meter.
function edges.with_value(base, into, name, value)
  local values = with(base[into] or {}, { [name] = value })
  local changed = { [into] = values }
  if into == "quantities" and base.agreement and base.agreement.tags then
    changed.agreement = with(base.agreement, { tags = with(base.agreement.tags, { [name] = tostring(value) }) })
  end
  return with(base, changed)
end

local function add_value(list, seen, value)
  if type(value) == "money" then value = value.amount end
  if value and value >= 0 and not seen[tostring(value)] then
    seen[tostring(value)] = true
    list[#list + 1] = value
  end
end

local function add_bounds(list, seen, charge)
  local found = {}
  for _, band in ipairs(charge.tiers or {}) do found[#found + 1] = band.upto end
  for _, cell in ipairs(charge.cells or {}) do
    for _, band in ipairs(type(cell) == "table" and type(cell.tiers) == "table" and cell.tiers or {}) do
      found[#found + 1] = band.upto
    end
  end
  if charge.size then found[#found + 1] = charge.size end
  if type(charge.free) == "number" or type(charge.free) == "decimal" then found[#found + 1] = charge.free end
  for _, bound in ipairs(found) do
    if type(bound) == "money" then bound = bound.amount end
    for _, value in ipairs { bound - 1, bound, bound + 1 } do add_value(list, seen, value) end
  end
end

--- The values at the edges of a quantity or meter of a plan: 0, 1, each bound and its neighbours, the largest.
function edges.values(plan, name)
  local list, seen = {}, {}
  add_value(list, seen, 0)
  add_value(list, seen, 1)
  for _, charge in ipairs(plan.charges) do
    if charge.quantity == name or charge.meter == name then add_bounds(list, seen, charge) end
  end
  add_value(list, seen, LARGEST)
  return list
end

-- ---- what has to hold ----

local function digits_problem(found)
  for _, line in ipairs(found.lines) do
    if round(line.amount) ~= line.amount then return "line '" .. line.text .. "' of " .. line.amount, "whole minor units" end
  end
  if round(found.total) ~= found.total then return "total " .. found.total, "whole minor units" end
  return nil
end

local function charge_of(plan, id)
  for _, charge in ipairs(plan.charges) do
    if charge.id == id then return charge end
  end
  return nil
end

local function zero_problem(found, plan, name)
  for _, line in ipairs(found.lines) do
    local charge = line.charge and charge_of(plan, line.charge)
    local counts = charge and (charge.quantity == name or charge.meter == name)
    if counts and line.amount.amount ~= 0 and not charge.charge_at_zero and not charge.at_least and charge.kind ~= "formula" then
      return "line '" .. line.text .. "' of " .. line.amount .. " for nothing", "no line"
    end
  end
  return nil
end

-- A credit note of all of a document.
local function credit_problem(document)
  if document.total <= 0 or document.kind == "credit_note" then return nil end
  local credit = { kind = "credit_note", currency = document.currency }
  crediting.fill(credit, document, {}, {})
  if credit.net ~= -document.net or credit.tax ~= -document.tax or credit.total ~= -document.total then
    return "credit of " .. credit.net .. " and tax " .. credit.tax, -document.net .. " and tax " .. -document.tax
  end
  return nil
end

-- The same plan under another name: its terms are others, so that a period is cut where one takes over from the other.
local function twin(plan, mark)
  local copies = {}
  for _, charge in ipairs(plan.charges) do copies[charge] = with(charge, { place = charge.place .. mark }) end
  local function copied(value, depth)
    if copies[value] then return copies[value] end
    if type(value) ~= "table" or depth == 0 then return value end
    local out = {}
    for name, part in pairs(value) do out[name] = copied(part, depth - 1) end
    return out
  end
  local groups = copied(plan.groups, 3)
  local out = with(plan, { charges = copied(plan.charges, 1), ids = copied(plan.ids, 1), groups = groups,
                           advance = copied(plan.advance, 1), arrears = copied(plan.arrears, 1) })
  return { compiled = function() return out end }
end

-- Conventions by which the parts of a period are more or less than the whole.
local APART = { ["actual/30"] = true, ["actual/365"] = true }

-- Usage as an event of the first day, which is of one part alone.
local function on_first_day(input, from)
  local usage = {}
  for name, value in pairs(input.usage or {}) do
    usage[name] = type(value) == "table" and value or { { quantity = value, day = tostring(from) } }
  end
  return usage
end

local function split_problem(input, whole, plan)
  local changes = input.changes and input.changes[1]
  if not whole.every or changes or whole.to - whole.from < 3 then return nil end
  if APART[plans.settled(plan, "", input.book and input.book.billing).proration] then return nil end
  local third = (whole.to - whole.from) // 3
  local twins = { [input.plan .. "'"] = twin(plan, "'"), [input.plan .. "''"] = twin(plan, "''") }
  local given = with(input, { from = whole.from, to = whole.to, plans = twins, usage = on_first_day(input, whole.from) })
  local before = quote.price(given)
  given.changes = { { from = whole.from + third, plan = input.plan .. "'" },
                    { from = whole.from + third * 2, plan = input.plan .. "''" } }
  local cut = quote.price(given)
  if cut.net ~= before.net then
    return "parts of " .. whole.from .. ".." .. whole.to .. " that add up to " .. cut.net, before.net .. " for the whole"
  end
  return nil
end

-- ---- rows ----

local function answer(row, plan)
  local good, found = pcall(quote.price, row.input)
  if not good then
    if row.may_refuse and REFUSALS[found.code] then return nil end
    return "error " .. found.code .. ": " .. found.message, "an answer"
  end
  local got, want = digits_problem(found)
  if not got and row.zero then got, want = zero_problem(found, plan, row.zero) end
  for _, document in ipairs(found.documents) do
    if not got then got, want = credit_problem(document) end
  end
  if not got and row.start then got, want = split_problem(row.input, found, plan) end
  return got, want
end

local function add_edges(list, base, plan, into, name)
  for _, value in ipairs(edges.values(plan, name)) do
    list[#list + 1] = { name = name .. " " .. tostring(value), input = edges.with_value(base, into, name, value),
                        zero = value == 0 and name, may_refuse = true }
  end
end

-- The rows of a base: an example's input, or every quantity at 1.
local function rows_of(base, plan, inputs)
  local list = {}
  base = with(base, { changes = {} })
  for _, name in ipairs(inputs.quantities) do add_edges(list, base, plan, "quantities", name) end
  for _, name in ipairs(inputs.meters) do add_edges(list, base, plan, "usage", name) end
  for _, start in ipairs(plan.every and STARTS or {}) do
    list[#list + 1] = { name = start[1] .. " (" .. start[2] .. ")", start = true,
                        input = with(base, { from = date(start[2]) }) }
    list[#list].input.to = nil
  end
  return list
end

--- Make and check the rows of a plan.
---@param plan table compiled
---@param bases table list of inputs of quote.price
---@return table list of what differs: { name, got, want }; and how many rows there were
function edges.run(plan, bases)
  local inputs, wrong, count = quote.inputs(plan), {}, 0
  for i = 1, math.min(#bases, BASES_MAX) do
    for _, row in ipairs(rows_of(bases[i], plan, inputs)) do
      count = count + 1
      local got, want = answer(row, plan)
      if got then
        local name = (bases[i].named and "as '" .. bases[i].named .. "', " or "") .. row.name
        wrong[#wrong + 1] = { name = name, got = tostring(got), want = tostring(want) }
      end
    end
  end
  return wrong, count
end

return edges

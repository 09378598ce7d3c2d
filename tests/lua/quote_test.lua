--- tests/lua/quote_test.lua: quotes, files of them, pictures, rows at the edges, and what is probably a mistake.
local charges = require "charges"
local config = require "config"
local edges = require "edges"
local picture = require "picture"
local plans = require "plans"
local quote = require "quote"
local quoting = require "quoting"
local rows = require "rows"

local test = {}

local flat, per_unit, graduated, volume = charges.flat, charges.per_unit, charges.graduated, charges.volume

local function T() return { { upto = 100, price = 1 }, { upto = 500, price = 0.8 }, { price = 0.6 } } end

-- ---- numbers as they are written ----

local numbers = {
  { "a whole one", text = "12", want = "12" },
  { "decimals", text = "0.5", want = "0.5" },
  { "a negative one", text = "-3", want = "-3" },
  { "36 digits", text = "123456789012345678901234567890123456", want = "123456789012345678901234567890123456" },
  { "37 digits", text = "1234567890123456789012345678901234567", fails = "rule.value", says = "37 digits long: more than fit" },
  { "groups", text = "1,000", fails = "rule.value", says = "between the digits: 1000" },
  { "groups and places", text = "1,000.50", fails = "rule.value", says = "between the digits: 1000.50" },
  { "decimal comma", text = "1,5", fails = "rule.value", says = "a point before the places: 1.5" },
  { "words", text = "many", fails = "rule.value", says = "which is no number" },
  { "nothing", text = "", fails = "rule.value", says = "which is no number" },
  { "an exponent", text = "1e3", want = "1000" },
}

local usages = {
  { "a number", text = "12", want = "12" },
  { "an event", text = "12 @2026-01-05", want = "{{day=2026-01-05 quantity=12}}" },
  { "a time and a property", text = "12 @2026-01-05T12:00 region=eu",
    want = "{{day=2026-01-05 quantity=12 tags={region=eu} time=12:00}}" },
  { "several", text = "1 @2026-01-05; 2 region=us", want = "{{day=2026-01-05 quantity=1} {quantity=2 tags={region=us}}}" },
  { "an event without a quantity", text = "@2026-01-05", want = "{{day=2026-01-05 quantity=1}}" },
  { "no day", text = "1 @2026-13-05", fails = "rule.value", says = "which is no date" },
  { "two quantities", text = "1 2 @2026-01-05", fails = "rule.value", says = "has '2' in" },
}

-- ---- quotes ----

local book = config.declare { currency = "EUR", country = "DE", zone = "UTC" }.settings()

local function priced(case)
  local given = { title = "Made", every = case.every or "month" }
  for name, value in pairs(case.settings or {}) do given[name] = value end
  for _, charge in ipairs(case.charges()) do given[#given + 1] = charge end
  local found = quote.price {
    plan = "made", made = plans.declare(given), book = book, quantities = case.quantities, usage = case.usage, tags = case.tags,
    from = case.from and date(case.from), to = case.to and date(case.to), today = date "2026-11-22", changes = case.changes,
    untaxed = true,
  }
  local list = {}
  for i, line in ipairs(found.lines) do
    list[i] = tostring(line.start) .. ".." .. tostring(line.stop) .. " " .. tostring(line.amount):gsub(" .*", "")
  end
  return table.concat(list, ", ")
end

local function units() return { per_unit { "Units", quantity = "units", price = 3 } } end

local quotes = {
  { "one whole period where nothing is said, from today", charges = units, quantities = { units = 10 },
    want = "2026-11-22..2026-12-22 30.00" },
  { "of the calendar, the period that today is in", charges = units, quantities = { units = 10 }, settings = { align = "calendar" },
    want = "2026-11-01..2026-12-01 30.00" },
  { "from a day to the end of its period", charges = units, quantities = { units = 10 }, settings = { align = "calendar" },
    from = "2026-11-16", want = "2026-11-16..2026-12-01 15.00" },
  { "where the last day is billed", charges = units, quantities = { units = 10 },
    settings = { align = "calendar", bill_last_day = true }, want = "2026-11-01..2026-12-01 30.00" },
  { "three months from the last day of one", charges = units, quantities = { units = 1 }, from = "2026-01-31", to = "2026-04-30",
    want = "2026-01-31..2026-02-28 3.00, 2026-02-28..2026-03-31 3.00, 2026-03-31..2026-04-30 3.00" },
  { "a change within a period", charges = units, quantities = { units = 10 }, from = "2026-04-01", to = "2026-05-01",
    changes = { { from = date "2026-04-11", quantities = { units = 20 } } },
    want = "2026-04-01..2026-04-11 10.00, 2026-04-11..2026-05-01 40.00" },
  { "usage over a change: even parts of its days",
    charges = function() return { per_unit { "Calls", meter = "calls", price = 1 } } end, usage = { calls = 300 },
    from = "2026-04-01", to = "2026-05-01", changes = { { from = date "2026-04-11", prices = { calls = 2 } } },
    want = "2026-04-01..2026-04-11 100.00, 2026-04-11..2026-05-01 400.00" },
  { "an end before the beginning", charges = units, quantities = { units = 10 }, from = "2026-02-01", to = "2026-01-01",
    fails = "rule.value", says = "ends on 2026-01-01, before it begins on 2026-02-01" },
  { "no day at all", charges = units, quantities = { units = 10 }, from = "2026-02-01", to = "2026-02-01", fails = "rule.value",
    says = "there is no day" },
  { "a quantity that is missing", charges = units, fails = "rule.value", says = "the quantity 'units' is missing" },
  { "a slip", charges = units, quantities = { unit = 10 }, fails = "rule.value", says = "did you mean 'units'?" },
  { "a meter that is none", charges = units, quantities = { units = 1 }, usage = { calls = 10 }, fails = "rule.value",
    says = "reads no meter 'calls'" },
  { "what a function reads", charges = function()
      return { per_unit { "Units", quantity = function(agreement) return decimal(agreement.tags.size) end, price = 3 } }
    end, quantities = { size = 2 }, want = "2026-11-22..2026-12-22 6.00" },
  { "what no function reads", charges = function()
      return { per_unit { "Units", quantity = function(agreement) return decimal(agreement.tags.size or 1) end, price = 3 } }
    end, quantities = { sise = 2 }, fails = "rule.value", says = "reads no quantity 'sise'" },
  { "usage by its day", charges = function() return { per_unit { "Calls", meter = "calls", price = 3 } } end,
    usage = { calls = { { quantity = 2, day = "2026-01-05" }, { quantity = 4, day = "2026-02-05" } } }, from = "2026-01-01",
    to = "2026-03-01", want = "2026-01-01..2026-02-01 6.00, 2026-02-01..2026-03-01 12.00" },
}

-- ---- pictures ----

local drawn = {
  { "a line", from = 0, to = 10, width = 24, height = 7, at = function(x) return x end,
    want = [[net over x
10 +                ****
   |          *******
   |    *******
 0 +*****
   ++------------------+
    0                 10
]] },
  { "a jump, and the bound where it is", from = 0, to = 10, width = 24, height = 7, bounds = { 5 }, whole = true,
    at = function(x) return x > 5 and 3 or 1 end,
    want = [[net over x
  |          :**********
  |          :*
  |************
0 +          :
  ++-------------------+
   0                  10
]] },
  { "what is the same everywhere", from = 0, to = 10, width = 24, height = 7, at = function() return 0 end,
    want = [[net over x
1 +
  |
  |
0 +*********************
  ++-------------------+
   0                  10
]] },
  { "in dots", from = 0, to = 10, width = 20, height = 6, dots = true, at = function(x) return x end,
    want = "net over x\n10 ┤           ⣀⡤⠴⠒⠋\n   │     ⣀⣠⠤⠖⠚⠉⠁\n 0 ┤⣀⡤⠴⠒⠋⠁\n   └┬──────────────┬\n    0             10\n" },
}

local function draw(case)
  return picture.draw { from = case.from, to = case.to, at = case.at, bounds = case.bounds, whole = case.whole, unit = "net",
                        width = case.width, height = case.height, ascii = not case.dots }
end

local axes = {
  { "0 to 10", low = 0, high = 10, want = "{0 2 4 6 8 10}" },
  { "0 to 1", low = 0, high = 1, want = "{0 0.2 0.4 0.6 0.8 1}" },
  { "7 to 1234", low = 7, high = 1234, want = "{500 1000}" },
  { "-3 to 3", low = -3, high = 3, want = "{-2 0 2}" },
}

-- ---- edges ----

local function edges_of(case)
  local plan = plans.declare { title = "Made", every = case.every or "month", proration = case.proration,
                               table.unpack(case.charges()) }
  local input = { plan = "made", made = plan, book = book, quantities = { units = 1 }, unchecked = true, untaxed = true,
                  today = date "2026-01-15" }
  local wrong, count = edges.run(plans.of("", plan), { input })
  local list = {}
  for i = 1, math.min(#wrong, 2) do list[i] = wrong[i].name .. ": got " .. wrong[i].got .. ", want " .. wrong[i].want end
  return count .. " rows; " .. table.concat(list, "; ")
end

local at_edges = {
  { "bands", charges = function() return { graduated { "Units", quantity = "units", tiers = T() } } end, want = "20 rows; " },
  { "a fee and usage", charges = function()
      return { flat { "Fee", price = 100 }, per_unit { "Calls", meter = "calls", price = 0.01 } }
    end, want = "14 rows; " },
  { "thirds of a month, by days of 30", proration = "actual/30", charges = function() return { flat { "Fee", price = 100 } } end,
    want = "11 rows; " },
  { "half a cent", charges = function() return { flat { "Fee", price = 0.005 } } end, want = "11 rows; " },
  { "a plan that fails", charges = function()
      return { per_unit { "Units", quantity = "units", price = function(agreement) return agreement.tags.nothing + 1 end } }
    end, want = "14 rows; units 1: got error rule.error: attempt to perform arithmetic on a nil value (field 'nothing'), want an answer; "
      .. "units 999999999999: got error rule.error: attempt to perform arithmetic on a nil value (field 'nothing'), want an answer" },
}

local values = {
  { "bounds and their neighbours", charges = function() return { volume { "Units", quantity = "units", tiers = T() } } end,
    want = "{0 1 99 100 101 499 500 501 999999999999}" },
  { "packages", charges = function() return { charges.package { "Units", quantity = "units", size = 10, price = 1, free = 5 } } end,
    want = "{0 1 9 10 11 4 5 6 999999999999}" },
}

function test.run()
  return rows.join(
    rows.check(numbers, function(case) return quoting.number("n", case.text) end),
    rows.check(usages, function(case) return quoting.usage("u", case.text) end),
    rows.check(quotes, priced), rows.check(drawn, draw),
    rows.check(axes, function(case) return picture.ticks(case.low, case.high, 5) end), rows.check(at_edges, edges_of),
    rows.check(values, function(case)
      return edges.values(plans.of("", plans.declare { title = "Made", every = "month", table.unpack(case.charges()) }), "units")
    end))
end

return test

--- tests/lua/charges_test.lua: what tests/pricing tells no table: parts of a period, agreed prices, what is carried over, terms,
--- explanations, cancelled orders, and errors where a charge is declared.
local charges = require "charges"
local invoice = require "invoice"
local plans = require "plans"
local pricing = require "pricing"
local rows = require "rows"

local test = {}

local BOOK = { currency = "EUR", country = "DE", chart = { revenue = "4000", discounts = "4900" } }
local JANUARY = period "2026-01-01..2026-02-01"
local T = { { upto = 100, price = 1 }, { upto = 500, price = 0.8 }, { price = 0.6 } }

-- ---- billing one run of charges ----

local function usage_of(case)
  return function(meter, span)
    if span and span ~= case.span and case.since then return case.since[meter] or 0 end
    return (case.usage or {})[meter] or 0
  end
end

local function history_of(case)
  return function(meter, i)
    local list = (case.history or {})[meter] or {}
    return list[#list + 1 - i]
  end
end

local function job_of(case)
  return {
    agreement = { id = "A-7", tags = case.tags or {}, start = date(case.start or "2025-05-01"), prices = case.prices },
    account = { id = "ACME", tags = {} }, book = BOOK, currency = case.currency or "EUR", timing = case.timing or "arrears",
    day = date "2026-01-31", period = JANUARY, span = case.span or JANUARY, share = case.share, before = case.before,
    phase = case.phase, overrides = case.prices, explain = case.explain, usage = usage_of(case), history = history_of(case),
    others = case.others and function() return case.others end, earlier = case.earlier and function() return case.earlier end,
  }
end

local function bill(case)
  local plan = plans.declare { title = "X", every = "month", table.unpack(case) }.compiled()
  local job = invoice.begin(job_of(case))
  for _, charge in ipairs(plan.charges) do charges.bill_period(charge) end
  for _, stage in ipairs { "cap", "before", "after" } do charges.close(stage, plan.charges) end
  invoice.finish()
  local out = {}
  for i, line in ipairs(job.lines) do
    local parts = {}
    for _, name in ipairs(case.show or { "amount" }) do parts[#parts + 1] = rows.text(line[name]) end
    out[i] = table.concat(parts, " ")
  end
  return table.concat(out, ", ")
end

-- The first entry of a case is its name; what follows are charges.
local function run(case)
  local copy = {}
  for key, value in pairs(case) do
    if type(key) ~= "number" then copy[key] = value end
  end
  for i = 2, #case do copy[i - 1] = case[i] end
  return bill(copy)
end

-- ---- parts of a period ----

local FEE, SEATS = flat { "Fee", price = 100 }, per_unit { "Seats", quantity = "seats", price = 9 }

local parts = {
  { "10 of 30 days", FEE, share = { 10, 30 }, want = "33.33 EUR" },
  { "the next 10", FEE, share = { 10, 30 }, before = { 10, 30 }, want = "33.34 EUR" },
  { "the last 10", FEE, share = { 10, 30 }, before = { 20, 30 }, want = "33.33 EUR" },
  { "parts by other days", FEE, share = { 1, 3 }, before = { 20, 30 }, want = "33.33 EUR" },
  { "share and whole stand on the line", SEATS, tags = { seats = "12" }, share = { 20, 30 },
    show = { "amount", "share", "whole", "quantity", "price" }, want = "72.00 EUR 20/30 108.00 EUR 12 9" },
  { "not on a whole one", SEATS, tags = { seats = "12" }, show = { "amount", "share", "whole" }, want = "108.00 EUR nil nil" },
  { "5 of 31 days", FEE, share = { 5, 31 }, want = "16.13 EUR" },
  { "5 of 30", FEE, share = { 5, 30 }, want = "16.67 EUR" },
  { "4 of 30", FEE, share = { 4, 30 }, want = "13.33 EUR" },
  { "30 of 30 is the whole", FEE, share = { 30, 30 }, want = "100.00 EUR" },
  { "a third of a price with many digits", flat { "Fee", price = 0.335 }, share = { 1, 3 }, want = "0.11 EUR" },
  { "a year's price by the day", flat { "Fee", price = 1200 }, share = { 31, 365 }, want = "101.92 EUR" },
  { "usage is no part", per_unit { "GB", meter = "gb", price = 1 }, usage = { gb = 30 }, share = { 10, 30 }, want = "30.00 EUR" },
  { "unless the rule says so", per_unit { "GB", meter = "gb", price = 1, prorate = true }, usage = { gb = 30 },
    share = { 10, 30 }, want = "10.00 EUR" },
  { "a fee that is no part", flat { "Fee", price = 100, prorate = false }, share = { 10, 30 }, want = "100.00 EUR" },
  { "a set-up fee is no part", flat { "Set-up", price = 100, once = true }, share = { 10, 30 }, want = "100.00 EUR" },
  { "every band is a part", graduated { "Seats", quantity = "seats", tiers = T }, tags = { seats = "150" }, share = { 1, 2 },
    want = "50.00 EUR, 20.00 EUR" },
  { "bounds for a part", graduated { "Calls", meter = "c", tiers = T, bounds = "prorated" }, usage = { c = 60 },
    share = { 15, 30 }, show = { "quantity", "amount" }, want = "50 50.00 EUR, 10 8.00 EUR" },
  { "bounds of thirds", graduated { "Calls", meter = "c", tiers = T, bounds = "prorated" }, usage = { c = 34 },
    share = { 10, 30 }, show = { "quantity", "amount" }, want = "33.333333333 33.33 EUR, 0.666666667 0.53 EUR" },
  { "whole bounds by default", graduated { "Calls", meter = "c", tiers = T }, usage = { c = 60 }, share = { 15, 30 },
    want = "60.00 EUR" },
  { "what is free for a part", per_unit { "GB", meter = "gb", price = 1, free = 100, bounds = "prorated" }, usage = { gb = 60 },
    share = { 15, 30 }, want = "10.00 EUR" },
  { "the block for a part, and what is above", overage { "Calls", meter = "c", included = 100, price = 30, overage = 0.5,
    bounds = "prorated" }, usage = { c = 60 }, share = { 15, 30 }, want = "15.00 EUR, 5.00 EUR" },
  { "a commitment for a part", per_unit { "GB", meter = "gb", price = 1 }, commitment { "Minimum", amount = 100 },
    usage = { gb = 20 }, share = { 20, 30 }, show = { "text", "amount" },
    want = "GB 20.00 EUR, Minimum (20/30 of 100.00 EUR) 46.67 EUR" },
  { "a whole commitment", per_unit { "GB", meter = "gb", price = 1 }, commitment { "Minimum", amount = 100, prorate = false },
    usage = { gb = 20 }, share = { 20, 30 }, want = "20.00 EUR, 80.00 EUR" },
  { "a cap for a part", per_unit { "GB", meter = "gb", price = 1 }, cap { "Cap", amount = 30 }, usage = { gb = 50 },
    share = { 20, 30 }, want = "50.00 EUR, -30.00 EUR" },
  { "a launch at half the price", FEE, SEATS, tags = { seats = "12" }, phase = { name = "Launch", share = percent(50) },
    show = { "price", "amount" }, want = "50 50.00 EUR, 4.5 54.00 EUR" },
  { "usage bears its own price in a launch", per_unit { "GB", meter = "gb", price = 1 }, usage = { gb = 5 },
    phase = { share = percent(50) }, want = "5.00 EUR" },
  { "a part of a launch", FEE, phase = { share = percent(50) }, share = { 10, 30 }, want = "16.67 EUR" },
}

-- ---- closing charges ----

local GB = per_unit { "GB", meter = "gb", price = 1 }

local closing = {
  { "what was billed in advance counts", GB, commitment { "Minimum", amount = 100 }, usage = { gb = 20 },
    others = { { kind = "charge", charge = "fee", amount = money "49 EUR", start = JANUARY.start, stop = JANUARY.stop } },
    want = "20.00 EUR, 31.00 EUR" },
  { "less its discount", GB, commitment { "Minimum", amount = 100 }, usage = { gb = 20 },
    others = { { kind = "charge", charge = "fee", amount = money "49 EUR", discount = money "-9 EUR" } },
    want = "20.00 EUR, 40.00 EUR" },
  { "not what is given back for days before", GB, commitment { "Minimum", amount = 100 }, usage = { gb = 20 },
    others = { { kind = "charge", charge = "fee", amount = money "-49 EUR", corrects = "D1" } }, want = "20.00 EUR, 80.00 EUR" },
  { "not other days", GB, commitment { "Minimum", amount = 100 }, usage = { gb = 20 },
    others = { { kind = "charge", charge = "fee", amount = money "49 EUR", start = date "2025-12-01", stop = JANUARY.start } },
    want = "20.00 EUR, 80.00 EUR" },
  { "the cap stands on the lines", GB, per_unit { "Calls", meter = "c", price = 1 }, cap { "Cap", amount = 60 },
    usage = { gb = 50, c = 30 }, show = { "kind", "charge", "amount", "discount" },
    want = "charge gb 50.00 EUR -12.50 EUR, charge calls 30.00 EUR -7.50 EUR, discount cap -20.00 EUR nil" },
  { "a commitment of what a cap leaves", GB, cap { "Cap", amount = 30 }, commitment { "Minimum", amount = 40 },
    usage = { gb = 50 }, want = "50.00 EUR, -20.00 EUR, 10.00 EUR" },
}

-- ---- prices that were agreed ----

local agreed = {
  { "another price", SEATS, tags = { seats = "12" }, prices = { seats = "8" }, want = "96.00 EUR" },
  { "with its currency", SEATS, tags = { seats = "12" }, prices = { seats = "8.50 EUR" }, want = "102.00 EUR" },
  { "of a charge with an id", flat { "Fee", id = "base", price = 49 }, prices = { base = "39.90" }, want = "39.90 EUR" },
  { "of a band", graduated { "Calls", meter = "c", tiers = T }, usage = { c = 150 }, prices = { ["calls.2"] = "0.5" },
    want = "100.00 EUR, 25.00 EUR" },
  { "of a package", package { "Calls", meter = "c", size = 100, price = 5 }, usage = { c = 150 }, prices = { calls = "4" },
    want = "8.00 EUR" },
  { "of a stairstep beyond its end", stairstep { "Calls", meter = "c", tiers = { { upto = 10, price = 5 } } }, usage = { c = 150 },
    prices = { calls = "44" }, want = "44.00 EUR" },
  { "a rate", percentage { "Fees", meter = "c", rate = percent(2) }, usage = { c = 1000 }, prices = { fees = "0.015" },
    want = "15.00 EUR" },
  { "of a cell", matrix { "Calls", meter = "c", by = { "region" }, cells = { { region = "eu", price = 2 }, { price = 1 } } },
    tags = { region = "eu" }, usage = { c = 3 }, prices = { ["calls.1"] = "1.50" }, want = "4.50 EUR" },
  { "what is free", per_unit { "GB", meter = "gb", free = 10, price = 1 }, usage = { gb = 30 }, prices = { ["gb.free"] = "20" },
    want = "10.00 EUR" },
  { "a commitment", GB, commitment { "Minimum", amount = 100 }, usage = { gb = 1 }, prices = { minimum = "50" },
    want = "1.00 EUR, 49.00 EUR" },
  { "no number", SEATS, tags = { seats = "12" }, prices = { seats = "cheap" }, fails = "rule.value",
    says = "is priced 'cheap' for agreement A-7" },
  { "another currency", SEATS, tags = { seats = "12" }, prices = { seats = "8 USD" }, fails = "rule.value", says = "no amount in EUR" },
  { "a rate that is no share", percentage { "Fees", meter = "c", rate = percent(2) }, usage = { c = 1 }, prices = { fees = "2" },
    fails = "rule.value", says = "no share" },
}

local function check_agreed(case)
  local plan = plans.declare { title = "X", every = "month", SEATS, graduated { "Calls", meter = "c", tiers = T } }.compiled()
  charges.check_overrides(case.prices, plan.charges, { id = "A-7" }, "EUR")
  return "good"
end

local overrides = {
  { "none", want = "good" },
  { "of charges and bands", prices = { seats = "8", ["calls.3"] = "0.5" }, want = "good" },
  { "of no charge", prices = { seat = "8" }, fails = "rule.value",
    says = "agreement A-7 has a price for 'seat', which is no price of its plan (did you mean 'seats'?" },
  { "of a charge whose prices are bands", prices = { calls = "8" }, fails = "rule.value", says = "price for 'calls'" },
  { "of a band that is not there", prices = { ["calls.4"] = "8" }, fails = "rule.value", says = "price for 'calls.4'" },
  { "no number", prices = { seats = "8,5" }, fails = "rule.value", says = "is priced '8,5'" },
  { "nothing", prices = { seats = "" }, fails = "rule.value", says = "is priced ''" },
}

-- ---- what goes on over periods ----

local function rolling(more)
  local given = { "GB", meter = "gb", free = 100, price = 1, rollover = more }
  return per_unit(given)
end

local over_periods = {
  { "nothing before", rolling { periods = 1 }, usage = { gb = 150 }, want = "50.00 EUR" },
  { "what was left is carried", rolling { periods = 1 }, usage = { gb = 150 }, history = { gb = { 70 } },
    show = { "text", "amount" }, want = "GB, 130 free, 30 of them carried over 20.00 EUR" },
  { "up to the cap", rolling { cap = 20, periods = 1 }, usage = { gb = 150 }, history = { gb = { 70 } }, want = "30.00 EUR" },
  { "for one period", rolling { periods = 1 }, usage = { gb = 250 }, history = { gb = { 0, 100 } }, want = "50.00 EUR" },
  { "for two periods", rolling { periods = 2 }, usage = { gb = 250 }, history = { gb = { 0, 100 } },
    want = "50.00 EUR" },
  { "what expires first is used first", rolling { periods = 2 }, usage = { gb = 400 }, history = { gb = { 40, 40 } },
    want = "180.00 EUR" },
  { "old grants expire", rolling { periods = 1 }, usage = { gb = 400 }, history = { gb = { 0, 0, 0 } }, want = "200.00 EUR" },
  { "three periods without end", rolling(true), usage = { gb = 400 }, history = { gb = { 0, 0, 0 } }, want = "0.00 EUR" },
  { "used up in between", rolling(true), usage = { gb = 100 }, history = { gb = { 0, 250, 0 } }, want = "0.00 EUR" },
  { "more than there was is no debt", rolling(true), usage = { gb = 150 }, history = { gb = { 500 } }, want = "50.00 EUR" },
  { "no carrying at all", rolling(false), usage = { gb = 150 }, history = { gb = { 0 } }, want = "50.00 EUR" },
  { "bands go on in the year", graduated { "Calls", meter = "c", tiers = T, accumulate = "year" }, usage = { c = 50 },
    since = { c = 80 }, show = { "quantity", "amount" }, want = "20 20.00 EUR, 30 24.00 EUR" },
  { "a year that begins now", graduated { "Calls", meter = "c", tiers = T, accumulate = "year" }, usage = { c = 50 },
    since = { c = 80 }, start = "2025-01-01", want = "50.00 EUR" },
  { "the calendar year begins now", graduated { "Calls", meter = "c", tiers = T, accumulate = "calendar_year" }, usage = { c = 50 },
    since = { c = 80 }, want = "50.00 EUR" },
  { "since the agreement began", graduated { "Calls", meter = "c", tiers = T, accumulate = "agreement" }, usage = { c = 50 },
    since = { c = 480 }, want = "16.00 EUR, 18.00 EUR" },
  { "packages go on", package { "Calls", meter = "c", size = 100, price = 5, accumulate = "year" }, usage = { c = 30 },
    since = { c = 250 }, want = "0.00 EUR" },
  { "the next package", package { "Calls", meter = "c", size = 100, price = 5, accumulate = "year" }, usage = { c = 60 },
    since = { c = 250 }, want = "5.00 EUR" },
  { "a volume price that fell takes back", volume { "Calls", meter = "c", tiers = T, accumulate = "year" }, usage = { c = 50 },
    since = { c = 80 }, want = "104.00 EUR, -80.00 EUR" },
  { "a volume price that stayed", volume { "Calls", meter = "c", tiers = T, accumulate = "year" }, usage = { c = 10 },
    since = { c = 80 }, want = "10.00 EUR" },
  { "a stairstep is paid up", stairstep { "Calls", meter = "c", accumulate = "year", tiers = { { upto = 100, price = 50 },
    { price = 120 } } }, usage = { c = 50 }, since = { c = 80 }, want = "120.00 EUR, -50.00 EUR" },
  { "a stairstep that is paid", stairstep { "Calls", meter = "c", accumulate = "year", tiers = { { upto = 100, price = 50 },
    { price = 120 } } }, usage = { c = 10 }, since = { c = 80 }, want = "" },
  { "what is free in a year", per_unit { "GB", meter = "gb", free = 100, price = 1, accumulate = "year" }, usage = { gb = 50 },
    since = { gb = 80 }, want = "30.00 EUR" },
  { "packages of parts of a period", package { "Calls", meter = "c", size = 100, price = 6 }, usage = { c = 30 }, earlier = 30,
    want = "0.00 EUR" },
  { "bands of parts of a period", graduated { "Calls", meter = "c", tiers = T }, usage = { c = 60 }, earlier = 80,
    want = "20.00 EUR, 32.00 EUR" },
  { "in advance by the last period", per_unit { "GB", meter = "gb", price = 2, when = "advance", usage = "last_period" },
    timing = "advance", usage = { gb = 99 }, history = { gb = { 5, 7 } }, want = "14.00 EUR" },
  { "in advance before there was any", per_unit { "GB", meter = "gb", price = 2, when = "advance", usage = "last_period" },
    timing = "advance", usage = { gb = 99 }, want = "" },
  { "a mean of three periods", formula { "Mean", meter = "c", amount = function(q)
      local total, n = q.quantity, 1
      for i = 1, 2 do
        local before = q.history("c", i)
        if before then total, n = total + before.quantity, n + 1 end
      end
      return divide(total, n, 6)
    end }, usage = { c = 12 }, history = { c = { 5, 3 } }, want = "6.67 EUR" },
}

-- ---- how amounts come about ----

local function how(name, charge, usage, want, more)
  local case = { name, charge, usage = { c = usage }, show = { "how" }, explain = true, want = want }
  for key, value in pairs(more or {}) do case[key] = value end
  return case
end

local explained = {
  how("flat", FEE, 0, "1 x 100 = 100.00 EUR"),
  how("flat, a part", FEE, 0, "1 x 100 = 100.00 EUR; 20/30 of it = 66.67 EUR", { share = { 20, 30 } }),
  how("per unit", per_unit { "C", meter = "c", price = 0.12 }, 300, "300 x 0.12 = 36.00 EUR"),
  how("volume", volume { "C", meter = "c", tiers = T }, 600, "600 is above 500: 600 x 0.6 = 360.00 EUR"),
  how("package", package { "C", meter = "c", size = 100, price = 5 }, 101, "ceil(101 / 100) = 2 packages x 5 = 10.00 EUR"),
  how("package with free units", package { "C", meter = "c", size = 100, price = 5, free = 100 }, 101,
      "ceil(max(101 - 100, 0) / 100) = 1 package x 5 = 5.00 EUR"),
  how("package that goes on", package { "C", meter = "c", size = 100, price = 5 }, 60,
      "ceil(110 / 100) - ceil(50 / 100) = 1 package x 5 = 5.00 EUR", { earlier = 50 }),
  how("stairstep", stairstep { "C", meter = "c", tiers = { { upto = 100, price = 50 }, { upto = 500, price = 120 } } }, 101,
      "101 is above 100 up to 500 = 120.00 EUR"),
  how("percentage", percentage { "C", meter = "c", rate = percent "2.9", fixed = 0.30 }, 100, "2.9 % of 100 + 1 x 0.3 = 3.20 EUR"),
  how("percentage with a minimum", percentage { "C", meter = "c", rate = percent(2), minimum = 1 }, 10,
      "2 % of 10, each event at least 1 = 1.00 EUR"),
  how("graduated percentage", graduated_percentage { "C", meter = "c", tiers = { { upto = 1000, rate = percent(2) },
      { rate = percent(1) } } }, 1500, "2 % of 1000 + 1 % of 500 = 25.00 EUR"),
  how("commitment", commitment { "Min", amount = 100 }, 0, "100.00 EUR committed - 0.00 EUR billed = 100.00 EUR"),
  how("overage", overage { "C", meter = "c", included = 100, price = 20, overage = 0.5 }, 130,
      "100 included for 20 = 20.00 EUR, (130 - 100) x 0.5 = 15.00 EUR"),
  how("formula", formula { "F", meter = "c", amount = function(q) return q.quantity * 2 end }, 3, "formula: 6 = 6.00 EUR"),
}

-- ---- terms ----

local function terms(case)
  local plan = plans.declare { title = "X", every = "month", case[2] }.compiled()
  local list = {}
  for i, one in ipairs(case.of) do
    invoice.begin(job_of(one))
    list[i] = charges.terms(plan.charges[1])
    invoice.finish()
  end
  return list[1] == list[2] and "the same" or "other"
end

local METERED = per_unit { "GB", meter = "gb", price = 1 }
local FREE_FORM = formula { "F", amount = function(q) return decimal(q.agreement.tags.n) * 2 end }
local same_terms = {
  { "the same seats", SEATS, of = { { tags = { seats = "3" } }, { tags = { seats = "3.0" } } }, want = "the same" },
  { "more seats", SEATS, of = { { tags = { seats = "3" } }, { tags = { seats = "4" } } }, want = "other" },
  { "another price", SEATS, of = { { tags = { seats = "3" } }, { tags = { seats = "3" }, prices = { seats = "8" } } }, want = "other" },
  { "a price of another charge", SEATS, of = { { tags = { seats = "3" } }, { tags = { seats = "3" }, prices = { fee = "8" } } },
    want = "the same" },
  { "usage is no term", METERED, of = { { usage = { gb = 1 } }, { usage = { gb = 2 } } }, want = "the same" },
  { "a phase", FEE, of = { {}, { phase = { share = percent(50) } } }, want = "other" },
  { "a formula's amount", FREE_FORM, of = { { timing = "advance", tags = { n = "1" } }, { timing = "advance", tags = { n = "2" } } },
    want = "other" },
  { "a formula's amount stays", FREE_FORM,
    of = { { timing = "advance", tags = { n = "1", x = "1" } }, { timing = "advance", tags = { n = "1" } } }, want = "the same" },
}

-- ---- percentages: with and without events ----

local function percent_paths(case)
  local events, total = {}, 0
  for i, amount in ipairs(case.events) do
    events[i], total = { id = "E" .. i, quantity = amount, tags = {} }, total + amount
  end
  local usage = { quantity = total, count = #events, events = function() return events end }
  local out = {}
  for i, more in ipairs { {}, { minimum = 0, maximum = 1000000000 } } do
    local given = { "Fees", meter = "c", minimum = case.events.back and nil or more.minimum, maximum = more.maximum }
    for key, value in pairs(case.terms) do given[key] = value end
    out[i] = bill { percentage(given), usage = { c = usage } }
  end
  return out[1] == out[2] and "alike" or out[1] .. " and " .. out[2]
end

local PATHS = {
  { 100 }, { 0.10, 0.10, 0.10 }, { 33.33, 33.33, 33.34 }, { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 }, { 999999.99, 0.01 },
  { 10.005, 10.005 }, { 7.77, 12345.678 }, { 0.005, 0.005, 0.005, 0.005 }, { 500, 500, 500 }, { 499.99, 0.02, 1000 },
}
local TERMS = {
  { rate = percent "2.9" }, { rate = percent "2.9", fixed = 0.30 }, { rate = percent(1), free_base = 500 },
  { rate = percent(1), free_base = 500, fixed = 0.25 }, { rate = percent "0.7", free_events = 2, fixed = 0.10 }, { rate = 0, fixed = 0.005 },
}
local paths = {}
for i, list in ipairs(PATHS) do
  for k, of in ipairs(TERMS) do
    paths[#paths + 1] = { "both ways of percentages " .. i .. "/" .. k, events = list, terms = of, want = "alike" }
  end
end

-- ---- orders ----

local ORDERED = {
  per_unit { "A", quantity = 7, price = 1.115, cancellations = true },
  graduated { "B", quantity = 501, tiers = T, cancellations = true }, volume { "C", quantity = 600, tiers = T, cancellations = true },
  package { "D", quantity = 101, size = 100, price = 5, cancellations = true },
  stairstep { "E", quantity = 101, tiers = { { upto = 100, price = 50 }, { price = 120 } }, cancellations = true },
  percentage { "F", quantity = 333.33, rate = percent "2.9", fixed = 0.30, minimum = 1, cancellations = true },
  graduated_percentage { "G", quantity = 1500, tiers = { { upto = 1000, rate = percent(2) }, { rate = percent(1) } }, cancellations = true },
  matrix { "H", quantity = 3, by = { "x" }, cells = { { price = 2.5 } }, cancellations = true },
  overage { "I", quantity = 130, included = 100, price = 20, overage = 0.5, cancellations = true },
  commitment { "J", amount = 5000, cancellations = true }, cap { "K", amount = 900, cancellations = true },
}

local function order_amounts(kind, list)
  local plan = plans.declare { title = "X", table.unpack(list) }.compiled()
  local lines = pricing.lines({
    order = { id = "O1", kind = kind, lines = {}, value = 0, tags = {} }, account = { id = "ACME", tags = {} }, book = BOOK,
    currency = "EUR", day = date "2026-01-15",
  }, plan, "rules/pricing/x.lua")
  local out = {}
  for i, line in ipairs(lines) do out[i] = line.amount end
  return out
end

local function cancelled(case)
  local list = {}
  for i, entry in ipairs(case[2]) do list[i] = entry end
  local sale, back = order_amounts("sale", list), order_amounts("cancellation", list)
  local out = {}
  for i, amount in ipairs(sale) do
    out[i] = tostring(amount)
    if not back[i] or amount + back[i] ~= 0 and (amount + back[i]).amount ~= 0 then
      return "line " .. i .. " is " .. amount .. " and " .. tostring(back[i])
    end
  end
  return #sale == #back and table.concat(out, ", ") or "other lines"
end

local orders = {
  { "each kind is taken back exactly", ORDERED,
    want = "7.81 EUR, 100.00 EUR, 320.00 EUR, 0.60 EUR, 360.00 EUR, 10.00 EUR, 120.00 EUR, 9.97 EUR, 25.00 EUR, 7.50 EUR, "
      .. "20.00 EUR, 15.00 EUR, -95.88 EUR, 4100.00 EUR" },
}

-- ---- declarations that are wrong ----

local function declared(case)
  local list = case.make()
  plans.declare { title = "X", every = case.every or "month", currency = case.currency, table.unpack(list[1] and list or { list }) }
  return "declared"
end

local function wrong(name, says, make, more)
  local case = { name, make = make, fails = more and more.fails or "rule.value", says = says }
  for key, value in pairs(more or {}) do case[key] = value end
  return case
end

local REGION = { "region", "class" }
local declarations = {
  wrong("a negative size", "size of the package is -100", function() return package { "P", meter = "c", size = -100, price = 1 } end),
  wrong("a size of zero", "size of the package is 0", function() return package { "P", meter = "c", size = 0, price = 1 } end),
  wrong("no size", "size of the package charge is missing", function() return package { "P", meter = "c", price = 1 } end),
  wrong("rounding that is none", "round is 'nearest'", function() return package { "P", meter = "c", size = 1, price = 1, round = "nearest" } end),
  wrong("a size in a band", "size of packages in band 1", function() return graduated { "G", meter = "c", tiers = { { price = 1, size = 0 } } } end),
  wrong("a negative allowance", "free quantity is -1", function() return per_unit { "G", meter = "c", price = 1, free = -1 } end),
  wrong("rollover of nothing", "nothing is free", function() return per_unit { "G", meter = "c", price = 1, rollover = true } end),
  wrong("rollover without a meter", "has no meter", function() return per_unit { "G", quantity = 1, price = 1, free = 1, rollover = true } end),
  wrong("a slip in rollover", "did you mean 'periods'?", function()
    return per_unit { "G", meter = "c", price = 1, free = 1, rollover = { period = 1 } } end),
  wrong("no periods of rollover", "periods of the rollover is 0", function()
    return per_unit { "G", meter = "c", price = 1, free = 1, rollover = { periods = 0 } } end),
  wrong("bounds that are none", "bounds is 'half'", function() return graduated { "G", meter = "c", tiers = T, bounds = "half" } end),
  wrong("a stairstep without a price", "price of the band 1 is missing", function() return stairstep { "S", meter = "c", tiers = { { upto = 5 } } } end),
  wrong("above without an end", "the last band has no end", function()
    return stairstep { "S", meter = "c", tiers = { { price = 5 } }, above = "contact" } end),
  wrong("a rate of 2", "which is no share from 0 to 1 (write percent(2)", function() return percentage { "P", meter = "c", rate = 2 } end),
  wrong("a negative rate", "rate of the percentage charge is -0.1", function() return percentage { "P", meter = "c", rate = -0.1 } end),
  wrong("a rate as text", "the text '2 %'", function() return percentage { "P", meter = "c", rate = "2 %" } end),
  wrong("a rate of a band", "rate of the band 1 is 2", function() return graduated_percentage { "P", meter = "c", tiers = { { rate = 2 } } } end),
  wrong("a price in bands of rates", "has no field 'price'", function() return graduated_percentage { "P", meter = "c", tiers = { { price = 2 } } } end),
  wrong("a minimum above its maximum", "is above its maximum", function()
    return percentage { "P", meter = "c", rate = 0, minimum = 5, maximum = 1 } end),
  wrong("a negative minimum", "the minimum of an event is -5", function() return percentage { "P", meter = "c", rate = 0, minimum = -5 } end),
  wrong("a tie", "cells 1 and 2 both match", function() return matrix { "M", meter = "c", by = REGION, cells = {
    { region = "eu", price = 1 }, { class = "hot", price = 2 }, { price = 3 } } } end),
  wrong("a tie among many values", "add a cell for class = hot, region = us", function() return matrix { "M", meter = "c", by = REGION, cells = {
    { region = { "eu", "us" }, price = 1 }, { class = "hot", price = 2 }, { region = "eu", class = "hot", price = 4 }, { price = 3 } } } end),
  wrong("a cell twice", "cells 1 and 2 are for the same properties", function() return matrix { "M", meter = "c", by = REGION, cells = {
    { region = "eu", price = 1 }, { region = { "us", "eu" }, price = 2 }, { price = 3 } } } end),
  wrong("two default cells", "cells 1 and 2 are for the same properties", function() return matrix { "M", meter = "c", by = REGION,
    cells = { { price = 1 }, { price = 2 } } } end),
  wrong("no default cell", "no cell for what no other cell matches", function() return matrix { "M", meter = "c", by = REGION,
    cells = { { region = "eu", price = 1 } } } end),
  wrong("a default cell that is refused", "leave one of them out", function() return matrix { "M", meter = "c", by = REGION,
    unmatched = "error", cells = { { price = 1 } } } end),
  wrong("a slip in a property", "did you mean 'region'?", function() return matrix { "M", meter = "c", by = REGION,
    cells = { { regoin = "eu", price = 1 }, { price = 1 } } } end),
  wrong("a cell without a price", "neither a price nor tiers", function() return matrix { "M", meter = "c", by = REGION,
    cells = { { region = "eu" }, { price = 1 } } } end),
  wrong("no properties", "by names no property", function() return matrix { "M", meter = "c", by = {}, cells = { { price = 1 } } } end),
  wrong("no cells", "there are no cells", function() return matrix { "M", meter = "c", by = REGION, cells = {} } end),
  wrong("a formula as text", "amount of the formula charge", function() return formula { "F", amount = "1 + 1" } end),
  wrong("a negative commitment", "amount of the commitment is -1", function() return commitment { "C", amount = -1 } end),
  wrong("a negative cap", "amount of the cap is -1", function() return cap { "C", amount = -1 } end),
  wrong("an overage factor of zero", "overage is 0", function() return commitment { "C", amount = 1, overage = 0 } end),
  wrong("a commitment for no charge", "names the charge 'gigs', which is not in the plan (did you mean", function()
    return { per_unit { "Gig", meter = "c", price = 1 }, commitment { "C", amount = 1, charges = { "gigs" } } } end),
  wrong("an empty list of charges", "charges is an empty list", function() return commitment { "C", amount = 1, charges = {} } end),
  wrong("two charges of one name", "has the id 'fee', as charge 'Fee' at", function()
    return { flat { "Fee", price = 1 }, flat { "Fee", price = 2 } } end),
  wrong("an id with a blank", "has the id 'my fee'", function() return flat { "Fee", id = "my fee", price = 1 } end),
  wrong("a name without letters", "give it one of letters and digits", function() return flat { "\u{8cbb}\u{7528}", price = 1 } end),
  wrong("two currencies in a charge", "prices in EUR and in USD", function() return graduated { "G", meter = "c", tiers = {
    { upto = 5, price = money "1 EUR" }, { price = money "2 USD" } } } end, { fails = "money.currency_mismatch" }),
  wrong("two currencies in a plan", "has prices in USD, and the plan is in EUR", function() return {
    flat { "A", price = money "1 EUR" }, flat { "B", price = money "1 USD" } } end, { fails = "money.currency_mismatch" }),
  wrong("another currency than the plan's", "has prices in EUR, and the plan is in USD", function() return flat { "A", price = money "1 EUR" } end,
        { currency = "USD", fails = "money.currency_mismatch" }),
  wrong("a price per three", "per is 3", function() return per_unit { "G", meter = "c", price = 1, per = 3 } end),
  wrong("prices of events without a meter", "price_property takes the price from the events", function()
    return per_unit { "G", quantity = 1, price_property = "price" } end),
  wrong("going on without a meter", "goes on counting a meter", function()
    return graduated { "G", quantity = 1, tiers = T, accumulate = "year" } end),
  wrong("going on since when", "accumulate is 'month'", function() return graduated { "G", meter = "c", tiers = T, accumulate = "month" } end),
  wrong("usage of a quantity", "this charge has no meter", function()
    return per_unit { "G", quantity = 1, price = 1, usage = "last_period" } end),
  wrong("a negative block", "included quantity is -1", function() return overage { "O", meter = "c", included = -1, price = 1, overage = 1 } end),
  wrong("an unknown field", "did you mean 'maximum'?", function() return percentage { "P", meter = "c", rate = 0, maxmum = 1 } end),
}

local FUNCTIONS = {
  { "a price that is text", per_unit { "GB", meter = "gb", price = function() return "1" end }, usage = { gb = 1 }, fails = "rule.value",
    says = "charge 'GB' has a string as its price for agreement A-7" },
  { "no price", per_unit { "GB", meter = "gb", price = function() end }, usage = { gb = 1 }, fails = "price.missing", says = "agreement A-7" },
  { "more digits than fit", per_unit { "GB", meter = "gb", price = 0.000000000001 },
    usage = { gb = decimal "0.0000000000001" }, fails = "decimal.range", says = "" },
  { "more than an amount holds", per_unit { "GB", meter = "gb", price = 1 }, usage = { gb = decimal "123456789012345678" },
    fails = "money.range", says = "charge 'GB' comes to 123456789012345678.00 EUR for agreement A-7" },
  { "usage below zero of packages", package { "P", meter = "gb", size = 1, price = 1 }, usage = { gb = -1 }, fails = "rule.value",
    says = "correct the usage events of gb" },
}

function test.run()
  return rows.join(rows.check(parts, run), rows.check(closing, run), rows.check(agreed, run), rows.check(overrides, check_agreed),
                   rows.check(over_periods, run), rows.check(explained, run), rows.check(same_terms, terms),
                   rows.check(paths, percent_paths), rows.check(orders, cancelled), rows.check(declarations, declared),
                   rows.check(FUNCTIONS, run))
end

return test

--- lua/guards.lua: what of a rule is probably a mistake, before a customer finds it: the warnings of `moonbill rules check`.
--- Units: as in lua/quote.lua. Source: none.
--- Example: of volume tiers of 1.00 up to 100, 0.80 up to 500 and 0.60 above it says that 501 units cost 300.60, less than 500
--- at 400.00.
---
--- guards.check(path) -> list of { file, line, message, hint }       of a file that could be loaded; host.today() is the day, and
--- host.event_names() what events the book has, both nil outside of a book
local declare = require "declare"
local edges = require "edges"
local examples = require "examples"
local meters = require "meters"
local plans = require "plans"
local quote = require "quote"

local guards = {}

local list -- of the file at hand

local function warn(place, message, hint)
  local file, line = declare.split(place)
  list[#list + 1] = { file = file, line = line, message = message, hint = hint }
end

-- The line of a file that first says something, for settings, which have no place of their own.
local function place_of(path, word)
  local text, number = host.rule_text and host.rule_text(path) or "", 0
  for line in (text .. "\n"):gmatch "([^\n]*)\n" do
    number = number + 1
    if line:gsub("%-%-.*", ""):find("%f[%w_]" .. word .. "%f[^%w_]") then return path .. ":" .. number end
  end
  return path .. ":1"
end

local function counts(charge, name) return charge.quantity == name or charge.meter == name end

-- ---- amounts ----

local function net_of(base, into, name, value)
  local good, found = pcall(quote.price, edges.with_value(base, into, name, value))
  return good and found.net or nil
end

local function charge_by(plan, name)
  for _, charge in ipairs(plan.charges) do
    if counts(charge, name) and charge.kind == "volume" then return charge end
  end
  for _, charge in ipairs(plan.charges) do
    if counts(charge, name) then return charge end
  end
  return plan.charges[1]
end

local FALLS_MAX = 3 -- that are told of a quantity

-- Where one more of a quantity makes the whole cheaper.
local function check_falls(plan, base, into, name)
  local values, falls, last, before = edges.values(plan, name), 0, nil, nil
  local charge = charge_by(plan, name)
  table.sort(values, function(a, b) return a < b end)
  for _, value in ipairs(values) do
    local net = net_of(base, into, name, value)
    if net and last and net < last and falls < FALLS_MAX and not charge.falls then
      falls = falls + 1
      warn(charge.place, "the amount falls from " .. last .. " at " .. tostring(before) .. " to " .. net
        .. " at " .. tostring(value) .. " " .. name, charge.kind == "volume"
          and "say falls = true if that is meant; a graduated charge has each unit pay its own band"
          or "a graduated charge has each unit pay its own band, and never falls")
    end
    if net then last, before = net, value end
  end
end

-- Of what is counted; more that is free or included makes things cheaper.
local function check_amounts(plan, bases)
  if not bases[1] or not plan.every then return end
  local seen = {}
  for _, charge in ipairs(plan.charges) do
    local name = charge.meter or charge.quantity
    if type(name) == "string" and not seen[name] then
      seen[name] = true
      check_falls(plan, bases[1], charge.meter and "usage" or "quantities", name)
    end
  end
end

-- ---- periods ----

local APART = {
  ["actual/30"] = "the parts of a month of 31 days come to 31/30 of its price, those of February to 28/30",
  ["actual/365"] = "the parts of a month of 31 days come to more than its price, those of February to less",
}

local function check_parts(plan, path)
  if not plan.every then return end
  local proration = plans.settled(plan, path, quote.book().billing).proration
  local says = APART[proration]
  if not says then return end
  for _, charge in ipairs(plan.charges) do
    if charge.prorate ~= false and not charge.meter then
      return warn(place_of(path, "proration"), 'proration = "' .. proration .. '": ' .. says,
                  'that is what some contracts say; "actual" and "30/360" add up to the whole')
    end
  end
end

-- ---- meters ----

local used -- names of the events that the book has; false where nobody knows

local function check_meters(plan)
  if used == nil then
    used = false -- also in a book that has no usage yet
    for _, name in ipairs(host.event_names and host.event_names() or {}) do
      used = used or {}
      used[name] = true
    end
  end
  local told, in_use = {}, false
  for _, charge in ipairs(plan.charges) do
    in_use = in_use or (used and charge.meter and used[meters.event(charge.meter)])
  end
  for _, charge in ipairs(plan.charges) do
    local doubt = used and charge.meter and not told[charge.meter] and meters.doubt(charge.meter, used)
    -- A plan of declared meters that has no usage at all is one that nobody has by now.
    if doubt and (in_use or not meters.all().by_name[charge.meter]) then
      told[charge.meter] = true
      warn(charge.place, doubt, "is it spelled as the events are? moonbill list events")
    end
  end
end

-- ---- bands and cells ----

local function number_of(value) return type(value) == "money" and value.amount or value end
local function is_number(value) return type(value) == "number" or type(value) == "decimal" end

local function check_bands(charge, tiers)
  local before
  for i, band in ipairs(tiers) do
    local price = number_of(band.price or band.rate)
    if is_number(price) and is_number(band.size) then price = divide(price, band.size, 12) end
    if charge.kind ~= "stairstep" and is_number(price) then
      if before and price > before and before ~= 0 then
        warn(charge.place, "band " .. i .. " of charge '" .. charge.name .. "' costs more (" .. tostring(price)
          .. ") than the band before it (" .. tostring(before) .. ")", "a band further up is usually cheaper")
        break
      end
      before = price
    end
  end
  if is_number(charge.quantity) then
    for i, band in ipairs(tiers) do
      local bound = number_of(band.upto)
      if bound and bound >= charge.quantity and i < #tiers then
        return warn(charge.place, "bands of charge '" .. charge.name .. "' are never reached: its quantity is always "
          .. tostring(charge.quantity) .. ", which band " .. i .. " holds", "name the quantity that changes, or leave them out")
      end
    end
  end
end

-- ---- what can never apply ----

local function all_free(charge)
  if charge.fixed or charge.fee or charge.minimum then return false end
  if charge.tiers then
    for _, band in ipairs(charge.tiers) do
      if number_of(band.price or band.rate or 0) ~= 0 or number_of(band.fee or 0) ~= 0 then return false end
    end
    return true
  end
  return is_number(number_of(charge.price)) and number_of(charge.price) == 0
end

local function check_dead(charge)
  local subject = "charge '" .. charge.name .. "'"
  if is_number(charge.quantity) and charge.quantity == 0 then
    warn(charge.place, subject .. " can never apply: its quantity is 0", "name the quantity that it counts")
  elseif charge.kind ~= "formula" and all_free(charge) then
    warn(charge.place, subject .. " never comes to anything: its price is 0", "leave it out, or write its price")
  end
end

-- ---- currencies ----

local function add_currency(found, value, depth)
  if type(value) == "money" then
    found[value.currency] = true
  elseif type(value) == "table" and depth < 4 then
    for key, part in pairs(value) do
      if key ~= "declared" then add_currency(found, part, depth + 1) end
    end
  end
end

local function check_currencies(plan, path)
  local home, first = plan.currency or quote.book().currency, nil
  for _, charge in ipairs(plan.charges) do
    local found = {}
    for _, field in ipairs { "price", "amount", "fixed", "minimum", "maximum", "tiers", "cells", "fee" } do
      add_currency(found, charge[field], 0)
    end
    for currency in pairs(found) do
      first = first or currency
      if currency ~= (plan.currency and home or first) or not plan.currency and currency ~= home then
        return warn(charge.place, "charge '" .. charge.name .. "' is priced in " .. currency .. ", and "
          .. (plan.currency and "the plan is in " .. home or first ~= currency and "others of the plan in " .. first
            or "the book is in " .. home), 'write currency = "' .. currency .. '" in the plan, and all prices in it')
      end
    end
  end
end

-- ---- plans ----

local function check_examples(path)
  local beside = path:gsub("%.lua$", ".examples.lua")
  for _, known in ipairs(rule_paths "rules/pricing/") do
    if known == beside then return end
  end
  warn(path .. ":1", "there are no examples beside this plan",
       "write what it has to come to into " .. beside .. ": moonbill rules test computes them")
end

local function check_plan(path)
  local plan = plans.of(path)
  for _, charge in ipairs(plan.charges) do
    check_dead(charge)
    if charge.tiers then check_bands(charge, charge.tiers) end
    for _, cell in ipairs(charge.cells or {}) do
      if type(cell) == "table" and cell.tiers then check_bands(charge, cell.tiers) end
    end
  end
  local good, bases = pcall(examples.bases, path)
  check_amounts(plan, good and bases or {})
  check_parts(plan, path)
  check_meters(plan)
  check_currencies(plan, path)
  check_examples(path)
end

-- ---- discounts ----

local function ids_of_all_plans()
  local ids = {}
  for _, name in ipairs(quote.plans()) do
    local good, plan = pcall(quote.plan, name)
    for _, charge in ipairs(good and plan.charges or {}) do ids[charge.id or ""] = true end
  end
  return ids
end

local function names_of(map)
  local names = {}
  for name in pairs(map) do names[#names + 1] = name end
  return names
end

local function check_discounts(path)
  local rules, today, ids = rule(path).discounts(), host.today and host.today(), ids_of_all_plans()
  local all = {}
  for _, code in ipairs(rules.codes) do all[#all + 1] = rules.coupons[code] end
  for _, one in ipairs(rules.promotions) do all[#all + 1] = one end
  for _, one in ipairs(all) do
    local subject = one.kind .. " '" .. one.name .. "'"
    if today and one.stop and one.stop <= today then
      warn(one.place, subject .. " ended on " .. tostring(one.stop),
           "what was billed with it stays; take it out when it is history")
    end
    for id in pairs(one.charges or {}) do
      if not ids[id] then
        warn(one.place, subject .. " is for charge '" .. tostring(id) .. "', and no plan has a charge of that id",
             declare.suggest(id, names_of(ids)))
      end
    end
  end
end

local CHECKS = { { "^rules/pricing/.+%.lua$", check_plan }, { "^rules/discounts%.lua$", check_discounts } }

--- The warnings of a rule file that could be loaded.
---@param path string
---@return table list of { file, line, message, hint }, in the order of their lines
function guards.check(path)
  list = {}
  for _, row in ipairs(CHECKS) do
    if path:find(row[1]) and not path:find "%.examples%.lua$" then row[2](path) end
  end
  table.sort(list, function(a, b) return (a.line or 0) < (b.line or 0) end)
  return list
end

return guards

--- lua/discounts.lua: rules/discounts.lua, coupons and promotions, and how they and promotional grants come off a document.
--- Units: a share is a number from 0 to 1 (percent(10)), a fixed discount money; days are whole.
--- Source: discounts come off before tax (EN 16931 BG-20): net 100 less a coupon of 10 bears 20 % of 90, total 108. A promotional
--- grant is such a discount; money that was paid in advance is none, and settles the total (wallet after tax).
--- Example: coupon { "WELCOME", percent(10), periods = 3 } takes a tenth off the three periods of an agreement that begin on or
--- after the day in `coupons.WELCOME`, or have it.
---
--- The order: coupons and promotions by `priority` (the lowest first), then those for some charges or categories, then by
--- first day, then by name; grants after them by priority, earlier expiry, earlier first day, id.
local declare = require "declare"
local invoice = require "invoice"
local near = require "near"
local reductions = require "reductions"

local discounts = {}

local PATH = "rules/discounts.lua"
local PRIORITY = 100 -- where none is written

-- Discounts of the constructors below; nothing else passes for one.
local made = setmetatable({}, { __mode = "k" })

-- ---- declaring ----

local PROMOTION = {
  text = "text", periods = "count", charges = "table", categories = "table", priority = "number", stack = "text",
  leftover = "text", timing = "text", from = "date", ["until"] = "date", revenue = "text", when = "function", currency = "text",
}
local COUPON = { once = "flag" }
for name, kinds in pairs(PROMOTION) do COUPON[name] = kinds end

-- What comes off: a share, or money; a number with a currency beside it is money too.
local function amount_of(what, given)
  local how = given[2]
  if given.currency then
    declare.kind("amount of the " .. what, how, "number")
    how = money(how, given.currency)
  end
  declare.kind("discount of the " .. what, how, "number|money")
  local fixed = type(how) == "money"
  if fixed and how <= 0 then
    declare.fail("the " .. what .. " takes " .. how .. " off", "write what it takes off as a positive amount")
  end
  if not fixed and (how <= 0 or how > 1) then
    declare.fail("the " .. what .. " takes " .. tostring(how) .. " off, which is no share",
                 'write percent(20), or money "10 EUR" for a fixed amount')
  end
  return how, fixed
end

local function check_fixed(what, given)
  for _, name in ipairs { "leftover", "timing" } do
    if given[name] then
      declare.fail("the " .. what .. " is a share and says " .. name, name .. " is for fixed amounts, such as money \"10 EUR\"")
    end
  end
end

local function construct(kind, given, fields)
  declare.fields(kind, given, fields)
  declare.positions(kind, given, 2)
  local name = declare.kind("name of the " .. kind, given[1], "text")
  local what = kind .. " '" .. name .. "'"
  local how, fixed = amount_of(what, given)
  if not fixed then check_fixed(what, given) end
  if given.once and given.periods then declare.fail("the " .. what .. " says once and periods", "once is periods = 1") end
  if given.periods == 0 then declare.fail("the " .. what .. " is for 0 periods") end
  if given.from and given["until"] and date(given["until"]) <= date(given.from) then
    declare.fail("the " .. what .. " ends before it begins", "until is the first day on which it no longer holds")
  end
  local periods = given.once and 1 or given.periods
  local one = {
    kind = kind, name = name, text = given.text or name, how = how, fixed = fixed, periods = periods, when = given.when,
    charges = invoice.set_of("charges", given.charges), categories = invoice.set_of("categories", given.categories),
    priority = given.priority or PRIORITY, from = given.from and date(given.from), revenue = given.revenue,
    stop = given["until"] and date(given["until"]), place = declare.here(), stack = given.stack,
    timing = given.timing and declare.choice("timing of the " .. what, given.timing, { "advance", "arrears" }),
    carried = declare.choice("leftover of the " .. what, given.leftover or (periods == 1 and "carried" or "lost"),
                             { "carried", "lost" }) == "carried",
  }
  if given.stack then declare.choice("stack of the " .. what, given.stack, reductions.STACKS) end
  local entry = { declared = given, discount = function() return one end }
  made[entry] = true
  return entry
end

--- coupon { "WELCOME", percent(10), periods = 3 }: a code that accounts and agreements can have.
function discounts.coupon(given) return construct("coupon", given, COUPON) end

--- promotion { "Spring sale", percent(10), when = function(account, agreement) ... end }: comes off by itself.
function discounts.promotion(given) return construct("promotion", given, PROMOTION) end

--- discounts { coupon { ... }, promotion { ... }, ..., stack = "sequential" }
function discounts.declare(given)
  declare.fields("discounts", given, { stack = "text" })
  local stack = declare.choice("stack", given.stack or "sequential", reductions.STACKS)
  local rules = { coupons = {}, promotions = {}, codes = {}, stack = stack }
  for i = 1, #given do
    local one = made[given[i]] and given[i].discount()
    if not one then
      declare.fail("entry " .. i .. " of the discounts is " .. type(given[i]), "write coupon { } or promotion { }")
    end
    if one.kind == "coupon" then
      if rules.coupons[one.name] then declare.fail("coupon '" .. one.name .. "' is declared twice", "at " .. one.place) end
      rules.coupons[one.name], rules.codes[#rules.codes + 1] = one, one.name
    else
      rules.promotions[#rules.promotions + 1] = one
    end
  end
  return { declared = given, discounts = function() return rules end }
end

expose { discounts = discounts.declare, coupon = discounts.coupon, promotion = discounts.promotion }

-- Books from before there were discounts have no such file.
local NONE = discounts.declare({}).discounts()
local known

local function rules_of(job)
  if job.discounts then return job.discounts.discounts() end
  known = known or #rule_paths(PATH) > 0
  return known and rule(PATH).discounts() or NONE
end

-- ---- which of them hold ----

-- The first day of the document at hand, by which from and until are told.
local function day_of(job) return job.period and job.period.start or job.day end

local function holds(one, job)
  local day = day_of(job)
  if one.from and day < one.from or one.stop and day >= one.stop then return false end
  if not one.when then return true end
  local answer = one.when(job.account, job.agreement, job.order)
  if type(answer) ~= "boolean" and answer ~= nil then
    local file, line = declare.split(one.place)
    raise { code = "rule.value", file = file, line = line, message = one.kind .. " '" .. one.name .. "' has a "
      .. type(answer) .. " as the answer of when", hint = "answer true or false" }
  end
  return answer == true
end

-- Which period from a day on the one at hand is: 1 has the day, or is the first after it; 0 and less are before it.
local function nth_of(job, day)
  if job.nth then return job.nth(day) end
  local at, n = job.period, 1
  if day >= at.stop then return 0 end
  while at.start > day and n < 10000 do
    at, n = period(at.start:add_months(-1), at.start), n + 1
    if at.stop <= day then return n - 1 end
  end
  return n
end

local function add(list, one, job, first, holder)
  if not holds(one, job) then return end
  local nth = 1
  if job.period then
    nth = first and nth_of(job, first) or 1
    if nth < 1 or one.periods and nth > one.periods and not (one.fixed and one.carried) then return end
  elseif first and first > job.day then
    return
  end
  list[#list + 1] = { rule = one, nth = nth, first = first or date "0001-01-01", holder = holder,
                      limited = (one.charges or one.categories) and 0 or 1 }
end

local function find(rules, code, whose)
  local one = rules.coupons[code]
  if one then return one end
  raise { code = "rule.value", file = PATH, message = whose .. " has the coupon '" .. code .. "', which is not in " .. PATH,
          hint = near.hint(code, rules.codes) or "add coupon { \"" .. code .. "\", percent(10) }" }
end

local function first_day(text, code, whose)
  local ok, day = pcall(date, text)
  if ok then return day end
  raise { code = "rule.value",
          message = whose .. " has the coupon " .. code .. " from '" .. tostring(text) .. "', which is no day",
          hint = "write its first day: coupons." .. code .. "=2026-01-15" }
end

-- The coupons of an account or agreement, each once.
local function add_coupons(list, rules, job, holder, what, seen)
  local coupons = holder and holder.coupons
  if not coupons then return end
  local whose = what .. " " .. tostring(holder.id)
  for code, text in pairs(coupons) do
    local one = find(rules, code, whose)
    -- What is for a number of periods does not come off orders: that code is written on the order.
    if not seen[code] and (job.period or not one.periods) then
      seen[code] = true
      add(list, one, job, first_day(text, code, whose), job.agreement or job.account)
    end
  end
end

-- Codes that came with an order: tags.coupon=WELCOME, several with commas.
local function add_order_codes(list, rules, job, seen)
  local order = job.corrected and job.corrected.order or job.order
  local tags = order and order.tags
  for code in ((tags and tags.coupon) or ""):gmatch "[^,%s]+" do
    local one = find(rules, code, "order " .. tostring(order.id))
    if not seen[code] then
      seen[code] = true
      add(list, one, job, nil, job.account)
    end
  end
end

local function before(a, b)
  if a.rule.priority ~= b.rule.priority then return a.rule.priority < b.rule.priority end
  if a.limited ~= b.limited then return a.limited < b.limited end
  if a.first ~= b.first then return a.first < b.first end
  return a.rule.name < b.rule.name
end

local function candidates(rules, job)
  local list, seen = {}, {}
  if job.order then
    add_order_codes(list, rules, job, seen)
    add_coupons(list, rules, job, job.account, "account", seen)
  else
    add_coupons(list, rules, job, job.agreement, "agreement", seen)
    add_coupons(list, rules, job, job.account, "account", seen)
  end
  for _, one in ipairs(rules.promotions) do
    local start = job.agreement and job.agreement.start
    if not (one.periods and job.order) then
      add(list, one, job, one.periods and start or nil, job.agreement or job.account)
    end
  end
  if #list > 1 then table.sort(list, before) end
  return list
end

-- ---- fixed amounts ----

-- What the drafts of this call used of a source so far: it is in no issued document yet.
local function used_here(job)
  job.call = job.call or {}
  job.call.used = job.call.used or {}
  return job.call.used
end

local function burned(job, source)
  local ask = job.burned or host.burned
  local used = ask and ask(source)
  local now = used_here(job)[source]
  if not used then return now or 0 end
  return now and used + now or used
end

-- Fixed amounts come off once a period, with what its plan charges in advance if it charges anything then.
local function is_its_turn(one, job)
  if not job.period then return true end
  if job.claim and job.claim ~= job.timing then return false end
  local advance = job.plan and job.plan.advance
  return job.timing == (one.timing or ((not advance or #advance > 0) and "advance" or "arrears"))
end

-- Part of a fixed discount that a cancelled order takes back of a sale that is not billed yet.
local function part_of_sale(job, amount)
  local sale = job.corrected and job.corrected.order
  if not sale or not sale.value or sale.value == 0 then return amount end
  local value = abs(job.order.value or 0)
  if value >= abs(sale.value) then return amount end
  return prorate(amount, value, abs(sale.value))
end

-- How much of a fixed discount can come off the document at hand; nil: none.
local function fixed_of(entry, job)
  local one = entry.rule
  if one.how.currency ~= job.currency then
    local file, line = declare.split(one.place)
    raise { code = "money.currency_mismatch", file = file, line = line,
            message = one.kind .. " '" .. one.name .. "' takes " .. one.how .. " off a document in " .. job.currency,
            hint = "write a coupon in " .. job.currency .. ", or one of percent(...)" }
  end
  if not is_its_turn(one, job) then return nil end
  if not job.period then return part_of_sale(job, one.how) end
  if not one.carried then return one.how end
  local times = one.periods and min(entry.nth, one.periods) or entry.nth
  return one.how * times - burned(job, entry.source)
end

-- ---- taking them off ----

local function options_of(entry, stack)
  local one = entry.rule
  return { charges = one.charges, categories = one.categories, stack = stack }
end

local function prepare(entry, job)
  local one = entry.rule
  if one.kind == "coupon" then entry.source = "coupon/" .. tostring(entry.holder.id) .. "/" .. one.name end
  entry.how = one.how
  if one.fixed then entry.how = fixed_of(entry, job) end
  return entry.how and (not one.fixed or entry.how > 0)
end

local function note(job, source, amount)
  local used = used_here(job)
  used[source] = used[source] and used[source] + amount or amount
end

local function take(entry, job, options)
  local one = entry.rule
  local line = { text = one.text, rule = one.place, revenue = one.revenue, coupon = entry.source }
  local off = invoice.reduce(line, entry.how, options)
  if entry.source and off > 0 then note(job, entry.source, off) end
end

-- Of those that say best_of the one that takes most off now, the first of several.
local function best_of(list, job, rules)
  local best, most
  for _, entry in ipairs(list) do
    if (entry.rule.stack or rules.stack) == "best_of" then
      local off = reductions.worth(job, entry.how, options_of(entry, "sequential"))
      if off > 0 and (not most or off > most) then best, most = entry, off end
    end
  end
  return best
end

local function apply_rules(rules, job)
  local list, best, chosen = {}, nil, false
  for _, entry in ipairs(candidates(rules, job)) do
    if prepare(entry, job) then list[#list + 1] = entry end
  end
  for _, entry in ipairs(list) do
    local stack = entry.rule.stack or rules.stack
    if stack ~= "best_of" then
      take(entry, job, options_of(entry, stack))
    elseif not chosen then
      best, chosen = best_of(list, job, rules), true
      if best then take(best, job, options_of(best, "sequential")) end
    end
  end
end

-- ---- grants ----

local LAST = date "9999-12-31"

local function burns_before(a, b)
  local first, second = a.priority or 0, b.priority or 0
  if first ~= second then return first < second end
  first, second = a.expires or LAST, b.expires or LAST
  if first ~= second then return first < second end
  first, second = a.from or LAST, b.from or LAST
  if first ~= second then return first < second end
  return a.id < b.id
end

local function charges_of(grant)
  if not grant.charges or grant.charges == "" then return nil end
  local set = {}
  for id in grant.charges:gmatch "[^,%s]+" do set[id] = true end
  return set
end

-- Promotional grants, in the order in which they are used up. Cancellations give back with the discounts of their invoice.
local function apply_grants(job)
  local ask = job.grants or host.grants
  if not ask or job.net <= 0 then return end
  local list = {}
  for _, grant in ipairs(ask(job.day)) do
    if grant.left.currency == job.currency then list[#list + 1] = grant end
  end
  if #list > 1 then table.sort(list, burns_before) end
  for _, grant in ipairs(list) do
    local source = "grant/" .. grant.id
    local left = grant.left - (used_here(job)[source] or 0)
    if left > 0 then
      local line = { text = grant.text or "Credit " .. grant.id, coupon = source, rule = source }
      local off = invoice.reduce(line, left, { charges = charges_of(grant) })
      if off > 0 then note(job, source, off) end
    end
  end
end

--- Take coupons, promotions and grants off the lines of the document at hand.
---@param job table of invoice.begin. Besides what is there, it may have nth (function day -> which period from that day on it
---  is), claim, plan (with its charges in advance), call (a table that all documents of one call share), corrected (of a
---  cancellation of an order that is not billed: order, the sale); and discounts, grants(day), burned(source) in the place of
---  the rule file and the host
function discounts.apply(job)
  if job.count == 0 then return end
  local rules = rules_of(job)
  local account, agreement, order = job.account, job.agreement, job.order
  if #rules.promotions > 0 or account.coupons or agreement and agreement.coupons
    or order and (order.tags and order.tags.coupon or job.corrected) then
    apply_rules(rules, job)
  end
  apply_grants(job)
end

return discounts

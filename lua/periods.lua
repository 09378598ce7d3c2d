--- lua/periods.lua: the drafts of an account for the periods of its agreements that are due.
--- Units: a claim is one period of one agreement with one timing: its charges in advance, or those in arrears.
--- Source: the version of an agreement that holds when its period begins prices the period. What is billed in advance has
--- its tax point on the first day of the period, what is billed in arrears on the last.
--- Example: agreement A-7 from 15 January with a fee of 49 in advance, on 20 February, with nothing billed so far: two
--- claims in advance, 15 January and 15 February, and one draft of 98.
local billing = require "billing"
local config = require "config"
local declare = require "declare"
local meters = require "meters"
local plans = require "plans"
local pricing = require "pricing"
local tax = require "tax"

local periods = {}

-- The documents of the call at hand, which the host fetches one by one.
local documents

-- ---- what is due ----

-- The version that holds on a day; the first one also for days before it.
local function version_on(versions, day)
  local found = versions[1]
  for i = 2, #versions do
    if versions[i].from > day then break end
    found = versions[i]
  end
  return found
end

local function claimed(claims)
  local known = {}
  for i = 1, #claims do
    local causes = known[claims[i].start] or {}
    known[claims[i].start] = causes
    causes[claims[i].cause] = true
  end
  return known
end

-- The periods of an agreement that are due and that nothing claims: in advance when they have begun, in arrears when they are over.
local function add_due(list, of, today, account_on)
  local newest, known = of.versions[#of.versions], claimed(of.claims)
  local start, count = newest.start, 0
  while start <= today and (not newest["until"] or start < newest["until"]) do
    count = count + 1
    local stop, causes = newest.start:step("month", count), known[start] or {}
    local function add(timing, day)
      list[#list + 1] = { agreement = version_on(of.versions, start), account = account_on(day), start = start, stop = stop,
                          timing = timing, day = day }
    end
    if not causes.advance then add("advance", start) end
    if stop <= today and not causes.arrears then add("arrears", stop:add_days(-1)) end
    start = stop
  end
end

-- ---- one claim ----

local function plan_of(claim, input)
  local name = claim.agreement.plan
  if not name then
    declare.fail("agreement " .. claim.agreement.id .. " names no plan",
                 "moonbill set agreement " .. claim.agreement.id .. " plan=subscription")
  end
  local path = "rules/pricing/" .. name .. ".lua"
  return plans.of(path, input.plans and input.plans[name]), name, path
end

-- What a claim comes to: its lines, and the tax of each of their categories. nil where nothing is due.
local function part_of(claim, input, book)
  local plan, name, path = plan_of(claim, input)
  local account, agreement = claim.account, claim.agreement
  local currency = plan.currency or account.currency or book.currency
  local span, usage = period(claim.start, claim.stop), input.usage_of or input.usage
  local day, id = claim.day, agreement.id
  local lines, note = pricing.period({
    agreement = agreement, account = account, book = book, currency = currency, timing = claim.timing,
    day = day, period = span, span = span, claim = claim.timing, key = claim.start,
    usage = function(meter, days)
      days = days or span
      local given = usage and usage(id, meter, days.start, days.stop) or meters.of_agreement(id)
      return meters.usage(meter, given, days, span)
    end,
  }, plan, path)
  if #lines == 0 then return nil end
  local answers = {}
  for i = 1, #lines do
    local category = lines[i].tax_category
    answers[category] = answers[category] or tax.for_line(category, book.country, account, day, input.tax)
  end
  return { claim = claim, lines = lines, note = note, currency = currency, answers = answers, day = day,
           plan = name, terms = billing.first_of("terms", agreement, account, book) }
end

-- ---- documents ----

local function alike(a, b) return a.rate == b.rate and a.code == b.code and a.reason == b.reason end

-- Parts stand on one document if they are in one currency, and no category is taxed in two ways.
local function fits(document, part)
  if document.currency ~= part.currency then return false end
  for category, answer in pairs(part.answers) do
    local known = document.answers[category]
    if known and not alike(known, answer) then return false end
  end
  return true
end

local function place(list, part)
  for i = 1, #list do
    if fits(list[i], part) then return list[i] end
  end
  local document = { currency = part.currency, answers = {}, parts = {} }
  list[#list + 1] = document
  return document
end

-- The one value that all parts have, nil if they differ or have none.
local function common(parts, value_of)
  local value = value_of(parts[1])
  for i = 2, #parts do
    if value_of(parts[i]) ~= value then return nil end
  end
  return value
end

local function notes_of(parts)
  local list, seen = {}, {}
  for i = 1, #parts do
    local note = parts[i].note
    if note and not seen[note] then list[#list + 1], seen[note] = note, true end
  end
  return #list > 0 and table.concat(list, "\n") or nil
end

-- The part with the last tax point: its version of the account is the buyer's of today.
local function last_of(parts)
  local last = parts[1]
  for i = 2, #parts do
    if parts[i].day > last.day then last = parts[i] end
  end
  return last
end

local function complete(group, input, book)
  local parts, lines, terms = group.parts, {}, 0
  for i = 1, #parts do
    for _, line in ipairs(parts[i].lines) do
      line.ordinal = #lines + 1
      lines[line.ordinal] = line
    end
    terms = max(terms, parts[i].terms)
  end
  local last = last_of(parts)
  local document = {
    kind = "invoice", account = last.claim.account.id, currency = group.currency, tax_point = last.day, terms = terms,
    plan = common(parts, function(part) return part.plan end),
    reference = common(parts, function(part) return part.claim.agreement.reference end), lines = lines, note = notes_of(parts),
  }
  tax.settle(document, function(category) return group.answers[category] end, book.tax)
  return billing.finish(document, { account = last.claim.account, tax = input.tax, rates = input.rates,
                                    approvals = input.approvals }, book, {})
end

-- The ids of the agreements that have lines on a document, each once.
local function agreements_of(parts)
  local list, seen = {}, {}
  for _, part in ipairs(parts) do
    local id = part.claim.agreement.id
    if not seen[id] then list[#list + 1], seen[id] = id, true end
  end
  return list
end

--- Make the drafts of an account.
---@param input table account (id), today, agreements: list of { id, versions (records, ascending by from and version), claims (list
---  of { start, cause, document, version }, ascending), late (list of { start, meter }) }. Examples and tests may give book, and
---  account_on (function(day) -> record), usage (function(agreement id, meter, start, stop, what)), plans, tax, approvals and rates in the
---  place of the host and the rule files.
---@return table list, one for each document: { agreements = ids of those that have lines on it, account_day = day of the account's
---  version that it names }. What is due and makes no line is on none. There is one document for each currency, and another where the
---  tax of a category has changed in between.
function periods.draft(input)
  local book, groups, list, due, accounts = input.book or config.read(), {}, {}, {}, {}
  documents = nil
  local function account_on(day)
    accounts[day] = accounts[day] or (input.account_on or host.account)(day)
    return accounts[day]
  end
  for _, of in ipairs(input.agreements) do add_due(due, of, input.today, account_on) end
  for _, claim in ipairs(due) do
    local part = within("agreement " .. claim.agreement.id .. ", period " .. claim.start .. ".." .. claim.stop, part_of, claim,
                        input, book)
    if part then
      local group = place(groups, part)
      group.parts[#group.parts + 1] = part
      for category, answer in pairs(part.answers) do group.answers[category] = answer end
    end
  end
  for i, group in ipairs(groups) do
    list[i] = { agreements = agreements_of(group.parts), account_day = last_of(group.parts).day }
    groups[i] = complete(group, input, book)
  end
  documents = groups
  return list
end

--- The fields of the n-th document of the last periods.draft, as of billing.draft.
function periods.document(n) return documents[n] end

--- Whether a plan charges anything in advance, and in arrears: what it does not charge can never make a line.
---@param name string of a file in rules/pricing/
---@param plan? table in its place
---@return table advance, arrears (booleans); both true of a plan that is not for periods, which fails when it is used
function periods.timings(name, plan)
  local of = plans.of("rules/pricing/" .. name .. ".lua", plan)
  return { advance = not of.every or #of.advance > 0, arrears = not of.every or #of.arrears > 0 }
end

return periods

--- lua/periods.lua: the drafts of an account for the periods of its agreements that are due.
--- Units: a claim is one period of one agreement with one timing: its charges in advance, or those in arrears.
--- Source: see lua/due.lua for what is due, lua/parts.lua for its lines; documents by currency, and by what tax answers.
--- Example: agreement A-7 from 15 January with a fee of 49 in advance, on 20 February, with nothing billed so far: two
--- claims in advance, 15 January and 15 February, and one draft of 98.
local billing = require "billing"
local config = require "config"
local due = require "due"
local parts = require "parts"
local plans = require "plans"
local tax = require "tax"

local periods = {}

-- The documents of the call at hand, which the host fetches one by one.
local documents

-- ---- documents ----

-- What stands on one document, as the plan says; what falls due while billing rests stands alone.
local function group_key(part)
  local key = part.pause or ""
  if part.invoices == "account" then return key end
  key = key .. " " .. part.id
  return part.invoices == "agreement" and key or key .. " " .. part.due
end

-- Parts stand on one document if they are in one currency, and no category is taxed in two ways.
local function fits(document, part)
  if document.currency ~= part.currency or document.key ~= group_key(part) then return false end
  for category, answer in pairs(part.answers) do
    local known = document.answers[category]
    if known and not parts.alike(known, answer) then return false end
  end
  return true
end

local function place(list, part)
  for i = 1, #list do
    if fits(list[i], part) then return list[i] end
  end
  local document = { currency = part.currency, key = group_key(part), answers = {}, parts = {}, pause = part.pause }
  list[#list + 1] = document
  return document
end

-- The one value that all parts have, nil if they differ or have none.
local function common(list, name)
  local value = list[1][name]
  for i = 2, #list do
    if list[i][name] ~= value then return nil end
  end
  return value
end

local function notes_of(list)
  local texts, seen = {}, {}
  for i = 1, #list do
    local note = list[i].note
    if note and not seen[note] then texts[#texts + 1], seen[note] = note, true end
  end
  return #texts > 0 and table.concat(texts, "\n") or nil
end

-- The part with the last tax point: its version of the account is the buyer's of today.
local function last_of(list)
  local last = list[1]
  for i = 2, #list do
    if list[i].day > last.day then last = list[i] end
  end
  return last
end

-- A credit note names its invoice where all that it takes back is of one, and why.
local function name_corrected(document)
  if document.kind ~= "credit_note" then return end
  local id, causes, seen
  causes, seen = {}, {}
  for _, line in ipairs(document.lines) do
    if line.corrects then
      if id == nil then id = line.corrects elseif id ~= line.corrects then id = false end
    end
    if line.cause and not seen[line.cause] then causes[#causes + 1], seen[line.cause] = line.cause, true end
  end
  if id then document.corrects = id end
  if #causes > 0 then document.reason = table.concat(causes, ", ") end
end

local function complete(group, input, book)
  local list, lines, terms = group.parts, {}, 0
  for i = 1, #list do
    for _, line in ipairs(list[i].lines) do
      line.ordinal = #lines + 1
      lines[line.ordinal] = line
    end
    terms = max(terms, list[i].terms)
  end
  local last = last_of(list)
  local document = {
    kind = "invoice", account = last.account.id, currency = group.currency, tax_point = last.day, terms = terms,
    plan = common(list, "plan"), reference = common(list, "reference"), lines = lines, note = notes_of(list),
  }
  tax.settle(document, function(category) return group.answers[category] end, book.tax)
  billing.finish(document, { account = last.account, rates = input.rates, approvals = input.approvals, tax = input.tax },
                 book, {})
  name_corrected(document)
  return document
end

-- The ids of the agreements that have lines on a document, each once.
local function agreements_of(list)
  local ids, seen = {}, {}
  for _, part in ipairs(list) do
    if not seen[part.id] then ids[#ids + 1], seen[part.id] = part.id, true end
  end
  return ids
end

-- ---- drafts ----

-- What all agreements of a draft share.
local function context(input, book)
  local accounts, asked = {}, input.account_on or host.account
  return {
    book = book, plans = {}, given_plans = input.plans, today = input.today, tax = input.tax, explain = input.explain,
    usage_of = input.usage_of, billed = input.billed or host.billed, discounts = input.discounts, grants = input.grants,
    burned = input.burned, call = {},
    account_on = function(day)
      local account = accounts[day]
      if not account then
        account = asked(day)
        accounts[day] = account
      end
      return account
    end,
  }
end

local function tasks_of(of, ctx)
  local self = due.agreement(of, ctx)
  return self, self and due.list(self)
end

local function rate(one)
  local self, task = one.self, one.task
  local stop = task.of and self.line:day_after(task.of.stop)
  local what = "agreement " .. self.id .. ", period " .. task.key .. (stop and ".." .. stop or "")
  return within(what, task.group and parts.changed or parts.first, self, task)
end

-- What is due of all agreements, in the order of their lines.
local function all_tasks(input, ctx)
  local list = {}
  for _, of in ipairs(input.agreements) do
    local self, tasks = within("agreement " .. of.id, tasks_of, of, ctx)
    for _, task in ipairs(tasks or {}) do list[#list + 1] = { self = self, task = task, place = #list + 1 } end
  end
  return list
end

local function due_before(a, b)
  if a.task.due ~= b.task.due then return a.task.due < b.task.due end
  return a.place < b.place
end

-- Rated in the order in which it fell due, so that a grant or coupon of the account is used by the same periods, however
-- seldom is billed.
local function draft_all(input, ctx, groups)
  local list, timed = all_tasks(input, ctx), {}
  for i = 1, #list do timed[i] = list[i] end
  if #timed > 1 then table.sort(timed, due_before) end
  for i = 1, #timed do timed[i].parts = rate(timed[i]) end
  for i = 1, #list do
    for _, part in ipairs(list[i].parts) do
      local group = place(groups, part)
      group.parts[#group.parts + 1] = part
      for category, answer in pairs(part.answers) do group.answers[category] = answer end
    end
  end
end

--- Make the drafts of an account.
---@param input table account (id), today, agreements: list of { id, versions (records, ascending by from and version),
---  claims (list of { start, cause, document, version }, ascending), late (list of { start, meter }) }. Examples, quotes
---  and tests may give book, account_on (function(day) -> record), usage_of (function(agreement id, meter, start, stop) ->
---  number or list of events), billed (function(agreement id, first day of a period) -> lines), plans, tax, approvals and
---  rates in the place of the host and the rule files; explain = true: lines say how their amounts came about
---@return table list, one for each document: { agreements = ids of those that have lines on it, account_day = day of the
---  account's version that it names, pause = "keep" or "uncollectible" where it falls due while billing rests }. What is
---  due and makes no line is on none. There is one document for each currency, and another where the tax of a category has
---  changed in between.
function periods.draft(input)
  local book, groups, list = input.book or config.read(), {}, {}
  local ctx = context(input, book)
  documents = nil
  draft_all(input, ctx, groups)
  for i, group in ipairs(groups) do
    list[i] = { agreements = agreements_of(group.parts), account_day = last_of(group.parts).day, pause = group.pause }
    groups[i] = complete(group, input, book)
  end
  documents = groups
  return list
end

--- The fields of the n-th document of the last periods.draft, as of billing.draft.
function periods.document(n) return documents[n] end

-- ---- what the host asks besides ----

-- Cycles whose bounds the host computes by itself: see anchor_of in core/books/agreement.c.
local function is_plain(plan)
  local cycle, align = plan.cycle, plan.align or "start"
  local aligned = align == "start" or (align == "calendar" and (cycle.months or cycle.unit == "week"))
    or (align ~= "calendar" and cycle.months == 1)
  return #plan.keys == 1 and not cycle.script and not plan.anchor and aligned and plan.first ~= "merged"
end

--- What a plan charges at all, and how long its periods are.
---@param name string of a file in rules/pricing/
---@param plan? table in its place
---@return table advance, arrears (booleans: what it does not charge can never make a line; both true of a plan that is not
---  for periods, which fails when it is used), plain (the host may compute its periods by itself: n units from the start
---  or anchor), every (unit), n, align, first, bill_last_day
function periods.timings(name, plan)
  local path = "rules/pricing/" .. name .. ".lua"
  local of = plans.of(path, plan)
  if not of.every then return { advance = true, arrears = true, plain = false } end
  local settled = plans.settled(of, path, config.read().billing)
  local found = { advance = of.phases ~= nil, arrears = false, plain = is_plain(of), every = of.cycle.unit, n = of.cycle.n,
                  align = tostring(of.align or "start"), first = of.first or "short", bill_last_day = settled.bill_last_day }
  for _, group in pairs(of.groups) do
    found.advance = found.advance or #group.advance > 0
    found.arrears = found.arrears or #group.arrears > 0
  end
  if found.bill_last_day then found.plain = false end
  return found
end

--- The nominal period of an agreement that has a day, nil if none has.
---@param input table versions, day; plans as for periods.draft
---@return any a period
function periods.around(input)
  local self = due.agreement({ id = input.versions[1].id, versions = input.versions }, context(input, input.book or {}))
  local of = self and parts.around(self, input.day)
  return of and period(self.line:first_day(of.low) or of.low, self.line:day_after(of.high) or of.high)
end

return periods

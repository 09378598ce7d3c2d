--- tests/lua/bills.lua: a book of one agreement in memory, for tests: what is issued claims its periods, as the host does it.
local periods = require "periods"

local bills = {}
bills.__index = bills

local BOOK = {
  currency = "EUR", country = "DE", terms = 14, chart = { revenue = "4000", discounts = "4900" },
  tax = { rounding = "document", mode = "half_up" }, billing = {},
}

--- Begin a book.
---@param given table plans (by name, of plans.declare), start and other first fields of the agreement; tax, discounts, billing
function bills.new(given)
  local self = setmetatable({ versions = {}, claims = {}, late = {}, lines = {}, events = {}, documents = 0, given = given }, bills)
  self.said = { id = "A-1", account = "ACME", tags = {} }
  return self
end

local DATES = { start = true, ["until"] = true, anchor = true }

--- A version from a day on: fields that change; false takes one away; seats and other tags by "tags.seats".
function bills:set(from, fields)
  local version = {}
  for name, value in pairs(fields) do
    local tag = name:match "^tags%.(.+)$"
    if tag then
      local tags = {}
      for key, text in pairs(self.said.tags) do tags[key] = text end
      tags[tag] = tostring(value)
      self.said.tags = tags
    else
      self.said[name] = value or nil
    end
  end
  for name, value in pairs(self.said) do version[name] = DATES[name] and type(value) == "string" and date(value) or value end
  version.from, version.version = date(from), #self.versions + 1
  self.versions[#self.versions + 1] = version
  table.sort(self.versions, function(a, b)
    if a.from ~= b.from then return a.from < b.from end
    return a.version < b.version
  end)
end

--- What was used; late where its period is billed in arrears.
function bills:use(day, meter, quantity)
  self.events[#self.events + 1] = { day = date(day), meter = meter, quantity = quantity }
  for _, line in ipairs(self.lines) do
    if line.claim:find "^arrears" and date(day) >= line.start and date(day) < line.stop then
      self.late[#self.late + 1] = { start = line.period, meter = meter }
      return
    end
  end
end

local function sum_of(self)
  return function(_, meter, start, stop)
    local sum = 0
    for _, event in ipairs(self.events) do
      if event.meter == meter and event.day >= start and event.day < stop then sum = sum + event.quantity end
    end
    return sum
  end
end

local function issue(self, document, lines)
  self.documents = self.documents + 1
  local number, claimed, highest = "D-" .. self.documents, {}, 0
  for _, version in ipairs(self.versions) do highest = max(highest, version.version) end
  for _, line in ipairs(document.lines) do
    line.document = number
    lines[#lines + 1], self.lines[#self.lines + 1] = line, line
    local key = tostring(line.period) .. line.claim
    if not claimed[key] then
      claimed[key] = true
      for _, known in ipairs(self.claims) do
        if known.start == line.period and known.cause == line.claim then error("billed twice: " .. key) end
      end
      self.claims[#self.claims + 1] = { start = line.period, cause = line.claim, document = number, version = highest }
    end
    if line.cause and line.cause:find "late usage" then self.late = {} end
  end
end

--- Bill what is due on a day and issue it.
---@return table list of the lines; list of the documents
function bills:bill(day)
  local given, lines, made = self.given, {}, {}
  table.sort(self.claims, function(a, b)
    if a.start ~= b.start then return a.start < b.start end
    return a.cause < b.cause
  end)
  local book = BOOK
  if given.billing then
    book = {}
    for name, value in pairs(BOOK) do book[name] = value end
    book.billing = given.billing
  end
  local found = periods.draft {
    account = "ACME", today = date(day), book = book, plans = given.plans, tax = given.tax, discounts = given.discounts,
    agreements = { { id = "A-1", versions = self.versions, claims = self.claims, late = self.late } },
    account_on = function() return { id = "ACME", country = "DE", tags = {} } end, usage_of = sum_of(self),
    billed = function(_, start)
      local list = {}
      for _, line in ipairs(self.lines) do
        if line.period == start then list[#list + 1] = line end
      end
      return list
    end,
    grants = function() return {} end,
    rates = { tables = function() return { USD = { { from = date "2020-01-01", value = 0.9 } } } end },
  }
  for n = 1, #found do
    made[n] = periods.document(n)
    made[n].pause = found[n].pause
    issue(self, made[n], lines)
  end
  return lines, made
end

--- Take a document back, as voiding does: its claims are free.
function bills:void(number)
  local claims, lines = {}, {}
  for _, claim in ipairs(self.claims) do if claim.document ~= number then claims[#claims + 1] = claim end end
  for _, line in ipairs(self.lines) do if line.document ~= number then lines[#lines + 1] = line end end
  self.claims, self.lines = claims, lines
end

return bills

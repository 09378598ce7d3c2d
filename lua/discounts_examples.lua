--- lua/discounts_examples.lua: examples of rules/discounts.lua: lines, coupons, and what comes off.
--- Units: amounts as decimals of the examples' currency; days as texts.
--- Source: none; an example computes with the same functions as a bill run.
--- Example: { "a tenth", period = "2026-01-15..2026-02-15", lines = { { amount = 100 } }, coupons = { WELCOME = "2026-01-15" },
--- discounts = { 10 }, left = 90 }.
local declare = require "declare"
local discounts = require "discounts"
local invoice = require "invoice"

local discounts_examples = {}

local ROW = {
  period = "text", timing = "text", order = "table", account = "table", agreement = "table", coupons = "table", lines = "!table",
  currency = "text", used = "table", grants = "table", discounts = "table", left = "number", fails = "text",
}
local LINE = { amount = "!number", charge = "text", category = "text", kind = "text" }
local GRANT = {
  id = "!text", left = "!number", priority = "count", from = "date", expires = "date", charges = "text", currency = "text",
}

local function merged(base, given)
  for name, value in pairs(given or {}) do base[name] = value end
  return base
end

local function grants_of(row, currency)
  local list = {}
  for i, one in ipairs(row.grants or {}) do
    declare.fields("grant", one, GRANT)
    list[i] = { id = one.id, left = money(one.left, one.currency or currency), priority = one.priority, charges = one.charges,
                from = one.from and date(one.from), expires = one.expires and date(one.expires) }
  end
  return function() return list end
end

-- Orders name codes in a tag; accounts and agreements have them with their first day.
local function job_of(row, book, rules)
  local currency = row.currency or book.currency
  local job = {
    currency = currency, book = book, account = merged({ id = "EXAMPLE", country = book.country, tags = {} }, row.account),
    discounts = rules, grants = grants_of(row, currency),
    burned = function(source)
      local used = (row.used or {})[source:match "[^/]+$"]
      return used and money(used, currency)
    end,
  }
  if row.period then
    job.period, job.timing = period(row.period), row.timing or "advance"
    job.day = job.period.start
    job.agreement = merged({ id = "EXAMPLE", start = job.period.start, tags = {}, coupons = row.coupons or {} }, row.agreement)
  else
    job.day, job.account.coupons = date "2026-01-15", row.coupons or {}
    job.order = { id = "EXAMPLE", kind = "sale", tags = row.order or {} }
  end
  return job
end

--- What comes off the lines of a row, as money by discount line; the net amount after it; the lines.
---@param rules table|nil a declaration in place of rules/discounts.lua
function discounts_examples.compute(row, book, rules)
  local job = invoice.begin(job_of(row, book, rules))
  for i, one in ipairs(row.lines) do
    declare.fields("line of the example", one, LINE)
    invoice.add_line({ kind = one.kind or "charge", text = "Line " .. i, charge = one.charge,
                       tax_category = one.category or "standard" }, nil, one.amount)
  end
  discounts.apply(job)
  invoice.finish()
  local off = {}
  for i = #row.lines + 1, job.count do off[#off + 1] = -job.lines[i].amount end
  return off, job.net, job.lines
end

local function texts(list)
  local out = {}
  for i = 1, #list do out[i] = tostring(list[i]) end
  return "{ " .. table.concat(out, ", ") .. " }"
end

--- What a row comes to and what it wants, as lists of texts to compare.
function discounts_examples.answer(row, book)
  declare.fields("example of discounts", row, ROW)
  local off, left = discounts_examples.compute(row, book)
  local wanted, currency = {}, row.currency or book.currency
  for i, amount in ipairs(row.discounts or {}) do wanted[i] = money(amount, currency) end
  local got, want = { "discounts " .. texts(off) }, { "discounts " .. texts(wanted) }
  if row.left then
    got[2], want[2] = "left " .. left, "left " .. money(row.left, currency)
  end
  return got, want
end

return discounts_examples

--- lua/approval.lua: who has to approve a document before it is issued.
--- Units: limits in the book's currency, or money; compared with the total, tax included, without its sign.
--- Source: the company's own policy, rules/approvals.lua; the first row that fits answers.
--- Example: approvals { invoice { up_to = 10000, by = "nobody" }, invoice { by = "other" } } lets an invoice of 10000.00
--- through and asks somebody other than its preparer for one of 10000.01.
local declare = require "declare"

local approval = {}

local PATH = "rules/approvals.lua"

local FIELDS = {
  by = "!text", up_to = "number|money", no_original = "flag", manual = "flag", when = "function",
}
local made = setmetatable({}, { __mode = "k" })

local function check_who(who, what)
  if who == "nobody" or who == "anyone" or who == "other" then return who end
  if type(who) == "string" and who:find "^role:[%w_-]+$" then return who end
  return declare.fail(what .. " is '" .. tostring(who) .. "'",
                      'there are "nobody", "anyone", "other" (than the preparer) and "role:NAME"')
end

--- invoice { up_to = 10000, by = "nobody" }, credit_note { no_original = true, by = "anyone" }
---@param kind string "invoice" or "credit_note"
function approval.row(kind, given)
  declare.fields("row of " .. kind, given, FIELDS)
  declare.positions("row of " .. kind, given, 0)
  check_who(given.by, "by")
  local row = {
    kind = kind, by = given.by, up_to = given.up_to, no_original = given.no_original, manual = given.manual,
    when = given.when, place = declare.here(),
  }
  made[row] = true
  return row
end

--- approvals { row, row, function(document, account) ... end, ... }
function approval.declare(given)
  declare.fields("table of approvals", given, {})
  for i = 1, #given do
    if not made[given[i]] and type(given[i]) ~= "function" then
      declare.fail("entry " .. i .. " of the approvals is " .. type(given[i]),
                   "write invoice { }, credit_note { } or a function")
    end
  end
  local rows = {}
  for i = 1, #given do rows[i] = given[i] end
  return { declared = given, rows = function() return rows end }
end

expose {
  approvals = approval.declare,
  invoice = function(given) return approval.row("invoice", given) end,
  credit_note = function(given) return approval.row("credit_note", given) end,
}

-- Whether the total is within the limit. A limit without currency is in the book's, and documents in others are converted
-- by their rate; a limit in a foreign currency is one for documents in it alone.
local function within(limit, document, base)
  local total = abs(document.total)
  if type(limit) ~= "money" then limit = money(limit, base) end
  if limit.currency == document.currency then return total <= limit end
  return limit.currency == base and money(total.amount * document.rate, base) <= limit
end

-- What rules see of a document: a copy that cannot be changed.
local function seen(document)
  local copy = {}
  for name, value in pairs(document) do copy[name] = value end
  return freeze(copy)
end

local function fits(row, document, account, facts, base)
  if row.kind ~= document.kind then return false end
  if row.no_original ~= nil and row.no_original ~= (document.corrects == nil) then return false end
  if row.manual ~= nil and row.manual ~= (facts.manual or false) then return false end
  if row.up_to and not within(row.up_to, document, base) then return false end
  return not row.when or row.when(seen(document), account)
end

--- Who has to approve a document.
---@param document table kind, total, currency, rate, corrects …
---@param account table
---@param facts table manual: true for a document that was written by hand
---@param base string the book's currency
---@param rules table|nil those of rules/approvals.lua if absent
---@return string "nobody", "anyone", "other" or "role:NAME"; and the place of the row. Raises document.approval.
function approval.who(document, account, facts, base, rules)
  local rows = (rules or rule(PATH)).rows()
  for i = 1, #rows do
    local row = rows[i]
    if type(row) == "function" then
      local who = row(seen(document), account)
      if who ~= nil then return check_who(who, "the answer of entry " .. i .. " of " .. PATH), PATH end
    elseif fits(row, document, account, facts, base) then
      return row.by, row.place
    end
  end
  raise { code = "document.approval", message = "no row of " .. PATH .. " fits this " .. document.kind, file = PATH,
          hint = "end the list with " .. document.kind .. ' { by = "anyone" }' }
end

return approval

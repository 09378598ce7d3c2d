--- lua/import_kinds.lua: what can be imported: the fields of each kind of file, and what its rows become.
---
--- import_kinds.of(name) -> kind | nil      import_kinds.names -> list, in the order of messages
---   fields     field = how its text is read (cells.lua); "!" before it: a row without it cannot be taken. The names are those
---              of core/books/records.h; `order`, `line_kind` are columns of a file of order lines
---   buyer      fields of an account that is not known yet, where rows can say them
---   needs      fields that have a column or a default, though a row may leave them empty
---   instead    of a field that is needed: another, whose column will do
---   settings   settings of a mapping that only this kind has
---   own        field that every row has to have of its own; no default for it
---   rows       module that makes records of rows: .next(job), and .group(job) where several rows are one
---   key        key(record) -> text by which a row repeats another of the file, and the words for it; nil: rows may repeat
---   finish     finish(job, record, i) -> problem | nil, facts: what the kind says about a record that could be read, and what
---              the host is told besides it
---
--- A kind more is an entry here, and one in core/run/import_kind.c that takes its records into the book.
local order_rows = require "order_rows"
local payment_rows = require "payment_rows"
local record_rows = require "record_rows"
local import_kinds = {}

local ACCOUNT = {
  id = "!id", from = "date", name = "text", attention = "text", street = "text", city = "text", postcode = "text",
  region = "text", email = "text", phone = "text", tax_id = "text", country = "country", currency = "currency",
  terms = "days", plan = "text", locale = "text",
}
-- What a file of orders can say about an account that is not known yet.
local BUYER = {}
for name, how in pairs(ACCOUNT) do
  if name ~= "id" and name ~= "from" then BUYER[name] = how end
end

-- Records with versions: one for each day.
local function version_key(record)
  return record.id .. "\n" .. tostring(record.from), record.id, " for the same day"
end

-- What is wrong with a record of an account that is not there; asked once for each account of the file.
local function unknown_account(job, record, i)
  local id, known = record.account, job.accounts or {}
  job.accounts = known
  if known[id] == nil then known[id] = not host.account or host.account(id) and true or false end
  if known[id] then return nil end
  return record_rows.problem_at(job, i, "account", "there is no account " .. id, "not_found")
end

-- An event belongs to a civil day: the one that is written, or that of its instant in the book's zone, which the host knows.
local function event(job, record, i)
  local found = record.time
  record.time, record.day = found.time, found.day
  if found.time then record.day = date "1970-01-01":add_days(found.time // 86400000000) end
  if record.withdrawn then record.quantity = record.quantity or 0 end
  if record.quantity == nil then return record_rows.problem_at(job, i, "quantity", "nothing there") end
  return unknown_account(job, record, i)
end

local function from_today(job, record) record.from = record.from or job.today end

local KINDS = {
  orders = {
    fields = {
      order = "!id", account = "id", date = "!date", product = "id", text = "text", quantity = "!decimal", price = "decimal",
      unit = "text", tax_category = "text", currency = "currency", reference = "text", corrects = "id", kind = "order_kind",
      line_kind = "line_kind",
    },
    buyer = BUYER, needs = { "account" }, own = "order", rows = order_rows,
    settings = { "account", "no_customer", "negate", "kind", "line", "no_sale", "hold" },
  },
  accounts = { fields = ACCOUNT, own = "id", rows = record_rows, key = version_key, finish = from_today },
  products = {
    fields = {
      id = "!id", from = "date", name = "text", unit = "text", price = "decimal", currency = "currency",
      tax_category = "text", revenue = "text",
    },
    own = "id", rows = record_rows, key = version_key, finish = from_today,
  },
  agreements = {
    fields = {
      id = "!id", account = "!id", from = "date", plan = "text", start = "date", ["until"] = "date", terms = "days",
      reference = "text",
    },
    own = "id", rows = record_rows, key = version_key,
    finish = function(job, record, i)
      record.from = record.from or record.start or job.today
      return unknown_account(job, record, i)
    end,
  },
  usage = {
    fields = { id = "!id", account = "!id", meter = "!id", time = "!time", quantity = "decimal", corrects = "id",
               withdrawn = "flag" },
    needs = { "quantity" }, instead = { quantity = "withdrawn" }, own = "id", rows = record_rows, finish = event,
  },
  payments = {
    fields = {
      id = "id", account = "id", date = "!date", amount = "!decimal", currency = "currency", remittance = "text",
      payer = "text", method = "text", returns = "id", prepaid = "flag", priority = "whole", expires = "date",
    },
    settings = { "kind" }, own = "id", rows = record_rows, finish = payment_rows.payment,
    key = function(record) return record.id ~= payment_rows.UNNAMED and record.id or nil, record.id, "" end,
  },
  grants = {
    fields = {
      id = "!id", account = "!id", from = "!date", amount = "!decimal", currency = "currency", expires = "date",
      priority = "whole", charges = "text", text = "text", reason = "!text",
    },
    own = "id", rows = record_rows, finish = payment_rows.grant,
    key = function(record) return record.id, record.id, "" end,
  },
  ["opening-items"] = {
    fields = {
      number = "!id", account = "!id", date = "!date", due = "date", amount = "!decimal", currency = "currency",
      kind = "open_kind",
    },
    own = "number", rows = record_rows, finish = payment_rows.opening,
    key = function(record) return record.number, record.number, "" end,
  },
}

import_kinds.names = { "orders", "accounts", "products", "agreements", "usage", "payments", "grants", "opening-items" }

function import_kinds.of(name)
  local kind = KINDS[name]
  if kind then kind.name = name end
  return kind
end

return import_kinds

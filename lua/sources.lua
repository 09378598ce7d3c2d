--- lua/sources.lua: what queries read: each type of record as a source with a name, its fields, and rows.
---
--- sources.all() -> map of name to source      { name =, type =, fields = list of { name, kind, doc, detail, words }, by_name =,
---                                              key =, indexes =, fixed = equalities that hold, partial =, date = its main date }
--- sources.each(source, plan, f)               f(row) for every row in the order of the plan, until it answers true
--- sources.of(row) -> source | nil             the source of a row
---
--- A row is a table with the plain fields of its record; lists, and what is derived for the day, are read when they are asked
--- for. Example: for a row of invoices, row.open is what is open of it today.
local near = require "near"

local sources = { today = nil }
local all        -- by name, made when first asked for
local source_of = {} -- by metatable

--- Sources that are a part of a type: documents of a kind, or those that are no invoice yet.
local PARTS = {
  { name = "invoices", type = "document", fixed = { kind = "invoice" }, partial = { number = true },
    holds = function(row) return row.kind == "invoice" and row.number ~= nil end },
  { name = "credit_notes", type = "document", fixed = { kind = "credit_note" }, partial = { number = true },
    holds = function(row) return row.kind == "credit_note" and row.number ~= nil end },
  { name = "postings", type = "entry", fixed = {}, partial = {}, list = "lines" }, -- a row for each line of an entry
  { name = "drafts", type = "document", fixed = {}, partial = { work = true },
    holds = function(row) return row.state == "draft" or row.state == "approved" end },
  { name = "prepaid", type = "payment", fixed = {}, partial = {}, holds = function(row) return row.prepaid == true end },
}
local HIDDEN = { book = true, blob = true, touch = true }

--- Which conditions an index with part of the records needs, by type and index: field and one of its words.
local PARTIAL = {
  order = { due = { "state", "due" }, not_billed = { "state", "held" } },
  item = { open = { "open", true } },
  payment = { proposed = { "state", "proposed" } },
  dispute = { open = { "state", "open" } },
  message = { queued = { "state", "queued" } },
}

-- ---- fields that are derived ----

local STANDINGS = { "draft", "approved", "not-yet", "open", "part-paid", "part-credited", "part-applied", "overdue", "paid",
  "credited", "written-off", "applied", "void" }

local function document_standing(row)
  local standing = host.standing(row.id) or {}
  rawset(row, "status", standing.status)
  rawset(row, "open", standing.open)
  rawset(row, "overdue", standing.status == "overdue")
end

local DERIVED = {
  document = {
    { name = "open", kind = "money", doc = "what is open of it today", fill = document_standing },
    { name = "status", kind = "enum", doc = "how it stands today", words = STANDINGS, fill = document_standing },
    { name = "overdue", kind = "bool", doc = "whether something is open after its due date", fill = document_standing },
  },
  payment = {
    { name = "unapplied", kind = "money", doc = "what of a receipt settles nothing yet", fill = function(row)
      local item = row.kind == "receipt" and host.record("item", row.account, row.id)
      rawset(row, "unapplied", item and -item.open or nil)
    end },
  },
  grant = {
    { name = "left", kind = "money", doc = "what issued documents left of it",
      fill = function(row) rawset(row, "left", host.grant_left(row.id)) end },
  },
  item = {
    { name = "overdue", kind = "bool", doc = "whether something is owed after its due date", fill = function(row)
      rawset(row, "overdue", row.open.amount > 0 and row.due < sources.today and row.voided == nil)
    end },
  },
}

-- ---- rows ----

--- The parts of a record's key as texts, for the host.
local function key_of(source, row)
  local key = {}
  for i, name in ipairs(source.key) do key[i] = row[name] == nil and "" or tostring(row[name]) end
  return key
end

local function names_of(source)
  local names = {}
  for i, field in ipairs(source.fields) do names[i] = field.name end
  return names
end

--- Raise that there is no such field, naming one that looks like it.
function sources.no_field(source, name)
  local names = names_of(source)
  raise { code = "record.field_unknown", message = source.name .. " have no field '" .. tostring(name) .. "'",
    hint = near.hint(tostring(name), names) or "they have " .. table.concat(names, ", ") }
end

local function make_metatable(source)
  local meta = {}
  function meta.__index(row, name)
    local field = source.by_name[name]
    if not field then sources.no_field(source, name) end
    if field.fill then
      if rawget(row, name) == nil then field.fill(row) end
      return rawget(row, name)
    end
    if field.kind ~= "list" and field.kind ~= "bytes" then return nil end
    local whole = host.record(source.type, table.unpack(key_of(source, row))) or {}
    rawset(row, name, whole[name] or (field.kind == "list" and {} or nil))
    return rawget(row, name)
  end
  function meta.__newindex(_, name)
    raise { code = "rule.value", message = "a row is a copy: writing '" .. tostring(name) .. "' changes nothing",
      hint = 'change the book with set("' .. source.type .. '", id, { ' .. tostring(name) .. " = ... })" }
  end
  source_of[meta] = source
  return meta
end

function sources.of(row)
  local meta = getmetatable(row)
  return meta and source_of[meta]
end

--- f for each row that an item of the record's list makes with the record's own fields.
local function each_item(source, record, f)
  local whole = host.record(source.type, table.unpack(key_of(source, record))) or {}
  for _, item in ipairs(whole[source.list] or {}) do
    local row = {}
    for name, value in pairs(record) do row[name] = value end
    for name, value in pairs(item) do row[name] = value end
    if f(setmetatable(row, source.meta)) then return true end
  end
  return false
end

function sources.each(source, plan, f)
  local cursor = host.rows(plan)
  local holds, meta, own = source.holds, source.meta, f
  if source.list then
    meta = nil
    f = function(record) return each_item(source, record, own) end
  end
  local batch = host.next_rows(cursor)
  while batch do
    for i = 1, #batch do
      local row = setmetatable(batch[i], meta)
      if (not holds or holds(row)) and f(row) then
        host.end_rows(cursor)
        return
      end
    end
    batch = host.next_rows(cursor)
  end
  host.end_rows(cursor)
end

--- One row by the parts of its key, texts; nil if there is none.
function sources.get(source, ...)
  local row = host.record(source.type, ...)
  return row and setmetatable(row, source.meta)
end

-- ---- making them ----

local function main_date(fields)
  local first
  for _, field in ipairs(fields) do
    if field.kind == "date" then
      if field.name == "date" or field.name == "day" then return field.name end
      first = first or field.name
    end
  end
  return first
end

--- A source of plain rows with these fields; queries make them for groups and reports.
function sources.plain(name, fields)
  local source = { name = name, fields = fields, by_name = {}, fixed = {}, key = {}, indexes = {}, partial = {} }
  for _, field in ipairs(fields) do source.by_name[field.name] = field end
  source.date = main_date(fields)
  return source
end

local function make(name, type, part)
  local fields = {}
  for _, field in ipairs(type.fields) do
    if not (part and part.list == field.name) then
      fields[#fields + 1] = field
    else
      for _, item in ipairs(field.of) do fields[#fields + 1] = item end
    end
  end
  for _, field in ipairs(fields) do
    if field.name == "base" and field.kind == "integer" then field.detail = true end -- minor units of the book's currency
  end
  for _, field in ipairs(DERIVED[type.name] or {}) do fields[#fields + 1] = field end
  local source = sources.plain(name, fields)
  source.type, source.key, source.indexes = type.name, type.key, type.indexes
  source.conditional = PARTIAL[type.name] or {}
  if part then
    source.fixed, source.partial, source.holds, source.list = part.fixed, part.partial, part.holds, part.list
  end
  source.meta = make_metatable(source)
  return source
end

function sources.all()
  if all then return all end
  all = {}
  for _, type in ipairs(host.types()) do
    if not HIDDEN[type.name] then
      local name = type.plural:gsub("[ -]", "_")
      all[name] = make(name, type)
      for _, part in ipairs(PARTS) do
        if part.type == type.name then all[part.name] = make(part.name, type, part) end
      end
    end
  end
  return all
end

return sources

--- lua/quote_prompt.lua: quotes at the prompt and in scripts: quote(plan, { ... }) and picture(plan, name, from, to, { ... }).
--- Units: as in lua/quote.lua. Source: none.
--- Example: quote("subscription", { seats = 12, usage = { ["api.calls"] = 10000 } }):sum("amount").
local declare = require "declare"
local query = require "query"
local quoting = require "quoting"

local quote_prompt = {}

local FIELDS = {
  { name = "period", kind = "date" }, { name = "timing", kind = "text" }, { name = "text", kind = "text" },
  { name = "start", kind = "date" }, { name = "stop", kind = "date" }, { name = "how", kind = "text" },
  { name = "quantity", kind = "decimal" }, { name = "price", kind = "decimal" }, { name = "share", kind = "text" },
  { name = "whole", kind = "money" }, { name = "amount", kind = "money" }, { name = "kind", kind = "text" },
  { name = "tax_category", kind = "text" }, { name = "tax_rate", kind = "decimal" },
}
local SHOWN = { "text", "start", "stop", "how", "amount" }

-- What is no quantity in the fields of a call.
local OPTIONS = { usage = "table", tags = "table", from = "date", to = "date", country = "text", tax_id = "text",
                  currency = "text", account = "text|table", coupons = "table", lines = "table", product = "text" }

local function day(value) return type(value) == "string" and date(value) or value end

local function input_of(plan, fields, today, get)
  declare.kind("plan of the quote", plan, "text")
  declare.kind("fields of the quote", fields, "table")
  local input = { plan = plan, quantities = {}, usage = {}, today = today }
  for name, value in pairs(fields) do
    if OPTIONS[name] then
      input[name] = declare.kind(name .. " of the quote", value, OPTIONS[name])
    else
      input.quantities[name] = declare.kind("quantity " .. tostring(name), value, "number")
    end
  end
  input.from, input.to = day(input.from), day(input.to)
  if type(input.account) == "string" then
    local id = input.account
    input.account = get("account", id) or declare.fail("there is no account " .. id)
  end
  return input
end

local function row_of(line)
  local row = {}
  for _, field in ipairs(FIELDS) do row[field.name] = line[field.name] end
  row.period, row.timing, row.how = line.period, line.claim, quoting.how(line)
  return row
end

--- The lines of a quote as a query.
---@param plan string name of a plan
---@param fields table|nil quantities by their names; usage, tags, from, to, country, tax_id, currency, account, coupons, lines
---@param today any a date
---@param get function kind, id -> record, of the session
function quote_prompt.lines(plan, fields, today, get)
  local rows = {}
  for i, line in ipairs(quoting.found(input_of(plan, fields or {}, today, get)).lines) do rows[i] = row_of(line) end
  return query.rows("quote", FIELDS, rows):select(table.unpack(SHOWN))
end

--- A picture of the net amount over a quantity or a meter, as a text.
---@param options table width, ascii
function quote_prompt.picture(plan, name, low, high, fields, today, get, options)
  declare.kind("name of the quantity", name, "text")
  declare.kind("begin of the picture", low, "number")
  declare.kind("end of the picture", high, "number")
  return quoting.draw(input_of(plan, fields or {}, today, get), name, low, high, options)
end

return quote_prompt

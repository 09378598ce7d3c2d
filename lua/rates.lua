--- lua/rates.lua: exchange rates into the book's currency.
--- Units: a rate is the book's currency per one unit of the foreign one; it holds from its date until the next.
--- Source: whatever rules/rates.lua names.
--- Example: with rates { USD = { ["2026-01-02"] = 0.85 } }, rates.at("USD", date "2026-03-01") is 0.85, and
--- rates.at("USD", date "2026-01-01") raises rate.missing.
local declare = require "declare"

local rates = {}

local PATH = "rules/rates.lua"

--- rates { source = "...", USD = { ["2026-01-02"] = 0.85, ... }, ... }
function rates.declare(given)
  local tables = {}
  for currency, list in pairs(declare.kind("declaration of the rates", given, "table")) do
    if currency ~= "source" then
      declare.kind("currency of the rates", currency, "text")
      money(0, currency)
      declare.kind("rates of " .. currency, list, "table")
      local rows = {}
      for from, value in pairs(list) do
        declare.kind("day of a rate of " .. currency, from, "date")
        declare.kind("rate of " .. currency .. " on " .. from, value, "number")
        if value <= 0 then declare.fail("the rate of " .. currency .. " on " .. from .. " is " .. tostring(value)) end
        rows[#rows + 1] = { from = date(from), value = value }
      end
      table.sort(rows, function(a, b) return a.from < b.from end)
      tables[currency] = rows
    end
  end
  return { declared = given, tables = function() return tables end }
end

expose { rates = rates.declare }

--- The rate that holds on a day. Raises rate.missing.
---@param rules table|nil those of rules/rates.lua if absent
function rates.at(currency, day, rules)
  local rows = (rules or rule(PATH)).tables()[currency] or {}
  for i = #rows, 1, -1 do
    if rows[i].from <= day then return rows[i].value end
  end
  raise { code = "rate.missing", message = "no exchange rate for " .. currency .. " on " .. day, file = PATH,
          hint = "add it to " .. PATH .. ": " .. currency .. ' = { ["' .. day .. '"] = ... }' }
end

return rates

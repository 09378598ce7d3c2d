--- lua/amount.lua: amounts in minor units, as documents hold them.
--- Units: minor units of a currency as a whole number (1.50 EUR is 150, 150 JPY is 150, 1.500 KWD is 1500).
--- Source: exponents of ISO 4217 (core/value/currency.def).
--- Example: amount.of(decimal "0.125", "EUR") is 13: half up, away from zero, so that -0.125 gives -13.
local amount = {}

local UNITS = { decimal "0.1", decimal "0.01", decimal "0.001", decimal "0.0001" }
local places_of, scale_of = {}, {}

--- Digits after the point of the currency's minor unit: EUR 2, JPY 0, KWD 3.
function amount.places(currency)
  local places = places_of[currency]
  if places then return places end
  places = 0
  for i = 1, #UNITS do
    local unit = money(UNITS[i], currency)
    if round(unit) == unit then places = i end
  end
  places_of[currency] = places
  return places
end

--- Minor units in one unit of the currency: EUR 100, JPY 1, KWD 1000.
function amount.scale(currency)
  local scale = scale_of[currency]
  if scale then return scale end
  scale = 1
  for _ = 1, amount.places(currency) do scale = scale * 10 end
  scale_of[currency] = scale
  return scale
end

--- Minor units of a number of units or of money, rounded once.
---@param value any number or money; money of another currency raises money.currency_mismatch
---@param mode string|nil rounding mode, half_up if absent
function amount.of(value, currency, mode)
  if type(value) == "money" then
    if value.currency ~= currency then
      raise { code = "money.currency_mismatch", message = value .. " stands where " .. currency .. " is needed" }
    end
    value = value.amount
  end
  return round(value, amount.places(currency), mode) * amount.scale(currency)
end

--- Minor units as a record holds them: money, or already a whole number.
function amount.minor(value, currency)
  if type(value) == "money" then return value.amount * amount.scale(currency) end
  return value
end

--- Minor units as money, for rules and messages.
function amount.money(minor, currency) return money(divide(minor, amount.scale(currency), 4), currency) end

return amount

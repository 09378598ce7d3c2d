--- lua/vat_area.lua: which countries are in the VAT area of the European Union, and when.
--- Units: codes of ISO 3166-1; dates are the first day of membership, or the first day after it.
--- Source: Council Directive 2006/112/EC Art. 5 and the accession treaties; Withdrawal Agreement Art. 126 (the United
--- Kingdom, to the end of 2020). The area begins with the single market on 1993-01-01. Territories with rules of their own
--- (Northern Ireland, the Canary Islands, Monaco …) are not told apart.
--- Example: vat_area.has("GB", date "2020-12-31") is true, and false a day later.
local countries = require "countries"

local vat_area = {}

local FROM, UNTIL = {}, { GB = date "2021-01-01" }

local function members(from, codes)
  for code in codes:gmatch "%u%u" do FROM[code] = date(from) end
end
members("1993-01-01", "BE DE DK ES FR GB GR IE IT LU NL PT")
members("1995-01-01", "AT FI SE")
members("2004-05-01", "CY CZ EE HU LT LV MT PL SI SK")
members("2007-01-01", "BG RO")
members("2013-07-01", "HR")

--- Whether a country is in the area on a day.
function vat_area.has(code, day)
  local from, stop = FROM[code], UNTIL[code]
  return from ~= nil and from <= day and (stop == nil or day < stop)
end

-- Countries whose name takes an article within a sentence.
local THE = {}
for code in ("AE BS CC CD CF CG CK DO FK FO GB GM IM IO KM KY MH MP MV NL PH SB SC TC TF UM US VA VG VI"):gmatch "%u%u" do
  THE[code] = true
end

--- The country as it stands within a sentence: "the United Kingdom", "France".
function vat_area.phrase(code)
  local name = countries.name(code) or code
  return THE[code] and "the " .. name or name
end

return vat_area

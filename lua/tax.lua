--- lua/tax.lua: which tax a line bears, the tax of a whole document, and what of it the buyer withholds.
--- Units: rates in percent; amounts are money in whole minor units.
--- Source: tax by category, BG-23 of EN 16931 (BR-CO-14, BR-CO-17: taxable amount x rate, rounded once per category);
--- codes of UNCL 5305 (S standard, Z zero, E exempt, AE reverse charge, K intra-community, G export, O outside scope);
--- amount due by BR-CO-16 with the rounding amount BT-114.
--- Example: three lines of 0.33 at 20 % bear round(0.99 x 0.20) = 0.20 per document, and 3 x round(0.066) = 0.21 per line.
local countries = require "countries"
local declare = require "declare"
local inclusive = require "inclusive"
local vat_area = require "vat_area"

local tax = {}

local PATH = "rules/tax.lua"
local CODES = { "S", "Z", "E", "AE", "K", "G", "O" }

-- Rows of a tax rule by the function that made them, so that nothing else passes for one.
local RATE, OUTSIDE, ABROAD, UNTAXED, WITHHOLD = {}, {}, {}, {}, {}
local made = setmetatable({}, { __mode = "k" })

local function unknown(message, hint)
  raise { code = "tax.no_answer", message = message, file = PATH,
          hint = hint or "add the case to rules/tax.lua: tax never becomes zero by silence" }
end

-- ---- declaring ----

local RATE_FIELDS = { from = "date", ["until"] = "date", code = "text", reason = "text" }
local OUTSIDE_FIELDS = { reason = "!text" }
local UNTAXED_FIELDS = { code = "text", reason = "!text" }
local ABROAD_FIELDS = {
  seller = "country", buyers = "table", within = "text", business = "flag", categories = "table", when = "function",
  from = "date", ["until"] = "date", rate = "number|text", code = "text", reason = "text",
}

local function positive_share(what, percentage)
  if percentage < 0 or percentage > 100 then
    declare.fail(what .. " is " .. tostring(percentage) .. " percent", "write the rate in percent, for example 17.5")
  end
  return percentage
end

-- What is known of a rate: its factor is computed here, once, and not for each document.
local function answer(percentage, code, reason, place)
  if percentage == 0 and not reason and code ~= "Z" then
    declare.fail("a rate of 0 percent needs a reason, which is printed", 'add reason = "Zero-rated: ..."')
  end
  return { rate = percentage, factor = percent(percentage), code = code, reason = reason, rule = place }
end

--- rate { "GB", "standard", 20, from = "2011-01-04" }: country, category, percent, first day.
function tax.rate(given)
  declare.fields("rate", given, RATE_FIELDS)
  declare.positions("rate", given, 3)
  declare.kind("country of the rate", given[1], "country")
  declare.kind("category of the rate", given[2], "text")
  declare.kind("percent of the rate", given[3], "number")
  local code = given.code or (given[3] == 0 and (given.reason and "E" or "Z")) or "S"
  declare.choice("code of the rate", code, CODES)
  positive_share("the rate", given[3])
  local row = {
    country = given[1], category = given[2], from = date(given.from or "0001-01-01"),
    stop = given["until"] and date(given["until"]), answer = answer(given[3], code, given.reason, declare.here()),
  }
  made[row] = RATE
  return row
end

--- outside { "US", reason = "..." }: a country whose sellers charge no tax of this kind.
function tax.outside(given)
  declare.fields("outside", given, OUTSIDE_FIELDS)
  declare.positions("outside", given, 1)
  declare.kind("country", given[1], "country")
  local row = { country = given[1], answer = answer(0, "O", given.reason, declare.here()) }
  made[row] = OUTSIDE
  return row
end

--- untaxed { "outside", reason = "..." }: a category that bears no tax wherever seller and buyer are, such as compensation.
function tax.untaxed(given)
  declare.fields("untaxed", given, UNTAXED_FIELDS)
  declare.positions("untaxed", given, 1)
  declare.kind("category", given[1], "text")
  local code = declare.choice("code", given.code or "O", { "E", "O" })
  local row = { category = given[1], answer = answer(0, code, given.reason, declare.here()) }
  made[row] = UNTAXED
  return row
end

local function set_of(list)
  if not list then return nil end
  local set = {}
  for i = 1, #list do set[declare.kind("entry " .. i, list[i], "text")] = true end
  return set
end

--- abroad { within = "EU", business = true, code = "K", reason = "..." }: a sale to another country; the first row whose
--- conditions all hold answers.
function tax.abroad(given)
  declare.fields("abroad", given, ABROAD_FIELDS)
  declare.positions("abroad", given, 0)
  if given.within then declare.choice("within", given.within, { "EU" }) end
  local row = {
    seller = given.seller, buyers = set_of(given.buyers), categories = set_of(given.categories),
    within = given.within, business = given.business, when = given.when, from = given.from and date(given.from),
    stop = given["until"] and date(given["until"]), reason = given.reason, place = declare.here(),
  }
  if type(given.rate) == "string" then
    row.rate_of = declare.choice("rate", given.rate, { "seller", "buyer" })
  else
    local percentage = positive_share("the rate", given.rate or 0)
    local code = declare.choice("code", given.code or (percentage == 0 and "G" or "S"), CODES)
    row.answer = answer(percentage, code, given.reason, row.place)
    row.fixed = not given.reason or not given.reason:find "[{}]"
  end
  made[row] = ABROAD
  return row
end

local WITHHOLD_FIELDS = {
  seller = "country", country = "country", categories = "table", business = "flag", when = "function", rate = "!number",
  base = "text", reason = "!text", from = "date", ["until"] = "date",
}

--- withhold { country = "IT", rate = 20, base = "net", reason = "..." }: what a buyer of that country keeps back of the amount
--- due and pays to the authority itself. Every row whose conditions all hold is withheld.
function tax.withhold(given)
  declare.fields("withhold", given, WITHHOLD_FIELDS)
  declare.positions("withhold", given, 0)
  positive_share("the rate", given.rate)
  local row = {
    seller = given.seller, buyers = given.country and set_of { given.country }, categories = set_of(given.categories),
    business = given.business, when = given.when, from = given.from and date(given.from), rate = given.rate,
    stop = given["until"] and date(given["until"]), factor = percent(given.rate), reason = given.reason,
    base = declare.choice("base", given.base or "net", { "net", "tax", "total" }), place = declare.here(),
  }
  made[row] = WITHHOLD
  return row
end

local SETTINGS = { no_country = "text" }

-- Rows of one country and category by their first day; two that begin on one day contradict each other.
local function put_rate(rates, row)
  local of_country = rates[row.country] or {}
  local list = of_country[row.category] or {}
  rates[row.country], of_country[row.category] = of_country, list
  for _, other in ipairs(list) do
    if other.from == row.from then
      declare.fail("two rates for " .. row.category .. " in " .. row.country .. " begin on " .. row.from .. ": "
                   .. other.answer.rule .. " and " .. row.answer.rule)
    end
  end
  list[#list + 1] = row
end

--- tax { rate { ... }, outside { ... }, abroad { ... }, no_country = "refuse" }
function tax.declare(given)
  declare.fields("tax", given, SETTINGS)
  declare.choice("no_country", given.no_country or "refuse", { "refuse", "home" })
  local rules = { rates = {}, outside = {}, untaxed = {}, abroad = {}, withhold = {}, no_country = given.no_country or "refuse" }
  for i = 1, #given do
    local row = given[i]
    if made[row] == RATE then
      put_rate(rules.rates, row)
    elseif made[row] == OUTSIDE then
      rules.outside[row.country] = row.answer
    elseif made[row] == UNTAXED then
      rules.untaxed[row.category] = row.answer
    elseif made[row] == ABROAD then
      rules.abroad[#rules.abroad + 1] = row
    elseif made[row] == WITHHOLD then
      rules.withhold[#rules.withhold + 1] = row
    else
      declare.fail("entry " .. i .. " of the tax is " .. type(row),
                   "write rate { }, untaxed { }, outside { }, abroad { } or withhold { }")
    end
  end
  for _, of_country in pairs(rules.rates) do
    for _, list in pairs(of_country) do
      table.sort(list, function(a, b) return a.from < b.from end)
    end
  end
  return { declared = given, rules = function() return rules end }
end

expose {
  tax = tax.declare, rate = tax.rate, outside = tax.outside, untaxed = tax.untaxed, abroad = tax.abroad, withhold = tax.withhold,
}

-- ---- answering ----

local function names_of(map)
  local list = {}
  for name in pairs(map) do list[#list + 1] = name end
  return list
end

-- The rate of a country for a category on a day.
local function domestic(rules, category, country, day)
  local of_country = rules.rates[country]
  if not of_country then unknown("there are no tax rates for " .. country) end
  local list = of_country[category]
  if not list then
    unknown("there is no tax category '" .. category .. "' in " .. country,
            declare.suggest(category, names_of(of_country)))
  end
  for i = #list, 1, -1 do
    local row = list[i]
    if row.from <= day then
      if row.stop and row.stop <= day then break end
      return row.answer
    end
  end
  return unknown("there is no rate for " .. category .. " in " .. country .. " on " .. day)
end

local function in_area(area, seller, country, day)
  return area ~= "EU" or (vat_area.has(seller, day) and vat_area.has(country, day))
end

local function applies(row, category, seller, buyer, day)
  local business = buyer.tax_id ~= nil and buyer.tax_id ~= ""
  return (not row.seller or row.seller == seller)
    and (not row.buyers or row.buyers[buyer.country])
    and (not row.categories or row.categories[category])
    and (row.business == nil or row.business == business)
    and (not row.from or row.from <= day)
    and (not row.stop or day < row.stop)
    and in_area(row.within, seller, buyer.country, day)
    and (not row.when or row.when(buyer, category, day))
end

local function cross_border(rules, category, seller, buyer, day)
  for i = 1, #rules.abroad do
    local row = rules.abroad[i]
    if applies(row, category, seller, buyer, day) then
      if row.rate_of then
        return domestic(rules, category, row.rate_of == "seller" and seller or buyer.country, day)
      end
      local found = row.answer
      if row.fixed then return found end
      local phrases = { ["{seller}"] = vat_area.phrase(seller), ["{buyer}"] = vat_area.phrase(buyer.country) }
      local reason = row.reason:gsub("{%a+}", phrases)
      return { rate = found.rate, factor = found.factor, code = found.code, reason = reason, rule = found.rule }
    end
  end
  return unknown("there is no answer for a sale of " .. category .. " from " .. seller .. " to " .. buyer.country)
end

-- A slip in a country's code is no sale abroad. Codes that ISO 3166-1 leaves to its users (XK) are those that a row names.
local function check_named(rules, country, buyer)
  if rules.rates[country] then return end
  for _, row in ipairs(rules.abroad) do
    if row.buyers and row.buyers[country] then return end
  end
  unknown("country '" .. country .. "' of account " .. tostring(buyer.id) .. " is no code of ISO 3166-1",
          declare.suggest(country, countries.near(country)) or "moonbill set account " .. tostring(buyer.id)
            .. " country=..., or name it in a row of rules/tax.lua: abroad { buyers = { \"" .. country .. "\" }, ... }")
end

--- The tax of one line.
---@param category string the line's tax category
---@param seller string country of the book
---@param buyer table account, as a record or a map with country and tax_id
---@param day any tax point
---@param rules table|nil those of rules/tax.lua if absent
---@return table rate (percent), factor (rate / 100), code, reason (nil where tax is charged), rule (file and line); not to
---  be changed. Raises tax.no_answer.
function tax.for_line(category, seller, buyer, day, rules)
  rules = rules or rule(PATH).rules()
  if rules.untaxed[category] then return rules.untaxed[category] end
  if rules.outside[seller] then return rules.outside[seller] end
  local country = buyer.country
  if country == nil or country == "" then
    if rules.no_country == "refuse" then
      unknown("account " .. tostring(buyer.id) .. " has no country",
              "moonbill set account " .. tostring(buyer.id) .. ' country=..., or no_country = "home" in rules/tax.lua')
    end
    country = seller
  end
  if country == seller then return domestic(rules, category, seller, day) end
  if not countries.name(country) then check_named(rules, country, buyer) end
  return cross_border(rules, category, seller, buyer, day)
end

-- ---- a whole document ----

-- Add what a row's line bears; prices with tax are taken apart when all of them are known.
local function add_line(row, line, factor, mode, per_line)
  line.tax_rate = row.rate
  if line.gross then
    row.gross = row.gross or {}
    row.gross[#row.gross + 1] = line
  else
    local amount = line.amount
    row.net = row.net + amount
    if per_line then row.tax = row.tax + round(amount * factor, nil, mode) end
  end
end

--- Fill in taxes, net, tax, total and rounding of a document from its lines. Lines with `gross` are of prices with tax: they
--- get the net amount that is in it.
---@param document table with lines, each with amount or gross, and tax_category
---@param answers function category -> answer, as tax.for_line gives it
---@param settings table rounding ("document" or "line") and mode, as config.read gives them
function tax.settle(document, answers, settings)
  local lines, taxes, rows, factors = document.lines, {}, {}, {}
  local mode, per_line, with_tax = settings.mode, settings.rounding == "line", false
  local net, total = 0, 0
  for i = 1, #lines do
    local line = lines[i]
    local category = line.tax_category
    local row = rows[category]
    if not row then
      local found, nothing = answers(category), line.amount * 0
      row = { category = category, rate = found.rate, net = nothing, tax = nothing, code = found.code,
              reason = found.reason, rule = found.rule }
      rows[category], factors[category] = row, found.factor
      taxes[#taxes + 1] = row
    end
    add_line(row, line, factors[category], mode, per_line)
  end
  for i = 1, #taxes do
    local row = taxes[i]
    if not per_line then row.tax = round(row.net * factors[row.category], nil, mode) end
    if row.gross then
      local net_within, tax_within = inclusive.settle(row.gross, row.rate, mode, per_line)
      row.net, row.tax, row.gross, with_tax = row.net + net_within, row.tax + tax_within, nil, true
    end
    net, total = net + row.net, total + row.tax
  end
  document.taxes, document.net, document.tax, document.total = taxes, net, total, net + total
  document.rounding = mode .. (per_line and " per line" or " per document") .. (with_tax and ", prices with tax" or "")
end

-- ---- what the buyer withholds ----

local function withholds(row, seller, buyer, day)
  local business = buyer.tax_id ~= nil and buyer.tax_id ~= ""
  return (not row.seller or row.seller == seller)
    and (not row.buyers or row.buyers[buyer.country or seller])
    and (row.business == nil or row.business == business)
    and (not row.from or row.from <= day)
    and (not row.stop or day < row.stop)
    and (not row.when or row.when(buyer, day))
end

local function base_of(row, taxes)
  local base = 0
  for i = 1, #taxes do
    local one = taxes[i]
    if not row.categories or row.categories[one.category] then
      base = base + (row.base == "net" and one.net or row.base == "tax" and one.tax or one.net + one.tax)
    end
  end
  return base
end

--- What the buyer keeps back of a settled document and pays to the authority itself: each row rounded once.
---@param document table with taxes
---@param rules table|nil those of rules/tax.lua if absent
---@return any money, and the reasons as they are printed; nil where nothing is withheld
function tax.withheld(document, seller, buyer, day, mode, rules)
  rules = rules or rule(PATH).rules()
  local amount, reasons = 0, {}
  for i = 1, #rules.withhold do
    local row = rules.withhold[i]
    if withholds(row, seller, buyer, day) then
      local part = base_of(row, document.taxes) * row.factor
      if part > 0 or part < 0 then
        amount = amount + round(part, nil, mode)
        reasons[#reasons + 1] = row.reason
      end
    end
  end
  if #reasons == 0 then return nil end
  return amount, table.concat(reasons, "; ")
end

return tax

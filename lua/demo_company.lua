--- lua/demo_company.lua: the company of the demo book, what it sells and to whom. Nobody here exists.
---
--- Kestrel Instruments sells measuring devices by order, and a platform that collects what they measure by subscription.
---
--- company.accounts, company.by_id       { id, name, country, terms, ... } and their agreements { id, plan, start, seats }
--- company.products                      { id, name, unit, price }
--- company.opening                       open items of the system before this book
--- company.files() -> { { path, text }, ... }   the same as files to import
local chance = require "demo_chance"
local company = { first = date "2026-07-01", last = date "2026-09-30" }

local COUNT = 320
local FIRST = { "Amber", "Birch", "Cobalt", "Dune", "Ember", "Fjord", "Garnet", "Harbour", "Indigo", "Juniper", "Keel", "Lantern",
  "Marble", "North", "Opal", "Pine", "Quarry", "River", "Slate", "Tidal" }
local SECOND = { "Dairy", "Logistics", "Foods", "Labs", "Mills", "Marine", "Energy", "Textiles", "Water", "Cold Storage", "Glass",
  "Farms", "Print", "Paper", "Brewing", "Greenhouses" }
local STREETS = { "Mill Road", "Quay Street", "Station Road", "Church Lane", "Harbour View", "Market Square", "Canal Walk" }
local PLACES = {
  IE = { form = "Ltd", { "Galway", "H91" }, { "Dublin", "D02" }, { "Cork", "T12" }, { "Limerick", "V94" }, { "Sligo", "F91" } },
  DE = { form = "GmbH", { "Hamburg", "20457" }, { "Bremen", "28195" }, { "Kiel", "24103" } },
  FR = { form = "SARL", { "Brest", "29200" }, { "Nantes", "44000" } },
  GB = { form = "plc", { "Bristol", "BS1 4DJ" }, { "Leeds", "LS1 4AP" } },
}
local ABROAD = { [3] = "DE", [8] = "FR", [13] = "GB", [17] = "DE" }

company.products = {
  { "KT-100", "Thermometer, stainless", "piece", 48.50 },
  { "KT-210", "Thermometer, wireless", "piece", 89.00 },
  { "KH-120", "Humidity sensor", "piece", 64.90 },
  { "KP-300", "Pressure transmitter, 16 bar", "piece", 212.00 },
  { "KF-050", "Flow meter, DN 50", "piece", 745.00 },
  { "KG-001", "Gateway, LTE", "piece", 329.00 },
  { "KB-CR2", "Battery pack of 10", "pack", 27.40 },
  { "KC-CAL", "Calibration with certificate", "piece", 85.00 },
}

-- Two digits.
local function two(n) return string.format("%s%s", n < 10 and "0" or "", n) end
company.two = two

--- Minor units as a file has them: 1234 is "12.34".
function company.amount(minor)
  local sign = minor < 0 and "-" or ""
  minor = abs(minor)
  return sign .. minor // 100 .. "." .. two(minor % 100)
end

-- Most begin on the 1st; the rest on any day, some on the 31st, of which September has none.
local function start_of(draw)
  local kind = draw(20)
  if kind <= 12 then return company.first end
  if kind <= 14 then return date "2026-07-31" end
  if kind <= 17 then return company.first:add_days(draw(29)) end
  return company.first:add_days(29 + draw(30))
end

local function agreements_of(account, i)
  local draw, slot, made = chance.stream("agreement", i), i % 16, {}
  local function add(letter, plan, seats)
    local id = "A-" .. account.id:sub(2) .. letter
    made[#made + 1] = { id = id, account = account.id, plan = plan, start = start_of(draw), seats = seats }
  end
  if slot < 8 then add("P", "platform", 2 + draw(24)) elseif slot < 11 then add("D", "datalogger", nil) end
  if slot < 8 and i % 5 == 0 then add("S", "support", nil) end
  return made
end

local function account_of(i)
  local k, country = i - 1, ABROAD[i % 20] or "IE"
  local draw, places = chance.stream("account", i), PLACES[country]
  local place = chance.pick(draw, places)
  local first, second = FIRST[k % 20 + 1], SECOND[(k // 20 + k) % 16 + 1]
  local account = {
    id = "K" .. 10000 + i, name = first .. " " .. second .. " " .. places.form, country = country,
    street = draw(90) .. " " .. chance.pick(draw, STREETS), city = place[1], postcode = place[2],
    email = "accounts@" .. (first .. "-" .. second):lower():gsub(" ", "-") .. ".example",
    tax_id = country ~= "GB" and country .. 100000000 + draw(899999999) or nil,
    terms = i % 25 == 0 and 7 or i % 6 == 0 and 30 or 14,
  }
  account.agreements = agreements_of(account, i)
  return account
end

-- What was open on the day before the first one, by the numbers of the old system.
local function opening_of(account, i)
  local draw = chance.stream("opening", i)
  local day = date "2026-05-04":add_days(draw(52))
  return { account = account.id, number = "R26-" .. 1000 + i * 3, date = day, due = day:add_days(account.terms),
    amount = 4000 + draw(90000) }
end

local function make()
  company.accounts, company.by_id, company.opening = {}, {}, {}
  for i = 1, COUNT do
    local account = account_of(i)
    company.accounts[i], company.by_id[account.id] = account, account
    if i % 7 == 3 then table.insert(company.opening, opening_of(account, i)) end
  end
end
make()

-- ---- files ----

--- Text as a cell of a CSV file.
function company.cell(text)
  text = tostring(text or "")
  if text:find '[",\n]' then return '"' .. text:gsub('"', '""') .. '"' end
  return text
end

--- Rows (lists of cells, #columns each) as a CSV file.
function company.csv(columns, rows)
  local lines = { table.concat(columns, ",") }
  for i = 1, #rows do
    local cells = {}
    for k = 1, #columns do cells[k] = company.cell(rows[i][k]) end
    lines[i + 1] = table.concat(cells, ",")
  end
  return table.concat(lines, "\n") .. "\n"
end

local function of_accounts(columns)
  local rows = {}
  for i = 1, #company.accounts do
    rows[i] = {}
    for k = 1, #columns do
      local name = columns[k]
      rows[i][k] = name == "from" and company.first or company.accounts[i][name]
    end
  end
  return company.csv(columns, rows)
end

local function of_agreements()
  local rows = {}
  for i = 1, #company.accounts do
    for _, a in ipairs(company.accounts[i].agreements) do
      rows[#rows + 1] = { a.id, a.account, a.plan, company.first, a.start, a.seats }
    end
  end
  return company.csv({ "id", "account", "plan", "from", "start", "tags.seats" }, rows)
end

local function of_products()
  local rows = {}
  for i, p in ipairs(company.products) do rows[i] = { p[1], p[2], p[3], string.format("%.2f", p[4]), company.first } end
  return company.csv({ "id", "name", "unit", "price", "from" }, rows)
end

local function of_opening()
  local rows = {}
  for i, o in ipairs(company.opening) do rows[i] = { o.number, o.account, o.date, o.due, company.amount(o.amount) } end
  return company.csv({ "number", "account", "date", "due", "amount" }, rows)
end

function company.files()
  return {
    { path = "in/accounts.csv",
      text = of_accounts { "id", "name", "street", "city", "postcode", "country", "email", "tax_id", "terms", "from" } },
    { path = "in/products.csv", text = of_products() },
    { path = "in/agreements.csv", text = of_agreements() },
    { path = "in/opening-items.csv", text = of_opening() },
  }
end

return company

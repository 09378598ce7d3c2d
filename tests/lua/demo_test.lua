--- tests/lua/demo_test.lua: what happens around the demo book is the same every time, and adds up.
local chance = require "demo_chance"
local company = require "demo_company"
local people = require "demo_people"
local rows = require "rows"
local trade = require "demo_trade"

local test = {}

local function draws(word, n)
  local draw, list = chance.stream(word), {}
  for i = 1, n do list[i] = draw(100) end
  return list
end

local function lines_of(text)
  local _, count = text:gsub("\n", "")
  return count
end

-- Events of all files, those that are sent again left out.
local function all_events()
  local seen, count = {}, 0
  local day = company.first
  while day <= company.last do
    for id in (trade.usage(day) or ""):gmatch '"id":"([^"]+)"' do
      if not seen[id] then count = count + 1 end
      seen[id] = true
    end
    day = day + 1
  end
  return count
end

local function agreements()
  local count, late = 0, 0
  for _, account in ipairs(company.accounts) do
    for _, agreement in ipairs(account.agreements) do
      count = count + 1
      if agreement.start.day == 31 then late = late + 1 end
    end
  end
  return count > 200 and late > 5
end

local cases = {
  { "a stream is the same every time", of = function() return draws("word", 5) end, want = rows.text(draws("word", 5)) },
  { "streams differ", of = function() return rows.text(draws("word", 5)) ~= rows.text(draws("other", 5)) end, want = "true" },
  { "an amount", of = function() return company.amount(123456) end, want = "1234.56" },
  { "a small negative amount", of = function() return company.amount(-5) end, want = "-0.05" },
  { "a cell with a comma", of = function() return company.cell 'a, "b"' end, want = '"a, ""b"""' },
  { "accounts", of = function() return #company.accounts end, want = "320" },
  { "agreements, some of them from a 31st", of = agreements, want = "true" },
  { "events", of = all_events, want = "100000" },
  { "events of a day", of = function() return lines_of(trade.usage(date "2026-07-03")) end, want = "1102" },
  { "no orders on a Sunday", of = function() return trade.orders(date "2026-07-05") end, want = "nil" },
  { "no bank on a Saturday", of = function() return people.bank(date "2026-08-01", {}) end, want = "nil" },
  { "nothing is owed, nothing is paid", of = function() return lines_of(people.bank(date "2026-08-04", {})) end, want = "1" },
  { "nothing on most days", of = function() return people.desk(date "2026-07-02", {}) end, want = "{}" },
}

-- The payments of one invoice of 100.00, due on 15 July, over six weeks: day and amount of each.
local function paid(account)
  local item = { account = account, number = "INV-1", id = "1", kind = "invoice", date = date "2026-07-01", due = date "2026-07-15",
    amount = 10000, open = 10000 }
  local got, day = {}, item.date
  while day < item.date + 60 do
    local text = people.bank(day, { item }) or ""
    for cents in text:gmatch "\nB[^,]*,[^,]*,([^,]*)," do
      got[#got + 1] = tostring(day) .. " " .. cents
      item.open = max(0, item.open - decimal(cents) * 100)
    end
    day = day + 1
  end
  return table.concat(got, ", ")
end

-- By an account without a part in a story.
local function who_pays(how)
  for i = 200, #company.accounts do
    local account = company.accounts[i]
    if people.manner_of(account.id) == how and account.terms == 14 then return paid(account.id) end
  end
  return "nobody"
end

local manners = {
  { "punctual", want = "2026-07-13 100.00" },
  { "never", want = "" },
  { "in parts", want = "2026-07-15 60.00, 2026-08-05 40.00" },
  { "twice", want = "2026-07-13 100.00, 2026-07-20 100.00" },
  { "bank charge", want = "2026-07-14 98.55" },
}

function test.run()
  return rows.join(rows.check(cases, function(case) return case.of() end),
                   rows.check(manners, function(case) return who_pays(case[1]) end))
end

return test

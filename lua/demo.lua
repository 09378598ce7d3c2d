--- lua/demo.lua: the world around the demo book: what comes in from outside on each day, and what its clerk does.
---
--- demo.begin() -> { first, last, files, commands }    files to import at the start; the clerk's first commands
--- demo.day(day, items) -> files                  what arrives on the day: orders, usage, the bank's file
--- demo.desk(day, items) -> commands              what the clerk does at the end of the day
---
--- A file is { path, text }, a command a list of words without `moonbill` and --today. Items are those of the book at that
--- moment: { number, account, kind, date, due, amount, open, id }, amounts in minor units. Nothing is kept from day to day: the
--- same items give the same answer. rules/demo/ holds the rules of the book itself.
local company = require "demo_company"
local people = require "demo_people"
local trade = require "demo_trade"
local demo = {}

function demo.begin()
  return { first = company.first, last = company.last, files = company.files(), commands = people.go_live }
end

local function add(files, folder, day, ending, text)
  if text then files[#files + 1] = { path = "in/" .. folder .. "/" .. tostring(day) .. ending, text = text } end
end

function demo.day(day, items)
  local files = {}
  add(files, "orders", day, ".csv", trade.orders(day))
  add(files, "usage", day, ".jsonl", trade.usage(day))
  add(files, "bank", day, ".csv", people.bank(day, items))
  return files
end

function demo.desk(day, items)
  return people.desk(day, items)
end

return demo

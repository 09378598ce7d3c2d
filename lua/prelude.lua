--- lua/prelude.lua: the names that rules and the library may use. Nothing else can be reached.
--
-- Runs once in every state, before any other file, with the primitives of core/script as its globals. Returns two tables:
-- what rule files see (README.md describes each name), and what only the library sees besides.

local base, text, list = lua.base, lua.string, lua.table

local math = { floor = floor, ceil = ceil, abs = abs, min = min, max = max }

local rules = {
  -- Lua's own
  assert = base.assert, error = error, ipairs = base.ipairs, pairs = pairs, pcall = pcall, xpcall = xpcall,
  select = base.select, tonumber = tonumber, tostring = tostring, type = type,
  require = require_rule,
  math = math,
  string = {
    byte = text.byte, char = text.char, find = text.find, format = format, gmatch = text.gmatch, gsub = text.gsub,
    len = text.len, lower = text.lower, match = text.match, rep = rep, reverse = text.reverse, sub = text.sub,
    upper = text.upper,
  },
  table = {
    concat = concat, insert = list.insert, pack = list.pack, remove = list.remove, sort = sort, unpack = list.unpack,
  },
  utf8 = { char = lua.utf8.char, codepoint = lua.utf8.codepoint, codes = lua.utf8.codes, len = lua.utf8.len },

  -- exact values
  decimal = decimal, money = money, percent = percent, date = date, period = period,
  round = round, divide = divide, prorate = prorate, split = split, min = min, max = max, abs = abs, sum = sum,
}

local library = {
  raise = raise, within = within, expose = expose, freeze = freeze,
  rule = rule, rule_paths = rule_paths, names = names, compile = compile, require = require_module, host = host,
  setmetatable = base.setmetatable, getmetatable = base.getmetatable,
  rawget = base.rawget, rawset = base.rawset, rawequal = base.rawequal, rawlen = base.rawlen,
}

return rules, library

--- lua/session.lua: the host's verbs of a session: chunks of moonbill's Lua, one after another, with names of their own.
---
--- session.begin { today =, actions =, shown =, arg = }      what the host knows; shown: columns of its lists, by name
--- session.eval { text =, name =, limit = } -> { incomplete = true } or { count = results shown }
--- session.complete { text = } -> { from =, items = list of { text, doc } }
---
--- A chunk is compiled like a rule, in an environment that keeps its globals until the session ends. Nothing in it reaches the
--- book but through the host, which asks before it changes anything.
local completing = require "completing"
local query = require "query"
local reference = require "reference"
local showing = require "showing"
local sources = require "sources"

local session = {}

local own = {}     -- names of the session: sources, actions, verbs
local globals = {} -- what chunks declare
local rule_names   -- what rules see
local limit        -- rows of a table at the prompt

local function refuse(message, hint) raise { code = "rule.value", message = message, hint = hint } end

-- ---- verbs ----

local function edit(verb, kind, id, fields, options)
  if type(kind) ~= "string" or (type(id) ~= "string" and type(id) ~= "number") or type(fields) ~= "table" then
    refuse(verb .. ' wants a kind, an id and fields: ' .. verb .. '("account", "ACME", { terms = 14 })')
  end
  local list = {}
  local function add(name, value)
    if type(value) == "table" and not query.is(value) then
      for key, part in pairs(value) do add(name .. "." .. tostring(key), part) end
    else
      list[#list + 1] = { name = name, value = value == false and "" or tostring(value) }
    end
  end
  for name, value in pairs(fields) do add(name == "lines" and "line" or tostring(name), value) end
  local from = type(options) == "table" and options.from or nil
  return host.ask { ask = "edit", verb = verb, kind = kind, id = tostring(id), fields = list,
    from = from and tostring(from) or nil, changes = true }
end

local function source_named(kind)
  local wanted = tostring(kind):gsub("[ -]", "_")
  for name, source in pairs(sources.all()) do
    if name == wanted or name == wanted .. "s" or (source.type == kind and not source.holds) then return source end
  end
  refuse("there is no kind of record '" .. tostring(kind) .. "'")
end

--- One record: get("invoice", "INV-2026-00001"). By its number, its id, or the parts of its key.
local function get(kind, ...)
  local source, parts = source_named(kind), table.pack(...)
  if #parts == 0 then refuse('which one? get("account", "ACME")') end
  for i = 1, #parts do parts[i] = tostring(parts[i]) end
  if #parts == #source.key then
    local row = sources.get(source, table.unpack(parts))
    if row and (not source.holds or source.holds(row)) then return row end
  end
  local found
  if source.by_name.number then found = query.new(source):where { number = parts[1] }:first() end
  if not found then found = query.new(source):where { [source.key[1]] = parts[1] }:first() end
  return found
end

local function print(...)
  local values, texts = table.pack(...), {}
  if #values == 1 and (query.is(values[1]) or type(values[1]) == "table") then return showing.value(values[1], limit) end
  for i = 1, values.n do texts[i] = showing.text(values[i]) end
  host.ask { ask = "print", text = table.concat(texts, "\t") .. "\n" }
end

-- ---- quotes ----

-- The library that prices brings names for rules, which a session does not need before the first quote.
local function quote_of(plan, fields) return require "quote_prompt".lines(plan, fields, sources.today, get) end

local screen -- what the terminal can show: { width, ascii }

local function draw(plan, name, low, high, fields)
  host.ask { ask = "print", text = require "quote_prompt".picture(plan, name, low, high, fields, sources.today, get, screen) }
end

-- ---- actions ----

--- The names that values without a name have, in their order: those the action takes, but for its switches and lists.
local UNPLACED = { all = true, ids = true, issue = true, no_earlier = true }

--- Names of actions that are words of Lua.
local RENAMED = { ["return"] = "return_payment", ["end"] = "end_agreement" }

local function places_of(action)
  if not action.knows then return { "name", "file" } end -- report, save
  local list = {}
  for word in action.knows:gmatch "%S+" do
    if not UNPLACED[word] then list[#list + 1] = word end
  end
  return list
end

local function arguments(verb, places, ...)
  local given, map = table.pack(...), {}
  local at = 0
  for i = 1, given.n do
    local value = given[i]
    if type(value) == "table" and not sources.of(value) and not query.is(value) then
      for name, part in pairs(value) do map[name] = part end
    elseif value ~= nil then
      at = at + 1
      if not places[at] then refuse(verb .. " has no use for " .. showing.text(value)) end
      if sources.of(value) then value = value.number or value.id end
      map[places[at]] = value
    end
  end
  return map
end

local KINDS = { text = "text", int = "integer", number = "decimal", date = "date", bool = "bool" }

--- A report is a query over its rows.
local function as_query(result)
  local fields = {}
  for i, column in ipairs(result.columns) do
    fields[i] = { name = column.name, title = column.title, kind = KINDS[column.kind] or "text", sum = column.sum }
    for _, row in ipairs(result.rows) do
      if type(row[column.name]) == "money" then fields[i].kind = "money" end
    end
  end
  return query.rows(result.name, fields, result.rows)
end

local function action_of(action)
  local places = places_of(action)
  return function(...)
    local args = arguments(action.name, places, ...)
    local dry_run = args.dry_run == true or nil
    args.dry_run = nil
    local result = host.ask { ask = "act", verb = action.name, args = args, changes = action.writes or nil, dry_run = dry_run }
    if type(result) == "table" and result.rows and result.columns then return as_query(result) end
    if type(result) == "table" then showing.results[result] = false end
    return result
  end
end

-- ---- names ----

local function unknown(name)
  local list = {}
  for key in pairs(globals) do list[#list + 1] = key end
  for key in pairs(own) do list[#list + 1] = key end
  for _, key in ipairs(rule_names) do list[#list + 1] = key end
  raise { code = "rule.error", message = "unknown name '" .. tostring(name) .. "'",
    hint = require "near".hint(tostring(name), list) or "help() lists the names there are" }
end

local FORBIDDEN = { io = true, os = true, debug = true, package = true, load = true, dofile = true, loadfile = true,
  coroutine = true, _G = true, collectgarbage = true, setmetatable = true, getmetatable = true, rawget = true, rawset = true,
  next = true }

local function begin_names()
  local known = {}
  rule_names = names()
  for _, name in ipairs(rule_names) do
    if not name:find(".", 1, true) then known[name] = true end
    local library = name:match "^(%w+)%."
    if library then known[library] = true end
  end
  -- The value of a name that rules have too; compile finds it in their environment.
  local rule_value = {}
  for name in pairs(known) do rule_value[name] = compile("lua/session.lua", "return " .. name)() end
  setmetatable(globals, { __index = function(_, name)
    local value = own[name]
    if value == nil then value = rule_value[name] end
    if value ~= nil then return value end
    if FORBIDDEN[name] then
      raise { code = "rule.forbidden", message = "'" .. name .. "' cannot be used here" }
    end
    if rule_names == nil or name == nil then return nil end
    unknown(name)
  end })
end

function session.begin(given)
  for name, source in pairs(sources.all()) do
    local shown = given.shown[name]
    if shown then
      source.shown = {}
      for word in shown:gmatch "%S+" do
        if source.by_name[word] then source.shown[#source.shown + 1] = word end
      end
    end
    own[name] = query.new(source)
  end
  for _, action in ipairs(given.actions) do
    local name = RENAMED[action.name] or action.name:gsub("[ -]", "_")
    own[name] = action_of(action)
    reference.add(name, action)
  end
  own.set = function(...) return edit("set", ...) end
  own.add = function(...) return edit("add", ...) end
  own.get, own.print = get, print
  own.help = function(...) return reference.help(own, select("#", ...), ...) end
  own.arg = given.arg or {}
  own.quote, own.picture = quote_of, draw
  screen = { ascii = not given.utf8 }
  begin_names()
end

-- ---- chunks ----

local function ends_early(problem) return type(problem) == "table" and problem.message:find "near <eof>$" ~= nil end

--- The chunk as a function: as an expression if it is one. nil, true where more has to come.
local function compiled(given)
  local good, f = pcall(compile, given.name, "return " .. given.text, globals)
  if good then return f end
  local again, chunk = pcall(compile, given.name, given.text, globals)
  if again then return chunk end
  if given.prompt and (ends_early(f) or ends_early(chunk)) then return nil, true end
  error(chunk)
end

function session.eval(given)
  sources.today, own.today = given.today, given.today
  limit, showing.every = given.limit, given.every
  local f, incomplete = compiled(given)
  if incomplete then return { incomplete = true } end
  local results = table.pack(f())
  for i = 1, results.n do showing.value(results[i], limit) end
  return { count = results.n }
end

function session.complete(given)
  sources.today = given.today
  return completing.items(given.text, own, globals, rule_names)
end

return session

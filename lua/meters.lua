--- lua/meters.lua: rules/meters.lua, and what a meter comes to for the days that a charge bills.
--- Units: quantities are decimals. What parts of a period come to is not always a part of the whole: see meters.additive.
--- Source: aggregates and words as in the billing literature (lua/aggregates.lua). A meter that is not declared is the sum of the
--- events of its name.
--- Example: meter { "storage", aggregate = "max", of = "storage.gb", recurring = true } is the highest storage.gb of a period,
--- what there was when it began included.
local aggregates = require "aggregates"
local declare = require "declare"
local sources = require "meter_sources"

local meters = {}

local PATH = "rules/meters.lua"

-- ---- declaring ----

local FIELDS = {
  title = "text", unit = "text", aggregate = "text", of = "text", property = "text", value = "text", values = "text",
  by = "table", where = "table|function", recurring = "flag", per = "text", places = "count", rounding = "text",
}
local VALUES = { "levels", "changes" }
local MODES = { "half_up", "half_even", "half_down", "up", "down", "ceiling", "floor" }
-- Kinds that follow a level from event to event.
local OF_LEVELS = { max = true, latest = true, time_weighted = true }
local ADDITIVE = { count = true, sum = true, time_weighted = true }

local function names_of(list, what)
  for i = 1, #list do declare.kind(what .. " " .. i, list[i], "text") end
  for key in pairs(list) do
    if type(key) ~= "number" then declare.fail(what .. " is a list of names", 'write { "region" }') end
  end
  if #list == 0 then declare.fail(what .. " names nothing", 'write { "region" }, or leave it out') end
  return list
end

-- Conditions on properties as a function of an event: a text or number, a list of which one has to fit, true: there, false: not.
local function condition(given)
  local tests = {}
  for name, wanted in pairs(given) do
    declare.kind("property in where", name, "text")
    local texts = {}
    for _, one in ipairs(type(wanted) == "table" and wanted or { wanted }) do
      texts[declare.kind("where." .. name, one, "text|number|flag") == true and true or tostring(one)] = true
    end
    if wanted == false then texts = { [false] = true } end
    tests[#tests + 1] = { name = name, texts = texts }
  end
  if #tests == 0 then declare.fail("where names no property", 'write where = { plan = "pro" }, or leave it out') end
  return function(event)
    for i = 1, #tests do
      local test = tests[i]
      local text = event.tags[test.name]
      local fits = text == nil and test.texts[false] or text ~= nil and (test.texts[true] or test.texts[text])
      if not fits then return false end
    end
    return true
  end
end

local function check_fields(given, name, aggregate)
  local subject = "meter '" .. name .. "'"
  if aggregate == "unique" and not given.property then
    declare.fail(subject .. " counts different values, and does not say of which property", 'add property = "user"')
  end
  if given.property and not (aggregate == "unique" or OF_LEVELS[aggregate]) then
    declare.fail(subject .. " has a property, and its aggregate is " .. aggregate,
                 "a property is counted by unique, max, latest and time_weighted; a number in a property is value = ...")
  end
  if given.value and (given.property or aggregate == "count" or aggregate == "unique") then
    declare.fail(subject .. " takes a value from '" .. given.value .. "', and counts", "leave value out")
  end
  if given.values and (given.property or not OF_LEVELS[aggregate]) then
    declare.fail(subject .. " says values, and its aggregate is " .. aggregate,
                 "values are those of max, latest and time_weighted")
  end
  if given.per and aggregate ~= "time_weighted" then
    declare.fail(subject .. " says per, and its aggregate is " .. aggregate, "per is for time_weighted")
  end
end

--- meter { "api.calls", aggregate = "sum", of =, property =, value =, values =, by =, where =, recurring =, per =, places =,
--- rounding =, title =, unit = }
function meters.declare_one(given)
  declare.fields("meter", given, FIELDS)
  declare.positions("meter", given, 1)
  local name = declare.kind("name of the meter", given[1], "text")
  local aggregate = declare.choice("aggregate of meter '" .. name .. "'", given.aggregate or "sum", aggregates.names)
  check_fields(given, name, aggregate)
  if given.values then declare.choice("values of meter '" .. name .. "'", given.values, VALUES) end
  if given.rounding then declare.choice("rounding of meter '" .. name .. "'", given.rounding, MODES) end
  if given.places and given.places > 12 then
    declare.fail("meter '" .. name .. "' has " .. given.places .. " places", "up to 12")
  end
  local compiled = {
    name = name, title = given.title or name, unit = given.unit, aggregate = aggregate, event = given.of or name,
    property = given.property, value = given.value, changes = given.values == "changes",
    by = given.by and names_of(given.by, "by of meter '" .. name .. "'"), recurring = given.recurring or false,
    where = type(given.where) == "table" and condition(given.where) or given.where,
    per = declare.choice("per of meter '" .. name .. "'", given.per or "period", aggregates.units),
    places = given.places or given.rounding and 0 or nil, mode = given.rounding or "half_up", place = declare.here(),
    additive = ADDITIVE[aggregate] and not (given.recurring and not OF_LEVELS[aggregate]) or false,
  }
  return { declared = given, meter = function() return compiled end }
end

--- meters { strict = false, meter, ... }
function meters.declare(given)
  declare.fields("list of meters", given, { strict = "flag" })
  local by_name = {}
  for i = 1, #given do
    local one = given[i]
    if type(one) ~= "table" or not one.meter then
      declare.fail("entry " .. i .. " of the meters is " .. type(one), 'write meter { "api.calls", aggregate = "sum" }')
    end
    local compiled = one.meter()
    local before = by_name[compiled.name]
    if before then
      local file, line = declare.split(compiled.place)
      raise { code = "rule.value", file = file, line = line, message = "there are two meters '" .. compiled.name .. "'",
              hint = "the other stands at " .. before.place .. "; give one of them another name" }
    end
    by_name[compiled.name] = compiled
  end
  local all = { by_name = by_name, strict = given.strict or false }
  return { declared = given, meters = function() return all end }
end

expose { meter = meters.declare_one, meters = meters.declare }

-- ---- finding ----

local NONE = { by_name = {}, strict = false }
local known -- of this state's rules/meters.lua

--- What rules/meters.lua declares, or `declared` in its place: by_name, strict. Nothing where there is no such file.
function meters.all(declared)
  if not declared then
    if known then return known end
    local there = false
    for _, path in ipairs(rule_paths(PATH)) do there = there or path == PATH end
    declared = there and rule(PATH)
    if there and (type(declared) ~= "table" or not declared.meters) then
      declare.fail(PATH .. " does not return meters { ... }", "its first line of code is: return meters {")
    end
    known = there and declared.meters() or NONE
    return known
  end
  return declared.meters()
end

local plain = {} -- meters that are not declared

local function find(name, declared)
  local all = meters.all(declared)
  local one = all.by_name[name] or plain[name]
  if not one then
    one = { name = name, title = name, aggregate = "sum", event = name, recurring = false, per = "period", mode = "half_up",
            additive = true }
    plain[name] = one
  end
  return one, all
end

--- Raise where a plan names a meter that is not declared and rules/meters.lua says strict = true.
---@param place? string of the charge that names it, "rules/pricing/api.lua:12"
function meters.check(name, declared, place)
  local all = meters.all(declared)
  if all.by_name[name] or not all.strict then return end
  local names = {}
  for known_name in pairs(all.by_name) do names[#names + 1] = known_name end
  local file, line
  if place then file, line = declare.split(place) end
  raise { code = "rule.value", message = "there is no meter '" .. name .. "'", file = file, line = line,
          hint = "declare it in " .. PATH .. (#names > 0 and "; " .. declare.suggest(name, names) or "") }
end

--- What is doubtful about a charge that names a meter, as a text for `rules check`, or nil.
---@param used table event name = true, of all events that the book has
function meters.doubt(name, used, declared)
  local all = meters.all(declared)
  local one, any = all.by_name[name], false
  for _ in pairs(used) do any = true end
  if one and any and not used[one.event] then
    return "meter '" .. name .. "' counts events '" .. one.event .. "', and the book has none"
  end
  if one or used[name] then return nil end
  return "meter '" .. name .. "' is not declared in " .. PATH .. ", and the book has no event of that name"
end

--- Whether what the parts of a period come to adds up to what the whole comes to: of counts, sums and time-weighted ones. A
--- highest, latest or unique number is a state, whose price a part of a period bears in proportion.
function meters.additive(name, declared) return find(name, declared).additive end

--- The name of the events that a meter counts.
function meters.event(name, declared) return find(name, declared).event end

-- ---- what events come to ----

local by_time = aggregates.before

-- Events mostly come as they happened.
local function sort(list)
  for i = 2, #list do
    if by_time(list[i], list[i - 1]) then return table.sort(list, by_time) end
  end
end

-- f(event) for those that the meter counts; in the order of time where that matters, a day at a time. One that does not have the
-- property that is counted says nothing about it.
local function each(meter, source, start, stop, ordered, f)
  local where, needed, waiting = meter.where, meter.value or meter.property, {}
  local function flush()
    sort(waiting)
    for i = 1, #waiting do f(waiting[i]) end
    waiting = {}
  end
  source.each(meter.event, start, stop, function(event)
    if needed and event.tags[needed] == nil or where and not where(event) then return end
    if not ordered then return f(event) end
    if waiting[1] and waiting[1].day ~= event.day then flush() end
    waiting[#waiting + 1] = event
  end)
  flush()
end

local function group_key(event, by)
  local parts = {}
  for i = 1, #by do parts[i] = event.tags[by[i]] or "" end
  return table.concat(parts, "\0")
end

local function group_of(run, event)
  local key = #run.by == 0 and "" or group_key(event, run.by)
  local group = run.groups[key]
  if group then return group end
  local tags = {}
  for i = 1, #run.by do tags[run.by[i]] = event.tags[run.by[i]] end
  group = { key = key, tags = tags, count = 0, aggregate = aggregates.new(run.meter, run.bounds) }
  run.groups[key] = group
  run.list[#run.list + 1] = group
  return group
end

-- What a recurring meter brings along from before the span, read no further back than it has to. Answers the day from which on
-- the events are to be read.
local function carry_in(run)
  local meter, source, start, stop = run.meter, run.source, run.bounds.span.start, run.bounds.span.stop
  local function carry(event) group_of(run, event).aggregate:carry(event) end
  local alone = #run.by == 0 and not meter.where and not meter.property and not meter.value
  if alone and meter.changes then
    local count, quantity = source.sum(meter.event, sources.EARLIEST, stop)
    local own_count, own = source.sum(meter.event, start, stop)
    if count > own_count then group_of(run).aggregate:begin(quantity - own) end
  elseif alone and OF_LEVELS[meter.aggregate] and not meter.changes then
    local list = source.last_day(meter.event, start, stop)
    sort(list)
    for i = 1, #list do carry(list[i]) end
  else
    return sources.EARLIEST
  end
  return start
end

-- The groups of a meter by some properties, in the order of their values; those that nothing is left of are left out.
local function compute(meter, source, span, whole, by)
  local run = { meter = meter, source = source, by = by, groups = {}, list = {},
                bounds = { span = span, whole = whole, day_start = source.day_start } }
  local from = meter.recurring and carry_in(run) or span.start
  each(meter, source, from, span.stop, aggregates.ordered(meter), function(event)
    local group = group_of(run, event)
    if event.day < span.start then return group.aggregate:carry(event) end
    group.count = group.count + 1
    group.aggregate:add(event)
  end)
  table.sort(run.list, function(a, b) return a.key < b.key end)
  local out = {}
  for _, group in ipairs(run.list) do
    local quantity = group.aggregate:result()
    if meter.places then quantity = round(quantity, meter.places, meter.mode) end
    if quantity ~= 0 or group.count > 0 then
      out[#out + 1] = { tags = group.tags, quantity = quantity, count = group.count }
    end
  end
  return out
end

-- Sums and counts that need no event are those of the days.
local function of_days(meter, source, span)
  local count, quantity = source.sum(meter.event, span.start, span.stop)
  local total_count, total = count, quantity
  if meter.recurring then total_count, total = source.sum(meter.event, sources.EARLIEST, span.stop) end
  local result = meter.aggregate == "count" and total_count or total
  return meter.places and round(result, meter.places, meter.mode) or result, count
end

local function total_of(meter, source, span, whole, groups)
  local days = (meter.aggregate == "sum" or meter.aggregate == "count") and not (meter.by or meter.where or meter.value)
  if days then return of_days(meter, source, span) end
  local quantity, count = 0, 0
  for _, group in ipairs(groups(meter.by or {})) do quantity, count = quantity + group.quantity, count + group.count end
  return quantity, count
end

-- ---- the usage object ----

local METHODS = { __index = function(usage, name)
  local lazy = rawget(usage, "lazy")
  if name ~= "quantity" and name ~= "count" and name ~= "how" then return nil end
  usage.quantity, usage.count = lazy.total()
  usage.how = lazy.how(usage.count)
  return rawget(usage, name)
end }

local WORDS = { count = "count of", sum = "sum of", max = "highest of", unique = "different values in", latest = "latest of",
                time_weighted = "time-weighted mean of" }

local function how_of(meter, span)
  return function(count)
    local carried = meter.recurring and ", and what was carried in" or ""
    return WORDS[meter.aggregate] .. " " .. count .. (count == 1 and " event" or " events") .. " of " .. meter.event .. " from "
      .. span.start .. " to " .. span.stop:add_days(-1) .. carried
  end
end

local function of_number(meter, given, span)
  local count = meter.aggregate == "count" and given or (given == 0 and 0 or 1)
  local list = given == 0 and {} or { { id = "event 1", day = span.start, quantity = given, tags = {} } }
  return {
    total = function() return given, count end, how = function() return nil end,
    groups = function() return given == 0 and {} or { { tags = {}, quantity = given, count = count } } end,
    events = function() return list end,
  }
end

local function of_source(meter, source, span, whole)
  local made = {}
  local function groups(by)
    local key = table.concat(by, "\0")
    made[key] = made[key] or compute(meter, source, span, whole, by)
    return made[key]
  end
  return {
    total = function() return total_of(meter, source, span, whole, groups) end, how = how_of(meter, span),
    groups = function(by) return groups(by or meter.by or {}) end,
    events = function()
      local list = {}
      each(meter, source, span.start, span.stop, true, function(event) list[#list + 1] = event end)
      return list
    end,
  }
end

--- What a meter comes to for some days.
---@param name string of a meter; one that is not declared is the sum of the events of that name
---@param given number|table what it comes to; or a list of events (meter_sources.list); or meters.of_agreement(id); or a usage
---  object, which is answered as it is
---@param span table the days: a period, or { start, stop }
---@param whole? table the nominal period that the days are a part of: what time-weighted ones divide by; span if absent
---@param declared? table in the place of what rules/meters.lua returns
---@return table quantity, count (of events), groups(by) -> list of { tags, quantity, count } (by the properties named; where none
---  are, by those of the meter), events() -> list of { id, day, time, quantity, tags } in the order of time, name, title, unit,
---  event, additive, how (a line of text on what quantity is, nil of a number). With `by`, the quantity is the sum of its groups.
function meters.usage(name, given, span, whole, declared)
  if type(given) == "table" and given.groups then return given end
  local meter = find(name, declared)
  local lazy
  if type(given) == "table" then
    lazy = of_source(meter, given.each and given or sources.list(given, span), span, whole or span)
  else
    lazy = of_number(meter, declare.kind("usage of meter '" .. name .. "'", given or 0, "number"), span)
  end
  return setmetatable({ name = name, title = meter.title, unit = meter.unit, event = meter.event, groups = lazy.groups,
                        additive = meter.additive, events = lazy.events, lazy = lazy }, METHODS)
end

--- The same of what stands in for the book (a number or a list) in quotes, examples and tests.
function meters.made(name, given, span, whole) return meters.usage(name, given, span, whole) end

--- The events of the account of an agreement, for meters.usage.
meters.of_agreement = sources.book

return meters

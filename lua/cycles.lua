--- lua/cycles.lua: how long a period is: a month, a week, ten days, or as a script of rules/cycles/ says; and its bounds.
--- Units: periods are half open, [start, stop), in civil days.
--- Source: bounds are computed from the anchor each time, never from the bound before: 31 January, 28 February, 31 March.
--- Example: cycles.of "quarter" from the anchor 2026-01-31 has the period 2026-04-30..2026-07-31.
local declare = require "declare"

local cycles = {}

local MONTHS = { month = 1, quarter = 3, half_year = 6, year = 12 }
local NAMES = { [1] = "month", [3] = "quarter", [6] = "half_year", [12] = "year" }
local MOST = { days = 3660, weeks = 520, months = 120 }

local function of_months(n)
  if NAMES[n] then return { unit = NAMES[n], n = 1, months = n, name = NAMES[n] } end
  return { unit = "month", n = n, months = n, name = n .. " months" }
end

local function of_count(what, given)
  declare.fields(what, given, { days = "number", weeks = "number", months = "number" })
  local unit, n
  for name in pairs(MOST) do
    if given[name] then
      if unit then declare.fail(what .. " says " .. unit .. " and " .. name, "write one of them") end
      unit, n = name, given[name]
    end
  end
  if not unit then declare.fail(what .. " is an empty table", "write { days = 10 }, { weeks = 2 } or { months = 5 }") end
  if type(n) ~= "number" or n < 1 or n > MOST[unit] then
    declare.fail(what .. " is " .. tostring(n) .. " " .. unit, "a whole number from 1 to " .. MOST[unit])
  end
  if unit == "months" then return of_months(n) end
  if unit == "weeks" then return { unit = "week", n = n, name = n == 1 and "week" or n .. " weeks" } end
  return { unit = "day", n = n, name = n == 1 and "day" or n .. " days" }
end

--- The cycle that a plan or charge declares as `every`, checked.
---@param what string for messages, for example "every of the plan"
---@param given any "month", "week", "quarter", "half_year", "year", { days = n }, { weeks = n }, { months = n } or cycle
---  "NAME"
---@return table unit, n, name ("month", "10 days", "cycle 4-4-5"); months (where it is whole months); script (of cycle
---  "NAME")
function cycles.of(what, given)
  if type(given) == "string" then
    if MONTHS[given] then return of_months(MONTHS[given]) end
    if given == "week" then return { unit = "week", n = 1, name = "week" } end
    if given == "day" then return { unit = "day", n = 1, name = "day" } end
    declare.choice(what, given, { "day", "week", "month", "quarter", "half_year", "year" })
  end
  declare.kind(what, given, "text|table")
  if given.cycle_name then return { script = given.cycle_name, name = "cycle " .. given.cycle_name } end
  return of_count(what, given)
end

-- ---- cycles of a script ----

--- cycle "4-4-5" in a plan: the periods of rules/cycles/4-4-5.lua. cycle { title =, starts = function(year) ... end } in
--- that file: the first days of the periods of a year, ascending.
function cycles.declare(given)
  if type(given) == "string" then
    if not given:find "^[%w][%w_.-]*$" then
      declare.fail("cycle '" .. given .. "' is no name of a file", 'cycle "4-4-5" reads rules/cycles/4-4-5.lua')
    end
    return { cycle_name = given }
  end
  declare.fields("cycle", given, { title = "text", starts = "!function" })
  declare.positions("cycle", given, 0)
  return { cycle_starts = function(year) return given.starts(year) end }
end

expose { cycle = cycles.declare }

-- First days by year of each script; what a script says of a year never changes.
local known = setmetatable({}, { __mode = "k" })

local function script_of(name)
  local path = "rules/cycles/" .. name .. ".lua"
  local made = rule(path)
  if type(made) ~= "table" or not made.cycle_starts then
    declare.fail(path .. " does not return cycle { ... }", "write return cycle { starts = function(year) ... end }")
  end
  return made, path
end

--- Raise unless a file of rules/cycles/ returns a cycle.
function cycles.check(path) return script_of(path:match "^rules/cycles/(.+)%.lua$") end

local function starts_of(script, path, year)
  known[script] = known[script] or {}
  local list = known[script][year]
  if list then return list end
  list = script.cycle_starts(year)
  declare.kind("what starts(" .. year .. ") of " .. path .. " gives", list, "table")
  for i = 1, #list do
    if type(list[i]) ~= "date" or (i > 1 and list[i] <= list[i - 1]) then
      declare.fail("entry " .. i .. " of starts(" .. year .. ") of " .. path .. " is " .. tostring(list[i]),
                   "give the first days of that year's periods, each later than the one before")
    end
  end
  known[script][year] = list
  return list
end

-- The bounds around a day: the last first day up to it and the first one after it, among those of three years.
local function script_period(script, path, day)
  local start
  for year = day.year - 1, day.year + 2 do
    local list = starts_of(script, path, year)
    for i = 1, #list do
      if list[i] > day and start then return start, list[i] end
      if list[i] <= day then
        if start and list[i] <= start then
          declare.fail(path .. ": the periods of " .. year .. " begin on " .. list[i] .. ", before " .. start,
                       "years may not overlap")
        end
        start = list[i]
      end
    end
  end
  return declare.fail(path .. " has no period with " .. day, "starts(year) gives the first days of every year asked for")
end

-- ---- bounds ----

--- The periods of a cycle, counted from an anchor.
---@return function of a day: first day of the period that has it, and first day after it
function cycles.series(cycle, anchor)
  if cycle.script then
    local script, path = script_of(cycle.script)
    return function(day) return script_period(script, path, day) end
  end
  local unit, n = cycle.unit, cycle.n
  return function(day)
    local found = anchor:period(unit, day, n)
    return found.start, found.stop
  end
end

-- The day of the month that is wanted, in a month of the series that has it: clamping then starts from that day.
local function anchor_of_day(cycle, wanted, start)
  local months = cycle.months
  local month = start:month_start()
  local first = month:add_days(min(wanted, month.days_in_month) - 1)
  if first < start then
    month = month:add_months(1)
    first = month:add_days(min(wanted, month.days_in_month) - 1)
  end
  for back = 0, 48 do
    local before = month:add_months(-months * back)
    if before.days_in_month >= wanted then return before:add_days(wanted - 1) end
  end
  return first
end

--- The day from which the periods of a cycle are counted.
---@param align any nil or "start", "calendar", or a day of the month
---@param start any date, first day
function cycles.anchor(cycle, align, start)
  if cycle.script or not align or align == "start" then return start end
  if align ~= "calendar" then return anchor_of_day(cycle, align, start) end
  if cycle.months then return date(start.year, 1, 1) end
  if cycle.unit == "week" then return start:add_days(1 - start.weekday) end
  return start
end

--- Check what a plan says of align for its cycle.
function cycles.check_align(cycle, align)
  if align == nil or align == "start" or align == "calendar" then return align end
  if type(align) ~= "number" or align < 1 or align > 31 then
    declare.fail("align is " .. (type(align) == "string" and "'" .. align .. "'" or tostring(align)),
                 'write "start", "calendar", or a day of the month from 1 to 31')
  end
  if not cycle.months then
    declare.fail("align is the day " .. align .. " of a month, and a period is " .. cycle.name,
                 'write "start" or "calendar"')
  end
  return align
end

return cycles

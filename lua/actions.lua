--- lua/actions.lua: what scripts ask the book to do: book:bill { issue = true }, report("ageing"):save "out/ageing.csv".
--- Units: none. The worker asks its parent (host.act), which does it as the command of that name does; a failure is raised
--- where the script asked. Each answers a table: counts, sums, `summary`, `refused`, `problems` (core/run/action.h).
--- Example: actions.book({ "bill" }):bill { issue = true }.summary == "3 drafts, issued 3 documents"
local near = require "near"
local query = require "query"
local sources = require "sources"

local actions = {}

local run -- of the schedule that is at work: { date =, time =, name =, said = {}, files = {}, refused = 0 }

-- "Month-end pack" in the name of a file.
local function slug(text) return (text:lower():gsub("[^%w]+", "-"):gsub("^%-", ""):gsub("%-$", "")) end

-- What stands for parts of a file's name.
local function placed(file)
  local parts = { date = tostring(run.date), time = (run.time:gsub(":", "")), name = slug(run.name) }
  return (file:gsub("{([^{}]*)}", function(word)
    return parts[word] or raise {
      code = "rule.value", message = "the name of a file has no {" .. word .. "}",
      hint = near.hint(word, { "date", "time", "name" }) or "there are {date}, {time} and {name}" }
  end))
end

local function note(verb, result)
  run.said[#run.said + 1] = result.summary
  run.refused = run.refused + result.refused
  if verb == "save" then run.files[#run.files + 1] = result.file end
end

--- Ask for an action by its name.
---@param verb string bill, issue, import, report …
---@param args table|nil names with values
function actions.act(verb, args)
  local given = {}
  for name, value in pairs(args or {}) do given[name] = value end
  if not host.act then
    raise { code = "rule.forbidden", message = "there is no book to act on here: " .. verb,
            hint = "schedules, the prompt and scripts act; rules compute" }
  end
  if run and type(given.file) == "string" then given.file = placed(given.file) end
  -- A schedule that comes late issues on the day of the last number, which none may go before.
  if run and (verb == "issue" or verb == "bill") then given.no_earlier = true end
  local result = host.act(verb, given)
  if run and verb ~= "report" then note(verb, result) end
  return result
end

-- ---- reports ----

local report_methods, made = {}, setmetatable({}, { __mode = "k" })

local function with(self, more)
  local asked = { name = self.name }
  for name, value in pairs(self.asked) do asked[name] = value end
  for name, value in pairs(more) do asked[name] = value end
  return asked
end

--- Write it into a file; csv, json, txt or html by the end of its name.
function report_methods:save(file)
  if type(file) ~= "string" then
    raise { code = "rule.value", message = "save wants the name of a file", hint = ':save "out/ageing-{date}.csv"' }
  end
  return actions.act("save", with(self, { file = file }))
end

local function index(self, name)
  if report_methods[name] then return report_methods[name] end
  local result = rawget(self, "result")
  if not result then
    result = actions.act("report", with(self, {}))
    rawset(self, "result", result)
  end
  return result[name]
end

--- report("ageing", { as_of = day }): computed when its rows, columns, totals, title or count are asked for.
function actions.report(name, asked)
  if type(name) ~= "string" then
    raise { code = "rule.value", message = "which report?", hint = 'report("ageing", { as_of = day })' }
  end
  if asked ~= nil and type(asked) ~= "table" then
    raise { code = "rule.value", message = 'report("' .. name .. '") takes names with values in { }' }
  end
  local report = setmetatable({ name = name, asked = asked or {} }, { __index = index })
  made[report] = true
  return report
end

--- Whether a value is one.
function actions.is_report(value) return made[value] == true end

expose { report = actions.report }

-- ---- the book ----

-- What may stand for the table of names and values: book:approve "ID", book:approve { "ID", "ID" }, book:close "2026-11",
-- book:import("payments", "in/x.csv", { map = "bank" }).
local function arguments(verb, first, second, third)
  if verb == "import" and type(first) == "string" then
    local given = { kind = first, file = second }
    for name, value in pairs(third or {}) do given[name] = value end
    return given
  end
  if type(first) == "string" or type(first) == "date" then
    return { [(verb == "close" or verb == "reopen") and "period" or "id"] = first }
  end
  if type(first) == "table" and first[1] ~= nil then
    local given, ids = {}, {}
    for name, value in pairs(first) do
      if type(name) == "string" then given[name] = value else ids[name] = value end
    end
    given.ids = ids
    return given
  end
  return first
end

--- An object whose methods are the actions, and whose fields are the lists of the book: book.invoices { open = true }.
---@param verbs table their names
---@param fields table|nil what else it has: today, date …
function actions.book(verbs, fields)
  local book = {}
  for name, value in pairs(fields or {}) do book[name] = value end
  for _, verb in ipairs(verbs) do
    local name = verb == "end" and "end_agreement" or verb -- a word of Lua
    book[(name:gsub("[ -]", "_"))] = function(_, ...) return actions.act(verb, arguments(verb, ...)) end
  end
  return setmetatable(book, { __index = function(_, name)
    local source = host.types and sources.all()[name]
    if source then return query.new(source) end
    raise { code = "rule.value", message = "the book has no '" .. tostring(name) .. "'",
            hint = near.hint(tostring(name), verbs) or "there are: " .. table.concat(verbs, ", ") }
  end })
end

--- Call f(book) for an occurrence of a schedule, and gather what its actions came to.
---@param occurrence table name, date, time
---@return table said (summaries), files, refused; answer: what f returned, if that is a text
function actions.gather(occurrence, verbs, f)
  run = { name = occurrence.name, date = occurrence.date, time = occurrence.time, said = {}, files = {}, refused = 0 }
  local fields = { name = run.name, date = run.date, time = run.time, today = run.date }
  sources.today = run.date
  local good, answer = pcall(f, actions.book(verbs, fields))
  local done = run
  run = nil
  if not good then raise(answer) end
  return { said = done.said, files = done.files, refused = done.refused, answer = type(answer) == "string" and answer or nil }
end

return actions

--- lua/reference.lua: help on every name, from the tables of lua/README.md, the fields of records and the actions.
---
--- reference.find(name) -> list of { usage, doc }      rows of the tables whose first cell names it; ":sum" finds methods
--- reference.doc(name) -> text | nil                   a few words about it, for completion
--- reference.add(name, action)                         a name that the host brings, with doc and knows
--- reference.help(own, n, what)                        print it
---
--- Example: reference.find "percent" has the row of the table of names that rules may use.
local near = require "near"
local query = require "query"
local sources = require "sources"

local reference = {}

local rows     -- { names =, usage =, doc =, section = } of all tables, in their order
local brought = {} -- names that the host brings: { usage, doc }

local function plain(text) return (text:gsub("\\|", "|"):gsub("`", "")) end

--- The cells of a line of a table; a bar in code is written \|.
local function cells_of(line)
  local first, second = line:match "^| (.-[^\\]) | (.-) |$"
  return first, second
end

local function names_in(cell)
  local list = {}
  for code in cell:gmatch "`([^`]+)`" do
    local name = code:match "^(:?[%a_][%w_%.]*)"
    if name then list[#list + 1] = name end
  end
  return list
end

local function read()
  if rows then return rows end
  rows = {}
  local section
  for line in (host.reference() .. "\n"):gmatch "([^\n]*)\n" do
    section = line:match "^## (.+)$" or section
    local usage, doc = cells_of(line)
    if usage and usage:find "`" then
      rows[#rows + 1] = { names = names_in(usage), usage = plain(usage), doc = plain(doc), section = section }
    end
  end
  return rows
end

function reference.add(name, action)
  local words = {}
  for word in (action.knows or ""):gmatch "%S+" do
    words[#words + 1] = (word == "until" and '["until"]' or word) .. " =" -- a keyword of Lua
  end
  local inside = action.knows and table.concat(words, ", ") or "..."
  brought[name] = { usage = name .. (inside == "" and "{}" or "{ " .. inside .. " }"), doc = action.doc }
end

function reference.find(name)
  local found = {}
  for _, row in ipairs(read()) do
    for _, own in ipairs(row.names) do
      if own == name or own == ":" .. name then
        found[#found + 1] = row
        break
      end
    end
  end
  if brought[name] and #found == 0 then
    found[1] = { usage = brought[name].usage, doc = brought[name].doc, section = "actions" }
  end
  return found
end

function reference.doc(name)
  local found = reference.find(name)[1]
  return found and found.doc
end

-- ---- printing ----

local function say(text) host.ask { ask = "print", text = text } end

local function table_of(list) host.ask { ask = "fields", fields = list } end

local function help_source(name, source)
  local fields = {}
  say(name .. ": a query; each row has\n\n")
  for i, field in ipairs(source.fields) do
    local words = field.words and #field.words > 0 and ": " .. table.concat(field.words, ", ") or ""
    local text = field.doc or ""
    if #words > 0 and not text:find(field.words[1], 1, true) then text = text .. words end
    fields[i] = { field.name, field.kind, text }
  end
  table_of(fields)
  say("\nFor example: " .. name .. "{ " .. source.fields[1].name .. ' = "..." }:first(10)\n')
end

--- Names with commas between them, in lines that fit any window.
local function wrapped(names)
  local lines, line = {}, ""
  for i, name in ipairs(names) do
    local word = name .. (i < #names and "," or "")
    if #line + #word > 72 then
      lines[#lines + 1], line = line, ""
    end
    line = line .. (#line > 0 and " " or "") .. word
  end
  lines[#lines + 1] = line
  return table.concat(lines, "\n")
end

local function help_all()
  local names, list = {}, {}
  for name in pairs(sources.all()) do names[#names + 1] = name end
  table.sort(names)
  say("Queries, each with its fields in help(name):\n\n" .. wrapped(names) .. "\n\n")
  for _, row in ipairs(read()) do
    if row.section == "The prompt and scripts" and not row.usage:find "%.lua$" then list[#list + 1] = { row.usage, row.doc } end
  end
  for name, action in pairs(brought) do
    if reference.find(name)[1].section == "actions" then list[#list + 1] = { action.usage, action.doc } end
  end
  table_of(list)
  say("\nThe names that rules have are here too: help \"date\", help \"round\". "
    .. "Everything: lua/README.md of the program's source.\n")
end

--- The fields of this name, with whose they are.
local function fields_named(name)
  local list = {}
  for source_name, source in pairs(sources.all()) do
    local field = source.by_name[name]
    if field and field.doc and (source.type .. "s" == source_name or not source.holds) then
      list[#list + 1] = { source_name .. "." .. name, field.doc }
    end
  end
  return list
end

--- The name under which the session has a value.
local function name_of(own, value)
  if type(value) == "function" and query.name_of(value) then return ":" .. query.name_of(value) end
  for name, other in pairs(own) do
    if other == value then return name end
  end
end

local function known_names(own)
  local list = {}
  for name in pairs(own) do list[#list + 1] = name end
  for _, row in ipairs(read()) do
    for _, name in ipairs(row.names) do
      if not name:find "%.lua$" then list[#list + 1] = name end
    end
  end
  return list
end

function reference.help(own, n, what)
  if n == 0 or what == own.help then return help_all() end
  local name = type(what) == "string" and what or name_of(own, what)
  if query.is(what) then
    local source = query.source(what)
    return help_source(source.name, source)
  end
  if name and sources.all()[name] then return help_source(name, sources.all()[name]) end
  local found = name and reference.find(name) or {}
  local list = {}
  for i, row in ipairs(found) do list[i] = { row.usage, row.doc } end
  for _, row in ipairs(name and fields_named(name) or {}) do list[#list + 1] = row end
  if #list > 0 then return table_of(list) end
  raise { code = "not_found", message = name and "there is no help on '" .. name .. "'" or "this has no name to look up",
    hint = name and near.hint(name, known_names(own)) or 'help "round", for example; help() lists the names' }
end

return reference

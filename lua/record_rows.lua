--- lua/record_rows.lua: rows that are a record each: accounts, products, payments. Part of importing.lua, which describes what
--- comes out; import_kinds.lua says what is particular to each kind.
local cells = require "cells"
local order_rows = require "order_rows"
local sheet = require "sheet"
-- A row that is held without an id gets a name, which its reject file keeps: when the row comes back repaired, it goes off the
-- work list.
local record_rows = { named = true }

-- A few digits that tell what a row says, so that row 2 of tomorrow's file of the same name is another.
local function digits_of(text)
  local sum = 7
  for i = 1, #text do sum = (sum * 31 + text:byte(i)) % 16777213 end
  return string.format("%06x", sum)
end

-- Row i as what could not be taken, and why; problem { code, reason, column, id }.
local function refuse(job, i, problem)
  local s = job.sheet
  local row = sheet.raws(s, { i }, function() return false end)[1]
  local id = problem.id or "row " .. s.lines[i] .. " of " .. order_rows.short(s.file)
  if not problem.id then
    id = job.was and job.was[i] ~= "" and job.was[i] or id .. " #" .. digits_of(row.raw)
  end
  local reject = order_rows.reject(s, row, s.lines[i], problem.column, problem.reason, id)
  return { id = id,
    code = problem.code, reason = problem.reason,
    place = order_rows.place(s, s.lines[i], problem.column), raw = row.raw, rejects = { reject } }
end

local function column_of(job, name)
  for k = 1, #job.fields do
    if job.fields[k].field == name then return job.fields[k].column end
  end
  return nil
end

--- What is wrong with a field of row i, or with the row where `name` is nil.
function record_rows.problem_at(job, i, name, reason, code)
  local column = column_of(job, name)
  return { code = code or "import.value", column = column,
           reason = "line " .. job.sheet.lines[i] .. (column and ", column " .. column or "") .. ": " .. reason }
end

-- The fields of row i, or nil and what is wrong with it.
local function read_fields(s, i, fields, record)
  for k = 1, #fields do
    local f = fields[k]
    local text = f.cells[i]
    if text == "" then
      record[f.field] = f.default
      if f.required and f.default == nil then
        return { code = "import.value", column = f.column, reason = order_rows.missing(s.lines[i], f.column) }
      end
    else
      local value, code, wanted = f.read(text)
      if value == nil then
        return { code = code, column = f.column, reason = order_rows.unreadable(s.lines[i], f.column, text, wanted) }
      end
      record[f.field] = value or nil
    end
  end
  return nil
end

local function read_tags(job, i, record)
  for k = 1, #job.tags do
    local text = job.tags[k].cells[i]
    if text ~= "" then
      record.tags = record.tags or {}
      record.tags[job.tags[k].tag] = text
    end
  end
end

-- A row that says again what another of the file says.
local function repeated(job, i, record)
  if not job.kind.key then return nil end
  local key, name, words = job.kind.key(record)
  if not key then return nil end
  local line = job.seen[key]
  job.seen[key] = line or job.sheet.lines[i]
  return line and { code = "import.value", reason = "line " .. job.sheet.lines[i] .. ": " .. cells.show(name)
    .. " stands in line " .. line .. " already" .. words }
end

function record_rows.next(job)
  local s, i = job.sheet, job.at + 1
  if i > s.rows then return nil end
  job.at = i
  local record, facts = {}, nil
  for field, value in pairs(job.filled) do record[field] = value end
  local problem = s.fields[i] and { code = "import.value", reason = order_rows.ragged(s, i) }
    or read_fields(s, i, job.fields, record)
  if not problem then
    read_tags(job, i, record)
    if job.kind.finish then problem, facts = job.kind.finish(job, record, i) end
    problem = problem or repeated(job, i, record)
  end
  if problem and problem.none then return { none = true } end
  if problem then
    problem.id = problem.id or job.kind.own and type(record[job.kind.own]) == "string" and record[job.kind.own] or nil
    return refuse(job, i, problem)
  end
  return { record = record, facts = facts, was = job.was and job.was[i] ~= "" and job.was[i] or nil }
end

return record_rows

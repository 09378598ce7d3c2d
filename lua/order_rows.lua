--- lua/order_rows.lua: rows of a file made into orders, each taken whole or held whole. Part of importing.lua, which describes
--- what comes out.
---
--- Rows of one order belong together wherever they stand; orders come in the order of their first rows. A line is the order's
--- number and its position, never its content: equal lines are real.
local cells = require "cells"
local sheet = require "sheet"
local order_rows = {}

-- Names used for every row or order.
local pairs, pcall, tostring = pairs, pcall, tostring

local KINDS = { sale = true, cancellation = true }
local LINE_KINDS = { product = true, charge = true, discount = true }

---- words ----

-- The file's name without folders, fit for an identifier.
function order_rows.short(file)
  local name = file:match("([^/\\]+)$") or file
  return (name:gsub("[%c\127]", "?")):sub(1, 80):gsub("[\xC2-\xF4][\x80-\xBF]*$", "")
end

function order_rows.place(s, line, column)
  return s.file .. ":" .. tostring(line) .. (column and ": column " .. column or "")
end

function order_rows.unreadable(line, column, text, wanted)
  return "line " .. tostring(line) .. ", column " .. column .. ": found " .. cells.show(text) .. ", expected " .. wanted
end

function order_rows.missing(line, column)
  return "line " .. tostring(line) .. ", column " .. column .. ": nothing there"
end

function order_rows.ragged(s, i)
  if type(s.fields[i]) == "string" then return "line " .. tostring(s.lines[i]) .. ": " .. s.fields[i] end
  return "line " .. tostring(s.lines[i]) .. " has " .. s.fields[i] .. " fields, the header names " .. #s.columns
end

-- A rejected row: as read, and as it goes into the reject file, quoted anew so that it can be read again whatever it holds.
function order_rows.reject(s, row, line, column, reason, name)
  local fields = row.fields
  for k = #fields + 1, #s.columns do fields[k] = "" end
  for k = #fields, #s.columns + 1, -1 do
    if fields[k] == "" then fields[k] = nil end
  end
  local n = #fields
  fields[n + 1], fields[n + 2], fields[n + 3], fields[n + 4] = line, column or "", reason, name or nil
  if s.lines_of_text then fields[n + 4], fields[n + 5] = name or "", row.raw end
  return { line = line, column = column, reason = reason, raw = row.raw, row = s.row(fields, s.separator) }
end

---- groups ----

local function by_name(fields)
  local map = {}
  for i = 1, #fields do map[fields[i].field] = fields[i] end
  return map
end

--- Which rows are an order: first row by order, next row by row. An order without a number is one row.
function order_rows.group(job)
  local field = by_name(job.fields)
  local ids, rows = field.order.cells, job.sheet.rows
  local index, first, last, link, of, count = {}, {}, {}, {}, {}, 0
  for i = 1, rows do
    local id = ids[i]
    local g = id ~= "" and index[id]
    if g then
      link[last[g]] = i
    else
      count = count + 1
      g = count
      first[g] = i
      if id ~= "" then index[id] = g end
    end
    last[g], of[i] = i, g
    link[i] = false
  end
  job.orders = { count = count, first = first, link = link, of = of, ids = ids }
  job.field = field
end

local function rows_of(orders, g)
  local rows, n = {}, 0
  local i = orders.first[g]
  while i do
    n = n + 1
    rows[n] = i
    i = orders.link[i]
  end
  return rows
end

---- one order ----

-- The value of a field in a row; nil, nil if there is none; nil and a problem if it cannot be read.
local function value_of(job, f, i)
  if not f then return nil end
  local text = f.cells[i]
  if text == "" then
    if f.default ~= nil or not f.required then return f.default end
    return nil, { row = i, code = "import.value", column = f.column, reason = order_rows.missing(job.sheet.lines[i], f.column) }
  end
  local value, code, wanted = f.read(text)
  if value == nil then
    return nil, { row = i, code = code, column = f.column,
      reason = order_rows.unreadable(job.sheet.lines[i], f.column, text, wanted) }
  end
  return value or nil
end

local LINE_FIELDS = { "quantity", "price", "product", "text", "unit", "tax_category" }

-- One row as a line; problems are added to the list.
local function read_line(job, i, ordinal, problems)
  local field, filled = job.field, job.filled
  local line = { ordinal = ordinal, kind = filled.line_kind or "product" }
  for k = 1, #LINE_FIELDS do
    local name = LINE_FIELDS[k]
    local f = field[name]
    if f then
      local value, problem = value_of(job, f, i)
      if problem then problems[#problems + 1] = problem end
      line[name] = value
    else
      line[name] = filled[name]
    end
  end
  if field.line_kind then
    local value, problem = value_of(job, field.line_kind, i)
    if problem then problems[#problems + 1] = problem end
    line.kind = value or line.kind
  end
  return line
end

-- A field that all rows of an order have in common. `strict`: a row that leaves it empty differs.
local function common(job, name, rows, problems, strict)
  local f = job.field[name]
  if not f then return job.filled[name] end
  local value, at
  for k = 1, #rows do
    local here, problem = value_of(job, f, rows[k])
    if problem then
      problems[#problems + 1] = problem
    elseif k == 1 then
      value, at = here, rows[1]
    elseif here ~= value then
      if strict and at then
        local lines = job.sheet.lines
        problems[#problems + 1] = { row = rows[k], code = "import.held", column = f.column, readable = true,
          reason = "line " .. lines[rows[k]] .. ", column " .. f.column .. ": the order has " .. cells.show(tostring(here or ""))
            .. " here, and " .. cells.show(tostring(value or "")) .. " in line " .. lines[at] }
      elseif value == nil then
        value = here
      end
    end
  end
  return value
end

local function read_tags(job, i)
  local tags
  for k = 1, #job.tags do
    local text = job.tags[k].cells[i]
    if text ~= "" then
      tags = tags or {}
      tags[job.tags[k].tag] = text
    end
  end
  return tags
end

-- The account as the order's first row describes it.
local function read_buyer(job, order, i)
  local buyer = { id = order.account, from = order.date }
  local problems
  for field, value in pairs(job.buyer_filled) do buyer[field] = value end
  for k = 1, #job.buyer do
    local f = job.buyer[k]
    local value, problem = value_of(job, f, i)
    if problem then problems = problems or problem end
    buyer[f.field] = value
  end
  if problems then problems.readable = true end
  return buyer, problems
end

-- Rows read, whatever they are: the order, and what is wrong with it.
local function read_order(job, id, rows)
  local s, problems = job.sheet, {}
  for k = 1, #rows do
    if s.fields[rows[k]] then
      problems[#problems + 1] = { row = rows[k], code = "import.value", reason = order_rows.ragged(s, rows[k]) }
    end
  end
  local order = { kind = "sale", state = "due", lines = {}, place = order_rows.place(s, s.lines[rows[1]]) }
  local valid, code, wanted = job.field.order.read(id)
  if not valid then
    local column = job.field.order.column
    problems[#problems + 1] = { row = rows[1], code = code, column = column,
      reason = order_rows.unreadable(s.lines[rows[1]], column, id, wanted) }
  end
  order.id = valid or "row " .. s.lines[rows[1]] .. " of " .. order_rows.short(s.file)
  order.account = common(job, "account", rows, problems, true)
  order.date = common(job, "date", rows, problems, true)
  order.currency = common(job, "currency", rows, problems, true) or job.currency
  order.reference = common(job, "reference", rows, problems)
  order.corrects = common(job, "corrects", rows, problems)
  order.kind = common(job, "kind", rows, problems, true) or "sale"
  for k = 1, #rows do order.lines[k] = read_line(job, rows[k], k, problems) end
  order.tags = read_tags(job, rows[1])
  if not order.currency and #problems == 0 then
    problems[1] = { row = rows[1], code = "import.value", reason = "line " .. s.lines[rows[1]] .. ": no currency is said" }
  end
  return order, problems
end

-- Where the file writes what is taken back without its sign: the quantities of a cancellation are turned.
local function turn(job, order)
  if not job.map.negate or order.kind ~= "cancellation" then return false end
  for k = 1, #order.lines do
    local quantity = order.lines[k].quantity
    order.lines[k].quantity = quantity and -quantity
  end
  return true
end

---- what the mapping's functions say ----

local function copy(from)
  local to = {}
  for name, value in pairs(from) do to[name] = value end
  return to
end

-- What functions of a mapping see: a copy, so that what they do to it has no effect.
local function view_of(order, buyer)
  local lines, value = {}, 0
  for k = 1, #order.lines do
    local line = order.lines[k]
    local quantity, price = line.quantity, line.price
    lines[k] = { ordinal = line.ordinal, kind = line.kind, product = line.product, text = line.text, quantity = quantity,
      price = price, unit = line.unit, tax_category = line.tax_category }
    if price and quantity then value = value + quantity * price end
  end
  return { id = order.id, kind = order.kind, account = order.account, date = order.date, currency = order.currency,
    reference = order.reference, corrects = order.corrects, tags = copy(order.tags or {}), buyer = copy(buyer or {}),
    lines = lines, value = value }
end

local WANTED = { [KINDS] = "sale or cancellation", [LINE_KINDS] = "product, charge or discount" }

-- What a function of the mapping did wrong, as a problem of the order: it raised `raised`, or gave `answer`.
local function wrong_answer(name, row, raised, answer, known)
  local problem = { row = row, parsed = true, code = "rule.value" }
  if raised then
    local is_error = type(raised) == "table"
    problem.code = is_error and raised.code or "rule.error"
    problem.reason = "the mapping's function '" .. name .. "' failed: " .. (is_error and raised.message or tostring(raised))
      .. (is_error and raised.file and " (" .. raised.file .. ":" .. tostring(raised.line) .. ")" or "")
  else
    problem.reason = "the mapping's function '" .. name .. "' answered " .. (type(answer) == "string" and cells.show(answer)
      or "with a " .. type(answer)) .. ", expected " .. (WANTED[known] or "a reason in words, or nil")
  end
  return problem
end

-- Calls a function of the mapping. An answer outside `known` (or, without it, that is no text) is a problem.
local function ask(map, name, known, row, view)
  local good, answer = pcall(map[name], view)
  if not good then return nil, wrong_answer(name, row, answer) end
  if not answer then return nil end
  if known and known[answer] or not known and type(answer) == "string" and answer ~= "" then return answer end
  return nil, wrong_answer(name, row, nil, answer, known)
end

-- The kind of each line; one protected call for all of them, since orders may be long.
local function ask_lines(map, order, rows, view)
  local line, at = map.line, 0
  local good, raised = pcall(function()
    for k = 1, #rows do
      at = k
      local answer = line(view.lines[k], view)
      if answer then
        if not LINE_KINDS[answer] then return wrong_answer("line", rows[k], nil, answer, LINE_KINDS) end
        order.lines[k].kind, view.lines[k].kind = answer, answer
      end
    end
    return nil
  end)
  if good then return raised end
  return wrong_answer("line", rows[at], raised)
end

-- The view, or nil and what is wrong with the order.
local function try_view(order, rows, buyer)
  local good, view = pcall(view_of, order, buyer)
  if good then return view end
  return nil, { row = rows[1], parsed = true, code = "import.value",
    reason = "its value cannot be computed: " .. tostring(view.message) }
end

-- What kind the order is, by its quantities as the file has them. The view, which is made anew where they are turned.
local function ask_kind(job, order, rows, buyer)
  local map, view, problem, answer = job.map, nil, nil, nil
  if map.kind then
    view, problem = try_view(order, rows, buyer)
    if problem then return nil, problem end
    answer, problem = ask(map, "kind", KINDS, rows[1], view)
    if problem then return nil, problem end
    order.kind = answer or order.kind
    view.kind = order.kind
  end
  if turn(job, order) then view = nil end
  if view or not (map.line or map.no_sale or map.hold) then return view end
  return try_view(order, rows, buyer)
end

local function ask_all(job, order, rows, buyer)
  local map, answer = job.map, nil
  local view, problem = ask_kind(job, order, rows, buyer)
  if not view then return problem end
  if map.line then
    problem = ask_lines(map, order, rows, view)
    if problem then return problem end
  end
  if map.no_sale then
    answer, problem = ask(map, "no_sale", nil, rows[1], view)
    if problem then return problem end
    if answer then
      order.state, order.reason = "no_sale", answer
      return nil
    end
  end
  if map.hold then
    answer, problem = ask(map, "hold", nil, rows[1], view)
    if problem then return problem end
    if answer then return { row = rows[1], code = "import.held", reason = answer, parsed = true } end
  end
  return nil
end

---- results ----

-- The order held, with its rows for the reject file: each its own reason, the others the order's.
local function hold(job, g, rows, order, problems)
  local s, of = job.sheet, job.orders.of
  local first = problems[1]
  local own = {}
  for k = 1, #problems do own[problems[k].row] = own[problems[k].row] or problems[k] end
  local raws = sheet.raws(s, rows, function(i) return of[i] > g end)
  local rejects, raw = {}, {}
  for k = 1, #rows do
    local i = rows[k]
    local problem = own[i]
    local reason = problem and problem.reason or first.parsed and first.reason
      or "taken back with the rest of its order: " .. first.reason
    raw[k] = raws[k].raw
    rejects[k] = order_rows.reject(s, raws[k], s.lines[i], problem and problem.column, reason)
  end
  order.state, order.code, order.reason, order.date = "held", first.code, first.reason, order.date or job.today
  order.place = order_rows.place(s, s.lines[first.row], first.column)
  if not first.parsed then
    order.raw = table.concat(raw, "\n")
    if not first.readable then order.lines = {} end
  end
  return { order = order, rejects = rejects }
end

-- What kind an order is that could not be read, if its mapping can tell.
local function guess_kind(job, order)
  if not job.map.kind then return end
  local seen, view = pcall(view_of, order)
  if not seen then return end
  local good, kind = pcall(job.map.kind, view)
  if good and KINDS[kind] then order.kind = kind end
end

function order_rows.next(job)
  local orders, g = job.orders, job.at + 1
  if g > orders.count then return nil end
  job.at = g
  local rows = rows_of(orders, g)
  local id = orders.ids[rows[1]]
  if id == "" then
    local s = job.sheet
    local column = job.field.order.column
    local order = { id = "row " .. s.lines[rows[1]] .. " of " .. order_rows.short(s.file), kind = "sale", lines = {},
      currency = job.currency }
    return hold(job, g, rows, order, { { row = rows[1], code = "import.value", column = column,
      reason = order_rows.missing(s.lines[rows[1]], column) } })
  end
  local order, problems = read_order(job, id, rows)
  if #problems > 0 then
    guess_kind(job, order)
    turn(job, order)
    return hold(job, g, rows, order, problems)
  end
  local buyer, wrong
  if order.account then buyer, wrong = read_buyer(job, order, rows[1]) end
  local problem = ask_all(job, order, rows, buyer)
  if order.state == "no_sale" then return { order = order, rejects = {} } end
  if not order.account then
    problem = problem and not problem.parsed and problem
      or { row = rows[1], code = "import.held", column = job.field.account and job.field.account.column,
        reason = job.map.no_customer }
    problem.parsed = true
  end
  problem = wrong or problem
  if problem then return hold(job, g, rows, order, { problem }) end
  return { order = order, account = buyer, rejects = {} }
end

return order_rows

--- lua/matrix.lua: a price by properties: the region and class of what was used, tags of the agreement or the account.
--- Units: quantities and prices are decimals.
--- Source: the cell with the most properties that match wins. Two cells of equally many that could both match are an error
--- when the rule is loaded, unless a cell with the properties of both decides; what no cell matches is priced by the cell
--- without properties, or is an error if the rule says so.
--- Example: cells { region = "eu", price = 0.08 }, { region = "eu", class = "hot", price = 0.10 }, { price = 0.05 }: usage in
--- region eu and class hot costs 0.10, in region us 0.05.
local declare = require "declare"
local invoice = require "invoice"
local rating = require "rating"
local simple = require "simple"
local tiered = require "tiered"
local bands = require "bands"

local matrix = {}

local SEPARATOR = "\0"

-- ---- declaring ----

-- The values of a property that a cell names, as texts.
local function values_of(what, given)
  local list = type(given) == "table" and given or { given }
  if #list == 0 then declare.fail(what .. " is an empty list", "name a value, or leave it out") end
  local out = {}
  for i, value in ipairs(list) do out[i] = tostring(declare.kind(what, value, "text|number|flag")) end
  return out
end

-- A cell that names several values of a property stands for one cell of each.
local function spread(by, cell, number)
  local list = { {} }
  for _, name in ipairs(by) do
    if cell[name] ~= nil then
      local wider = {}
      for _, known in ipairs(list) do
        for _, value in ipairs(values_of(name .. " of cell " .. number, cell[name])) do
          local copy = { [name] = value }
          for k, v in pairs(known) do copy[k] = v end
          wider[#wider + 1] = copy
        end
      end
      list = wider
    end
  end
  return list
end

-- The names of a cell's properties, in the order of `by`.
local function shape_of(by, values)
  local names = {}
  for _, name in ipairs(by) do
    if values[name] then names[#names + 1] = name end
  end
  return names
end

local function key_of(names, values)
  local parts = {}
  for i = 1, #names do
    local value = values[names[i]]
    if not value then return nil end
    parts[i] = value
  end
  return table.concat(parts, SEPARATOR)
end

-- Cells by the names of their properties, those with most properties first.
local function add_to(shapes, by, values, number)
  local names = shape_of(by, values)
  local id = table.concat(names, SEPARATOR)
  local shape = shapes[id]
  if not shape then
    shape = { names = names, cells = {}, values = {} }
    shapes[id], shapes[#shapes + 1] = shape, shape
  end
  local key = key_of(names, values)
  if shape.cells[key] then
    declare.fail("cells " .. shape.cells[key] .. " and " .. number .. " are for the same properties", "leave one of them out")
  end
  shape.cells[key] = number
  shape.values[#shape.values + 1] = values
end

local function described(values)
  local parts = {}
  for name, value in pairs(values) do parts[#parts + 1] = name .. " = " .. value end
  return table.concat(parts, ", ")
end

-- Whether a cell of more properties than `size` decides for usage that has all of `values`.
local function decided(shapes, values, size)
  for i = 1, #shapes do
    local shape = shapes[i]
    local key = #shape.names > size and key_of(shape.names, values)
    if key and shape.cells[key] then return true end
  end
  return false
end

-- Both sets of properties in one; nil if no usage can have both.
local function joined(a, b)
  local both = {}
  for name, value in pairs(a) do both[name] = value end
  for name, value in pairs(b) do
    if both[name] and both[name] ~= value then return nil end
    both[name] = value
  end
  return both
end

local function check_ties_of(shapes, a, b)
  for _, one in ipairs(a.values) do
    for _, other in ipairs(b.values) do
      local both = joined(one, other)
      if both and not decided(shapes, both, #a.names) then
        declare.fail("cells " .. a.cells[key_of(a.names, one)] .. " and " .. b.cells[key_of(b.names, other)]
          .. " both match " .. described(both) .. ", each by " .. #a.names .. (#a.names == 1 and " property" or " properties"),
          "add a cell for " .. described(both))
      end
    end
  end
end

local function check_ties(shapes)
  for i = 1, #shapes do
    for k = i + 1, #shapes do
      if #shapes[i].names == #shapes[k].names then check_ties_of(shapes, shapes[i], shapes[k]) end
    end
  end
end

local function names_of(by)
  declare.kind("by of the matrix charge", by, "table")
  if #by == 0 then declare.fail("by names no property", 'for example by = { "region" }') end
  local out, seen = {}, {}
  for i, name in ipairs(by) do
    declare.kind("entry " .. i .. " of by", name, "text")
    if seen[name] or name == "price" or name == "tiers" then
      declare.fail("'" .. name .. "' cannot be entry " .. i .. " of by",
                   "name each property once; price and tiers are no properties")
    end
    out[i], seen[name] = name, true
  end
  return out
end

local function check_cell(fields, cell, number)
  local what = "cell " .. number
  declare.fields(what, cell, fields)
  declare.positions(what, cell, 0)
  if (cell.price == nil) == (cell.tiers == nil) then
    declare.fail(what .. " has " .. (cell.price == nil and "neither a price nor tiers" or "a price and tiers"),
                 "give it one of them")
  end
  return { price = cell.price, tiers = cell.tiers and bands.declare(cell.tiers), number = number }
end

-- "eu/uk, hot"
local function label_of(by, cell)
  local labels = {}
  for _, name in ipairs(by) do
    if cell[name] ~= nil then labels[#labels + 1] = table.concat(values_of(name, cell[name]), "/") end
  end
  return #labels > 0 and table.concat(labels, ", ") or "other"
end

local function check_default(default, unmatched)
  if unmatched then declare.choice("unmatched", unmatched, { "error" }) end
  if default and unmatched then
    declare.fail("cell " .. default .. ' prices whatever else there is, and unmatched = "error" refuses it',
                 "leave one of them out")
  end
  if not default and not unmatched then
    declare.fail("there is no cell for what no other cell matches",
                 'add a cell without properties, { price = ... }, or say unmatched = "error"')
  end
end

local function check(given)
  local by = names_of(given.by)
  local fields = { price = "number|money|function", tiers = "table" }
  for _, name in ipairs(by) do fields[name] = "text|number|flag|table" end
  declare.fields("list of cells", given.cells, {})
  if #given.cells == 0 then
    declare.fail("there are no cells", "write cells = { { " .. by[1] .. ' = "...", price = 2 }, { price = 1 } }')
  end
  local shapes, cells, default = {}, {}, nil
  for number = 1, #given.cells do
    local cell = given.cells[number]
    cells[number] = check_cell(fields, cell, number)
    cells[number].label = label_of(by, cell)
    for _, values in ipairs(spread(by, cell, number)) do
      if #shape_of(by, values) == 0 then default = number end
      add_to(shapes, by, values, number)
    end
  end
  check_default(default, given.unmatched)
  check_ties(shapes)
  table.sort(shapes, function(a, b) return #a.names > #b.names end)
  return { by = by, cells = cells, shapes = shapes }
end

-- Each cell rates as a charge of its own, on lines of the matrix charge.
local function finish(charge)
  for number, cell in ipairs(charge.cells) do
    for _, field in ipairs { "place", "unit", "category", "revenue", "meter", "prorate" } do cell[field] = charge[field] end
    cell.id, cell.line_id, cell.name = charge.id .. "." .. number, charge.id, charge.name .. ", " .. cell.label
    cell.rate = cell.tiers and tiered.rate_graduated or simple.rate
  end
end

-- ---- rating ----

local function find(charge, values)
  local shapes = charge.shapes
  for i = 1, #shapes do
    local key = key_of(shapes[i].names, values)
    local number = key and shapes[i].cells[key]
    if number then return number end
  end
  return nil
end

-- The properties of a group of usage; those that it has not are tags of the agreement or the account.
local function properties(charge, tags)
  local values = {}
  for _, name in ipairs(charge.by) do values[name] = tags and tags[name] or rating.tag(name) end
  return values
end

local function cell_for(charge, tags, quantity)
  local values = properties(charge, tags)
  local number = find(charge, values)
  if number then return number end
  local said = described(values)
  return rating.fail(charge, "has no cell for " .. tostring(quantity) .. " with " .. (said == "" and "no property" or said)
    .. " of " .. rating.subject(), 'add a cell for it, or one without properties in place of unmatched = "error"',
    "price.missing")
end

-- Quantities by the numbers of the cells that price them.
local function sums_of(charge, quantity, usage)
  local groups = usage and usage.groups and usage.groups(charge.by) or { { quantity = quantity } }
  local sums = {}
  for i = 1, #groups do
    local group = groups[i]
    if group.quantity ~= 0 then
      local number = cell_for(charge, group.tags, group.quantity)
      sums[number] = (sums[number] or 0) + group.quantity
    end
  end
  return sums
end

-- How far the bands of each cell were filled in days before that were on other terms.
local function filled_before(charge)
  local usage = rating.usage_on_other_terms(charge)
  if not usage then return nil end
  local filled = {}
  for number, sum in pairs(sums_of(charge, usage.quantity, usage)) do filled[charge.cells[number]] = sum end
  return filled
end

local function rate(charge, quantity, usage)
  local job, sums = invoice.job(), sums_of(charge, quantity, usage)
  job.filled = filled_before(charge)
  for number, cell in ipairs(charge.cells) do
    if sums[number] and sums[number] ~= 0 then rating.signed(cell, sums[number]) end
  end
  job.filled = nil
end

local function terms(charge)
  local parts = {}
  for _, name in ipairs(charge.by) do parts[#parts + 1] = name .. "=" .. tostring(rating.tag(name)) end
  return table.concat(parts, " ")
end

local function keys(charge)
  local list = {}
  for number, cell in ipairs(charge.cells) do
    for _, band in ipairs(cell.tiers or {}) do list[#list + 1] = "." .. number .. "." .. band.number end
    if cell.price then list[#list + 1] = "." .. number end
  end
  return list
end

matrix.kinds = {
  {
    name = "matrix", of = "matrix charge", counts = true, opposite = true, own_sign = true,
    fields = { by = "!table", cells = "!table", unmatched = "text" },
    check = check, finish = finish, rate = rate, terms = terms, keys = keys,
  },
}

return matrix

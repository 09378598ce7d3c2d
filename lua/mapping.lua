--- lua/mapping.lua: which column of a file is which field, and what its rows are: rules/imports/*.lua.
---
---   return mapping {
---     of = "orders",                            -- or another kind of import_kinds.lua
---     columns = { order = "InvoiceNo", account = "CustomerID", date = "InvoiceDate", quantity = "Quantity" },
---   }
---
--- Everything else is optional and found out from the file, or absent; rules/imports/README.md lists it with examples.
--- A mapping declares. Only what a column does not say is a function: kind, line, no_sale, hold.
---
--- mapping.of(path, kind) -> mapping          the one that a rule file returns (or that is given), checked to be of that kind
--- mapping.default(kind, columns, file) -> mapping  columns called as the record's fields are: for an import without a mapping
---
--- Errors: rule.value at the declaration, with the name that was meant where one is near.
local countries = require "countries"
local declare = require "declare"
local import_kinds = require "import_kinds"
local mapping = {}

local SETTINGS = {
  of = "!text", columns = "!table", account = "table", tags = "table", defaults = "table", separator = "text",
  quote = "text|flag",
  encoding = "text", header = "flag", skip = "count", trim = "flag", decimals = "text", dates = "text", century = "count",
  countries = "table", currency = "text", no_customer = "text", negate = "flag",
  kind = "function", line = "function", no_sale = "function", hold = "function",
}
local ENCODINGS = { "utf-8", "windows-1252", "iso-8859-1", "utf-16le", "utf-16be" }

local function names_of(map)
  local list = {}
  for name in pairs(map) do list[#list + 1] = name end
  return list
end

-- Names of columns in the file: one, or several whose contents are put together.
local function source(field, given, how)
  if type(given) == "number" then given = tostring(given) end
  if type(given) == "string" and given ~= "" then return { given } end
  if type(given) == "table" and #given > 0 then
    if how ~= "text" then
      declare.fail("the field '" .. field .. "' takes one column", "only texts can be put together from several")
    end
    local list = {}
    for i = 1, #given do
      list[i] = type(given[i]) == "number" and tostring(given[i])
        or declare.kind("column " .. i .. " of " .. field, given[i], "text")
    end
    return list
  end
  return declare.fail("the column for '" .. field .. "' is no name of a column", "write its name as the file has it, in quotes")
end

-- { field, how, required, columns } for each field that is given, in the order of their names.
local function plan(what, given, fields)
  local list = {}
  for field, columns in pairs(given) do
    local how = fields[field]
    if not how then
      declare.fail(what .. " has no field '" .. tostring(field) .. "'", declare.suggest(tostring(field), names_of(fields)))
    end
    local required = how:sub(1, 1) == "!"
    how = required and how:sub(2) or how
    list[#list + 1] = { field = field, how = how, required = required, columns = source(field, columns, how) }
  end
  return list
end

local function tags(given)
  local list = {}
  for tag, column in pairs(given) do
    declare.kind("name of a tag", tag, "text")
    list[#list + 1] = { tag = tag, columns = source("tags." .. tag, column, "text") }
  end
  return list
end

local function country_names(given)
  local codes = {}
  for name, code in pairs(given) do
    declare.kind("a name in countries", name, "text")
    if code ~= false and not countries.name(code) then
      declare.fail("countries says that '" .. name .. "' is '" .. tostring(code) .. "', which is no country",
        "use a code of ISO 3166-1 such as IE, or false if it is none")
    end
    codes[name:lower()] = code
  end
  return codes
end

-- Texts for fields that a row leaves empty, read as those of the file are but with point and ISO dates.
local function defaults(given, kind)
  local list, fields = {}, kind.fields
  for field, value in pairs(given) do
    local how = fields[field] or kind.buyer and kind.buyer[field]
    if not how then
      declare.fail("defaults has no field '" .. tostring(field) .. "'", declare.suggest(tostring(field), names_of(fields)))
    end
    if field == kind.own then
      declare.fail("defaults names '" .. field .. "', which every row has to have of its own", "name its column under columns")
    end
    if type(value) ~= "string" and type(value) ~= "number" and type(value) ~= "decimal" and type(value) ~= "date" then
      declare.fail("the default of '" .. field .. "' is a " .. type(value), "write a text or a number")
    end
    list[field] = tostring(value)
  end
  return list
end

-- "dd.mm.yyyy" -> "d/m/y"
local function order_of(dates)
  return (dates:lower():gsub("[^dmy]+", "/"):gsub("d+", "d"):gsub("m+", "m"):gsub("y+", "y"))
end

local function check_form(given)
  if given.separator and #given.separator ~= 1 then
    declare.fail("separator is '" .. given.separator .. "'", 'one character, such as ";" or "\\t"')
  end
  if given.encoding then declare.choice("encoding", given.encoding, ENCODINGS) end
  if given.decimals then declare.choice("decimals", given.decimals, { ",", "." }) end
  if given.quote == true or given.quote and #given.quote ~= 1 then
    declare.fail("quote is '" .. tostring(given.quote) .. "'", "one character, or false for a file in which quotes mean nothing")
  end
  if given.dates then declare.choice("dates", order_of(given.dates), { "d/m/y", "m/d/y", "y/m/d" }) end
  if given.century and given.century % 100 ~= 0 then
    declare.fail("century is " .. given.century, "write the year it begins with: century = 2000")
  end
  if given.currency and not pcall(money, 0, given.currency) then
    declare.fail("currency is '" .. given.currency .. "'", "use a code of ISO 4217, for example EUR", "money.currency_unknown")
  end
end

local function check_needed(given, kind, filled)
  for field, how in pairs(kind.fields) do
    if how:sub(1, 1) == "!" and not given.columns[field] and not filled[field] then
      declare.fail("this mapping names no column for '" .. field .. "'",
        "add it to columns: " .. field .. ' = "..." as the header of the file calls it')
    end
  end
  for _, field in ipairs(kind.needs or {}) do
    if not given.columns[field] and not filled[field] and not given.columns[(kind.instead or {})[field] or ""] then
      declare.fail("this mapping names no column for '" .. field .. "'",
        "add it to columns, or name the " .. field .. " of all " .. given.of .. " under defaults")
    end
  end
end

local function build(given)
  local kind = import_kinds.of(given.of)
  local filled = defaults(given.defaults or {}, kind)
  if given.currency then filled.currency = filled.currency or given.currency end
  local columns = plan("columns", given.columns, kind.fields)
  check_needed(given, kind, filled)
  local quote = given.quote
  if quote == false then quote = "" end
  return {
    is = "mapping", of = given.of,
    columns = columns, buyer = plan("account", given.account or {}, kind.buyer or {}),
    tags = tags(given.tags or {}), defaults = filled, countries = country_names(given.countries or {}),
    trim = given.trim ~= false, decimals = given.decimals, dates = given.dates and order_of(given.dates), century = given.century,
    no_customer = given.no_customer or "no customer", negate = given.negate,
    kind = given.kind, line = given.line, no_sale = given.no_sale, hold = given.hold,
    reader = { separator = given.separator, quote = quote, encoding = given.encoding, header = given.header, skip = given.skip },
  }
end

-- Settings that other kinds have and this one has not.
local function check_own(given)
  local own = {}
  for _, name in ipairs(import_kinds.of(given.of).settings or {}) do own[name] = true end
  for _, other in ipairs(import_kinds.names) do
    for _, name in ipairs(import_kinds.of(other).settings or {}) do
      if given[name] ~= nil and not own[name] then
        declare.fail("a mapping of " .. given.of .. " has no '" .. name .. "': that is for " .. other)
      end
    end
  end
end

--- What a mapping file declares, checked.
function mapping.declare(given)
  declare.fields("mapping", given, SETTINGS)
  declare.positions("mapping", given, 0)
  declare.choice("of", given.of, import_kinds.names)
  check_form(given)
  check_own(given)
  return build(given)
end

expose { mapping = mapping.declare }

-- The mapping that a file of rules/imports returns.
local function load(path)
  local there = rule_paths("rules/imports/")
  for _, other in ipairs(there) do
    if other == path then return rule(path) end
  end
  local others = {}
  for _, other in ipairs(there) do
    local name = other:match "^rules/imports/(.+)%.lua$"
    if name and not name:find "%.examples$" then others[#others + 1] = name end
  end
  raise { code = "rule.missing", message = "there is no mapping " .. path, hint = #others > 0 and "there are: --map "
    .. table.concat(others, ", ") or "rules/imports/README.md shows how one is written" }
end

-- What a file returns (or what is given), if it is a mapping.
local function declared_by(path)
  local declared = path
  if type(path) == "string" then declared = load(path) else path = "the mapping" end
  if type(declared) ~= "table" or declared.is ~= "mapping" then
    raise { code = "rule.value", message = path .. " returns no mapping",
      hint = "its first line of code is: return mapping {", file = path }
  end
  return declared
end

--- The kind of file that a mapping is of.
function mapping.kind_of(path) return declared_by(path).of end

function mapping.of(path, kind)
  local declared = declared_by(path)
  if declared.of ~= kind then
    if type(path) ~= "string" then path = "the mapping" end
    raise { code = "rule.value", message = path .. " is a mapping of " .. declared.of .. ", not of " .. kind, file = path }
  end
  return declared
end

local function plain(name)
  return (name:lower():gsub("[%s_%-%.]+", "_"))
end

-- Fields of a kind that have no column though rows need them.
local function missing_fields(kind, given)
  local missing = {}
  for field, how in pairs(kind.fields) do
    if not given[field] and how:sub(1, 1) == "!" then missing[#missing + 1] = field end
  end
  for _, field in ipairs(kind.needs or {}) do
    if not given[field] and not given[(kind.instead or {})[field] or ""] then missing[#missing + 1] = field end
  end
  return missing
end

function mapping.default(name, columns, file)
  local kind, given, buyer, labels, number = import_kinds.of(name), {}, {}, {}, 0
  if not kind then
    raise { code = "import.file", message = "there is no import of '" .. tostring(name) .. "'",
      hint = declare.suggest(tostring(name), import_kinds.names) }
  end
  for _, column in ipairs(columns) do
    local field = plain(column)
    local tag = column:match("^tags%.(.+)$")
    if kind.fields[field] then
      given[field] = given[field] or column
    elseif tag then
      labels[tag], number = column, number + 1
    elseif kind.buyer and kind.buyer[field] then
      buyer[field] = buyer[field] or column
    end
  end
  local missing = missing_fields(kind, given)
  if #missing > 0 then
    raise { code = "import.file", file = file,
      message = "the file has no column '" .. table.concat(missing, "', '") .. "'; it has: "
      .. table.concat(columns, ", "), hint = "write a mapping that says which column is which (rules/imports/README.md has one "
      .. "of ten lines), and name it: --map NAME, for rules/imports/NAME.lua" }
  end
  return build { of = name, columns = given, account = kind.buyer and buyer or nil, tags = number > 0 and labels or nil }
end

return mapping

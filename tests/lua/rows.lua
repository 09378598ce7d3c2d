--- tests/lua/rows.lua: tables of cases, each computed and compared as text.
--- A case: { "name", want = "text" } or { "name", fails = "code", says = "part of the message or hint", at = "file:line" }.
local rows = {}

--- Any value as text: maps by name, lists in their order.
function rows.text(value)
  local kind = type(value)
  if kind ~= "table" and kind ~= "record" then return tostring(value) end
  local parts = {}
  for key, item in pairs(value) do
    parts[#parts + 1] = (type(key) == "number" and "" or tostring(key) .. "=") .. rows.text(item)
  end
  return "{" .. table.concat(parts, " ") .. "}"
end

local function compare(case, good, got)
  if not good then
    local text = "error " .. tostring(got.code) .. ": " .. tostring(got.message) .. (got.hint and " (" .. got.hint .. ")" or "")
      .. " at " .. tostring(got.file) .. ":" .. tostring(got.line)
    if case.fails ~= got.code then return false, text end
    if case.says and not text:find(case.says, 1, true) then return false, text .. " does not say: " .. case.says end
    local at = tostring(got.file) .. ":" .. tostring(got.line)
    if case.at and case.at ~= at then return false, text .. " is not at " .. case.at end
    return true
  end
  got = rows.text(got)
  if case.fails then return false, "got " .. got .. ", want error " .. case.fails end
  if case.want == nil then return false, "this case wants nothing; got " .. got end
  if got ~= case.want then return false, "got " .. got .. ", want " .. case.want end
  return true
end

--- Compute every case and compare.
---@return table list of { name, ok, why }
function rows.check(cases, compute)
  local results = {}
  for i, case in ipairs(cases) do
    local ok, why = compare(case, pcall(compute, case))
    results[i] = { name = case[1], ok = ok, why = why }
  end
  return results
end

--- Several lists of results in one.
function rows.join(...)
  local all = {}
  for _, list in ipairs { ... } do
    for _, result in ipairs(list) do all[#all + 1] = result end
  end
  return all
end

return rows

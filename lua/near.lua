--- lua/near.lua: names that look like one that was written, for messages.
---
--- near.names(name, list) -> list     the up to three nearest, best first; capitals, spaces, hyphens, underscores do not count
--- near.hint(name, list) -> text | nil    `did you mean 'CustomerID'?`
---
--- Source: Damerau-Levenshtein distance (optimal string alignment). A name is near when no more than a third of its letters
--- differ, or when one of the two contains the other. Example: near.hint("Custmer", { "Customer", "Date" }) is
--- `did you mean 'Customer'?`.
local near = {}

local LENGTH_MAX = 40 -- letters that are compared; the rest of a longer name does not count

local function plain(name)
  return (name:lower():gsub("[%s_%-%.]+", "")):sub(1, LENGTH_MAX)
end

-- Letters to insert, delete, replace, or swap with their neighbour.
local function distance(a, b)
  local before, last, row = {}, {}, {}
  for j = 0, #b do last[j] = j end
  for i = 1, #a do
    row[0] = i
    for j = 1, #b do
      local x, y = a:byte(i), b:byte(j)
      local cost = last[j - 1] + (x == y and 0 or 1)
      if last[j] + 1 < cost then cost = last[j] + 1 end
      if row[j - 1] + 1 < cost then cost = row[j - 1] + 1 end
      if i > 1 and j > 1 and x == b:byte(j - 1) and a:byte(i - 1) == y and before[j - 2] + 1 < cost then
        cost = before[j - 2] + 1
      end
      row[j] = cost
    end
    before, last, row = last, row, before
  end
  return last[#b]
end

-- How far apart; nil if too far.
local function score(a, b)
  if a == "" or b == "" then return nil end
  local d = distance(a, b)
  local longer = #a > #b and #a or #b
  if d * 3 <= longer then return d end
  if #a >= 3 and #b >= 3 and (a:find(b, 1, true) or b:find(a, 1, true)) then return longer + d end
  return nil
end

function near.names(name, list)
  local found, wanted = {}, plain(name)
  for i = 1, #list do
    local s = score(wanted, plain(list[i]))
    if s then found[#found + 1] = { score = s, place = i, name = list[i] } end
  end
  table.sort(found, function(a, b)
    if a.score ~= b.score then return a.score < b.score end
    return a.place < b.place
  end)
  local names = {}
  for i = 1, #found < 3 and #found or 3 do names[i] = found[i].name end
  return names
end

function near.hint(name, list)
  local names = near.names(name, list)
  if #names == 0 then return nil end
  return "did you mean '" .. table.concat(names, "' or '") .. "'?"
end

return near

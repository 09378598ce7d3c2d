-- Bank holidays of England and Wales: Banking and Financial Dealings Act 1971, schedule 1, with the royal proclamations
-- under section 1(3); Christmas Day and Good Friday at common law. One that falls on a weekend has a substitute: the next
-- day that is neither weekend nor holiday. Days that were moved or added by proclamation are listed, from 2020 on.

local MOVED = { -- year -> the holiday by its name: its day in that year
  [2020] = { may = date "2020-05-08" }, -- VE day
  [2022] = { spring = date "2022-06-02" }, -- Platinum Jubilee
}
local ADDED = {
  [2022] = { { date "2022-06-03", "Platinum Jubilee" }, { date "2022-09-19", "State Funeral of Queen Elizabeth II" } },
  [2023] = { { date "2023-05-08", "Coronation of King Charles III" } },
}

local function first_monday(year, month)
  local day = date(year, month, 1)
  return day + (8 - day.weekday) % 7
end

local function last_monday(year, month)
  local day = date(year, month, 1):month_end()
  return day - (day.weekday - 1)
end

-- The days themselves, and for those that fall on a weekend their substitutes.
local function observed(days)
  local taken = {}
  for _, entry in ipairs(days) do taken[entry[1]] = true end
  local all = {}
  for _, entry in ipairs(days) do
    local day = entry[1]
    if day.weekday > 5 then
      repeat day = day + 1 until day.weekday <= 5 and not taken[day]
      taken[day] = true
    end
    all[#all + 1] = { day, day == entry[1] and entry[2] or entry[2] .. " (substitute)" }
  end
  return all
end

return calendar {
  title = "England and Wales",
  weekend = { "saturday", "sunday" },
  holidays = function(year)
    local moved, easter_day = MOVED[year] or {}, easter(year)
    local days = observed {
      { date(year, 1, 1), "New Year's Day" },
      { easter_day - 2, "Good Friday" },
      { easter_day + 1, "Easter Monday" },
      { moved.may or first_monday(year, 5), "Early May bank holiday" },
      { moved.spring or last_monday(year, 5), "Spring bank holiday" },
      { last_monday(year, 8), "Summer bank holiday" },
      { date(year, 12, 25), "Christmas Day" },
      { date(year, 12, 26), "Boxing Day" },
    }
    for _, entry in ipairs(ADDED[year] or {}) do days[#days + 1] = entry end
    return days
  end,
}

-- Periods of four, four and five weeks, as retailers and manufacturers count their quarters. A plan says every = cycle "4-4-5".
--
-- The year begins on the Monday that is nearest to 1 January. It has 52 weeks; where the next year begins a week later than that,
-- the last period has a week more. Write your own first day and order of weeks here.
local WEEKS = { 4, 4, 5, 4, 4, 5, 4, 4, 5, 4, 4, 5 }

local function first_monday(year)
  local new_year = date(year, 1, 1)
  local back = new_year.weekday - 1
  return new_year:add_days(back <= 3 and -back or 7 - back)
end

return cycle {
  title = "4-4-5",
  starts = function(year)
    local days, day = {}, first_monday(year)
    for i = 1, #WEEKS do
      days[i] = day
      day = day:add_weeks(WEEKS[i])
    end
    return days
  end,
}

-- Business days without holidays: Monday to Friday. What a schedule has that names no calendar.
return calendar { title = "Monday to Friday" }

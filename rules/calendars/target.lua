-- Closing days of T2, the euro area's payment system (TARGET closing days since 2002, decision of the ECB of 2000-12-14): on the
-- other weekdays banks move euros. None has a substitute.
return calendar {
  title = "T2 (euro payments)",
  holidays = function(year)
    return {
      { date(year, 1, 1), "New Year's Day" },
      { easter(year) - 2, "Good Friday" },
      { easter(year) + 1, "Easter Monday" },
      { date(year, 5, 1), "Labour Day" },
      { date(year, 12, 25), "Christmas Day" },
      { date(year, 12, 26), "26 December" },
    }
  end,
}

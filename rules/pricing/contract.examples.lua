-- The cases of contract.lua: an agreement, and the lines of its first month.
return examples {
  { "a small company", agreement = { tags = { seats = 50, commitment = 0 } }, advance = { 1200, 750, 100 }, arrears = {} },
  { "a larger one pays less for each seat", agreement = { tags = { seats = 51, commitment = 0 } },
    advance = { 1200, 612, 400 } },
  { "reports that are free", agreement = { tags = { seats = 50, commitment = 0 } }, usage = { reports = 500 }, arrears = { 0 } },
  { "reports that are not", agreement = { tags = { seats = 50, commitment = 0 } }, usage = { reports = 700 }, arrears = { 160 } },
  { "what is missing of the commitment", agreement = { tags = { seats = 50, commitment = 2000 } }, usage = { reports = 700 },
    arrears = { 160, 990 }, net = 3200 },
  { "more than the commitment", agreement = { tags = { seats = 120, commitment = 1500 } }, advance = { 1200, 1440, 400 },
    arrears = {} },
  { "beyond the last band", agreement = { tags = { seats = 501, commitment = 0 } }, fails = "price.missing" },
}

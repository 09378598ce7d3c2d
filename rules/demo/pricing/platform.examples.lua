-- The cases of platform.lua.
return examples {
  { "nothing used", agreement = { tags = { seats = 12 } }, advance = { 49, 108 }, arrears = {}, net = 157 },
  { "within the free band", agreement = { tags = { seats = 3 } }, usage = { ["api.calls"] = 20000 }, advance = { 49, 27 }, arrears = { 0 } },
  { "beyond it", agreement = { tags = { seats = 3 } }, usage = { ["api.calls"] = 40000 }, arrears = { 0, 16 } },
  { "all three bands", agreement = { tags = { seats = 3 } }, usage = { ["api.calls"] = 150000 }, arrears = { 0, 64, 20 } },
}

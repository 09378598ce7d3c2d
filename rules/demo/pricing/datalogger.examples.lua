-- The cases of datalogger.lua.
return examples {
  { "silent", agreement = {}, advance = { 19 }, arrears = {}, net = 19 },
  { "one point more than is free", agreement = {}, usage = { ["data.points"] = 50001 }, arrears = { 0, 0 } },
  { "a busy one", agreement = {}, usage = { ["data.points"] = 90000 }, arrears = { 0, 12 }, net = 31 },
}

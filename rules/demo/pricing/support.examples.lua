-- The cases of support.lua.
return examples {
  { "a month", agreement = {}, advance = {}, arrears = { 120 } },
}

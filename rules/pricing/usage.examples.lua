-- The cases of usage.lua: what was used in a month, and the lines in advance and in arrears.
return examples {
  { "nothing used", advance = { 99 }, arrears = {}, net = 99 },
  { "within what is free", usage = { ["api.calls"] = 10000 }, arrears = { 0 } },
  { "the first call that costs a cent", usage = { ["api.calls"] = 10013 }, arrears = { 0.01 } },
  { "100,000 above what is free", usage = { ["api.calls"] = 110000 }, arrears = { 40 } },
  { "two bands of calls", usage = { ["api.calls"] = 260000 }, arrears = { 40, 45 } },
  { "storage up to the bound", usage = { storage = 500 }, arrears = { 60 } },
  { "all storage at the lower price", usage = { storage = 501 }, arrears = { 50.10 } },
  { "100 texts are a package", usage = { texts = 100 }, arrears = { 4.50 } },
  { "101 texts are two", usage = { texts = 101 }, arrears = { 9 } },
  { "traffic of no region", usage = { traffic = 100 }, arrears = { 8 } },
  { "a small payment", usage = { payments = 10 }, arrears = { 0.50 } },
  { "a payment", usage = { payments = 100 }, arrears = { 1.65 } },
  { "a large payment", usage = { payments = 5000 }, arrears = { 20 } },
  { "capped traffic", usage = { traffic = 4000 }, arrears = { 320, -120 }, net = 299 },
}

return examples {
  { "what is used adds up", meter = "storage", events = { { 5, day = "2026-01-03" }, 7 }, quantity = 12, count = 2 },
  { "not of this month", meter = "storage", events = { { 5, day = "2026-02-03" } }, quantity = 0 },
}

-- What meters come to: the events of a period, and the quantity that a charge sees. Events are numbers, or { quantity,
-- day = "2026-10-03", time = "12:00" } with properties behind: region = "eu". See rules/README.md.
return examples {
  { "calls add up", meter = "api.calls", events = { { 120, day = "2026-10-01" }, { 80, day = "2026-10-31" } },
    period = "2026-10-01..2026-11-01", quantity = 200, count = 2 },
  { "days outside the period do not count", meter = "api.calls",
    events = { { 120, day = "2026-09-30" }, { 80, day = "2026-10-31" }, { 5, day = "2026-11-01" } },
    period = "2026-10-01..2026-11-01", quantity = 80, count = 1 },
  { "what was too much is taken back", meter = "storage", events = { 104.5, -4 }, quantity = 100.5 },
}

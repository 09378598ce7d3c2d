--- tests/lua/meters_test.lua: meters: how they are declared, and what events come to.
local meters = require "meters"
local rows = require "rows"

local test = {}

local OCTOBER = period "2026-10-01..2026-11-01"

-- What one meter comes to for events that are written down.
local function usage_of(case)
  local declared = case.meter and meters.declare { strict = case.strict, meters.declare_one(case.meter) }
  return meters.usage(case.meter and case.meter[1] or "x", case.events, case.span and period(case.span) or OCTOBER,
                      case.whole and period(case.whole), declared)
end

local function quantity(case) return usage_of(case).quantity end

local function meter(fields)
  fields[1] = fields[1] or "x"
  return fields
end

local day = "2026-10-%02d"
local function on(n, value, more)
  local event = { value, day = string.format(day, n) }
  for name, text in pairs(more or {}) do event[name] = text end
  return event
end

-- ---- aggregates ----

local BEFORE = { 10, day = "2026-09-20" }

local aggregates = {
  { "undeclared: the sum", events = { 5, 7, 9.5 }, want = "21.5" },
  { "a number is what it comes to", events = 12, want = "12" },
  { "a number for a maximum too", meter = meter { aggregate = "max" }, events = 12, want = "12" },
  { "nothing", events = {}, want = "0" },
  { "sum", meter = meter { aggregate = "sum" }, events = { on(1, 5), on(31, 7) }, want = "12" },
  { "days outside do not count", meter = meter { aggregate = "sum" },
    events = { { 1, day = "2026-09-30" }, on(1, 5), on(31, 7), { 1, day = "2026-11-01" } }, want = "12" },
  { "sum that takes back", meter = meter {}, events = { on(1, 5), on(2, -7) }, want = "-2" },
  { "sum of a property", meter = meter { value = "gb" }, events = { on(1, 1, { gb = "2.5" }), on(2, 1, { gb = 3 }), on(3, 1) },
    want = "5.5" },
  { "a property that is no number", meter = meter { value = "gb" }, events = { on(1, 1, { gb = "much" }) }, fails = "rule.value",
    says = "says gb = 'much', which is no number" },
  { "an event without the property says nothing", meter = meter { aggregate = "latest", value = "gb" },
    events = { on(1, 1, { gb = "2.5" }), on(3, 1) }, want = "2.5" },
  { "and is not looked for before either", meter = meter { aggregate = "latest", value = "gb", recurring = true },
    events = { { 1, day = "2026-08-01", gb = "2.5" }, { 1, day = "2026-09-01" } }, want = "2.5" },
  { "recurring sum", meter = meter { recurring = true }, events = { BEFORE, on(1, 5) }, want = "15" },
  { "count", meter = meter { aggregate = "count" }, events = { on(1, 5), on(2, 0), on(2, -1) }, want = "3" },
  { "recurring count", meter = meter { aggregate = "count", recurring = true }, events = { BEFORE, on(1, 5) }, want = "2" },
  { "max", meter = meter { aggregate = "max" }, events = { on(1, 5), on(9, 12), on(31, 7) }, want = "12" },
  { "max without events", meter = meter { aggregate = "max" }, events = { BEFORE }, want = "0" },
  { "max below zero", meter = meter { aggregate = "max" }, events = { on(1, -5), on(2, -3) }, want = "-3" },
  { "max carries in", meter = meter { aggregate = "max", recurring = true }, events = { BEFORE, on(3, 4) }, want = "10" },
  { "the newest of the last day is carried in", meter = meter { aggregate = "max", recurring = true },
    events = { { 3, day = "2026-09-20", time = "18:00" }, { 30, day = "2026-09-20", time = "08:00" }, { 90, day = "2026-09-01" },
               on(3, 2) }, want = "3" },
  { "max of changes", meter = meter { aggregate = "max", values = "changes" },
    events = { on(1, 5), on(2, 4), on(3, -6), on(4, 2) }, want = "9" },
  { "max of changes carried in", meter = meter { aggregate = "max", values = "changes", recurring = true },
    events = { BEFORE, { -4, day = "2026-09-21" }, on(1, -5), on(4, 3) }, want = "6" },
  { "most at once of a property", meter = meter { aggregate = "max", property = "user" },
    events = { on(1, 1, { user = "a" }), on(2, 1, { user = "b" }), on(2, 1, { user = "b" }), on(3, -1, { user = "a" }),
               on(4, 1, { user = "c" }) }, want = "2" },
  { "latest", meter = meter { aggregate = "latest" }, events = { on(9, 12), on(31, 7), on(1, 5) }, want = "7" },
  { "latest of a day is by time", meter = meter { aggregate = "latest" },
    events = { on(9, 12, { time = "23:00" }), on(9, 7, { time = "01:00" }), on(9, 3) }, want = "12" },
  { "latest without events", meter = meter { aggregate = "latest" }, events = { BEFORE }, want = "0" },
  { "latest carried in", meter = meter { aggregate = "latest", recurring = true }, events = { BEFORE }, want = "10" },
  { "unique", meter = meter { aggregate = "unique", property = "user" },
    events = { on(1, 1, { user = "a" }), on(2, 1, { user = "b" }), on(3, 1, { user = "a" }), on(4, 1) }, want = "2" },
  { "unique carried in", meter = meter { aggregate = "unique", property = "user", recurring = true },
    events = { { 1, day = "2026-09-01", user = "a" }, { 1, day = "2026-09-01", user = "b" }, { -1, day = "2026-09-05", user = "b" },
               on(1, 1, { user = "a" }), on(2, -1, { user = "a" }), on(2, 1, { user = "c" }) }, want = "2" },
  { "time-weighted", meter = meter { aggregate = "time_weighted" }, span = "2026-11-01..2026-12-01",
    events = { { 10, day = "2026-11-01" }, { 4, day = "2026-11-11" } }, want = "6" },
  { "time-weighted is rounded once", meter = meter { aggregate = "time_weighted" },
    events = { on(31, 1) }, want = "0.032258064516" },
  { "to named places", meter = meter { aggregate = "time_weighted", places = 2, rounding = "up" }, events = { on(31, 1) },
    want = "0.04" },
  { "nothing before the first event", meter = meter { aggregate = "time_weighted" }, span = "2026-11-01..2026-12-01",
    events = { { 30, day = "2026-10-01" }, { 30, day = "2026-11-30" } }, want = "1" },
  { "time-weighted carried in", meter = meter { aggregate = "time_weighted", recurring = true }, span = "2026-11-01..2026-12-01",
    events = { { 30, day = "2026-10-01" }, { 60, day = "2026-11-16" } }, want = "45" },
  { "time-weighted of changes", meter = meter { aggregate = "time_weighted", values = "changes", recurring = true },
    span = "2026-11-01..2026-12-01", events = { { 30, day = "2026-10-01" }, { 30, day = "2026-11-16" } }, want = "45" },
  { "a part of a period divides by the whole", meter = meter { aggregate = "time_weighted", recurring = true },
    span = "2026-11-01..2026-11-16", whole = "2026-11-01..2026-12-01", events = { { 30, day = "2026-10-01" } }, want = "15" },
  { "by the hour", meter = meter { aggregate = "time_weighted", per = "hour" }, span = "2026-11-01..2026-12-01",
    events = { { 2, day = "2026-11-30", time = "12:00" } }, want = "24" },
  { "hours of days", meter = meter { aggregate = "time_weighted", per = "hour" }, span = "2026-11-01..2026-12-01",
    events = { { 2, day = "2026-11-30" } }, want = "48" },
  { "by the day", meter = meter { aggregate = "time_weighted", per = "day" }, span = "2026-11-01..2026-12-01",
    events = { { 2, day = "2026-11-30", time = "18:00" } }, want = "0.5" },
  { "prorated users", meter = meter { aggregate = "time_weighted", property = "user" }, span = "2026-11-01..2026-12-01",
    events = { { 1, day = "2026-11-01", user = "a" }, { 1, day = "2026-11-16", user = "b" }, { 1, day = "2026-11-17", user = "b" } },
    want = "1.5" },
  { "rounding of a sum", meter = meter { places = 0, rounding = "ceiling" }, events = { 1.2, 0.1 }, want = "2" },
  { "filter", meter = meter { where = { plan = "pro" } }, events = { on(1, 1, { plan = "pro" }), on(1, 2, { plan = "free" }), 4 },
    want = "1" },
  { "filter by several", meter = meter { where = { plan = { "pro", "team" } } },
    events = { on(1, 1, { plan = "pro" }), on(1, 2, { plan = "team" }), on(1, 4, { plan = "free" }) }, want = "3" },
  { "filter: is there", meter = meter { where = { plan = true } }, events = { on(1, 1, { plan = "pro" }), 4 }, want = "1" },
  { "filter: is not there", meter = meter { where = { plan = false } }, events = { on(1, 1, { plan = "pro" }), 4 }, want = "4" },
  { "filter by a function", meter = meter { where = function(event) return event.quantity > 2 end }, events = { 1, 2, 3, 4 },
    want = "7" },
  { "other events do not count", meter = meter { of = "y" }, events = { { 1, meter = "x" }, { 2, meter = "y" } }, want = "2" },
  { "of groups the sum", meter = meter { aggregate = "max", by = { "region" } },
    events = { on(1, 5, { region = "eu" }), on(2, 9, { region = "eu" }), on(1, 3, { region = "us" }) }, want = "12" },
}

-- ---- groups, events ----

local GROUPED = { on(1, 5, { region = "us" }), on(2, 9, { region = "eu" }), on(1, 3, { region = "us" }), on(1, 1) }
local groups = {
  { "in the order of their values", meter = meter { by = { "region" } }, events = GROUPED,
    want = "{{count=1 quantity=1 tags={}} {count=1 quantity=9 tags={region=eu}} {count=2 quantity=8 tags={region=us}}}" },
  { "of a meter without any", events = GROUPED, want = "{{count=4 quantity=18 tags={}}}" },
  { "asked for", events = GROUPED, by = { "region" },
    want = "{{count=1 quantity=1 tags={}} {count=1 quantity=9 tags={region=eu}} {count=2 quantity=8 tags={region=us}}}" },
  { "of a number", events = 5, want = "{{count=1 quantity=5 tags={}}}" },
  { "none", events = {}, want = "{}" },
  { "each carried in by itself", meter = meter { aggregate = "latest", by = { "disk" }, recurring = true },
    events = { { 7, day = "2026-09-01", disk = "a" }, { 5, day = "2026-09-02", disk = "b" }, on(4, 6, { disk = "b" }),
               { 9, day = "2026-08-02", disk = "c" }, { 0, day = "2026-09-02", disk = "c" } },
    want = "{{count=0 quantity=7 tags={disk=a}} {count=1 quantity=6 tags={disk=b}}}" },
}

local function events_text(case)
  local out = {}
  for i, event in ipairs(usage_of(case).events()) do out[i] = tostring(event.quantity) .. " on " .. event.day end
  return table.concat(out, ", ")
end
local events = {
  { "in the order of time", events = { on(9, 1, { time = "10:00" }), on(2, 3), on(9, 2, { time = "09:00" }) },
    want = "3 on 2026-10-02, 2 on 2026-10-09, 1 on 2026-10-09" },
  { "of a number", events = 5, want = "5 on 2026-10-01" },
}

-- ---- declaring ----

local wrong = {
  { "an unknown aggregate", { "x", aggregate = "avg" }, fails = "rule.value", says = "aggregate of meter 'x' is 'avg'" },
  { "a slip", { "x", agregate = "sum" }, fails = "rule.value", says = "did you mean 'aggregate'?" },
  { "no name", { aggregate = "sum" }, fails = "rule.value", says = "name of the meter is missing" },
  { "unique of nothing", { "x", aggregate = "unique" }, fails = "rule.value", says = 'add property = "user"' },
  { "a property of a sum", { "x", property = "user" }, fails = "rule.value", says = "has a property, and its aggregate is sum" },
  { "a value of a count", { "x", aggregate = "count", value = "gb" }, fails = "rule.value", says = "leave value out" },
  { "values of a sum", { "x", values = "changes" }, fails = "rule.value", says = "values are those of max" },
  { "unknown values", { "x", aggregate = "max", values = "deltas" }, fails = "rule.value", says = "there are: levels, changes" },
  { "per of a sum", { "x", per = "hour" }, fails = "rule.value", says = "per is for time_weighted" },
  { "an unknown unit", { "x", aggregate = "time_weighted", per = "week" }, fails = "rule.value", says = "per of meter 'x' is 'week'" },
  { "groups by nothing", { "x", by = {} }, fails = "rule.value", says = "names nothing" },
  { "groups by a map", { "x", by = { region = true } }, fails = "rule.value", says = "is a list of names" },
  { "where of nothing", { "x", where = {} }, fails = "rule.value", says = "where names no property" },
  { "too many places", { "x", places = 13 }, fails = "rule.value", says = "up to 12" },
  { "an unknown rounding", { "x", rounding = "near" }, fails = "rule.value", says = "rounding of meter 'x'" },
  { "a second name", { "x", "y" }, fails = "rule.value", says = "takes 1 entries" },
}
local files = {
  { "two of one name", path = "meters_twice", fails = "rule.value", says = "there are two meters 'api.calls'",
    at = "rules/broken/meters_twice.lua:3" },
  { "an aggregate that is none", path = "meters_aggregate", fails = "rule.value", at = "rules/broken/meters_aggregate.lua:2" },
  { "no meters", path = "meters_nothing", fails = "rule.value", says = "entry 1 of the meters is string" },
}

local strict = meters.declare { strict = true, meters.declare_one { "api.calls" }, meters.declare_one { "peak", of = "seats" } }
local checks = {
  { "a declared meter", "api.calls", want = "fine" },
  { "one that is not", "api.cals", fails = "rule.value", says = "did you mean 'api.calls'?" },
}
local doubts = {
  { "declared, with events", "api.calls", used = { ["api.calls"] = true }, want = "nil" },
  { "declared, in a book without any", "api.calls", used = {}, want = "nil" },
  { "declared, without events", "peak", used = { ["api.calls"] = true },
    want = "meter 'peak' counts events 'seats', and the book has none" },
  { "not declared, with events", "storage", used = { storage = true }, want = "nil" },
  { "neither", "storage", used = {},
    want = "meter 'storage' is not declared in rules/meters.lua, and the book has no event of that name" },
}

function test.run()
  return rows.join(rows.check(aggregates, quantity),
                   rows.check(groups, function(case) return usage_of(case).groups(case.by) end),
                   rows.check(events, events_text),
                   rows.check(wrong, function(case) return meters.declare_one(case[2]) and "declared" end),
                   rows.check(files, function(case) return rule("rules/broken/" .. case.path .. ".lua") and "declared" end),
                   rows.check(checks, function(case)
                     meters.check(case[2], strict)
                     return "fine"
                   end),
                   rows.check(doubts, function(case) return meters.doubt(case[2], case.used, strict) end))
end

return test

-- The manifest of the JSON lines reader; plugins/README.md explains its fields.
return {
  name = "jsonl",
  kind = "reader",
  title = "JSON lines: an object to a line, as services write their events",
  reads = { "jsonl", "ndjson" },
  native = true,
  module = "jsonl",
}

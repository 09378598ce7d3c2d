-- The manifest of the CSV reader; plugins/README.md explains its fields.
return {
  name = "csv",
  kind = "reader",
  title = "Tables as text: comma, semicolon, tab or bar between the fields",
  reads = { "csv", "tsv", "txt" },
  native = true,
  module = "csv",
}

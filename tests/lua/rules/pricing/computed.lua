-- Prices and quantities by functions.
return plan {
  title = "Computed",
  per_unit {
    "Goods", each = "line",
    price = function(line) if line.quantity >= 100 then return 0.8 end return 1 end,
    quantity = function(line) return line.quantity * 2 end,
    when = function(line) return line.kind ~= "charge" end, unit = "piece", category = "reduced",
  },
}

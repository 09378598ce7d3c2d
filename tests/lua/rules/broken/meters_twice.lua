return meters {
  meter { "api.calls" },
  meter { "api.calls", aggregate = "count" },
}

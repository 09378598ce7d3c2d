return meters {
  meter { "api.calls", aggregate = "average" },
}

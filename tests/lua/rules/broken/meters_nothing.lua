return meters { "api.calls" }

return application { order = "random" }

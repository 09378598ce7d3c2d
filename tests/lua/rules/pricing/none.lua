-- A file in the place of a plan, for tests.
return { title = "None" }

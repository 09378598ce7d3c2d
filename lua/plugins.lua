--- lua/plugins.lua: manifests of plugins, checked.
--- Example: plugins.manifest "plugins/csv/plugin.lua" gives name "csv", kind "reader", module "csv", native true.
local declare = require "declare"

local plugins = {}

local FIELDS = {
  name = "!text", kind = "!text", title = "text", reads = "table", writes = "table", native = "flag", module = "!text",
}
local KINDS = { "reader", "writer", "delivery" }

--- The manifest in the file `path`, which the host has registered as a source.
function plugins.manifest(path)
  local manifest = declare.fields("plugin", rule(path), FIELDS)
  declare.choice("kind of the plugin", manifest.kind, KINDS)
  if not manifest.module:find "^[%a_][%w_]*$" then
    declare.fail("module of the plugin is '" .. manifest.module .. "'", "write the name of its Lua module")
  end
  return { name = manifest.name, kind = manifest.kind, module = manifest.module, native = manifest.native == true }
end

return plugins

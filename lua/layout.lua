--- lua/layout.lua: Markdown layouts of invoices, credit notes, statements and reports, filled with values.
---
--- layout.render(path, data, locale) -> { markdown =, values =, title =, lang = }
---     markdown has a mark for each value (U+E000 index U+E001, core/doc/markdown.h); values are their texts. So nothing that
---     a value contains is ever markup.
--- layout.check(path)    reads the layout with its parts: every tag, filter and field of a record, in every branch
---
---   {{ document.total | money }}                  a value; filters are listed in filters.lua
---   {% for line in document.lines %} … {% else %} nothing … {% end %}     within: loop.index, loop.first, loop.last, loop.count
---   {% if document.kind == "credit_note" %} … {% elseif … %} … {% else %} … {% end %}
---   {% title %}Invoice {{ document.number }}{% end %}     the page's title, not printed
---   {% include "footer.md" %}                     another file of the same folder, in place
---   {# a remark #}
---
--- A tag alone on its line goes with its line, so that loops make rows of a table. A field without a value prints nothing.
--- Errors: layout.invalid with file and line, what was found, and near names; layout.too_large.
--- Text of a layout comes from the host: host.rule_text(path) -> text, or nil.
--- Example: layout.render("rules/layouts/invoice.md", { document = d, account = a, company = c, book = b }, "en-GB").title
local declare = require "declare"
local filters = require "filters"
local layout_terms = require "layout_terms"
local locale = require "locale"
local near = require "near"
local layout = {}

local NEST_MAX, INCLUDE_MAX = 32, 8
local MARKDOWN_MAX = 16 * 1024 * 1024 -- bytes; MOON_DOC_MAX
local OPEN, CLOSE = "\u{E000}", "\u{E001}"
local TAGS = { "for", "if", "elseif", "else", "end", "title", "include" }

local function fail(file, line, message, hint)
  raise { code = "layout.invalid", message = message, hint = hint, file = file, line = line }
end

---- reading ----

local function text_of(path, file, line)
  local text = host.rule_text(path)
  if not text then
    local name = path:match("([^/]+)$")
    if file then fail(file, line, "there is no layout '" .. name .. "' to include", "it has to lie in the same folder") end
    raise { code = "rule.missing", message = "there is no layout " .. path, hint = near.hint(path, rule_paths("rules/layouts/")) }
  end
  local reserved = text:find("\xEE\x80[\x80-\x82]")
  if reserved then
    local _, lines = text:sub(1, reserved):gsub("\n", "")
    fail(path, lines + 1, "the layout contains one of the characters U+E000 to U+E002, which stand for values", "delete it")
  end
  return text
end

-- The parts of a layout: { text = } or { tag = "{{", inner =, line = }; a tag alone on its line takes the line with it.
local function parts_of(path, text)
  local parts, at, line = {}, 1, 1
  while true do
    local from = text:find("{[{%%#]", at)
    if not from then
      parts[#parts + 1] = { text = text:sub(at), line = line }
      return parts
    end
    local before = text:sub(at, from - 1)
    local sign = text:sub(from + 1, from + 1)
    local _, newlines = before:gsub("\n", "")
    local tag_line = line + newlines
    local stop = text:find(sign == "{" and "}}" or sign .. "}", from + 2, true)
    if not stop then
      fail(path, tag_line, "{" .. sign .. " is not closed", "close it with " .. (sign == "{" and "}}" or sign .. "}"))
    end
    local inner, after = text:sub(from + 2, stop - 1), stop + 2
    local _, within = inner:gsub("\n", "")
    line = tag_line + within
    if sign ~= "{" then
      local indent = before:match("\n([ \t]*)$") or (at == 1 or parts.whole) and before:match("^([ \t]*)$")
      local rest = indent and text:match("^[ \t]*\r?\n()", after)
      if indent and not rest and text:find("^[ \t]*$", after) then rest = #text + 1 end
      if rest then
        before = before:sub(1, #before - #indent)
        if text:sub(rest - 1, rest - 1) == "\n" then line = line + 1 end
        after = rest
      end
      parts.whole = rest ~= nil
    else
      parts.whole = false
    end
    if before ~= "" then parts[#parts + 1] = { text = before, line = tag_line } end
    if sign ~= "#" then parts[#parts + 1] = { tag = sign, inner = inner, line = tag_line } end
    at = after
  end
end

---- compiling ----

-- Each node is a function(env, out); `block` makes those up to a tag that ends it.
local block

local function at_of(c, line)
  return { scope = c.scope, fail = function(message, hint) fail(c.path, line, message, hint) end }
end

local function add(out, text)
  out.size = out.size + #text
  if out.size > MARKDOWN_MAX then
    raise { code = "layout.too_large", message = "the filled layout is larger than 16 MiB" }
  end
  out[#out + 1] = text
end

-- In a title a value is its text; elsewhere a mark, the same one for the same text.
local function add_value(env, out, text)
  if out.plain then return add(out, text) end
  local values, index = env.values, env.index[text]
  if not index then
    index = #values
    values[index + 1], env.index[text] = text, index
  end
  return add(out, OPEN .. tostring(index) .. CLOSE)
end

local function text_node(text)
  return function(_, out) add(out, text) end
end

local function value_node(c, part)
  local value, path, line = layout_terms.value(part.inner, at_of(c, part.line)), c.path, part.line
  return function(env, out)
    env.path, env.line = path, line
    add_value(env, out, filters.text(env.locale, value(env)))
  end
end

local function run(nodes, env, out)
  for i = 1, #nodes do nodes[i](env, out) end
end

local function if_node(c, part, rest)
  local branches, path = {}, c.path
  local condition, line, word = layout_terms.condition(rest, at_of(c, part.line)), part.line, nil
  local otherwise
  while true do
    local nodes
    nodes, word, rest, line = block(c, part, { ["elseif"] = true, ["else"] = true, ["end"] = true })
    if condition then branches[#branches + 1] = { condition, nodes, part.line } else otherwise = nodes end
    if word == "end" then break end
    if not condition then fail(path, line, "'" .. word .. "' comes after else") end
    condition = word == "elseif" and layout_terms.condition(rest, at_of(c, line)) or nil
  end
  return function(env, out)
    for i = 1, #branches do
      env.path, env.line = path, branches[i][3]
      if branches[i][1](env) then return run(branches[i][2], env, out) end
    end
    if otherwise then run(otherwise, env, out) end
  end
end

local function for_node(c, part, rest)
  local at = at_of(c, part.line)
  local name, list, kind, shown = layout_terms.loop(rest, at)
  local outer, path, line = c.scope, c.path, part.line
  c.scope = { [name] = kind, loop = "loop" }
  for other, of in pairs(outer) do c.scope[other] = c.scope[other] or of end
  local nodes, word, _, word_line = block(c, part, { ["else"] = true, ["end"] = true })
  c.scope = outer
  local otherwise
  if word == "else" then
    otherwise, word, _, word_line = block(c, part, { ["else"] = true, ["end"] = true })
    if word ~= "end" then fail(path, word_line, "'else' comes after else") end
  end
  return function(env, out)
    env.path, env.line = path, line
    local entries = list(env)
    if entries ~= nil and type(entries) ~= "table" and type(entries) ~= "record" then
      raise { code = "layout.invalid", message = "'" .. shown .. "' is no list but a " .. type(entries) }
    end
    local count = entries and #entries or 0
    if count == 0 then
      if otherwise then run(otherwise, env, out) end
      return
    end
    local vars, before = env.vars, env.vars.loop
    for i = 1, count do
      vars[name], vars.loop = entries[i], { index = i, first = i == 1, last = i == count, count = count }
      run(nodes, env, out)
    end
    vars[name], vars.loop = nil, before
  end
end

local function title_node(c, part)
  local nodes, outer = nil, c.in_title
  if outer then fail(c.path, part.line, "a title within a title") end
  c.in_title = true
  nodes = block(c, part, { ["end"] = true })
  c.in_title = nil
  return function(env)
    local out = { size = 0, plain = true }
    run(nodes, env, out)
    env.title = table.concat(out):gsub("%s+", " "):match("^ ?(.-) ?$")
  end
end

local function include_node(c, part, rest)
  local name = rest:match('^"([%w_%-%.]+)"%s*$')
  if not name then fail(c.path, part.line, "include names a file of the same folder in quotes", '{% include "footer.md" %}') end
  local path = c.path:match("^(.*/)") .. name
  if c.includes >= INCLUDE_MAX then
    fail(c.path, part.line, "layouts include each other more than 8 deep", "does one include itself?")
  end
  local inner = { path = path, scope = c.scope, includes = c.includes + 1, depth = c.depth, in_title = c.in_title, next = 1 }
  inner.parts = parts_of(path, text_of(path, c.path, part.line))
  local nodes = block(inner, nil, {})
  return function(env, out) run(nodes, env, out) end
end

local function tag_node(c, part, word, rest)
  if word == "if" then return if_node(c, part, rest) end
  if word == "for" then return for_node(c, part, rest) end
  if word == "title" and rest == "" then return title_node(c, part) end
  if word == "include" then return include_node(c, part, rest) end
  if word == "end" or word == "else" or word == "elseif" then
    fail(c.path, part.line, "'" .. word .. "' has nothing that it belongs to", "is an {% if %} or {% for %} missing above?")
  end
  return fail(c.path, part.line, "there is no tag '" .. word .. "'", declare.suggest(word, TAGS))
end

-- The nodes up to one of the words in `ends`; then that word, what follows it, and its line.
function block(c, opener, ends)
  local nodes = {}
  c.depth = c.depth + 1
  if c.depth > NEST_MAX then fail(c.path, opener and opener.line or 1, "more than 32 tags within each other") end
  while true do
    local part = c.parts[c.next]
    if not part then
      if opener then
        fail(c.path, opener.line, "{%" .. opener.inner .. "%} has no end", "close it: {% end %}")
      end
      c.depth = c.depth - 1
      return nodes
    end
    c.next = c.next + 1
    if part.text then
      if part.text ~= "" then nodes[#nodes + 1] = text_node(part.text) end
    elseif part.tag == "{" then
      nodes[#nodes + 1] = value_node(c, part)
    else
      local word, rest = part.inner:match("^%-?%s*(%a*)%s*(.-)%s*$")
      if ends[word] then
        c.depth = c.depth - 1
        return nodes, word, rest, part.line
      end
      nodes[#nodes + 1] = tag_node(c, part, word, rest)
    end
  end
end

local compiled = {} -- by path; the text of a layout does not change within a state

local function compile_layout(path)
  local nodes = compiled[path]
  if not nodes then
    nodes = block({ path = path, parts = parts_of(path, text_of(path)), next = 1, scope = {}, includes = 0, depth = 0 }, nil, {})
    compiled[path] = nodes
  end
  return nodes
end

---- filling ----

-- An error while a layout is filled is one of the layout's line, whatever raised it.
local function explain(env, e)
  if type(e) ~= "table" or e.code == "layout.too_large" or e.code == "internal" then return raise(e) end
  return raise { code = "layout.invalid", message = e.message, hint = e.hint, file = env.path, line = env.line }
end

function layout.render(path, data, name)
  local nodes, l = compile_layout(path), locale.find(name)
  local env = { data = data, vars = {}, locale = l, values = {}, index = {}, path = path, line = 1, title = "" }
  local out = { size = 0 }
  local good, e = pcall(run, nodes, env, out)
  if not good then explain(env, e) end
  return { markdown = table.concat(out), values = env.values, title = env.title, lang = l.lang }
end

function layout.check(path)
  compile_layout(path)
  return true
end

return layout

--- lua/demo_chance.lua: numbers that look drawn and are the same every time.
---
--- chance.stream(word, ...) -> draw; draw(n) -> 1..n. The same words give the same numbers, on every machine, whatever else was
--- drawn before: so each account, day and invoice of the demo book has a stream of its own.
--- A Lehmer generator (Park and Miller, "Random number generators: good ones are hard to find", CACM 31, 1988; multiplier 48271).
local chance = {}

local MODULUS, MULTIPLIER = 2147483647, 48271

local function seed_of(words)
  local seed = 20260701
  for i = 1, words.n do
    local word = "/" .. tostring(words[i])
    for at = 1, #word do seed = (seed * 31 + word:byte(at)) % MODULUS end
  end
  return seed == 0 and 1 or seed
end

function chance.stream(...)
  local x = seed_of(table.pack(...))
  for _ = 1, 4 do x = x * MULTIPLIER % MODULUS end
  return function(n)
    x = x * MULTIPLIER % MODULUS
    return x % n + 1
  end
end

--- One of a list.
function chance.pick(draw, list)
  return list[draw(#list)]
end

return chance

local x = 0.5
(f or g)()
x = a / b / c ^ d ^ -e // 2

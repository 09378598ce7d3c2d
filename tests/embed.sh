#!/bin/sh
# Write the named files as C byte arrays with a table of name, bytes and length (core/script/embedded.h).
set -eu
echo '/* Made by tests/embed.sh from lua/ and rules/. */'
echo '#include "script/embedded.h"'
n=0
for file; do
    echo "static const unsigned char file_$n[] = {"
    od -An -v -tx1 "$file" | sed 's/ \([0-9a-f][0-9a-f]\)/0x\1,/g'
    echo '0};'
    n=$((n + 1))
done
echo 'const moon_embedded moon_embedded_files[] = {'
n=0
for file; do
    echo "    {\"$file\", (const char *)file_$n, sizeof file_$n - 1},"
    n=$((n + 1))
done
echo '    {0, 0, 0}};'

#!/bin/sh
# Fuzz one target with libFuzzer, address and undefined-behaviour sanitizers.
#   tests/fuzz/run.sh TARGET SECONDS       what it finds is left in build/fuzzing/
set -eu
target=$1 seconds=$2
[ -f "tests/fuzz/${target}_fuzz.c" ] || { echo "there is no target $target; there are:"; ls tests/fuzz/*_fuzz.c | sed 's/.*\///; s/_fuzz.c//'; exit 2; }
make -s build/embedded.c
mkdir -p "build/fuzzing/$target"
sources=$(ls core/*/*.c | grep -v core/app/main.c)
clang -std=c17 -D_GNU_SOURCE -DMOON_PREFIX='"/usr/local"' -g -O1 -fsanitize=fuzzer,address,undefined -Icore \
    $(pkg-config --cflags lua5.4 lmdb libcmark libsodium) "tests/fuzz/${target}_fuzz.c" $sources build/embedded.c \
    $(pkg-config --libs lua5.4 lmdb libcmark libsodium) -o "build/fuzzing/${target}_fuzz"
exec "build/fuzzing/${target}_fuzz" -max_total_time="$seconds" -artifact_prefix="build/fuzzing/$target/" "build/fuzzing/$target" "tests/fuzz/corpus/$target"

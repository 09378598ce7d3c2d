#!/bin/sh
# Install the Debian or Ubuntu packages that moonbill needs and that are missing, and say which.
#   tests/deps.sh build    what building and the demo need
#   tests/deps.sh test     also what the tests need
#   tests/deps.sh fuzz     also what fuzzing needs
set -eu
need="gcc libc6-dev make pkg-config liblua5.4-dev liblmdb-dev libcmark-dev libsodium-dev libedit-dev tzdata"
case "${1:-build}" in
test) need="$need libcmocka-dev python3 valgrind" ;;
fuzz) need="$need clang libclang-rt-dev" ;;
esac

missing=""
for package in $need; do
    dpkg-query -W -f '${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed || missing="$missing $package"
done
[ -z "$missing" ] && exit 0

if ! command -v apt-get >/dev/null 2>&1; then
    echo "moonbill: these packages are missing, and there is no apt-get to install them:$missing" >&2
    exit 1
fi
as_root=""
if [ "$(id -u)" -ne 0 ]; then
    as_root=sudo
    command -v sudo >/dev/null 2>&1 || { echo "moonbill: please install, as root:$missing" >&2; exit 1; }
fi
echo "moonbill: installing the packages that are missing:$missing"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
install() { DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y --no-install-recommends $missing >"$log" 2>&1; }
install || { $as_root apt-get update >"$log" 2>&1 && install; } || { cat "$log" >&2; exit 1; }

#!/usr/bin/env bash
# Builds the tool, makes a year of a simulated building, and looks at it.
#   tools/demo.sh          leaves the store in .build/demo for you to go on with
#   tools/demo.sh --once   the same, and removes the store at the end
set -euo pipefail
cd "$(dirname "$0")/.."
source tools/setup.sh
almanac_install

echo "== building (the first time takes some minutes)"
almanac_build_tools
almanac=$(almanac_binary)
store=.build/demo
mkdir -p .build
rm -rf "$store"

run() {
    echo
    echo "== almanac $*"
    "$almanac" "$@"
}

run demo "$store"
run info --store "$store"
run ls devices --store "$store"
point=plant/outdoor_temp
run read "$point" --limit 5 --store "$store"
run read "$point" --every month --agg count,min,mean,max --store "$store"
year=$(($(date -u +%Y) - 1))
run plot "$point" plant/boiler_1_status --from "$year-04-20" --to "$year-04-27" --store "$store"
run gaps --min 1h --store "$store"
run health 'plant/*' --store "$store"
run stat --by year --store "$store"
run verify --store "$store"

# The same building as devices on loopback, on a port that hardly anybody has.
port=$((20000 + RANDOM % 10000))
echo
echo "== almanac simulate --port $port --for 60s &"
"$almanac" simulate --port "$port" --for 60s >"$store-devices" &
devices=$!
trap 'kill "$devices" 2>/dev/null || true' EXIT
for _ in $(seq 100); do [ -s "$store-devices" ] && break || sleep 0.1; done
run discover --address "127.0.0.1:$port" --wait 2s
kill "$devices"
wait "$devices" || true
rm -f "$store-devices"

echo
if [ "${1:-}" = --once ]; then
    rm -rf "$store"
    echo "== done; the store was removed (--once)"
else
    echo "== done; the store is in $store. What to try next:"
    echo "   $almanac ls points --store $store"
    echo "   $almanac read '$point' --every 1d --tz Europe/Zurich --store $store"
    echo "   $almanac simulate --port $port &"
    echo "   $almanac probe 1001 --address 127.0.0.1:$port"
    echo "   $almanac export csv '${point%%/*}/*' --store $store > ${point%%/*}.csv"
fi

#!/usr/bin/env bash
# Builds the tool, makes a year of a simulated building, and looks at it; then runs the building as
# BACnet/IP devices on loopback, collects from them for half a minute, and looks at that.
#   tools/demo.sh          leaves the stores in .build/demo and .build/demo-site for you to go on with
#   tools/demo.sh --once   the same, and removes the stores at the end
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

# The same building as devices on loopback, on a port that is rarely in use: found, collected for a
# while into a store of its own beside the made history, and looked at.
port=$((20000 + RANDOM % 10000))
site=$store-site
rm -rf "$site" "$store-tables"
echo
echo "== almanac simulate --port $port --for 5m &"
"$almanac" simulate --port "$port" --for 5m >"$store-devices" &
devices=$!
trap 'kill "$devices" 2>/dev/null || true' EXIT
for _ in $(seq 100); do [ -s "$store-devices" ] && break || sleep 0.1; done
run discover --address "127.0.0.1:$port" --wait 2s --write "$store-tables"
# A sample each second, so that half a minute shows something.
sed -i 's/,900,poll,/,1,poll,/' "$store-tables/points.csv"
run collect --store "$site" --devices "$store-tables/devices.csv" \
    --points "$store-tables/points.csv" --address "127.0.0.1:$port" --for "${DEMO_SECONDS:-30}s"
kill "$devices"
wait "$devices" || true
run info --store "$site"
run plot "$point" --from now-2m --to now --store "$site"
run gaps --store "$site"
run health 'plant/*' --store "$site"
rm -rf "$store-devices" "$store-tables"

echo
if [ "${1:-}" = --once ]; then
    rm -rf "$store" "$site"
    echo "== done; the stores were removed (--once)"
else
    echo "== done; the made history is in $store, the collected one in $site. What to try next:"
    echo "   $almanac ls points --store $store"
    echo "   $almanac read '$point' --every 1d --tz Europe/Zurich --store $store"
    echo "   $almanac simulate --port $port &"
    echo "   $almanac probe 1001 --address 127.0.0.1:$port"
    echo "   $almanac export csv '${point%%/*}/*' --store $store > ${point%%/*}.csv"
fi

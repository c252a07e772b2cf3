#!/usr/bin/env bash
# Builds the programs, makes a year of a simulated building, and looks at it; then runs the building as
# BACnet/IP devices on loopback, collects from them for half a minute, looks at that, and serves it.
#   tools/demo.sh          goes on collecting and serving until Ctrl-C; leaves the stores in .build/demo
#                          and .build/demo-site for you to go on with
#   tools/demo.sh --once   asks the service once, ends, and removes the stores
set -euo pipefail
cd "$(dirname "$0")/.."
source tools/setup.sh
almanac_need curl curl
almanac_install

echo "== building (the first time takes some minutes)"
almanac_build_tools
almanac_build_tools almanacd
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
echo "== almanac simulate --port $port &"
"$almanac" simulate --port "$port" >"$store-devices" &
devices=$!
trap 'kill "$devices" 2>/dev/null || true' EXIT
for _ in $(seq 100); do [ -s "$store-devices" ] && break || sleep 0.1; done
run discover --address "127.0.0.1:$port" --wait 2s --write "$store-tables"
# A sample each second, so that half a minute shows something.
sed -i 's/,900,poll,/,1,poll,/' "$store-tables/points.csv"
run collect --store "$site" --devices "$store-tables/devices.csv" \
    --points "$store-tables/points.csv" --address "127.0.0.1:$port" --for "${DEMO_SECONDS:-30}s"
run info --store "$site"
run plot "$point" --from now-2m --to now --store "$site"
run gaps --store "$site"
run health 'plant/*' --store "$site"

# The service goes on with the same store: it collects, and answers over HTTP.
address=127.0.0.1:$((30000 + RANDOM % 10000))
cat >"$store-tables/almanac.yaml" <<END
data_directory: $PWD/$site
http_address: $address
bacnet_interface: lo
bacnet_port: $port
log_level: notice
END
echo
echo "== almanacd --config $store-tables/almanac.yaml &"
"$(almanac_service)" --config "$store-tables/almanac.yaml" &
service=$!
trap 'kill "$service" "$devices" 2>/dev/null || true' EXIT
for _ in $(seq 100); do curl -fs "http://$address/readyz" >/dev/null && break || sleep 0.1; done

ask() {
    echo
    echo "== curl 'http://$address$1'"
    local reply
    reply=$(curl -fsS "http://$address$1")
    echo "${reply:0:${2:-600}}"
}

name=${point%%/*}%2F${point#*/}
ask '/api/v1/points?limit=2'
ask "/api/v1/points/$name"
ask "/api/v1/points/$name/samples?limit=3&order=desc"
ask "/api/v1/points/$name/gaps"
ask /api/v1/collector
ask /api/device/1001/data
ask /metrics

if [ "${1:-}" = --once ]; then
    kill "$service"
    wait "$service"
    kill "$devices"
    wait "$devices" || true
    rm -rf "$store" "$site" "$store-devices" "$store-tables"
    echo
    echo "== done; the service ended by itself, and the stores were removed (--once)"
else
    echo
    echo "== serving on http://$address until Ctrl-C. The made history is in $store, the collected one"
    echo "== in $site. What to try next, in another terminal:"
    echo "   curl -N 'http://$address/api/v1/live?match=plant/*'"
    echo "   curl 'http://$address/api/v1/points/$name/rollup?every=1m&agg=min,mean,max'"
    echo "   curl 'http://$address/openapi.yaml'"
    echo "   $almanac ls points --store $store"
    echo "   $almanac read '$point' --every 1d --tz Europe/Zurich --store $store"
    echo "   $almanac export csv '${point%%/*}/*' --store $store > ${point%%/*}.csv"
    wait "$service" || true
fi

#!/usr/bin/env bash
# Builds the reference of the public API, with every warning an error.
#   tools/docs.sh [FOLDER]   default .build/docs; FOLDER/Almanac can be served as a static site
# Needs the toolchain and what the trait Collector fetches: embedders get no plugin with the package.
set -uo pipefail
cd "$(dirname "$0")/.."
out=${1:-$PWD/.build/docs}
graphs=$PWD/.build/symbols
triple=$(swift -print-target-info | sed -n 's/.*"unversionedTriple": "\(.*\)".*/\1/p')

# With sockets, so that the reference has them; what is there from the tests is used again.
build=(--traits Collector --scratch-path .build/collector)
swift build --quiet "${build[@]}" || exit
modules=$(swift build "${build[@]}" --show-bin-path)/Modules
# Modules of C that SwiftNIO's need.
clang=()
while IFS= read -r map; do
    clang+=(-Xcc "-fmodule-map-file=$map")
done < <(find .build/collector Sources -name module.modulemap)
while IFS= read -r headers; do
    clang+=(-I "$headers")
done < <(find .build/collector/checkouts -path '*/Sources/*/include' -type d -prune)

# reference MODULE [OPTION...]: extracts what is public, and converts it with the room's catalog.
reference() {
    local module=$1 catalog=()
    shift
    rm -rf "${graphs:?}/$module" "${out:?}/$module"
    mkdir -p "$graphs/$module" "$out"
    swift symbolgraph-extract -module-name "$module" -I "$modules" "${clang[@]}" \
        -target "$triple" -minimum-access-level public -skip-synthesized-members "$@" \
        -output-dir "$graphs/$module" || return
    [ -d "Sources/$module/$module.docc" ] && catalog=("Sources/$module/$module.docc")
    docc convert ${catalog[@]+"${catalog[@]}"} --warnings-as-errors \
        --fallback-display-name "$module" --fallback-bundle-identifier "almanac.$module" \
        --fallback-default-module-kind Library \
        --additional-symbol-graph-dir "$graphs/$module" --output-path "$out/$module"
}

failed=0
# One `import Almanac` brings the words and nouns with it, so its reference has them too.
reference Almanac -experimental-allowed-reexported-modules=BuildingModel,TimeSeriesModel || failed=1
for module in BuildingSimulation AlmanacSimulation BACnetMessages BACnetIP BACnetSimulation \
    TimeSeriesModel ColumnCodec DurableFiles SegmentStore; do
    reference "$module" || failed=1
done
exit $failed

#!/usr/bin/env bash
# Builds the reference of the public API, with every warning an error.
#   tools/docs.sh [FOLDER]   default .build/docs; FOLDER/Almanac can be served as a static site
# Needs nothing but the toolchain: embedders get no plugin with the package.
set -uo pipefail
cd "$(dirname "$0")/.."
out=${1:-$PWD/.build/docs}
graphs=$PWD/.build/symbols
triple=$(swift -print-target-info | sed -n 's/.*"unversionedTriple": "\(.*\)".*/\1/p')

# What is there from tests or from another build is used again.
swift build --quiet || exit
modules=$(swift build --show-bin-path)/Modules

# reference MODULE [OPTION...]: extracts what is public, and converts it with the room's catalog.
reference() {
    local module=$1 catalog=()
    shift
    rm -rf "${graphs:?}/$module" "${out:?}/$module"
    mkdir -p "$graphs/$module" "$out"
    swift symbolgraph-extract -module-name "$module" -I "$modules" -I Sources/CAlmanacLZ4 \
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

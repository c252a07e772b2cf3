#!/usr/bin/env bash
# Installs what building and testing need and the machine lacks. Sourced by demo.sh and test.sh.

# almanac_need COMMAND-OR-FILE PACKAGE: notes PACKAGE for installation unless the thing is there.
almanac_missing=()
almanac_need() {
    case "$1" in
        /*) [ -e "$1" ] && return ;;
        pkg:*) pkg-config --exists "${1#pkg:}" 2>/dev/null && return ;;
        *) command -v "$1" >/dev/null && return ;;
    esac
    almanac_missing+=("$2")
}

almanac_install() {
    [ ${#almanac_missing[@]} -eq 0 ] && return
    echo "installing ${almanac_missing[*]}" >&2
    local sudo=
    [ "$(id -u)" -eq 0 ] || sudo=sudo
    $sudo apt-get update -qq
    DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq "${almanac_missing[@]}" >/dev/null
}

command -v swift >/dev/null || { echo "swift is not on the PATH; Swift 6.3 is needed" >&2; exit 1; }
almanac_need pkg-config pkg-config
almanac_need pkg:liblz4 liblz4-dev
almanac_need pkg:zlib zlib1g-dev
# For comparisons in Benchmarks only.
almanac_need pkg:sqlite3 libsqlite3-dev

# Static, because a program that starts in half the time is felt in every command. The linker's
# remark about mktemp is about the standard library's own code.
almanac_build_tools() {
    local said
    said=$(swift build -c release --package-path tools --static-swift-stdlib \
        --product "${1:-almanac}" --quiet 2>&1) || { echo "$said" >&2; return 1; }
    grep -vE "is dangerous, better use|^(Fetch|Comput|Creat|Work|Updat)" <<<"$said" || true
}

almanac_binary() {
    echo "$(swift build -c release --package-path tools --static-swift-stdlib --show-bin-path)/almanac"
}

almanac_service() {
    echo "$(swift build -c release --package-path tools --static-swift-stdlib --show-bin-path)/almanacd"
}

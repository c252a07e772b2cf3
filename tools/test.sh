#!/usr/bin/env bash
# Runs every test of every package and prints each stage's time.
#   tools/test.sh           what CI runs
#   tools/test.sh --long    the long forms too (hours); their results stand in docs/testing.md
set -uo pipefail
cd "$(dirname "$0")/.."
root=$PWD
long=
[ "${1:-}" = --long ] && long=1
source tools/setup.sh
almanac_need lz4 lz4
almanac_need python3 python3
almanac_need setpriv util-linux
# The tests of the tool on a terminal.
almanac_need script bsdutils
almanac_need ip iproute2
almanac_need strace strace
almanac_need openssl openssl
# The Debian package: its making, its unit and its manual pages.
almanac_need dpkg-shlibdeps dpkg-dev
almanac_need chrpath chrpath
almanac_need systemd-analyze systemd
almanac_need man man-db
[ "$(id -u)" -eq 0 ] || almanac_need fakeroot fakeroot
# The power cuts: ext4 in CI, two more file systems with --long, and a compiler for the controls.
almanac_need mkfs.ext4 e2fsprogs
if [ -n "$long" ]; then
    almanac_need mkfs.xfs xfsprogs
    almanac_need mkfs.btrfs btrfs-progs
fi
command -v cc >/dev/null || command -v clang >/dev/null || almanac_need gcc gcc
python3 -c 'import ensurepip' 2>/dev/null || almanac_missing+=(python3-venv)
almanac_install

build=$root/.build
mkdir -p "$build"
# A nested package that was built before sees no file that is new in the root.
touch tools/Package.swift Benchmarks/Package.swift Tests/Embedding/Package.swift
passed=0
failed=0
skipped=0
times=()

# stage NAME COMMAND...: runs it, keeps its time; a stage that fails does not stop the others.
stage() {
    local name=$1 start=$SECONDS
    shift
    echo
    echo "=== $name"
    if "$@"; then passed=$((passed + 1)); else
        failed=$((failed + 1))
        name="$name: FAILED"
    fi
    times+=("$(printf '%5d s  %s' $((SECONDS - start)) "$name")")
}

# stage_or_skip NAME COMMAND...: the same for a command that exits with 77 where it cannot run, after
# it has printed why.
stage_or_skip() {
    local name=$1 start=$SECONDS status
    shift
    echo
    echo "=== $name"
    "$@"
    status=$?
    case $status in
        0) passed=$((passed + 1)) ;;
        77) skipped=$((skipped + 1)) name="$name: SKIPPED (see above)" ;;
        *) failed=$((failed + 1)) name="$name: FAILED" ;;
    esac
    times+=("$(printf '%5d s  %s' $((SECONDS - start)) "$name")")
}

skip() {
    echo
    echo "=== $1: SKIPPED ($2)"
    skipped=$((skipped + 1))
    times+=("    -    $1: SKIPPED ($2)")
}

formatting() {
    swift format lint --strict --recursive --configuration .swift-format \
        Package.swift Sources Tests tools/Package.swift tools/Sources tools/Tests Benchmarks
}

# The nested packages name the root by its identity, not by its folder: a clone may be called
# anything. A wrong name shows when the graph of packages is loaded.
clone_called_x() {
    local package packages
    rm -rf "$build/clone"
    mkdir -p "$build/clone"
    git clone --quiet --no-hardlinks . "$build/clone/x" || return
    for package in tools Benchmarks; do
        packages=$(swift package --package-path "$build/clone/x/$package" \
            --scratch-path "$build/clone/$package" show-dependencies --format json) || return
        grep -q '"identity"' <<<"$packages" || { echo "$package: no packages"; return 1; }
    done
}

# The service over real sockets: rights, limits, hostile clients, streams, signals, kills. The debug
# build, which "tools, debug" has made: another one would take minutes.
service_trial() {
    python3 Tests/Service/service_trial.py --almanacd tools/.build/debug/almanacd "$@"
}

# A program that makes requests from a description, in an environment of its own inside the build folder.
conformance_python() {
    local python=$build/conformance-python/bin/python
    "$python" -c 'import schemathesis' 2>/dev/null && return
    rm -rf "$build/conformance-python"
    python3 -m venv "$build/conformance-python" &&
        "$python" -m pip install --quiet -r Tests/Service/requirements.txt
}

# The service against its own description; 503, 504 and the metrics.
api_conformance() {
    python3 Tests/Service/api_conformance.py --almanac "$(almanac_binary)" \
        --almanacd tools/.build/debug/almanacd --python "$build/conformance-python/bin/python" "$@"
}

# Ten minutes of a mixed load: memory and descriptors.
memory_trial() {
    python3 Tests/Service/memory_trial.py --almanac "$(almanac_binary)" \
        --almanacd tools/.build/debug/almanacd "$@"
}

service_acceptance() {
    python3 ../shared/accept/routes.py --almanacd tools/.build/debug/almanacd
}

# The Debian package of the tool as it is released and of the service of "tools, debug": another
# release build would take minutes.
package_trial() {
    local binaries=$build/package-binaries
    mkdir -p "$binaries" &&
        ln -sf "$(almanac_binary)" "$root/tools/.build/debug/almanacd" "$binaries/" &&
        python3 Tests/Package/package_trial.py --binaries "$binaries"
}

# A package of its own that knows the product Almanac alone: it builds, runs and answers, and what it
# fetches is what the README says. Its build's time is its first build's.
embedding() {
    local work fetched
    work=$(mktemp -d) || return
    swift build --package-path Tests/Embedding --scratch-path "$build/embedding" \
        --product service --quiet || return
    "$build/embedding/debug/service" "$work/store" | tee "$work/said"
    printf '%s\n' "stored 96, durable" "mean 20.35 °C of 48 samples" "at noon 20.0 °C" |
        diff - "$work/said" || return
    fetched=$(ls "$build/embedding/checkouts" 2>/dev/null | grep -vxE 'swift-(log|metrics|collections)')
    rm -rf "$work"
    [ -z "$fetched" ] || { echo "fetched too: $fetched"; return 1; }
}

# The code of docs/embedding.md: it builds, says what it is to say, and its tests pass.
embedding_guide() {
    local work status
    work=$(mktemp -d) || return
    swift build --package-path Tests/Embedding --scratch-path "$build/embedding" \
        --product guide --quiet &&
        "$build/embedding/debug/guide" "$work" | diff Tests/Embedding/guide.expected - &&
        swift test --package-path Tests/Embedding --scratch-path "$build/embedding" --quiet
    status=$?
    rm -rf "$work"
    return $status
}

tools_release() {
    almanac_build_tools && swift build -c release --package-path Benchmarks --quiet
}

# The tables of the pages are those of the result files, and the commits that they name exist.
published_figures() {
    swift build --package-path Benchmarks --product BenchmarksPackageTests --quiet &&
        swift test --package-path Benchmarks --skip-build --quiet &&
        Benchmarks/.build/release/bench report --check
}

links_no_database() {
    local libraries
    libraries=$(ldd "$(almanac_binary)") || return
    grep -q liblz4 <<<"$libraries" || { echo "liblz4 is not linked"; return 1; }
    ! grep -i sqlite <<<"$libraries"
}

# An operator's and a building engineer's first ten minutes.
operator_trial() { python3 Tests/Operator/operator_trial.py --almanac "$(almanac_binary)"; }

# The tool asks devices of another stack.
field_trial() {
    offline python3 Tests/Interop/field_trial.py --almanac "$(almanac_binary)" \
        --python "$build/bacnet-python/bin/python"
}

# The tool collects from devices of another stack, is cut off from them, and is killed meanwhile.
collect_trial() {
    offline python3 Tests/Interop/collect_trial.py --almanac "$(almanac_binary)" \
        --python "$build/bacnet-python/bin/python" "$@"
}

# Another stack's client asks the building that the tool simulates.
peer_trial() {
    offline "$build/bacnet-python/bin/python" Tests/Interop/peer_trial.py --almanac "$(almanac_binary)"
}

accept() {
    local what=$1
    shift
    python3 ../shared/accept/accept.py "$what" --almanac "$(almanac_binary)" "$@"
}

acceptance() {
    accept roundtrip && accept buckets && accept badinput &&
        accept damage --flips 150 --seed 1 && accept kill --kills 20 && accept live
}

acceptance_long() {
    local seed
    for seed in 1 2 3; do
        accept roundtrip --seed $seed && accept buckets --seed $seed &&
            accept badinput --seed $seed && accept damage --flips 2000 --seed $seed || return
    done
}

# Killed while it appends, at random moments; and read while it is written.
kill_trial() { python3 Tests/KillTrials/kill_trial.py --almanac "$(almanac_binary)" "$@"; }

# A limit on file sizes, and a folder of somebody else.
limits_trial() { python3 Tests/KillTrials/limits_trial.py --almanac "$(almanac_binary)"; }

# Every so many of the calls of a process that appends, answered with an error of the system.
fault_trial() { python3 Tests/KillTrials/fault_trial.py --almanac "$(almanac_binary)" "$@"; }

# The system calls of a store that is written, compared with the operations of the simulated disk.
order_trial() { python3 Tests/KillTrials/order_trial.py --almanac "$(almanac_binary)"; }

# What a power cut leaves on a real file system, in memory if there is room.
power_cuts() {
    local folder=${TMPDIR:-/tmp}
    [ -w /dev/shm ] && folder=/dev/shm
    TMPDIR=$folder python3 Tests/PowerCuts/powercut.py --almanac "$(almanac_binary)" "$@"
}

kill_trial_long() {
    local seed
    fault_trial && kill_trial --kills 1000 --opens 10000 || return
    for seed in 1 2 3; do
        accept kill --kills 200 --seed $seed && accept live --seed $seed || return
    done
}

# A million crash states, ten million operations, every fault of ten traces.
trials_long() {
    ALMANAC_CRASH_TRACES=310 ALMANAC_MODEL_OPERATIONS=10000000 ALMANAC_FAULT_TRACES=10 \
        swift test -c release -Xswiftc -enable-testing --scratch-path "$build/trials" \
        --filter 'CrashStateTests|OperationModelTests|FaultTests'
}

# Every bit pattern of a REAL, and a hundred times as many changed files and texts.
patterns_long() {
    ALMANAC_LONG_FORMS=1 swift test -c release -Xswiftc -enable-testing \
        --scratch-path "$build/trials" \
        --filter 'ShortestRealTests|HostileFileTests|QueryTextTests' &&
        ALMANAC_LONG_FORMS=1 swift test --package-path tools --filter TextFuzzTests
}

python_reader() { python3 Tests/FormatReader/test_reader.py --almanac "$(almanac_binary)"; }

stage "format of the sources" formatting
# What flips every byte and crashes at every operation needs the optimiser.
trials() {
    swift test -c release -Xswiftc -enable-testing --scratch-path "$build/trials" --quiet \
        --filter 'StoreTrialTests|SimulatedDay'
}

stage "root, debug" swift test --quiet --skip StoreTrialTests
stage "trials of the store, release" trials
# What the sanitizer prints is looked at too, whatever the exit code says of it.
sanitized() {
    swift test --quiet --sanitize=thread -Xswiftc -DALMANAC_THREAD_SANITIZER \
        --scratch-path "$build/tsan" \
        --filter 'SharedReading|SharedAppending|SharedCaching|SharedManager' 2>&1 |
        tee "$build/tsan.log"
    [ "${PIPESTATUS[0]}" -eq 0 ] && ! grep -q 'WARNING: ThreadSanitizer' "$build/tsan.log"
}

# The root once more with the client's sockets, in a build of its own: the trait changes every
# target's flags.
collector() {
    swift test --quiet --traits Collector --scratch-path "$build/collector" \
        --skip 'StoreTrialTests|InteropTests|SimulatedDay'
}

# Runs a command where there is no network but loopback, if the system lets us: nothing that it sends
# can leave the machine. It may mount file systems of its own there.
offline() {
    if unshare -rnm ip link set lo up 2>/dev/null; then
        unshare -rnm sh -c 'ip link set lo up && exec "$@"' offline "$@"
    else
        echo "without a network namespace: this system grants none"
        "$@"
    fi
}

interop() {
    ALMANAC_BACNET_PYTHON=$build/bacnet-python/bin/python \
        ALMANAC_INTEROP_POINTS=$([ -n "$long" ] && echo 98 || echo 20) \
        offline swift test --quiet --skip-build --traits Collector \
        --scratch-path "$build/collector" --filter InteropTests
}

# Another BACnet stack, for Python, in an environment of its own inside the build folder.
bacnet_python() {
    local python=$build/bacnet-python/bin/python
    "$python" -c 'import bacpypes3' 2>/dev/null && return
    rm -rf "$build/bacnet-python"
    python3 -m venv "$build/bacnet-python" &&
        "$python" -m pip install --quiet -r Tests/Interop/requirements.txt
}

stage "engine under the thread sanitizer" sanitized
stage "root with the trait Collector" collector
if bacnet_python; then
    stage "interop with BACnet devices of another stack" interop
else
    skip "interop with BACnet devices of another stack" "no bacpypes3 to be had"
fi
stage "a service that embeds the library" embedding
stage "the embedding guide" embedding_guide
stage "documentation" tools/docs.sh
stage "tools, debug" swift test --quiet --package-path tools
stage "tools and benchmarks, release" tools_release
stage "links liblz4, no SQLite" links_no_database
stage "published figures" published_figures
stage "reader from the format pages alone" python_reader
stage "an operator's and an engineer's first ten minutes" operator_trial
if [ -x "$build/bacnet-python/bin/python" ]; then
    stage "devices of another stack are found and probed" field_trial
    stage "another stack reads the simulated building" peer_trial
    if [ -n "$long" ]; then
        stage "collects from devices of another stack" collect_trial --devices 24 --points 98 --kills 50
    else
        stage "collects from devices of another stack" collect_trial
    fi
else
    skip "devices of another stack are found and probed" "no bacpypes3 to be had"
    skip "another stack reads the simulated building" "no bacpypes3 to be had"
    skip "collects from devices of another stack" "no bacpypes3 to be had"
fi
stage "killed while it appends, read while it is written" kill_trial --kills 50 --opens 500
if strace -qq true 2>/dev/null; then
    stage "its system calls fail" fault_trial --runs 150
    stage "its system calls are those of the simulated disk" order_trial
else
    skip "its system calls fail" "strace may not trace here"
    skip "its system calls are those of the simulated disk" "strace may not trace here"
fi
stage_or_skip "power cuts on real file systems" power_cuts --short
[ -n "$long" ] && stage_or_skip "power cuts, long" power_cuts --images 540 --kinds log,segment,record,manifest,folder
stage "a full disk and a forbidden folder" limits_trial
if [ -n "$long" ]; then
    stage "the service over sockets" service_trial --kills 50 --connections 10000
else
    stage "the service over sockets" service_trial
fi
stage_or_skip "the Debian package" package_trial
if conformance_python; then
    stage "the service against its own description" api_conformance --seconds "$([ -n "$long" ] && echo 600 || echo 15)"
else
    skip "the service against its own description" "no schemathesis to be had"
fi
[ -n "$long" ] && stage "memory and descriptors of the service, ten minutes" memory_trial --minutes 10
# An hour of 1,000 devices on virtual time: answers, history and memory are checked, times printed.
stage "a site of 100,000 points" Benchmarks/.build/release/bench site
if [ -n "$long" ]; then
    stage "trials of the store, long" trials_long
    stage "bit patterns, hostile files and texts, long" patterns_long
fi
stage "nested packages from a clone called x" clone_called_x
if [ -d ../shared/accept ]; then
    stage "acceptance from outside" acceptance
    stage "acceptance of the service from outside" service_acceptance
    if [ -n "$long" ]; then
        stage "acceptance, long" acceptance_long
        stage "kills, long" kill_trial_long
    fi
else
    skip "acceptance from outside" "no ../shared/accept"
fi

echo
echo "=== times"
printf '%s\n' "${times[@]}"
echo
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]

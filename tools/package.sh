#!/usr/bin/env bash
# Makes the Debian package of the service and the tool: OUTPUT/almanac_VERSION_ARCH.deb.
#   tools/package.sh [--binaries DIR] [--output DIR] [--trial]
#   --binaries DIR   takes the programs almanac and almanacd from DIR and builds nothing
#   --output DIR     default .build/package
#   --trial          for tests: accepts programs of a debug build, which need the Swift runtime of this
#                    machine; the version ends in ~trial and the contents are hardly compressed
# DEBFULLNAME and DEBEMAIL name the maintainer.
# The same programs and commit give the same bytes. SOURCE_DATE_EPOCH, by default the time of the last
# commit, is the time of every file.
set -uo pipefail
cd "$(dirname "$0")/.."
# The modes of the files are the same for every user.
umask 022

fail() {
    echo "package.sh: $*" >&2
    exit 1
}

binaries=
output=$PWD/.build/package
trial=
while [ $# -gt 0 ]; do
    case "$1" in
        --binaries) binaries=$(cd "${2:?a folder}" && pwd) || exit; shift 2 ;;
        --output) mkdir -p "${2:?a folder}" && output=$(cd "$2" && pwd) || exit; shift 2 ;;
        --trial) trial=1; shift ;;
        *) echo "package.sh: unknown option $1; known are --binaries, --output, --trial" >&2; exit 64 ;;
    esac
done

source tools/setup.sh
almanac_need dpkg-deb dpkg
almanac_need dpkg-shlibdeps dpkg-dev
almanac_need strip binutils
almanac_need chrpath chrpath
almanac_need python3 python3
almanac_need gzip gzip
almanac_install

if [ -z "$binaries" ]; then
    almanac_build_tools almanac && almanac_build_tools almanacd || fail "the programs do not build"
    binaries=$(dirname "$(almanac_binary)")
fi
for program in almanac almanacd; do
    [ -x "$binaries/$program" ] || fail "$binaries/$program: no such program"
done

if [ -z "${SOURCE_DATE_EPOCH:-}" ]; then
    SOURCE_DATE_EPOCH=$(git log -1 --format=%ct) ||
        fail "no git history: set SOURCE_DATE_EPOCH to the seconds of the release"
fi
export SOURCE_DATE_EPOCH TZ=UTC LC_ALL=C.UTF-8
# With several threads xz divides its input in another way than with one.
export DPKG_DEB_THREADS_MAX=1

# almanac 0.1.0-unreleased, store format 1 -> 0.1.0~20261201133356.fed17e3
said=$("$binaries/almanac" --version) || fail "almanac --version fails"
upstream=$(sed -n 's/^almanac \([^ ,]*\).*/\1/p' <<<"$said")
[ -n "$upstream" ] || fail "no version in \"$said\""
case "$upstream" in
    *-unreleased)
        version=${upstream%-unreleased}~$(date -d "@$SOURCE_DATE_EPOCH" +%Y%m%d%H%M%S)
        commit=$(git rev-parse --short=7 HEAD 2>/dev/null) && version+=.$commit
        ;;
    *-*) fail "$upstream: expected a version as 1.2.3 or 1.2.3-unreleased" ;;
    *) version=$upstream ;;
esac
version+=-1
[ -z "$trial" ] || version+=~trial
architecture=$(dpkg --print-architecture) || exit
day=$(date -d "@$SOURCE_DATE_EPOCH" +%Y-%m-%d)

work=$(mktemp -d) || exit
trap 'rm -rf "$work"' EXIT
root=$work/root
parts=tools/package

# file MODE SOURCE TARGET: puts a file into the package.
file() {
    install -D -m "$1" "$2" "$root/$3" || fail "$3: cannot be made"
}

# packed TARGET: standard input as a gzip file without name and time.
packed() {
    mkdir -p "$root/$(dirname "$1")" && gzip -9n >"$root/$1" || fail "$1: cannot be made"
}

for program in almanac almanacd; do
    file 0755 "$binaries/$program" "usr/bin/$program"
    strip --strip-unneeded --remove-section=.comment "$root/usr/bin/$program" || fail "strip fails"
    [ -z "$trial" ] || continue
    # Libraries come from the system's folders alone, not from those of a toolchain or /usr/bin.
    chrpath --delete "$root/usr/bin/$program" >/dev/null || fail "chrpath fails"
    needs=$(ldd "$root/usr/bin/$program") || fail "ldd fails for $program"
    case "$needs" in
        *"not found"*)
            grep "not found" <<<"$needs" >&2
            fail "$program needs libraries of the toolchain: build it with --static-swift-stdlib"
            ;;
    esac
done

file 0644 $parts/almanacd.service usr/lib/systemd/system/almanacd.service
file 0644 $parts/almanac.yaml etc/almanac/almanac.yaml
install -d -m 0700 "$root/etc/almanac/secrets"

# manual PROGRAM SECTION [OPTION...]: its pages, from its own help.
manual() {
    local program=$1 section=$2 page
    shift 2
    "$binaries/$program" --experimental-dump-help >"$work/help.json" || fail "$program has no help"
    python3 $parts/manual.py --program "$program" --section "$section" --version "$upstream" \
        --date "$day" --output "$work/manual" "$@" <"$work/help.json" || fail "no manual of $program"
    for page in "$work/manual"/*."$section"; do
        packed "usr/share/man/man$section/$(basename "$page").gz" <"$page"
    done
}
manual almanac 1
manual almanacd 8 --single --settings $parts/almanac.yaml

for program in almanac almanacd; do
    for shell in bash zsh fish; do
        "$binaries/$program" --generate-completion-script $shell >"$work/$program.$shell" ||
            fail "$program has no completion for $shell"
    done
    # The shell reads it into itself and never runs it.
    sed -i '1{/^#!/d}' "$work/$program.bash" || exit
    file 0644 "$work/$program.bash" "usr/share/bash-completion/completions/$program"
    file 0644 "$work/$program.zsh" "usr/share/zsh/vendor-completions/_$program"
    file 0644 "$work/$program.fish" "usr/share/fish/vendor_completions.d/$program.fish"
done

documents=usr/share/doc/almanac
file 0644 $parts/copyright $documents/copyright
file 0644 README.md $documents/README.md
while IFS= read -r page; do
    case "$page" in
        docs/CHANGELOG.md) packed $documents/changelog.gz <"$page" ;;
        *) file 0644 "$page" "$documents/${page#docs/}" ;;
    esac
done < <(find docs -type f -name '*.md' | sort)
maintainer="${DEBFULLNAME:-Almanac maintainers} <${DEBEMAIL:-almanac@example.org}>"
packed $documents/changelog.Debian.gz <<EOF
almanac ($version) unstable; urgency=medium

  * Package of Almanac $upstream. What has changed is in changelog.gz.

 -- $maintainer  $(date -d "@$SOURCE_DATE_EPOCH" -R)
EOF

# What the programs need, with the least versions that have the symbols they use.
mkdir -p "$work/source/debian" && cat >"$work/source/debian/control" <<EOF
Source: almanac

Package: almanac
Architecture: any
EOF
needs=(dpkg-shlibdeps -O --warnings=0)
[ -z "$trial" ] || needs+=(--ignore-missing-info)
said=$(cd "$work/source" && "${needs[@]}" -e"$root/usr/bin/almanac" -e"$root/usr/bin/almanacd" 2>"$work/problems") || {
    cat "$work/problems" >&2
    fail "a library of the programs is in no Debian package"
}
depends=$(sed -n 's/^shlibs:Depends=//p' <<<"$said")
[ -n "$depends" ] || fail "dpkg-shlibdeps found no library"

mkdir -p "$root/DEBIAN"
for script in postinst prerm postrm; do
    file 0755 "$parts/$script" "DEBIAN/$script"
done
echo /etc/almanac/almanac.yaml >"$root/DEBIAN/conffiles"
# Kibibytes of the files, and one of each folder, whatever the file system of this machine takes.
size=$(find "$root" -path "$root/DEBIAN" -prune -o -type f -printf '%s\n' -o -printf '0\n' |
    awk '{ sum += $1 == 0 ? 1 : int(($1 + 1023) / 1024) } END { print sum }')
cat >"$root/DEBIAN/control" <<EOF
Package: almanac
Version: $version
Architecture: $architecture
Maintainer: $maintainer
Installed-Size: $size
Depends: $depends, tzdata
Recommends: systemd (>= 250)
Section: database
Priority: optional
Description: history of buildings: store, BACnet collector, service and tool
 Almanac keeps the history of buildings in a file-based store of time series.
 .
 The service almanacd collects from BACnet/IP devices into a store, serves it
 over HTTP, and makes its backups. The tool almanac looks into a store, also
 beside the service, imports and exports, checks, backs up and restores.
 .
 The service is installed, but neither enabled nor started.
EOF
(cd "$root" && find usr etc -type f -print0 | sort -z | xargs -0 md5sum) |
    grep -v ' etc/almanac/almanac.yaml$' >"$root/DEBIAN/md5sums"

chmod -R go-w "$root" && chmod 0644 "$root"/DEBIAN/{control,conffiles,md5sums} || exit
find "$root" -type d ! -path "$root/etc/almanac/secrets" -exec chmod 0755 {} + || exit
find "$root" -exec touch --no-dereference -d "@$SOURCE_DATE_EPOCH" {} + || exit
compression=(-Zxz -z6)
[ -z "$trial" ] || compression=(-Zgzip -z1)
mkdir -p "$output" || exit
package=$output/almanac_${version}_$architecture.deb
dpkg-deb --root-owner-group "${compression[@]}" --build "$root" "$package" >/dev/null || exit
echo "$package"

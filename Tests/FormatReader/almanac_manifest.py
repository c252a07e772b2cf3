"""The manifest of an Almanac store, from docs/format/manifest.md."""

import json
import re
from typing import NamedTuple, Optional

from almanac_bytes import Damage, Unsupported, shown
from xxh64 import h64

NONE = 0xFFFFFFFF
EXACT_MAX = (1 << 53) - 1
MANIFEST_MAX = 16 << 20
NAMES = {
    "segment": re.compile(r"seg/(?P<year>\d{4})-(?P<id>[0-9a-f]{8})\.seg", re.ASCII),
    "catalog": re.compile(r"rec/catalog-(?P<id>[0-9a-f]{8})\.rec"),
    "journal": re.compile(r"rec/journal-(?P<year>\d{4})-(?P<id>[0-9a-f]{8})\.rec", re.ASCII),
}
ROLES = {"segment": ("flushed", "merged"), "catalog": ("catalog",), "journal": ("journal",)}


class Row(NamedTuple):
    """One file of the manifest."""

    name: str
    kind: str
    role: str
    id: int
    salt: int
    year: int
    byte_count: int
    hash: Optional[int]
    first_lsn: int
    last_lsn: int
    sample_count: int
    first_time: Optional[int]
    last_time: Optional[int]


class Manifest(NamedTuple):
    store_id: int
    generation: int
    next_series_id: int
    next_lsn: int
    flushed_lsn: int
    first_log_id: int
    floor: Optional[int]
    sample_counts: dict
    rows: list


class ManifestParser:
    """Reads one copy of the manifest; every rule that does not hold is Damage."""

    def __init__(self, data, file):
        self.data, self.file = data, file

    def damage(self, what, found=None, expected=None):
        return Damage(self.file, 0, what, found, expected)

    def require(self, condition, what, found=None, expected=None):
        if not condition:
            raise self.damage(what, found, expected)

    def parse(self):
        root = self.json(self.sealed_text())
        form = self.integer(root, "format", 1)
        if form > 1:
            raise Unsupported(self.file, 0, "format of the store", form, 1)
        next_file = self.integer(root, "next_file_id", 0, NONE)
        next_lsn = self.integer(root, "next_lsn", 0)
        rows = [self.row(r, next_file, next_lsn) for r in self.typed(root, "files", list)]
        self.check_names(rows, self.typed(root, "dropped", list))
        return Manifest(
            self.hexadecimal(root, "store_id"), self.integer(root, "generation", 0),
            self.integer(root, "next_series_id", 0), next_lsn,
            self.integer(root, "flushed_lsn", 0, next_lsn - 1),
            self.integer(root, "first_log_id", 0, next_file) if "first_log_id" in root else 0,
            self.integer(root, "floor", -EXACT_MAX) if "floor" in root else None,
            self.sample_counts(root), rows)

    def sealed_text(self):
        """The bytes before the last line, after that line's H64 was found right."""
        data = self.data
        self.require(len(data) <= MANIFEST_MAX, "size of a manifest", len(data), MANIFEST_MAX)
        seal = re.fullmatch(rb"h64=([0-9a-f]{16})\n", data[-21:])
        self.require(seal, "last line", data[-21:], "h64= and 16 hexadecimal digits")
        h, expected = shown(h64(data[:-21])), seal[1].decode()
        self.require(h == expected, "H64 of the manifest", h, expected)
        self.require(data.startswith(b'{"format": '), "beginning", data[:11], b'{"format": ')
        self.require(data[-22:-21] == b"\n", "end of the JSON", data[-22:-21], b"\n")
        return data[:-21]

    def json(self, text):
        def once(pairs):
            out = dict(pairs)
            self.require(len(out) == len(pairs), "keys of an object", "one key twice", "each once")
            return out

        def refused(word):
            raise ValueError(word + " is no JSON")

        try:
            root = json.loads(text.decode("utf-8"), object_pairs_hook=once, parse_constant=refused)
        except (ValueError, RecursionError) as error:
            raise self.damage(f"JSON: {error}") from error
        self.require(isinstance(root, dict), "JSON", type(root).__name__, "an object")
        self.check_depth(root, 1)
        return root

    def check_depth(self, value, depth):
        self.require(depth <= 16, "depth of the JSON", depth, "at most 16")
        if isinstance(value, (dict, list)):
            for inner in value.values() if isinstance(value, dict) else value:
                self.check_depth(inner, depth + 1)

    def typed(self, where, key, kind):
        value = where.get(key)
        self.require(type(value) is kind, f"key {key}", value, kind.__name__)
        return value

    def integer(self, where, key, low, high=EXACT_MAX):
        value = self.typed(where, key, int)
        self.require(low <= value <= high, f"key {key}", value, f"{low} ... {high}")
        return value

    def hexadecimal(self, where, key):
        value = self.typed(where, key, str)
        self.require(re.fullmatch("[0-9a-f]{16}", value), f"key {key}", value, "16 hexadecimal digits")
        return int(value, 16)

    def sample_counts(self, root):
        counts = self.typed(root, "sample_counts", dict)
        for year in counts:
            self.require(re.fullmatch(r"[0-9]{4}", year), "key of sample_counts", year, "a year")
        return {int(year): self.integer(counts, year, 0) for year in counts}

    def row(self, r, next_file, next_lsn):
        self.require(type(r) is dict, "row of files", r, "an object")
        name, kind, role = (self.typed(r, key, str) for key in ("name", "kind", "role"))
        if kind not in ROLES or role not in sum(ROLES.values(), ()):
            raise Unsupported(self.file, 0, f"kind and role of {name}", f"{kind}, {role}", "known ones")
        self.require(role in ROLES[kind], f"role of {name}", role, ROLES[kind])
        fits = NAMES[kind].fullmatch(name)
        self.require(fits, "name", name, NAMES[kind].pattern)
        parts, is_segment = fits.groupdict(), kind == "segment"
        file_id = self.integer(r, "id", 1, next_file - 1)
        self.require(file_id == int(parts["id"], 16), f"id of {name}", file_id, int(parts["id"], 16))
        year = int(parts.get("year", 0))
        if kind != "catalog":
            self.require(self.integer(r, "year", 1900, 2200) == year, f"year of {name}", r["year"], year)
        last_lsn = self.integer(r, "last_lsn", 0, next_lsn - 1)
        last_time = self.integer(r, "last_time", -EXACT_MAX) if is_segment else None
        return Row(
            name, kind, role, file_id, self.hexadecimal(r, "salt"), year,
            self.integer(r, "byte_count", 64, 1 << 40 if is_segment else EXACT_MAX),
            self.hexadecimal(r, "hash") if is_segment else None,
            self.integer(r, "first_lsn", 0, last_lsn), last_lsn, self.integer(r, "sample_count", 0),
            self.integer(r, "first_time", -EXACT_MAX, last_time) if is_segment else None, last_time)

    def check_names(self, rows, dropped):
        for what, listed in (("id", [r.id for r in rows]), ("name", [r.name for r in rows])):
            self.require(len(set(listed)) == len(listed), f"{what}s of the rows", "one twice", "each once")
        for name in dropped:
            self.require(type(name) is str, "dropped", name, "a text")
            self.require(name not in {r.name for r in rows}, "dropped", name, "a name that is not listed")


def chosen_manifest(copies, report):
    """The valid copy of the higher generation; copies are (name, bytes or None)."""
    valid = []
    for name, data in copies:
        try:
            if data is None:
                raise Damage(name, 0, "missing file")
            valid.append((name, ManifestParser(data, name).parse()))
        except Damage as damage:
            report(damage)
    if not valid:
        raise Damage("MANIFEST", 0, "copies of the manifest", "none valid", "at least one")
    store_ids = {shown(m.store_id) for _, m in valid}
    if len(store_ids) > 1:
        raise Damage("MANIFEST.2", 0, "store ids of the two copies", *sorted(store_ids))
    return max((m for _, m in valid), key=lambda m: m.generation)

"""The files of an Almanac store: manifest, file header, record files, segments.

Written from docs/format/manifest.md, file-header.md, record-file.md and segment.md alone.
Everything here works on bytes that were read before; nothing here opens a file.
"""

import json
import re
import struct
from datetime import datetime, timezone
from typing import NamedTuple, Optional

from almanac_codecs import ByteReader, Damage, Problem, Unsupported, read_chunk, shown
from xxh64 import h64

NONE = 0xFFFFFFFF


class Foreign(Problem):
    """A file that is not the one the manifest means."""

    word = "foreign"


# Manifest

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


# File header

MAGIC = b"\x89ALM\r\n\x1a\n"
KINDS = {"log": 1, "segment": 2, "catalog": 3, "journal": 4}
HEADER = struct.Struct("<8sHHHHQQQIIQQ")


class Header(NamedTuple):
    magic: bytes
    kind: int
    major: int
    minor: int
    length: int
    id: int
    salt: int
    store_id: int
    year: int
    flags: int
    first_lsn: int
    seal: int


def read_header(data, file, at=0):
    """The 64 bytes at `at`, checked as far as they can be without the manifest."""
    if len(data) < at + 64:
        raise Damage(file, at, "file header", f"{max(len(data) - at, 0)} bytes", "64 bytes")
    raw = data[at : at + 64]
    header = Header(*HEADER.unpack(raw))
    if header.magic != MAGIC:
        kind = Damage if h64(MAGIC + raw[8:56]) == header.seal else Foreign
        raise kind(file, at, "magic of the file", header.magic.hex(), MAGIC.hex())
    h = h64(raw[:56])
    if h != header.seal:
        raise Damage(file, at + 56, "H64 of the file header", shown(h), shown(header.seal))
    if header.major != 1 or header.flags >> 16 or header.kind not in KINDS.values():
        found = f"version {header.major}, flags {header.flags:x}, kind {header.kind}"
        raise Unsupported(file, at + 8, "file header", found, "version 1, flags 0, kind 1 ... 4")
    if not 64 <= header.length <= 4096 or header.length % 8:
        raise Damage(file, at + 14, "header length", header.length, "64 ... 4096, divisible by 8")
    return header


def content_offset(data, row, store_id, report):
    """Where the content of a listed file begins. A damaged header is reported and costs nothing."""
    try:
        header = read_header(data, row.name)
    except Damage as damage:
        report(damage)
        return 64
    if header.store_id != store_id:
        raise Foreign(row.name, 32, "store id", shown(header.store_id), shown(store_id))
    found = (header.kind, header.id, header.salt, header.year)
    expected = (KINDS[row.kind], row.id, row.salt, row.year)
    if found != expected:
        raise Foreign(row.name, 8, "kind, file id, fileSalt, year", found, expected)
    return header.length


# Record files

PAYLOAD_MAX = 64 << 20
RECORD_TYPES = {1: "samples", 2: "catalog", 3: "tombstone", 4: "journal", 5: "hole"}


class RecordFrame(NamedTuple):
    offset: int
    type: int
    distance: int
    lsn: int
    payload: bytes
    next: int


def read_frame(data, p, end, salt, file):
    """The record frame at p, or None where the payload length is 0. Raises Damage."""
    if p + 24 > end:
        raise Damage(file, p, "head of a record frame", f"{end - p} bytes", "24 bytes")
    length, kind, flags, distance, lsn, seal = struct.unpack_from("<IBBHQQ", data, p)
    if length == 0:
        return None
    next_frame = (p + 24 + length + 7) & ~7
    if length > PAYLOAD_MAX or next_frame > end:
        raise Damage(file, p, "payload length", length, f"at most {min(PAYLOAD_MAX, end - p - 24)}")
    payload = data[p + 24 : p + 24 + length]
    h = h64(data[p : p + 16] + payload, salt + p)
    if h != seal:
        raise Damage(file, p + 16, "H64 of a record frame", shown(h), shown(seal))
    if flags:
        raise Unsupported(file, p + 5, "flags of a record frame", flags, 0)
    if kind not in RECORD_TYPES and kind < 128:
        raise Unsupported(file, p + 4, "record type", kind, "1 ... 5, or from 128")
    return RecordFrame(p, kind, distance, lsn, payload, next_frame)


class RecordFile(NamedTuple):
    """The committed bytes of a catalog or journal, as far as they are there."""

    row: Row
    data: bytes
    begin: int

    @property
    def end(self):
        return self.row.byte_count

    def frame(self, distance):
        """The frame so many bytes behind the header; inside the committed size it must be there."""
        p, end = self.begin + distance, min(self.end, len(self.data))
        frame = read_frame(self.data, p, end, self.row.salt, self.row.name)
        if frame is None:
            raise Damage(self.row.name, p, "payload length", 0, "above 0")
        return frame


def merged_frames(files, report):
    """The frames of catalogs with the same records: a bad one is taken from another file.

    Gives pairs (file, frame). With one file this just reads its frames.
    """
    distance = 0
    while any(f.begin + distance < f.end for f in files):
        good = []
        for f in files:
            try:
                good.append((f, f.frame(distance)))
            except Damage as damage:
                report(damage)
        if not good:
            raise Damage(files[0].row.name, files[0].begin + distance, "record frame, bad in every copy")
        file, frame = good[0]
        for other, twin in good[1:]:
            if (twin.type, twin.lsn, twin.payload) != (frame.type, frame.lsn, frame.payload):
                raise Damage(other.row.name, twin.offset, "record frame", "another", f"that of {file.row.name}")
        yield file, frame
        distance = frame.next - file.begin


class Key(NamedTuple):
    device: int
    type: int
    number: int

    def __str__(self):
        return f"{self.device}:{self.type}:{self.number}"


class PointVersion(NamedTuple):
    name: str
    unit: str
    data_type: int


class Catalog:
    """Who is who: series ids to keys, names of devices and points."""

    def __init__(self):
        self.keys, self.series, self.devices, self.points = {}, {}, {}, {}

    def apply(self, payload, file, offset):
        """One payload of type 2."""
        r = ByteReader(payload, file, offset)
        while r.p < len(payload):
            kind, length = r.u8(), r.varint()
            place = r.place
            body = ByteReader(r.take(length), file, place)
            if kind in (1, 2, 3):
                (self.apply_series, self.apply_device, self.apply_point)[kind - 1](body)
            elif kind < 128:
                raise Unsupported(file, place, "kind of a catalog record", kind, "1 ... 3, or from 128")

    def apply_series(self, r):
        series, key = r.u32(), self.key(r)
        r.require(0 < series < NONE, "series id", series, f"1 ... {NONE - 1}")
        known = self.keys.setdefault(series, key), self.series.setdefault(key, series)
        r.require(known == (key, series), "series", f"{series} is {key}", f"{known[1]} is {known[0]}")

    def apply_device(self, r):
        device = r.u32()
        self.devices[device] = self.text(r, 1024)

    def apply_point(self, r):
        key, name, unit, data_type = self.key(r), self.text(r, 1024), self.text(r, 256), r.u8()
        if data_type not in (1, 2, 3):
            raise Unsupported(r.file, r.place - 1, "data type", data_type, "1 ... 3")
        self.points.setdefault(key, {})[r.i64()] = PointVersion(name, unit, data_type)

    @staticmethod
    def key(r):
        key = Key(r.u32(), r.u16(), r.u32())
        r.require(key.number > 0, "number of a key", 0, "above 0")
        return key

    @staticmethod
    def text(r, most):
        raw = r.take(r.bounded("length of a text", 0, most))
        try:
            return raw.decode("utf-8")
        except UnicodeDecodeError as error:
            raise r.damage("text", raw, "UTF-8") from error

    def point(self, key):
        """The newest version of a point, or None."""
        versions = self.points.get(key)
        return versions[max(versions)] if versions else None

    def name(self, key):
        """`<device name>/<point name>`; what has no name shows its numbers."""
        point, device = self.point(key), self.devices.get(key.device)
        if point is None or device is None:
            return str(key)
        return f"{device}/{point.name}"


# Segments

PAGE = 4096
ENTRIES_A_PAGE = 56
NUMBERS_A_PAGE = 1008
FOOTER = struct.Struct("<8sQQQIIIIQQQqqQQB15sQ")
ENTRY = struct.Struct("<qqdddQQQHHHH")


class Footer(NamedTuple):
    magic: bytes
    entries: int
    directory: int
    root: int
    entry_pages: int
    directory_pages: int
    root_pages: int
    chunks: int
    samples: int
    first_lsn: int
    last_lsn: int
    first_time: int
    last_time: int
    id: int
    salt: int
    role: int
    zeros: bytes
    seal: int


class Page(NamedTuple):
    offset: int
    number: int
    first_series: int
    count: int
    end: int
    zeros: bytes
    contents: bytes


class Entry(NamedTuple):
    first_time: int
    last_time: int
    min: float
    max: float
    sum: float
    first: int
    last: int
    place: int
    usable: int
    bad: int
    qualities: int
    flags: int

    @property
    def offset(self):
        return self.place & ((1 << 40) - 1)

    @property
    def byte_count(self):
        return (self.place >> 40) * 8


def year_bounds(year):
    """First millisecond of a year of UTC and of the next one."""
    epoch = datetime(1970, 1, 1, tzinfo=timezone.utc)
    return tuple((datetime(y, 1, 1, tzinfo=timezone.utc) - epoch).days * 86_400_000 for y in (year, year + 1))


class Segment:
    """One opened segment. `report` takes damage that costs no samples."""

    def __init__(self, data, row, store_id, report):
        self.data, self.row, self.file, self.report = data, row, row.name, report
        self.require(len(data) == row.byte_count, 0, "size of the file", len(data), row.byte_count)
        self.begin = content_offset(data, row, store_id, report)
        self.footer = self.read_footer()
        self.pages = {}

    def require(self, condition, offset, what, found=None, expected=None):
        if not condition:
            raise Damage(self.file, offset, what, found, expected)

    def read_footer(self):
        at = len(self.data) - 128
        self.require(at >= self.begin, 0, "size of the file", len(self.data), "room for header and footer")
        f = Footer(*FOOTER.unpack_from(self.data, at))
        h = h64(self.data[at : at + 120])
        self.require(f.magic == b"ALMSEGFT", at, "magic of the footer", f.magic, b"ALMSEGFT")
        self.require(h == f.seal, at + 120, "H64 of the footer", shown(h), shown(f.seal))
        if (f.id, f.salt) != (self.row.id, self.row.salt):
            raise Foreign(self.file, at + 88, "file id and fileSalt", (f.id, f.salt), (self.row.id, self.row.salt))
        self.require(f.entries % PAGE == 0 and f.entries >= self.begin, at + 8,
                     "offset of the entry pages", f.entries, f"a multiple of {PAGE} behind the header")
        for what, begins, pages, ends in (("directory", f.entries, f.entry_pages, f.directory),
                                          ("root", f.directory, f.directory_pages, f.root),
                                          ("footer", f.root, f.root_pages, at)):
            self.require(begins + pages * PAGE == ends, at, f"offset of the {what}", ends, begins + pages * PAGE)
        expected = -(-f.chunks // ENTRIES_A_PAGE)
        self.require(f.entry_pages == expected, at + 32, "number of entry pages", f.entry_pages, expected)
        return f

    # The index

    def page(self, number):
        """A page of the index by its number, checked once."""
        if number not in self.pages:
            self.pages[number] = self.checked_page(number)
        return self.pages[number]

    def checked_page(self, number):
        at = self.footer.entries + number * PAGE
        raw = self.data[at : at + PAGE]
        h, seal = h64(raw[8:], self.row.salt + at), int.from_bytes(raw[:8], "little")
        self.require(h == seal, at, "H64 of an index page", shown(h), shown(seal))
        found, first, count, end = struct.unpack_from("<4I", raw, 8)
        self.require(found == number, at + 8, "page number", found, number)
        return Page(at, found, first, count, end, raw[24:64], raw[64:])

    def entry(self, n):
        page = self.page(n // ENTRIES_A_PAGE)
        i = n % ENTRIES_A_PAGE
        expected = min(ENTRIES_A_PAGE, self.footer.chunks - (n - i))
        self.require(page.count == expected, page.offset + 16, "count of entries", page.count, expected)
        entry = Entry(*ENTRY.unpack_from(page.contents, i * ENTRY.size))
        inside = self.begin <= entry.offset and entry.offset + entry.byte_count <= self.footer.entries
        self.require(inside and entry.offset % 8 == 0, page.offset + 64 + i * ENTRY.size + 56, "place of a chunk",
                     f"{entry.offset} + {entry.byte_count}", f"{self.begin} ... {self.footer.entries}")
        return entry

    def directory_page(self, r):
        """The directory page of range r of series ids, or None."""
        f = self.footer
        if r // NUMBERS_A_PAGE >= f.root_pages:
            return None
        root = self.page(f.entry_pages + f.directory_pages + r // NUMBERS_A_PAGE)
        self.require(root.count <= NUMBERS_A_PAGE, root.offset + 16, "count of a root page", root.count, NUMBERS_A_PAGE)
        if r % NUMBERS_A_PAGE >= root.count:
            return None
        (d,) = struct.unpack_from("<I", root.contents, 4 * (r % NUMBERS_A_PAGE))
        if d == NONE:
            return None
        self.require(d < f.directory_pages, root.offset, "number of a directory page", d, f"below {f.directory_pages}")
        page = self.page(f.entry_pages + d)
        expected = (r * NUMBERS_A_PAGE, NUMBERS_A_PAGE)
        self.require((page.first_series, page.count) == expected, page.offset + 12,
                     "first series and count of a directory page", (page.first_series, page.count), expected)
        return page

    def ordinals(self, series):
        """The range of index entries of a series."""
        page = self.directory_page(series // NUMBERS_A_PAGE)
        if page is None:
            return range(0)
        i = series % NUMBERS_A_PAGE
        begin, end = struct.unpack("<2I", (page.contents + struct.pack("<I", page.end))[4 * i : 4 * i + 8])
        self.require(begin <= end <= self.footer.chunks, page.offset + 64 + 4 * i, "ordinals of a series",
                     f"{begin} ..< {end}", f"up to {self.footer.chunks}")
        return range(begin, end)

    def entries_of(self, series):
        return [self.entry(n) for n in self.ordinals(series)]

    # Chunks

    def chunk(self, offset):
        return read_chunk(self.data, offset, self.footer.entries, self.row.salt, self.file)

    def chunk_of(self, entry, series):
        """The chunk of an index entry, checked to be the one that the entry means."""
        chunk = self.chunk(entry.offset)
        found = (chunk.series, chunk.count, chunk.first_time, chunk.byte_count)
        expected = (series, entry.usable + entry.bad, entry.first_time, entry.byte_count)
        self.require(found == expected, entry.offset, "series, count, first time, length of a chunk", found, expected)
        return chunk

    def chunks_of(self, series):
        """The chunks of one series by the index; by reading all of them where the index is bad."""
        try:
            entries = self.entries_of(series)
        except Damage as damage:
            self.report(damage)
            return [c for c in self.scan() if c.series == series]
        return [self.chunk_of(e, series) for e in entries]

    def scan(self, lost=None):
        """All chunks in file order, without the index.

        A stretch without a chunk that is not zero goes to `lost`, or is raised, unless all the
        chunks that the footer counts were found: then it was padding and is only reported.
        """
        p, found, samples, stretches, inside = self.begin, 0, 0, [], False
        while p < self.footer.entries:
            try:
                chunk = self.chunk(p)
            except Damage as damage:
                if not inside and any(self.data[p : p + 8]):
                    stretches.append(damage)
                    inside = True
                p += 8
                continue
            inside, found, samples = False, found + 1, samples + chunk.count
            end = p + 40 + len(chunk.body)
            p += chunk.byte_count
            if any(self.data[end:p]):
                self.report(Damage(self.file, end, "padding", self.data[end:p].hex(), "zeros"))
            yield chunk
        self.judge_stretches(stretches, found, samples, lost)

    def judge_stretches(self, stretches, found, samples, lost):
        whole = (found, samples) == (self.footer.chunks, self.footer.samples)
        damages = list(stretches)
        if not whole:
            damages.append(Damage(self.file, self.begin, "chunks and samples of the segment", (found, samples),
                                  (self.footer.chunks, self.footer.samples)))
        for damage in damages:
            if whole:
                self.report(damage)
            elif lost is None:
                raise damage
            else:
                lost(damage)

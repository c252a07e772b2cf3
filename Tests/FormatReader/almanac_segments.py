"""Segments of an Almanac store, from docs/format/segment.md."""

import struct
from datetime import datetime, timezone
from typing import NamedTuple

from almanac_bytes import Damage, Foreign, shown
from almanac_codecs import read_chunk
from almanac_manifest import NONE
from almanac_records import content_offset
from xxh64 import MASK, h64

PAGE = 4096
ENTRIES_A_PAGE = 50
NUMBERS_A_PAGE = 1008
FOOTER = struct.Struct("<8sQQQIIIIQQQqqQQB15sQ")
ENTRY = struct.Struct("<qqdddQQQHHHHQ")
ENTRY_SEALED = 72
FIRST_OF_SERIES, LAST_OF_SERIES = 4, 8


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
    seal: int

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
        self.pages = {}
        self.limit = len(data) - 128
        try:
            self.footer = self.read_footer()
            self.limit = self.footer.entries
        except Damage as damage:
            # Chunks are found by reading them all, and the manifest's row counts their samples.
            report(damage)
            self.footer = None

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

    def entry(self, n, series):
        page = self.page(n // ENTRIES_A_PAGE)
        i = n % ENTRIES_A_PAGE
        expected = min(ENTRIES_A_PAGE, self.footer.chunks - (n - i))
        self.require(page.count == expected, page.offset + 16, "count of entries", page.count, expected)
        raw = page.contents[i * ENTRY.size : (i + 1) * ENTRY.size]
        entry = Entry(*ENTRY.unpack(raw))
        h = h64(raw[:ENTRY_SEALED], (self.row.salt + (series << 32) + n) & MASK)
        self.require(h == entry.seal, page.offset + 64 + i * ENTRY.size + ENTRY_SEALED, "H64 of an index entry",
                     shown(h), shown(entry.seal))
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
        ordinals = self.ordinals(series)
        entries = [self.entry(n, series) for n in ordinals]
        for n, entry in zip(ordinals, entries):
            expected = (FIRST_OF_SERIES if n == ordinals[0] else 0) | (LAST_OF_SERIES if n == ordinals[-1] else 0)
            found = entry.flags & (FIRST_OF_SERIES | LAST_OF_SERIES)
            self.require(found == expected, entry.offset, f"first and last flag of entry {n}", found, expected)
        return entries

    # Chunks

    def chunk(self, offset):
        return read_chunk(self.data, offset, self.limit, self.row.salt, self.file)

    def chunk_of(self, entry, series):
        """The chunk of an index entry, checked to be the one that the entry means."""
        chunk = self.chunk(entry.offset)
        found = (chunk.series, chunk.count, chunk.first_time, chunk.byte_count)
        expected = (series, entry.usable + entry.bad, entry.first_time, entry.byte_count)
        self.require(found == expected, entry.offset, "series, count, first time, length of a chunk", found, expected)
        return chunk

    def chunks_of(self, series):
        """The chunks of one series by the index; by reading all of them where the index is bad."""
        if self.footer:
            try:
                return [self.chunk_of(e, series) for e in self.entries_of(series)]
            except Damage as damage:
                # Where a chunk is damaged and not the index, reading all of them fails as well.
                self.report(damage)
        return [c for c in self.scan() if c.series == series]

    def scan(self, lost=None):
        """All chunks in file order, without the index.

        A stretch without a chunk that is not zero goes to `lost`, or is raised, unless as many
        chunks and samples were found as there are: then it was padding and is only reported.
        """
        p, found, samples, stretches, inside = self.begin, 0, 0, [], False
        while p < self.limit:
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
        chunks = self.footer.chunks if self.footer else found
        whole = (found, samples) == (chunks, self.row.sample_count)
        if whole and not self.footer:
            return  # the stretches are index pages
        damages = list(stretches)
        if not whole:
            damages.append(Damage(self.file, self.begin, "chunks and samples of the segment",
                                  (found, samples), (chunks, self.row.sample_count)))
        for damage in damages:
            if whole:
                self.report(damage)
            elif lost is None:
                raise damage
            else:
                lost(damage)

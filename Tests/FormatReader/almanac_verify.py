"""Checks a whole store: every checksum, and every byte that the pages explain.

Where reading stops at the first damage that costs samples, this goes on and lists all it finds.
"""

import math
import struct

from almanac_bytes import Damage, Problem, shown
from almanac_manifest import NONE
from almanac_segments import ENTRIES_A_PAGE, ENTRY, NUMBERS_A_PAGE, PAGE
from xxh64 import h64

BAD = 2 | 16 | 128


def verified(path):
    """Counts and the list of problems of the store at path."""
    from almanac_reader import Store

    counts = {"chunks": 0, "samples": 0}
    try:
        store = Store(path)
    except Problem as problem:
        return counts, [problem]
    check = Verification(store, counts)
    check.manifest_copies()
    for kind in ("catalog", "journal"):
        for row in store.rows(kind):
            check.guarded(lambda: check.record_file(row))
    for segment in store.segments:
        check.guarded(lambda: check.segment(segment))
    check.guarded(check.visible_counts)
    return counts, unique(store.findings)


def unique(problems):
    return list({str(p): p for p in problems}.values())


def sort_key(double):
    """An order of floats in which -0 is below +0."""
    return double, math.copysign(1, double)


class Verification:
    def __init__(self, store, counts):
        self.store, self.counts, self.report = store, counts, store.report

    def guarded(self, check):
        try:
            check()
        except Problem as problem:
            self.report(problem)

    def equal(self, file, offset, what, found, expected):
        if found != expected:
            self.report(Damage(file, offset, what, found, expected))

    def zeros(self, file, data, begin, end, what):
        if any(data[begin:end]):
            self.report(Damage(file, begin, what, data[begin:end].hex()[:40], "zeros"))

    def manifest_copies(self):
        (_, a), (name, b) = self.store.copies
        if not self.store.findings and a != b:
            self.report(Damage(name, 0, "bytes of the second copy", "others", "those of MANIFEST"))

    # Record files

    def record_file(self, row):
        file = self.store.record_file(row)
        self.zeros(row.name, file.data, 64, file.begin, "bytes behind the header")
        lsns, distance = [], 0
        while file.begin + distance < file.end:
            frame = file.frame(distance)
            end = frame.offset + 24 + len(frame.payload)
            self.zeros(row.name, file.data, end, frame.next, "padding")
            lsns.append(frame.lsn)
            distance = frame.next - file.begin
        found = (min(lsns), max(lsns)) if lsns else (0, 0)
        self.equal(row.name, file.begin, "range of LSNs", found, (row.first_lsn, row.last_lsn))

    # Segments

    def segment(self, segment):
        row, f, name = segment.row, segment.footer, segment.file
        self.equal(name, 0, "hash of the file", shown(h64(segment.data)), shown(row.hash))
        if f is None:
            return
        role = {1: "flushed", 2: "merged"}.get(f.role, f.role)
        found = (f.samples, f.first_lsn, f.last_lsn, f.first_time, f.last_time, role, any(f.zeros))
        expected = (row.sample_count, row.first_lsn, row.last_lsn, row.first_time, row.last_time, row.role, False)
        self.equal(name, len(segment.data) - 128, "footer", found, expected)
        lost = []
        chunks = list(segment.scan(lost.append))
        for problem in lost:
            self.report(problem)
        self.guarded(lambda: self.pages(segment))
        samples = self.chunks(segment, chunks)
        if not lost and samples:
            last = [s[-1][0] for s in samples.values()]
            first = [s[0][0] for s in samples.values()]
            self.equal(name, 0, "first and last time", (min(first), max(last)), (row.first_time, row.last_time))
            self.guarded(lambda: self.lookups(segment, chunks))
            lsn = max(c.last_lsn for c in chunks)
            if not lsn <= row.last_lsn:
                self.report(Damage(name, 64, "last LSN of a chunk", lsn, f"at most {row.last_lsn}"))
            end = chunks[-1].offset + chunks[-1].byte_count
            self.equal(name, end, "offset of the entry pages", f.entries, -(-end // PAGE) * PAGE)

    def chunks(self, segment, chunks):
        """Decodes all chunks in their order; gives the samples by offset."""
        samples, last = {}, (0, 0)
        for n, chunk in enumerate(chunks):
            self.counts["chunks"] += 1
            try:
                part = self.store.decoded(segment, chunk)
            except Problem as problem:
                self.report(problem)
                continue
            known = chunk.series in self.store.catalog.keys
            if not known or chunk.series >= self.store.manifest.next_series_id:
                self.report(Damage(chunk.file, chunk.offset + 8, "series id", chunk.series, "one of the catalog"))
            if (chunk.series, part[0][0]) <= last:
                self.report(Damage(chunk.file, chunk.offset, "order of chunks", (chunk.series, part[0][0]), last))
            last = (chunk.series, part[-1][0])
            samples[chunk.offset] = part
            if len(chunks) == segment.footer.chunks:
                self.guarded(lambda: self.entry(segment, n, chunk, part))
        return samples

    def entry(self, segment, n, chunk, samples):
        """Compares an index entry with what its chunk holds."""
        e = segment.entry(n, chunk.series)
        page = segment.page(n // ENTRIES_A_PAGE)
        at = page.offset + 64 + n % ENTRIES_A_PAGE * ENTRY.size
        usable = [s for s in samples if not s[2] & BAD]
        doubles = [struct.unpack("<d", struct.pack("<Q", s[1]))[0] for s in usable]
        finite = [d for d in doubles if math.isfinite(d)]
        found = (e.first_time, e.last_time, e.offset, e.byte_count, e.usable, e.bad, e.qualities)
        every = 0
        for s in samples:
            every |= s[2]
        expected = (samples[0][0], samples[-1][0], chunk.offset, chunk.byte_count,
                    len(usable), len(samples) - len(usable), every)
        self.equal(segment.file, at, "index entry", found, expected)
        self.equal(segment.file, at + 70, "non-finite flag of an index entry", e.flags & 1, int(len(finite) < len(usable)))
        if finite:
            found = [d.hex() for d in (e.min, e.max, *map(as_double, (e.first, e.last)))]
            expected = [d.hex() for d in (min(finite, key=sort_key), max(finite, key=sort_key), finite[0], finite[-1])]
            self.equal(segment.file, at + 16, "min, max, first and last of an index entry", found, expected)
            try:
                near = abs(e.sum - math.fsum(finite)) <= 1e-9 * math.fsum(map(abs, finite))
            except OverflowError:
                near = True
            if not near:
                self.report(Damage(segment.file, at + 32, "sum of an index entry", e.sum, math.fsum(finite)))

    def pages(self, segment):
        """What the heads say, and zeros behind the contents."""
        f, file = segment.footer, segment.file
        for number in range(f.entry_pages + f.directory_pages + f.root_pages):
            page = segment.page(number)
            self.zeros(file, segment.data, page.offset + 24, page.offset + 64, "head of an index page")
            if number < f.entry_pages:
                first = segment.chunk(segment.entry(number * ENTRIES_A_PAGE, page.first_series).offset).series
                self.equal(file, page.offset + 12, "first series, end", (page.first_series, page.end), (first, 0))
                used = page.count * ENTRY.size
            elif number < f.entry_pages + f.directory_pages:
                used = PAGE - 64
            else:
                n = number - f.entry_pages - f.directory_pages
                expected = (n * NUMBERS_A_PAGE * NUMBERS_A_PAGE, 0)
                self.equal(file, page.offset + 12, "first series, end", (page.first_series, page.end), expected)
                if n < f.root_pages - 1:
                    self.equal(file, page.offset + 16, "count of a root page", page.count, NUMBERS_A_PAGE)
                used = page.count * 4
            self.zeros(file, segment.data, page.offset + 64 + used, page.offset + PAGE, "bytes behind the contents")

    def lookups(self, segment, chunks):
        """Every series of the catalog and its neighbours, looked up and compared with the scan."""
        wanted = {s + d for s in self.store.catalog.keys for d in (-1, 0, 1, NUMBERS_A_PAGE)} | {0, NONE - 1}
        by_series = {}
        for n, chunk in enumerate(chunks):
            by_series.setdefault(chunk.series, []).append(n)
        for series in sorted(wanted):
            found = list(segment.ordinals(series))
            self.equal(segment.file, segment.footer.directory, f"index of series {series}", found, by_series.get(series, []))

    def visible_counts(self):
        """The counts of the manifest against what a reader sees."""
        found = {}
        for _, samples in self.store.everything():
            self.counts["samples"] += len(samples)
            for year in years(samples):
                found[year] = found.get(year, 0) + 1
        counts = dict(self.store.manifest.sample_counts)
        for year, change in self.store.log_changes.items():
            counts[year] = counts.get(year, 0) + change
        expected = {y: n for y, n in counts.items() if n}
        self.equal("MANIFEST", 0, "sample_counts", found, expected)


def as_double(x):
    return struct.unpack("<d", struct.pack("<Q", x))[0]


def years(samples):
    from datetime import datetime, timedelta

    for time, _, _ in samples:
        yield (datetime(1970, 1, 1) + timedelta(milliseconds=time)).year

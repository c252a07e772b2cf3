#!/usr/bin/env python3
"""An independent reader of Almanac stores, written from the pages of docs/format alone.

    almanac_reader.py STORE ls                points with their series, unit and number of samples
    almanac_reader.py STORE dump POINT        unix_ms,value,quality,value_bits_hex, by the index
    almanac_reader.py STORE export            point,unix_ms,value_bits_hex,quality of everything
    almanac_reader.py STORE verify            checks every byte that the pages explain

It takes no lock and writes nothing. Damage that costs samples ends it with exit 1 and the file,
offset, found and expected; damage that costs nothing is reported on standard error.
"""

import argparse
import csv
import struct
import sys
from pathlib import Path

sys.dont_write_bytecode = True  # it writes nothing

from almanac_bytes import Damage, Problem, Unsupported
from almanac_codecs import decode_body
from almanac_logs import NAME as LOG_NAME, apply_logs
from almanac_manifest import chosen_manifest
from almanac_records import Catalog, RecordFile, content_offset, merged_frames
from almanac_segments import Segment, year_bounds


class Store:
    """An opened store: manifest, catalog and segments. Opening raises where it must be refused."""

    def __init__(self, path, decode=decode_body):
        self.path, self.decode = Path(path), decode
        self.findings = []
        self.copies = [(name, self.bytes_of(name)) for name in ("MANIFEST", "MANIFEST.2")]
        self.manifest = chosen_manifest(self.copies, self.report)
        self.catalog = self.read_catalog()
        self.logged, self.log_changes = apply_logs(self.logs(), self.manifest, self.catalog, self.report)
        self.segments = self.open_segments()

    # Files

    def report(self, problem):
        """Takes damage that costs no samples."""
        self.findings.append(problem)

    def bytes_of(self, name):
        path = self.path / name
        return path.read_bytes() if path.is_file() else None

    def rows(self, kind):
        return [row for row in self.manifest.rows if row.kind == kind]

    def logs(self):
        first = self.manifest.first_log_id
        paths = sorted(p for p in self.path.glob("log/*.log")
                       if LOG_NAME.fullmatch(p.name) and int(p.name[:8], 16) >= first)
        return [("log/" + p.name, p.read_bytes()) for p in paths]

    def record_file(self, row):
        data = self.bytes_of(row.name)
        if data is None or len(data) < row.byte_count:
            size = None if data is None else len(data)
            self.report(Damage(row.name, 0, "size of the file", size, f"at least {row.byte_count}"))
        data = (data or b"")[: row.byte_count]
        return RecordFile(row, data, content_offset(data, row, self.manifest.store_id, self.report))

    def read_catalog(self):
        catalog = Catalog()
        files = [self.record_file(row) for row in self.rows("catalog")]
        for file, frame in merged_frames(files, self.report):
            name = file.row.name
            if frame.type == 2:
                catalog.apply(frame.payload, name, frame.offset + 24)
            elif frame.type == 3:
                raise Unsupported(name, frame.offset, "tombstone", "one", "none: its bytes are not laid down")
            elif frame.type < 128:
                raise Damage(name, frame.offset + 4, "record type in a catalog", frame.type, "2 or 3")
        return catalog

    def open_segments(self):
        """Ordered so that of two with the same time of a series the later one is the truth."""
        out = []
        for row in sorted(self.rows("segment"), key=lambda row: (row.year, row.last_lsn)):
            data = self.bytes_of(row.name)
            if data is None:
                raise Damage(row.name, 0, "missing file")
            out.append(Segment(data, row, self.manifest.store_id, self.report))
        return out

    # Points

    def series_ids(self):
        return sorted(self.catalog.keys)

    def name(self, series):
        return self.catalog.name(self.catalog.keys[series])

    def series_named(self, name):
        """The series of a point, by its name or its key as device:type:number."""
        found = [s for s, key in self.catalog.keys.items() if name in (self.catalog.name(key), str(key))]
        if len(found) != 1:
            raise Problem("catalog", 0, f"points named {name}", len(found), 1)
        return found[0]

    # Samples

    def decoded(self, segment, chunk):
        """The samples of a chunk as tuples (time, value bits, quality)."""
        samples = self.decode(chunk)
        begin, end = year_bounds(segment.row.year)
        if not begin <= samples.times[0] <= samples.times[-1] < end:
            found = (samples.times[0], samples.times[-1])
            raise Damage(chunk.file, chunk.offset, "times of a chunk", found, f"in {segment.row.year}")
        return list(zip(*samples))

    def segment_samples(self, segment, chunks):
        """The samples of a series in one segment; its chunks must ascend without overlap."""
        out = []
        for chunk in chunks:
            part = self.decoded(segment, chunk)
            if out and part[0][0] <= out[-1][0]:
                raise Damage(chunk.file, chunk.offset, "first time of a chunk", part[0][0], f"above {out[-1][0]}")
            out += part
        return out

    def combined(self, parts):
        """Lists of samples, oldest writer first, as one: the last written wins, the floor hides."""
        floor = self.manifest.floor
        by_time = {sample[0]: sample for part in parts for sample in part}
        return [by_time[t] for t in sorted(by_time) if floor is None or t >= floor]

    def samples(self, series):
        """All visible samples of a series, found by the index."""
        parts = [self.segment_samples(s, s.chunks_of(series)) for s in self.segments]
        return self.combined(parts + [self.logged.get(series, [])])

    def everything(self):
        """(series, samples) of all series, without the index; every H64 is checked at once."""
        chunks = [(segment, by_series(segment.scan())) for segment in self.segments]
        for segment, found in chunks:
            for series in found:
                if series not in self.catalog.keys:
                    at = found[series][0].offset + 8
                    raise Damage(segment.file, at, "series id", series, "one of the catalog")
        return ((series, self.combined([self.segment_samples(s, c.get(series, [])) for s, c in chunks]
                                       + [self.logged.get(series, [])]))
                for series in self.series_ids())


def by_series(chunks):
    out = {}
    for chunk in chunks:
        out.setdefault(chunk.series, []).append(chunk)
    return out


def double(bits):
    return struct.unpack("<d", struct.pack("<Q", bits))[0]


# The program


def list_points(store, out):
    out.writerow(["point", "key", "series", "unit", "data_type", "entries", "samples_in_segments"])
    for series in store.series_ids():
        key = store.catalog.keys[series]
        point = store.catalog.point(key)
        entries = [e for s in store.segments if s.footer for e in s.entries_of(series)]
        kind = {1: "analog", 2: "digital", 3: "multistate"}[point.data_type] if point else ""
        out.writerow([store.name(series), key, series, point.unit if point else "", kind,
                      len(entries), sum(e.usable + e.bad for e in entries)])


def dump(store, out, name):
    samples = store.samples(store.series_named(name))
    out.writerow(["unix_ms", "value", "quality", "value_bits_hex"])
    for time, bits, quality in samples:
        out.writerow([time, repr(double(bits)), quality, f"{bits:016x}"])


def export(store, out):
    everything = store.everything()
    out.writerow(["point", "unix_ms", "value_bits_hex", "quality"])
    for series, samples in everything:
        name = store.name(series)
        out.writerows((name, time, f"{bits:016x}", quality) for time, bits, quality in samples)


def verify(path):
    from almanac_verify import verified

    counts, problems = verified(path)
    for problem in problems:
        print(problem)
    print(f"{counts['chunks']} chunks, {counts['samples']} samples, {len(problems)} problems")
    return 1 if problems else 0


def run(arguments):
    if arguments.command == "verify":
        return verify(arguments.store)
    out = csv.writer(sys.stdout, lineterminator="\n")
    store = Store(arguments.store)
    try:
        if arguments.command == "ls":
            list_points(store, out)
        elif arguments.command == "dump":
            dump(store, out, arguments.point)
        else:
            export(store, out)
    finally:
        for problem in store.findings:
            print(problem, file=sys.stderr)
    return 1 if store.findings else 0


def main():
    parser = argparse.ArgumentParser(description="Reads an Almanac store by the pages of docs/format.")
    parser.add_argument("store")
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("ls", "verify", "export"):
        commands.add_parser(name)
    commands.add_parser("dump").add_argument("point")
    try:
        return run(parser.parse_args())
    except Problem as problem:
        print(problem, file=sys.stderr)
        return 1
    except BrokenPipeError:
        return 0


if __name__ == "__main__":
    sys.exit(main())

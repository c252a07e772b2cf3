#!/usr/bin/env python3
"""Proves that the pages of docs/format suffice to read a store.

    test_reader.py                   the pages' examples, codecs against an encoder, the golden store
    test_reader.py --almanac BIN     also stores that the operator's tool makes from generated CSV

Prints a line a test, and at the end `N passed, N failed, N skipped`.
"""

import argparse
import csv
import gzip
import io
import math
import random
import shutil
import struct
import subprocess
import sys
import tempfile
import time
import traceback
from pathlib import Path

sys.dont_write_bytecode = True  # the tree holds sources only

import chunk_encoder
from almanac_bytes import ByteReader, Damage, Problem
from almanac_codecs import Chunk, bits_of, decode_body, expand, read_chunk, unpack, unpack_mixed
from almanac_logs import frames_above, read_samples
from almanac_manifest import ManifestParser
from almanac_reader import Store, double
from almanac_records import Catalog, read_frame, read_header
from almanac_verify import verified
from xxh64 import EXAMPLES, h64

GOLDEN = Path(__file__).resolve().parent.parent / "Golden" / "v1"
YEAR = 1_735_689_600_000
SALT = 0x5AF0000000000001


class Skip(Exception):
    """What a test lacks."""


def equal(found, expected, what=""):
    if found != expected:
        raise AssertionError(f"{what} found {str(found)[:300]}, expected {str(expected)[:300]}")


def data(text):
    """Bytes of hexadecimal text as it stands on the pages."""
    return bytes.fromhex("".join(text.split()))


# The examples of the pages


def test_examples_of_checksum():
    for raw, seed, expected in EXAMPLES:
        equal(h64(raw, seed), expected)


def test_examples_of_packing():
    packed = data("""03 02  15 00 00 80  38 00 00 00  23 00 00 00  07 00 00 00
        01 00 00 00  02 00 00 00  06 00 00 00  04 00 00 00  01 00 00 00""") + bytes(60) + data("09 01 0a 18")
    r = ByteReader(packed)
    equal(unpack(r, 81, 2), [7, 2, 5, 9, 3, 4, 8, 6, 4, 1, 102] + [2] * 69 + [8])
    r.end("example")
    r = ByteReader(data("02") + bytes(31) + data("b2 05") + bytes(50))
    equal(unpack_mixed(r, 9, 1, 3), [0] * 8 + [5])
    r.end("example")
    equal(expand(ByteReader(data("1a 61 01 00 50 61 61 61 61 61")), 20), b"a" * 20)
    equal(expand(ByteReader(data("4c 61 62 63 64 04 00 60 30 31 32 33 34 35")), 26), b"abcd" * 5 + b"012345")


def test_example_of_chunk():
    raw = data("""43 48 4e 4b 1d 00 00 00 07 00 00 00 09 00 01 00 00 7c 29 1f 94 01 00 00 2a 00 00 00 00 00 00 00
        09 6d a3 97 3a e9 31 c9 02 04 01 01 a0 f7 36 01 00 06 16 e0 c4 8e 20 01 06 02 ae 03 02 00 01 01 02 08 02 00 01""")
    chunk = read_chunk(bytes(64) + raw, 64, 64 + len(raw), SALT, "example")
    equal((chunk.series, chunk.count, chunk.last_lsn), (7, 10, 42))
    samples = decode_body(chunk)
    equal([double(b) for b in samples.values], [21.5, 21.6, 21.6, 21.5, 21.4, 21.5, 21.9, 22.0, 22.0, 21.9])
    equal(samples.times, [YEAR + slot * 900_000 for slot in (0, 1, 2, 3, 4, 5, 8, 9, 10, 11)])
    equal(samples.qualities, [0] * 10)


def test_examples_of_header_and_records():
    header = read_header(data("""89 41 4c 4d 0d 0a 1a 0a 02 00 01 00 00 00 40 00 1a 00 00 00 00 00 00 00
        01 00 00 00 00 00 f0 5a ef cd ab 89 67 45 23 01 e9 07 00 00 00 00 00 00 01 00 00 00 00 00 00 00
        72 32 51 74 1e a1 fd 61"""), "example")
    equal((header.kind, header.id, header.salt, header.year), (2, 26, SALT, 2025))
    raw = bytes(64) + data("""3b 00 00 00 02 00 01 00 29 00 00 00 00 00 00 00 8e e8 11 90 f4 33 ee 1d
        01 0e 07 00 00 00 b1 04 00 00 02 00 05 00 00 00 02 09 b1 04 00 00 04 41 48 55 31
        03 1e b1 04 00 00 02 00 05 00 00 00 06 53 75 70 70 6c 79 03 c2 b0 43 01 00 7c 29 1f 94 01 00 00""") + bytes(5)
    frame = read_frame(raw, 64, len(raw), 0x9D3B0C5511AA0001, "example")
    equal((frame.type, frame.lsn, frame.next), (2, 41, len(raw)))
    catalog = Catalog()
    catalog.apply(frame.payload, "example", 88)
    equal(catalog.name(catalog.keys[7]), "AHU1/Supply")


def test_example_of_samples():
    raw = bytes(1024) + data("""2b 00 00 00 01 00 01 00 2b 00 00 00 00 00 00 00 5c 7f 1a f6 c4 43 70 d9
        01 e9 0f 08 04 0e 02 01 02 80 f0 cb f2 83 65 00 c0 ee 6d 00 02 02 00 03 02 01 01
        00 00 ac 41 00 00 80 3f 00 00 ae 41 00 00 00 00""") + bytes(5)
    frame = read_frame(raw, 1024, len(raw), 0x1C0A7E5500DD0001, "example")
    equal((frame.type, frame.lsn, frame.next), (1, 43, len(raw)))
    changes, samples = read_samples(frame.payload, "example", 1048)
    equal(changes, {2025: 4})
    found = [(series, t, double(bits), quality) for series, t, bits, quality in samples]
    equal(found, [(7, YEAR, 21.5, 0), (8, YEAR, 1, 0), (7, YEAR + 900_000, 21.75, 0), (8, YEAR + 900_000, 0, 2)])


def test_example_of_manifest():
    page = GOLDEN.parents[2] / "docs" / "format" / "manifest.md"
    if not page.is_file():
        raise Skip("no docs/format/manifest.md")
    text = page.read_text()
    begin = text.index('{"format": 1')
    manifest = ManifestParser(text[begin : text.index("```", begin)].encode(), "example").parse()
    equal((manifest.generation, [row.id for row in manifest.rows]), (7, [1, 2, 26]))


# Codecs and logs against an encoder of our own


def encoded_chunks(count):
    for seed in range(count):
        rng = random.Random(seed)
        codecs = (rng.choice([1, 2, 3, 4, 5, 6, 7]), (1, 2, 3, 4, 5, 6, 7, 8, 10, 11)[seed % 10], rng.choice([1, 2, 3]))
        size = 8192 if seed % 40 == 0 else rng.choice([1, 2, 9, 255, 256, 257, 300, 1023, 1024, 1025, 2050])
        yield rng, codecs, size, chunk_encoder.chunk(7, codecs, size, YEAR, SALT, 64, rng)


def test_codecs_against_encoder():
    """Every codec, at sizes around groups and frames, with and without LZ4."""
    for _, codecs, size, (raw, *expected) in encoded_chunks(200):
        samples = decode_body(read_chunk(bytes(64) + raw, 64, 64 + len(raw), SALT, "encoded"))
        equal(list(samples), expected, f"codecs {codecs}, {size} samples:")


def test_damaged_bodies_under_right_checksums():
    """A decoder meets damage with a Problem or with some samples, never in another way."""
    refused = decoded = 0
    for rng, codecs, size, (raw, *_) in encoded_chunks(60):
        if size > 1100:
            continue
        for _ in range(12):
            body = bytearray(raw[40:])
            if rng.random() < 0.2:
                del body[rng.randrange(len(body)) :]
            else:
                body[rng.randrange(min(len(body), rng.choice([16, 1 << 20])))] ^= 1 << rng.randrange(8)
            try:
                samples = decode_body(Chunk("damaged", 64, 7, size, YEAR, 1, bytes(body)))
            except Problem:
                refused += 1
                continue
            decoded += 1
            equal([len(column) for column in samples], [size] * 3, f"codecs {codecs}:")
    return f"{refused} refused, {decoded} decoded to other samples, which only the checksum can tell"


def test_log_tail():
    """A log that ends, one with a hole that had been synced, and one that holds only old frames."""

    def log(frames):
        head = struct.pack("<8sHHHHQQQIIQ", b"\x89ALM\r\n\x1a\n", 1, 1, 0, 64, 9, SALT, 5, 0, 0, 0)
        out = bytearray((head + h64(head).to_bytes(8, "little")).ljust(512, b"\0") * 2)
        for lsn, distance in frames:
            start = struct.pack("<IBBHQ", 3, 5, 0, distance, lsn)
            out += start + h64(start + b"abc", SALT + len(out)).to_bytes(8, "little") + b"abc".ljust(8, b"\0")
        return [("log/00000009.log", bytes(out) + bytes(4096))]

    def found(frames, flushed):
        return [frame.lsn for _, frame in frames_above(log(frames), 5, flushed, lambda problem: None)]

    equal(found([(1, 1), (2, 1), (3, 1)], 1), [2, 3])
    equal(found([(1, 1), (2, 1)], 2), [])
    equal(found([(1, 1), (3, 2)], 0), [1], "an LSN that was never synced:")
    try:
        found([(1, 1), (3, 1)], 0)
    except Damage:
        return
    raise AssertionError("a missing LSN that had been synced was not found")


# The golden store


def golden():
    if not (GOLDEN / "store" / "MANIFEST").is_file():
        raise Skip("no golden store in Tests/Golden/v1")
    return GOLDEN / "store"


def answers(store):
    """Everything a store says, with names: by file order and, one by one, by the index."""
    names = [(store.name(s), str(store.catalog.keys[s])) for s in store.series_ids()]
    scanned = [samples for _, samples in store.everything()]
    indexed = [store.samples(series) for series in store.series_ids()]
    equal(indexed, scanned, "by the index")
    return names, scanned


def test_golden_store():
    store = Store(golden())
    with gzip.open(GOLDEN / "expected.csv.gz", "rt", newline="") as file:
        expected = [tuple(row) for row in csv.reader(file)][1:]
    found = [(name, str(t), f"{bits:016x}", str(quality))
             for (name, _), samples in zip(*answers(store)) for t, bits, quality in samples]
    equal(len(found), len(expected), "number of samples:")
    for a, b in zip(sorted(found), sorted(expected)):
        equal(a, b)
    equal(store.findings, [])
    counts, problems = verified(golden())
    equal(problems, [])
    return f"{len(found)} samples, {counts['chunks']} chunks"


def decoder_with_memory():
    """Decodes each body once: flips meet the same chunks again and again."""
    known = {}

    def decode(chunk):
        key = (chunk.body, chunk.first_time, chunk.count)
        if key not in known:
            known[key] = decode_body(chunk)
        return known[key]

    return decode


def places(store, name, size):
    """What stands at each byte of a file, to tell where a flip was harmless."""
    kinds = ["?"] * size

    def mark(begin, end, kind):
        kinds[begin:end] = [kind] * (end - begin)

    if name.startswith("MANIFEST"):
        mark(0, size - 21, "manifest: JSON")
        mark(size - 21, size, "manifest: last line")
        return kinds
    if name.startswith("rec/"):
        mark(0, 64, "catalog: header")
        row = next(row for row in store.manifest.rows if row.name == name)
        file = store.record_file(row)
        while file.begin + (distance := sum(1 for k in kinds if k != "?") - file.begin) < file.end:
            frame = file.frame(distance)
            mark(frame.offset, frame.offset + 24, "catalog: head of a frame")
            mark(frame.offset + 24, frame.next, "catalog: padding")
            mark(frame.offset + 24, frame.offset + 24 + len(frame.payload), "catalog: payload")
        return kinds
    segment = next(s for s in store.segments if s.file == name)
    f = segment.footer
    mark(0, 64, "segment: header")
    mark(64, f.entries, "segment: padding")
    for chunk in segment.scan():
        mark(chunk.offset, chunk.offset + 40, "segment: head of a chunk")
        mark(chunk.offset + 40, chunk.offset + 40 + len(chunk.body), "segment: body of a chunk")
    for begin, end, kind in ((f.entries, f.directory, "entry"), (f.directory, f.root, "directory"),
                             (f.root, size - 128, "root")):
        mark(begin, end, f"segment: {kind} page")
    mark(size - 128, size, "segment: footer")
    return kinds


def outcome(path, decode, expected):
    """What a reader does with a store: refused, harmless (said or unsaid) or, never, wrong."""
    try:
        store = Store(path, decode)
        found = answers(store)
    except Problem:
        return "refused"
    equal(found, expected, "a damaged store gave other answers:")
    return "harmless and reported" if store.findings else "harmless and unnoticed"


def flip_places(kinds, rng, count):
    """Some places of each kind, the rest anywhere in the file."""
    chosen = set()
    for kind in sorted(set(kinds)):
        spots = [i for i, k in enumerate(kinds) if k == kind]
        chosen |= set(rng.sample(spots, min(len(spots), 12)))
    chosen |= set(rng.sample(range(len(kinds)), min(len(kinds), count)))
    return sorted(chosen)


def test_flipped_bytes():
    """No flipped byte changes an answer; `verify` finds those that reading does not notice, and others."""
    rng, decode = random.Random(20), decoder_with_memory()
    tally, unverified = {}, []
    original = Store(golden(), decode)
    expected = answers(original)
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "store"
        shutil.copytree(golden(), copy)
        for name in ["MANIFEST", "MANIFEST.2"] + [row.name for row in original.manifest.rows]:
            path = copy / name
            raw = path.read_bytes()
            kinds = places(original, name, len(raw))
            for n, i in enumerate(flip_places(kinds, rng, 200)):
                path.write_bytes(raw[:i] + bytes([raw[i] ^ 1 << rng.randrange(8)]) + raw[i + 1 :])
                by_kind = tally.setdefault(kinds[i], {})
                result = outcome(copy, decode, expected)
                by_kind[result] = by_kind.get(result, 0) + 1
                if (n % 25 == 0 or result == "harmless and unnoticed") and not verified(copy)[1]:
                    unverified.append(f"{name} at {i}, {kinds[i]}")
            path.write_bytes(raw)
    equal(unverified, [], "not found by verify:")
    lines = [f"{sum(d.get(word, 0) for d in tally.values())} {word}"
             for word in ("refused", "harmless and reported", "harmless and unnoticed")]
    for kind in sorted(tally):
        lines.append(f"    {kind}: " + ", ".join(f"{n} {word}" for word, n in sorted(tally[kind].items())))
    return "\n".join([", ".join(lines[:3])] + lines[3:])


def test_lost_files():
    """Without one manifest copy or one catalog a store is read; without the other too it is refused."""
    expected = answers(Store(golden()))
    for first, second in (("MANIFEST", "MANIFEST.2"), [row.name for row in Store(golden()).rows("catalog")]):
        for lost in (first, second):
            with tempfile.TemporaryDirectory() as folder:
                copy = Path(folder) / "store"
                shutil.copytree(golden(), copy)
                (copy / lost).unlink()
                equal(outcome(copy, decode_body, expected), "harmless and reported", lost)
                (copy / (first if lost == second else second)).unlink()
                equal(outcome(copy, decode_body, expected), "refused", f"{first} and {second}")


# Stores of the tool

DAY = 86_400_000


class Table:
    """A generated CSV file: a column is a dict from time to double."""

    def __init__(self, stem):
        self.stem, self.columns = stem, {}

    def add(self, name, times, make, keep=None):
        """A column with make(i, time) at those times that keep(i) wants."""
        self.columns[name] = {t: float(make(i, t)) for i, t in enumerate(times) if keep is None or keep(i)}

    def write(self, folder):
        times = sorted({t for column in self.columns.values() for t in column})
        path = Path(folder) / f"{self.stem}.csv"
        with open(path, "w", newline="", encoding="utf-8") as file:
            out = csv.writer(file, lineterminator="\n")
            out.writerow(["unix_ms", *self.columns])
            for t in times:
                out.writerow([t] + [repr(c[t]) if t in c else "" for c in self.columns.values()])
        return path

    def put_into(self, expected):
        for name, column in self.columns.items():
            ours = expected.setdefault(f"{self.stem}/{name}", {})
            bits = bits_of(list(column.values()))
            ours.update(zip(column, bits))


def generated(rng):
    """The tables of the test, in the order of their import."""

    def float32(x):
        return struct.unpack("<f", struct.pack("<f", x))[0]

    def wave(i, scale=10.0):
        return scale * math.sin(i / 37) + rng.gauss(0, scale / 40)

    two_years = Table("two-years")
    times = range(YEAR, YEAR + 2 * 365 * DAY, 900_000)
    two_years.add("temperature", times, lambda i, t: round(20 + wave(i), 1))
    counter = 0.0

    def count(i, t):
        nonlocal counter
        counter = round(counter + rng.randint(0, 40) / 100, 2)
        return counter

    two_years.add("meter", times, count)
    two_years.add("switch", times, lambda i, t: (i // 29) % 2)
    jittered = Table("jittered")
    times = [YEAR + 300 * DAY + i * 60_000 + rng.randrange(4000) for i in range(20_000)]
    jittered.add("power", times, lambda i, t: round(wave(i, 50), 3))
    jittered.add("random", times[:9000], lambda i, t: rng.uniform(-1e9, 1e9))
    jittered.add("float32", times, lambda i, t: float32(wave(i)))
    jittered.add("constant", times, lambda i, t: 21.5)
    times = [YEAR + 300 * DAY + i * 60_000 + rng.randrange(2500) for i in range(20_000)]
    jittered.add("in a mixed radix", times, lambda i, t: i % 3)
    gappy = Table("gappy")
    times = [YEAR + 200 * DAY + i * 300_000 for i in range(30_000) if i % 700 > 20 and rng.random() < 0.98]
    gappy.add("setpoint", times, lambda i, t: rng.choice([20, 20.5, 21, 22.5]) if i % 90 == 0 else 21, lambda i: i % 11)
    gappy.add("mean", times[:9000], lambda i, t: (rng.randint(180, 260) / 10 + rng.randint(180, 260) / 10 + 21.7) / 3)
    gappy.add("odd", times, lambda i, t: rng.uniform(-1, 1) if i % 400 == 0 else round(wave(i), 2), lambda i: i % 3)
    gappy.add("levels", times, lambda i, t: rng.choice([0, 0.333, 7, 1e6, 2.25, -13.5, 88.1]))
    irregular = Table("irregular")
    times = sorted(rng.sample(range(YEAR, YEAR + 365 * DAY), 9000))
    irregular.add("integer", times, lambda i, t: rng.randint(-(1 << 40), 1 << 40))
    irregular.add("extreme", times[:2000], lambda i, t: struct.unpack("<d", struct.pack("<Q", finite_bits(rng)))[0])
    tiny = Table("tiny")
    for name, t, x in (("before 1970, °C", -157_766_400_000, 1.5), ("last ms", YEAR - 1, -0.0),
                       ("first ms", YEAR, 5e-324), ("far", 4_102_444_800_000, 1.7976931348623157e308)):
        tiny.add(name, [t], lambda i, _: x)
    wide = Table("wide")
    for n in range(1100):
        wide.add(f"p{n}", [YEAR + n * 1000, YEAR + DAY + n * 1000], lambda i, t: n / 10, lambda i: (n + i) % 5 < 4)
    again = Table("gappy")
    times = [t for t in gappy.columns["setpoint"] if rng.random() < 0.05] + [YEAR + 10 * DAY, YEAR + 400 * DAY + 1]
    again.add("setpoint", times, lambda i, t: -i)
    return [two_years, jittered, gappy, irregular, tiny, wide, again]


def finite_bits(rng):
    while True:
        bits = rng.getrandbits(64)
        if bits >> 52 & 0x7FF != 0x7FF:
            return bits


class ToolStores:
    """The generated data and the store that the tool made of them, made once for all tests."""

    made = None

    def __init__(self, tool, folder):
        self.tool, self.path = tool, Path(folder) / "store"
        self.expected = {}
        for n, table in enumerate(generated(random.Random(7))):
            part = Path(folder) / f"csv{n}"
            part.mkdir()
            self.run("import", "csv", str(table.write(part)), "-q")
            table.put_into(self.expected)

    def run(self, *words):
        result = subprocess.run([self.tool, *words, "--store", str(self.path)], capture_output=True, timeout=60)
        if result.returncode:
            raise AssertionError(f"almanac {' '.join(words)}: exit {result.returncode}: {result.stderr.decode()[:300]}")
        return result.stdout.decode("utf-8")

    @classmethod
    def get(cls):
        if arguments.almanac is None:
            raise Skip("no --almanac")
        if cls.made is None:
            cls.made = cls(arguments.almanac, scratch.name)
        return cls.made


def as_rows(expected):
    return {name: sorted(column.items()) for name, column in expected.items() if column}


def test_store_of_tool_against_generated_data():
    tool = ToolStores.get()
    store = Store(tool.path)
    found = {}
    for series, samples in store.everything():
        equal({quality for _, _, quality in samples} <= {0}, True, "qualities:")
        if samples:
            found[store.name(series)] = [(t, bits) for t, bits, _ in samples]
    expected = as_rows(tool.expected)
    equal(sorted(found), sorted(expected), "points:")
    for name in expected:
        equal(found[name], expected[name], name)
    equal(store.findings, [])
    return f"{len(found)} points, {sum(map(len, found.values()))} samples"


def test_store_of_tool_by_index():
    tool = ToolStores.get()
    store = Store(tool.path)
    for name, rows in as_rows(tool.expected).items():
        equal([(t, bits) for t, bits, _ in store.samples(store.series_named(name))] == rows, True, name)
    equal(store.findings, [])


def test_store_of_tool_against_its_export():
    tool = ToolStores.get()
    rows = csv.reader(io.StringIO(tool.run("export", "csv", "--long")))
    equal(next(rows), ["point", "unix_ms", "value", "quality"])
    exported = {}
    for name, t, value, quality in rows:
        equal(quality, "good")
        exported.setdefault(name, []).append((int(t), float(value)))
    expected = as_rows(tool.expected)
    equal(sorted(exported), sorted(expected), "points:")
    for name, column in exported.items():
        bits = bits_of([value for _, value in column])
        equal(list(zip([t for t, _ in column], bits)) == expected[name], True, name)


def test_store_of_tool_verifies():
    """Index entries, paddings and counts of a real store are what the pages say."""
    tool = ToolStores.get()
    counts, problems = verified(tool.path)
    equal(problems, [])
    return f"{counts['chunks']} chunks"


def test_log_of_killed_tool():
    """A writer is killed: what it had acknowledged is in the log, and in segments what it flushed."""
    tool = ToolStores.get()
    other = object.__new__(ToolStores)
    other.tool, other.path = tool.tool, Path(scratch.name) / "killed-store"
    victim = subprocess.Popen(
        [tool.tool, "append-ticks", "--store", str(other.path), "--points", "9", "--head-samples", "400"],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    acknowledged = -1
    for line in victim.stdout:
        acknowledged = int(line)
        if acknowledged >= 130:
            break
    victim.kill()
    victim.wait()
    store = Store(other.path)
    equal(store.findings, [])
    equal(any(store.logged.values()) and len(store.segments) > 0, True, "samples in log and segments:")
    exported = {}
    for name, t, value, quality in list(csv.reader(io.StringIO(other.run("export", "csv", "--long"))))[1:]:
        exported.setdefault(name, []).append((int(t), float(value)))
    equal(len(exported), 9)
    for name, rows in exported.items():
        found = [(t, double(bits)) for t, bits, _ in store.samples(store.series_named(name))]
        equal(found == rows, True, name)
        equal(len(rows) > acknowledged, True, f"{name}, {len(rows)} of {acknowledged + 1}:")
        point = int(name.rsplit("p", 1)[1])
        equal(rows, [(YEAR + k * 900_000, (k * 7 + point) / 10) for k in range(len(rows))], name)
    counts, problems = verified(other.path)
    equal(problems, [])
    logged = sum(len(samples) for samples in store.logged.values())
    return f"{logged} samples in the log, {len(store.segments)} segments"


def test_qualities_of_tool():
    """Texts of qualities go in by the long form; each must come back as one byte of its own."""
    tool = ToolStores.get()
    texts = ["good", "good+alarm", "uncertain", "uncertain+overridden", "uncertain+stale", "bad", "bad+fault"]
    rng = random.Random(3)
    rows = [("quality/p", YEAR + i * 1000, i / 10, rng.choice(texts)) for i in range(3000)]
    path = Path(scratch.name) / "quality.csv"
    path.write_text("point,unix_ms,value,quality\n" + "".join("{},{},{},{}\n".format(*row) for row in rows))
    other = object.__new__(ToolStores)
    other.tool, other.path = tool.tool, Path(scratch.name) / "quality-store"
    other.run("import", "csv", str(path), "-q")
    store = Store(other.path)
    samples = store.samples(store.series_named("quality/p"))
    equal([(t, double(bits)) for t, bits, _ in samples], [(t, x) for _, t, x, _ in rows])
    pairs = {(text, quality) for (_, _, _, text), (_, _, quality) in zip(rows, samples)}
    equal(len(pairs), len(texts), f"texts and bytes {sorted(pairs)}:")
    equal([dict(pairs)[t] for t in ("good", "good+alarm", "uncertain", "bad")], [0, 1, 64, 128])
    bad = {text for text, quality in pairs if quality & (2 | 16 | 128)}
    equal(bad, {"bad", "bad+fault"})
    exported = list(csv.reader(io.StringIO(other.run("export", "csv", "--long"))))[1:]
    equal([row[3] for row in exported], [text for _, _, _, text in rows])
    return ", ".join(f"{text} is {quality}" for text, quality in sorted(pairs, key=lambda p: p[1]))


# The program


def main():
    tests = [(name[5:].replace("_", " "), test) for name, test in globals().items() if name.startswith("test_")]
    tally = {"passed": 0, "failed": 0, "skipped": 0}
    for name, test in tests:
        begin = time.monotonic()
        try:
            word, note = "passed", test()
        except Skip as skip:
            word, note = "skipped", str(skip)
        except Exception:
            word, note = "failed", traceback.format_exc()
        tally[word] += 1
        print(f"{word}  {name} ({time.monotonic() - begin:.1f} s)" + (f": {note}" if note else ""), flush=True)
    print(", ".join(f"{n} {word}" for word, n in tally.items()))
    return 1 if tally["failed"] else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--almanac", metavar="BIN", help="the operator's tool, to make stores with")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        scratch = type("Scratch", (), {"name": folder})
        sys.exit(main())

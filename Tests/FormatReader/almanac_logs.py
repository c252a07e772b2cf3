"""Logs of an Almanac store, from docs/format/record-file.md, sections "Samples payload" and "Logs".

Reads the samples and definitions that are not in segments, and finds out whether something
acknowledged is damaged. Tombstones are not laid down by the page: a log with one is refused.
"""

import re
import struct

from almanac_bytes import ByteReader, Damage, Foreign, Unsupported, wrap
from almanac_records import KINDS, read_frame, read_header

NAME = re.compile(r"[0-9a-f]{8}\.log")
FRAMES_BEGIN = 1024


def log_header(data, file, report):
    """The header of a log, from its second copy where the first is damaged. None: nothing in it."""
    if not any(data[:FRAMES_BEGIN]):
        return None
    problems = []
    for at in (0, 512):
        try:
            header = read_header(data, file, at)
            if header.kind != KINDS["log"]:
                raise Unsupported(file, at + 8, "kind of the file", header.kind, KINDS["log"])
            return header
        except (Damage, Foreign) as problem:
            problems.append(problem)
            report(problem)
    raise problems[0]


def valid_frames(data, file, salt):
    """All valid frames of a log, and behind a bad one every one that is found at 8-byte steps."""
    p = FRAMES_BEGIN
    while p + 24 <= len(data):
        frame = None
        try:
            frame = read_frame(data, p, len(data), salt, file)
        except Damage:
            pass
        if frame:
            yield file, frame
            p = frame.next
        else:
            p = next_candidate(data, p + 8)


def next_candidate(data, p):
    """The next multiple of 8 from p on where the bytes are not zero."""
    while p < len(data) and not any(data[p : p + 65536]):
        p += 65536
    while p < len(data) and not any(data[p : p + 8]):
        p += 8
    return p


def frames_above(logs, store_id, flushed_lsn, report):
    """The frames that count, in order. `logs` are pairs (name, bytes), ordered by file id."""
    frames = []
    for file, data in logs:
        header = log_header(data, file, report)
        if header and header.store_id == store_id:
            frames += [f for f in valid_frames(data, file, header.salt) if f[1].lsn > flushed_lsn]
    expected, out = flushed_lsn + 1, []
    for i, (file, frame) in enumerate(frames):
        if frame.lsn != expected:
            later = [f for f in frames[i:] if f[1].lsn - f[1].distance >= expected]
            if not later:
                break
            raise Damage(file, frame.offset, "LSN of a record frame", frame.lsn, expected)
        out.append((file, frame))
        expected += 1
    return out


def read_samples(payload, file, base):
    """A samples payload: the changes of the counts by year, and (series, time, value bits, quality)."""
    r = ByteReader(payload, file, base)
    changes = {}
    for _ in range(r.bounded("years of a batch", 0, 400)):
        year = r.bounded("year", 0, 9999)
        changes[year] = changes.get(year, 0) + r.svarint()
    n = r.bounded("samples of a batch", 0, (len(payload) - r.p) // 4)
    for year, change in changes.items():
        r.require(0 <= change <= n, f"change of the count of {year}", change, f"0 ... {n}")
    series, times = differences(r, n), differences(r, n)
    qualities = read_qualities(r, n)
    bits = read_values(r, n)
    r.end("a batch of samples")
    for x in series:
        r.require(0 <= x < (1 << 32) - 1, "series id", x, "32 bits")
    return changes, list(zip(series, times, bits, qualities))


def differences(r, n):
    out, x = [], 0
    for _ in range(n):
        x = wrap(x + r.svarint())
        out.append(x)
    return out


def read_qualities(r, n):
    form = r.u8()
    if form == 1:
        return [r.u8()] * n
    if form != 2:
        raise Unsupported(r.file, r.place, "form of qualities", form, "1 or 2")
    out = []
    for _ in range(r.bounded("runs of quality", 0, n)):
        quality = r.u8()
        out += [quality] * r.bounded("run of quality", 0, n - len(out))
    r.require(len(out) == n, "qualities", len(out), n)
    return out


def read_values(r, n):
    form = r.u8()
    if form == 1:
        return [struct.unpack("<Q", struct.pack("<d", struct.unpack("<f", r.take(4))[0]))[0] for _ in range(n)]
    if form != 2:
        raise Unsupported(r.file, r.place, "form of values", form, "1 or 2")
    return [r.u64() for _ in range(n)]


def apply_logs(logs, manifest, catalog, report):
    """Applies the logs: definitions to the catalog. Refuses what this reader cannot apply.

    Gives samples by series, the last written last, and the changes of the counts by year.
    """
    samples, changes = {}, {}
    for file, frame in frames_above(logs, manifest.store_id, manifest.flushed_lsn, report):
        if frame.type == 2:
            catalog.apply(frame.payload, file, frame.offset + 24)
        elif frame.type == 3:
            raise Unsupported(file, frame.offset, "tombstone", "one", "none: its bytes are not laid down")
        elif frame.type == 1:
            more, batch = read_samples(frame.payload, file, frame.offset + 24)
            for year, change in more.items():
                changes[year] = changes.get(year, 0) + change
            for series, time, bits, quality in batch:
                samples.setdefault(series, []).append((time, bits, quality))
    return samples, changes

"""Logs of an Almanac store, from docs/format/record-file.md, section "Logs".

The page does not lay down the payload of samples and tombstones yet, so this reader only finds out
whether a log holds anything that is not in segments, and whether something acknowledged is damaged.
"""

import re

from almanac_bytes import Damage, Foreign, Problem, Unsupported
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


def apply_logs(logs, manifest, catalog, report):
    """Applies catalog records of the logs; refuses what this reader cannot apply."""
    missing = 0
    for file, frame in frames_above(logs, manifest.store_id, manifest.flushed_lsn, report):
        if frame.type == 2:
            catalog.apply(frame.payload, file, frame.offset + 24)
        elif frame.type == 3:
            raise Unsupported(file, frame.offset, "tombstone", "one", "none: its bytes are not laid down")
        elif frame.type == 1:
            missing += 1
    if missing:
        problem = Problem("log", 0, "newer samples are missing", f"{missing} record frames with samples", "none")
        report(problem)

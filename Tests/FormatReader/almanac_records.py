"""File headers, record files and the catalog, from docs/format/file-header.md and record-file.md.

Everything here works on bytes that were read before; nothing here opens a file.
"""

import struct
from typing import NamedTuple

from almanac_bytes import ByteReader, Damage, Foreign, Unsupported, shown
from almanac_manifest import NONE, Row
from xxh64 import h64

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

"""Chunks of an Almanac store: bytes in, times, value bits and qualities out.

Written from docs/format/chunk.md, codecs.md and packing.md alone. Nothing here opens a file.
Values are handled as the 64 bits of their float64, because every bit of them counts.
"""

import struct
from typing import NamedTuple

from almanac_bytes import HALF, ByteReader, Damage, Unsupported, shown, wrap
from xxh64 import MASK, h64

FRAME_SAMPLES = 1024
CHUNK_SAMPLES_MAX = 8192
CHUNK_HEADER = 40
BODY_MAX = 262_144
RAW_COLUMN_MAX = 32_768
UNIT_MAX = 1 << 60
K_MAX = 1 << 49


# Packed integers


def lows(r, width):
    """The 256 low parts of a group: eight interleaved bit streams, one a lane."""
    if width == 0:
        return [0] * 256
    words = struct.unpack(f"<{8 * width}I", r.take(32 * width))
    mask = (1 << width) - 1
    out = [0] * 256
    for lane in range(8):
        stream = int.from_bytes(struct.pack(f"<{width}I", *words[lane::8]), "little")
        out[lane::8] = [(stream >> s) & mask for s in range(0, 32 * width, width)]
    return out


def unpack(r, n, reference):
    """n packed integers, as i64."""
    out = []
    while n > 0:
        size = min(n, 256)
        width, patches = r.u8(), r.u8()
        r.require(width <= 32, "packing width", width, "at most 32")
        v = lows(r, width)
        r.require(not any(v[size:]), "low bits behind the last value", "not 0", 0)
        last = -1
        for _ in range(patches):
            p = r.u8()
            r.require(last < p < size, "position of a patch", p, f"{last + 1} ... {size - 1}")
            v[p] += r.svarint() << width
            last = p
        bias = reference + HALF
        out += [((x + bias) & MASK) - HALF for x in v[:size]]
        n -= size
    return out


def unpack_mixed(r, n, width, base):
    """n integers in a mixed radix: low bits, and eight high parts in one word."""
    limit = base**8
    bits = (limit - 1).bit_length()
    mask = (1 << bits) - 1
    out = []
    while n > 0:
        size = min(n, 256)
        v = lows(r, width)
        for block in range(0, 256, 64):
            z = int.from_bytes(r.take(bits), "little")
            for lane in range(8):
                word = z >> (lane * bits) & mask
                r.require(word < limit, "word of digits", word, f"below {limit}")
                for place in range(block + 56 + lane, block - 1, -8):
                    word, digit = divmod(word, base)
                    v[place] += digit << width
        r.require(not any(v[size:]), "numbers behind the last value", "not 0", 0)
        out += v[:size]
        n -= size
    return out


def summed(first, differences):
    """x[0] = first, x[i] = x[i - 1] + differences[i]; differences[0] is a placeholder."""
    x = first
    out = [x]
    for d in differences[1:]:
        x += d
        if not -HALF <= x < HALF:
            x = wrap(x)
        out.append(x)
    return out


# LZ4 blocks


def expand(r, raw_length):
    """The raw bytes of the LZ4 block that is the rest of r."""

    def length(nibble):
        total = nibble
        while nibble == 15:
            b = r.u8()
            total += b
            if b < 255:
                break
        return total

    out = bytearray()
    while True:
        token = r.u8()
        out += r.take(length(token >> 4))
        if r.p == len(r.data):
            break
        distance = r.u16()
        r.require(0 < distance <= len(out), "LZ4 offset", distance, f"1 ... {len(out)}")
        count = length(token & 15) + 4
        r.require(len(out) + count <= raw_length, "LZ4 output", len(out) + count, raw_length)
        while count > 0:
            part = out[len(out) - distance :][:count]
            out += part
            count -= len(part)
    r.require(len(out) == raw_length, "LZ4 output", len(out), raw_length)
    return bytes(out)


# Times: a codec reads its shared parameters, then gives the times of a frame


def slots(r, n, position):
    """The grid slots of a frame's samples, left out ones skipped."""
    extra = [0] * n
    at = 0
    for _ in range(r.bounded("number of gaps", 0, n - 1)):
        step = r.varint()
        r.require(step > 0 and at + step < n, "place of a gap", at + step, f"{at + 1} ... {n - 1}")
        at += step
        extra[at] = r.bounded("slots of a gap", 1, MASK)
    slot, out = position, [position]
    for e in extra[1:]:
        slot += 1 + e
        out.append(slot)
    return out


class RegularTimes:
    in_frames = False

    def __init__(self, r, first, count):
        self.first = first
        self.step = r.bounded("step", 0 if count == 1 else 1, UNIT_MAX)

    def frame(self, r, n, f, position):
        start = f * FRAME_SAMPLES
        return [self.first + i * self.step for i in range(start, start + n)]


class GridTimes:
    in_frames = True

    def __init__(self, r, first, count):
        self.first, self.step = first, r.bounded("step", 1, UNIT_MAX)

    def frame(self, r, n, f, position):
        return [self.first + s * self.step for s in slots(r, n, position)]


class JitteredTimes:
    in_frames = True

    def __init__(self, r, first, count):
        self.first, self.step = first, r.bounded("step", 1, UNIT_MAX)
        self.unit = r.bounded("unit", 1, UNIT_MAX)
        self.least = r.bounded("least residual", -HALF, 0, signed=True)

    def residuals(self, r, n):
        return unpack(r, n, 0)

    def frame(self, r, n, f, position):
        places = slots(r, n, position)
        residuals = self.residuals(r, n)
        for x in residuals:
            r.require(0 <= x * self.unit < self.step, "residual", x * self.unit, f"0 ..< {self.step}")
        base = self.first + self.least * self.unit
        return [base + s * self.step + x * self.unit for s, x in zip(places, residuals)]


class MixedRadixTimes(JitteredTimes):
    def __init__(self, r, first, count):
        super().__init__(r, first, count)
        self.width, self.base = r.u8(), r.u8()
        r.require(self.width <= 24, "width of a mixed radix", self.width, "at most 24")
        r.require(self.base in (3, 5, 7, 9), "base of a mixed radix", self.base, "3, 5, 7 or 9")

    def residuals(self, r, n):
        return unpack_mixed(r, n, self.width, self.base)


class DeltaTimes:
    in_frames = True

    def __init__(self, r, first, count):
        self.first, self.unit = first, r.bounded("unit", 1, UNIT_MAX)
        self.reference = r.bounded("reference", 0, UNIT_MAX)

    def frame(self, r, n, f, position):
        differences = [0] + unpack(r, n, self.reference)[1:]
        t, out = self.first + position * self.unit, []
        for d in differences:
            t += d * self.unit
            out.append(t)
        return out


class DeltaVarintTimes:
    in_frames = True

    def __init__(self, r, first, count):
        self.first, self.unit = first, r.bounded("unit", 1, UNIT_MAX)

    def frame(self, r, n, f, position):
        t = self.first + position * self.unit
        out = [t]
        for _ in range(n - 1):
            t += r.varint() * self.unit
            out.append(t)
        return out


class RawTimes:
    in_frames = True

    def __init__(self, r, first, count):
        self.first = first

    def frame(self, r, n, f, position):
        out = list(struct.unpack(f"<{n}q", r.take(8 * n)))
        r.require(out[0] == self.first + position, "frame's first time", out[0], self.first + position)
        return out


# Values


def bits_of(doubles):
    n = len(doubles)
    return list(struct.unpack(f"<{n}Q", struct.pack(f"<{n}d", *doubles)))


def rounded_to_float32(doubles):
    n = len(doubles)
    return struct.unpack(f"<{n}f", struct.pack(f"<{n}f", *doubles))


def widened(pattern):
    """The f64 bits of f32 bits. NaNs go by their bits, which a float conversion may change."""
    if pattern & 0x7F800000 == 0x7F800000:
        sign, fraction = pattern >> 31, pattern & 0x7FFFFF
        return sign << 63 | 0x7FF << 52 | fraction << 29
    return bits_of(struct.unpack("<f", struct.pack("<I", pattern)))[0]


class Form:
    """The form byte: how a decimal number k becomes a value."""

    def __init__(self, r):
        byte = r.u8()
        r.require(byte < 64, "form byte, bits 6 and 7", byte >> 6, 0)
        self.power = float(10 ** (byte & 15))
        self.float_form = byte & 16 != 0
        self.exceptions = byte & 32 != 0

    def doubles(self, ks, divisor):
        out = [float(k) / divisor for k in ks]
        return rounded_to_float32(out) if self.float_form else out

    def values(self, r, ks):
        """The value bits of ks, exceptions put in."""
        return self.replaced(r, bits_of(self.doubles(self.checked(r, ks), self.power)))

    @staticmethod
    def checked(r, ks):
        worst = max(max(ks), -min(ks))
        r.require(worst <= K_MAX, "magnitude of k", worst, f"at most {K_MAX}")
        return ks

    def replaced(self, r, bits):
        if not self.exceptions:
            return bits
        last = -1
        for _ in range(r.bounded("number of exceptions", 0, len(bits))):
            p = r.u16()
            r.require(last < p < len(bits), "place of an exception", p, f"{last + 1} ..< {len(bits)}")
            bits[p] = r.u64()
            last = p
        return bits


def packed_sums(r, n, reference):
    """An svarint, then n packed differences: the layout of k in codecs 2 and 8 and of o in 7."""
    first = r.svarint()
    return summed(first, unpack(r, n, reference))


class ConstantValues:
    in_frames = False

    def __init__(self, r, count):
        self.bits = r.u64()

    def frame(self, r, n):
        return [self.bits] * n


class ScaledDeltaValues:
    in_frames = True

    def __init__(self, r, count):
        self.form, self.reference = Form(r), r.svarint()

    def frame(self, r, n):
        return self.form.values(r, packed_sums(r, n, self.reference))


class ScaledValues(ScaledDeltaValues):
    def frame(self, r, n):
        return self.form.values(r, unpack(r, n, self.reference))


class ScaledVarintValues:
    in_frames = True

    def __init__(self, r, count):
        self.form = Form(r)

    def frame(self, r, n):
        return self.form.values(r, summed(0, [0] + [r.svarint() for _ in range(n)])[1:])


class RunValues(ScaledVarintValues):
    def frame(self, r, n):
        runs = r.bounded("number of runs", 1, n)
        keys = summed(0, [0] + [r.svarint() for _ in range(runs)])[1:]
        ks = []
        for key in keys:
            ks += [key] * r.bounded("length of a run", 1, n - len(ks))
        r.require(len(ks) == n, "sum of the runs", len(ks), n)
        return self.form.values(r, ks)


class RankValues:
    in_frames = True

    def __init__(self, r, count):
        self.form = Form(r)
        size = r.bounded("size of the table", 1, count)
        self.table = [r.svarint()]
        for _ in range(size - 1):
            self.table.append(self.table[-1] + r.bounded("step of the table", 1, MASK))
        Form.checked(r, self.table)
        self.reference = r.svarint()

    def frame(self, r, n):
        size = len(self.table)
        first = r.varint()
        ranks = summed(wrap(first), unpack(r, n, self.reference))
        r.require(0 <= min(ranks) and max(ranks) < size, "rank", (min(ranks), max(ranks)), f"below {size}")
        return self.form.values(r, [self.table[rank] for rank in ranks])


class OrderedFloat32Values:
    in_frames = True

    def __init__(self, r, count):
        self.reference = r.svarint()

    def frame(self, r, n):
        return [self.value(r, o) for o in packed_sums(r, n, self.reference)]

    @staticmethod
    def value(r, o):
        r.require(-(1 << 31) <= o < 1 << 31, "ordered float32", o, "an i32")
        return widened(o if o >= 0 else ~(o & 0x7FFFFFFF) & 0xFFFFFFFF)


class RatioValues:
    in_frames = True

    def __init__(self, r, count):
        self.form = Form(r)
        m = r.u8()
        r.require(1 <= m <= 12, "m of a ratio", m, "1 ... 12")
        self.divisor = m * self.form.power
        self.reference = r.svarint()

    def frame(self, r, n):
        ks = Form.checked(r, packed_sums(r, n, self.reference))
        ulps = [z & MASK for z in unpack(r, n, 0)]
        quotients = bits_of(self.form.doubles(ks, self.divisor))
        bits = [(q + ((z >> 1) ^ -(z & 1))) & MASK for q, z in zip(quotients, ulps)]
        return self.form.replaced(r, bits)


class RawFloat64Values:
    in_frames = True

    def __init__(self, r, count):
        pass

    def frame(self, r, n):
        return list(struct.unpack(f"<{n}Q", r.take(8 * n)))


class RawFloat32Values(RawFloat64Values):
    def frame(self, r, n):
        return [widened(x) for x in struct.unpack(f"<{n}I", r.take(4 * n))]


# Qualities


class UniformQualities:
    in_frames = False

    def __init__(self, r, count):
        self.quality = r.u8()

    def frame(self, r, n):
        return [self.quality] * n


class RunQualities:
    in_frames = True

    def __init__(self, r, count):
        pass

    def frame(self, r, n):
        out = []
        for _ in range(r.bounded("number of runs", 1, n)):
            quality = r.u8()
            out += [quality] * r.bounded("length of a run", 1, n - len(out))
        r.require(len(out) == n, "sum of the runs", len(out), n)
        return out


class RawQualities(RunQualities):
    def frame(self, r, n):
        return list(r.take(n))


TIME_CODECS = {
    1: RegularTimes, 2: GridTimes, 3: JitteredTimes, 4: MixedRadixTimes,
    5: DeltaTimes, 6: DeltaVarintTimes, 7: RawTimes,
}
VALUE_CODECS = {
    1: ConstantValues, 2: ScaledDeltaValues, 3: ScaledValues, 4: ScaledVarintValues, 5: RunValues,
    6: RankValues, 7: OrderedFloat32Values, 8: RatioValues, 10: RawFloat64Values, 11: RawFloat32Values,
}
QUALITY_CODECS = {1: UniformQualities, 2: RunQualities, 3: RawQualities}


# Chunks


class Chunk(NamedTuple):
    """A chunk whose header and H64 were found right; its body is still encoded."""

    file: str
    offset: int
    series: int
    count: int
    first_time: int
    last_lsn: int
    body: bytes

    @property
    def byte_count(self):
        """Header and padding included."""
        return (CHUNK_HEADER + len(self.body) + 7) & ~7


class Samples(NamedTuple):
    times: list
    values: list
    qualities: list


def read_chunk(data, offset, limit, salt, file):
    """The chunk at offset of a file's bytes; it must end before limit. Raises Damage."""

    def require(condition, at, what, found, expected):
        if not condition:
            raise Damage(file, offset + at, what, found, expected)

    require(offset + CHUNK_HEADER <= limit, 0, "chunk header", f"{limit - offset} bytes", "40 bytes")
    head = data[offset : offset + CHUNK_HEADER]
    magic, length, series, count, version, flags, first, lsn, seal = struct.unpack("<4sIIHBBqQQ", head)
    require(magic == b"CHNK", 0, "magic of a chunk", magic.hex(), b"CHNK".hex())
    room = min(BODY_MAX, limit - offset - CHUNK_HEADER)
    require(length <= room, 4, "length of a chunk's body", length, f"at most {room}")
    body = data[offset + CHUNK_HEADER : offset + CHUNK_HEADER + length]
    h = h64(head[:32] + body, salt + offset)
    require(h == seal, 32, "H64 of a chunk", shown(h), shown(seal))
    if (version, flags) != (1, 0):
        raise Unsupported(file, offset + 14, "bytes 14 and 15 of a chunk", (version, flags), (1, 0))
    require(count < CHUNK_SAMPLES_MAX, 12, "count of a chunk", count + 1, f"at most {CHUNK_SAMPLES_MAX}")
    return Chunk(file, offset, series, count + 1, first, lsn, body)


def chosen(r, codecs, what):
    codec = r.u8()
    if codec not in codecs:
        raise Unsupported(r.file, r.place - 1, what + " codec", codec, sorted(codecs))
    return codecs[codec]


class FramePlace(NamedTuple):
    position: int
    columns: list  # one (stored bytes, is LZ4) or None per column: time, value, quality
    checksum: int  # 0 if the frame has no bytes

    @property
    def stored(self):
        return sum(c[0] for c in self.columns if c)


def frame_directory(r, frames, codecs):
    """Position and column lengths of each frame."""
    out = []
    position = 0
    for f in range(frames):
        if f > 0 and codecs[0].in_frames:
            position += r.bounded("distance of frames", FRAME_SAMPLES, MASK)
        columns = []
        for codec in codecs:
            length = r.varint() if codec.in_frames else None
            columns.append(None if length is None else (length >> 1, length & 1))
        place = FramePlace(position, columns, 0)
        out.append(place._replace(checksum=r.u32()) if place.stored else place)
    return out


def column(r, stored, lz4):
    """A reader over a column's raw bytes."""
    place = r.place
    part = ByteReader(r.take(stored), r.file, place)
    if not lz4:
        r.require(stored <= RAW_COLUMN_MAX, "length of a column", stored, f"at most {RAW_COLUMN_MAX}")
        return part
    r.require(stored > 0, "length of an LZ4 column", 0, "above 0")
    raw_length = part.bounded("raw length", 0, RAW_COLUMN_MAX)
    return ByteReader(expand(part, raw_length), r.file, place, fixed=True)


def decode_frame(r, place, codecs, n, f):
    """The three columns of frame f, each used up to its last byte."""
    out = []
    for codec, stored in zip(codecs, place.columns):
        c = column(r, *stored) if stored else ByteReader(b"", r.file, r.place)
        out.append(codec.frame(c, n, f, place.position) if codec is codecs[0] else codec.frame(c, n))
        c.end("column")
    return out


def decode_body(chunk):
    """The samples of a chunk. Times are checked to ascend from the header's first time."""
    r = ByteReader(chunk.body, chunk.file, chunk.offset + CHUNK_HEADER)
    kinds = [chosen(r, TIME_CODECS, "time"), chosen(r, VALUE_CODECS, "value"),
             chosen(r, QUALITY_CODECS, "quality")]
    frames = r.u8()
    expected = -(-chunk.count // FRAME_SAMPLES)
    r.require(frames == expected, "number of frames", frames, expected)
    codecs = [kinds[0](r, chunk.first_time, chunk.count),
              kinds[1](r, chunk.count), kinds[2](r, chunk.count)]
    directory = frame_directory(r, frames, codecs)
    stored = sum(place.stored for place in directory)
    left = len(chunk.body) - r.p
    r.require(stored == left, "sum of the frames' lengths", stored, left)
    samples = Samples([], [], [])
    for f, place in enumerate(directory):
        n = min(FRAME_SAMPLES, chunk.count - f * FRAME_SAMPLES)
        h = h64(chunk.body[r.p : r.p + place.stored]) & 0xFFFFFFFF if place.stored else 0
        r.require(h == place.checksum, f"checksum of frame {f}", shown(h), shown(place.checksum))
        for whole, part in zip(samples, decode_frame(r, place, codecs, n, f)):
            whole += part
    r.end("body")
    check_times(r, chunk, samples.times)
    return samples


def check_times(r, chunk, times):
    r.require(times[0] == chunk.first_time, "first time", times[0], chunk.first_time)
    for i in range(1, len(times)):
        if times[i] <= times[i - 1]:
            raise r.damage(f"time of sample {i}", times[i], f"above {times[i - 1]}")
    r.require(times[-1] < HALF, "last time", times[-1], "an i64")

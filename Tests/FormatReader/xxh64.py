"""XXH64 in pure Python, as docs/format/README.md gives it under "Checksum"."""

import struct

MASK = 0xFFFFFFFFFFFFFFFF
P1 = 0x9E3779B185EBCA87
P2 = 0xC2B2AE3D27D4EB4F
P3 = 0x165667B19E3779F9
P4 = 0x85EBCA77C2B2AE63
P5 = 0x27D4EB2F165667C5

EXAMPLES = [
    (b"", 0, 0xEF46DB3751D8E999),
    (b"abc", 0, 0x44BC2CF5AD770999),
    (b"almanac", 1, 0xD89375BA952E9ED2),
    (bytes(range(100)), 0, 0x6AC1E58032166597),
    (bytes(range(100)), 0x5AF0000000000001, 0x12604A474F0F4B04),
]


def rotl(x, count):
    return ((x << count) | (x >> (64 - count))) & MASK


def accumulate(a, x):
    """The page's `round(a, x)`."""
    return rotl((a + x * P2) & MASK, 31) * P1 & MASK


def stripes(data, seed):
    """The hash state after all whole stripes of 32 bytes.

    The four accumulations are written out: this loop is nearly all of the time of a check.
    """
    a, b, c, d = (seed + P1 + P2) & MASK, (seed + P2) & MASK, seed, (seed - P1) & MASK
    whole = memoryview(data)[: len(data) & ~31]
    for w, x, y, z in struct.iter_unpack("<4Q", whole):
        a = (a + w * P2) & MASK
        a = ((a << 31 | a >> 33) & MASK) * P1 & MASK
        b = (b + x * P2) & MASK
        b = ((b << 31 | b >> 33) & MASK) * P1 & MASK
        c = (c + y * P2) & MASK
        c = ((c << 31 | c >> 33) & MASK) * P1 & MASK
        d = (d + z * P2) & MASK
        d = ((d << 31 | d >> 33) & MASK) * P1 & MASK
    h = (rotl(a, 1) + rotl(b, 7) + rotl(c, 12) + rotl(d, 18)) & MASK
    for x in (a, b, c, d):
        h = ((h ^ accumulate(0, x)) * P1 + P4) & MASK
    return h


def h64(data, seed=0):
    """XXH64 of bytes, as an unsigned 64-bit integer."""
    n = len(data)
    seed &= MASK
    h = stripes(data, seed) if n >= 32 else (seed + P5) & MASK
    h = (h + n) & MASK
    p = n & ~31
    while p + 8 <= n:
        h = (rotl(h ^ accumulate(0, int.from_bytes(data[p : p + 8], "little")), 27) * P1 + P4) & MASK
        p += 8
    if p + 4 <= n:
        h = (rotl(h ^ (int.from_bytes(data[p : p + 4], "little") * P1 & MASK), 23) * P2 + P3) & MASK
        p += 4
    while p < n:
        h = rotl(h ^ (data[p] * P5 & MASK), 11) * P1 & MASK
        p += 1
    h ^= h >> 33
    h = h * P2 & MASK
    h ^= h >> 29
    h = h * P3 & MASK
    return h ^ (h >> 32)

"""A plain encoder of chunks for the tests: every codec of the pages, without choosing among them.

It makes what the pages allow and not what a good writer would: widths, tables and runs are random.
"""

import struct

from almanac_codecs import FRAME_SAMPLES, bits_of, rounded_to_float32, widened
from xxh64 import MASK, h64


def varint(x):
    out = bytearray()
    while x > 127:
        out.append(x & 127 | 128)
        x >>= 7
    out.append(x)
    return bytes(out)


def svarint(x):
    return varint((x << 1 ^ x >> 63) & MASK)


def low_bits(group, width):
    """The low bits of up to 256 numbers, in eight interleaved streams."""
    words = [0] * (8 * width)
    for i, x in enumerate(group if width else []):
        row, lane = divmod(i, 8)
        j, s = divmod(row * width, 32)
        low = x & ((1 << width) - 1)
        words[8 * j + lane] |= low << s & 0xFFFFFFFF
        if s + width > 32:
            words[8 * (j + 1) + lane] |= low << s >> 32
    return struct.pack(f"<{8 * width}I", *words)


def pack(values, reference, width):
    """Packed integers at one width; what does not fit becomes a patch."""
    out = bytearray()
    for start in range(0, len(values), 256):
        stored = [x - reference for x in values[start : start + 256]]
        patched = [(i, x >> width) for i, x in enumerate(stored) if x >> width]
        if len(patched) > 255:
            return pack(values, reference, 32)
        out += bytes([width, len(patched)]) + low_bits(stored, width)
        for i, high in patched:
            out += bytes([i]) + svarint(high)
    return bytes(out)


def pack_mixed(values, width, base):
    """Integers in a mixed radix, block by block."""
    bits = (base**8 - 1).bit_length()
    out = bytearray()
    for start in range(0, len(values), 256):
        group = values[start : start + 256]
        group += [0] * (256 - len(group))
        out += low_bits(group, width)
        for block in range(0, 256, 64):
            z = 0
            for lane in range(8):
                word = 0
                for x in group[block + lane : block + 64 : 8]:
                    word = word * base + (x >> width)
                z |= word << (lane * bits)
            out += z.to_bytes(bits, "little")
    return bytes(out)


def differences(values):
    return [0] + [b - a for a, b in zip(values, values[1:])]


def gaps(slots):
    places = [i for i in range(1, len(slots)) if slots[i] - slots[i - 1] > 1]
    out, last = varint(len(places)), 0
    for i in places:
        out += varint(i - last) + varint(slots[i] - slots[i - 1] - 1)
        last = i
    return out


def lz4(raw):
    """A greedy LZ4 block; the last five bytes are literals."""
    out, seen, p, start = bytearray(), {}, 0, 0

    def sequence(literals, distance=None, match=4):
        lengths = [len(literals), match - 4]
        out.append(min(lengths[0], 15) << 4 | (min(lengths[1], 15) if distance else 0))
        for i, length in enumerate(lengths[: 2 if distance else 1]):
            if i == 1:
                out.extend(struct.pack("<H", distance))
            if length >= 15:
                out.extend(b"\xff" * ((length - 15) // 255) + bytes([(length - 15) % 255]))
            if i == 0:
                out.extend(literals)

    while p + 12 < len(raw):
        at = seen.get(raw[p : p + 4])
        seen[raw[p : p + 4]] = p
        if at is None:
            p += 1
            continue
        match = 4
        while p + match < len(raw) - 5 and raw[at + match] == raw[p + match]:
            match += 1
        sequence(raw[start:p], p - at, match)
        p = start = p + match
    sequence(raw[start:])
    return bytes(out)


def frames_of(count):
    return [range(i, min(i + FRAME_SAMPLES, count)) for i in range(0, count, FRAME_SAMPLES)]


# Each of these gives (shared parameters, columns a frame or None, decoded column)


def times(codec, count, first, random):
    """Also gives the positions of the frames."""
    frames = frames_of(count)
    step = random.choice([1000, 60_000, 900_000])
    if codec == 1:
        return varint(step), None, [first + i * step for i in range(count)], None
    slots = [0]
    for _ in range(count - 1):
        slots.append(slots[-1] + (1 if random.random() < 0.9 else random.randint(2, 40)))
    starts = [slots[f[0]] for f in frames]
    if codec == 2:
        return varint(step), [gaps([slots[i] for i in f]) for f in frames], [first + s * step for s in slots], starts
    if codec in (3, 4):
        unit, least = 10, -random.randint(0, 20)
        x = [-least] + [random.randrange(step // unit) for _ in range(count - 1)]
        shared = varint(step) + varint(unit) + svarint(least)
        base = random.choice([3, 5, 7, 9])
        width = next(w for w in range(25) if base << w > max(x)) + random.randint(0, 2)
        if codec == 4:
            shared += bytes([width, base])

        def written(f):
            if codec == 4:
                return pack_mixed([x[i] for i in f], width, base)
            return pack([x[i] for i in f], 0, random.randint(0, 17))

        columns = [gaps([slots[i] for i in f]) + written(f) for f in frames]
        return shared, columns, [first + s * step + (least + r) * unit for s, r in zip(slots, x)], starts
    units = [0]
    for _ in range(count - 1):
        units.append(units[-1] + random.choice([1, 7, 300, random.randint(1, 4000)]))
    starts = [units[f[0]] for f in frames]
    if codec == 7:
        all_times = [first + u for u in units]
        return b"", [struct.pack(f"<{len(f)}q", *[all_times[i] for i in f]) for f in frames], all_times, starts
    steps = [differences([units[i] for i in f]) for f in frames]
    if codec == 5:
        shared, columns = varint(5) + varint(1), [pack(d, 1, random.randint(0, 13)) for d in steps]
    else:
        shared, columns = varint(5), [b"".join(map(varint, d[1:])) for d in steps]
    return shared, columns, [first + u * 5 for u in units], starts


def decimal_keys(codec, count, random):
    keys, k = [], random.randint(-9999, 9999)
    for _ in range(count):
        k += random.choice([0, 0, 1, -1, random.randint(-900, 900), 0 if codec == 3 else random.randint(0, 1 << 30)])
        keys.append(k)
    if codec == 5:
        keys = [keys[i // 9] for i in range(count)]
    if codec == 6:
        keys = [keys[random.randrange(min(20, count))] for _ in range(count)]
    return keys


def values(codec, count, random):
    frames = frames_of(count)
    if codec == 1:
        bits = random.getrandbits(64)
        return struct.pack("<Q", bits), None, [bits] * count
    if codec == 10:
        bits = [random.getrandbits(64) for _ in range(count)]
        return b"", [struct.pack(f"<{len(f)}Q", *[bits[i] for i in f]) for f in frames], bits
    if codec == 11:
        patterns = [random.getrandbits(32) | 0x400000 for _ in range(count)]
        return b"", [struct.pack(f"<{len(f)}I", *[patterns[i] for i in f]) for f in frames], [widened(x) for x in patterns]
    if codec == 7:
        ordered = [random.randint(-(1 << 31), (1 << 31) - 1) | 0x400000 for _ in range(count)]
        patterns = [o if o >= 0 else ~(o & 0x7FFFFFFF) & 0xFFFFFFFF for o in ordered]
        columns = [svarint(ordered[f[0]]) + pack(differences([ordered[i] for i in f]), -4, 30) for f in frames]
        return svarint(-4), columns, [widened(x) for x in patterns]
    return decimals(codec, count, frames, random)


def decimals(codec, count, frames, random):
    """The codecs with a form byte."""
    e, float_form, exceptions = random.randrange(16), random.random() < 0.5, random.random() < 0.6
    m = random.randint(1, 12) if codec == 8 else 1
    keys = decimal_keys(codec, count, random)
    doubles = [float(k) / (m * float(10**e)) for k in keys]
    bits = bits_of(rounded_to_float32(doubles) if float_form else doubles)
    ulps = [random.randint(-9, 9) for _ in keys] if codec == 8 else [0] * count
    bits = [(b + u) & MASK for b, u in zip(bits, ulps)]
    columns = []
    table = sorted(set(keys))
    # A group has room for 255 patches, so not all of its 256 values may lie below the reference.
    reference = min(keys) if codec == 3 else random.randint(-5, 5)
    width = random.randint(0, 32)
    for f in frames:
        ks = [keys[i] for i in f]
        ranks = [table.index(k) for k in ks] if codec == 6 else []
        c = {
            2: lambda: svarint(ks[0]) + pack([0] + differences(ks)[1:], reference, width),
            3: lambda: pack(ks, reference, width),
            4: lambda: svarint(ks[0]) + b"".join(map(svarint, differences(ks)[1:])),
            5: lambda: runs(ks, svarint),
            6: lambda: varint(ranks[0]) + pack(differences(ranks), reference, width),
            8: lambda: svarint(ks[0]) + pack(differences(ks), reference, width)
            + pack([(ulps[i] << 1 ^ ulps[i] >> 63) & MASK for i in f], 0, 5),
        }[codec]()
        if exceptions:
            places = sorted(random.sample(range(len(f)), min(len(f), random.randrange(4))))
            c += varint(len(places))
            for p in places:
                bits[f[p]] = random.getrandbits(64)
                c += struct.pack("<HQ", p, bits[f[p]])
        columns.append(c)
    shared = bytes([e | float_form << 4 | exceptions << 5])
    if codec == 6:
        shared += varint(len(table)) + svarint(table[0]) + b"".join(map(varint, differences(table)[1:]))
    if codec == 8:
        shared += bytes([m])
    if codec not in (4, 5):
        shared += svarint(reference)
    return shared, columns, bits


def grouped(column):
    out = []
    for x in column:
        if out and out[-1][0] == x:
            out[-1][1] += 1
        else:
            out.append([x, 1])
    return out


def runs(ks, number):
    groups = grouped(ks)
    keys = [g[0] for g in groups]
    steps = [keys[0]] + differences(keys)[1:]
    return varint(len(groups)) + b"".join(map(number, steps)) + b"".join(varint(g[1]) for g in groups)


def qualities(codec, count, random):
    frames = frames_of(count)
    if codec == 1:
        return b"\x02", None, [2] * count
    column = [random.choice([0, 0, 0, 1, 128]) for _ in range(count)]
    if codec == 3:
        return b"", [bytes(column[i] for i in f) for f in frames], column
    columns = []
    for f in frames:
        groups = grouped([column[i] for i in f])
        columns.append(varint(len(groups)) + b"".join(bytes([q]) + varint(n) for q, n in groups))
    return b"", columns, column


def stored(column, compress):
    """Directory entry and bytes of a column."""
    if compress and column:
        column = varint(len(column)) + lz4(column)
        return varint(len(column) * 2 + 1), column
    return varint(len(column) * 2), column


def chunk(series, codecs, count, first, salt, offset, random):
    """A whole chunk and what it must decode to: (bytes, times, value bits, qualities)."""
    t = times(codecs[0], count, first, random)
    v = values(codecs[1], count, random)
    q = qualities(codecs[2], count, random)
    directory, frames = b"", b""
    for f in range(len(frames_of(count))):
        if f and t[3]:
            directory += varint(t[3][f] - t[3][f - 1])
        frame = b""
        for part in (t, v, q):
            if part[1]:
                length, column = stored(part[1][f], random.random() < 0.5)
                directory += length
                frame += column
        if frame:
            directory += struct.pack("<I", h64(frame) & 0xFFFFFFFF)
        frames += frame
    body = bytes(codecs) + bytes([len(frames_of(count))]) + t[0] + v[0] + q[0] + directory + frames
    return sealed(series, count, first, body, salt, offset), t[2], v[2], q[2]


def sealed(series, count, first, body, salt, offset):
    head = struct.pack("<4sIIHBBqQ", b"CHNK", len(body), series, count - 1, 1, 0, first, 42)
    return head + struct.pack("<Q", h64(head + body, salt + offset)) + body

"""What all pages share: kinds of refusal, and reading integers front to back (README.md)."""

from xxh64 import MASK

HALF = 1 << 63


class Problem(Exception):
    """Something a reader refuses, with its place."""

    word = "problem"

    def __init__(self, file, offset, what, found=None, expected=None):
        self.file, self.offset, self.what = file, offset, what
        self.found, self.expected = found, expected
        super().__init__(str(self))

    def __str__(self):
        text = f"{self.file} at {self.offset}: {self.word}: {self.what}"
        if self.expected is not None:
            text += f": found {self.found}, expected {self.expected}"
        return text


class Damage(Problem):
    """The bytes are not what a writer wrote."""

    word = "damage"


class Unsupported(Problem):
    """The bytes may be right, but of a version or kind that this reader does not know."""

    word = "unsupported"


class Foreign(Problem):
    """A file that is not the one the manifest means."""

    word = "foreign"


def shown(h):
    return f"{h:016x}"

class ByteReader:
    """Reads a run of bytes front to back and knows where in which file they lie.

    With `fixed` the bytes were expanded, so every place in them is reported as `base`.
    """

    def __init__(self, data, file="", base=0, fixed=False):
        self.data, self.file, self.base, self.fixed = data, file, base, fixed
        self.p = 0

    @property
    def place(self):
        return self.base if self.fixed else self.base + self.p

    def damage(self, what, found=None, expected=None):
        return Damage(self.file, self.place, what, found, expected)

    def require(self, condition, what, found=None, expected=None):
        if not condition:
            raise self.damage(what, found, expected)

    def take(self, count):
        left = len(self.data) - self.p
        self.require(0 <= count <= left, "bytes end too early", f"{left} bytes", f"{count} bytes")
        self.p += count
        return self.data[self.p - count : self.p]

    def integer(self, size):
        return int.from_bytes(self.take(size), "little")

    def u8(self):
        return self.integer(1)

    def u16(self):
        return self.integer(2)

    def u32(self):
        return self.integer(4)

    def u64(self):
        return self.integer(8)

    def i64(self):
        return int.from_bytes(self.take(8), "little", signed=True)

    def varint(self):
        x = 0
        for shift in range(0, 70, 7):
            b = self.u8()
            x |= (b & 127) << shift
            self.require(shift < 63 or b <= 1, "varint above 64 bits", b, "at most 1")
            if b < 128:
                self.require(shift == 0 or b > 0, "varint not in its shortest form", b, "above 0")
                return x

    def svarint(self):
        z = self.varint()
        return (z >> 1) ^ -(z & 1)

    def bounded(self, what, low, high, signed=False):
        """A varint that must lie in low ... high."""
        x = self.svarint() if signed else self.varint()
        self.require(low <= x <= high, what, x, f"{low} ... {high}")
        return x

    def end(self, what):
        left = len(self.data) - self.p
        self.require(left == 0, what + " has bytes left over", f"{left} bytes", "none")


def wrap(x):
    """x modulo 2^64, read as an i64."""
    return ((x + HALF) & MASK) - HALF

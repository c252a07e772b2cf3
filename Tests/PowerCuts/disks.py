"""Disks that record what is written to them, and the images that a power cut leaves of them.

A `Recorder` serves a FUSE file system of two files and speaks the kernel's protocol itself.  `disk`
is below a loop device with a file system; each write and each flush of it is recorded in order.
What is written to `acks` is recorded in the same order, before the write returns.  `Cuts` builds the
images of a recording: everything up to the last flush, and of the later writes those that a cut
chooses.
"""
import collections
import contextlib
import ctypes
import errno
import fcntl
import mmap
import os
import random
import signal
import stat
import struct
import subprocess
import time

LIBC = ctypes.CDLL(None, use_errno=True)

Kind = collections.namedtuple("Kind", "name make size sector options no_barrier")
MIB = 1 << 20
EXT4 = ["mkfs.ext4", "-q", "-F", "-E", "lazy_itable_init=0,lazy_journal_init=0"]
# A cut never tears a sector.  XFS and btrfs get sectors as long as their blocks, because they do not
# repair a torn block of their own; ext4 does, with its journal.
KINDS = {
    "ext4": Kind("ext4", EXT4, 256 * MIB, 512, "data=ordered", "barrier=0"),
    "ext4-writeback": Kind("ext4", EXT4, 256 * MIB, 512, "data=writeback", "barrier=0"),
    "xfs": Kind("xfs", ["mkfs.xfs", "-q", "-f", "-s", "size=4096"], 320 * MIB, 4096, "nouuid", None),
    "btrfs": Kind("btrfs", ["mkfs.btrfs", "-q", "-f"], 512 * MIB, 4096, "nodiscard", "nobarrier"),
}


class DiskError(Exception):
    """The file system or the harness failed, not the store."""


def checked(result, what):
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, "%s: %s" % (what, os.strerror(number)))
    return result


def die_with_parent():
    LIBC.prctl(1, signal.SIGKILL)


def own_namespace():
    """Hides later mounts from all other processes; they end with the last process of this trial."""
    checked(LIBC.unshare(0x00020000), "unshare")
    checked(LIBC.mount(b"none", b"/", None, 0x4000 | 0x40000, None), "make mounts private")


def mount(source, folder, kind, options="", flags=0):
    checked(LIBC.mount(source.encode(), folder.encode(), kind.encode(), flags,
                       options.encode() or None), "mount %s" % kind)


def unmount(folder):
    for _ in range(400):
        if LIBC.umount2(folder.encode(), 0) == 0:
            return
        if ctypes.get_errno() != errno.EBUSY:
            break
        time.sleep(0.025)
    checked(-1, "unmount")


def sync_file_system(folder):
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        checked(LIBC.syncfs(descriptor), "syncfs")
    finally:
        os.close(descriptor)


def attach(path, sector, direct):
    """Makes a loop device of a file; returns a descriptor and its path.  It ends with its last user."""
    backing = os.open(path, os.O_RDWR)
    try:
        for _ in range(100):
            with open("/dev/loop-control") as control:
                number = fcntl.ioctl(control, 0x4C82)
            device = "/dev/loop%d" % number
            descriptor = os.open(device, os.O_RDWR)
            flags = 4 | (16 if direct else 0)
            info = struct.pack("<5Q4I64s64s32s2Q", 0, 0, 0, 0, 0, 0, 0, 0, flags,
                               b"powercut", b"", b"", 0, 0)
            try:
                fcntl.ioctl(descriptor, 0x4C0A, struct.pack("<2I", backing, sector) + info + bytes(64))
                return descriptor, device
            except OSError as error:
                os.close(descriptor)
                if error.errno != errno.EBUSY:
                    raise
                time.sleep(0.01)
        raise DiskError("no loop device is free")
    finally:
        os.close(backing)


def loop_is_direct(device):
    with open("/sys/block/%s/loop/dio" % os.path.basename(device)) as file:
        return file.read().strip() == "1"


def counted(device, folder):
    """Returns the kernel's count of bytes written to a device and of flushes, once it is idle."""
    sync_file_system(folder)
    before = None
    for _ in range(100):
        with open("/sys/block/%s/stat" % os.path.basename(device)) as file:
            fields = [int(word) for word in file.read().split()]
        now = fields[6] * 512, fields[15]
        if now == before:
            break
        before = now
        time.sleep(0.02)
    return now


@contextlib.contextmanager
def mounted(path, kind, folder, options="", direct=False):
    """Mounts the file system in a file; yields the path of the loop device."""
    os.makedirs(folder, exist_ok=True)
    descriptor, device = attach(path, kind.sector, direct)
    try:
        every = ",".join(filter(None, [kind.options, options]))
        mount(device, folder, kind.name, every)
    except OSError as error:
        raise DiskError("does not mount: %s" % error)
    finally:
        os.close(descriptor)
    try:
        yield device
    finally:
        unmount(folder)
        if kind.name == "btrfs":
            subprocess.run(["btrfs", "device", "scan", "--forget", device], capture_output=True)


def make(kind, path, rnd):
    """Makes a new file system in a sparse file."""
    with open(path, "wb") as file:
        file.truncate(kind.size)
    words = list(kind.make)
    if kind.name == "ext4":
        words += ["-b", rnd.choice(["1024", "4096"])]
    done = subprocess.run(words + [path], capture_output=True, text=True)
    if done.returncode:
        raise DiskError("%s: %s" % (words[0], done.stderr))
    subprocess.run(["fallocate", "--dig-holes", path], capture_output=True)


def copy_sparse(source, target):
    with open(source, "rb") as old, open(target, "wb") as new:
        size = os.fstat(old.fileno()).st_size
        new.truncate(size)
        end = 0
        while True:
            try:
                start = os.lseek(old.fileno(), end, os.SEEK_DATA)
            except OSError:
                return
            end = os.lseek(old.fileno(), start, os.SEEK_HOLE)
            at = start
            while at < end:
                part = os.pread(old.fileno(), min(end - at, 4 * MIB), at)
                os.pwrite(new.fileno(), part, at)
                at += len(part)


# The part of the kernel's FUSE protocol that two files need.

IN = struct.Struct("<IIQQIIIHH")
OUT = struct.Struct("<IiQ")
LOOKUP, FORGET, GETATTR, SETATTR, OPEN, READ, WRITE, STATFS = 1, 2, 3, 4, 14, 15, 16, 17
RELEASE, FSYNC, INIT, OPENDIR, RELEASEDIR, INTERRUPT, DESTROY = 18, 20, 26, 27, 29, 36, 38
BATCH_FORGET = 42
LONGEST = MIB
ROOT, DISK, ACKS = 1, 2, 3
NAMES = {b"disk": DISK, b"acks": ACKS}
FOR_EVER = 1 << 30
RECORD = struct.Struct("<cQI")


class Server:
    """The file system of two files: replies to one request of the kernel after the other."""

    def __init__(self, device, image, log):
        self.device, self.image, self.log = device, image, log
        self.size = os.fstat(image).st_size

    def run(self):
        buffer = bytearray(LONGEST + 4096)
        while True:
            try:
                count = os.readv(self.device, [buffer])
            except OSError as error:
                if error.errno == errno.ENODEV:
                    return
                if error.errno in (errno.EINTR, errno.ENOENT, errno.EAGAIN):
                    continue
                raise
            _, opcode, unique, node, *_ = IN.unpack_from(buffer)
            if opcode in (FORGET, BATCH_FORGET, INTERRUPT):
                continue
            error, reply = self.reply(opcode, node, memoryview(buffer)[IN.size:count])
            try:
                os.writev(self.device, [OUT.pack(OUT.size + len(reply), -error, unique), reply])
            except OSError as error:
                # No caller waits for this reply any more: the folder is being unmounted.
                if error.errno != errno.ENOENT:
                    raise
            if opcode == DESTROY:
                return

    def reply(self, opcode, node, body):
        """Performs one request; returns the error number and the body of the reply."""
        if opcode == WRITE:
            offset, length = struct.unpack_from("<QI", body, 8)
            data = body[40:40 + length]
            if node == DISK:
                os.pwrite(self.image, data, offset)
                self.record(b"W", offset, data)
            else:
                self.record(b"A", 0, data)
            return 0, struct.pack("<II", length, 0)
        if opcode == READ:
            offset, length = struct.unpack_from("<QI", body, 8)
            return 0, os.pread(self.image, length, offset) if node == DISK else b""
        if opcode == FSYNC:
            if node == DISK:
                self.record(b"F", 0, b"")
            return 0, b""
        if opcode == INIT:
            _, minor, ahead, flags = struct.unpack_from("<4I", body)
            # Reads and direct writes may overlap, and long writes arrive whole; no write-back cache.
            flags &= 1 << 0 | 1 << 5 | 1 << 15 | 1 << 22
            return 0, struct.pack("<4IHHIIHHI28x", 7, min(minor, 31), ahead, flags, 64, 48, LONGEST,
                                  1, LONGEST // 4096, 0, 0)
        if opcode == LOOKUP:
            found = NAMES.get(bytes(body).rstrip(b"\0"))
            if found is None:
                return errno.ENOENT, b""
            return 0, struct.pack("<4QII", found, 0, FOR_EVER, FOR_EVER, 0, 0) + self.attributes(found)
        if opcode in (GETATTR, SETATTR):
            return 0, struct.pack("<QII", FOR_EVER, 0, 0) + self.attributes(node)
        if opcode in (OPEN, OPENDIR):
            return 0, struct.pack("<QIi", 0, 1 if node == ACKS else 0, 0)
        if opcode == STATFS:
            return 0, struct.pack("<5Q4I24x", 0, 0, 0, 2, 0, 4096, 255, 4096, 0)
        if opcode in (RELEASE, RELEASEDIR, DESTROY):
            return 0, b""
        return errno.ENOSYS, b""

    def attributes(self, node):
        mode = stat.S_IFDIR | 0o700 if node == ROOT else stat.S_IFREG | 0o600
        size = self.size if node == DISK else 0
        return struct.pack("<6Q10I", node, size, size // 512, 0, 0, 0, 0, 0, 0, mode, 1, 0, 0, 0,
                           4096, 0)

    def record(self, kind, offset, data):
        self.log.write(RECORD.pack(kind, offset, len(data)))
        self.log.write(data)


class Recorder:
    """A process that serves `folder`/disk from the file `image` and writes the recording `log`."""

    def __init__(self, image, log, folder):
        os.makedirs(folder, exist_ok=True)
        self.folder = folder
        ready, started = os.pipe()
        self.process = os.fork()
        if self.process == 0:
            self.serve(image, log, started)
        os.close(started)
        if os.read(ready, 1) != b"1":
            raise DiskError("the FUSE file system was not mounted")
        os.close(ready)

    def serve(self, image, log, started):
        try:
            die_with_parent()
            device = os.open("/dev/fuse", os.O_RDWR)
            mount("powercut", self.folder, "fuse", "fd=%d,rootmode=40000,user_id=0,group_id=0"
                  % device, flags=2 | 4)
            os.write(started, b"1")
            with open(log, "wb", buffering=MIB) as file:
                Server(device, os.open(image, os.O_RDWR), file).run()
            os._exit(0)
        except BaseException as error:
            os.write(2, ("recorder: %r\n" % error).encode())
        finally:
            os._exit(1)

    def end(self):
        unmount(self.folder)
        _, status = os.waitpid(self.process, 0)
        if status:
            raise DiskError("the recorder ended with %d" % status)


MAGIC = b"\x89ALM\r\n\x1a\n"
Op = collections.namedtuple("Op", "kind offset start length")


class Recording:
    """The writes, flushes and acknowledgements that a recorder wrote, in order."""

    def __init__(self, path):
        with open(path, "rb") as file:
            self.bytes = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self.ops = []
        at = 0
        while at < len(self.bytes):
            kind, offset, length = RECORD.unpack_from(self.bytes, at)
            at += RECORD.size
            self.ops.append(Op(kind, offset, at, length))
            at += length

    def data(self, op):
        return self.bytes[op.start:op.start + op.length]

    def texts(self, point):
        """Returns what was acknowledged before a point of the recording."""
        return [self.data(op).decode() for op in self.ops[:point] if op.kind == b"A"]

    def counted(self, start, end):
        ops = self.ops[start:end]
        return (sum(op.length for op in ops if op.kind == b"W"), sum(op.kind == b"F" for op in ops))

    def begins_file(self, start, end):
        """Returns whether a write of the span holds the first bytes of a segment, log or record file."""
        return any(op.kind == b"W" and MAGIC in self.data(op) for op in self.ops[start:end])

    def windows(self, start, end):
        """Returns the spans between flushes that hold writes: (first, flush at the end, bytes)."""
        found, first, writes = [], start, 0
        for at in range(start, end):
            kind = self.ops[at].kind
            if kind == b"W":
                writes += self.ops[at].length
            if kind == b"F" or at == end - 1:
                if writes:
                    found.append((first, at, writes))
                first, writes = at + 1, 0
        return found


Cut = collections.namedtuple("Cut", "point mode seed")
MODES = ["all", "some", "some", "torn", "torn", "prefix", "but one", "only one"]


def choose_cuts(recording, start, end, count, rnd, ways=5):
    """Returns cuts in ascending order, of five kinds in turn: while a file of the store is begun;
    anywhere; while many writes are under way; soon after a command begins or before it ends; directly
    after an acknowledgement.  `ways` limits them to the first kinds."""
    windows = recording.windows(start, end)
    files = [one for one in windows if recording.begins_file(one[0], one[1])] or windows
    acks = [at for at in range(start, end) if recording.ops[at].kind == b"A"]
    marks = [at for at in acks if recording.bytes[recording.ops[at].start] == ord("{")]
    cuts = []
    for number in range(count):
        way = number % ways
        if way == 4:
            point = rnd.choice(marks if rnd.random() < 0.7 else acks) + 1
            mode = "none" if rnd.random() < 0.5 else rnd.choice(MODES)
            cuts.append(Cut(point, mode, rnd.getrandbits(32)))
            continue
        if way == 0:
            window = rnd.choice(files)
        elif way == 1:
            window = rnd.choice(windows)
        elif way == 2:
            window = rnd.choices(windows, [min(64, one[2] // 2048) for one in windows])[0]
        else:
            at = rnd.randrange(len(marks) - 1)
            inside = [one for one in windows if marks[at] < one[1] and one[0] <= marks[at + 1]]
            window = rnd.choice(inside[:8] + inside[8:][-8:] or windows)
        first, last, _ = window
        if rnd.random() < 0.1:
            cuts.append(Cut(first, "none", 0))
        else:
            point = last if rnd.random() < 0.6 else rnd.randint(first + 1, last)
            cuts.append(Cut(point, rnd.choice(MODES), rnd.getrandbits(32)))
    return sorted(cuts)


class Cuts:
    """Builds the images that cuts leave.  Request them in ascending order."""

    def __init__(self, base, recording, work, sector):
        self.recording, self.sector = recording, sector
        self.flushed = os.path.join(work, "flushed")
        copy_sparse(base, self.flushed)
        self.done = 0

    def barrier(self, point):
        return next((at for at in range(point - 1, -1, -1) if self.recording.ops[at].kind == b"F"), 0)

    def image(self, cut, path):
        """Writes the image; returns how many pieces were under way, and how many of them were kept."""
        barrier = self.barrier(cut.point)
        assert self.done <= barrier or self.done == 0
        with open(self.flushed, "r+b", buffering=0) as file:
            for op in self.recording.ops[self.done:barrier]:
                if op.kind == b"W":
                    os.pwrite(file.fileno(), self.recording.data(op), op.offset)
        self.done = barrier
        copy_sparse(self.flushed, path)
        pending = [op for op in self.recording.ops[barrier:cut.point] if op.kind == b"W"]
        pieces = list(self.pieces(pending, 4096 if cut.mode == "some" else self.sector))
        kept = self.choose(cut, pieces)
        with open(path, "r+b", buffering=0) as file:
            for (offset, start, length), keep in zip(pieces, kept):
                if keep:
                    os.pwrite(file.fileno(), self.recording.bytes[start:start + length], offset)
        return len(pieces), sum(kept)

    def pieces(self, pending, unit):
        """Yields the parts of the writes that reach the disk independently: none crosses a unit."""
        for op in pending:
            at = 0
            while at < op.length:
                length = min(unit - (op.offset + at) % unit, op.length - at)
                yield op.offset + at, op.start + at, length
                at += length

    def choose(self, cut, pieces):
        rnd = random.Random(cut.seed)
        if cut.mode == "none" or not pieces:
            return [False] * len(pieces)
        if cut.mode == "all":
            return [True] * len(pieces)
        if cut.mode == "prefix":
            # As a single queue would empty; the last write is cut anywhere.
            return [at < rnd_end for rnd_end in [rnd.randint(0, len(pieces))]
                    for at in range(len(pieces))]
        if cut.mode in ("but one", "only one"):
            one = rnd.randrange(len(pieces))
            return [(at == one) == (cut.mode == "only one") for at in range(len(pieces))]
        share = rnd.choice([0.1, 0.5, 0.9])
        return [rnd.random() < share for _ in pieces]

#!/usr/bin/env python3
"""Cuts the power of a store at random moments, and checks what is left on a real file system.

    powercut.py --almanac BIN [--fs ext4,ext4-writeback,xfs,btrfs] [--images N] [--seed S] [--short]

A store is written on a file system whose disk records each write and each flush.  For each file
system, N images of what a cut leaves are built: everything up to the last flush, and any part of the
writes after it.  Each image is mounted, read, verified, and written to.  What was acknowledged before
the cut must be there, once, and nothing else.  Then the same is done with syncs that do nothing: the
trial fails unless it finds losses there, because otherwise it would prove nothing.  Exit 0 if nothing
was lost, 77 if the machine cannot run it, else 1.  Needs root.
"""
import argparse
import collections
import concurrent.futures
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback

import disks
import trial

PER_RECORDING = 25
SKIPPED = 77
# Leaving out the syncs of one of these must be detected.  The journal of a file system commits names
# soon in any case, so a missing sync of a folder is seldom detected here: order_trial.py of
# Tests/KillTrials compares the order of the calls instead.
DETECTED = ["log", "segment", "record", "manifest"]
HERE = os.path.dirname(os.path.abspath(__file__))
Task = collections.namedtuple("Task", "fs number images control mutant")


def tool_for(task, args, shim, slow):
    """Returns the tool as the task runs it: unchanged, slowed at names, or with syncs left out."""
    if shim:
        return trial.Tool(args.almanac, LD_PRELOAD=shim, SLOW=slow, NOSYNC=task.mutant)
    if not task.mutant:
        return trial.Tool(args.almanac)
    return trial.Tool(args.almanac, wrap=["strace", "-f", "-qq", "-o", "/dev/null",
                                          "-e", "inject=fsync,fdatasync:retval=0"])


class Run:
    """One recording and its images."""

    def __init__(self, task, args, shim, work):
        self.task, self.args, self.work = task, args, work
        self.kind = disks.KINDS[task.fs]
        self.name = "%s/%s/%d" % (args.seed, task.fs, task.number) + (
            "/" + task.control if task.control else "")
        self.rnd = random.Random(self.name)
        self.plain = trial.Tool(args.almanac)
        # One recording in four is of ticks and flushes alone, and is cut while log files are begun.
        self.flushing = not task.control and task.number % 4 == 3
        slow = "0" if self.flushing else self.rnd.choice(["0", "1000", "4000"])
        self.tool = tool_for(task, args, shim, slow)
        self.plan = (trial.flushing_plan if self.flushing else trial.make_plan)(self.rnd)
        self.tally = collections.Counter()
        self.sums, self.kept = collections.Counter(), collections.Counter()
        self.losses, self.errors = [], []

    def path(self, *names):
        return os.path.join(self.work, *names)

    def record(self, base, label, texts=(), steps=None):
        """Mounts a copy of `base` on a recording disk and works there; returns recording and span."""
        options = self.rnd.choice(["", "commit=1"]) if self.kind.name in ("ext4", "btrfs") else ""
        if self.task.control == "nobarrier":
            options = self.kind.no_barrier
        direct = self.rnd.random() < 0.5
        disks.copy_sparse(base, self.path("live"))
        recorder = disks.Recorder(self.path("live"), self.path(label + ".log"), self.path("fuse"))
        try:
            with disks.mounted(self.path("fuse", "disk"), self.kind, self.path("mnt"), options,
                               direct) as device:
                self.sums["recorded"] += 1
                self.sums["direct"] += disks.loop_is_direct(device)
                acks = os.open(self.path("fuse", "acks"), os.O_WRONLY)
                try:
                    before = disks.counted(device, self.path("mnt"))
                    os.write(acks, b'{"disk": 0}\n')
                    load = trial.Workload(self.tool, self.path("mnt"), acks, self.work, self.rnd,
                                          self.plan, texts)
                    load.run(steps)
                    after = disks.counted(device, self.path("mnt"))
                    os.write(acks, b'{"disk": 1}\n')
                finally:
                    os.close(acks)
        finally:
            recorder.end()
            os.unlink(self.path("live"))
        recording = disks.Recording(self.path(label + ".log"))
        marks = [at for at, op in enumerate(recording.ops) if op.kind == b"A"]
        kernel = tuple(now - then for now, then in zip(after, before))
        found = recording.counted(marks[0], marks[-1])
        if found != kernel:
            raise disks.DiskError("recorded are %s bytes and flushes, the kernel counted %s" % (found, kernel))
        return recording, marks[0], marks[-2]

    def count(self, recording, start, end):
        flushed = True
        for op in recording.ops[start:end]:
            if op.kind == b"W":
                self.sums["writes"] += 1
                self.sums["bytes"] += op.length
            elif op.kind == b"F":
                self.sums["barriers"] += 1
                flushed = True
            elif recording.bytes[op.start] != ord("{"):
                self.sums["acks"] += 1
                self.sums["acks without a barrier"] += not flushed
                flushed = False

    def all(self):
        base = self.path("base")
        disks.make(self.kind, base, self.rnd)
        recording, start, end = self.record(base, "first", steps=trial.FLUSHING if self.flushing else None)
        self.sums["recordings"] += 1
        self.count(recording, start, end)
        chosen = disks.choose_cuts(recording, start, end, self.task.images, self.rnd,
                                   ways=1 if self.flushing else 5)
        cuts = disks.Cuts(base, recording, self.work, self.kind.sector)
        again = set(self.rnd.sample(range(len(chosen)), len(chosen) // 8))
        if self.task.control:
            again = set()
        for at, cut in enumerate(chosen):
            texts = recording.texts(cut.point)
            image = self.path("image")
            found = self.one(cuts, cut, texts, image)
            if at in again and found:
                self.cut_again(cuts, cut, texts, found)
            os.unlink(image)

    def one(self, cuts, cut, texts, image, label=""):
        """Builds, mounts and checks one image, and writes to it.  Returns what it held before."""
        under_way, kept = cuts.image(cut, image)
        self.sums["images"] += 1
        self.sums["images again"] += bool(label)
        self.sums["torn"] += 0 < kept < under_way
        self.sums["cut between barriers"] += under_way > 0
        model = trial.Model(texts, self.plan)
        found = None
        try:
            with disks.mounted(image, self.kind, self.path("look")):
                return trial.check(self.plain, self.path("look"), model, self.tally)
        except trial.Failure as failure:
            self.losses.append((failure.kind, "%s%s, cut %s: %s" % (self.name, label, tuple(cut), failure)))
            self.keep(cuts, cut, texts, label, failure)
        except disks.DiskError as error:
            if self.task.control == "nobarrier":
                self.losses.append(("no file system", str(error)))
                return None
            self.errors.append("%s%s, cut %s: %s" % (self.name, label, tuple(cut), error))
        return None

    def cut_again(self, cuts, cut, texts, found):
        """Cuts the power again while the store recovers and appends."""
        base = self.path("second")
        cuts.image(cut, base)
        mark = json.dumps({"found": 0, "first": found.first if found.last >= 0 else found.last + 1,
                           "last": found.last, "imports": found.imports})
        texts = texts + [mark + "\n"]
        recording, start, end = self.record(base, "again", texts, ["ticks"])
        self.count(recording, start, end)
        chosen = disks.choose_cuts(recording, start, end, 3, self.rnd)
        folder = self.path("cuts")
        os.makedirs(folder)
        more = disks.Cuts(base, recording, folder, self.kind.sector)
        for one in chosen:
            self.one(more, one, texts + recording.texts(one.point), self.path("image"), ", again")
        shutil.rmtree(folder)
        os.unlink(base)

    def keep(self, cuts, cut, texts, label, failure):
        """Keeps the image as the cut left it, and what must be in it, for --look."""
        self.kept[failure.kind] += 1
        if not self.args.keep or self.kept[failure.kind] > 2:
            return
        os.makedirs(self.args.keep, exist_ok=True)
        stem = os.path.join(self.args.keep, "%s-%d" % (
            (self.name + label).replace("/", "-").replace(",", "").replace(" ", "-"), cut.point))
        cuts.image(cut, stem + ".img")
        with open(stem + ".json", "w") as file:
            json.dump({"failure": str(failure), "fs": self.task.fs, "plan": self.plan, "cut": cut,
                       "texts": texts}, file, indent=1)


def look(args, folder):
    """Checks a kept image again, on a copy of it."""
    with open(os.path.splitext(args.look)[0] + ".json") as file:
        kept = json.load(file)
    print("was:", kept["failure"])
    image, place = os.path.join(folder, "image"), os.path.join(folder, "look")
    disks.copy_sparse(os.path.splitext(args.look)[0] + ".img", image)
    tool = trial.Tool(args.almanac)
    model = trial.Model(kept["texts"], trial.Plan(*kept["plan"]))
    try:
        with disks.mounted(image, disks.KINDS[kept["fs"]], place):
            found = trial.check(tool, place, model, collections.Counter())
    except trial.Failure as failure:
        print("is:", failure)
        return 1
    print("is: whole,", found)
    return 0


def work_on(task, args, shim, folder):
    work = tempfile.mkdtemp(prefix="run-", dir=folder)
    run = Run(task, args, shim, work)
    began = time.time()
    try:
        run.all()
    except Exception as error:
        run.errors.append("%s: %s\n%s" % (run.name, error, traceback.format_exc()))
    finally:
        shutil.rmtree(work, ignore_errors=True)
    run.sums["seconds"] = time.time() - began
    return task, run.sums, run.tally, run.losses, run.errors


def tasks_of(args):
    """Yields the recordings of each file system, then the controls that must lose something."""
    for fs in args.fs:
        for number, images in args.recordings:
            yield Task(fs, number, images, "", "")
        few = max(8, sum(images for _, images in args.recordings) // 8)
        yield Task(fs, 0, few, "no sync", "all")
        if disks.KINDS[fs].no_barrier:
            yield Task(fs, 0, few, "nobarrier", "")
        for kind in args.kinds if fs in args.kinds_fs else []:
            for number in range(args.kind_recordings):
                yield Task(fs, number, PER_RECORDING, "no sync of " + kind, kind)


def recordings_of(images):
    """Returns the numbers of the recordings that have so many images together, with their shares."""
    return [(at // PER_RECORDING, min(images - at, PER_RECORDING))
            for at in range(0, images, PER_RECORDING)]


def why_not(folder):
    """Returns what keeps this machine from running the trial; None if nothing does."""
    if os.geteuid():
        return "it mounts file systems, which needs root"
    try:
        disks.own_namespace()
        os.close(os.open("/dev/fuse", os.O_RDWR))
        path = os.path.join(folder, "loop")
        with open(path, "wb") as file:
            file.truncate(disks.MIB)
        os.close(disks.attach(path, 512, False)[0])
    except (OSError, disks.DiskError) as error:
        return "no mount namespace, /dev/fuse or loop device: %s" % error
    return None


def why_not_fs(fs, folder):
    """Returns what keeps this machine from mounting one file system; None if nothing does."""
    kind = disks.KINDS[fs]
    if not shutil.which(kind.make[0]):
        return "%s is not installed" % kind.make[0]
    path = os.path.join(folder, "probe")
    disks.make(kind, path, random.Random(0))
    try:
        with disks.mounted(path, kind, os.path.join(folder, "probed")):
            return None
    except disks.DiskError as error:
        return str(error)
    finally:
        os.unlink(path)


def make_shim(folder):
    shim = os.path.join(folder, "preload.so")
    for compiler in ("cc", "gcc", "clang"):
        if shutil.which(compiler):
            done = subprocess.run([compiler, "-O1", "-shared", "-fPIC", "-o", shim,
                                   os.path.join(HERE, "preload.c"), "-ldl"], capture_output=True)
            if done.returncode == 0:
                return shim
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--almanac", required=True, help="the built tool")
    parser.add_argument("--fs", help="default: " + ",".join(disks.KINDS))
    parser.add_argument("--short", action="store_true",
                        help="two recordings of ext4 and of ext4-writeback, and all controls: minutes")
    parser.add_argument("--images", type=int, default=100, help="per file system (default: 100)")
    parser.add_argument("--seed", default="1")
    parser.add_argument("--jobs", type=int, default=2, help="recordings at once (default: 2)")
    parser.add_argument("--kinds", default=",".join(DETECTED),
                        help="kinds of files whose syncs are left out, one at a time; also folder "
                        "(default: %(default)s)")
    parser.add_argument("--kind-recordings", type=int, default=2,
                        help="recordings per kind of file (default: 2)")
    parser.add_argument("--keep", metavar="DIR",
                        help="keep images that lost something there, two per kind and recording")
    parser.add_argument("--look", metavar="IMAGE", help="only check a kept image again")
    args = parser.parse_args()
    args.almanac = os.path.abspath(args.almanac)
    args.kinds = list(filter(None, args.kinds.split(",")))
    args.fs = (args.fs or ("ext4,ext4-writeback" if args.short else ",".join(disks.KINDS))).split(",")
    for fs in args.fs:
        if fs not in disks.KINDS:
            sys.exit("--fs %s: one of %s" % (fs, ", ".join(disks.KINDS)))
    # One recording of all work, and one of ticks and flushes alone.
    args.recordings = [(0, PER_RECORDING), (3, PER_RECORDING)] if args.short else recordings_of(args.images)
    args.kinds_fs = args.fs[:1] if args.short else args.fs
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    folder = tempfile.mkdtemp(prefix="powercut-")
    try:
        reason = why_not(folder)
        if reason:
            print("SKIPPED:", reason)
            sys.exit(SKIPPED)
        if args.look:
            sys.exit(look(args, folder))
        for fs in list(args.fs):
            reason = why_not_fs(fs, folder)
            if reason:
                print("SKIPPED %s: %s" % (fs, reason))
                args.fs.remove(fs)
        if not args.fs:
            sys.exit(SKIPPED)
        shim = make_shim(folder)
        if not shim:
            print("SKIPPED the controls of one kind of file, and pauses between names: no C compiler")
            args.kinds = []
        sys.exit(report(args, shim, folder))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def report(args, shim, folder):
    rows = collections.OrderedDict()
    tally, losses, errors = collections.Counter(), [], []
    with concurrent.futures.ProcessPoolExecutor(
            args.jobs, initializer=disks.die_with_parent) as pool:
        waiting = [pool.submit(work_on, task, args, shim, folder) for task in tasks_of(args)]
        for future in waiting:
            task, sums, seen, lost, wrong = future.result()
            row = rows.setdefault((task.fs, task.control), [collections.Counter(), collections.Counter()])
            row[0].update(sums)
            row[1].update(kind for kind, _ in lost)
            errors += wrong
            if not task.control:
                tally.update(seen)
                losses += [text for _, text in lost]
            print("%s %s %d: %d images, %d losses, %d errors, %.0f s" % (
                task.fs, task.control or "-", task.number, sums["images"], len(lost), len(wrong),
                sums["seconds"]), file=sys.stderr)
    heads = ["fs", "control", "recordings", "MiB", "writes", "barriers", "acks", "bare acks", "images",
             "between", "torn", "again", "losses", ""]
    table = [heads]
    failed = bool(losses or errors)
    for (fs, control), (sums, kinds) in rows.items():
        lost = sum(kinds.values())
        verdict = ", ".join("%s %d" % one for one in kinds.most_common())
        required = control in ["no sync", "nobarrier"] + ["no sync of " + kind for kind in DETECTED]
        if required and lost == kinds["false alarm"]:
            verdict, failed = "NOT DETECTED", True
        if not control and sums["acks without a barrier"]:
            verdict, failed = verdict + " ACKNOWLEDGED WITHOUT A BARRIER", True
        table.append([fs, control, sums["recordings"], sums["bytes"] >> 20, sums["writes"],
                      sums["barriers"], sums["acks"], sums["acks without a barrier"], sums["images"],
                      sums["cut between barriers"], sums["torn"], sums["images again"], lost, verdict])
    widths = [max(len(str(row[at])) for row in table) for at in range(len(heads))]
    for row in table:
        print("  ".join(str(cell).ljust(width) if at in (0, 1, 13) else str(cell).rjust(width)
                        for at, (cell, width) in enumerate(zip(row, widths))).rstrip())
    print("met: " + "; ".join("%s %d" % one for one in sorted(tally.items())))
    for text in losses:
        print("LOSS", text)
    for text in errors:
        print("ERROR", text)
    real = [row for row in rows.items() if not row[0][1]]
    print("%d of %d recordings with direct I/O of the loop device" % (
        sum(row[0]["direct"] for _, row in real), sum(row[0]["recorded"] for _, row in real)))
    print("%d images, %d losses, %d errors, %s" % (
        sum(row[0]["images"] for _, row in real), len(losses), len(errors), "failed" if failed else "passed"))
    return 1 if failed else 0


if __name__ == "__main__":
    main()

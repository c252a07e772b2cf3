#!/usr/bin/env python3
"""Compares the system calls of a store that is written with the operations of the simulated disk.

    order_trial.py --almanac BIN

The crash tests run on a simulated disk and prove nothing unless the real one sees the same calls in
the same order: each write, sync, rename and sync of a folder.  `storage-steps` creates a store,
appends, flushes, imports, merges, backs up, removes and closes, once on the simulated disk, which
prints its operations, and once in a folder, under strace.  Both lists must be the same.  Then syncs of
one kind of file at a time are replaced by nothing, which must make the lists differ.  Ends with one
line `N passed, N failed, N skipped`.  Needs strace, and a C compiler for the second part.
"""
import collections
import difflib
import os
import re
import shutil
import subprocess

from trials import Failure, need, run_all

HERE = os.path.dirname(os.path.abspath(__file__))
PRELOAD = os.path.join(HERE, "..", "PowerCuts", "preload.c")
CALLS = ("openat,mkdirat,pwrite64,pwritev,write,copy_file_range,sendfile,ftruncate,fallocate,fsync,"
         "fdatasync,sync_file_range,sync,syncfs,rename,renameat,renameat2,unlink,unlinkat,link,linkat,"
         "ioctl,close,dup,dup2,dup3,fcntl")
KINDS = ["log", "segment", "record", "manifest", "folder"]
Call = collections.namedtuple("Call", "name arguments result")


def run(words, **environment):
    done = subprocess.run(words, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=120,
                          env=dict(os.environ, **environment))
    need(done.returncode == 0, words, "exits", done.returncode, done.stderr)
    return done.stdout


class Steps:
    """The operations of each step, in order.  Writes of one file in succession count as one."""

    def __init__(self):
        self.lines = []

    def step(self, name):
        self.lines.append("step " + name)

    def add(self, kind, path, new_path=None):
        # The lock is no data: no recovery reads what is written to it.
        if path.endswith("/LOCK"):
            return
        if kind == "link":
            # The simulated disk names the second path without the folder of its store.
            new_path = new_path.partition("/")[2]
        line = kind + " " + path + (" to " + new_path if new_path else "")
        if kind != "write" or self.lines[-1] != line:
            self.lines.append(line)


def simulated(binary):
    """The operations of the simulated disk."""
    steps = Steps()
    for line in run([binary, "storage-steps", "simulated", "--simulated"]).splitlines():
        if line.startswith("step "):
            steps.step(line[5:])
            continue
        kind, path, *rest = line.split("\t") if "\t" in line else (line, "")
        steps.add(kind, path, *rest)
    return steps.lines


def calls(path):
    """The system calls of a trace, in the order in which they returned, each whole."""
    unfinished = {}
    for line in open(path, errors="replace"):
        process, text = re.match(r"(\d+) +(.*)$", line.rstrip("\n")).groups()
        if text.endswith("<unfinished ...>"):
            unfinished[process] = text[:-len("<unfinished ...>")].rstrip()
            continue
        resumed = re.match(r"<\.\.\. \w+ resumed>(.*)$", text)
        if resumed:
            text = unfinished.pop(process) + resumed[1]
        found = re.match(r"(\w+)\((.*)\) += (-?\d+)", text)
        if found:
            yield Call(found[1], found[2], int(found[3]))


def traced(binary, folder, **environment):
    """The operations that the system calls in `folder` amount to."""
    log = folder + ".strace"
    os.mkdir(folder)
    wrap = ["strace", "-f", "-qq", "-s", "64", "-o", log, "-e", "trace=" + CALLS]
    for name, value in environment.items():
        wrap += ["-E", "%s=%s" % (name, value)]
    run(wrap + [binary, "storage-steps", folder])
    steps, opened = Steps(), {}

    def place(descriptor, path):
        """The path of a name in an open folder, below `folder`; None if it is somewhere else."""
        if path.startswith("/"):
            base = ""
        elif descriptor == "AT_FDCWD":
            base = os.getcwd()
        else:
            base = opened.get(int(descriptor))
        if base is None:
            return None
        whole = os.path.normpath(os.path.join(base, path))
        return whole if whole == folder or whole.startswith(folder + "/") else None

    def short(path):
        return path[len(folder) + 1:]

    for call in calls(log):
        words = call.arguments
        numbers = re.match(r"(\d+)", words)
        path = opened.get(int(numbers[1])) if numbers else None
        names = re.findall(r'(AT_FDCWD|\d+), "([^"]*)"', words)
        places = [place(*name) for name in names]
        if call.name == "write" and words.startswith('1, "step '):
            steps.step(re.match(r'1, "step (.*?)\\n"', words)[1])
        elif call.name == "openat":
            if call.result >= 0:
                opened[call.result] = places[0]
            if places[0] and "O_CREAT" in words and "O_EXCL" in words:
                steps.add("create", short(places[0]))
        elif call.name == "close":
            opened.pop(int(numbers[1]), None)
        elif call.name in ("dup", "dup2", "dup3", "fcntl"):
            if call.result >= 0 and (call.name != "fcntl" or "F_DUPFD" in words):
                opened[call.result] = path
        elif call.name == "mkdirat" and places[0]:
            steps.add("createFolder", short(places[0]))
        elif call.name in ("renameat", "renameat2", "linkat") and all(places):
            kind = "link" if call.name == "linkat" else "rename"
            steps.add(kind, short(places[0]), short(places[1]))
        elif call.name == "unlinkat" and places[0]:
            steps.add("unlink", short(places[0]))
        elif call.name in ("rename", "unlink", "link", "sync", "syncfs") and folder in words:
            raise Failure("a call that the simulated disk does not know: " + call.name + " " + words)
        elif path is not None:
            known = {"pwrite64": "write", "pwritev": "write", "write": "write", "ftruncate": "truncate",
                     "fallocate": "preallocate", "fdatasync": "sync",
                     "fsync": "syncFolder" if os.path.isdir(path) else "sync"}
            if call.name in known:
                steps.add(known[call.name], short(path))
            elif call.name == "copy_file_range" or "FICLONE" in words and call.result == 0:
                steps.add("write", short(path))
    return steps.lines


def comparable(lines):
    """The lines without what the two forms do before and after the steps."""
    first = next(at for at, line in enumerate(lines) if line.startswith("step "))
    return lines[first:]


def differences(expected, found):
    return [line for line in difflib.unified_diff(expected, found, "simulated", "system calls",
                                                  lineterm="", n=2)]


def order(binary, work):
    """The same operations in the same order, and every kind among them."""
    expected = comparable(simulated(binary))
    found = comparable(traced(binary, os.path.join(work, "order")))
    lines = differences(expected, found)
    need(not lines, "the system calls differ from the simulated disk:\n" + "\n".join(lines[:60]))
    kinds = collections.Counter(line.split(" ")[0] for line in found)
    for kind in ("step", "create", "write", "sync", "rename", "syncFolder", "unlink",
                 "preallocate", "createFolder"):
        need(kinds[kind] > 0, "no step makes a call of kind", kind)
    return "%d operations in %d steps, %d syncs" % (
        len(found) - kinds["step"], kinds["step"] - 1, kinds["sync"] + kinds["syncFolder"])


def without_sync(binary, work):
    """Syncs of one kind of file do nothing: the comparison must see that."""
    library = os.path.join(work, "preload.so")
    compiler = next(filter(shutil.which, ("cc", "gcc", "clang")), None)
    if compiler is None:
        return None
    done = subprocess.run([compiler, "-shared", "-fPIC", "-o", library, PRELOAD, "-ldl"])
    need(done.returncode == 0, "the preloaded library does not build")
    expected = comparable(simulated(binary))
    counts = []
    for kind in KINDS:
        found = comparable(traced(binary, os.path.join(work, kind), LD_PRELOAD=library, NOSYNC=kind))
        lines = differences(expected, found)
        missing = sum(line.startswith("-sync") for line in lines)
        need(missing > 0, "without the syncs of", kind, "the comparison finds no difference")
        counts.append("%s %d" % (kind, missing))
    return "missing syncs are found: " + ", ".join(counts)


if __name__ == "__main__":
    run_all((order, without_sync), __doc__, "a C compiler")

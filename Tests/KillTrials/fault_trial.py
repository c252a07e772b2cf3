#!/usr/bin/env python3
"""Lets one system call of a process that appends ticks fail, for many calls and errors.

    fault_trial.py --almanac BIN [--runs N]

strace makes the n-th call of a kind answer with an error of the system.  The process must end in
order, with exit 0 or a clear message and exit 74, never by a signal; each tick that it acknowledged
must be there once, with the right values, and the count of `info` must be exact; what is left must
verify, and appending must go on.  Ends with one line `N passed, N failed`.  Needs strace.
"""
import argparse
import collections
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

START = 1735689600000
STEP = 900000
POINTS = 5
TICKS = 60

ERRORS = {
    "pwrite64": ["EIO", "ENOSPC", "EINTR"],
    "fdatasync": ["EIO", "ENOSPC"],
    "fsync": ["EIO"],
    "fallocate": ["ENOSPC", "EIO", "EINTR"],
    "openat": ["EIO", "EMFILE", "ENOSPC"],
    "renameat": ["EIO", "ENOSPC"],
    "rename": ["EIO", "ENOSPC"],
    "unlinkat": ["EIO"],
    "unlink": ["EIO"],
    "mkdirat": ["ENOSPC"],
    "pread64": ["EIO", "EINTR"],
    "mmap": ["ENOMEM"],
    "ftruncate": ["EIO"],
    "fstatfs": ["EIO"],
    "flock": ["EIO"],
}


class Failure(Exception):
    pass


def need(condition, *what):
    if not condition:
        raise Failure(" ".join(map(str, what)))


def run(words):
    return subprocess.run(words, capture_output=True, text=True, stdin=subprocess.DEVNULL,
                          timeout=120)


def append(binary, store, first, ticks):
    return [binary, "append-ticks", "--store", store, "--points", str(POINTS), "--first",
            str(first), "--ticks", str(ticks), "--head-samples", "100"]


def calls(binary, work):
    """How often each call is made, and the number of its first one that concerns the store."""
    store, log = os.path.join(work, "counted"), os.path.join(work, "trace")
    done = run(["strace", "-f", "-qq", "-y", "-o", log, "-e", "trace=" + ",".join(ERRORS)] +
               append(binary, store, 0, TICKS))
    need(done.returncode == 0, "without a fault:", done.stderr)
    counts, firsts, process = collections.Counter(), {}, None
    for line in open(log):
        match = re.match(r"(\d+) +(\w+)\(", line)
        if not match:
            continue
        process = process or match[1]
        if match[1] != process:  # strace counts the calls of each thread for itself
            continue
        counts[match[2]] += 1
        if store in line:
            firsts.setdefault(match[2], counts[match[2]])
    return [(call, number, error) for call in sorted(firsts)
            for number in range(firsts[call], counts[call] + 1) for error in ERRORS[call]]


def check(binary, store, acknowledged, what):
    """Each acknowledged tick is there once, and the count is exact; the number of ticks."""
    if not os.path.exists(os.path.join(store, "MANIFEST")):
        need(acknowledged == 0, what, ": acknowledged without a store")
        return 0
    done = run([binary, "info", "--output", "json", "--store", store])
    need(done.returncode == 0, what, ": info exits", done.returncode, done.stderr)
    samples = json.loads(done.stdout)["samples"]
    need(samples % POINTS == 0, what, ":", samples, "samples are no whole number of ticks")
    count = samples // POINTS
    need(acknowledged <= count <= acknowledged + 1, what, ":", count, "ticks are there,",
         acknowledged, "were acknowledged")
    if count:
        point = count % POINTS
        done = run([binary, "read", "ticks/p%d" % point, "--output", "csv", "--store", store])
        rows = ["%d,%s,good" % (START + tick * STEP, number((tick * 7 + point) / 10))
                for tick in range(count)]
        need(done.returncode == 0 and done.stdout.splitlines()[1:] == rows, what,
             ": reads otherwise", done.stderr)
    return count


def number(value):
    return repr(value)[:-2] if repr(value).endswith(".0") else repr(value)


def fault(binary, work, call, nth, error):
    what = "%s number %d with %s" % (call, nth, error)
    store = os.path.join(work, "s")
    shutil.rmtree(store, ignore_errors=True)
    done = run(["strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=" + call, "-e",
                "inject=%s:error=%s:when=%d" % (call, error, nth)] +
               append(binary, store, 0, TICKS))
    acknowledged = len(done.stdout.splitlines())
    need(done.stdout.splitlines() == [str(tick) for tick in range(acknowledged)], what,
         ": acknowledged", done.stdout)
    need(done.returncode == 0 and acknowledged == TICKS or
         done.returncode == 74 and done.stderr.startswith("almanac: ") or
         done.returncode == 66 and call in ("openat", "mkdirat"),
         what, ": exits", done.returncode, done.stderr)
    need(error != "EINTR" or done.returncode == 0, what, ": was not tried again:", done.stderr)
    count = check(binary, store, acknowledged, what)
    more = run(append(binary, store, count, 3))
    need(more.returncode == 0, what, ": does not go on:", more.stderr)
    need(check(binary, store, count + 3, what + ", going on") == count + 3, what)
    verified = run([binary, "verify", "--deep", "--store", store])
    need(verified.returncode == 0, what, ": verify", verified.stdout, verified.stderr)
    return done.returncode != 0


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--almanac", required=True)
    parser.add_argument("--runs", type=int, help="so many of all; all without it")
    args = parser.parse_args()
    binary = os.path.abspath(args.almanac)
    work = tempfile.mkdtemp(prefix="fault-trial-")
    failed = told = 0
    try:
        every = calls(binary, work)
        step = max(1, len(every) // args.runs) if args.runs else 1
        tried = every[::step]
        for call, nth, error in tried:
            try:
                told += fault(binary, work, call, nth, error)
            except Failure as failure:
                print("FAIL", failure)
                failed += 1
        print("%d of %d faults, %d of them ended the process" % (len(tried), len(every), told))
    finally:
        shutil.rmtree(work, ignore_errors=True)
    print("%d passed, %d failed" % (len(tried) - failed, failed))
    sys.exit(1 if failed or not told else 0)


if __name__ == "__main__":
    main()

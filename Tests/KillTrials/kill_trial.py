#!/usr/bin/env python3
"""Kills a process that appends ticks, at random moments, and looks at what is left.

    kill_trial.py --almanac BIN [--kills N] [--seed S] [--opens N]

Every tick that was acknowledged as durable must be there, once, with the right values; at most the
one tick under way may be there beside them; the count of `info` must be exact.  Then a reading
process opens a live store again and again, while it is written, flushed and merged and its old
years are dropped: it must see ticks in order without a hole, none go back, and no file of samples
may change a byte under its name.  Ends with one line `N passed, N failed`.
"""
import argparse
import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

START = 1735689600000
STEP = 900000
TWO_HOURS = 7200000  # a year passes in seconds
POINTS = 20


class Failure(Exception):
    pass


def need(condition, *what):
    if not condition:
        raise Failure(" ".join(map(str, what)))


def run(binary, *words, store):
    done = subprocess.run([binary, *words, "--store", store], capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, timeout=120)
    return done.returncode, done.stdout, done.stderr


def read_point(binary, store, point, step=STEP):
    """The values of a point by tick number; fails on anything that was never written."""
    code, out, err = run(binary, "read", "ticks/p%d" % point, "--output", "csv", store=store)
    if code == 66:
        return []
    need(code == 0, "read exits", code, err)
    ticks = []
    for line in out.splitlines()[1:]:
        moment, value, quality = line.split(",")
        tick, rest = divmod(int(moment) - START, step)
        need(rest == 0 and quality == "good", "point", point, "has", line)
        need(float(value) == (tick * 7 + point) / 10, "point", point, "tick", tick, "is", value)
        ticks.append(tick)
    return ticks


def check(binary, store, acknowledged, rnd):
    """What is there after a kill; the number of ticks."""
    code, out, err = run(binary, "info", "--output", "json", store=store)
    need(code == 0, "info exits", code, err)
    samples = json.loads(out)["samples"]
    need(samples % POINTS == 0, samples, "samples are no whole number of ticks")
    count = samples // POINTS
    need(acknowledged < count <= acknowledged + 2, count, "ticks are there,",
         acknowledged + 1, "were acknowledged")
    for point in rnd.sample(range(POINTS), 2):
        need(read_point(binary, store, point) == list(range(count)), "point", point,
             "does not have each tick once")
    return count


def kill_once(binary, store, first, rnd):
    """Runs a writer for a random while; the last tick it acknowledged, or `first` - 1."""
    writer = subprocess.Popen(
        [binary, "append-ticks", "--store", store, "--points", str(POINTS), "--first", str(first),
         "--head-samples", str(rnd.choice([640, 2000, 100000]))],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    lines = []
    reader = threading.Thread(target=lambda: lines.extend(writer.stdout))
    reader.start()
    time.sleep(rnd.random() * 0.25)
    writer.send_signal(signal.SIGKILL)
    writer.wait()
    reader.join()
    error = writer.stderr.read()
    need(not error, "the writer said", error)
    whole = [line for line in lines if line.endswith(b"\n")]
    return int(whole[-1]) if whole else first - 1


def kills(binary, work, args, rnd):
    store = os.path.join(work, "killed")
    count = 0
    for number in range(args.kills):
        if count > 3000:
            shutil.rmtree(store)
            count = 0
        acknowledged = kill_once(binary, store, count, rnd)
        if not os.path.exists(os.path.join(store, "MANIFEST")):
            need(acknowledged < 0, "kill", number, ": acknowledged without a store")
            continue
        try:
            count = check(binary, store, max(acknowledged, count - 1), rnd)
        except Failure as failure:
            raise Failure("kill %d, seed %d: %s" % (number, args.seed, failure))
    code, out, err = run(binary, "verify", "--deep", "--output", "json", store=store)
    need(code == 0, "verify exits", code, out, err)
    return "%d kills, %d ticks at the end" % (args.kills, count)


def same_bytes(store, seen):
    """Every segment that was there before has the bytes that it had; takes note of the new ones."""
    folder = os.path.join(store, "seg")
    for name in os.listdir(folder):
        try:
            with open(os.path.join(folder, name), "rb") as file:
                found = hashlib.sha256(file.read()).hexdigest()
        except FileNotFoundError:
            continue
        need(seen.setdefault(name, found) == found, name, "has other bytes than before")


def live(binary, work, args, rnd):
    """Opens a store again and again while it is written, flushed, merged, and years are dropped."""
    store = os.path.join(work, "live")
    writer = subprocess.Popen(
        [binary, "append-ticks", "--store", store, "--points", str(POINTS),
         "--head-samples", "640", "--interval", str(TWO_HOURS), "--keep-ticks", "6000"],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    first = last = opened = 0
    segments = {}
    try:
        while opened < args.opens:
            need(writer.poll() is None, "the writer ended:",
                 writer.stderr.read() if writer.poll() else "")
            if not os.path.exists(os.path.join(store, "MANIFEST.2")):
                continue
            ticks = read_point(binary, store, rnd.randrange(POINTS), TWO_HOURS)
            opened += 1
            if not ticks:
                need(last == 0, "open", opened, ": nothing is there any more")
                continue
            need(ticks == list(range(ticks[0], ticks[0] + len(ticks))), "open", opened, ": a hole")
            need(ticks[0] >= first, "open", opened, ": tick", ticks[0], "is back")
            need(ticks[-1] >= last, "open", opened, ": went back from", last, "to", ticks[-1])
            first, last = ticks[0], ticks[-1]
            if opened % 20 == 0:
                same_bytes(store, segments)
    finally:
        writer.kill()
        writer.wait()
    return "%d opens, %d years dropped, %d segments looked at" % (opened, first // 4380, len(segments))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--almanac", required=True)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--opens", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    binary = os.path.abspath(args.almanac)
    work = tempfile.mkdtemp(prefix="kill-trial-")
    passed = failed = 0
    try:
        for trial in (kills, live):
            try:
                print(trial.__name__, "-", trial(binary, work, args, random.Random(args.seed)))
                passed += 1
            except Failure as failure:
                print("FAIL", trial.__name__, "-", failure)
                failed += 1
    finally:
        shutil.rmtree(work, ignore_errors=True)
    print("%d passed, %d failed" % (passed, failed))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()

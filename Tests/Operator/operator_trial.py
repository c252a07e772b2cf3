#!/usr/bin/env python3
"""The first ten minutes of an operator and of a building engineer, at the built tool.

    operator_trial.py --almanac BIN [--data DIR]

An operator makes the demonstration and asks whether it is whole, what is missing and what eats the
disk, backs it up and restores it: on a terminal, into a pipe, beside a writer, and with a byte
flipped. An engineer imports CSV, draws it, counts local days and exports it. The real data of DIR
are left out, and said to be, where there is no such folder. Ends with one line
`N passed, N failed, N skipped`.
"""
import argparse
import csv
import fcntl
import glob
import gzip
import hashlib
import io
import json
import os
import pty
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import termios
import time
from datetime import date, timedelta

# A poller's samples come up to three seconds behind their tick, and so do the steps between them.
SLACK = 6000
SCREEN = {"TERM": "xterm-256color", "LANG": "C.UTF-8", "PATH": "/usr/bin:/bin"}
ESCAPE = b"\x1b"
# Braille patterns and block elements.
PICTURE = re.compile("[\u2800-\u28ff\u2580-\u259f]")


class Failure(Exception):
    pass


def need(condition, *what):
    if not condition:
        raise Failure(" ".join(map(str, what)))


class Tool:
    def __init__(self, binary, work):
        self.binary = binary
        self.work = work

    def path(self, name):
        return os.path.join(self.work, name)

    def run(self, *words, status=0):
        done = subprocess.run([self.binary, *words], capture_output=True, env=SCREEN,
                              stdin=subprocess.DEVNULL, cwd=self.work, timeout=120)
        text = done.stderr.decode()
        need(done.returncode == status, words, "exits", done.returncode, "instead of", status, text)
        # A pipe carries data alone, whatever the screen of the person could show.
        need(ESCAPE not in done.stdout and ESCAPE not in done.stderr, words, "writes colour")
        need(not PICTURE.search(done.stdout.decode()), words, "draws into a pipe")
        self.errors = text
        return done.stdout.decode()

    def rows(self, *words, status=0):
        return json.loads(self.run(*words, "--output", "json", status=status))

    def digest(self, *words, status=0):
        """Of what a command prints, which may be hundreds of megabytes, with its lines' number."""
        process = subprocess.Popen([self.binary, *words], stdout=subprocess.PIPE,
                                   stderr=subprocess.DEVNULL, env=SCREEN, cwd=self.work)
        digest, lines = hashlib.sha256(), 0
        while block := process.stdout.read(1 << 20):
            digest.update(block)
            lines += block.count(b"\n")
        need(process.wait() == status, words, "exits", process.returncode)
        return digest.hexdigest(), lines

    def screen(self, *words, status=0):
        """What a terminal of 160 × 40 is sent."""
        parent, child = pty.openpty()
        fcntl.ioctl(child, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 160, 0, 0))
        process = subprocess.Popen([self.binary, *words], stdin=child, stdout=child, stderr=child,
                                   env=SCREEN, cwd=self.work, start_new_session=True)
        os.close(child)
        sent = b""
        try:
            while block := os.read(parent, 1 << 16):
                sent += block
        except OSError:
            pass  # So a terminal ends whose other side has gone.
        os.close(parent)
        need(process.wait() == status, words, "on a terminal exits", process.returncode, sent[-500:])
        return sent


def match_faults(tool, store, faults):
    """Every planted fault is named, and no gap that nobody planted."""
    gaps = tool.rows("gaps", "--store", store)["rows"]
    health = {row["point"]: row for row in tool.rows("health", "--store", store)["rows"]}
    silent = {"gap": None, "device_outage": "device_offline", "stalled": "unknown"}
    for fault in faults:
        kind, subject, start, end = (fault[key] for key in ("kind", "subject", "from", "to"))
        if kind in silent:
            points = [subject] if "/" in subject else \
                [name for name in health if name.startswith(subject + "/")]
            need(points, "no point of", subject)
            for point in points:
                found = [gap for gap in gaps if gap["point"] == point
                         and gap["reason"] == (silent[kind] or fault["reason"])
                         and abs(gap["from"] - start) <= SLACK
                         and (kind == "stalled" or abs(gap["to"] - end) <= SLACK)]
                need(len(found) == 1, "gaps names", len(found), "times", point, fault)
                gaps.remove(found[0])
        row = health.get(subject)
        need(kind != "stalled" or row["stalled"], "not stalled:", fault)
        need(kind != "stuck" or row["flat_ms"] >= end - start - 900000 - SLACK, "not flat:", fault)
        need(kind != "out_of_range" or row["out_of_range"] > 0, "not out of range:", fault)
        need(kind != "bad_quality" or row["bad"] > 0, "not bad:", fault)
    need(not gaps, "gaps that nobody planted:", gaps[:3])
    for key, kind in (("stalled", "stalled"), ("out_of_range", "out_of_range"),
                      ("bad", "bad_quality")):
        found = {name for name, row in health.items() if row[key]}
        planted = {fault["subject"] for fault in faults if fault["kind"] == kind}
        need(found == planted, key, "of", found ^ planted)
    return len(faults)


def planted_faults(tool):
    count = 0
    for name, options in (("demo", []), ("d2", ["--seed", "2", "--points", "60"]),
                          ("d3", ["--seed", "3", "--points", "250"]),
                          ("d4", ["--seed", "4", "--points", "30", "--years", "2"])):
        faults = tool.rows("demo", tool.path(name), *options)["faults"]
        need(len({fault["kind"] for fault in faults}) == 6, "kinds of faults in", name)
        count += match_faults(tool, tool.path(name), faults)
        if name != "demo":
            shutil.rmtree(tool.path(name))
    return "%d faults of 4 buildings, each found and none beside them" % count


def terminal_and_pipe(tool):
    store = ["--store", "./demo"]
    for words in (["info"], ["verify"], ["gaps", "--min", "1h"], ["health"], ["stat"], ["stat", "--by", "year"],
                  ["ls", "points"], ["read", "plant/outdoor_temp", "--every", "month"],
                  ["plot", "plant/outdoor_temp"]):
        tool.run(*words, *store)
        sent = tool.screen(*words, *store)
        # verify has one sentence for a whole store, info a field a line: nothing to colour.
        need(ESCAPE in sent or words[0] in ("verify", "info"), words, "has no colour on a terminal")
        if words[0] in ("health", "plot"):
            need(PICTURE.search(sent.decode()), words, "draws nothing on a terminal")
    need(tool.run("health", *store) == tool.run("health", "--no-progress", *store), "health")
    need(tool.run("health", "--fail-on", "coverage<50", *store), "health prints")
    tool.run("health", "--fail-on", "stalled", *store, status=1)
    need("stalled: 1 point: " in tool.errors, tool.errors)
    return "nine commands"


def backup_and_restore(tool):
    store = ["--store", "./demo"]
    said = tool.rows("backup", "./backup", "--verify", *store)
    need(said["verified"] and said["samples"] == tool.rows("info", *store)["samples"], said)
    tool.run("restore", "./backup", "--store", "./restored")
    for words in (["export", "csv", "--long"], ["gaps", "--output", "json"],
                  ["health", "--output", "json"]):
        need(tool.digest(*words, *store) == tool.digest(*words, "--store", "./restored"), words)
    tool.run("verify", "--deep", "--store", "./restored")
    last = tool.rows("info", *store)["first_time"] + 30 * 86400000
    tool.run("restore", "./backup", "--until", str(last), "--store", "./month")
    need(tool.rows("info", "--store", "./month")["last_time"] <= last, "later samples")
    need(tool.digest("export", "csv", "--long", "--store", "./month")
         == tool.digest("export", "csv", "--long", "--to", str(last + 1), *store), "up to a time")
    tool.run("restore", "./backup", "--store", "./demo", status=64)
    tool.run("restore", "./nothing", "--store", "./new", status=66)
    for name in ("restored", "month"):
        shutil.rmtree(tool.path(name))
    return "%d samples, equal answers" % said["samples"]


def one_byte_flipped(tool):
    shutil.copytree(tool.path("demo"), tool.path("flipped"))
    store = ["--store", "./flipped"]
    chunks = list(csv.DictReader(io.StringIO(
        tool.run("ls", "chunks", "--output", "csv", "--store", "./demo"))))
    chunk = chunks[len(chunks) // 3]
    start, end = int(chunk["first_time"]), int(chunk["last_time"])
    path = tool.path(os.path.join("flipped", chunk["file"]))
    with open(path, "r+b") as file:
        file.seek(int(chunk["offset"]) + int(chunk["bytes"]) // 2)
        byte = file.read(1)[0]
        file.seek(-1, os.SEEK_CUR)
        file.write(bytes([byte ^ 16]))
    damaged = tool.rows("verify", *store, status=1)["damaged"]
    need(len(damaged) == 1, "places:", damaged)
    found = damaged[0]
    need(found["file"] == chunk["file"] and found["offset"] == int(chunk["offset"])
         and found["series"] == chunk["name"] and found["from"] == start
         and found["to"] == end + 1, found, chunk)
    # All else reads, also of the point itself; what is lost is named.
    tool.run("info", *store)
    tool.run("ls", "points", *store)
    for words in (["stat"], ["read", chunk["name"]], ["plot", chunk["name"]], ["health"]):
        tool.run(*words, *store, status=1)
        need(chunk["file"] in tool.errors and chunk["name"] in tool.errors, words, tool.errors)
    whole = tool.rows("info", "--store", "./demo")["samples"] + 1
    rest = tool.digest("export", "csv", "--long", *store, status=1)[1]
    need(whole - rest == int(chunk["samples"]), whole, rest, chunk)
    other = next(c["name"] for c in chunks if c["name"] != chunk["name"])
    need(tool.run("read", other, "--limit", "100", *store)
         == tool.run("read", other, "--limit", "100", "--store", "./demo"), other)
    gap = [row for row in tool.rows("gaps", *store, status=1)["rows"] if row["reason"] == "damaged"]
    need(len(gap) == 1 and gap[0]["point"] == chunk["name"]
         and abs(gap[0]["from"] - start) < 1800000 and abs(gap[0]["to"] - end) < 1800000, gap)
    # Reasons that cannot be read cost no gap, and are named too.
    journal = glob.glob(tool.path("flipped/rec/journal-*"))[0]
    with open(journal, "r+b") as file:
        file.seek(os.path.getsize(journal) // 2)
        byte = file.read(1)[0]
        file.seek(-1, os.SEEK_CUR)
        file.write(bytes([byte ^ 1]))
    gaps = tool.rows("gaps", *store, status=1)["rows"]
    need(os.path.basename(journal) in tool.errors, tool.errors)
    need(len(gaps) == len(tool.rows("gaps", "--store", "./demo")["rows"]) + 1, len(gaps), "gaps")
    tool.run("backup", "./nobackup", *store, status=1)
    need(chunk["file"] in tool.errors, tool.errors)
    # The same byte in a backup: refused before anything is made.
    shutil.copy(path, tool.path(os.path.join("backup", chunk["file"])))
    tool.run("restore", "./backup", "--store", "./new", status=1)
    need(chunk["file"] in tool.errors and not os.path.exists(tool.path("new")), tool.errors)
    for name in ("flipped", "backup"):
        shutil.rmtree(tool.path(name))
    return "a chunk of %s samples of %s" % (chunk["samples"], chunk["name"])


def beside_a_writer(tool):
    store = ["--store", "./demo"]

    def gaps():
        # The writer's own points end long before the building's, as far as anybody knows.
        return [row for row in tool.rows("gaps", *store)["rows"] if row["point"][:6] != "ticks/"]

    before = gaps()
    writer = subprocess.Popen(
        [tool.binary, "append-ticks", "--points", "20", "--interval", "60000", "--head-samples",
         "4000", *store], cwd=tool.work, stdout=subprocess.PIPE, env=SCREEN)
    # What it prints is taken off, lest it wait.
    need(writer.stdout.readline().strip() == b"0", "the writer does not begin")
    reader = subprocess.Popen(["cat"], stdin=writer.stdout, stdout=subprocess.DEVNULL)
    try:
        rounds = 0
        until = time.monotonic() + 10
        while rounds < 3 or time.monotonic() < until:
            last = tool.rows("info", *store)["samples"]
            for words in (["ls", "devices"], ["ls", "segments"], ["verify"], ["stat"],
                          ["read", "ticks/p3", "--limit", "5"], ["health", "ticks/*"],
                          ["plot", "ticks/p1"], ["export", "csv", "ticks/p*", "--limit", "9"]):
                tool.run(*words, *store)
            need(gaps() == before, "gaps have changed")
            for command in ("backup", "snapshot"):
                said = tool.rows(command, "./copy", "--verify", *store)
                need(said["samples"] >= last, command, "lacks acknowledged samples", said, last)
                tool.run("restore", "./copy", "--store", "./restored")
                need(tool.digest("export", "csv", "ticks/*", "--store", "./copy")
                     == tool.digest("export", "csv", "ticks/*", "--store", "./restored"), command)
                shutil.rmtree(tool.path("copy"))
                shutil.rmtree(tool.path("restored"))
            tool.run("import", "csv", os.devnull, *store, status=75)
            need("process %d (almanac)" % writer.pid in tool.errors, tool.errors)
            rounds += 1
        need(writer.poll() is None, "the writer has ended")
    finally:
        writer.kill()
        writer.wait()
        reader.wait()
    tool.run("verify", *store)
    return "%d rounds of fourteen commands" % rounds


def clock_changes(year):
    """The last Sundays of March and October."""
    def last_sunday(month):
        day = date(year, month, 31)
        return day - timedelta(days=(day.weekday() + 1) % 7)
    return last_sunday(3), last_sunday(10)


def hours_of_days(tool, store, point, year):
    """How many quarters of an hour the days of the clock changes have, divided by four."""
    counts = {}
    for day in clock_changes(year):
        text = tool.run("read", point, "--every", "1d", "--agg", "count", "--tz", "Europe/Zurich",
                        "--from", str(day), "--to", str(day + timedelta(days=1)), "--output", "csv",
                        "--store", store)
        counts[day.month] = [int(line.split(",")[1]) / 4 for line in text.split()[1:]]
    return counts


def engineer_on_demo(tool):
    store = ["--store", "./demo"]
    points = [row["name"] for row in tool.rows("ls", "points", "plant/*", *store)["rows"]]
    year = date.fromtimestamp(tool.rows("info", *store)["first_time"] / 1000 + 86400).year
    days = hours_of_days(tool, "./demo", "plant/dhw_pump", year)
    need(days == {3: [23], 10: [25]}, "hours of days:", days)
    wide = tool.run("export", "csv", "plant/*", *store)
    need(wide.split("\n", 1)[0] == ",".join(["unix_ms"] + [p.split("/")[1] for p in points]), "names")
    with open(tool.path("plant.csv"), "w") as file:
        file.write(wide)
    tool.run("import", "csv", "plant.csv", "--store", "./again")
    need(tool.run("export", "csv", "--store", "./again") == wide, "the export read back differs")
    # States are drawn as steps: along and up, never slanting; and a gap of the floor is a break.
    drawn = tool.run("plot", "plant/dhw_pump", "--svg", "-", "--from", "%d-01-20" % year, "--to",
                     "%d-01-27" % year, *store)
    need(re.search(r'd="M[0-9. ]+(?:[HV][0-9.]+){20,}"', drawn), "a pump is not drawn as steps")
    gap = next(row for row in tool.rows("gaps", "*temp", *store)["rows"]
               if row["reason"] in ("sentinel", "device_error", "tick_missed"))
    around = ["--from", str(gap["from"] - 3 * 86400000), "--to", str(gap["to"] + 3 * 86400000)]
    drawn = tool.run("plot", gap["point"], "--svg", "-", *around, *store)
    lines = [line for line in re.findall(r'd="(M[^"]*L[^"]*)" fill="none"', drawn)]
    need(lines and max(line.count("M") for line in lines) > 1, "the line has no break at", gap)
    shutil.rmtree(tool.path("again"))
    return "%d points, days of 23 and 25 h" % len(points)


def engineer_on_data(tool, data):
    files = sorted(glob.glob(os.path.join(data, "*.csv.gz")))
    if not files:
        return None
    table = os.path.join(data, "points.csv")
    said = tool.rows("import", "csv", *files, "--points", table, "--store", "./site")
    need(said["files"] == len(files) and said["rejected"] == 0, said)
    with open(table, newline="") as file:
        units = {row["site"] + "/" + row["point"]: row for row in csv.DictReader(file)}
    listed = {row["name"]: row for row in tool.rows("ls", "points", "--store", "./site")["rows"]}
    for name, row in listed.items():
        need(row["unit"] == units[name]["unit"], "unit of", name, row)
        is_state = units[name]["kind"].startswith("binary")
        need((row["data_type"] == "digital") == is_state, "kind of", name, row)
    days = hours_of_days(tool, "./site", "campus_power/building_1_demand", 2019)
    need(days == {3: [23], 10: [25]}, "hours of days:", days)
    for name in ("pnnl_ahu/supply_fan_status", "pnnl_ahu/supply_air_temp"):
        tool.run("plot", name, "--store", "./site")
        need(PICTURE.search(tool.screen("plot", name, "--store", "./site").decode()), name)
    with gzip.open(tool.path("site.csv.gz"), "wt", compresslevel=1) as file:
        file.write(tool.run("export", "csv", "--store", "./site"))
    tool.run("import", "csv", "site.csv.gz", "--prefix", "", "--store", "./again")
    # By name: the addresses are given in the order of import.
    export = sorted(tool.run("export", "csv", "--long", "--store", "./site").splitlines())
    need(sorted(tool.run("export", "csv", "--long", "--store", "./again").splitlines()) == export,
         "the export read back differs")
    return "%d files, %d samples" % (len(files), said["samples"])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--almanac", required=True)
    parser.add_argument("--data", default="../shared/data")
    options = parser.parse_args()
    data = os.path.abspath(options.data)
    work = tempfile.mkdtemp(prefix="operator-trial-")
    tool = Tool(os.path.abspath(options.almanac), work)
    passed = failed = skipped = 0
    trials = [planted_faults, terminal_and_pipe, backup_and_restore, one_byte_flipped,
              engineer_on_demo, beside_a_writer, lambda tool: engineer_on_data(tool, data)]
    names = [trial.__name__ for trial in trials[:-1]] + ["engineer_on_data"]
    try:
        for name, trial in zip(names, trials):
            start = time.monotonic()
            try:
                result = trial(tool)
                skipped += result is None
                passed += result is not None
                print("%s - %s (%.0f s)" % (name, result or "SKIPPED: no data in " + options.data,
                                            time.monotonic() - start), flush=True)
            except Failure as failure:
                print("FAIL", name, "-", failure, flush=True)
                failed += 1
    finally:
        shutil.rmtree(work, ignore_errors=True)
    print("%d passed, %d failed, %d skipped" % (passed, failed, skipped))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()

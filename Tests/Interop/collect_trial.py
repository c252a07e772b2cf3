#!/usr/bin/env python3
"""`almanac collect` against devices of another stack, on loopback.

    collect_trial.py --almanac BIN [--python PYTHON] [--simulator FILE] [--points N] [--kills N]
                     [--only NAME]

PYTHON has bacpypes3. Every stored sample is compared with the simulator's own truth at the steps that
were in force while it was read, its quality too; a sample from a trend log with the record. Then an
outage has to be recorded and filled from the trend logs, and a collector that is killed again and again
has to end with every record once. Ends with one line `N passed, N failed`.
"""
import argparse
import csv
import json
import math
import os
import random
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
PROFILES = ("normal,segmented,mstp,tiny,norpm,rpmlimit,slow,lossy,flaky,nocov,errors,garbage,legacy,"
            "intl,skewed,ghost,t3,replay")


# Those that reply at once; a tick of the others may be read late.
PROMPT = ("normal,segmented,mstp,tiny,norpm,rpmlimit,nocov,legacy,intl,skewed,ghost".split(","))


class Failure(Exception):
    pass


def need(condition, *what):
    if not condition:
        raise Failure(" ".join(map(str, what)))


def as_real(value):
    """The number that is stored of a REAL: its shortest decimal."""
    return struct.unpack(">f", struct.pack(">f", value))[0]


class Field:
    """A simulator with its control connection, and a folder with the two tables of its devices."""

    def __init__(self, options, work, *words, interval=10, timeout="6s"):
        net = "127.%d.%d" % (random.randint(2, 200), random.randint(0, 250))
        port = random.randint(20000, 32000)
        self.options, self.work = options, work
        self.store = os.path.join(work, "store")
        self.link = ["--address", "%s.9:%d" % (net, port), "--broadcast", "127.255.255.255",
                     "--timeout", timeout, "--retries", "2"]
        self.process = subprocess.Popen(
            [options.python, options.simulator, "--layout", "addresses", "--host", net + ".10",
             "--port", str(port), "--duration", "1200", *words], stdout=subprocess.PIPE, text=True)
        told = json.loads(self.process.stdout.readline())
        self.devices = {d["id"]: d for d in told["devices"]}
        self.epoch, self.tick = told["epoch"], told["tick"]
        need(self.process.stdout.readline().startswith("READY"), "the simulator is not ready")
        host, control = told["control"].rsplit(":", 1)
        self.control = socket.create_connection((host, int(control)))
        self.lines = self.control.makefile("rw")
        self.write_tables(interval)

    def ask(self, **command):
        self.lines.write(json.dumps(command) + "\n")
        self.lines.flush()
        reply = json.loads(self.lines.readline())
        need(reply.get("ok"), command, reply)
        return reply

    def close(self):
        self.process.terminate()
        self.process.wait()

    def step(self, moment):
        return math.floor((moment - self.epoch) / self.tick + 1e-6)

    def write_tables(self, interval):
        """Has the tables written, and sets the interval of every point."""
        quiet = {"drop_request": 0, "drop_response": 0, "corrupt": 0, "wrong_invoke": 0,
                 "error": 0, "reject": 0, "abort": 0}
        faults = {number: d["faults"] for number, d in self.devices.items()}
        cycle = {n: f["offline_cycle"] for n, f in faults.items() if "offline_cycle" in f}
        self.ask(cmd="faults", device="all", set=quiet)
        for number in cycle:
            self.ask(cmd="faults", device=number, set={"offline_cycle": None})
        self.tables = os.path.join(self.work, "tables")
        done = subprocess.run(
            [self.options.almanac, "discover", "--write", self.tables, "--wait", "8s", *self.link],
            capture_output=True, text=True, timeout=400)
        # The list of the profile `ghost` names objects that are not there: findings.
        need(done.returncode in (0, 1), "discover:", done.stderr[-800:])
        for number, own in faults.items():
            self.ask(cmd="faults", device=number, set=own)
        path = os.path.join(self.tables, "points.csv")
        with open(path, newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        names = {}
        with open(os.path.join(self.tables, "devices.csv"), newline="", encoding="utf-8") as file:
            for row in csv.DictReader(file):
                names[row["device_id"]] = (row["device_name"], int(row["bacnet_instance"]))
        self.points = {}
        for row in rows:
            row["interval_seconds"] = str(interval)
            device, instance = names[row["device_id"]]
            self.points[device + "/" + row["point_name"]] = (
                instance, row["object"].replace(":", ","), row)
        with open(path, "w", newline="", encoding="utf-8") as file:
            table = csv.DictWriter(file, rows[0].keys(), lineterminator="\n")
            table.writeheader()
            table.writerows(rows)

    def start(self, *words):
        return subprocess.Popen(
            [self.options.almanac, "collect", "--store", self.store,
             "--devices", os.path.join(self.tables, "devices.csv"),
             "--points", os.path.join(self.tables, "points.csv"), "--output", "ndjson",
             *words, *self.link],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def collect(self, length):
        """Collects for so many seconds; the events."""
        process = self.start("--for", "%ds" % length)
        out, err = process.communicate(timeout=length + 120)
        need(process.returncode in (0, 1), "collect ended with", process.returncode, err[-600:])
        return [json.loads(line) for line in out.splitlines()]

    def samples(self):
        """Every stored sample by the name of its point; fails if a point has two of one time."""
        done = subprocess.run(
            [self.options.almanac, "export", "ndjson", "--store", self.store],
            capture_output=True, text=True, timeout=120)
        need(done.returncode == 0, "export:", done.stderr[-400:])
        found = {}
        for line in done.stdout.splitlines():
            row = json.loads(line)
            own = found.setdefault(row["point"], {})
            need(row["unix_ms"] not in own, row["point"], "has two samples of", row["unix_ms"])
            own[row["unix_ms"]] = (row["value"], row["quality"])
        return found

    def records(self, device, log):
        """The records of a trend log by their time; a value that is missing is None."""
        told = self.ask(cmd="trend", device=device["id"], object=log["id"])
        found = [{} for _ in log["logs"]]
        for record in told["records"]:
            moment = round(record["time"] * 1000)
            for place in range(len(log["logs"])):
                value = record["payload"][place] if record["kind"] == "values" else None
                found[place][moment] = value if isinstance(value, (int, float)) else None
        return found


def truth(field, cache, instance, obj, step):
    """Value and quality of an object at a step; None without a value."""
    key = (instance, obj, step)
    if key not in cache:
        told = field.ask(cmd="expect", device=instance, object=obj, step=step)
        value = told["value"]
        flags = list(told["status_flags"])
        if told["reliability"]:
            flags[1] = 1
        # The other stack sets in-alarm of an object itself, from its event-state.
        if told["event_state"]:
            flags[0] = 1
        words = [w for w, f in zip(["alarm", "fault", "overridden", "out_of_service"], flags) if f]
        cache[key] = (as_real(value) if isinstance(value, (int, float)) else None, set(words))
    return cache[key]


def matches(told, value, quality):
    """Whether a sample is what the simulator shows."""
    expected, flags = told
    if expected is None:
        return False
    words = set(quality.split("+")) - {"good", "bad", "uncertain"}
    # The other stack computes the flags of an object anew, and loses overridden with that.
    if "overridden" not in words:
        flags = flags - {"overridden"}
    return math.isclose(as_real(value), expected, rel_tol=1e-6, abs_tol=0.0006) and words == flags


def every_sample_is_true(options, work):
    """All profiles: each sample is the simulator's at a step between its tick and its storing."""
    field = Field(options, work, "--devices", "18", "--profiles", PROFILES, "--points",
                  str(options.points), "--tick", "5", "--trend-interval", "60", interval=15)
    try:
        start = time.time()
        field.collect(75)
        end = time.time()
        checked, spoiled, silent = 0, {}, []
        cache = {}
        logged = {}
        for number, device in field.devices.items():
            for log in device["trend_logs"]:
                for place, records in enumerate(field.records(device, log)):
                    # An object may be in two logs, and a record of one be a failure.
                    logged.setdefault((number, log["logs"][place]), {}).update(
                        {moment: value for moment, value in records.items() if value is not None})
        samples = field.samples()
        for name, (instance, obj, row) in field.points.items():
            device = field.devices[instance]
            own = samples.get(name, {})
            if not own and device["profile"] not in ("flaky", "ghost"):
                silent.append(name)
            for moment, (value, quality) in own.items():
                record = logged.get((instance, obj), {}).get(moment)
                if record is not None and math.isclose(
                        as_real(value), as_real(record), rel_tol=1e-6, abs_tol=0.0006):
                    checked += 1
                    continue
                # From the tick to the last reply that may belong to it.
                late = 8 if device["profile"] in PROMPT else 45
                first = field.step(moment / 1000)
                last = field.step(min(end, moment / 1000 + late))
                fits = any(matches(truth(field, cache, instance, obj, step), value, quality)
                           for step in range(first, last + 1))
                if not fits:
                    need(device["profile"] == "garbage", name, obj, "of", device["profile"], "has",
                         value, quality, "at", moment, "; the steps", first, "to", last, "have",
                         [truth(field, cache, instance, obj, s) for s in range(first, last + 1)])
                    spoiled[instance] = spoiled.get(instance, 0) + 1
                checked += 1
        for instance, count in spoiled.items():
            corrupted = field.ask(cmd="stats", device=instance).get("corrupted", 0)
            need(count <= corrupted, count, "wrong samples of", instance, "and", corrupted,
                 "corrupted replies")
        need(len(silent) <= len(field.points) // 100, "points without a sample:", silent[:10])
        need(checked > len(field.points), checked, "samples of", len(field.points), "points")
        return "%d samples of %d points of 18 devices in %d s, %d from corrupted replies" % (
            checked, len(field.points), end - start, sum(spoiled.values()))
    finally:
        field.close()


def filled(field):
    """Fails unless every record of every log is stored at its time, with its value."""
    samples = field.samples()
    names = {(instance, obj): name for name, (instance, obj, _) in field.points.items()}
    count = 0
    for number, device in field.devices.items():
        for log in device["trend_logs"]:
            for obj, records in zip(log["logs"], field.records(device, log)):
                own = samples.get(names[number, obj], {})
                for moment, value in records.items():
                    # What was recorded later belongs to the next pass.
                    if value is None or moment > field.until[number]:
                        continue
                    need(moment in own, number, log["id"], "record of", moment, "is not stored")
                    # A poll at the same time has come first, up to a few seconds after its tick.
                    if moment % field.interval and not math.isclose(
                            as_real(own[moment][0]), as_real(value), rel_tol=1e-6):
                        raise Failure("%s %s at %s is %s and not %s" % (
                            number, log["id"], moment, own[moment], value))
                    count += 1
    return count


def an_outage_is_filled(options, work):
    """A device is away for 60 s: a gap with its reason, then no gap, and no record twice."""
    field = Field(options, work, "--devices", "2", "--points", "10", "--tick", "5",
                  "--trend-interval", "1", "--trend-buffer", "1000", interval=5, timeout="1s")
    field.interval = 5000
    try:
        number = min(field.devices)
        field.until = dict.fromkeys(field.devices, time.time() * 1000)
        process = field.start()
        time.sleep(12)
        away = time.time()
        field.ask(cmd="offline", device=number, seconds=600)
        time.sleep(60)
        field.until[number] = time.time() * 1000
        # Its I-Am has it probed at once.
        field.ask(cmd="online", device=number, i_am=True)
        time.sleep(35)
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=60)
        need(process.returncode == 0, "collect ended with", process.returncode, err[-600:])
        events = [json.loads(line) for line in out.splitlines()]
        kinds = [e["event"] for e in events if e["device"] == number]
        for kind in ("suspect", "online", "backfilled"):
            need(kind in kinds, "no event", kind, "of", number, "in", sorted(set(kinds)))
        journal = subprocess.run(
            [options.almanac, "gaps", "--store", field.store, "--output", "json"],
            capture_output=True, text=True)
        rows = json.loads(journal.stdout)["rows"]
        logged = {o for log in field.devices[number]["trend_logs"] for o in log["logs"]}
        names = {name: obj for name, (n, obj, _) in field.points.items() if n == number}
        begin, end = away * 1000 + 10000, away * 1000 + 50000
        inside = [r for r in rows if r["point"] in names and r["from"] < end and r["to"] > begin]
        offline = {r["point"] for r in inside if r["reason"] == "device_offline"}
        unlogged = {name for name, obj in names.items() if obj not in logged}
        need(unlogged <= offline, "without a gap of device_offline:", sorted(unlogged - offline)[:5])
        left = [r for r in inside if names[r["point"]] in logged]
        need(not left, "gaps that the log could fill:", left[:3])
        return "%d records, %d points with a gap, none with a log" % (filled(field), len(offline))
    finally:
        field.close()


def killed_while_it_collects(options, work):
    """Killed at random moments: in the end every record of the logs is there, once."""
    field = Field(options, work, "--devices", "3", "--points", "10", "--tick", "5",
                  "--trend-interval", "1", "--trend-records", "300", "--trend-buffer", "3600",
                  "--trend-first-seq", "4294967000", interval=5, timeout="1s")
    field.interval = 5000
    try:
        rnd = random.Random(options.seed)
        for number in range(options.kills):
            process = field.start()
            time.sleep(rnd.uniform(0.3, 4))
            need(process.poll() is None, "collect ended by itself:", process.stderr.read()[-600:]
                 if process.poll() is not None else "")
            process.send_signal(signal.SIGKILL)
            process.communicate()
            if os.path.exists(os.path.join(field.store, "MANIFEST")):
                field.samples()
        field.until = dict.fromkeys(field.devices, time.time() * 1000)
        field.collect(25)
        count = filled(field)
        done = subprocess.run([options.almanac, "verify", "--deep", "--store", field.store],
                              capture_output=True, text=True)
        need(done.returncode == 0, "verify:", done.stdout[-600:])
        # Every record is in the store: the cursors find nothing new but what came since.
        again = [e for e in field.collect(8) if e["event"] == "backfilled"]
        read = sum(int(e["fields"]["records"]) for e in again)
        need(read < 3 * 3 * 60, "read again after the end:", read, "records")
        return "%d kills, %d records" % (options.kills, count)
    finally:
        field.close()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--almanac", required=True)
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--simulator", default=os.path.join(HERE, "simulator.py"))
    parser.add_argument("--points", type=int, default=20)
    parser.add_argument("--kills", type=int, default=8)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only")
    options = parser.parse_args()
    options.almanac = os.path.abspath(options.almanac)
    passed = failed = 0
    for trial in [every_sample_is_true, an_outage_is_filled, killed_while_it_collects]:
        if options.only and options.only != trial.__name__:
            continue
        work = tempfile.mkdtemp(prefix="collect-trial-")
        try:
            print("%s - %s" % (trial.__name__, trial(options, work)), flush=True)
            passed += 1
        except Failure as failure:
            print("FAIL %s - %s" % (trial.__name__, failure), flush=True)
            failed += 1
        finally:
            shutil.rmtree(work, ignore_errors=True)
    print("%d passed, %d failed" % (passed, failed))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()

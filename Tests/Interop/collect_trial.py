#!/usr/bin/env python3
"""`almanac collect` against devices of another stack, on loopback.

    collect_trial.py --almanac BIN [--python PYTHON] [--simulator FILE] [--devices N] [--points N]
                     [--kills N] [--only NAME]

PYTHON has bacpypes3. Every stored sample is compared with the simulator's own truth at the steps that
were in force while it was read, its quality too; a sample from a trend log with the record; and each
point's name, unit and state texts with the object's. A wrong value is accepted only from a reply that
the simulator has corrupted without damage to its structure. Then changes of value, a BBMD, a disk
without space, an outage that the trend logs fill, and a collector that is killed again and again and
has to end with every record once. Ends with one line `N passed, N failed, N skipped`.
"""
import argparse
import bisect
import json
import math
import os
import random
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time

from collect_field import Failure, Field, as_real, need
from collect_situations import (Collection, Skipped, a_full_disk_is_survived, changes_are_stored,
                                devices_are_found_through_a_bbmd)

HERE = os.path.dirname(os.path.abspath(__file__))
PROFILES = ("normal,segmented,mstp,tiny,norpm,rpmlimit,slow,lossy,flaky,nocov,errors,garbage,legacy,"
            "intl,skewed,ghost,t3,replay")


# Those that reply at once; a tick of the others may be read late.
PROMPT = ("normal,segmented,mstp,tiny,norpm,rpmlimit,nocov,legacy,intl,skewed,ghost".split(","))


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


#: The symbols of the simulator's units; others have none.
UNITS = {"degrees-celsius": "°C", "percent-relative-humidity": "%RH", "parts-per-million": "ppm",
         "pascals": "Pa", "liters-per-second": "L/s", "kilowatts": "kW", "percent": "%",
         "kilowatt-hours": "kWh"}


def descriptions_are_true(field):
    """Fails unless name, unit and state texts of each point in the store are the simulator's."""
    objects = field.objects()
    stored = {row["address"]: row for row in field.tool("ls", "points")}
    wrong = {}
    for name, (instance, obj, row) in field.points.items():
        address = ":".join(row[key] for key in ("device_id", "point_type", "point_number"))
        point, thing = stored.get(address), objects[instance, obj]
        need(point, name, "is not in the store")
        own = point["name"].split("/", 1)[1]
        # A panel shows its names as descriptions.
        is_panel = field.devices[instance]["profile"] == "t3"
        expected = thing["description" if is_panel else "name"]
        found = []
        if own != expected:
            found.append(("name", own, expected))
        if point["unit"] != UNITS.get(thing["units"], ""):
            found.append(("unit", point["unit"], thing["units"]))
        # States of a binary object count from 0, those of a multi-state object from 1.
        first = 0 if obj.startswith("binary") else 1
        texts = thing["states"] and {
            str(place + first): text for place, text in enumerate(thing["states"])}
        if (point["states"] or None) != texts:
            found.append(("states", point["states"], texts))
        profile = field.devices[instance]["profile"]
        need(not found or profile == "garbage", name, obj, "of", profile, "has, and should have:",
             found)
        wrong[instance] = wrong.get(instance, 0) + len(found)
    for instance, count in wrong.items():
        # Three octets are changed at most, and a reply that was cut has no structure.
        replies = field.ask(cmd="spoiled", device=instance)["replies"] if count else []
        whole = sum(len(reply["sent"]) == len(reply["sound"]) for reply in replies)
        need(count <= 3 * whole, count, "wrong descriptions of", instance, "and", whole,
             "corrupted replies of their whole length")
    return len(field.points)


def spoils(reply, value):
    """Whether a corrupted reply that still has its structure may have brought a value."""
    sound, sent = bytes.fromhex(reply["sound"]), bytes.fromhex(reply["sent"])
    if sent == sound or len(sent) != len(sound):
        return False
    real = struct.pack(">f", value)
    # A Real of its own and in a record of a log; small whole numbers likewise.
    encodings = [b"\x44" + real, b"\x2c" + real]
    if value == int(value) and 0 <= value < 256:
        encodings += [bytes([tag, int(value)]) for tag in (0x91, 0x21, 0x39, 0x49)]
    return any(encoding in sent for encoding in encodings)


def explain(field, wrong):
    """Fails unless a corrupted reply explains each wrong sample; one changes up to three octets."""
    for instance, samples in wrong.items():
        replies = field.ask(cmd="spoiled", device=instance)["replies"]
        uses = [0] * len(replies)
        for name, moment, value, quality in samples:
            place = next((p for p, reply in enumerate(replies)
                          if uses[p] < 3 and spoils(reply, value)), None)
            need(place is not None, name, "has", value, quality, "at", moment,
                 "and no corrupted reply of", instance, "has that value")
            uses[place] += 1


def every_sample_is_true(options, work):
    """All profiles: each sample is the simulator's at a step between its tick and its storing."""
    field = Field(options, work, "--devices", str(options.devices), "--profiles", PROFILES, "--points",
                  str(options.points), "--tick", "5", "--trend-interval", "60", interval=15)
    try:
        start = time.time()
        collection = Collection(field)
        # A device whose replies take seconds has its states read late.
        collection.wait("the description of each device", lambda events: time.time() > start + 75
                        and {e["device"] for e in events if e["event"] == "described"}
                        >= set(field.devices), 75 + 15 * options.points)
        collection.end()
        end = time.time()
        checked, wrong, silent = 0, {}, []
        cache = {}
        logged = {}
        for number, device in field.devices.items():
            for log in device["trend_logs"]:
                for place, records in enumerate(field.records(device, log)):
                    # An object may be in two logs, and a record of one be a failure.
                    logged.setdefault((number, log["logs"][place]), {}).update(
                        {moment: value for moment, value in records.items() if value is not None})
        samples = field.samples()
        updates = field.ask(cmd="updates")["updates"]
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
                # On a busy machine the simulator shows the values of a step before for a while.
                begun = bisect.bisect_right(updates, moment / 1000, key=lambda update: update[1])
                first = updates[begun - 1][0] if begun else 0
                last = field.step(min(end, moment / 1000 + late))
                fits = any(matches(truth(field, cache, instance, obj, step), value, quality)
                           for step in range(first, last + 1))
                if not fits:
                    need(device["profile"] == "garbage", name, obj, "of", device["profile"], "has",
                         value, quality, "at", moment, "; the steps", first, "to", last, "have",
                         [truth(field, cache, instance, obj, s) for s in range(first, last + 1)])
                    wrong.setdefault(instance, []).append((name, moment, value, quality))
                checked += 1
        explain(field, wrong)
        described = descriptions_are_true(field)
        need(len(silent) <= len(field.points) // 100, "points without a sample:", silent[:10])
        need(checked > len(field.points), checked, "samples of", len(field.points), "points")
        return ("%d samples of %d points of %d devices in %d s, %d from corrupted replies; "
                "%d names, units and state texts" % (
                    checked, len(field.points), len(field.devices), end - start,
                    sum(map(len, wrong.values())), described))
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
    parser.add_argument("--devices", type=int, default=18)
    parser.add_argument("--kills", type=int, default=8)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only")
    options = parser.parse_args()
    options.almanac = os.path.abspath(options.almanac)
    passed = failed = skipped = 0
    for trial in [every_sample_is_true, changes_are_stored, devices_are_found_through_a_bbmd,
                  a_full_disk_is_survived, an_outage_is_filled, killed_while_it_collects]:
        if options.only and options.only != trial.__name__:
            continue
        work = tempfile.mkdtemp(prefix="collect-trial-")
        try:
            print("%s - %s" % (trial.__name__, trial(options, work)), flush=True)
            passed += 1
        except Skipped as reason:
            print("skipped %s - %s" % (trial.__name__, reason), flush=True)
            skipped += 1
        except Failure as failure:
            print("FAIL %s - %s" % (trial.__name__, failure), flush=True)
            failed += 1
        finally:
            shutil.rmtree(work, ignore_errors=True)
    print("%d passed, %d failed, %d skipped" % (passed, failed, skipped))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""`almanac discover` and `almanac probe` against devices of another stack, on loopback.

    field_trial.py --almanac BIN [--python PYTHON]

PYTHON has bacpypes3. Every name, object and address that is found is compared with the simulator's own
description. Ends with one line `N passed, N failed`.
"""
import argparse
import csv
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
PROFILES = "normal,segmented,mstp,tiny,norpm,legacy,intl,ghost,t3"


class Failure(Exception):
    pass


def need(condition, *what):
    if not condition:
        raise Failure(" ".join(map(str, what)))


class Field:
    """A simulator, and the tool beside it on a port of their own."""

    def __init__(self, almanac, python):
        net = "127.%d.%d" % (random.randint(2, 200), random.randint(0, 250))
        self.port = random.randint(20000, 32000)
        self.almanac = almanac
        self.link = ["--address", "%s.9:%d" % (net, self.port), "--broadcast", "127.255.255.255"]
        self.silent = "%s.250:%d" % (net, self.port)
        self.process = subprocess.Popen(
            [python, os.path.join(HERE, "simulator.py"), "--layout", "addresses", "--host",
             net + ".10", "--port", str(self.port), "--devices", str(PROFILES.count(",") + 1),
             "--profiles", PROFILES, "--routed", "1", "--points", "20", "--duration", "300"],
            stdout=subprocess.PIPE, text=True)
        self.devices = {d["id"]: d for d in json.loads(self.process.stdout.readline())["devices"]}
        need(self.process.stdout.readline().startswith("READY"), "the simulator is not ready")

    def run(self, *words, status=0):
        done = subprocess.run([self.almanac, *words, *self.link], capture_output=True, timeout=120)
        need(done.returncode == status, words, "ended with", done.returncode, "and not", status,
             done.stderr.decode()[-400:])
        return done.stdout.decode(), done.stderr.decode()


def every_device_is_found(field):
    found = json.loads(field.run("discover", "--output", "json")[0])["rows"]
    found = {row["instance"]: row for row in found}
    objects = 0
    for number, device in field.devices.items():
        need(number in found, number, "was not found, a", device["profile"])
        # A panel's object names carry the descriptions, and the other way round.
        told_as = "description" if device["profile"] == "t3" else "name"
        names = {o["object"]: o[told_as] for o in found[number]["objects"]}
        for told in device["objects"]:
            need(names.get(told["id"]) == told["name"], number, told["id"], "is",
                 names.get(told["id"]), "and not", told["name"])
        objects += len(device["objects"])
    routed = [row for row in found.values() if row["network"] == 2001]
    need(len(routed) == 1 and routed[0]["mac"] == "01", "routed devices:", routed)
    return "%d devices, %d objects" % (len(field.devices), objects)


def tables_are_written(field):
    work = tempfile.mkdtemp(prefix="field-trial-")
    try:
        field.run("discover", "--write", work)
        with open(os.path.join(work, "devices.csv"), newline="", encoding="utf-8") as file:
            devices = list(csv.DictReader(file))
        with open(os.path.join(work, "points.csv"), newline="", encoding="utf-8") as file:
            points = list(csv.DictReader(file))
        need({int(d["bacnet_instance"]) for d in devices} >= set(field.devices), "devices miss")
        told = sum(len(d["objects"]) for d in field.devices.values())
        need(len(points) == told, len(points), "points and not", told)
        keys = {(p["device_id"], p["point_type"], p["point_number"]) for p in points}
        need(len(keys) == len(points), "two points have one address")
        return "%d devices, %d points" % (len(devices), len(points))
    finally:
        shutil.rmtree(work, ignore_errors=True)


def each_profile_is_probed(field):
    for number, device in field.devices.items():
        text = field.run("probe", str(number))[0]
        need(re.search(r"name +Sim%d\b" % number, text), number, "has no name in", text[:300])
        asked = re.search(r"points asked +(\d+)", text)
        read = re.search(r"points read +(\d+)", text)
        # Its list names an object that is not there.
        ghosts = 1 if device["profile"] == "ghost" else 0
        need(asked and read and int(asked[1]) - int(read[1]) == ghosts, number, device["profile"],
             "was not read whole:", asked and asked[1], read and read[1])
    return "%d devices" % len(field.devices)


def datagrams_are_shown(field):
    number = next(iter(field.devices))
    lines = "".join(field.run("probe", str(number), "--hex")).splitlines()
    lengths, octets = [], 0
    for line in lines:
        head = re.match(r"\S+ \S+ [<>] \S+, (\d+) octets", line)
        if head:
            lengths.append(int(head[1]))
        elif lengths and (row := re.match(r"  [0-9a-f]{4}  ((?:[0-9a-f]{2} {1,2})+)", line)):
            octets += len(row[1].split())
    need(len(lengths) > 10 and octets == sum(lengths), len(lengths), "datagrams,", octets,
         "octets and not", sum(lengths))
    return "%d datagrams, %d octets" % (len(lengths), octets)


def silence_is_told(field):
    said = field.run("probe", field.silent, "--timeout", "1s", "--wait", "1s", status=69)[1]
    need(field.silent in said and "4 tries" in said and "no answer" in said, said)
    return "exit 69"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--almanac", required=True)
    parser.add_argument("--python", default=sys.executable)
    options = parser.parse_args()
    field = Field(os.path.abspath(options.almanac), options.python)
    passed = failed = 0
    try:
        for trial in [every_device_is_found, tables_are_written, each_profile_is_probed,
                      datagrams_are_shown, silence_is_told]:
            try:
                print("%s - %s" % (trial.__name__, trial(field)), flush=True)
                passed += 1
            except Failure as failure:
                print("FAIL", trial.__name__, "-", failure, flush=True)
                failed += 1
    finally:
        field.process.terminate()
    print("%d passed, %d failed" % (passed, failed))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()

"""The simulated field of a collector trial: devices of another stack, their tables, and the truth."""
import csv
import json
import math
import os
import random
import socket
import struct
import subprocess
import time


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

    def __init__(self, options, work, *words, interval=10, timeout="6s", mode="poll", bbmd=False):
        net = "127.%d.%d" % (random.randint(2, 200), random.randint(0, 250))
        port = random.randint(20000, 32000)
        self.options, self.work, self.mode = options, work, mode
        #: Programs that end with the field.
        self.children = []
        self.store = os.path.join(work, "store")
        self.link = ["--address", "%s.9:%d" % (net, port), "--timeout", timeout, "--retries", "2"]
        self.link += (["--bbmd", "%s.10:%d" % (net, port)] if bbmd
                      else ["--broadcast", "127.255.255.255"])
        # Without broadcasts the devices are foreign devices of the BBMD, as our own client is.
        layout = ["--broadcast", "none", "--bbmd"] if bbmd else []
        self.process = subprocess.Popen(
            [options.python, options.simulator, "--layout", "addresses", "--host", net + ".10",
             "--port", str(port), "--duration", "1800", *layout, *words],
            stdout=subprocess.PIPE, text=True)
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
        for child in self.children:
            if child.poll() is None:
                child.kill()
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
            row["mode"] = self.mode
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

    def tool(self, *words):
        """Rows that the program writes of the store."""
        done = subprocess.run(
            [self.options.almanac, *words, "--store", self.store, "--output", "json"],
            capture_output=True, text=True, timeout=120)
        need(done.returncode == 0, words, "ended with", done.returncode, done.stderr[-400:])
        return json.loads(done.stdout)["rows"]

    def objects(self):
        """What each object is, by device and object."""
        full = self.ask(cmd="describe", full=True)
        return {(device["id"], thing["id"]): thing
                for device in full["devices"] for thing in device["objects"]}

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

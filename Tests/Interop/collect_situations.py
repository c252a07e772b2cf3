"""Situations of a collector: changes of value, a BBMD, and a disk without space."""
import json
import math
import os
import signal
import subprocess
import time

from collect_field import Failure, Field, as_real, need


class Skipped(Exception):
    """The machine does not grant what the trial needs."""


class Collection:
    """A collector that runs, and its events as they come."""

    def __init__(self, field, *words):
        self.process = field.start(*words)
        field.children.append(self.process)
        os.set_blocking(self.process.stdout.fileno(), False)
        self.events, self.rest = [], b""

    def wait(self, what, condition, seconds=60):
        """Waits until `condition` holds of the events."""
        end = time.time() + seconds
        while True:
            try:
                self.rest += os.read(self.process.stdout.fileno(), 1 << 20)
            except BlockingIOError:
                pass
            *lines, self.rest = self.rest.split(b"\n")
            self.events += [json.loads(line) for line in lines]
            if condition(self.events):
                return
            if self.process.poll() is not None:
                raise Failure("collect ended by itself with %d: %s" % (
                    self.process.returncode, self.process.stderr.read()[-600:]))
            need(time.time() < end, "after", seconds, "s there is not yet", what, "; the last events:",
                 self.events[-3:])
            time.sleep(0.1)

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        _, err = self.process.communicate(timeout=60)
        need(self.process.returncode == 0, "collect ended with", self.process.returncode, err[-600:])


def changes_are_stored(options, work):
    """Points of mode `cov`: each change is a sample without a poll, and subscriptions end with it."""
    field = Field(options, work, "--devices", "2", "--profiles", "normal,nocov", "--points", "10",
                  "--manual", "--trend-logs", "0", "--trend-multiple", "0", interval=20,
                  timeout="2s", mode="cov")
    try:
        with_changes, without = sorted(field.devices)
        # The other stack reports no changes of multi-state objects.
        reported = {name for name, (instance, obj, _) in field.points.items()
                    if instance == with_changes and not obj.startswith("multi-state")}
        collection = Collection(field)
        collection.wait("a sample of each point by its first notification",
                        lambda _: reported <= set(field.samples())
                        if os.path.exists(os.path.join(field.store, "MANIFEST")) else False)
        stats = field.ask(cmd="stats", device=with_changes)
        need(stats["subscriptions"] == len(reported), stats["subscriptions"], "subscriptions,",
             len(reported), "expected")
        need(field.ask(cmd="stats", device=without)["subscriptions"] == 0, "subscribed at nocov")
        polls = field.ask(cmd="stats", device=with_changes).get("readPropertyMultiple", 0)
        changed = 0
        for obj in ("analog-input,1", "analog-input,2"):
            for value in (71.5, 72.25, 1.0):
                field.ask(cmd="set", device=with_changes, object=obj, value=value)
                name = next(n for n, (i, o, _) in field.points.items()
                            if (i, o) == (with_changes, obj))
                collection.wait("%s of %s" % (value, obj), lambda _: any(
                    math.isclose(as_real(v), value) for v, _ in field.samples()[name].values()), 20)
                changed += 1
        need(field.ask(cmd="stats", device=with_changes).get("readPropertyMultiple", 0) - polls <= 4,
             "changes were polled and not reported")
        polled = {name for name, (instance, _, _) in field.points.items() if instance == without}
        collection.wait("a poll of the device that refuses subscriptions", lambda _: all(
            any(moment % 20_000 == 0 for moment in field.samples().get(name, {}))
            for name in polled))
        collection.end()
        left = field.ask(cmd="stats", device=with_changes)["subscriptions"]
        need(left == 0, left, "subscriptions left in the device after the end")
        return "%d changes stored, %d subscriptions ended, 1 device without them polled" % (
            changed, len(reported))
    finally:
        field.close()


def devices_are_found_through_a_bbmd(options, work):
    """Devices without an address in their table, behind a BBMD: found by Who-Is through it."""
    field = Field(options, work, "--devices", "3", "--points", "10", "--tick", "5", interval=2,
                  timeout="2s", bbmd=True)
    try:
        path = os.path.join(field.tables, "devices.csv")
        with open(path, encoding="utf-8") as file:
            lines = file.read().split("\n")
        place = lines[0].split(",").index("address")
        rows = [line.split(",") for line in lines[1:] if line]
        # The BBMD of the other stack is a device too, without a point.
        need(len(rows) == 4, "discover found", len(rows), "devices through the BBMD, 4 expected")
        for row in rows:
            row[place] = ""
        with open(path, "w", encoding="utf-8") as file:
            file.write("\n".join([lines[0]] + [",".join(row) for row in rows]) + "\n")
        field.collect(15)
        samples = field.samples()
        missing = [name for name in field.points if len(samples.get(name, {})) < 3]
        need(not missing, "points with less than 3 samples:", missing[:5])
        return "%d points of 3 devices" % len(field.points)
    finally:
        field.close()


def a_full_disk_is_survived(options, work):
    """No space for half a minute: a gap with its reason, and samples again afterwards."""
    disk = os.path.join(work, "store")
    os.mkdir(disk)
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", disk],
                      capture_output=True).returncode != 0:
        raise Skipped("this system does not let us mount")
    try:
        field = Field(options, work, "--devices", "2", "--points", "10", "--tick", "5",
                      "--trend-logs", "0", "--trend-multiple", "0", interval=1, timeout="2s")
        field.store = os.path.join(disk, "store")
        try:
            collection = Collection(field, "--reserve", "8MB")
            stored = lambda events: sum(e["event"] == "stored" for e in events)
            collection.wait("ten ticks", lambda events: stored(events) >= 10)
            before = field.samples()
            room = os.statvfs(disk)
            with open(os.path.join(disk, "filler"), "wb") as filler:
                try:
                    # Less than the reserve is left: the log has space that was taken before.
                    for _ in range((room.f_bavail * room.f_frsize - (4 << 20)) // 4096):
                        filler.write(b"x" * 4096)
                except OSError:
                    pass
            collection.wait("a failure to store", lambda events: any(
                e["event"] == "store_failed" for e in events), 90)
            failed = time.time()
            time.sleep(10)
            os.remove(os.path.join(disk, "filler"))
            count = len(collection.events)
            collection.wait("ten ticks after there was space", lambda events: stored(
                events[count:]) >= 10, 90)
            collection.end()
            after = field.samples()
            for name, own in before.items():
                lost = [t for t in own if after[name].get(t) != own[t]]
                need(not lost, name, "lost samples that were stored:", lost[:3])
            gaps = field.tool("gaps")
            full = {g["point"] for g in gaps if g["reason"] == "disk_full"
                    and g["to"] > failed * 1000 - 5000}
            need(full == set(field.points), "points without a gap of disk_full:",
                 sorted(set(field.points) - full)[:5], "of", len(field.points), "; reasons:",
                 sorted({g["reason"] for g in gaps}))
            done = subprocess.run([options.almanac, "verify", "--deep", "--store", field.store],
                                  capture_output=True, text=True)
            need(done.returncode == 0, "verify:", done.stdout[-600:])
            return "%d points with a gap of disk_full, %d samples before it kept" % (
                len(full), sum(map(len, before.values())))
        finally:
            field.close()
    finally:
        subprocess.run(["umount", "-l", disk])

#!/usr/bin/env python3
"""Another stack's client at `almanac simulate`, on loopback.

    peer_trial.py --almanac BIN          (needs requirements.txt; about 30 s)

What the client reads is compared with the store that `almanac demo` makes of the same building. Ends
with one line `N passed, N failed`.
"""
import argparse
import asyncio
import csv
import datetime
import io
import json
import os
import random
import shutil
import struct
import subprocess
import sys
import tempfile

from bacpypes3.apdu import ErrorPDU, ErrorRejectAbortNack, ReadRangeRequest, RejectPDU
from bacpypes3.app import Application
from bacpypes3.argparse import SimpleArgumentParser
from bacpypes3.basetypes import (
    DateTime, LogRecord, PropertyIdentifier, Range, RangeByPosition, RangeBySequenceNumber, RangeByTime,
)
from bacpypes3.constructeddata import SequenceOf
from bacpypes3.pdu import Address
from bacpypes3.primitivedata import Date, ObjectIdentifier, Time

YEAR = datetime.datetime.now(datetime.timezone.utc).year - 1
# A Tuesday or so on which no fault is planted in what is compared; what has no sample is left out.
MOMENT = datetime.datetime(YEAR, 6, 10, 12, tzinfo=datetime.timezone.utc)
UNITS = {
    "°C": "degrees-celsius", "%": "percent", "kWh": "kilowatt-hours", "kW": "kilowatts",
    "Pa": "pascals", "ppm": "parts-per-million", "m³/h": "cubic-meters-per-hour",
    "W/m²": "watts-per-square-meter", "m³": "cubic-meters", "lux": "luxes",
    "%RH": "percent-relative-humidity", "": "no-units",
}


class Failure(Exception):
    pass


def need(condition, *what):
    if not condition:
        raise Failure(" ".join(map(str, what)))


def single(value):
    """What a REAL can hold of a value."""
    return struct.unpack(">f", struct.pack(">f", value))[0]


def number(value):
    """A value as bacpypes3 gives it, as a number."""
    return int(value) if isinstance(value, int) else float(value)


class Building:
    """The demonstration store, asked by the tool."""

    def __init__(self, almanac, folder):
        self.almanac, self.store = almanac, os.path.join(folder, "store")
        self.run("demo", self.store, "--quiet")
        rows = json.loads(self.run("ls", "points", "--store", self.store, "--output", "json"))["rows"]
        self.points = {row["name"]: row for row in rows}

    def run(self, *words):
        return subprocess.run([self.almanac, *words], capture_output=True, text=True, check=True).stdout

    def samples(self, name, start, end):
        """By their times in milliseconds."""
        text = self.run("read", name, "--from", start.isoformat(), "--to", end.isoformat(), "--output",
                        "csv", "--store", self.store)
        return {int(row["unix_ms"]): float(row["value"]) for row in csv.DictReader(io.StringIO(text))}


class Field:
    """The simulated devices, and a client of another stack beside them."""

    def __init__(self, almanac, *words):
        net = "127.%d.%d" % (random.randint(2, 200), random.randint(0, 250))
        port = random.randint(20000, 32000)
        table = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(
            [almanac, "simulate", "--address", net + ".10", "--port", str(port), "--for", "5m", "--output",
             "json", *words], stdout=table, stderr=subprocess.PIPE, text=True)
        lines = []
        while True:
            line = self.process.stderr.readline()
            need(line, "the simulation ended:", lines)
            lines.append(line)
            if line.startswith("answering"):
                break
        table.seek(0)
        self.told = {row["instance"]: row["address"] for row in json.load(table)["devices"]}
        self.link = ["--address", "%s.8:%d" % (net, port)]
        # On its own port bacpypes3 takes the whole of 127 for itself.
        self.client = "%s.9/8:%d" % (net, port + 1)

    async def __aenter__(self):
        arguments = SimpleArgumentParser().parse_args(
            ["--name", "peer", "--instance", "4000123", "--address", self.client])
        self.app = Application.from_args(arguments)
        self.addresses = {}
        for address in self.told.values():
            for i in await self.app.who_is(1001, 1999, Address(address), timeout=1):
                self.addresses[i.iAmDeviceIdentifier[1]] = i.pduSource
        return self

    async def __aexit__(self, *_):
        self.app.close()
        self.process.terminate()
        said = self.process.communicate()[1]
        need(self.process.returncode == 0 and "requests" in said, "the simulation ended with", said)

    async def objects(self, device):
        address = self.addresses[device]
        return address, await self.app.read_property(address, "device,%d" % device, "object-list")


async def our_own_client_is_polite(almanac):
    field = Field(almanac)
    try:
        text = subprocess.run([almanac, "discover", "--wait", "2s", "--output", "json", *field.link],
                              capture_output=True, text=True, check=True).stdout
    finally:
        field.process.terminate()
        said = field.process.communicate()[1]
    rows = {row["instance"]: row for row in json.loads(text)["rows"]}
    need({n: row["address"] for n, row in rows.items()} == field.told, "found", rows.keys())
    need("of one device at most 1 open" in said, said)
    return "%d points; %s" % (sum(row["points"] for row in rows.values()), said.strip())


async def everything_is_read(building, field):
    need(len(field.told) == 4 and sorted(field.addresses) == sorted(field.told), "found",
         sorted(field.addresses))
    ends = MOMENT, MOMENT + datetime.timedelta(milliseconds=1)
    compared = values = states = 0
    for device in sorted(field.addresses):
        address, objects = await field.objects(device)
        name = await field.app.read_property(address, "device,%d" % device, "object-name")
        for kind, instance in objects:
            kind = str(kind)
            if kind in ("device", "trend-log"):
                continue
            wanted = ["object-name", "present-value", "status-flags", "description"]
            wanted += ["units"] if kind.startswith("analog") else []
            wanted += ["state-text", "number-of-states"] if kind.startswith("multi") else []
            wanted += ["priority-array"] if kind.endswith("output") else []
            key = "%s,%d" % (kind, instance)
            read = await field.app.read_property_multiple(address, [key, wanted])
            found = {str(prop): value for _, prop, _, value in read}
            need(sorted(found) == sorted(wanted), key, "has", sorted(found))
            present = found["present-value"]
            if "state-text" in found:
                count = found["number-of-states"]
                need(len(found["state-text"]) == count and 1 <= present <= count, key, found)
                states += 1
            point = building.points.get("%s/%s" % (name, found["object-name"]))
            if point is None:
                # What the controller concludes from its points.
                need(found["object-name"] in ("any_alarm", "any_presence", "occupancy", "mode"),
                     key, found["object-name"], "is no point")
                continue
            if "units" in found:
                need(str(found["units"]) == UNITS.get(point["unit"] or ""), key, found["units"], "for",
                     point["unit"])
            samples = building.samples(point["name"], *ends)
            if samples:
                (sample,) = samples.values()
                need(number(present) == single(sample), key, "shows", present, "and not", sample)
                values += 1
            compared += 1
    need(compared == len(building.points), compared, "points of", len(building.points))
    need(values > len(building.points) / 2, "only", values, "values compared")
    return "%d points by name and unit, %d values, %d states" % (compared, values, states)


async def records(field, address, key, range_):
    ack = await field.app.request(ReadRangeRequest(
        objectIdentifier=ObjectIdentifier(key), propertyIdentifier=PropertyIdentifier("logBuffer"),
        range=range_, destination=address))
    items = ack.itemData.cast_out(SequenceOf(LogRecord)) if int(ack.itemCount) else []
    need(len(items) == int(ack.itemCount), "says", ack.itemCount, "holds", len(items))
    found = []
    for item in items:
        date, time = item.timestamp.date, item.timestamp.time
        moment = datetime.datetime(
            date[0] + 1900, date[1], date[2], time[0], time[1], time[2], time[3] * 10000,
            tzinfo=datetime.timezone.utc)
        datum = item.logDatum.realValue
        found.append((moment, datum if datum is not None else item.logDatum.enumValue))
    flags = list(ack.resultFlags) + [0, 0, 0]
    return found, flags[:3], ack.firstSequenceNumber


async def whole_log(field, address, key, count):
    by_position, by_sequence, by_time = [], [], []
    while len(by_position) < count:
        more, flags, _ = await records(field, address, key, Range(byPosition=RangeByPosition(
            referenceIndex=len(by_position) + 1, count=1000)))
        need(more, key, "ends after", len(by_position))
        by_position += more
    need(flags[1] == 1, key, "does not say that it is the last")
    while len(by_sequence) < count:
        more, _, first = await records(field, address, key, Range(bySequenceNumber=RangeBySequenceNumber(
            referenceSequenceNumber=len(by_sequence) + 1, count=1000)))
        need(more and first == len(by_sequence) + 1, key, "begins with", first)
        by_sequence += more
    last = MOMENT - datetime.timedelta(days=300)
    while True:
        reference = DateTime(
            date=Date((last.year - 1900, last.month, last.day, last.isoweekday())),
            time=Time((last.hour, last.minute, last.second, 0)))
        more, _, _ = await records(field, address, key, Range(byTime=RangeByTime(
            referenceTime=reference, count=1000)))
        if not more:
            break
        by_time += more
        last = more[-1][0]
    need(by_position == by_sequence == by_time, key, "differs by the way it is read")
    return by_position


async def logs_are_read(building, field):
    logs = exact = 0
    for device in sorted(field.addresses):
        address, objects = await field.objects(device)
        owner = await field.app.read_property(address, "device,%d" % device, "object-name")
        for kind, instance in objects:
            if str(kind) != "trend-log":
                continue
            key = "trend-log,%d" % instance
            count = await field.app.read_property(address, key, "record-count")
            logged = await field.app.read_property(address, key, "log-device-object-property")
            target = "%s,%d" % logged.objectIdentifier
            name = await field.app.read_property(address, target, "object-name")
            held = await whole_log(field, address, key, int(count))
            need(held[-1][0] == MOMENT and len(held) == 200, key, "ends at", held[-1][0])
            samples = building.samples(
                "%s/%s" % (owner, name), held[0][0], MOMENT + datetime.timedelta(milliseconds=1))
            for moment, value in held:
                sample = samples.get(round(moment.timestamp() * 1000))
                if sample is not None and value is not None:
                    need(value == single(sample), key, moment, value, "and not", sample)
                    exact += 1
            logs += 1
    need(exact > 500, "only", exact, "records compared")
    return "%d logs three ways, %d records as the store has them" % (logs, exact)


async def others_are_refused(building, field):
    address = field.addresses[1001]

    async def answer(question):
        try:
            return await question
        except ErrorRejectAbortNack as refusal:
            return refusal

    wrong = await answer(field.app.read_property(address, "analog-input,4000", "present-value"))
    need(isinstance(wrong, ErrorPDU) and str(wrong.errorCode) == "unknown-object", "answered", wrong)
    wrong = await answer(field.app.read_property(address, "analog-input,1", "priority-array"))
    need(isinstance(wrong, ErrorPDU) and str(wrong.errorCode) == "unknown-property", "answered", wrong)
    written = await answer(field.app.write_property(address, "analog-value,1", "present-value", 1.0))
    need(isinstance(written, RejectPDU), "writing was answered with", written)
    return "unknown object, unknown property, writing"


async def changes_are_told(field):
    address = field.addresses[1001]
    told = []
    async with field.app.change_of_value(
            address, ObjectIdentifier("analog-input,1"), 77, True, 60) as news:
        while len(told) < 3:
            prop, value = await asyncio.wait_for(news.get_value(), 30)
            if str(prop) == "present-value":
                told.append(float(value))
    need(all(abs(a - b) >= 0.5 for a, b in zip(told, told[1:])), "told", told)
    return "%d notifications, acknowledged" % len(told)


async def passed(name, trial):
    try:
        print("%s - %s" % (name, await trial), flush=True)
        return True
    except (Failure, ErrorRejectAbortNack, asyncio.TimeoutError) as failure:
        print("FAIL", name, "-", type(failure).__name__, failure, flush=True)
        return False


async def run(almanac, folder):
    building = Building(almanac, folder)
    outcomes = [await passed("our_own_client_is_polite", our_own_client_is_polite(almanac))]
    async with Field(almanac, "--at", MOMENT.isoformat(), "--faults", "--speed", "0") as field:
        for trial in [everything_is_read, logs_are_read, others_are_refused]:
            outcomes.append(await passed(trial.__name__, trial(building, field)))
    async with Field(almanac, "--at", MOMENT.isoformat(), "--faults", "--speed", "3600") as field:
        outcomes.append(await passed("changes_are_told", changes_are_told(field)))
    async with Field(almanac, "--at", MOMENT.isoformat(), "--faults", "--speed", "0", "--max-apdu", "206") as field:
        outcomes.append(await passed("small_devices_are_read", everything_is_read(building, field)))
    return outcomes


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--almanac", required=True)
    almanac = os.path.abspath(parser.parse_args().almanac)
    folder = tempfile.mkdtemp(prefix="peer-trial-")
    try:
        outcomes = asyncio.run(run(almanac, folder))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print("%d passed, %d failed" % (outcomes.count(True), outcomes.count(False)))
    sys.exit(1 if False in outcomes else 0)


if __name__ == "__main__":
    main()

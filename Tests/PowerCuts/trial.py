"""The work that a store does while its disk is recorded, and the checks of what a cut leaves of it."""
import collections
import ctypes
import json
import os
import random
import shutil
import signal
import subprocess
import threading
import time

import disks

START = 1735689600000
STORE = "s"
IMPORT_START = 2209075200000 - 100 * 900000  # 2040, in its first day the rows cross into UTC 2040
IMPORT_ROWS = 200
COLUMNS = "abc"


class Failure(Exception):
    """Something that a power cut must not do: a kind that is counted, and a text."""

    def __init__(self, kind, *what):
        super().__init__("%s: %s" % (kind, " ".join(map(str, what))))
        self.kind = kind


def need(condition, kind, *what):
    if not condition:
        raise Failure(kind, *what)


class Tool:
    def __init__(self, binary, wrap=(), **environment):
        self.binary, self.wrap = binary, list(wrap)
        self.environment = dict(os.environ, **environment)

    def words(self, *words, store=None):
        return self.wrap + [self.binary, *words] + (["--store", store] if store else [])

    def start(self, *words, store, stdout):
        return subprocess.Popen(self.words(*words, store=store), stdin=subprocess.DEVNULL,
                                stdout=stdout, stderr=subprocess.PIPE, env=self.environment)

    def run(self, *words, store=None):
        try:
            done = subprocess.run(self.words(*words, store=store), stdin=subprocess.DEVNULL,
                                  capture_output=True, text=True, timeout=120, env=self.environment)
        except subprocess.TimeoutExpired:
            raise Failure("hangs", words)
        need(done.returncode >= 0, "dies", words, "by signal", -done.returncode, done.stderr)
        return done.returncode, done.stdout, done.stderr


Plan = collections.namedtuple("Plan", "points head_samples keep interval")


FLUSHING = ["ticks"] * 5


def make_plan(rnd):
    """Draws small limits: a flush every few ticks, a merge every eight flushes, years that are dropped.

    A tick of 200 points is longer in the log than a sector, and 60 of them are longer than their
    segment.
    """
    points = rnd.choice([5, 20, 20, 200, 200])
    flush = rnd.choice([8, 32, 100] if points < 100 else [4, 16, 60])
    keep = rnd.choice([None, 60, 160] if points < 100 else [None, None, 40])
    return Plan(points, points * flush, keep, rnd.choice([900000, 900000, 86400000]))


def flushing_plan(rnd):
    """Draws a plan of ticks alone, in logs that are longer than the segments that they become."""
    return Plan(400, 400 * rnd.choice([8, 20, 45]), None, 900000)


def tick_value(tick, point):
    return (tick * 7 + point) / 10


def import_value(name, version, row, column):
    return (row * 3 + column + version * 1000 + sum(name.encode())) / 4


def import_rows(name, version):
    return {"%s/%s" % (name, letter): {IMPORT_START + row * 900000:
                                       import_value(name, version, row, column)
                                       for row in range(IMPORT_ROWS)}
            for column, letter in enumerate(COLUMNS)}


class Model:
    """The contents that a store may have, given what was acknowledged.

    The first tick is one of `firsts` and the last one of `lasts`, -1 if there is none.  Each import is
    there in one of its versions; None means that it is absent.
    """

    def __init__(self, texts, plan):
        self.plan = plan
        self.acknowledged, self.next = -1, 0
        self.firsts, self.lasts, self.removing = {0}, {-1}, None
        self.imports, self.copies = {}, collections.OrderedDict()
        self.created = False
        for text in texts:
            for line in text.splitlines():
                self.take(line)

    def take(self, line):
        if not line.startswith("{"):
            return self.tick(int(line))
        mark = json.loads(line)
        (word, name), = list(mark.items())[:1]
        if word == "run":
            self.lasts.add(self.next)
        elif word == "ran":
            self.removed()
            self.lasts, self.created = {self.acknowledged}, True
        elif word == "killed":
            if self.removing is not None:
                self.firsts.add(self.removing)
                self.removing = None
        elif word == "seen":
            self.next = name + 1
        elif word == "import":
            self.imports[name] = self.imports.get(name, {None}) | {mark["version"]}
        elif word == "imported":
            self.imports[name], self.created = {mark["version"]}, True
        elif word == "copy":
            source = self.copies.get(mark.get("of"))
            self.copies[name] = dict(
                mark, done=False, firsts=set(source["firsts"] if source else self.all_firsts()),
                lasts=set(source["lasts"] if source else self.lasts),
                imports=dict(source["imports"] if source else self.imports))
        elif word == "copied":
            self.copies[name].update(mark, done=True, firsts={mark["first"]}, lasts={mark["last"]})
        elif word == "found":  # After a cut: what was read then is on the disk.
            self.acknowledged, self.next = mark["last"], mark["last"] + 1
            self.firsts, self.lasts, self.removing = {mark["first"]}, {mark["last"]}, None
            self.imports = {key: {value} for key, value in mark["imports"].items()}
        self.widen_copies()

    def widen_copies(self):
        """A copy that is under way may hold what was written meanwhile."""
        for copy in self.copies.values():
            if not copy["done"] and copy["how"] != "restore":
                copy["lasts"] |= self.lasts
                copy["firsts"] |= self.all_firsts()

    def tick(self, tick):
        need(tick == self.next, "harness", "tick", tick, "acknowledged,", self.next, "expected")
        self.removed()
        self.acknowledged, self.next, self.created = tick, tick + 1, True
        self.lasts = {tick, tick + 1}
        keep = self.plan.keep
        if keep and tick % max(1, keep // 4) == 0 and tick - keep > max(self.firsts):
            self.removing = tick - keep
        self.widen_copies()

    def removed(self):
        """The removal under way has returned, and every earlier one too."""
        if self.removing is not None:
            self.firsts, self.removing = {self.removing}, None

    def all_firsts(self):
        return self.firsts | ({self.removing} if self.removing is not None else set())


# The workload


class Nudger(threading.Thread):
    """The rest of a system: writes pages back at random moments, and syncs a file of its own."""

    def __init__(self, folder, rnd):
        super().__init__(daemon=True)
        self.folder, self.rnd, self.ended = folder, rnd, threading.Event()
        self.pause, self.syncs = rnd.choice([0.002, 0.01, 0.05]), rnd.choice([0.1, 0.5])

    def run(self):
        other = os.open(os.path.join(self.folder, "other"), os.O_RDWR | os.O_CREAT, 0o600)
        while not self.ended.wait(self.rnd.random() * self.pause):
            try:
                way = self.rnd.random()
                if way < self.syncs:
                    os.pwrite(other, os.urandom(100), self.rnd.randrange(20) * 4096)
                    os.fsync(other)
                elif way < self.syncs + 0.2:
                    self.churn()
                else:
                    self.write_back()
            except OSError:
                pass
        os.close(other)

    def write_back(self):
        names = [os.path.join(place, name) for place, _, names in os.walk(self.folder)
                 for name in names]
        if names:
            with open(self.rnd.choice(names), "rb") as file:
                self.begin_writing(file.fileno())

    def churn(self):
        """Writes a file of another program on blocks that have become free."""
        path = os.path.join(self.folder, "other-%d" % self.rnd.randrange(8))
        if os.path.exists(path):
            os.unlink(path)
        with open(path, "wb") as file:
            file.write(b"other" * self.rnd.choice([200, 3000, 20000]))
            file.flush()
            self.begin_writing(file.fileno())

    def begin_writing(self, file):
        disks.LIBC.sync_file_range(file, ctypes.c_int64(0), ctypes.c_int64(0), 2)


class Workload:
    """The life of a store on a mounted folder.  Writes to `acks` what begins and what has ended."""

    def __init__(self, tool, folder, acks, work, rnd, plan, texts=()):
        self.tool, self.folder, self.acks, self.work = tool, folder, acks, work
        self.rnd, self.plan = rnd, plan
        self.plain = Tool(tool.binary)
        self.store = os.path.join(folder, STORE)
        self.model = Model(texts, plan)
        self.copies = self.versions = 0

    def mark(self, **mark):
        text = json.dumps(mark)
        os.write(self.acks, (text + "\n").encode())
        self.model.take(text)

    def last_tick(self):
        code, out, err = self.plain.run("read", "ticks/p0", "--output", "csv", store=self.store)
        need(code in (0, 65, 66), "workload", "read exits", code, err)
        lines = out.splitlines()[1:]
        return (int(lines[-1].split(",")[0]) - START) // self.plan.interval if lines else -1

    def begin_ticks(self, count):
        plan = self.plan
        self.mark(run=self.model.next)
        words = ["append-ticks", "--points", str(plan.points), "--first", str(self.model.next),
                 "--ticks", str(count), "--head-samples", str(plan.head_samples),
                 "--interval", str(plan.interval)]
        if plan.keep:
            words += ["--keep-ticks", str(plan.keep)]
        return self.tool.start(*words, store=self.store, stdout=self.acks)

    def end_ticks(self, process, first, count):
        error = process.stderr.read().decode()
        code = process.wait()
        need(code == 0, "workload", "append-ticks exits", code, error)
        for tick in range(first, first + count):
            self.model.take(str(tick))
        self.mark(ran=0)

    def ticks(self, beside=None):
        first, count = self.model.next, self.rnd.randint(30, 120)
        process = self.begin_ticks(count)
        if beside:
            time.sleep(self.rnd.random() * 0.05)
            beside()
        self.end_ticks(process, first, count)

    def kill(self):
        process = self.begin_ticks(100000)
        time.sleep(0.03 + self.rnd.random() * 0.15)
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stderr.close()
        self.mark(killed=0)
        last = self.last_tick()
        self.model.acknowledged = last
        self.mark(seen=last)
        # This process did not read the acknowledgements, so the model takes what is in the store.
        self.model.lasts = {last}

    def load(self):
        name = "imp%d" % self.rnd.randrange(3)
        self.versions += 1
        version = self.versions
        path = os.path.join(self.work, name + ".csv")
        with open(path, "w") as file:
            file.write("unix_ms," + ",".join(COLUMNS) + "\n")
            for row in range(IMPORT_ROWS):
                file.write("%d,%s\n" % (IMPORT_START + row * 900000, ",".join(
                    repr(import_value(name, version, row, column))
                    for column in range(len(COLUMNS)))))
        self.mark(**{"import": name, "version": version})
        code, out, err = self.tool.run("import", "csv", path, "--prefix", name, store=self.store)
        need(code == 0, "workload", "import exits", code, out, err)
        self.mark(imported=name, version=version)

    def copy(self, how):
        self.copies += 1
        name = "%s%d" % (how, self.copies)
        target = os.path.join(self.folder, name)
        self.mark(copy=name, how=how)
        code, out, err = self.tool.run(how, target, store=self.store)
        need(code == 0, "workload", how, "exits", code, out, err)
        self.copied(name, target)

    def copied(self, name, target):
        """Reads what the copy holds before it counts as done: after a cut all of that must be there."""
        found = contents(self.plain, target, self.plan)
        self.mark(copied=name, first=found.first, last=found.last)

    def restore(self):
        source = next((name for name in self.model.copies if name.startswith("backup")), None)
        if source is None:
            return self.copy("backup")
        self.copies += 1
        name = "restore%d" % self.copies
        target = os.path.join(self.folder, name)
        self.mark(copy=name, how="restore", of=source)
        code, out, err = self.tool.run("restore", os.path.join(self.folder, source), store=target)
        need(code == 0, "workload", "restore exits", code, out, err)
        self.copied(name, target)

    def steps(self):
        middle = ["load", "load", "kill", "kill", "backup", "beside", "snapshot", "restore", "ticks"]
        self.rnd.shuffle(middle)
        return [self.rnd.choice(["ticks", "kill"])] + middle + ["ticks"]

    def run(self, steps=None):
        nudger = Nudger(self.folder, random.Random(self.rnd.random()))
        if self.rnd.random() < 0.75:
            nudger.start()
        try:
            self.mark(begin=0)
            for step in steps or self.steps():
                if step in ("backup", "snapshot", "restore") and not self.model.created:
                    step = "ticks"  # The first writer was killed before it made a store.
                if step in ("backup", "snapshot"):
                    self.copy(step)
                elif step == "beside":
                    self.ticks(beside=lambda: self.copy(self.rnd.choice(["backup", "snapshot"])))
                else:
                    getattr(self, step)()
            self.mark(end=0)
        finally:
            nudger.ended.set()
            if nudger.is_alive():
                nudger.join()


# The checks after a cut


Contents = collections.namedtuple("Contents", "first last imports samples")


def contents(tool, store, plan):
    """Reads a store: each tick of a span once in each point, and whole imports; else it fails."""
    code, out, err = tool.run("export", "csv", "--long", store=store)
    if code == 66:
        return Contents(0, -1, {}, 0)
    need(code == 0, "unreadable", store, "export exits", code, err.strip())
    found = collections.defaultdict(dict)
    for line in out.splitlines()[1:]:
        point, moment, value, quality = line.split(",")
        need(quality == "good", "invented", line)
        need(int(moment) not in found[point], "twice", line)
        found[point][int(moment)] = float(value)
    ticks = {name: rows for name, rows in found.items() if name.startswith("ticks/")}
    first, last = 0, -1
    if ticks:
        moments = sorted(set(moment for rows in ticks.values() for moment in rows))
        first, last = ((moments[at] - START) // plan.interval for at in (0, -1))
        for point in range(plan.points):
            wanted = {START + tick * plan.interval: tick_value(tick, point)
                      for tick in range(first, last + 1)}
            rows = ticks.get("ticks/p%d" % point, {})
            missing = sorted((moment - START) // plan.interval for moment in wanted if moment not in rows)
            need(not missing, "hole", "point", point, "lacks ticks", missing[:9], "of", first, "to", last)
            need(rows == wanted, "invented", "point", point, "has",
                 sorted(set(rows.items()) - set(wanted.items()))[:3])
        need(len(ticks) == plan.points, "invented", "points", sorted(ticks))
    imports = {}
    for name in set(point.split("/")[0] for point in found if not point.startswith("ticks/")):
        rows = {point: found[point] for point in found if point.startswith(name + "/")}
        some = rows.get(name + "/a", {}).get(IMPORT_START)
        need(some is not None, "half import", name, "has", {key: len(rows[key]) for key in rows})
        version = round((some * 4 - sum(name.encode())) / 1000)
        need(rows == import_rows(name, version), "half import", name, "is not whole in version", version)
        imports[name] = version
    return Contents(first, last, imports, sum(len(rows) for rows in found.values()))


def whole(tool, store):
    code, out, err = tool.run("verify", "--deep", "--output", "json", store=store)
    need(code == 0, "damaged", store, "verify exits", code, out.strip(), err.strip())


def counted(tool, store, found):
    code, out, err = tool.run("info", "--output", "json", store=store)
    need(code == 0, "unreadable", "info exits", code, err)
    info = json.loads(out)
    need(info["samples"] == found.samples, "miscounted", "info has", info["samples"],
         "samples, read are", found.samples)
    return info


def fits(found, firsts, lasts, imports, what):
    need(found.last >= min(lasts), "lost", what, "ends at tick", found.last, "of", sorted(lasts))
    need(found.last in lasts, "invented", what, "ends at tick", found.last, "of", sorted(lasts))
    if found.last >= 0:
        need(found.first <= max(firsts), "lost", what, "begins at tick", found.first, "of", sorted(firsts))
        need(found.first in firsts, "not removed", what, "begins at tick", found.first, "of", sorted(firsts))
    for name, versions in imports.items():
        need(found.imports.get(name) in versions, "lost", what, name, "is in version",
             found.imports.get(name), "of", versions)
    need(set(found.imports) <= set(imports), "invented", what, "has", sorted(found.imports))


def check(tool, folder, model, tally):
    """Does `check_store`; if that fails, adds whether the store can be opened for writing."""
    try:
        return check_store(tool, folder, model, tally)
    except Failure as failure:
        if failure.kind not in ("unreadable", "lost", "hole"):
            raise
        code, out, err = tool.run("append-ticks", "--points", str(model.plan.points), "--first", "9999",
                                  "--ticks", "1", store=os.path.join(folder, STORE))
        failure.args = ("%s; append-ticks exits %d %s" % (failure, code, err.strip()),)
        raise


def check_store(tool, folder, model, tally):
    """Compares what a cut left with the model, then appends to the store.

    Returns what the store held, None if there is none.  A complete store that `verify` called damaged
    before it was opened for writing is a false alarm, which is reported last.
    """
    store = os.path.join(folder, STORE)
    code, out, err = tool.run("info", "--output", "json", store=store)
    found, alarm = None, None
    if code in (65, 66):
        need(not model.created, "lost", "there is no store any more:", err.strip())
        tally["no store yet"] += 1
    else:
        need(code == 0, "unreadable", "info exits", code, err.strip())
        note(tool, store, tally)
        try:
            whole(tool, store)
        except Failure as failure:
            alarm = failure
        found = contents(tool, store, model.plan)
        fits(found, model.all_firsts(), model.lasts, model.imports, "the store")
        info = counted(tool, store, found)
        tally["log to replay"] += info["wal_bytes"] > 0
        tally["the tick under way is there"] += found.last > model.acknowledged
        tally["removal under way"] += len(model.all_firsts()) > 1
        for name, versions in model.imports.items():
            if len(versions) > 1:
                tally["import under way: " + (
                    "new" if found.imports.get(name) == max(v for v in versions if v) else "old")] += 1
    for name, copy in model.copies.items():
        check_copy(tool, folder, name, copy, model, tally)
    go_on(tool, folder, found, model, tally)
    if alarm:
        raise Failure("false alarm", "nothing is lost, and writing goes on; but before that", alarm)
    return found


def check_copy(tool, folder, name, copy, model, tally):
    path, target = os.path.join(folder, name), os.path.join(folder, "again")

    def fits_copy(store):
        found = contents(tool, store, model.plan)
        fits(found, copy["firsts"], copy["lasts"], copy["imports"], name)
        return found

    if copy["done"]:
        tally["copies done"] += 1
        whole(tool, path)
        found = fits_copy(path)
        counted(tool, path, found)
        if copy["how"] != "restore":
            code, out, err = tool.run("restore", path, store=target)
            need(code == 0, "damaged", name, "is not restored:", code, err.strip())
            need(contents(tool, target, model.plan) == found, "lost", name, "is restored as another")
            shutil.rmtree(target)
        return
    # A copy that was begun and not finished is whole or refused.
    if not os.path.exists(path):
        tally["%s under way: not there" % copy["how"]] += 1
        return
    if copy["how"] == "restore":
        code, out, err = tool.run("info", store=path)
        need(code in (0, 1, 65, 66), "unreadable", name, "info exits", code, err.strip())
        tally["restore under way: " + ("refused" if code else "whole")] += 1
        if code == 0:
            whole(tool, path)
            fits_copy(path)
        return
    code, out, err = tool.run("restore", path, store=target)
    need(code in (0, 1, 65, 66), "unreadable", "restore of", name, "exits", code, err.strip())
    tally["%s under way: %s" % (copy["how"], "refused" if code else "whole")] += 1
    if code == 0:
        fits_copy(target)
        shutil.rmtree(target)
    elif tool.run("verify", "--deep", store=path)[0] == 0:
        try:
            fits_copy(path)
            tally["refused by restore, whole by verify"] += 1
        except Failure:
            tally["refused by restore, whole by verify, with less than is due"] += 1


def note(tool, store, tally):
    """Counts the states that cuts left, which shows that there was something to recover from."""
    def names(folder):
        try:
            return os.listdir(os.path.join(store, folder))
        except FileNotFoundError:
            return []

    def text(name):
        try:
            with open(os.path.join(store, name), "rb") as file:
                return file.read()
        except FileNotFoundError:
            return None
    tally["manifest half published"] += text("MANIFEST") != text("MANIFEST.2")
    tally["unfinished files"] += any(not name.endswith(".log") for name in names("tmp"))
    code, out, err = tool.run("ls", "segments", "--output", "json", store=store)
    need(code == 0, "unreadable", "ls segments exits", code, err.strip())
    named = {os.path.basename(row["file"]): row["role"] for row in json.loads(out)["rows"]}
    tally["segments that do not count"] += bool(set(names("seg")) - set(named))
    tally["merged segments"] += "merged" in named.values()


def go_on(tool, folder, found, model, tally):
    """Opens the store for writing, appends and closes; then everything must be there."""
    store, plan = os.path.join(folder, STORE), model.plan
    first = found.last + 1 if found else 0
    code, out, err = tool.run(
        "append-ticks", "--points", str(plan.points), "--first", str(first), "--ticks", "3",
        "--head-samples", str(plan.head_samples), "--interval", str(plan.interval), store=store)
    need(code == 0, "refuses to go on", "append-ticks exits", code, err.strip())
    need(out.split() == [str(first + at) for at in range(3)], "refuses to go on", "it acknowledged", out)
    whole(tool, store)
    more = contents(tool, store, plan)
    before = found or Contents(0, -1, {}, 0)
    need((more.first, more.last, more.imports) ==
         (before.first if before.last >= 0 else first, first + 2, before.imports),
         "lost", "after going on there is", more, "for", before)
    counted(tool, store, more)
    for name in ("log", "tmp"):
        left = os.listdir(os.path.join(store, name))
        need(not left, "untidy", "after closing", name, "has", left)
    tally["files put aside"] += len(os.listdir(os.path.join(store, "quarantine")))

#!/usr/bin/env python3
"""Builds the Debian package of ready programs and tries it, without touching this system's packages.

  package_trial.py --binaries DIR   DIR has almanac and almanacd, of any build

Exits with 77 if the system is no Debian, and with 1 after the first failed check.
"""

import argparse
import gzip
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
SECRETS = "etc/almanac/secrets"
SETTINGS = "etc/almanac/almanac.yaml"
UNIT = "usr/lib/systemd/system/almanacd.service"
# Of at most 10; systemd prints it as the overall exposure level.
EXPOSURE_MAX = 2.5
# Libraries of the Swift runtime, which a program of a debug build takes from the toolchain.
RUNTIME = re.compile(r"lib(swift|_|Foundation|dispatch|BlocksRuntime)")
# Programs that start, stop or ask services.
MANAGERS = ["systemctl", "deb-systemd-invoke", "deb-systemd-helper", "service", "invoke-rc.d"]


class Failed(Exception):
    pass


def expect(condition, message):
    if not condition:
        raise Failed(message)


def run(command, **options):
    return subprocess.run([str(word) for word in command], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, **options)


def out(command, **options):
    """What a command that must succeed prints."""
    done = run(command, **options)
    expect(done.returncode == 0, f"{' '.join(map(str, command))} exited with {done.returncode}:\n"
                                 f"{done.stdout}{done.stderr}")
    return done.stdout


class Trial:
    def __init__(self, binaries, work):
        self.binaries = binaries
        self.work = work
        self.package = None
        self.tree = work / "tree"

    def build(self, name, *options, **environment):
        """Builds the package into a folder of its own."""
        temporary = self.work / ("tmp-" + name)
        temporary.mkdir()
        done = run([ROOT / "tools/package.sh", "--binaries", self.binaries, "--output",
                    self.work / name, *options],
                   env={**os.environ, "TMPDIR": str(temporary), **environment})
        shutil.rmtree(temporary)
        return done

    def needs_runtime(self):
        return any(RUNTIME.match(name) for name in libraries(self.binaries / "almanacd"))

    # MARK: The package

    def check_build(self):
        """Two builds in unlike surroundings have the same bytes."""
        packages = []
        for name, zone, mask in [("one", "UTC", 0o022), ("two", "Pacific/Auckland", 0o077)]:
            old = os.umask(mask)
            done = self.build(name, "--trial", TZ=zone)
            os.umask(old)
            expect(done.returncode == 0, f"package.sh failed:\n{done.stderr}")
            packages.append(pathlib.Path(done.stdout.strip().splitlines()[-1]))
        expect(packages[0].name == packages[1].name, "the two packages have other names")
        expect(packages[0].read_bytes() == packages[1].read_bytes(), "the two packages differ")
        self.package = packages[0]
        out(["dpkg-deb", "-x", self.package, self.tree])
        return f"{self.package.name}, {self.package.stat().st_size:,} bytes, twice the same"

    def check_runtime(self):
        """A program that needs libraries of no package is refused."""
        if not self.needs_runtime():
            return "the programs need no library of the toolchain"
        done = self.build("strict")
        expect(done.returncode == 1 and "--static-swift-stdlib" in done.stderr,
               f"a program that needs the Swift runtime was packaged:\n{done.stdout}{done.stderr}")
        return "a program that needs the Swift runtime is refused without --trial"

    def check_depends(self):
        """Each library of the programs is in a package of Depends."""
        depends = out(["dpkg-deb", "-f", self.package, "Depends"])
        named = {word.split()[0] for word in depends.split(", ")}
        expect("tzdata" in named, "the time zones are missing in Depends")
        count = 0
        for program in ["almanac", "almanacd"]:
            for name, path in libraries(self.tree / "usr/bin" / program).items():
                if RUNTIME.match(name):
                    continue
                owners = {owner.split(":")[0] for candidate in [path, os.path.realpath(path)]
                          for owner in run(["dpkg", "-S", candidate]).stdout.splitlines()}
                owners |= {owner.split(":")[0] for owner in
                           run(["dpkg", "-S", "*/" + os.path.basename(os.path.realpath(path))])
                           .stdout.splitlines()}
                expect(owners & named, f"{program} needs {name} of {owners}, Depends has {depends}")
                count += 1
        return f"{count} libraries are in {depends.strip()}"

    def check_files(self):
        """Modes and owners, and that every file has the checksum that the package states."""
        listing = out(["dpkg-deb", "-c", self.package]).splitlines()
        for entry in listing:
            mode, owner, _, _, _, path = entry.split(None, 5)
            expect(owner == "root/root", f"{path} belongs to {owner}")
            expected = {"d": "drwxr-xr-x", "-": "-rw-r--r--"}[mode[0]]
            if "/usr/bin/" in path and mode[0] == "-":
                expected = "-rwxr-xr-x"
            if path.rstrip("/").endswith(SECRETS):
                expected = "drwx------"
            expect(mode == expected, f"{path} has {mode}, expected {expected}")
        out(["dpkg-deb", "-e", self.package, self.work / "control"])
        out(["md5sum", "--quiet", "--check", self.work / "control/md5sums"], cwd=self.tree)
        files = [path for path in self.tree.rglob("*") if path.is_file()]
        sums = (self.work / "control/md5sums").read_text().splitlines()
        expect(len(sums) + 1 == len(files), f"{len(sums)} checksums of {len(files)} files")
        expect((self.work / "control/conffiles").read_text() == f"/{SETTINGS}\n", "other conffiles")
        return f"{len(files)} files"

    # MARK: What is in it

    def check_programs(self):
        """The packaged programs run, and have the version of the package."""
        said = out([self.tree / "usr/bin/almanac", "--version"])
        version = re.match(r"almanac ([0-9.]+)", said)
        expect(version, f"almanac --version printed {said}")
        packaged = out(["dpkg-deb", "-f", self.package, "Version"]).strip()
        expect(packaged.startswith(version[1]), f"the package has {packaged}, the program {said}")
        service = out([self.tree / "usr/bin/almanacd", "--version"])
        expect(service.startswith(f"almanacd {version[1]}"), f"almanacd --version printed {service}")
        store = self.work / "demo"
        out([self.tree / "usr/bin/almanac", "demo", store, "--points", "4", "--years", "1"])
        info = json.loads(out(
            [self.tree / "usr/bin/almanac", "info", "--output", "json", "--store", store]))
        expect(info["samples"] > 0, "the packaged tool made an empty store")
        return f"{version[1]} in {packaged}"

    def effective(self, *words):
        """The settings that almanacd check prints: key to value and source."""
        text = out([self.tree / "usr/bin/almanacd", "check", *words], cwd=self.work,
                   env={"PATH": os.environ["PATH"]})
        rows = re.findall(r"^(\w+) +(.*?) +\((.*)\)$", text, re.MULTILINE)
        return {key: (value, source) for key, value, source in rows}

    def check_settings(self):
        """The packaged settings pass, and explain every key with its default."""
        defaults = self.effective()
        path = self.tree / SETTINGS
        packaged = self.effective("--config", path)
        changed = {key for key, (value, source) in packaged.items() if source != "default"}
        expect(changed == {"data_directory"}, f"the packaged file sets {changed}")
        expect(packaged["data_directory"][0] == "/var/lib/almanac", "another data_directory")
        text = path.read_text()
        listed = re.findall(r"^#?([a-z0-9_]+):", text, re.MULTILINE)
        expect(sorted(listed) == sorted(defaults), "the file and almanacd check differ in "
               f"{set(listed) ^ set(defaults) or 'a key that comes twice'}")
        # With every line in force the settings are still the defaults.
        whole = self.work / "whole.yaml"
        whole.write_text(re.sub(r"^#([a-z0-9_]+:)", r"\1", text, flags=re.MULTILINE))
        for key, (value, source) in self.effective("--config", whole).items():
            expect(source != "default", f"{key} is not in force in {whole}")
            if key == "data_directory":
                continue
            expected = defaults[key][0]
            if key in ("devices_file", "points_file"):
                expected = str(self.work / expected)
            expect(value == expected, f"the file says {key}: {value}, the default is {expected}")
        for before, line in zip(text.splitlines(), text.splitlines()[1:]):
            if re.match(r"#?[a-z0-9_]+:", line):
                expect(before.startswith("# "), f"no comment before {line}")
        return f"{len(listed)} keys"

    def check_service(self):
        """The packaged service reports to the service manager as the unit expects, and ends."""
        store = self.work / "served"
        with Service(self.tree / "usr/bin/almanacd", self.tree / SETTINGS, self.work,
                     "--data-directory", store, "--http-address", "127.0.0.1:0") as service:
            service.await_words("READY=1", "WATCHDOG=1")
            expect(service.readiness() == 200, "the service is not ready")
            service.process.send_signal(signal.SIGTERM)
            service.await_words("STOPPING=1")
            expect(service.process.wait(60) == 0, f"ended with {service.process.returncode}")
        return "reports READY, WATCHDOG and STOPPING, ends with 0"

    def check_watchdog(self):
        """The service goes on reporting while no device replies: a restart would not help."""
        site = self.work / "site"
        site.mkdir()
        (site / "devices.csv").write_text(
            "device_id,device_name,device_type,address,bacnet_instance,profile\n"
            "1001,plant,controller,127.1.0.1:47899,1001,generic\n")
        (site / "points.csv").write_text(
            "device_id,point_type,point_number,point_name,object,unit,data_type,interval_seconds,"
            "mode,history_mode,low,high,range_code\n"
            "1001,256,1,outdoor,\"analog-input,1\",°C,analog,1,poll,sampled,-30,45,\n")
        (site / "almanac.yaml").write_text(
            f"data_directory: {site / 'store'}\nhttp_address: 127.0.0.1:0\n"
            "bacnet_interface: lo\nbacnet_port: 47898\n"
            "t3000_timeout_ms: 100\nt3000_max_retries: 0\n")
        with Service(self.tree / "usr/bin/almanacd", site / "almanac.yaml", self.work) as service:
            service.await_words("READY=1")
            end = time.monotonic() + 120
            while service.readiness() == 200:
                expect(time.monotonic() < end, "the service is ready though no device replies")
                time.sleep(0.5)
            service.forget()
            service.await_words("WATCHDOG=1")
            expect(service.readiness() == 503, "the service is ready again")
        return "reports though /readyz is 503"

    def check_unit(self):
        """systemd accepts the unit, and rates it."""
        if not shutil.which("systemd-analyze"):
            return "SKIPPED: no systemd-analyze"
        # The paths of the programs are those of an installed package.
        units = self.work / "units"
        units.mkdir()
        unit = (self.tree / UNIT).read_text()
        here = unit.replace("/usr/bin/almanacd", str(self.tree / "usr/bin/almanacd"))
        (units / "almanacd.service").write_text(here)
        done = run(["systemd-analyze", "verify", "--man=no", units / "almanacd.service"])
        expect(done.returncode == 0 and "almanacd" not in done.stderr,
               f"systemd-analyze verify: {done.stderr}")
        rated = run(["systemd-analyze", "security", "--offline=true", "--no-pager",
                     f"--threshold={int(EXPOSURE_MAX * 10)}", units / "almanacd.service"])
        level = re.search(r"exposure level.*: ([0-9.]+)", rated.stdout)
        expect(rated.returncode == 0 and level, f"systemd-analyze security: {rated.stdout[-400:]}"
                                                f"{rated.stderr}")
        expect(float(level[1]) < EXPOSURE_MAX, f"the exposure is {level[1]}")
        return f"exposure {level[1]} of 10"

    def check_manuals(self):
        """Each command has its page, and man renders all without a warning."""
        if not shutil.which("man"):
            return "SKIPPED: no man"
        pages = sorted((self.tree / "usr/share/man").rglob("*.gz"))
        names = {page.name.removesuffix(".gz") for page in pages}
        help = json.loads(out([self.tree / "usr/bin/almanac", "--experimental-dump-help"]))
        expected = {name + ".1" for name in commands(help["command"])} | {"almanacd.8"}
        expect(names == expected, f"pages and commands differ in {names ^ expected}")
        environment = {**os.environ, "MANWIDTH": "80", "LC_ALL": "C.UTF-8"}
        for page in pages:
            done = run(["man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z", page],
                       env=environment)
            expect(done.returncode == 0 and not done.stderr, f"{page.name}: {done.stderr}")
        text = gzip.open(self.tree / "usr/share/man/man8/almanacd.8.gz", "rt").read()
        for key in self.effective():
            expect(f"\\fB{key}\\fR" in text, f"almanacd(8) does not have {key}")
        return f"{len(pages)} pages"

    def check_completions(self):
        """The shells that are here accept their completion scripts."""
        scripts = {"bash": ["-n", "usr/share/bash-completion/completions/%s"],
                   "zsh": ["-n", "usr/share/zsh/vendor-completions/_%s"],
                   "fish": ["--no-execute", "usr/share/fish/vendor_completions.d/%s.fish"]}
        tried = []
        for shell, (option, path) in scripts.items():
            for program in ["almanac", "almanacd"]:
                script = self.tree / (path % program)
                expect(script.stat().st_size > 1000, f"{script} has hardly anything")
                if shutil.which(shell):
                    out([shell, option, script])
                    tried.append(shell)
        expect("bash" in tried, "no bash")
        return ", ".join(dict.fromkeys(tried))

    # MARK: Installation

    def check_scripts(self):
        """The maintainer scripts start nothing that did not run, also where systemd runs."""
        shims = self.work / "shims"
        shims.mkdir()
        calls = self.work / "calls"
        for name in MANAGERS:
            (shims / name).write_text(f'#!/bin/sh\necho "{name} $*" >>"{calls}"\n')
            (shims / name).chmod(0o755)
        reload = "systemctl --system daemon-reload"
        for script, words, expected in [
            ("postinst", ["configure", ""], [reload]),
            ("postinst", ["configure", "0.0.1"],
             [reload, "deb-systemd-invoke try-restart almanacd.service"]),
            ("prerm", ["upgrade", "0.2"], []),
            ("prerm", ["remove"], ["deb-systemd-invoke stop almanacd.service"]),
            ("postrm", ["remove"], [reload]),
            ("postrm", ["upgrade", "0.2"], []),
        ]:
            # As where systemd runs: the folder that says so is one that is there.
            text = (self.work / "control" / script).read_text()
            expect(script == "" or "/run/systemd/system" in text, f"{script} asks for no systemd")
            calls.write_text("")
            out(["sh", "-c", text.replace("/run/systemd/system", str(shims)), script, *words],
                env={"PATH": f"{shims}:{os.environ['PATH']}"})
            found = calls.read_text().splitlines()
            expect(found == expected, f"{script} {words} called {found}, expected {expected}")
        return "postinst, prerm and postrm"

    def dpkg(self, *words, **environment):
        command = ["dpkg", f"--root={self.work / 'system'}", f"--log={self.work / 'dpkg.log'}",
                   "--force-script-chrootless", "--force-depends", "--force-confold", *words]
        if os.geteuid() != 0:
            command = ["fakeroot", *command, "--force-not-root"]
        return out(command, env={**os.environ, **environment})

    def status(self):
        return out(["dpkg-query", f"--admindir={self.work / 'system/var/lib/dpkg'}", "-W",
                    "-f=${db:Status-Status}", "almanac"])

    def newer(self):
        """The same package as the next version, with other settings in its file."""
        folder = self.work / "newer"
        out(["dpkg-deb", "-R", self.package, folder])
        control = folder / "DEBIAN/control"
        control.write_text(re.sub(r"(?m)^Version: .*", "Version: 99.0-1", control.read_text()))
        settings = folder / SETTINGS
        settings.write_text(settings.read_text() + "\n# of the next version\n")
        out(["dpkg-deb", "--root-owner-group", "-Zgzip", "-z1", "-b", folder, self.work])
        return next(self.work.glob("almanac_99.0-1_*.deb"))

    def check_installation(self):
        """Installed, upgraded, removed and purged in a folder: what stays is the operator's."""
        if os.geteuid() != 0 and not shutil.which("fakeroot"):
            return "SKIPPED: neither root nor fakeroot"
        system = self.work / "system"
        for folder in ["info", "updates"]:
            (system / "var/lib/dpkg" / folder).mkdir(parents=True)
        (system / "var/lib/dpkg/status").touch()
        (system / "var/lib/dpkg/available").touch()
        path = f"{self.work / 'shims'}:{os.environ['PATH']}"
        calls = self.work / "calls"
        calls.write_text("")

        self.dpkg("--install", self.package, PATH=path)
        expect(self.status() == "installed", f"after --install: {self.status()}")
        expect(not (system / "etc/systemd").exists(), "the installation enabled a unit")
        expect(not (system / "var/lib/almanac").exists(), "the installation made a store")
        settings = system / SETTINGS
        settings.write_text(settings.read_text() + "site_name: Mill\n")
        kept = [system / SECRETS / "tokens", system / "etc/almanac/points.csv",
                system / "var/lib/almanac/MANIFEST"]
        for place in kept:
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text("mine")
        link = system / "etc/systemd/system/multi-user.target.wants/almanacd.service"
        link.parent.mkdir(parents=True)
        link.symlink_to("/" + UNIT)

        self.dpkg("--install", self.newer(), PATH=path)
        expect("site_name: Mill" in settings.read_text(), "the upgrade lost a setting")
        expect(link.is_symlink(), "the upgrade disabled the service")
        self.dpkg("--remove", "almanac", PATH=path)
        expect(self.status() == "config-files", f"after --remove: {self.status()}")
        expect(not (system / "usr/bin/almanacd").exists(), "the program stayed")
        expect("site_name: Mill" in settings.read_text(), "the removal lost a setting")
        self.dpkg("--purge", "almanac", PATH=path)
        expect(not settings.exists(), "the settings stayed after --purge")
        expect(not link.is_symlink(), "the link of the unit stayed after --purge")
        for place in kept:
            expect(place.read_text() == "mine", f"{place} is gone")
        left = [p for p in system.rglob("*") if p.is_file() and "dpkg" not in p.parts]
        expect(sorted(left) == sorted(kept), f"left are {left}")
        expect(calls.read_text() == "", f"the scripts called {calls.read_text()}")
        return "installed, upgraded, removed, purged; tokens, tables and store stay"


class Service:
    """A running almanacd with the socket of a service manager."""

    def __init__(self, program, settings, work, *words):
        self.path = work / "notify"
        self.log = work / "service.log"
        self.words = set()
        self.inbox = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.inbox.bind(str(self.path))
        self.inbox.settimeout(60)
        with open(self.log, "w") as log:
            self.process = subprocess.Popen(
                [str(word) for word in [program, "--config", settings, *words]],
                env={"PATH": os.environ["PATH"], "NOTIFY_SOCKET": str(self.path),
                     "WATCHDOG_USEC": "400000"}, stdout=log, stderr=log)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.inbox.close()
        self.path.unlink()

    def await_words(self, *words):
        while not set(words) <= self.words:
            try:
                self.words.add(self.inbox.recv(4096).decode())
            except TimeoutError:
                raise Failed(f"{words} did not come in a minute, but {self.words}:\n"
                             f"{self.log.read_text()[-2000:]}") from None

    def forget(self):
        """Leaves out what was reported until now."""
        self.inbox.setblocking(False)
        try:
            while True:
                self.inbox.recv(4096)
        except BlockingIOError:
            self.words.clear()
        self.inbox.settimeout(60)

    def readiness(self):
        """The status of /readyz."""
        place = re.findall(r"serving on .*:([0-9]+)$", self.log.read_text(), re.MULTILINE)
        try:
            return urllib.request.urlopen(f"http://127.0.0.1:{place[-1]}/readyz").status
        except urllib.error.HTTPError as error:
            return error.code


def libraries(program):
    """The shared libraries of a program, as the loader finds them: name to path."""
    return dict(re.findall(r"^\s*(\S+) => (/\S+)", out(["ldd", program]), re.MULTILINE))


def commands(command):
    """The names of the pages of a command and its subcommands."""
    if not command.get("shouldDisplay", True) or command["commandName"] == "help":
        return
    yield "-".join([*(command.get("superCommands") or []), command["commandName"]])
    for child in command.get("subcommands", []):
        yield from commands(child)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binaries", required=True, type=pathlib.Path)
    options = parser.parse_args()
    for tool in ["dpkg-deb", "dpkg-shlibdeps"]:
        if not shutil.which(tool):
            print(f"no {tool}: this system makes no Debian packages")
            return 77
    # The least that a reader of the package needs is that its folders can be read.
    with tempfile.TemporaryDirectory(prefix="almanac-package-") as folder:
        os.chmod(folder, 0o755)
        trial = Trial(options.binaries.resolve(), pathlib.Path(folder))
        for check in [trial.check_build, trial.check_runtime, trial.check_files, trial.check_depends,
                      trial.check_programs, trial.check_settings, trial.check_service,
                      trial.check_watchdog, trial.check_unit, trial.check_manuals,
                      trial.check_completions, trial.check_scripts, trial.check_installation]:
            name = check.__name__.removeprefix("check_")
            try:
                print(f"{name}: {check()}", flush=True)
            except Failed as failure:
                print(f"{name}: FAILED: {failure}", flush=True)
                return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

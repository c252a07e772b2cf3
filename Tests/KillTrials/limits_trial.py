#!/usr/bin/env python3
"""Writes under a limit on file sizes, on a small disk, and in the folder of another user.

    limits_trial.py --almanac BIN

A refusal must be clear (exit 74, the message says what is full or forbidden), nothing of the file
may be stored, everything stored before must still read, and with room again the import goes through.
Ends with one line `N passed, N failed, N skipped`.
"""
import json
import os
import resource
import shutil
import subprocess

from trials import need, run_all


def run(words, **options):
    return subprocess.run(words, capture_output=True, text=True, stdin=subprocess.DEVNULL,
                          timeout=120, **options)


def write_csv(path, rows):
    with open(path, "w") as file:
        file.write("unix_ms,a,b\n")
        for row in range(rows):
            file.write("%d,%s,%s\n" % (1735689600000 + row * 60000, row * 7919 % 1000003 / 997, row))


def samples(binary, store):
    done = run([binary, "info", "--output", "json", "--store", store])
    need(done.returncode == 0, "info exits", done.returncode, done.stderr)
    return json.loads(done.stdout)["samples"]


def file_size_limit(binary, work):
    store, small, large = (os.path.join(work, name) for name in ("s", "small.csv", "large.csv"))
    write_csv(small, 100)
    write_csv(large, 60000)
    done = run([binary, "import", "csv", small, "--store", store])
    need(done.returncode == 0, "import exits", done.returncode, done.stderr)
    refused = 0
    for limit in (4096, 20000, 65536, 200000):
        done = run([binary, "import", "csv", large, "--store", store],
                   preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)))
        if done.returncode == 0:
            break
        refused += 1
        need(done.returncode == 74, "under", limit, "bytes import exits", done.returncode, done.stderr)
        need("large" in done.stderr and ("limit" in done.stderr or "space" in done.stderr
                                         or "too large" in done.stderr.lower()),
             "the message is", done.stderr)
        need(samples(binary, store) == 200, "something of a refused file was stored")
        need(run([binary, "verify", "--deep", "--store", store]).returncode == 0, "verify")
    need(refused > 1, "no limit refused the import")
    shutil.rmtree(store)
    for path in (small, large):
        done = run([binary, "import", "csv", path, "--store", store])
        need(done.returncode == 0, "with room again import exits", done.returncode, done.stderr)
    need(samples(binary, store) == 120200, "samples")
    return "%d limits refused, nothing half stored" % refused


def foreign_folder(binary, work):
    if os.getuid() != 0 or not shutil.which("setpriv"):
        return None
    store, small = os.path.join(work, "f"), os.path.join(work, "small.csv")
    write_csv(small, 100)
    done = run([binary, "import", "csv", small, "--store", store])
    need(done.returncode == 0, "import exits", done.returncode, done.stderr)
    copy = os.path.join(work, "almanac")
    shutil.copy(binary, copy)
    os.chmod(copy, 0o755)
    os.chmod(work, 0o755)
    nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", copy]
    done = run(nobody + ["import", "csv", small, "--store", store], cwd="/")
    need(done.returncode == 74, "import into another's folder exits", done.returncode, done.stderr)
    need("ermission" in done.stderr or "read-only" in done.stderr, "the message is", done.stderr)
    done = run(nobody + ["import", "csv", small, "--store", os.path.join(work, "new")], cwd="/")
    need(done.returncode == 74, "making a store in another's folder exits", done.returncode)
    done = run(nobody + ["info", "--store", store], cwd="/")
    need(done.returncode == 0, "another user's info exits", done.returncode, done.stderr)
    return "another user reads, and is refused to write: " + "exit 74"


# The user and group of a service, which no user of this machine has.
OWNER, GROUP = 65534, 65533


def wrong_owners(folder):
    """The files and folders below `folder` that the owner of the store cannot use."""
    found = []
    for place, folders, files in os.walk(folder):
        for name in folders + files:
            path = os.path.join(place, name)
            status = os.lstat(path)
            mode = 0o770 if name in folders else 0o660
            if (status.st_uid, status.st_gid, status.st_mode & 0o777) != (OWNER, GROUP, mode):
                found.append("%s is of %d:%d, %o" % (
                    os.path.relpath(path, folder), status.st_uid, status.st_gid, status.st_mode & 0o777))
    return found


def root_in_a_service_s_store(binary, work):
    """Root imported with umask 077 into the store of a service, which could not start any more."""
    if os.getuid() != 0 or not shutil.which("setpriv"):
        return None
    store, small, copies = (os.path.join(work, name) for name in ("s", "small.csv", "copies"))
    write_csv(small, 100)
    os.chmod(work, 0o755)
    os.chmod(small, 0o644)
    for folder in (store, copies):
        os.mkdir(folder)
        os.chown(folder, OWNER, GROUP)
        os.chmod(folder, 0o770)
    tool = shutil.copy(binary, os.path.join(work, "almanac"))
    os.chmod(tool, 0o755)
    service = ["setpriv", "--reuid=%d" % OWNER, "--regid=%d" % GROUP, "--clear-groups", tool]
    strict = {"preexec_fn": lambda: os.umask(0o077)}

    def as_root(*words):
        done = run([binary, *words, "--store", store], **strict)
        need(done.returncode == 0, "root's", words, "exits", done.returncode, done.stderr)
        need(not wrong_owners(store), "after root's", words[0], wrong_owners(store))

    def as_service(*words):
        done = run(service + [*words, "--store", store], cwd="/", preexec_fn=lambda: os.umask(0o007))
        need(done.returncode == 0, "the service's", words, "exits", done.returncode, done.stderr)

    as_root("import", "csv", small)
    need(sorted(os.listdir(store)) == sorted(["LOCK", "MANIFEST", "MANIFEST.2", "log", "quarantine",
                                              "rec", "seg", "tmp"]), os.listdir(store))
    ticks = ["append-ticks", "--points", "3", "--head-samples", "100"]
    as_service(*ticks, "--ticks", "5")
    as_root(*ticks, "--first", "5", "--ticks", "200")
    # A root process that is killed leaves its log, the file that is prepared, and the lock.
    process = subprocess.Popen([binary, *ticks, "--first", "205", "--store", store],
                               stdout=subprocess.PIPE, text=True, **strict)
    last = [int(process.stdout.readline()) for _ in range(40)][-1]
    process.kill()
    last = max([last] + [int(line) for line in process.stdout if line.endswith("\n")])
    process.wait()
    need(os.listdir(os.path.join(store, "log")), "the killed process left no log")
    need(not wrong_owners(store), "after a kill", wrong_owners(store))
    # A file that nothing names is put aside.
    shutil.copy(small, os.path.join(store, "seg", "2025-00ffffff.seg"))
    os.chown(os.path.join(store, "seg", "2025-00ffffff.seg"), OWNER, GROUP)
    os.chmod(os.path.join(store, "seg", "2025-00ffffff.seg"), 0o660)
    as_root("import", "csv", small, "--prefix", "again")
    need(os.listdir(os.path.join(store, "quarantine")), "nothing was put aside")
    as_service(*ticks, "--first", str(last + 2), "--ticks", "300")
    as_service("verify", "--deep")
    # A backup belongs to the owner of the folder that it is made in, if that exists.
    as_root("backup", copies)
    need(not wrong_owners(copies), "in the backup", wrong_owners(copies))
    # A store of root in a folder of root keeps to the umask.
    done = run([binary, "import", "csv", small, "--store", os.path.join(work, "own")], **strict)
    need(done.returncode == 0, "root's own import exits", done.returncode, done.stderr)
    status = os.stat(os.path.join(work, "own", "MANIFEST"))
    need((status.st_uid, status.st_mode & 0o777) == (0, 0o600), "root's own MANIFEST is", status)
    return "files of root belong to the owner of the store, whatever the umask"


def small_disk(binary, work):
    """128 MiB had to stay free on every disk: a partition of 100 MB took no sample at all."""
    if os.getuid() != 0 or run(["unshare", "-m", "true"]).returncode != 0:
        return None
    small = os.path.join(work, "small.csv")
    write_csv(small, 500)
    script = """set -e; mkdir "$1/m"; mount -t tmpfs -o size=100m tmpfs "$1/m"
        "$0" import csv "$1/small.csv" --store "$1/m/s" -q
        "$0" append-ticks --ticks 20 --store "$1/m/ticks" >/dev/null
        head -c 97m /dev/zero >"$1/m/ballast" 2>/dev/null || true
        if "$0" import csv "$1/small.csv" --prefix b --store "$1/m/s" -q; then exit 99; else test $? = 74; fi
        rm "$1/m/ballast"; head -c 70m /dev/zero >"$1/m/ballast"
        "$0" import csv "$1/small.csv" --prefix b --store "$1/m/s" -q
        if "$0" import csv "$1/small.csv" --prefix c --store "$1/m/s" -q --reserve 64MiB
            then exit 98; else test $? = 74; fi"""
    done = run(["unshare", "-m", "sh", "-c", script, binary, work])
    need(done.returncode == 0, "exit", done.returncode, done.stderr)
    return "100 MB take samples down to a twentieth, or to --reserve"


if __name__ == "__main__":
    run_all((file_size_limit, foreign_folder, root_in_a_service_s_store, small_disk), __doc__,
            "root, setpriv and unshare")

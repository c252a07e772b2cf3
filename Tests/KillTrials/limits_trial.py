#!/usr/bin/env python3
"""Imports under a limit on file sizes, and into a folder that belongs to somebody else.

    limits_trial.py --almanac BIN

A refusal must be clear (exit 74, the message says what is full or forbidden), nothing of the file
may be stored, everything stored before must still read, and with room again the import goes through.
Ends with one line `N passed, N failed, N skipped`.
"""
import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile


class Failure(Exception):
    pass


def need(condition, *what):
    if not condition:
        raise Failure(" ".join(map(str, what)))


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


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--almanac", required=True)
    binary = os.path.abspath(parser.parse_args().almanac)
    passed = failed = skipped = 0
    for trial in (file_size_limit, foreign_folder):
        work = tempfile.mkdtemp(prefix="limits-trial-")
        try:
            result = trial(binary, work)
            skipped += result is None
            passed += result is not None
            print(trial.__name__, "-", result or "SKIPPED: needs root and setpriv")
        except Failure as failure:
            print("FAIL", trial.__name__, "-", failure)
            failed += 1
        finally:
            shutil.rmtree(work, ignore_errors=True)
    print("%d passed, %d failed, %d skipped" % (passed, failed, skipped))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()

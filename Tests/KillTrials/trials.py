"""Runs the trials of a script, each in a folder of its own, and prints what each has shown."""
import argparse
import os
import shutil
import sys
import tempfile


class Failure(Exception):
    pass


def need(condition, *what):
    if not condition:
        raise Failure(" ".join(map(str, what)))


def run_all(trials, description, needs):
    """Calls each trial with the path of the tool and a folder; None means that it could not run.

    `needs` says what a machine lacks on which a trial cannot run.  Ends the process: 1 if any failed.
    """
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--almanac", required=True)
    binary = os.path.abspath(parser.parse_args().almanac)
    passed = failed = skipped = 0
    for trial in trials:
        work = os.path.realpath(tempfile.mkdtemp(prefix=trial.__name__.replace("_", "-") + "-"))
        try:
            result = trial(binary, work)
            skipped += result is None
            passed += result is not None
            print(trial.__name__, "-", result or "SKIPPED: needs " + needs)
        except Failure as failure:
            print("FAIL", trial.__name__, "-", failure)
            failed += 1
        finally:
            shutil.rmtree(work, ignore_errors=True)
    print("%d passed, %d failed, %d skipped" % (passed, failed, skipped))
    sys.exit(1 if failed else 0)

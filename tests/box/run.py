#!/usr/bin/python3
"""The tests of the box, inside it: runs every test function of the modules beside it, one after the other.

Started by box-run (see tools/box-test) with iemd.tar beside it. A file `only` there holds a part of the names of the
tests to run. A line for each test: "ok NAME", or "FAILED NAME: why" and what may explain it; the exit status is 1 then."""

import importlib
import pathlib
import subprocess
import sys
import time
import traceback

import machine
from ear import Ear, playing
from profiles import TONE
from waiting import Timeout

MODULES = ("test_service", "test_volume", "test_death", "test_usb", "test_level")


def tests():
    """Their names and functions, in the order of their files."""
    only = pathlib.Path("only").read_text(encoding="utf-8") if pathlib.Path("only").exists() else ""
    for module in map(importlib.import_module, MODULES):
        for name, function in vars(module).items():
            if name.startswith("test_") and only in name:
                yield name, function


def explain(since):
    """What iemd has to say about a failure, and what PipeWire looks like after it."""
    journal = machine.run("journalctl", "--quiet", "--no-pager", "--output=short-precise", f"--since=@{since:.0f}",
                          "_SYSTEMD_USER_UNIT=iemd.service", "+", "USER_UNIT=iemd.service", check=False)
    machine.show(journal)
    machine.show_graph()


def run(box, name, function):
    began, clock = time.time(), time.monotonic()
    try:
        box.reset()
        function(box)
    except (AssertionError, Timeout, subprocess.SubprocessError, OSError, LookupError, ValueError) as failure:
        print(f"FAILED {name}: {failure or 'an assertion'} ({time.monotonic() - clock:.0f} s)")
        where = traceback.extract_tb(failure.__traceback__)
        print("".join(f"    {frame.filename}:{frame.lineno}: {frame.line}\n" for frame in where), end="")
        explain(began)
        return False
    print(f"ok {name} ({time.monotonic() - clock:.0f} s)", flush=True)
    return True


def main():
    box = machine.Box()
    box.prepare()
    ear = Ear("hda", TONE)
    with playing(TONE):
        ear.expect_sound(TONE)
        box.wake_mixer()
    return 0 if all([run(box, name, function) for name, function in tests()]) else 1


if __name__ == "__main__":
    sys.exit(main())

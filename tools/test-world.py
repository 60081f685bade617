#!/usr/bin/python3
"""The tests of one world (this machine, or a root file system): called by tools/test, which reads the results.

test-world.py NAME CHECKOUT BUILDS [--only PATTERN] [--no-sanitize]
"""

import argparse
import os
import pathlib
import re
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree as xml

# A status of its own tells a sanitizer's finding from a test's failure.
SANITIZER_ENV = {
    "ASAN_OPTIONS": "detect_leaks=1:exitcode=99:detect_stack_use_after_return=1",
    "LSAN_OPTIONS": "exitcode=99:print_suppressions=0",
    "UBSAN_OPTIONS": "print_stacktrace=1",
    "TSAN_OPTIONS": "exitcode=99:second_deadlock_stack=1",
}


class World:
    def __init__(self, options):
        self.name, self.only = options.world, options.only
        self.checkout, self.builds = options.checkout.resolve(), options.builds.resolve()
        self.rows = []
        self.env = {**os.environ, **SANITIZER_ENV, "PYTHONDONTWRITEBYTECODE": "1"}

    def command(self, argv, **env):
        """Run, output to the terminal; True when the exit status is 0."""
        print("\n$ " + " ".join(map(str, argv)), flush=True)
        with subprocess.Popen([str(word) for word in argv], env={**self.env, **env}, cwd=self.checkout,
                              stdin=subprocess.DEVNULL) as child:
            try:
                return child.wait() == 0
            except BaseException:  # broken off: time to clean up, but no more than that
                child.terminate()
                try:
                    child.wait(10)
                except subprocess.TimeoutExpired:
                    child.kill()
                raise

    def report(self, step, passed, failed, skipped, began):
        self.rows.append((self.name, step, passed, failed, skipped, round(time.monotonic() - began)))
        # written after every step: a world that is broken off shows what it had
        (self.builds / "results.tsv").write_text("".join("\t".join(map(str, row)) + "\n" for row in self.rows))

    def build(self, name, sanitize, suite=None):
        """Configure and compile with warnings as errors; returns the folder, or None. A build that is only for a
        suite is not compiled when there is nothing to run of it."""
        began, folder = time.monotonic(), self.builds / name
        setup = ["meson", "setup", *(["--wipe"] if (folder / "meson-private/coredata.dat").exists() else []), folder,
                 self.checkout, "-Dwerror=true", f"-Db_sanitize={sanitize}",
                 # clang's sanitizers leave symbols to the program that is linked last
                 f"-Db_lundef={'true' if sanitize == 'none' else 'false'}"]
        good = self.command(setup)
        if good and suite and not self.tests_of(folder, suite):
            return None
        if not suite:  # for a suite meson builds what its tests need when it runs them
            good = good and self.command(["meson", "compile", "-C", folder])
        self.report(f"build, {name}", int(good), int(not good), 0, began)
        return folder if good else None

    def unit_tests(self, folder, suite=None):
        """meson's tests of a build; a suite that does not exist is no step."""
        began = time.monotonic()
        chosen = self.tests_of(folder, suite)
        if not chosen:
            return
        report = folder / "meson-logs/testlog.junit.xml"
        report.unlink(missing_ok=True)
        good = self.command(["meson", "test", "-C", folder, *([] if suite else ["--no-rebuild"]), "--print-errorlogs",
                             "--timeout-multiplier", "10",  # a busy machine is no failure
                             *chosen])
        self.count(f"unit tests, {folder.name}", report, good, began)

    def tests_of(self, folder, suite):
        """Names of meson's tests, those that --only leaves."""
        command = ["meson", "test", "-C", folder, "--no-rebuild", "--list", *(["--suite", suite] if suite else [])]
        listed = subprocess.run(command, capture_output=True, text=True, check=False).stdout
        names = [line.rsplit(" / ", 1)[-1] for line in listed.splitlines() if line and "No tests defined" not in line]
        return [name for name in names if not self.only or self.only in name]

    def integration_tests(self, folder, plain, only=None):
        began, report = time.monotonic(), self.builds / f"integration-{folder.name}.xml"
        only = only or self.only
        report.unlink(missing_ok=True)
        good = self.command(
            # More at a time than there are processors: they listen in real time more than they compute.
            [sys.executable, "-m", "pytest", "-q", "-ra", "-n", str(os.cpu_count() + 2), f"--junitxml={report}",
             *(["-k", only] if only else []), self.checkout / "tests/integration"], IEMD_BUILD=str(folder),
            IEMD_ASKING_BUILD=str(plain or folder))
        self.count(f"integration tests, {folder.name}", report, good, began, none_is_fine=bool(only))

    def count(self, step, report, good, began, none_is_fine=False):
        """Add the figures of a JUnit report; a run that failed without naming a test counts as one failure."""
        suites = list(xml.parse(report).getroot().iter("testsuite")) if report.exists() else []

        def total(*keys):
            return sum(int(suite.get(key) or 0) for suite in suites for key in keys)

        tests, failed, skipped = total("tests"), total("failures", "errors"), total("skipped")
        if none_is_fine and tests == 0 and suites:
            return
        if not good and not failed:
            failed = 1
        self.report(step, max(tests - failed - skipped, 0), failed, skipped, began)


def print_versions(world):
    parts = []
    for program in ("pipewire", "wireplumber"):
        text = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout
        found = re.search(r"Linked with lib\S+ (\S+)", text)
        parts.append(f"{program} {found.group(1) if found else 'unknown'}")
    system = dict(line.rstrip().split("=", 1) for line in open("/etc/os-release") if "=" in line)
    print(f"\n=== {world}: {system.get('PRETTY_NAME', '').strip(chr(34))}, {', '.join(parts)}", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("world")
    parser.add_argument("checkout", type=pathlib.Path)
    parser.add_argument("builds", type=pathlib.Path)
    parser.add_argument("--only")
    parser.add_argument("--no-sanitize", action="store_true")
    options = parser.parse_args()

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # what is waited for is ended then
    world = World(options)
    world.builds.mkdir(parents=True, exist_ok=True)
    print_versions(world.name)
    plain = world.build("plain", "none")
    if plain:
        world.unit_tests(plain)
    if options.no_sanitize:
        watched = plain
    else:
        watched = world.build("sanitize", "address,undefined")
        if watched:
            world.unit_tests(watched)
        threads = world.build("threads", "thread", suite="tsan")
        if threads:
            world.unit_tests(threads, suite="tsan")
    if watched:
        world.integration_tests(watched, plain)
    if plain and watched is not plain and not options.only:
        # memory, drop-outs and what is allocated are no sanitizer's to judge
        world.integration_tests(plain, plain, only="two_hundred or neither_allocates")
    return any(row[3] for row in world.rows)


if __name__ == "__main__":
    sys.exit(main())

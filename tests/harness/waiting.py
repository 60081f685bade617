"""Waiting for a condition. Nothing in the tests sleeps for a fixed time and hopes."""

import subprocess
import time

PATIENCE = 30.0  # seconds; generous, since the machine may be slow and the build may carry sanitizers


class Timeout(AssertionError):
    """What was waited for did not come true in time."""


def wait_until(condition, timeout=PATIENCE, what="the condition"):
    """Poll until condition() is true and return its value. A command that fails counts as 'not yet'."""
    deadline = time.monotonic() + timeout
    pause = 0.01
    while True:
        trouble = ""
        try:
            value = condition()
            if value:
                return value
        except (subprocess.SubprocessError, OSError, LookupError, ValueError) as error:
            trouble = f"; the last error was: {error}"
        if time.monotonic() > deadline:
            raise Timeout(f"waited {timeout:g} s in vain for {what}{trouble}")
        time.sleep(pause)
        pause = min(pause * 1.5, 0.2)


def repeat_until(measure, good, attempts=4):
    """Measure again what a busy machine may have disturbed: the first good value, or the last one.

    What is at fault itself shows in every attempt; a missed cycle of the audio thread does not."""
    for attempt in range(attempts):
        value = measure()
        if good(value):
            break
    return value

"""An earphone nobody listens to costs nothing."""

import pathlib
import time

import profiles
from harness import measure, sound, wait_until


def wakeups(process):
    """Context switches of all threads of a process so far."""
    total = 0
    for task in pathlib.Path(f"/proc/{process.pid}/task").iterdir():
        for line in (task / "status").read_text().splitlines():
            if "ctxt_switches" in line:
                total += int(line.split()[1])
    return total


def test_an_idle_sink_suspends_behind_the_filter(iemd):
    """The filter is passive: it keeps nothing running, and itself does not run either."""
    profiles.write(iemd, "bright", profiles.BRIGHT)
    iemd.iemctl("switch", "bright")
    sound.play_and_record(iemd, "earphone", measure.tone(1000, 1.0))
    wait_until(lambda: iemd.node("earphone")["state"] == "suspended", timeout=60, what="the sink to suspend")
    assert iemd.status()["state"] == "idle"
    time.sleep(3)  # the last look was a client that came: iemd reads the default again within two seconds
    before = wakeups(iemd.iemd)
    time.sleep(3)  # nothing happens, so there is nothing to wait for
    assert wakeups(iemd.iemd) - before < 5

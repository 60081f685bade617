"""The limiter: off by default, then nothing gets above -1 dBTP; its latency is told, and what it does is counted."""

import subprocess

import numpy as np
import pytest

from harness import measure, sound, wait_until

LOUD = 'eq = { preamp = 0.0; bands = ( { type = "peaking"; frequency = 1000.0; gain = 12.0; q = 1.0; } ); };'
CEILING = 10 ** (-1 / 20)
LATENCY = 77  # frames at 48 kHz: 1.5 ms of looking ahead, and the true-peak detector's


@pytest.fixture
def loud(iemd):
    iemd.write_profile("loud", LOUD)
    iemd.iemctl("switch", "loud")
    return iemd


def heard(session, dbfs):
    tone = measure.tone(1000, 2.0, dbfs=dbfs)
    return sound.play_and_record(session, "earphone", tone)


def told_latency(session, node, direction):
    """The samples of latency that the ports of a node tell in a direction."""
    nodes = session.nodes()
    number = next(item["id"] for item in session.dump() if item.get("info", {}).get("props", {}).get("node.name") == node)
    for item in session.dump():
        info = item.get("info") or {}
        if item["type"].endswith(":Port") and info.get("props", {}).get("node.id") == number:
            for latency in info.get("params", {}).get("Latency", []):
                if latency["direction"] == direction and "monitor" not in info["props"]["port.name"]:
                    return latency["minRate"]
    raise AssertionError(f"{node} of {nodes} tells no latency")


def test_without_it_what_is_too_loud_is_counted(loud):
    assert np.abs(heard(loud, -6)).max() > 1.5
    status = loud.status()
    assert status["clips"] > 1000 and status["limited"] == 0 and status["latency_samples"] == 0


def test_with_it_nothing_gets_too_loud(loud):
    loud.iemctl("set", "limiter.enabled", "true")
    assert loud.status()["latency_samples"] == LATENCY
    recorded = heard(loud, -6)
    assert 0.8 * CEILING < np.abs(recorded).max() <= CEILING
    status = loud.status()
    assert status["clips"] == 0 and status["limited"] > 48000
    before = status["limited"]
    soft = heard(loud, -30)
    assert loud.status()["limited"] == before
    assert np.abs(soft).max() == pytest.approx(10 ** (-18 / 20), rel=0.01)


def test_its_latency_is_told_and_true(loud):
    assert sound.added_latency(loud, "earphone") == 0
    loud.iemctl("set", "limiter.enabled", "true")
    assert sound.added_latency(loud, "earphone") == LATENCY
    with sound.something_playing(loud):
        wait_until(lambda: told_latency(loud, "iemd.earphone", "Input") == LATENCY, what="players to be told")
        loud.iemctl("set", "limiter.enabled", "false")
        wait_until(lambda: told_latency(loud, "iemd.earphone", "Input") == 0, what="players to be told that it is gone")
    assert sound.added_latency(loud, "earphone") == 0


def test_clips_are_signalled(loud):
    with open(loud.dir / "signals", "w+") as signals:
        monitor = subprocess.Popen(["busctl", f"--address=unix:path={loud.runtime_dir}/bus", "monitor", "org.iemd"],
                                   env=loud.env, stdout=signals, stderr=subprocess.DEVNULL)
        try:
            wait_until(lambda: "Monitoring" in (loud.dir / "signals").read_text() or monitor.poll() is None, what="busctl")

            def signalled():
                heard(loud, -6)
                return '"Clips"' in (loud.dir / "signals").read_text()

            wait_until(signalled, what="a signal that samples were clipped")
        finally:
            monitor.kill()
            monitor.wait()

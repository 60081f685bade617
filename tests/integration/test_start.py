"""Starting and ending, at any moment and more than once."""

import os
import signal
import subprocess

import pytest

import profiles
from harness import wait_until


def test_a_second_iemd_leaves_the_first_alone(iemd):
    def seen():
        return iemd.default_sink(), iemd.configured_default(), sorted(os.listdir(iemd.state_dir / "iemd"))

    profiles.write(iemd, "bright", profiles.BRIGHT)
    iemd.iemctl("switch", "bright")
    before = seen()
    second = subprocess.run([iemd.build / "daemon/iemd"], env=iemd.env, capture_output=True, text=True, timeout=60)
    assert second.returncode == 1
    assert "Another iemd runs already" in second.stderr
    assert "the default sink" not in second.stderr
    assert seen() == before
    assert iemd.status()["state"] == "idle"


@pytest.mark.parametrize("after_ms", [0, 10, 20, 40, 60, 80, 100, 150, 200, 400, 800, 1200])
def test_a_signal_ends_it_in_every_moment_of_the_start(session, sinks, tmp_path, after_ms):
    """Before the loop runs, while it looks at the graph, in the probe, and in the path."""
    (tmp_path / "profiles").mkdir()
    profiles.write(session, "bright", profiles.BRIGHT, 'match = ( { node = "earphone"; } );')
    process = session.start_iemd(data_dir=tmp_path, wait=False)
    try:
        process.wait(after_ms / 1000)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGTERM)
    wait_until(lambda: process.poll() is not None, what="iemd to end")
    session.processes.stop(process)
    assert process.returncode in (0, -signal.SIGTERM)  # the latter before main() has begun
    session.check_iemd()
    wait_until(lambda: (session.default_sink(), session.configured_default()) == ("earphone", None),
               what="the user's default to be what it was")

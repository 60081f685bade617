"""Files as people, editors and accidents leave them."""

import subprocess

import pytest

import profiles
from harness import wait_until


@pytest.fixture
def corrected(iemd):
    profiles.write(iemd, "bright", profiles.BRIGHT)
    iemd.iemctl("switch", "bright")
    return iemd


def call(session, method, *arguments):
    """Quicker than iemctl: it comes before the daemon has looked at a file that was written just now."""
    return subprocess.run(["busctl", "--user", "call", "org.iemd", "/org/iemd", "org.iemd.Manager1", method, *arguments],
                          env=session.env, capture_output=True, text=True).returncode


@pytest.mark.parametrize("method, arguments, done", [
    ("Switch", ("sssbb", "", "nowhere", "", "false", "false"), False),
    ("Auto", ("sb", "nowhere", "false"), False),
    ("Next", ("sb", "", "false"), False),
    ("Confirm", ("s", ""), True),
])
def test_a_change_read_by_a_command_is_in_force_whatever_the_command_does(corrected, method, arguments, done):
    for bands in [profiles.DARK, profiles.BRIGHT] * 4:
        profiles.write(corrected, "bright", bands)
        assert (call(corrected, method, *arguments) == 0) == done
        wanted = profiles.cookbook.preamp_db(bands)
        wait_until(lambda: abs(corrected.status()["preamp_db"] - wanted) < 0.01, what="the new bands to be in force")

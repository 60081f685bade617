"""Files as people, editors and accidents leave them."""

import os
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


def make_pipe(path):
    os.mkfifo(path)


def make_loop(path):
    path.symlink_to(path.name)


def make_folder(path):
    path.mkdir()


def make_noise(path):
    path.write_bytes(bytes(range(256)) * 20)


def make_huge(path):
    with open(path, "wb") as file:
        file.truncate(1 << 32)


@pytest.mark.parametrize("make", [make_pipe, make_loop, make_folder, make_noise, make_huge])
@pytest.mark.parametrize("name", ["config/iemd/iemd.conf", "config/iemd/profiles/odd.conf", "state/iemd/choices.conf",
                                  "state/iemd/journal.conf"])
def test_a_file_that_is_none_stops_nothing(session, sinks, tmp_path, name, make):
    (tmp_path / "profiles").mkdir()
    path = session.dir / name
    path.parent.mkdir(parents=True, exist_ok=True)
    make(path)
    profiles.write(session, "bright", profiles.BRIGHT)
    session.start_iemd(data_dir=tmp_path)
    assert session.iemctl("switch", "bright").returncode == 0

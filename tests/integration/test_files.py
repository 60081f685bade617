"""Files as people, editors and accidents leave them."""

import os
import subprocess

import numpy as np
import pytest

import profiles
from harness import sound, wait_until


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


# --- files that are kept elsewhere ------------------------------------------------------------------------------------

def linked(path, target, text):
    """PATH leads to the file TARGET, which is not there where TEXT is None, by a link that leads to a relative one."""
    target.parent.mkdir(exist_ok=True)
    if text is not None:
        target.write_text(text)
    between = target.parent.with_name("between")
    between.mkdir(exist_ok=True)
    (between / target.name).symlink_to(os.path.relpath(target, between))
    path.symlink_to(between / target.name)


@pytest.fixture
def elsewhere(corrected):
    return corrected.dir / "dotfiles"


def preamp(session):
    return session.status()["preamp_db"]


def test_a_command_sees_what_was_written_behind_a_link(corrected, elsewhere):
    linked(corrected.config_dir / "iemd/profiles/far.conf", elsewhere / "far.conf", "")
    for level in range(-1, -20, -1):
        (elsewhere / "far.conf").write_text(f"eq = {{ preamp = {level}.0; }};")
        corrected.iemctl("switch", "far")
        assert preamp(corrected) == level
    (elsewhere / "far.conf").write_text("eq = {\n bnads = ();\n};")
    done = corrected.iemctl("switch", "far", check=False)
    assert done.returncode == 1 and "far.conf:2: " in done.stderr


def test_settings_behind_a_link_are_set_at_once(corrected, elsewhere):
    linked(corrected.config_dir / "iemd/iemd.conf", elsewhere / "iemd.conf", "limiter = { enabled = false; };")
    wait_until(lambda: corrected.status()["latency_samples"] == 0, what="no limiter")
    for wanted in ("true", "false", "true"):
        corrected.iemctl("set", "limiter.enabled", wanted)
        assert (corrected.status()["latency_samples"] > 0) == (wanted == "true")
    assert (corrected.config_dir / "iemd/iemd.conf").is_symlink()


@pytest.mark.parametrize("save", [lambda path, text: path.write_text(text),
                                  lambda path, text: (path.with_name("new").write_text(text),
                                                      path.with_name("new").rename(path))], ids=["in place", "renamed"])
def test_what_is_saved_behind_a_link_is_in_force_without_a_command(corrected, elsewhere, save):
    linked(corrected.config_dir / "iemd/profiles/far.conf", elsewhere / "far.conf", "eq = { preamp = -1.0; };")
    corrected.iemctl("switch", "far")
    for level in (-2, -3, -4):
        save(elsewhere / "far.conf", f"eq = {{ preamp = {level}.0; }};")
        wait_until(lambda: preamp(corrected) == level, what="what was saved")


def test_a_link_that_led_nowhere_is_seen_when_its_target_comes(corrected, elsewhere):
    elsewhere.mkdir()
    linked(corrected.config_dir / "iemd/iemd.conf", elsewhere / "deep/iemd.conf", None)
    corrected.iemctl("on")
    (elsewhere / "deep/iemd.conf").write_text("limiter = { enabled = true; };")
    wait_until(lambda: corrected.status()["latency_samples"] > 0, what="the limiter")


def test_a_folder_that_is_a_link_may_lead_elsewhere_later(corrected, elsewhere):
    """As a home that is made anew does it: all of it is another folder from one moment to the next."""
    folder = corrected.config_dir / "iemd"
    for generation in range(1, 4):
        (elsewhere / f"{generation}/profiles").mkdir(parents=True)
        (elsewhere / f"{generation}/profiles/bright.conf").write_text(f"eq = {{ preamp = {-generation}.0; }};")
    folder.rename(folder.with_name("was"))
    folder.symlink_to(elsewhere / "1")
    wait_until(lambda: preamp(corrected) == -1, what="the first folder")
    for generation in (2, 3):
        (folder.with_name("next")).symlink_to(elsewhere / str(generation))
        folder.with_name("next").rename(folder)
        wait_until(lambda: preamp(corrected) == -generation, what="the next folder")


def test_other_files_beside_the_target_do_not_matter(corrected, elsewhere):
    linked(corrected.config_dir / "iemd/profiles/far.conf", elsewhere / "far.conf", "eq = { preamp = -1.0; };")
    corrected.iemctl("switch", "far")
    for number in range(3000):
        (elsewhere / f"noise-{number}").write_text("")
    (elsewhere / "far.conf").write_text("eq = { preamp = -2.0; };")
    wait_until(lambda: preamp(corrected) == -2, what="what was saved")


def test_a_response_behind_a_link_is_heard_when_it_changes(corrected, elsewhere):
    elsewhere.mkdir()

    def write(level):
        response = np.zeros((100, 2), "f4")
        response[0] = level
        sound.write_wav(elsewhere / "room.wav", response)

    write(0.5)
    (corrected.config_dir / "iemd/profiles/room.wav").symlink_to(elsewhere / "room.wav")
    corrected.write_profile("room", 'eq = { fir = "room.wav"; };')
    corrected.iemctl("switch", "room")
    assert preamp(corrected) == 0
    write(2)
    wait_until(lambda: abs(preamp(corrected) + 6.02) < 0.01, what="the other response")
    write(4)
    corrected.iemctl("switch", "room")
    assert abs(preamp(corrected) + 12.04) < 0.01


# --- what is kept, damaged --------------------------------------------------------------------------------------------

NO_ID = "which is no id; allowed are a-z, 0-9, '.', '_' and '-', at most 64 of them"
DAMAGE = [
    ("preferences", 'preferences = ( { bass = "+3"; }, { profile = "brigh\\xf4"; bass = "+5"; } );', NO_ID),
    ("preferences", 'preferences = ( { profile = ""; bass = "+5"; } );', NO_ID),
    ("choices", 'choices = ( { output = "node:earphone"; profile = "brigh\\xf4"; used = ( ); } );', NO_ID),
    ("choices", 'choices = ( { output = "node:earphone"; source = "\\xff"; used = ( ); } );', NO_ID),
    ("choices", 'choices = ( { output = "node:earphone"; used = ( "bright", "a\\xf4" ); } );', NO_ID),
    ("choices", 'choices = ( { output = "node:earphone"; profile = "bright"; variant = "\\xf4"; used = ( ); } );',
     "'variant' is not UTF-8 text"),
    ("choices", 'choices = ( { output = "node:earphone"; previous = "bright \\xf4"; used = ( ); } );',
     "'previous' is not UTF-8 text"),
]


@pytest.mark.parametrize("name, text, sentence", DAMAGE, ids=[f"{n}-{i}" for i, (n, _, _) in enumerate(DAMAGE)])
def test_what_no_bus_would_take_is_set_aside(corrected, tmp_path, name, text, sentence):
    corrected.stop_iemd()
    path = corrected.state_dir / f"iemd/{name}.conf"
    path.write_text(text)
    corrected.start_iemd(data_dir=tmp_path)
    assert sentence in corrected.iemd_log() and f"set aside as {path}.damaged" in corrected.iemd_log()
    for words in (["status"], ["outputs"], ["prefer"], ["switch", "bright"], ["auto"]):
        corrected.iemctl(*words)

"""How loud it is at the ear, the week's dose that comes of it, and loudness compensation: computed from what is played."""

import contextlib
import os
import stat
import subprocess
import time

import numpy as np
import pytest

import profiles
from harness import measure, repeat_until, sound, wait_until
from test_level import write_earphone
from test_source import write_source

FULL_SCALE = 115  # dB SPL: 1 V into an earphone of 115 dB/V


def tone(dbfs, seconds=120, hz=1000):
    """Left at that level, right 10 dB softer."""
    left = measure.tone(hz, seconds, dbfs=dbfs, channels=1).ravel()
    return np.stack([left, left * 10 ** -0.5], axis=1)


def level_now(session):
    return session.status()["spl_now_db"]


@pytest.fixture
def desk(iemd):
    write_source(iemd, "desk", "source = { max_voltage = 1.0; output_impedance = 0.0; };")
    write_earphone(iemd, "ear", FULL_SCALE)
    iemd.iemctl("source", "desk")
    iemd.iemctl("switch", "ear")
    return iemd


def test_the_level_of_the_moment_is_that_of_the_louder_ear_after_the_devices_volume(desk):
    assert level_now(desk) is None
    with sound.Player(desk, tone(-20)) as player:
        player.wait_linked()
        wait_until(lambda: level_now(desk) == pytest.approx(FULL_SCALE - 20, abs=0.2), what="the tone's own level")
        desk.set_volume("earphone", [0.1, 0.1])
        wait_until(lambda: level_now(desk) == pytest.approx(FULL_SCALE - 40, abs=0.2), what="the level after the volume")
        desk.set_volume("earphone", [0.1, 0.1], mute=True)
        wait_until(lambda: level_now(desk) is None, what="silence to have no level")
    wait_until(lambda: level_now(desk) is None, what="nothing to play")


def test_the_dose_is_counted_kept_for_its_owner_alone_and_warned_of(desk):
    path = desk.state_dir / "iemd/dose.conf"
    full_scale = 125
    write_earphone(desk, "ear", full_scale)
    assert desk.iemctl("dose", json=True)["enabled"] is False
    desk.iemctl("set", "dose.enabled", "true")
    desk.processes.start("watch", ["busctl", "--user", "monitor", "org.iemd", "--json=short"])
    with sound.Player(desk, tone(0)) as player:  # 100 % are 40 h at 80 dB(A), 4.6 s at 125
        player.wait_linked()
        wait_until(lambda: desk.iemctl("dose", json=True)["percent"] > 52, what="half of the dose")
    wait_until(lambda: desk.status()["state"] == "idle", what="silence")
    dose = desk.iemctl("dose", json=True)
    seconds_of_a_week = 40 * 3600 * 10 ** ((80 - full_scale) / 10)
    assert dose["percent"] == pytest.approx(100 * dose["hours"] * 3600 / seconds_of_a_week, rel=0.15)  # its ends are cut
    assert dose["percent_low"] < dose["percent"] / 3 and dose["percent_high"] > dose["percent"] * 3
    assert "50 % of the sound that may be heard in seven days has been heard." in desk.iemd_log()
    wait_until(lambda: "DoseWarning" in desk.processes.log("watch"), what="the signal")
    said = desk.iemctl("dose").stdout
    assert "of the sound of a week" in said and "5 dB of doubt" in said
    desk_dose = desk.iemctl("dose", json=True)["percent"]
    desk.stop_iemd()
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
    desk.start_iemd(data_dir=desk.dir)
    assert desk.iemctl("dose", json=True)["percent"] == pytest.approx(desk_dose, abs=0.1)
    assert desk.iemctl("dose", "reset").stdout == "The dose is forgotten.\n"
    assert desk.iemctl("dose", json=True)["percent"] == 0
    assert desk.iemctl("dose", "rest", check=False).returncode == 2


def test_what_was_heard_without_a_warning_is_kept_over_a_restart(desk):
    write_earphone(desk, "ear", 115)
    desk.iemctl("set", "dose.enabled", "true")
    with sound.Player(desk, tone(0)) as player:
        player.wait_linked()
        wait_until(lambda: desk.iemctl("dose", json=True)["percent"] > 2, what="some of the dose")
    wait_until(lambda: desk.status()["state"] == "idle", what="silence")
    heard = desk.iemctl("dose", json=True)["percent"]
    assert "has been heard" not in desk.iemd_log()
    desk.stop_iemd()
    desk.start_iemd(data_dir=desk.dir)
    assert desk.iemctl("dose", json=True)["percent"] == pytest.approx(heard, abs=0.1)


@contextlib.contextmanager
def small_disk(path):
    """A file system of its own for a folder: 64 KB. Yields a function that fills it, or makes room again."""
    if os.geteuid() != 0:
        pytest.skip("a file system can be mounted by root only")
    filler = path / "filler"

    def fill(full):
        if not full:
            filler.unlink()
            return
        with open(filler, "wb", buffering=0) as out, contextlib.suppress(OSError):
            while out.write(bytes(4096)):
                pass

    path.mkdir(parents=True, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", path], check=True)
    try:
        yield fill
    finally:
        subprocess.run(["umount", "--lazy", path], check=True)


def test_with_a_full_disk_the_dose_goes_on_and_is_written_when_there_is_room(desk):
    desk.stop_iemd()
    with small_disk(desk.state_dir / "iemd") as fill:
        desk.start_iemd(data_dir=desk.dir)
        desk.iemctl("source", "desk")
        desk.iemctl("switch", "ear")
        desk.iemctl("set", "dose.enabled", "true")
        fill(True)
        with sound.Player(desk, tone(0)) as player:
            player.wait_linked()
            wait_until(lambda: desk.iemctl("dose", json=True)["percent"] > 2, what="some of the dose")
        wait_until(lambda: desk.status()["state"] == "idle", what="silence")
        heard = desk.iemctl("dose", json=True)["percent"]
        assert heard > 2 and "could not be written" in desk.iemctl("dose", "reset").stdout
        assert desk.iemctl("dose", json=True)["percent"] == 0
        with sound.Player(desk, tone(0)) as player:
            player.wait_linked()
            wait_until(lambda: desk.iemctl("dose", json=True)["percent"] > 1, what="some more of it")
        wait_until(lambda: desk.status()["state"] == "idle", what="silence again")
        assert desk.iemd_log().count("The dose could not be written") == 1 and desk.status()["profile"]["id"] == "ear"
        since = desk.iemctl("dose", json=True)["percent"]
        assert since > 1
        fill(False)
        desk.stop_iemd()
        desk.start_iemd(data_dir=desk.dir)
        assert desk.iemctl("dose", json=True)["percent"] == pytest.approx(since, abs=0.1)
        desk.stop_iemd()


def write_dose(session, percent):
    """As if that much had been heard a while ago."""
    pa2s = percent / 100 * 5760
    path = session.state_dir / "iemd/dose.conf"
    path.write_text(f"format = 1;\nwall = {time.time():.1f};\nheard = ( ( 3, 600.0, {pa2s} ) );\n")


def test_once_the_dose_is_used_up_the_level_is_held_down_if_so_set(desk):
    desk.stop_iemd()
    write_dose(desk, 130)
    write_earphone(desk, "ear", 98)
    desk.start_iemd(data_dir=desk.dir)
    assert desk.iemctl("dose", json=True)["percent"] == pytest.approx(130, abs=0.1)
    desk.iemctl("set", "dose.enabled", "true")
    assert desk.status()["level_code"] == "headroom"
    desk.iemctl("set", "dose.reduce", "true")
    status = desk.status()
    assert (status["level_code"], status["gain_db"]) == ("ceiling", -3)
    assert "since the week's dose is used up" in status["level_reason"]
    desk.iemctl("dose", "reset")
    assert desk.status()["gain_db"] == 0


@pytest.mark.parametrize("damage", ["heard = ( ( 1, 2, 3 ), 5 );", "\xff\xfe", "heard = ( ( 3, 1e300, 1e300 ) );"])
def test_a_damaged_dose_is_set_aside_and_told(desk, damage):
    desk.stop_iemd()
    path = desk.state_dir / "iemd/dose.conf"
    path.write_text(damage, encoding="latin-1")
    desk.start_iemd(data_dir=desk.dir)
    assert path.with_name("dose.conf.damaged").exists() and "The dose of this week begins anew." in desk.iemd_log()
    assert desk.iemctl("dose", json=True)["percent"] == 0


def test_soft_sound_gets_its_bass_back_slowly_and_without_a_click(desk):
    """-20 dB of the device and -20 of the tone: 75 dB SPL at the ear, for a reference of 90."""
    tones = tone(-20, 14.0)
    desk.iemctl("set", "loudness.reference_spl", "90")

    def run():
        desk.iemctl("loudness", "off")
        with sound.Recorder.of_sink(desk, "earphone") as recorder, sound.Player(desk, tones) as player:
            player.wait_linked()
            desk.set_volume("earphone", [0.1, 0.1])
            wait_until(lambda: level_now(desk) == pytest.approx(75, abs=0.2), what="75 dB to be heard")
            plain = desk.status()["preamp_db"]
            desk.iemctl("loudness", "on")
            wait_until(lambda: desk.status()["preamp_db"] < plain - 2, what="the bass to be raised")
            player.wait()
        return recorder.sound[:, 0]

    left = repeat_until(run, lambda played: measure.worst_residual_dbfs(played, 1000)[0] < -90)
    assert measure.worst_residual_dbfs(left, 1000)[0] < -90
    # 0.6 of what ISO 226:2023 gives for 20 Hz from 90 to 75 phon, counted in the preamp, which makes it softer in its turn
    assert -7 < desk.status()["preamp_db"] < -4.5

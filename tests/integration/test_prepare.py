"""Responses that take long to design: sound, commands and the end do not wait for them, and none is designed twice."""

import contextlib
import subprocess

import numpy as np
import pytest

import profiles
from harness import measure, repeat_until, sound, wait_until
from harness.service import build_dir

TAPS = 131072  # the most there may be
MADE = "A response is made"
POINTS_HZ = np.geomspace(20, 20000, 2000)


def write_curve(session, name, turn=0):
    """2000 points up and down by 10 dB; another turn, another curve."""
    db = (10 + turn / 1000) * np.sin(30 * np.log(POINTS_HZ))
    points = ", ".join(f"({hz:.4f}, {gain:.5f})" for hz, gain in zip(POINTS_HZ, db))
    session.write_profile(name, f"eq = {{ graphic = ( {points} ); }};")


def write_long(session, name, turn=0, channels=2, gain=0.5, n=TAPS):
    """A tap of a gain, and a noise that is 60 dB below all of that together and dies away slowly."""
    decay = np.exp(-np.arange(n) / 20000)[:, None]
    taps = 1e-5 * np.random.default_rng(turn).standard_normal((n, channels)) * decay
    taps[0, [0, -1]] = gain
    path = session.write_profile(name, f'eq = {{ preamp = 0.0; fir = "{name}.wav"; }};')
    sound.write_wav(path.parent / f"{name}.wav", taps, rate=44100)


def designs(session):
    """How many responses were designed so far."""
    return session.iemd_log().count(MADE)


@pytest.fixture
def telling(session, sinks, tmp_path):
    """An iemd that tells what it does, with bands in force on the earphone."""
    (tmp_path / "profiles").mkdir()
    session.start_iemd(data_dir=tmp_path, env={"IEMD_DEBUG": "1"})
    profiles.write(session, "bands", profiles.BRIGHT)
    session.iemctl("switch", "bands")
    return session


@contextlib.contextmanager
def tone(session):
    with sound.Player(session, measure.tone(1000, 60.0, dbfs=-20)) as player:
        player.wait_linked()
        wait_until(lambda: session.status()["state"] == "running", what="the tone to run")
        yield


@pytest.fixture
def playing(telling):
    """The same, and a tone plays."""
    with tone(telling):
        yield telling


def silence(session, name):
    """For how many seconds all is silent when the rate changes from 44.1 to 96 kHz with that profile.

    It is switched to in silence: a chain that comes in mid-sound is warmed up on what was heard, which with sanitizers
    is more than the audio thread can do."""
    session.iemctl("switch", name)
    session.set_rate(44100)
    with sound.Recorder.of_sink(session, "earphone") as recorder, tone(session):
        wait_until(lambda: session.status()["rate"] == 44100, what="44.1 kHz")
        recorder.wait(1.0)
        begin = recorder.frames()
        session.set_rate(96000)
        wait_until(lambda: session.status()["rate"] == 96000, what="96 kHz")
        recorder.wait(2.0)
    gaps = measure.gaps(recorder.sound[:, 0], floor=3e-4, shortest=480)
    return max((length for start, length in gaps if start > begin - 4800), default=0) / 48000


@pytest.mark.parametrize("write", [write_curve, write_long])
def test_the_rate_changes_with_no_more_silence_than_with_bands(telling, write):
    turns = iter(range(10))

    def both():
        turn = next(turns)
        write(telling, "heavy", turn)  # what was designed in the turn before is kept
        before = designs(telling)
        heavy = silence(telling, "heavy")
        assert designs(telling) >= before + 2
        return heavy, silence(telling, "bands")

    def good(seconds):
        return seconds[0] <= seconds[1] + 0.06

    assert good(repeat_until(both, good))


def switching(session, name):
    """iemctl switch on its way, from when the design has begun."""
    before = designs(session)
    process = subprocess.Popen([build_dir() / "cli/iemctl", "switch", name], env=session.env, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, text=True)
    wait_until(lambda: designs(session) > before, what="the design to begin")
    return process


def test_commands_are_answered_while_a_response_is_designed(telling):
    turns = iter(range(10))

    def answered_before():
        write_long(telling, "heavy", channels=4, turn=next(turns))
        with switching(telling, "heavy") as switch:
            status = telling.status()
            under_way = switch.poll() is None
            said = switch.communicate(timeout=60)[0]
        assert (switch.returncode, "'heavy'" in said) == (0, True), said
        assert telling.status()["profile"]["id"] == "heavy"
        telling.iemctl("switch", "bands")
        return under_way and status["state"] == "idle"

    assert repeat_until(answered_before, bool)


def test_a_switch_to_a_long_response_is_in_force_when_it_returns(playing):
    write_long(playing, "heavy", gain=0.25, n=TAPS // 4)
    playing.iemctl("switch", "heavy")
    assert playing.status()["uncorrected_change_db"] == pytest.approx(-20 * np.log10(0.25), abs=0.1)
    with sound.Recorder.of_sink(playing, "earphone") as recorder:
        recorder.wait(1.5)
    heard = recorder.sound[-24000:, 0]
    assert 20 * np.log10(np.abs(heard).max()) == pytest.approx(-20 - 12.04, abs=0.3)


def test_a_change_on_top_designs_no_response_anew(telling):
    write_long(telling, "heavy", channels=4)
    write_curve(telling, "curve")
    for name in ("heavy", "curve", "heavy"):
        telling.iemctl("switch", name)
    before = designs(telling)
    for bass in range(1, 8):
        telling.iemctl("prefer", "bass", bass)
        telling.iemctl("off")
        telling.iemctl("on")
    assert designs(telling) == before
    done = subprocess.run([build_dir() / "cli/iemctl", "compare", "heavy", "curve"], env=telling.env, input="babq",
                          text=True, capture_output=True, timeout=60, check=True)
    assert "B: curve" in done.stdout
    assert designs(telling) == before


def test_only_what_is_wanted_last_is_designed_to_its_end(telling):
    """Nobody waits for what others gave up."""
    for turn in range(6):
        write_long(telling, f"heavy{turn}", channels=4, turn=turn)
    processes = [switching(telling, f"heavy{turn}") for turn in range(6)]
    telling.iemctl("switch", "bands")
    assert telling.status()["profile"]["id"] == "bands"
    for process in processes:
        assert process.communicate(timeout=60) and process.returncode == 0


@pytest.mark.parametrize("write", [write_curve, write_long])
def test_it_ends_cleanly_in_the_middle_of_a_design(playing, write):
    write(playing, "heavy")
    with switching(playing, "heavy") as switch:
        playing.stop_iemd()
        switch.communicate(timeout=60)

"""A hung iemd is ended, and sound goes on without it."""

import resource
import signal

import numpy as np
import pytest

import profiles
from harness import measure, ptrace, sound, wait_until
from harness.supervisor import Supervisor

RATE = 48000
TONE = measure.tone(1000, 60.0)


def state(session):
    """None while there is no iemd to ask."""
    return session.status()["state"] if session.iemctl("status", check=False).returncode == 0 else None


@pytest.fixture
def supervised(session, sinks, tmp_path):
    """iemd under a supervisor, in the path of the earphone."""
    profiles.write(session, "bright", profiles.BRIGHT, 'match = ( { node = "earphone"; } );')
    with Supervisor(session, tmp_path) as supervisor:
        wait_until(lambda: state(session) == "idle", what="iemd to be in the path")
        session.supervisor = supervisor
        yield session
        wait_until(lambda: state(session), what="iemd to be there again")  # before it is, SIGTERM is no word to it
        session.stop_iemd()


def levels_db(recorded, start, end):
    """Peak in each tenth of a second of the first channel, relative to the tone."""
    size = RATE // 10
    blocks = recorded[start:end, 0][: (end - start) // size * size].reshape(-1, size)
    return 20 * np.log10(np.maximum(np.abs(blocks).max(axis=1), 1e-9) / np.abs(TONE).max())


def test_stopped_while_it_plays_it_is_ended_within_12_seconds_and_comes_back(supervised):
    with sound.Recorder.of_sink(supervised, "earphone") as recorder, sound.Player(supervised, TONE) as player:
        player.wait_linked()
        recorder.wait(1.0)
        rise_db = supervised.status()["uncorrected_change_db"]
        before = recorder.frames()
        supervised.kill_iemd(signal.SIGSTOP)
        wait_until(lambda: supervised.supervisor.ends, timeout=60, what="the watchdog to bite")
        wait_until(lambda: state(supervised) == "running", what="iemd to be in the path again")
        recorder.wait(1.0)
    heard = recorder.sound
    corrected = levels_db(heard, before - RATE // 2, before)[0]
    longest = max([length for start, length in measure.gaps(heard[before - RATE // 2:, 0])])
    assert longest < 12 * RATE
    assert supervised.supervisor.ends == [-signal.SIGKILL]
    after = levels_db(heard, before, measure.extent(heard)[1])
    assert after.max() <= corrected + rise_db + 0.01
    assert abs(after[-8] - corrected) < 0.1  # in the path again


def ended_by_itself(session):
    return session.iemd.poll() is not None or session.supervisor.ends


def plays_on(session):
    """The level at the earphone a moment from now is not silence."""
    with sound.Recorder.of_sink(session, "earphone") as recorder:
        recorder.wait(1.0)
    return np.abs(recorder.sound[-RATE // 2:]).max() > 0.01


def test_an_audio_thread_that_stands_still_ends_it(supervised):
    with sound.Player(supervised, TONE) as player:
        player.wait_linked()
        wait_until(lambda: supervised.status()["state"] == "running", what="the tone to run")
        with ptrace.stopped(ptrace.audio_thread(supervised.iemd.pid)):
            wait_until(lambda: "audio thread" in supervised.iemd_log() or supervised.supervisor.ends, timeout=60,
                       what="iemd to end itself")
        wait_until(lambda: supervised.supervisor.ends == [1], what="it to be ended")
        assert plays_on(supervised)


@pytest.mark.skipif(not ptrace.can_spin(), reason="the jump that is written into the thread is x86-64's")
def test_an_audio_thread_that_computes_without_end_ends_it(supervised):
    """By the kernel where it runs in real time, else by its own watchdog."""
    with sound.Player(supervised, TONE) as player:
        player.wait_linked()
        wait_until(lambda: supervised.status()["state"] == "running", what="the tone to run")
        thread = ptrace.audio_thread(supervised.iemd.pid)
        realtime = resource.prlimit(supervised.iemd.pid, resource.RLIMIT_RTTIME)
        ptrace.spin(thread)
        wait_until(lambda: supervised.supervisor.ends, timeout=60, what="iemd to end")
        assert plays_on(supervised)
    assert realtime == (200000, 200000)
    assert supervised.supervisor.ends[0] in (1, -signal.SIGXCPU, -signal.SIGKILL)


def test_the_watchdog_is_wide_while_nothing_plays(supervised):
    def width():
        return next(int(fields["WATCHDOG_USEC"]) for _, fields in reversed(supervised.supervisor.said)
                    if "WATCHDOG_USEC" in fields)

    wait_until(lambda: width() == 60_000_000, what="the watchdog to be wide")
    with sound.Player(supervised, TONE) as player:
        player.wait_linked()
        wait_until(lambda: width() == 10_000_000, what="the watchdog to be narrow")
    wait_until(lambda: width() == 60_000_000, what="the watchdog to be wide again")

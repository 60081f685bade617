"""The output itself goes away while sound plays, and comes back."""

import contextlib
import threading

import numpy as np
import pytest

from harness import measure, repeat_until, sound, wait_until

# The correction takes the second tone down by 20 dB: what is heard tells in every moment whether it is corrected.
HZ = (500.0, 4000.0)
PROFILE = 'eq = { preamp = 0.0; bands = ( { type = "peaking"; frequency = 4000.0; gain = -20.0; q = 1.0; } ); };'
HALFWAY_DB = -10
WINDOW = 0.01  # seconds
LOUD = 0.01  # of the first tone, whose amplitude is 0.1
AT_ONCE = 0.1  # seconds that may be heard uncorrected where the session manager knows no smart filter


def tones(seconds):
    return 0.2 * sum(measure.tone(hz, seconds, dbfs=-6) for hz in HZ)


def moments(heard):
    """Level of the second tone above the first in each window that is not silent, in dB; and which windows those are."""
    first, second = measure.levels(heard[:, 0], HZ, seconds=WINDOW).T
    loud = np.flatnonzero(first > LOUD)
    return 20 * np.log10(np.maximum(second[loud], 1e-9) / first[loud]), loud


def seconds_uncorrected(heard):
    """From the first sound to the end of the last window that was not corrected."""
    second_db, loud = moments(heard)
    plain = loud[second_db > HALFWAY_DB]
    return (plain[-1] + 1 - loud[0]) * WINDOW if len(plain) else 0.0


@pytest.fixture
def beside_a_speaker(session, tmp_path):
    """iemd with a profile for the earphone, which is not plugged in yet; the speaker is there."""
    session.add_sink("speaker", priority=1000)
    session.write_profile("notch", f'match = ( {{ node = "earphone"; }} );\n{PROFILE}')
    with sound.RecordingSink(session, "earphone") as earphone:
        earphone.wait_seen()
        session.start_iemd(data_dir=tmp_path)
        wait_until(lambda: session.status()["state"] == "idle", what="iemd to be in the path")
    wait_until(lambda: session.default_sink() == "speaker", what="the speaker to be the default")
    return session


def away_and_back(session):
    """Play to the earphone, pull it for a second, plug it in again, pull it for good. What each output heard."""
    with sound.Recorder.of_sink(session, "speaker") as speaker, sound.Player(session, tones(30)) as player:
        speaker.wait(1.0)
        with sound.RecordingSink(session, "earphone") as before:
            before.wait(1.0)
        speaker.wait(1.0)
        with sound.RecordingSink(session, "earphone") as after:
            after.wait(1.0)
        speaker.wait(1.0)
        player.stop()
    return before.sound, after.sound, speaker.sound


@contextlib.contextmanager
def programs_coming_and_going(session):
    """PipeWire may keep a change of the default from everyone while one of them is being told of it."""
    def come_and_go():
        while not done.is_set():
            session.run("pw-metadata", "0")

    done, others = threading.Event(), threading.Thread(target=come_and_go)
    others.start()
    try:
        yield
    finally:
        done.set()
        others.join()


@pytest.mark.parametrize("chosen, around", [
    (None, contextlib.nullcontext), ("earphone", contextlib.nullcontext), (None, programs_coming_and_going),
], ids=["by priority", "by choice", "in company"])
def test_an_output_that_comes_back_is_corrected_and_nothing_else_is(beside_a_speaker, chosen, around):
    """With a smart filter from the first sample on; as default sink at once."""
    session = beside_a_speaker
    allowed, attempts = (0, 1) if session.status()["mode"] == "smart-filter" else (AT_ONCE, 4)
    if chosen:
        session.set_default(chosen, wait=False)
    elsewhere = []

    def uncorrected():
        with around(session):
            *returns, speaker = away_and_back(session)
        elsewhere.append(moments(speaker)[0])
        return max(map(seconds_uncorrected, returns))

    assert repeat_until(uncorrected, lambda seconds: seconds <= allowed, attempts) <= allowed
    for second_db in elsewhere:
        assert len(second_db) > 100  # the speaker did play
        assert second_db.min() > HALFWAY_DB


def test_an_output_that_is_away_is_waited_for(session, tmp_path):
    """A smart filter stays for its return and plays nothing; beside a default sink nothing is left to tell of."""
    session.write_profile("notch", f'match = ( {{ node = "earphone"; }} );\n{PROFILE}')
    with sound.RecordingSink(session, "earphone") as earphone:
        earphone.wait_seen()
        session.start_iemd(data_dir=tmp_path)
        wait_until(lambda: session.status()["state"] == "idle", what="iemd to be in the path")
        with sound.Player(session, tones(30)):
            earphone.wait(0.5)
            earphone.pull()
            smart = session.status()["mode"] == "smart-filter"
            told = ("waiting", "earphone", "notch") if smart else ("no-profile", None, None)
            wait_until(lambda: session.brief() == told, what=f"status to say {told}")
            assert bool(session.node("iemd.earphone")) == smart
            assert not {link["output"] for link in session.links()} & {"iemd-playback.earphone"}
            with sound.RecordingSink(session, "earphone") as back:
                back.wait(0.5)
                wait_until(lambda: session.brief() == ("running", "earphone", "notch"), what="the correction")
    assert len(moments(back.sound)[0]) > 10


"""Impulse responses and graphic equalisers: heard as they are written, at once, and not touched by a broken file."""

import numpy as np
import pytest

import profiles
from harness import cookbook, measure, repeat_until, sound, wait_until

HZ = profiles.HZ
CURVE = [(25, -2.0), (60, 3.0), (250, -1.0), (1000, 0.5), (3000, -5.0), (8000, 1.0)]
BAND = ("peaking", 1500, -3.0, 1.2, "right")
CLOSE_DB = 0.05
TAPS = 3000


def decaying(seed, taps=TAPS):
    """A response that begins at once and dies away."""
    tail = 0.15 * np.random.default_rng(seed).standard_normal(taps) * np.exp(-np.arange(taps) / 150)
    return np.concatenate([[1.0], tail[1:]])


ROOM = np.column_stack([decaying(1), decaying(2)])
OTHER_ROOM = np.column_stack([decaying(3), decaying(4)])


def meant_db(room, channel):
    """What the profile means for a channel at HZ, without the preamp."""
    angles = np.exp(-2j * np.pi * np.outer(HZ / 48000, np.arange(len(room))))
    hz, db = zip(*CURVE)
    return (20 * np.log10(np.abs(angles @ room[:, channel])) + np.interp(np.log(HZ), np.log(hz), db)
            + cookbook.response_db([BAND], HZ, ("left", "right")[channel]))


def highest_db(room):
    """The highest of both channels, looked for closely; below 5 Hz all is level."""
    hz = np.arange(5, 24000, 0.5)
    curve_hz, curve_db = zip(*CURVE)
    curve = np.interp(np.log(hz), np.log(curve_hz), curve_db)
    bins = [20 * np.log10(np.abs(np.fft.rfft(room[:, channel], 96000))) for channel in (0, 1)]
    return max((bins[channel][10:10 + len(hz)] + curve + cookbook.response_db([BAND], hz, side)).max()
               for channel, side in enumerate(("left", "right")))


def write(session, room):
    points = ", ".join(f"({float(hz)}, {db})" for hz, db in CURVE)
    kind, hz, gain, q, channels = BAND
    path = session.write_profile("room", f"""eq = {{ graphic = ( {points} ); fir = "room.wav"; bands = (
        {{ type = "{kind}"; frequency = {float(hz)}; gain = {gain}; q = {q}; channels = "{channels}"; }} ); }};""")
    sound.write_wav(path.parent / "room.wav", room)
    return path.parent / "room.wav"


def deviation(session, room, rate=48000):
    """The largest difference in dB between what reaches the earphone and what the profile means."""
    got = sound.measure_response(session, "earphone", HZ, rate=rate, period=profiles.PERIOD)
    wanted = np.array([meant_db(room, channel) for channel in (0, 1)])
    return np.abs(got - wanted - session.status()["preamp_db"]).max()


@pytest.fixture
def room(iemd):
    iemd.room = write(iemd, ROOM)
    iemd.iemctl("switch", "room")
    return iemd


def test_both_are_heard_with_the_bands_and_add_no_latency(room):
    assert deviation(room, ROOM) < CLOSE_DB
    assert sound.added_latency(room, "earphone") == 0
    assert room.status()["preamp_db"] == pytest.approx(-highest_db(ROOM), abs=0.02)


def test_a_response_follows_the_rate_of_the_graph(room):
    room.set_rate(96000)
    assert deviation(room, ROOM, rate=96000) < CLOSE_DB


def test_a_file_that_changes_is_heard_at_once_and_one_that_breaks_changes_nothing(room):
    preamp = room.status()["preamp_db"]
    room.room.write_bytes(b"RIFF and nothing else")
    wait_until(lambda: "what it held before stays in force" in room.iemd_log(), what="iemd to tell of the file")
    assert "room.wav" in room.iemd_log()
    assert room.status()["preamp_db"] == preamp
    assert deviation(room, ROOM) < CLOSE_DB
    room.room.unlink()
    refused = room.iemctl("switch", "room", check=False)
    assert (refused.returncode, "room.wav: there is no such file" in refused.stderr) == (1, True)
    assert deviation(room, ROOM) < CLOSE_DB
    sound.write_wav(room.room, OTHER_ROOM)
    wait_until(lambda: room.status()["preamp_db"] != preamp, what="the new response to be in force")
    assert deviation(room, OTHER_ROOM) < CLOSE_DB


def test_switching_to_a_response_and_back_leaves_no_click(room):
    """Left 1 kHz, right 100 Hz, as profiles of bands are asked for it."""
    tones = np.stack([measure.tone(hz, 7.0, channels=1).ravel() for hz in (1000, 100)], axis=1)
    profiles.write(room, "bright", profiles.BRIGHT)

    def left():
        room.iemctl("switch", "room", "--wait")
        with sound.Recorder.of_sink(room, "earphone") as recorder, sound.Player(room, tones) as player:
            player.wait_linked()
            recorder.wait(2.0)
            for name in ("bright", "room"):
                room.iemctl("switch", name, "--wait")
                recorder.wait(1.3)
            player.wait()
        return [measure.worst_residual_dbfs(recorder.sound[:, channel], hz)[0] for channel, hz in enumerate((1000, 100))]

    assert max(repeat_until(left, lambda dbfs: max(dbfs) <= -90)) <= -90

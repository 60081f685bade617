"""The right response at every rate, also when the rate changes under a playing client."""

import numpy as np
import pytest

import profiles
from harness import cookbook, repeat_until, sound, wait_until

# A narrow boost, whose preamp lowers everything else by as much. With the coefficients of the rate before it would sit on
# one of the loud tones.
BOOST_HZ = 1000
BANDS = [("peaking", BOOST_HZ, 20.0, 8.0, "all"), ("low-shelf", 100, 4.0, 0.7, "left"), ("peaking", 8000, 5.0, 2.0, "right")]
SWITCHES = [44100, 96000, 48000]
LOUD_HZ = [BOOST_HZ * new / old for old, new in zip([48000, *SWITCHES], SWITCHES)]
TONES_HZ = [60, *LOUD_HZ, BOOST_HZ, 6000, 8000, 12000, 15000]
SECONDS = 120
WINDOW = 1.0  # seconds


def tones():
    """The tones that stay where they are are faint; both channels alike."""
    t = np.arange(SECONDS * 48000) / 48000
    amplitudes = [0.2 if hz in LOUD_HZ else 0.002 for hz in TONES_HZ]
    mix = sum(amplitude * np.sin(2 * np.pi * hz * t + k) for k, (hz, amplitude) in enumerate(zip(TONES_HZ, amplitudes)))
    return np.repeat(mix[:, None], 2, axis=1).astype(np.float32)


def amplitudes(recorded):
    """Of each tone, in each channel."""
    window = np.kaiser(len(recorded), 16)
    waves = np.exp(-2j * np.pi * np.outer(TONES_HZ, np.arange(len(recorded)) / 48000))
    return 2 * np.abs(waves @ (recorded * window[:, None])) / window.sum()


def gains_db(recorder, end):
    """What the chain did in the window before a frame: the sink's monitor against the player's own ports, in dB."""
    heard = amplitudes(recorder.sound[end - int(WINDOW * 48000):end])
    return 20 * np.log10(heard[:, :2] / heard[:, 2:])


def deviation_db(recorder, end):
    """From what the profile means, in the best of some windows: a busy machine misses a beat in others."""
    return min(np.abs(gains_db(recorder, at) - wanted_db()).max() for at in range(end, end - 72000, -12000))


def wanted_db():
    shape = np.array([cookbook.response_db(BANDS, TONES_HZ, side) for side in ("left", "right")]).T
    return shape + cookbook.preamp_db(BANDS)


def loudest(session, player):
    """Change the rate under the player, see to the response at each, and return the loudest sample: to that before."""
    ends = []
    sources = [("earphone", "monitor_FL"), ("earphone", "monitor_FR"), (player.name, "output_FL"), (player.name, "output_FR")]
    with sound.Recorder(session, sources) as recorder:
        recorder.wait(1.0)  # that it comes makes the graph miss a beat
        begin = recorder.frames()
        recorder.wait(WINDOW)
        before = recorder.frames()
        for rate in SWITCHES:
            session.set_rate(rate)
            wait_until(lambda: session.status()["rate"] == rate, what=f"the graph to run at {rate} Hz")
            recorder.wait(2.5 + WINDOW)
            ends.append(recorder.frames())
    for rate, end in zip(SWITCHES, ends):
        assert deviation_db(recorder, end) < 0.1, rate
    heard = np.abs(recorder.sound[begin:ends[-1], :2])
    return heard.max() / heard[:before - begin].max()


def test_the_rate_changes_under_a_playing_client(session, sinks, tmp_path):
    """At each rate the response is what the profile means, and no sample is louder than before."""
    profiles.write(session, "cut", BANDS, 'match = ( { node = "earphone"; } );')
    session.start_iemd(data_dir=tmp_path)
    with sound.Player(session, tones()) as player:
        player.wait_linked()
        wait_until(lambda: session.status()["state"] == "running", what="the tones to run")
        # the response at the other rates makes it 0.06 dB; what sounded first in the middle of a wave would be 0.5 dB and more
        assert repeat_until(lambda: loudest(session, player), lambda ratio: ratio < 1.02) < 1.02


@pytest.mark.parametrize("rate", [88200, 176400, 192000])
def test_bands_are_designed_for_high_rates(session, tmp_path, rate):
    session.set_rate(rate)
    session.add_sink("earphone", priority=2000, rate=rate)
    profiles.write(session, "bright", profiles.BRIGHT, 'match = ( { node = "earphone"; } );')
    session.start_iemd(data_dir=tmp_path)
    wait_until(lambda: session.status()["state"] == "idle", what="iemd to be in the path")
    assert profiles.measured_deviation(session, profiles.BRIGHT, rate=rate) < 0.02
    assert session.status()["rate"] == rate

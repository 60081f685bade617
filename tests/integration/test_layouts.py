"""Streams and outputs of every layout: what is heard where is as without iemd, but for the bands of each side."""

import numpy as np
import pytest

import profiles
from harness import cookbook, measure, repeat_until, sound, wait_until

LAYOUTS = {
    "mono": ("MONO",), "stereo": ("FL", "FR"), "5.1": ("FL", "FR", "FC", "LFE", "RL", "RR"),
    "7.1": ("FL", "FR", "FC", "LFE", "RL", "RR", "SL", "SR"),
}
SIDES = {"FL": "left", "RL": "left", "SL": "left", "FR": "right", "RR": "right", "SR": "right"}
HZ = np.array([200, 300, 500, 800, 1300, 2100, 3400, 5500])  # a tone for each channel of a stream
AUDIBLE = 1e-3
CLOSE_DB = 0.05
RULE = 'match = ( { node = "odd"; } );'


def tones(channels, seconds=1.0):
    t = np.arange(int(seconds * 48000)) / 48000
    return (0.1 * np.sin(2 * np.pi * np.outer(t, HZ[:channels]))).astype(np.float32)


def amplitudes(recorded):
    """Of each tone, in each channel: rows are channels."""
    window = np.kaiser(len(recorded), 12)
    waves = np.exp(-2j * np.pi * np.outer(HZ, np.arange(len(recorded)) / 48000))
    return (2 * np.abs(waves @ (recorded * window[:, None])) / window.sum()).T


def heard(session, channels):
    recorded = sound.play_and_record(session, "odd", tones(channels))
    start, end = measure.extent(recorded)
    # the median of many moments: in some a busy machine misses a beat
    return np.median([amplitudes(recorded[at:at + 12000]) for at in range(start + 2400, end - 14400, 2400)], axis=0)


def shape_db(position):
    return cookbook.response_db(profiles.BRIGHT, HZ, SIDES.get(position, "middle"))


def deviation_db(position, was, now, preamp_db):
    """Of what the chain did to the tones that a channel holds from what its bands mean."""
    there = was > AUDIBLE
    change_db = 20 * np.log10(np.maximum(now[there], 1e-9) / was[there])
    return np.abs(change_db - shape_db(position)[there] - preamp_db).max(initial=0)


def start(session, tmp_path):
    session.start_iemd(data_dir=tmp_path)
    wait_until(lambda: session.status()["state"] == "idle", what="iemd to be in the path")


@pytest.mark.parametrize("name", LAYOUTS)
def test_streams_of_any_layout_reach_what_they_reach_without_iemd(session, tmp_path, name):
    layout = LAYOUTS[name]
    session.add_sink("odd", position=layout, priority=2000)
    profiles.write(session, "bright", profiles.BRIGHT, RULE)
    streams = [len(positions) for positions in LAYOUTS.values()]
    plain = [heard(session, channels) for channels in streams]
    start(session, tmp_path)
    preamp_db = session.status()["preamp_db"]
    for channels, before in zip(streams, plain):
        def worst():
            after = heard(session, channels)
            assert after[before < AUDIBLE / 10].max(initial=0) < AUDIBLE, f"{channels} channels are heard where they were not"
            return max(deviation_db(position, was, now, preamp_db) for position, was, now in zip(layout, before, after))

        assert repeat_until(worst, lambda db: db < CLOSE_DB) < CLOSE_DB, f"a stream of {channels} channels"


def test_an_output_whose_channels_change_while_sound_plays_is_corrected_in_the_new_layout(session, tmp_path):
    """As when a card is given another profile: the sink goes, and one of the same name comes."""
    session.add_sink("odd", position=LAYOUTS["stereo"], priority=2000)
    profiles.write(session, "bright", profiles.BRIGHT, RULE)
    start(session, tmp_path)
    with sound.Player(session, tones(2, 120.0)) as player:
        player.wait_linked()
        for name in ("5.1", "mono", "stereo"):
            session.remove_sink("odd")
            session.add_sink("odd", position=LAYOUTS[name], priority=2000)
            wait_until(lambda: (session.status()["state"], session.status()["channels"]) == ("running", len(LAYOUTS[name])),
                       what=f"the correction of {name}")
            want_db = session.status()["preamp_db"] + shape_db(LAYOUTS[name][0])[0]

            def change_db():  # of the first tone in the first channel; PipeWire's own mixing is in both
                levels = []
                for command in (["off", "--raw"], ["on"]):
                    session.iemctl(*command, "--wait")
                    with sound.Recorder.of_sink(session, "odd") as recorder:
                        recorder.wait(0.6)
                    levels.append(amplitudes(recorder.sound[-24000:])[0, 0])
                return 20 * np.log10(levels[1] / levels[0])

            assert abs(repeat_until(change_db, lambda db: abs(db - want_db) < CLOSE_DB) - want_db) < CLOSE_DB, name

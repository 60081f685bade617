"""What an ordinary application plays reaches the earphone corrected, in both ways into the path."""

import pathlib

import numpy as np
import pytest

import profiles
from harness import measure, sound, wait_until

RULE = 'match = ( { node = "earphone"; } );'


def test_a_client_that_starts_later_is_corrected(iemd):
    profiles.write(iemd, "bright", profiles.BRIGHT)
    iemd.iemctl("switch", "bright")
    assert profiles.measured_deviation(iemd, profiles.BRIGHT) < 0.01


def test_a_client_that_played_before_is_corrected(session, sinks, tmp_path):
    """What follows the default moves with it, or through the smart filter; nothing was asked of the client."""
    profiles.write(session, "bright", profiles.BRIGHT, RULE)
    test = measure.Multisine(periods=14)
    with sound.Recorder.of_sink(session, "earphone") as recorder, sound.Player(session, test.sound) as player:
        player.wait_linked()
        recorder.wait(0.5)
        session.start_iemd(data_dir=tmp_path)
        wait_until(lambda: session.status()["state"] == "running", what="iemd to be in the path")
        start = recorder.frames()
        recorder.wait(6.0)
    status = session.status()
    assert (status["reason_code"], status["profile"]["id"]) == ("matched", "bright")
    assert profiles.deviation(profiles.BRIGHT, test, recorder.sound[start:]) < 0.01


def test_no_sample_of_latency_is_added(iemd):
    """An impulse through the filter arrives when one beside it does."""
    beside = sound.added_latency(iemd, "earphone")
    profiles.write(iemd, "bright", profiles.BRIGHT)
    iemd.iemctl("switch", "bright")
    through = sound.added_latency(iemd, "earphone")
    assert (beside, through) == (0, 0)
    assert iemd.status()["latency_samples"] == 0


def test_an_output_without_a_profile_is_left_alone(iemd):
    """Bit-exact, and no node of ours is there."""
    noise = np.random.default_rng(2).uniform(-0.5, 0.5, (48000, 2)).astype(np.float32)
    assert sound.difference(iemd, "earphone", noise) == 0
    assert not [node for node in iemd.nodes() if node["name"].startswith("iemd")]
    status = iemd.status()
    assert (status["state"], status["mode"], status["profile"]) == ("no-profile", None, None)


def test_the_other_output_is_not_corrected(iemd):
    profiles.write(iemd, "bright", profiles.BRIGHT)
    iemd.iemctl("switch", "bright", "--output", "earphone")
    noise = np.random.default_rng(3).uniform(-0.5, 0.5, (48000, 2)).astype(np.float32)
    assert sound.difference(iemd, "speaker", noise, target="speaker") == 0


def test_streams_that_ask_for_the_device_are_corrected_or_named(iemd):
    """A smart filter catches them; beside a default sink they pass, and status says so."""
    profiles.write(iemd, "bright", profiles.BRIGHT)
    iemd.iemctl("switch", "bright")
    test = measure.Multisine(periods=8)
    with sound.Recorder.of_sink(iemd, "earphone") as recorder:
        with sound.Player(iemd, test.sound, target="earphone") as player:
            player.wait_linked()
            recorder.wait(1.0)
            status = iemd.status()
            player.wait()
    if status["mode"] == "smart-filter":
        assert status["uncorrected_streams"] == []
        assert profiles.deviation(profiles.BRIGHT, test, recorder.sound) < 0.01
    else:
        assert status["uncorrected_streams"] == ["pw-cat"]
        assert np.abs(test.response_db(recorder.sound, profiles.HZ, 0)).max() < 0.01


@pytest.mark.parametrize("rate", [44100, 96000])
def test_bands_are_designed_for_the_graphs_rate(session, tmp_path, rate):
    session.set_rate(rate)
    session.add_sink("earphone", priority=2000, rate=rate)
    profiles.write(session, "bright", profiles.BRIGHT)
    session.start_iemd(data_dir=tmp_path)
    session.iemctl("switch", "bright")
    assert profiles.measured_deviation(session, profiles.BRIGHT, rate=rate) < 0.02
    assert session.status()["rate"] == rate


@pytest.mark.parametrize("layout", [("MONO",), ("FL", "FR", "FC", "LFE", "RL", "RR")], ids=["mono", "5.1"])
def test_each_channel_gets_the_bands_of_its_side(session, tmp_path, layout):
    side = {"FL": "left", "RL": "left", "FR": "right", "RR": "right"}
    session.add_sink("earphone", priority=2000, position=layout)
    profiles.write(session, "bright", profiles.BRIGHT)
    session.start_iemd(data_dir=tmp_path)
    session.iemctl("switch", "bright")
    got = sound.measure_response(session, "earphone", profiles.HZ, period=profiles.PERIOD)
    assert session.status()["channels"] == len(layout)
    shape = [profiles.cookbook.response_db(profiles.BRIGHT, profiles.HZ, side.get(name, "middle")) for name in layout]
    preamp = got[0][0] - shape[0][0]
    assert preamp <= 0
    for name, one, want in zip(layout, got, shape):
        assert np.abs(one - want - preamp).max() < 0.01, name


def schedulings(process):
    """Policy and priority of each thread."""
    found = set()
    for thread in pathlib.Path(f"/proc/{process.pid}/task").iterdir():
        fields = (thread / "stat").read_text().rsplit(")")[-1].split()
        found.add((int(fields[38]), int(fields[37])))
    return found


def test_the_audio_thread_is_scheduled_no_worse_than_a_players(iemd):
    """Between two realtime threads an ordinary one would be starved by a busy machine."""
    profiles.write(iemd, "bright", profiles.BRIGHT)
    iemd.iemctl("switch", "bright")
    with sound.Player(iemd, measure.tone(1000, 4.0)) as player:
        wait_until(lambda: iemd.status()["state"] == "running", what="the tone to run")
        assert schedulings(iemd.iemd) >= schedulings(player.process)

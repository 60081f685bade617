"""Volumes that are not ours to change."""

import pytest

import profiles
from harness import measure, sound, wait_until


@pytest.fixture
def corrected(iemd):
    profiles.write(iemd, "bright", profiles.BRIGHT)
    iemd.iemctl("switch", "bright")
    return iemd


def test_the_volume_of_the_device_holds_behind_the_correction(corrected):
    """Its own volume acts on the corrected sound as it did before, and iemd does not move it."""
    before = corrected.volume("earphone")
    test = measure.Multisine()
    recorded = sound.play_and_record(corrected, "earphone", test.sound)
    assert corrected.volume("earphone") == before
    assert profiles.deviation(profiles.BRIGHT, test, recorded) < 0.01


def test_a_volume_remembered_for_our_own_sink_is_not_restored(corrected, tmp_path):
    """WirePlumber 0.4 remembers it although it is asked not to; a smart filter's volumes are locked anyway."""
    corrected.set_volume("iemd.earphone", [0.25, 0.25])
    corrected.stop_iemd()
    corrected.start_iemd(data_dir=tmp_path)
    wait_until(lambda: corrected.status()["state"] == "idle", what="iemd to be in the path")
    test = measure.Multisine()
    recorded = sound.play_and_record(corrected, "earphone", test.sound)
    assert profiles.deviation(profiles.BRIGHT, test, recorded) < 0.01

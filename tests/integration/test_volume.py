"""Volumes that are not ours to change."""

import profiles
from harness import measure, sound, wait_until


def test_the_volume_of_the_device_is_not_moved(corrected, tmp_path):
    """Not by coming into the path, not while sound plays, not by leaving."""
    wanted = [round(0.4 ** 3, 6)] * 2

    def volume():
        return [round(one, 6) for one in corrected.volume("earphone")[0]]

    corrected.stop_iemd()
    tone = measure.tone(1000, 1.0)
    corrected.set_volume("earphone", wanted)
    sound.play_and_record(corrected, "earphone", tone)
    assert volume() == wanted
    corrected.start_iemd(data_dir=tmp_path)
    wait_until(lambda: corrected.status()["state"] == "idle", what="iemd to be in the path")
    sound.play_and_record(corrected, "earphone", tone)
    assert volume() == wanted
    corrected.stop_iemd()
    sound.play_and_record(corrected, "earphone", tone)
    assert volume() == wanted


def test_a_volume_remembered_for_our_own_sink_is_not_restored(corrected, tmp_path):
    """WirePlumber 0.4 remembers it although it is asked not to; a smart filter's volumes are locked anyway."""
    corrected.set_volume("iemd.earphone", [0.25, 0.25])
    corrected.stop_iemd()
    corrected.start_iemd(data_dir=tmp_path)
    wait_until(lambda: corrected.status()["state"] == "idle", what="iemd to be in the path")
    assert profiles.measured_deviation(corrected, profiles.BRIGHT) < 0.01

"""The user's volume: heard once, the same number everywhere, on the device whatever happens to iemd."""

import signal

import numpy as np
import pytest

import profiles
from harness import measure, repeat_until, sound, wait_until

TONE_HZ = 1000


def level_db(session, channel=0):
    """By how much a tone played to the default comes out louder at the earphone."""
    tone = measure.tone(TONE_HZ, 1.0)

    def once():
        heard = np.abs(sound.play_and_record(session, "earphone", tone)[:, channel])
        return 20 * np.log10(max(np.percentile(heard, 99.9), 1e-9) / np.abs(tone).max())

    return repeat_until(once, lambda level: level > -100, attempts=2)


def corrected_db(side="left"):
    return (profiles.cookbook.response_db(profiles.BRIGHT, [TONE_HZ], side)[0]
            + profiles.cookbook.preamp_db(profiles.BRIGHT))


def wpctl_says(session, node):
    """(volume, muted) of a node, as wpctl tells them."""
    said = session.run("wpctl", "get-volume", node if node.startswith("@") else session.node(node)["id"])
    return float(said.split()[1]), "MUTED" in said


def default_says(session):
    return wpctl_says(session, "@DEFAULT_AUDIO_SINK@")


def sinks_of_the_earphone(session):
    """All that a user can see of it: the device, and our own sink where that is a remote control."""
    ours = ["iemd.earphone"] if session.iemd and session.status()["mode"] == "default-sink" else []
    return ["earphone", *ours]


def wait_for_volume(session, value, muted=False):
    """Until every number that a user can look at is the same."""
    with sound.something_playing(session):
        for node in ("@DEFAULT_AUDIO_SINK@", *sinks_of_the_earphone(session)):
            wait_until(lambda: wpctl_says(session, node) == (value, muted),
                       what=f"{node} to say {value}, it says {wpctl_says(session, node)}")


def set_on_default(session, value):
    session.run("wpctl", "set-volume", "@DEFAULT_AUDIO_SINK@", value)


def set_on_device(session, value):
    session.run("wpctl", "set-volume", session.node("earphone")["id"], value)


@pytest.mark.parametrize("set_volume", [set_on_default, set_on_device])
def test_a_volume_is_heard_once_and_is_the_same_everywhere(corrected, set_volume):
    for value in (0.4, 0.7, 0.2):
        set_volume(corrected, value)
        wait_for_volume(corrected, value)
        assert abs(level_db(corrected) - corrected_db() - 60 * np.log10(value)) < 0.05


def test_many_changes_at_once_end_with_the_last(corrected):
    with sound.something_playing(corrected):
        for value in [n / 100 for n in range(90, 30, -2)]:
            set_on_default(corrected, value)
    wait_for_volume(corrected, 0.32)
    assert abs(level_db(corrected) - corrected_db() - 60 * np.log10(0.32)) < 0.05


def test_each_ear_keeps_its_own_volume(corrected):
    node = corrected.default_sink()
    corrected.set_volume(node, [0.5, 0.25])
    with sound.something_playing(corrected):
        wait_until(lambda: [round(gain, 4) for gain in corrected.volume("earphone")[0]] == [0.5, 0.25],
                   what="both volumes to be on the device")
    assert abs(level_db(corrected, 0) - corrected_db("left") - 20 * np.log10(0.5)) < 0.05
    assert abs(level_db(corrected, 1) - corrected_db("right") - 20 * np.log10(0.25)) < 0.05


def test_the_same_volume_set_twice_is_still_heard_once(corrected):
    for _ in range(2):
        set_on_default(corrected, 0.5)
        wait_for_volume(corrected, 0.5)
    assert abs(level_db(corrected) - corrected_db() - 60 * np.log10(0.5)) < 0.05


def test_mute_is_silence_on_the_device_too_and_goes_again(corrected):
    set_on_default(corrected, 0.5)
    corrected.run("wpctl", "set-mute", "@DEFAULT_AUDIO_SINK@", 1)
    wait_for_volume(corrected, 0.5, muted=True)
    assert level_db(corrected) < -150
    corrected.run("wpctl", "set-mute", corrected.node("earphone")["id"], 0)
    wait_for_volume(corrected, 0.5)
    assert abs(level_db(corrected) - corrected_db() - 60 * np.log10(0.5)) < 0.05


def coming(session, tmp_path):
    session.start_iemd(data_dir=tmp_path)
    wait_until(lambda: session.status()["state"] in ("idle", "running"), what="iemd to be in the path")
    session.iemctl("on")  # answered when all is in force, so that what is set from here on is the user's hand


def going(session, tmp_path):
    session.stop_iemd()


def killed(session, tmp_path):
    session.kill_iemd(signal.SIGKILL)
    session.iemd = None


@pytest.mark.parametrize("end", [going, killed])
def test_the_device_holds_the_users_volume_before_during_and_after(session, sinks, tmp_path, end):
    """Set by its own control or by the default's, it is moved neither by coming into the path nor by leaving."""
    profiles.write(session, "bright", profiles.BRIGHT, 'match = ( { node = "earphone"; } );')
    set_on_device(session, 0.4)
    wait_for_volume(session, 0.4)
    coming(session, tmp_path)
    wait_for_volume(session, 0.4)
    set_on_default(session, 0.3)
    wait_for_volume(session, 0.3)
    end(session, tmp_path)
    session.iemd = None
    wait_until(lambda: session.default_sink() == "earphone", what="the earphone to be the default")
    wait_for_volume(session, 0.3)
    assert abs(level_db(session) - 60 * np.log10(0.3)) < 0.05


def test_a_volume_remembered_for_our_own_sink_is_not_restored(corrected, tmp_path):
    """WirePlumber 0.4 gives our node the volume of an earlier run, though it is asked not to."""
    set_on_default(corrected, 0.3)
    wait_for_volume(corrected, 0.3)
    if corrected.status()["mode"] == "default-sink":
        written = corrected.state_dir / "wireplumber/restore-stream"
        wait_until(lambda: "iemd.earphone:channelVolumes=0.02" in written.read_text(), what="it to be remembered")
    going(corrected, tmp_path)
    corrected.iemd = None
    set_on_device(corrected, 0.8)
    wait_for_volume(corrected, 0.8)
    coming(corrected, tmp_path)
    wait_for_volume(corrected, 0.8)
    assert abs(level_db(corrected) - corrected_db() - 60 * np.log10(0.8)) < 0.05


def test_nothing_gets_louder_when_iemd_comes_moves_the_volume_and_goes(session, sinks, tmp_path):
    """The level of a tone never rises above what the louder of two volumes gives, whatever happens to iemd."""
    profiles.write(session, "bright", profiles.BRIGHT, 'match = ( { node = "earphone"; } );')
    set_on_device(session, 0.3)
    tone = measure.tone(TONE_HZ, 120.0)
    with sound.Recorder.of_sink(session, "earphone") as recorder, sound.Player(session, tone) as player:
        player.wait_linked()
        recorder.wait(0.5)
        for end in (going, killed):
            coming(session, tmp_path)
            for value in (0.2, 0.3):
                set_on_default(session, value)
                wait_until(lambda: wpctl_says(session, "earphone")[0] == value, what=f"the device to say {value}")
            recorder.wait(0.3)
            end(session, tmp_path)
            session.iemd = None
            recorder.wait(0.5)
    assert np.abs(recorder.sound).max() <= np.abs(tone).max() * 0.3 ** 3 * 1.001

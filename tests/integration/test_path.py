"""The way into the path: found out, told with its reason, forced by a setting; and our sink picked as default by hand."""

import signal
import time

import numpy as np
import pytest

import profiles
from harness import sound, wait_until
from harness.service import build_dir


def test_our_sink_picked_as_default_by_hand(corrected):
    """A smart filter gives the default back to its output, whose volume the keys move; a default sink is it already."""
    corrected.set_default("iemd.earphone", wait=False)
    if corrected.status()["mode"] == "smart-filter":
        wait_until(lambda: corrected.configured_default() == "earphone", what="the output to be the default again")
        assert "set as the default sink; it is set to earphone" in corrected.iemd_log()
    assert profiles.measured_deviation(corrected, profiles.BRIGHT) < 0.01
    corrected.stop_iemd()
    wait_until(lambda: corrected.default_sink() == "earphone", what="the earphone to be the default")


FORCED = [("default-sink", "default-sink"), ("none", None)]


@pytest.mark.parametrize("setting, mode", FORCED, ids=[row[0] for row in FORCED])
def test_a_setting_forces_the_way_while_the_service_runs(corrected, setting, mode):
    was = corrected.status()["mode"]
    corrected.iemctl("set", "path", setting)
    wait_until(lambda: corrected.status()["mode"] == mode, what=f"the way to be {setting}")
    status = corrected.status()
    assert f'the setting path is "{setting}"' in status["mode_reason"]
    if mode:
        assert profiles.measured_deviation(corrected, profiles.BRIGHT) < 0.01
    else:
        assert (status["state"], corrected.node("iemd.earphone")) == ("bypassed", None)
    corrected.iemctl("set", "path", "auto")
    wait_until(lambda: corrected.status()["mode"] == was, what=f"the way to be {was} again")
    assert "session manager" in corrected.status()["mode_reason"]


def test_a_smart_filter_is_not_forced_where_there_is_none(session, tmp_path):
    """It would play to some output or other. Of two alike, and while sound runs: what was corrected stays at its output."""
    for name in ("one", "two"):
        session.add_sink(name, priority=1000)
    profiles.write(session, "bright", profiles.BRIGHT, 'match = ( { node = "one"; } );')
    session.set_default("one")
    session.start_iemd(data_dir=tmp_path)
    wait_until(lambda: session.status()["state"] == "idle", what="iemd to be in the path")
    known = session.status()["mode"] == "smart-filter"
    with sound.Recorder.of_sink(session, "two") as elsewhere, sound.something_playing(session):
        session.iemctl("set", "path", "smart-filter")
        wait_until(lambda: session.status()["mode_reason"].startswith('the setting path is "smart-filter"'),
                   what="the way to be found")
        wanted = ("smart-filter", "running") if known else (None, "bypassed")
        wait_until(lambda: (session.status()["mode"], session.status()["state"]) == wanted, what=f"{wanted}")
        sound_at = "iemd.one" if known else "one"
        wait_until(lambda: session.link_peers("test-player") == {sound_at}, what=f"the sound to go to {sound_at}")
        elsewhere.wait(0.5)
        elsewhere.stop()
    assert np.abs(elsewhere.sound).max() == 0
    assert known or "the session manager knows no smart filters" in session.iemd_log()
    done = session.iemctl("switch", "bright", check=False)
    assert (done.returncode, "knows no smart filters" in done.stderr) == ((0, False) if known else (1, True))


def test_a_forced_smart_filter_waits_until_it_is_known_whether_there_are_any(corrected):
    """Longer than a probe lasts; without an answer there is no filter that could play to a wrong output."""
    known = corrected.status()["mode"] == "smart-filter"
    corrected.iemctl("set", "path", "none")
    corrected.kill_wireplumber(signal.SIGSTOP)
    corrected.write_settings('path = "smart-filter";')
    wait_until(lambda: "is being found out" in corrected.status()["mode_reason"], what="the probe")
    time.sleep(11)
    assert "is being found out" in corrected.status()["mode_reason"]
    corrected.wireplumber.send_signal(signal.SIGCONT)
    wait_until(lambda: corrected.status()["mode_reason"].startswith('the setting path is "smart-filter"'),
               what="the way to be found")
    assert corrected.status()["mode"] == ("smart-filter" if known else None)


def test_the_way_may_be_changed_at_any_moment(corrected):
    """In the middle of a probe, of taking the default and of giving it back."""
    was = corrected.status()["mode"]

    def ours():
        return {node["name"] for node in corrected.nodes() if node["name"].startswith("iemd")}

    with sound.something_playing(corrected):
        for wait in np.linspace(0.0, 1.4, 15):
            for setting in ("none", "auto", "default-sink", "smart-filter"):
                corrected.write_settings(f'path = "{setting}";')
                time.sleep(wait / 4)
        corrected.iemctl("set", "path", "none")
        wait_until(lambda: not ours(), what="all nodes to be gone")
        corrected.iemctl("set", "path", "auto")
        wait_until(lambda: (corrected.status()["mode"], corrected.status()["state"]) == (was, "running"),
                   what="iemd to be in the path again")
        assert ours() == {"iemd.earphone", "iemd-playback.earphone"}
    assert profiles.measured_deviation(corrected, profiles.BRIGHT) < 0.01
    corrected.stop_iemd()
    wait_until(lambda: (corrected.default_sink(), corrected.configured_default()) == ("earphone", None),
               what="the user's default to be back")


def test_an_output_picked_in_our_place_is_corrected_where_that_takes_no_default(corrected):
    """Having stepped out belongs to the way by the default sink: by another way nothing of it is left, nor told."""
    smart = corrected.status()["mode"] == "smart-filter"
    corrected.iemctl("set", "path", "default-sink")
    wait_until(lambda: corrected.default_sink() == "iemd.earphone", what="iemd to be the default sink")
    corrected.set_default("earphone")
    wait_until(lambda: corrected.brief()[0] == "bypassed", what="iemd to step out")
    assert "picked as the default sink" in corrected.status()["mode_reason"]
    corrected.iemctl("set", "path", "none")
    assert corrected.status()["mode_reason"] == 'the setting path is "none"'
    if smart:
        corrected.iemctl("set", "path", "auto")
        wait_until(lambda: corrected.brief() == ("idle", "earphone", "bright"), what="the earphone to be corrected")
        assert profiles.measured_deviation(corrected, profiles.BRIGHT) < 0.01


def test_the_users_choice_between_two_earphones_is_followed(corrected):
    """Both have a profile: the new one is corrected, and the old one not put back as the default."""
    profiles.write(corrected, "dark", profiles.DARK)
    corrected.iemctl("switch", "dark", "--output", "speaker")
    for name, profile in [("speaker", "dark"), ("earphone", "bright")] * 5:
        corrected.set_default(name, wait=False)
        wait_until(lambda: corrected.brief() == ("idle", name, profile), what=f"{name} to be corrected")
        in_front = {"default-sink": f"iemd.{name}", "smart-filter": name}[corrected.status()["mode"]]
        wait_until(lambda: corrected.default_sink() == in_front, what=f"{in_front} to be the default")


def test_an_output_that_was_chosen_and_comes_back_is_the_default_again(corrected):
    """While it was away another earphone was the default, and corrected."""
    profiles.write(corrected, "dark", profiles.DARK)
    corrected.iemctl("switch", "dark", "--output", "speaker")
    corrected.set_default("speaker", wait=False)
    wait_until(lambda: corrected.brief()[2] == "dark", what="the speaker's")
    corrected.iemctl("on")
    corrected.remove_sink("speaker")
    for node, profile, change in [("earphone", "bright", lambda: corrected.add_sink("speaker", priority=1000)),
                                  ("speaker", "dark", lambda: None)]:
        wait_until(lambda: corrected.brief() == ("idle", node, profile), what=f"{node} to be corrected")
        corrected.iemctl("on")
        change()
    corrected.stop_iemd()
    wait_until(lambda: corrected.configured_default() == "speaker", what="the user's choice to be told")


@pytest.mark.parametrize("chosen", [False, True], ids=["nobody chose", "the user chose"])
def test_a_new_output_of_higher_priority_is_the_default_where_nobody_chose(corrected, chosen):
    """As it is without iemd: a dongle that is plugged in is played to, and pulled out it is not."""
    def is_at(node, state):
        return corrected.brief()[:2] == (state, node)

    if chosen:
        corrected.set_default("earphone", wait=False)
        wait_until(lambda: corrected.configured_default() == "earphone", what="the choice to be told")
        if corrected.status()["mode"] == "default-sink":
            wait_until(lambda: is_at("earphone", "bypassed"), what="iemd to step out")
            assert "picked as the default sink" in corrected.status()["mode_reason"]
        corrected.iemctl("on")
        wait_until(lambda: is_at("earphone", "idle"), what="the earphone to be corrected")
    for _ in range(3):
        # WirePlumber 0.4 crashes where a sink that it is about to suspend has gone
        corrected.add_sink("dongle", priority=3000, **{"session.suspend-timeout-seconds": 0})
        if chosen:
            wait_until(lambda: any(output["node"] == "dongle" for output in corrected.iemctl("outputs", json=True)),
                       what="the dongle to be seen")
        else:
            wait_until(lambda: is_at("dongle", "no-profile"), what="the dongle to be the default")
            with sound.something_playing(corrected):
                wait_until(lambda: corrected.link_peers("test-player") == {"dongle"}, what="the sound to go there")
        corrected.remove_sink("dongle")
        wait_until(lambda: is_at("earphone", "idle"), what="the earphone to be corrected again")
    assert profiles.measured_deviation(corrected, profiles.BRIGHT) < 0.01


def test_a_new_output_with_a_profile_is_corrected_where_nobody_chose(corrected):
    """Way is made for it once: taking the default for it is no reason to make way again. It may leave and return at once."""
    def add():
        corrected.add_sink("dongle", priority=3000, **{"session.suspend-timeout-seconds": 0})

    def wait_for(node):
        wait_until(lambda: corrected.brief()[:2] == ("running", node), what=f"{node} to be corrected")

    profiles.write(corrected, "dark", profiles.DARK, 'match = ( { node = "dongle"; } );')
    with sound.something_playing(corrected):
        for _ in range(4):
            add()
            wait_for("dongle")
            for _ in range(2):
                corrected.remove_sink("dongle")
                add()
            wait_for("dongle")
            corrected.remove_sink("dongle")
            wait_for("earphone")
    corrected.stop_iemd()
    wait_until(lambda: (corrected.default_sink(), corrected.configured_default()) == ("earphone", None),
               what="the user's default to be back")


@pytest.mark.parametrize("before", [None, "earphone"], ids=["none", "another"])
def test_a_default_chosen_as_iemd_gives_it_back_stays_chosen(corrected, before):
    """The session manager gets the user's choice first, and then what iemd asks for, which knows nothing of it yet."""
    def asked_by_chooser(word):
        wait_until(lambda: word in corrected.processes.log("chooser"), what=f"the chooser to say {word}")

    corrected.iemctl("set", "path", "none")
    if before:
        corrected.set_default(before)
    corrected.iemctl("set", "path", "default-sink")
    wait_until(lambda: corrected.default_sink() == "iemd.earphone", what="iemd to be the default")
    chooser = corrected.processes.start("chooser", [build_dir() / "tests/harness/chooser", "speaker"])
    asked_by_chooser("bound")
    time.sleep(2.5)  # until iemd has looked, for all who came: what changes while it does so is not told step by step
    corrected.kill_wireplumber(signal.SIGSTOP)
    chooser.send_signal(signal.SIGUSR1)
    asked_by_chooser("asked")
    corrected.iemctl("set", "path", "none")
    corrected.wireplumber.send_signal(signal.SIGCONT)
    # not by asking: PipeWire keeps what changes from everybody while a client that has just come is being told
    wait_until(lambda: "it is set so again" in corrected.iemd_log(), what="iemd to yield")
    wait_until(lambda: corrected.default_sink() == "speaker", what="the speaker to be the default")
    corrected.stop_iemd()
    wait_until(lambda: (corrected.default_sink(), corrected.configured_default()) == ("speaker", "speaker"),
               what="the speaker to be the default and chosen")  # what iemd set last has gone through the session manager

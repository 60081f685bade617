"""Another equaliser beside iemd, started before and after it: no loop, no silence, and status says who is in the path."""

import contextlib
import json
import signal
import subprocess
import time

import numpy as np
import pytest

import profiles
from harness import service, sound, wait_until
from harness.equaliser import FilterChain

RULE = 'match = ( { node = "earphone"; } );'
CLOSE_DB = 0.05
# How another smart filter may place itself: {} is where WirePlumber puts it.
PLACES = {
    "same target": "filter.smart.target = { node.name = earphone }",
    "no target": "",
    "before ours": "filter.smart.target = { node.name = earphone } filter.smart.before = [ iemd.earphone ]",
    "after ours": "filter.smart.target = { node.name = earphone } filter.smart.after = [ iemd.earphone ]",
}


@pytest.fixture
def prepared(session, sinks, tmp_path):
    """Both sinks and a profile for the earphone; start() starts iemd."""
    profiles.write(session, "bright", profiles.BRIGHT, RULE)

    def start():
        session.start_iemd(data_dir=tmp_path)
        wait_until(lambda: earphone(session)["profile"] == "bright", what="iemd to be there")

    session.start = start
    return session


def earphone(session):
    return next(output for output in session.iemctl("outputs", json=True) if output["node"] == "earphone")


def choose_other(session):
    """Make the other equaliser the user's default; iemd, who is told by PipeWire and not by the session manager's answer
    to us, knows when this returns."""
    session.set_default("other")
    wait_until(lambda: session.brief()[1] == "other", what="the choice to be told")


def path_of(session, node):
    """Names of the nodes that sound from a node goes through. A loop would come back to one of them."""
    inside = {"iemd.earphone": "iemd-playback.earphone", "other": "other.out"}
    links, path = session.links(), [node]
    while True:
        following = {link["input"] for link in links if link["output"] == path[-1] and link["input"] != "test-recorder"}
        following |= {inside[path[-1]]} & {each["name"] for each in session.nodes()} if path[-1] in inside else set()
        assert len(following) <= 1, f"from {path[-1]} sound goes to {following}"
        if not following:
            return path
        path += following
        assert len(set(path)) == len(path), f"a loop: {path}"


def heard(session, other):
    """Which of the two are heard, by what fits what arrives at the earphone best; nothing else may be."""
    shapes = {
        ("iemd", "other"): profiles.wanted(profiles.BRIGHT, "left") + other.response_db(profiles.HZ),
        ("iemd",): profiles.wanted(profiles.BRIGHT, "left"),
        ("other",): other.response_db(profiles.HZ),
        (): np.zeros(len(profiles.HZ)),
    }
    got = sound.measure_response(session, "earphone", profiles.HZ, period=profiles.PERIOD)[0]
    which = min(shapes, key=lambda name: np.abs(got - shapes[name]).max())
    assert np.abs(got - shapes[which]).max() < CLOSE_DB
    return which


def route(session):
    with sound.something_playing(session):
        return wait_until(lambda: (path := path_of(session, "test-player"))[-1] == "earphone" and path,
                          what="the player's sound to reach the earphone")


@contextlib.contextmanager
def both(prepared, other, first):
    """The other equaliser and iemd, in this order or the reverse."""
    if first == "iemd":
        prepared.start()
    with other:
        if first == "other":
            prepared.start()
        yield


@pytest.mark.parametrize("first", ["other", "iemd"])
@pytest.mark.parametrize("place", PLACES)
def test_another_smart_filter(prepared, first, place):
    other = FilterChain(prepared, capture=f"filter.smart = true filter.smart.name = other {PLACES[place]}")
    with both(prepared, other, first):
        wait_until(lambda: prepared.status()["mode"], what="the way into the path to be found")
        if prepared.versions()["wireplumber"].startswith("0.4"):
            pytest.skip("WirePlumber 0.4 knows no smart filters")
        assert prepared.status()["mode"] == "smart-filter"
        assert "iemd.earphone" in route(prepared)
        # WirePlumber leaves one without a target out where another has the stream's; the order of the two is its own
        assert heard(prepared, other) == (("iemd", "other") if PLACES[place] else ("iemd",))
    assert route(prepared) == ["test-player", "iemd.earphone", "iemd-playback.earphone", "earphone"]


@pytest.mark.parametrize("first", ["other", "iemd"])
def test_another_equaliser_as_the_users_default(prepared, first):
    other = FilterChain(prepared)
    with both(prepared, other, first):
        choose_other(prepared)
        path = route(prepared)
        assert path[:3] == ["test-player", "other", "other.out"]
        ours = "iemd.earphone" in path
        assert heard(prepared, other) == (("iemd", "other") if ours else ("other",))
        status = prepared.status()
        assert (status["output"]["node"], status["state"]) == ("other", "no-profile")
        assert ours == (status["mode"] == "smart-filter")
    wait_until(lambda: prepared.status()["state"] == "idle", what="iemd to be in the path when the other one is gone")
    assert heard(prepared, other) == ("iemd",)


def test_another_equaliser_goes_and_pipewire_tells_nobody_of_the_new_default(prepared):
    """A client that ends before the session manager has answered it leaves PipeWire keeping all changes to itself."""
    prepared.start()
    with FilterChain(prepared):
        choose_other(prepared)
        prepared.kill_wireplumber(signal.SIGSTOP)
        asker = prepared.processes.start("asker", ["pw-metadata", "--monitor"])
        time.sleep(1)  # until it has asked; everybody who could tell would be waiting, too
        prepared.processes.stop(asker, signal.SIGKILL)
        prepared.wireplumber.send_signal(signal.SIGCONT)
        prepared.default_sink()
        time.sleep(3)  # until iemd has looked, for all the clients that came
    wait_until(lambda: prepared.status()["state"] == "idle", what="iemd to be in the path when the other one is gone")


def test_an_equaliser_that_follows_the_default_gets_no_filter_in_front(prepared):
    """As the default before it we would be fed with what leaves it."""
    prepared.start()
    with FilterChain(prepared) as other:
        choose_other(prepared)
        done = prepared.iemctl("switch", "bright", "--output", "other", check=False)
        assert (done.returncode, "another program's filter" in done.stderr) == (1, True)
        assert prepared.status()["reason_code"] == "aside"
        assert route(prepared)[:3] == ["test-player", "other", "other.out"]
        assert "other" in heard(prepared, other)
        assert prepared.node("iemd.other") is None


def test_who_plays_past_us_through_another_equaliser_is_named(corrected):
    """The player, not the equaliser; nobody where its sound comes through us, or where nothing plays into it."""
    def uncorrected():
        return corrected.status()["uncorrected_streams"]

    past = ["pw-cat"] if corrected.status()["mode"] == "default-sink" else []
    with FilterChain(corrected, playback="target.object = earphone"):
        wait_until(lambda: uncorrected() == [], what="nobody to be named")
        with sound.something_playing(corrected):
            wait_until(lambda: corrected.status()["state"] == "running", what="the sound to run")
            assert uncorrected() == []
        with sound.Player(corrected, np.zeros((480000, 2)), target="other") as player:
            wait_until(lambda: corrected.link_peers(player.name) == {"other"}, what="the player to be linked")
            wait_until(lambda: uncorrected() == past, what=f"{past} to be named")


def test_a_smart_filter_behind_us_goes_while_we_are_the_default(prepared):
    """WirePlumber 0.5 leaves our playback unlinked then; it is made anew."""
    prepared.write_settings('path = "default-sink";')
    other = FilterChain(prepared, capture=f"filter.smart = true filter.smart.name = other {PLACES['before ours']}")
    with other:
        prepared.start()
        wait_until(lambda: prepared.status()["state"] == "idle", what="iemd to be in the path")
        route(prepared)
    wait_until(lambda: route(prepared) == ["test-player", "iemd.earphone", "iemd-playback.earphone", "earphone"],
               what="the sound to go through iemd alone")
    assert heard(prepared, other) == ("iemd",)


@pytest.mark.parametrize("plays", [True, False], ids=["while sound plays", "in silence"])
def test_a_smart_filter_that_comes_behind_us_while_we_are_the_default(prepared, plays):
    """WirePlumber 0.5 links our playback to it and leaves the link to the output: heard twice, that was 5.7 dB louder."""
    prepared.write_settings('path = "default-sink";')
    prepared.start()
    wait_until(lambda: prepared.status()["state"] == "idle", what="iemd to be in the path")
    other = FilterChain(prepared, capture=f"filter.smart = true filter.smart.name = other {PLACES['before ours']}")
    with sound.something_playing(prepared) if plays else contextlib.nullcontext():
        with other:
            wait_until(lambda: len(prepared.link_peers("iemd-playback.earphone")) == 1, what="a single way")
            time.sleep(1)
            route(prepared)
        wait_until(lambda: route(prepared) == ["test-player", "iemd.earphone", "iemd-playback.earphone", "earphone"],
                   what="the sound to go through iemd alone")


def test_our_playback_cannot_be_pointed_at_our_own_sink(corrected):
    playback = corrected.node("iemd-playback.earphone")["id"]
    target = next(item for item in corrected.objects("Node") if item["info"]["props"].get("node.name") == "iemd.earphone")
    for value in ("iemd.earphone", target["info"]["props"]["object.serial"]):
        corrected.run("pw-metadata", playback, "target.object", value, "Spa:Id")
        assert route(corrected)[-3:] == ["iemd.earphone", "iemd-playback.earphone", "earphone"]
    assert profiles.measured_deviation(corrected, profiles.BRIGHT) < 0.01


def test_a_second_iemd_on_another_bus_leaves_the_output_to_the_first(corrected, tmp_path):
    """On the same bus it would not start; here only the graph can tell it."""
    config = (corrected.dir / "bus.conf").read_text().replace(f"{corrected.runtime_dir}/bus", f"{corrected.dir}/bus2")
    (corrected.dir / "bus2.conf").write_text(config)
    corrected.processes.start("dbus2", ["dbus-daemon", "--nofork", f"--config-file={corrected.dir}/bus2.conf"])
    wait_until((corrected.dir / "bus2").exists, what="the second bus")
    env = {**corrected.env, "DBUS_SESSION_BUS_ADDRESS": f"unix:path={corrected.dir}/bus2", "XDG_STATE_HOME": str(tmp_path / "2")}
    profiles.write(corrected, "dark", profiles.DARK, RULE)
    second = corrected.processes.start("iemd2", [service.build_dir() / "daemon/iemd"], env=env)

    def outputs_of_the_second():
        return json.loads(subprocess.check_output([service.build_dir() / "cli/iemctl", "outputs", "--json"], env=env))

    wait_until(lambda: [output["reason_code"] for output in outputs_of_the_second() if output["node"] == "earphone"] == ["aside"],
               what="the second iemd to stand aside")
    assert "another iemd" in next(output["reason"] for output in outputs_of_the_second() if output["node"] == "earphone")
    assert route(corrected) == ["test-player", "iemd.earphone", "iemd-playback.earphone", "earphone"]
    assert profiles.measured_deviation(corrected, profiles.BRIGHT) < 0.01
    assert corrected.processes.stop(second) == 0
    assert profiles.measured_deviation(corrected, profiles.BRIGHT) < 0.01

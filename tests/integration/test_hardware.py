"""The device's volume as a part of the level, with consent: equal loudness over any distance, and never louder by our death."""

import signal
import subprocess
import time

import numpy as np
import pytest

from harness import measure, sound, wait_until
from test_level import write_earphone
from test_source import write_source

FULL_SCALE = {"quiet": 100, "loud": 120}  # dB SPL of each earphone behind the source of 1 V
TONE_DB = -12


def near(wanted, db=0.3):
    return pytest.approx(wanted, abs=db)


@pytest.fixture
def managed(iemd):
    """Two outputs whose sources differ by 12 dB, two earphones 20 dB apart; matched, the device's volume ours to lower."""
    write_source(iemd, "weak", "source = { max_voltage = 1.0; output_impedance = 0.0; };")
    write_source(iemd, "strong", "source = { max_voltage = 4.0; output_impedance = 0.0; };")
    for name, db_per_v in FULL_SCALE.items():
        write_earphone(iemd, name, db_per_v)
    iemd.write_settings('level = { mode = "match"; reference_spl = 95.0; hardware_volume = "manage"; };')
    iemd.iemctl("source", "weak")
    iemd.iemctl("source", "strong", "--output", "speaker")
    return iemd


def gain_before(recorded, end):
    """Gain in the half second up to a frame, in dB: the left channel against the tone that is played."""
    return 20 * np.log10(np.sqrt(2 * np.mean(recorded[end - 24000:end, 0].astype(float) ** 2))) - TONE_DB


def settled_volume(session, wanted_db, sink="earphone"):
    wait_until(lambda: 20 * np.log10(session.volume(sink)[0][0]) == near(wanted_db, 0.1), what=f"{sink} to be at {wanted_db} dB")


def envelope_db(recorded, frames=480):
    """Gain of each ten milliseconds."""
    left = recorded[:len(recorded) // frames * frames, 0].astype(float).reshape(-1, frames)
    return 20 * np.log10(np.sqrt(2 * np.mean(left ** 2, axis=1)) + 1e-9) - TONE_DB


@pytest.mark.parametrize("order", [("quiet", "loud"), ("loud", "quiet")], ids="-".join)
def test_earphones_far_apart_are_matched_and_never_louder_in_between(managed, order):
    tone = measure.tone(1000, 60.0, dbfs=TONE_DB)
    managed.iemctl("switch", order[0])
    with sound.Recorder.of_sink(managed, "earphone") as recorder, sound.Player(managed, tone) as player:
        player.wait_linked()
        settled_volume(managed, 95 - FULL_SCALE[order[0]])
        recorder.wait(1.5)
        start = recorder.frames()
        managed.iemctl("switch", order[1])
        settled_volume(managed, 95 - FULL_SCALE[order[1]])
        recorder.wait(1.5)
        end = recorder.frames()
        player.stop()
    before, after = (gain_before(recorder.sound, mark) for mark in (start, end))
    for name, gain in zip(order, (before, after)):
        assert FULL_SCALE[name] + gain == near(95)
    loudest = envelope_db(recorder.sound[start:end]).max()
    print(f"\n{order[0]} {FULL_SCALE[order[0]] + before:.2f} dB SPL, {order[1]} {FULL_SCALE[order[1]] + after:.2f}; "
          f"in between {loudest - max(before, after):+.2f} dB beside the louder of both")
    assert loudest <= max(before, after) + 0.5
    assert managed.status()["level_code"] == "matched"


def test_outputs_far_apart_are_matched(managed):
    managed.iemctl("switch", "loud")
    managed.iemctl("switch", "loud", "--output", "speaker")
    for sink, full_scale in (("earphone", 120), ("speaker", 120 + 20 * np.log10(4))):
        managed.set_default(sink)
        wait_until(lambda: managed.status()["output"]["node"] == sink, what=f"{sink} to be the output in use")
        managed.iemctl("on")
        with sound.Recorder.of_sink(managed, sink) as recorder, sound.Player(managed, measure.tone(1000, 30.0, dbfs=TONE_DB)) as player:
            player.wait_linked()
            settled_volume(managed, 95 - full_scale, sink)
            recorder.wait(1.5)
            end = recorder.frames()
            player.stop()
        heard = full_scale + gain_before(recorder.sound, end)
        print(f"\n{sink}: {heard:.2f} dB SPL")
        assert heard == near(95)


def test_the_users_hand_moves_the_volume_as_ever(managed):
    managed.iemctl("switch", "loud")
    with sound.something_playing(managed):
        settled_volume(managed, -25)
        managed.set_volume("earphone", [10 ** (-31 / 20)] * 2)  # 6 dB softer, in smart mode as in any mixer
        wait_until(lambda: 20 * np.log10(managed.volume("earphone")[0][0]) == near(-31, 0.1), what="the volume to stay")
        managed.iemctl("switch", "quiet")
        settled_volume(managed, -11)


def test_a_ceiling_wins_over_the_users_hand(managed):
    managed.iemctl("set", "level.mode", "headroom")
    managed.iemctl("limit", "90")
    managed.iemctl("switch", "loud")
    with sound.something_playing(managed):
        settled_volume(managed, -30)
        managed.run("pw-cli", "set-param", managed.node("earphone")["id"], "Props", "{ channelVolumes: [ 0.5, 0.5 ] }")
        settled_volume(managed, -30)
        wait_until(lambda: managed.status()["level_code"] == "ceiling", what="the ceiling to hold")


def turn(session, db):
    """The user's hand, where he finds the volume: on our sink where that is the default, else on the output."""
    if session.status()["mode"] == "default-sink":
        session.set_volume("iemd.earphone", [10 ** (db / 20)] * 2)
    else:
        turn_output(session, 10 ** (db / 20))


def turn_output(session, gain):
    """On the output itself, which need not stay there."""
    session.run("pw-cli", "set-param", session.node("earphone")["id"], "Props", f"{{ channelVolumes: [ {gain:.9f}, {gain:.9f} ] }}")


def test_below_a_ceiling_the_volume_goes_down_and_up_under_the_users_hand(managed):
    managed.write_settings('level = { max_spl = 90.0; hardware_volume = "manage"; };')
    managed.iemctl("switch", "loud")
    with sound.something_playing(managed):
        settled_volume(managed, -30)
        for db, heard in ((-40, -40), (-55.5, -55.5), (-34, -34), (-12, -30), (0, -30), (-41, -41)):
            turn(managed, db)
            settled_volume(managed, heard)
            time.sleep(0.5)  # it would come up again within that
            settled_volume(managed, heard)
        for gain, heard in ((1.0, -30), (0.5, -30), (1.0, -30), (0.002, 20 * np.log10(0.002))):
            turn_output(managed, gain)
            time.sleep(0.5)
            settled_volume(managed, heard)
        managed.iemctl("limit", "off")
        time.sleep(0.5)
        settled_volume(managed, 20 * np.log10(0.002))


def test_what_is_given_back_is_never_more_than_full_volume(managed):
    """The user turns the output up under a part of ours: his own position is then above what there is."""
    managed.iemctl("switch", "loud")
    with sound.something_playing(managed):
        settled_volume(managed, -25)
        turn_output(managed, 1.0)
        settled_volume(managed, 0)
        for command in (("switch", "quiet"), ("set", "level.mode", "headroom"), ("auto",)):
            managed.iemctl(*command)
            for _ in range(10):
                assert managed.volume("earphone")[0][0] <= 1.001
                time.sleep(0.1)


def test_a_position_above_full_volume_is_the_users_own_and_given_back(managed):
    with sound.something_playing(managed):
        managed.iemctl("switch", "quiet")
        settled_volume(managed, -5)
        managed.iemctl("auto")
        settled_volume(managed, 0)
        turn_output(managed, 1.5)
        settled_volume(managed, 20 * np.log10(1.5))
        managed.iemctl("switch", "loud")
        settled_volume(managed, 20 * np.log10(1.5) - 25)
        managed.iemctl("auto")
        settled_volume(managed, 20 * np.log10(1.5))


def test_where_nothing_is_corrected_any_more_the_hand_is_left_alone(managed):
    managed.iemctl("switch", "loud")
    with sound.something_playing(managed):
        settled_volume(managed, -25)
        managed.iemctl("auto")
        settled_volume(managed, 0)
        turn_output(managed, 0.01)
        time.sleep(1)
        settled_volume(managed, -40)


def test_a_mute_is_never_lifted(managed):
    managed.iemctl("switch", "loud")
    with sound.something_playing(managed):
        settled_volume(managed, -25)
        managed.iemctl("switch", "quiet")
        managed.run("pw-cli", "set-param", managed.node("earphone")["id"], "Props", "{ mute: true }")
        settled_volume(managed, -5)
        assert managed.volume("earphone")[1] is True


def test_off_raw_does_not_pass_the_ceiling(managed):
    managed.write_settings('level = { max_spl = 90.0; hardware_volume = "manage"; };')
    managed.write_profile("damped", 'earphone = { impedance = 20.0; sensitivity = { value = 120.0; unit = "dB/V"; }; };'
                          'eq = { preamp = -20.0; bands = ( ); };')
    managed.iemctl("switch", "damped")
    with sound.Recorder.of_sink(managed, "earphone") as recorder, \
            sound.Player(managed, measure.tone(1000, 60.0, dbfs=TONE_DB)) as player:
        player.wait_linked()
        settled_volume(managed, -10)
        recorder.wait(1.0)
        start = recorder.frames()
        managed.iemctl("off", "--raw", "--wait")
        settled_volume(managed, -30)
        recorder.wait(1.0)
        player.stop()
    assert envelope_db(recorder.sound[start:]).max() <= 90 - 120 + 0.5


def test_killed_it_leaves_the_level_and_the_next_one_takes_it_over(managed):
    managed.iemctl("switch", "loud")
    tone = measure.tone(1000, 60.0, dbfs=TONE_DB)
    with sound.Recorder.of_sink(managed, "earphone") as recorder, sound.Player(managed, tone) as player:
        player.wait_linked()
        settled_volume(managed, -25)
        recorder.wait(1.0)
        start = recorder.frames()
        managed.kill_iemd(signal.SIGKILL)
        recorder.wait(1.0)
        undone = subprocess.run([managed.build / "daemon/iemd", "--undo"], env=managed.env, capture_output=True, text=True, timeout=30)
        recorder.wait(0.5)
        managed.start_iemd(data_dir=managed.dir)
        recorder.wait(3.0)
        player.stop()
    louder = envelope_db(recorder.sound[start:]).max() - gain_before(recorder.sound, start)
    print(f"\nafter the kill {louder:+.2f} dB at most")
    assert undone.returncode == 0
    assert louder <= 6.5
    settled_volume(managed, -25)


def test_what_was_lowered_is_put_back_at_the_end_and_by_undo_where_nothing_plays(managed):
    managed.iemctl("switch", "loud")
    with sound.something_playing(managed):
        settled_volume(managed, -25)
    wait_until(lambda: managed.status()["state"] == "idle", what="the sound to end")
    wait_until(lambda: managed.node("earphone")["state"] != "running", what="the sink to rest")
    managed.stop_iemd()
    if managed.versions()["pipewire"].startswith("0.3"):  # later ones tell the volume of a sink that sleeps when it wakes
        settled_volume(managed, 0)
    with sound.something_playing(managed):
        settled_volume(managed, 0)


def plug_in_again(session):
    def node():
        return (session.status()["output"] or {}).get("node")

    session.remove_sink("earphone")
    wait_until(lambda: node() == "speaker", what="the earphone to be away")
    session.add_sink("earphone", priority=2000)
    wait_until(lambda: node() == "earphone", what="the earphone to be back")


def test_what_is_plugged_in_again_is_unconfirmed_and_as_soft_as_the_most_sensitive_needs(managed):
    for name in ("loud", "quiet"):
        managed.iemctl("switch", name)
    assert managed.status()["confirmed"] is True
    plug_in_again(managed)
    tone = measure.tone(1000, 60.0, dbfs=TONE_DB)
    with sound.Recorder.of_sink(managed, "earphone") as recorder, sound.Player(managed, tone) as player:
        player.wait_linked()
        wait_until(lambda: managed.status()["state"] == "running", what="the tone to run")
        status = managed.status()
        assert (status["profile"]["id"], status["confirmed"]) == ("quiet", False)
        assert "'iemctl confirm'" in status["reason"]
        settled_volume(managed, 95 - FULL_SCALE["loud"])
        recorder.wait(1.0)
        softer = recorder.frames()
        managed.iemctl("confirm")
        assert managed.status()["confirmed"] is True
        settled_volume(managed, 95 - FULL_SCALE["quiet"])
        recorder.wait(1.0)
        end = recorder.frames()
        player.stop()
    assert FULL_SCALE["loud"] + gain_before(recorder.sound, softer) == near(95)
    assert FULL_SCALE["quiet"] + gain_before(recorder.sound, end) == near(95)


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL])
def test_doubt_outlives_a_restart(managed, end):
    for name in ("loud", "quiet"):
        managed.iemctl("switch", name)
    plug_in_again(managed)
    with sound.something_playing(managed):
        wait_until(lambda: managed.status()["confirmed"] is False, what="doubt")
        settled_volume(managed, -25)
        managed.kill_iemd(end)
        managed.start_iemd(data_dir=managed.dir)
        assert managed.status()["confirmed"] is False
        time.sleep(1)
        settled_volume(managed, -25)
        assert managed.iemctl("confirm").stdout == "It is certain now that 'quiet' hangs on earphone.\n"
        settled_volume(managed, -5)
        assert managed.iemctl("confirm").stdout == "It was certain already that 'quiet' hangs on earphone.\n"


def test_a_choice_for_once_leaves_the_doubt(managed):
    for name in ("loud", "quiet"):
        managed.iemctl("switch", name)
    plug_in_again(managed)
    managed.iemctl("switch", "loud", "--once")
    managed.iemctl("off")
    managed.iemctl("on")
    managed.stop_iemd()
    managed.start_iemd(data_dir=managed.dir)
    status = managed.status()
    assert (status["profile"]["id"], status["confirmed"]) == ("quiet", False)


@pytest.mark.parametrize("wanted_db, was_db", [(-23, -25), (-25, -23)], ids=["not-taken", "taken"])
def test_a_death_between_the_journal_and_the_output_leaves_our_part_ours(managed, wanted_db, was_db):
    managed.iemctl("switch", "loud")
    with sound.something_playing(managed):
        settled_volume(managed, -25)
        managed.kill_iemd(signal.SIGKILL)
        gains = {db: f"{{ gains = ( {10 ** (db / 20):.9f}, {10 ** (db / 20):.9f} ); mute = false; }}" for db in (0, -23, -25)}
        path = managed.state_dir / "iemd/journal.conf"
        path.write_text(f'format = 1;\nmanaged = ( {{ node = "earphone"; before = {gains[0]}; wanted = {gains[wanted_db]}; '
                        f'was = {gains[was_db]}; }} );\n')
        managed.write_settings('level = { hardware_volume = "manage"; };')
        managed.start_iemd(data_dir=managed.dir)
        settled_volume(managed, 0)


@pytest.mark.parametrize("consent, by_volume, by_chain, code", [("manage", -20, 0, "unconfirmed"), ("leave", 0, -6, "unconfirmed-refused")])
def test_where_nothing_is_matched_doubt_makes_it_softer_too(managed, consent, by_volume, by_chain, code):
    managed.write_settings(f'level = {{ hardware_volume = "{consent}"; }};')
    for name in ("loud", "quiet"):
        managed.iemctl("switch", name)
    plug_in_again(managed)
    with sound.something_playing(managed):
        wait_until(lambda: managed.status()["state"] == "running", what="sound to run")
        settled_volume(managed, by_volume)
        status = managed.status()
        assert (status["level_code"], status["gain_db"]) == (code, by_chain)
        assert "is 20.0 dB more sensitive" in status["level_reason"]
        managed.iemctl("confirm")
        settled_volume(managed, 0)
        status = managed.status()
        assert (status["level_code"], status["level_reason"], status["gain_db"]) == ("headroom", None, 0)


def test_without_consent_nothing_is_touched(managed):
    managed.write_settings('level = { mode = "match"; reference_spl = 95.0; };')
    managed.iemctl("switch", "loud")
    status = managed.status()
    assert (status["level_code"], status["gain_db"]) == ("match-refused", 0)
    assert "'iemctl set level.hardware_volume manage' allows that" in status["level_reason"]
    assert managed.volume("earphone")[0] == [1.0, 1.0]


def test_as_default_sink_our_own_shows_the_users_position_and_moves_it(managed):
    managed.iemctl("switch", "loud")
    if managed.status()["mode"] != "default-sink":
        pytest.skip("the default is the output itself here")
    with sound.something_playing(managed):
        settled_volume(managed, -25)
        settled_volume(managed, 0, "iemd.earphone")
        managed.set_volume("iemd.earphone", [0.5, 0.5])
        settled_volume(managed, -25 + 20 * np.log10(0.5))
        managed.iemctl("switch", "quiet")
        settled_volume(managed, -5 + 20 * np.log10(0.5))
        settled_volume(managed, 20 * np.log10(0.5), "iemd.earphone")


def test_where_nothing_is_corrected_any_more_the_volume_is_given_back_slowly(managed):
    managed.iemctl("switch", "loud")
    with sound.Recorder.of_sink(managed, "earphone") as recorder, \
            sound.Player(managed, measure.tone(1000, 60.0, dbfs=TONE_DB)) as player:
        player.wait_linked()
        settled_volume(managed, -25)
        start = recorder.frames()
        managed.iemctl("auto")
        settled_volume(managed, 0)
        recorder.wait(0.5)
        end = recorder.frames()
        player.stop()
    moments = envelope_db(recorder.sound[start:end])
    assert moments[-1] == near(0)
    assert (moments > -2).argmax() - (moments > -22).argmax() > 50  # 20 dB in half a second at least

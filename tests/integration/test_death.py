"""However iemd or PipeWire ends, sound goes on and the user's default is what it was."""

import signal
import time

import pytest

import profiles
from harness import measure, sound, wait_until


def test_a_clean_end_puts_the_default_back(corrected):
    corrected.stop_iemd()
    wait_until(lambda: corrected.default_sink() == "earphone", what="the earphone to be the default again")
    assert corrected.configured_default() is None


def test_the_configured_default_of_the_user_is_put_back(session, sinks, tmp_path):
    session.set_default("speaker")
    profiles.write(session, "bright", profiles.BRIGHT)
    session.start_iemd(data_dir=tmp_path)
    session.iemctl("switch", "bright", "--output", "speaker")
    session.stop_iemd()
    wait_until(lambda: (session.default_sink(), session.configured_default()) == ("speaker", "speaker"),
               what="the user's default to be back")


def test_sound_goes_on_when_iemd_is_killed(corrected):
    """Straight to the output, within a second; the default is the user's."""
    tone = measure.tone(1000, 8.0)
    with sound.Recorder.of_sink(corrected, "earphone") as recorder, sound.Player(corrected, tone) as player:
        player.wait_linked()
        recorder.wait(2.0)
        killed_at = recorder.frames()
        corrected.kill_iemd(signal.SIGKILL)
        recorder.wait(3.0)
        default = corrected.default_sink()
        player.stop()
    lost = [length for start, length in measure.gaps(recorder.sound[killed_at:, 0])]
    assert sum(lost) < 48000
    assert abs(recorder.sound[-48000:, 0]).max() > 0.49  # uncorrected: the tone's own -6 dBFS
    assert default == "earphone"


def test_a_player_that_hangs_while_it_plays_is_corrected_when_it_goes_on(corrected):
    """The graph runs on and, with PipeWire 0.3.65, calls our filter no more: it is made anew until sound passes."""
    tone = measure.tone(1000, 60.0)
    with sound.Recorder.of_sink(corrected, "earphone") as recorder, sound.Player(corrected, tone) as player:
        player.wait_linked()
        recorder.wait(2.0)
        before = recorder.frames()
        player.process.send_signal(signal.SIGSTOP)
        if corrected.status()["mode"] == "default-sink":
            wait_until(lambda: "it is made anew" in corrected.iemd_log(), what="the filter to be made anew")
        player.process.send_signal(signal.SIGCONT)
        wait_until(lambda: corrected.status()["state"] == "running", what="the filter to run again")
        recorder.wait(2.0)
        after = recorder.frames()
        player.stop()
    was, now = (abs(recorder.sound[end - 24000:end, 0]).max() for end in (before, after))
    assert now == pytest.approx(was, rel=1e-3)
    assert now < 0.45  # uncorrected it would be the tone's own -6 dBFS


def test_the_next_start_undoes_what_a_kill_left(corrected, tmp_path):
    mode = corrected.status()["mode"]
    corrected.kill_iemd(signal.SIGKILL)
    wait_until(lambda: corrected.default_sink() == "earphone", what="the earphone to be the default")
    corrected.start_iemd(data_dir=tmp_path)
    wait_until(lambda: corrected.status()["state"] == "idle", what="iemd to be back in the path")
    assert (corrected.status()["mode"], corrected.status()["profile"]["id"]) == (mode, "bright")
    corrected.stop_iemd()
    wait_until(lambda: (corrected.default_sink(), corrected.configured_default()) == ("earphone", None),
               what="the user's default to be back")


def test_pipewire_killed_and_started_again_is_corrected_without_a_command(corrected):
    corrected.restart_pipewire()
    wait_until(lambda: corrected.status()["state"] == "idle", timeout=30, what="iemd to be in the path again")
    assert profiles.measured_deviation(corrected, profiles.BRIGHT) < 0.01


def test_wireplumber_killed_and_started_again_is_corrected_without_a_command(corrected):
    corrected.kill_wireplumber()
    wait_until(lambda: not corrected.has_session_manager(), what="the session manager to be gone")
    corrected.start_wireplumber()
    wait_until(lambda: corrected.status()["state"] == "idle", timeout=30, what="iemd to be in the path again")
    assert profiles.measured_deviation(corrected, profiles.BRIGHT) < 0.01


def test_a_session_manager_that_stays_away_is_waited_for(corrected):
    """Longer than a probe takes: nothing is concluded from its silence."""
    mode = corrected.status()["mode"]
    corrected.kill_wireplumber()
    wait_until(lambda: corrected.status()["state"] == "waiting", what="iemd to wait")
    time.sleep(2)
    assert (corrected.status()["state"], corrected.status()["mode"]) == ("waiting", None)
    told = corrected.iemctl("status").stdout
    assert "State        waiting\n             No session manager runs" in told
    assert "no session manager runs" in corrected.iemctl("switch", "bright", "--output", "earphone").stdout
    corrected.start_wireplumber()
    wait_until(lambda: corrected.status()["state"] == "idle", what="iemd to be in the path again")
    assert corrected.status()["mode"] == mode
    assert "The session manager went away" in corrected.iemd_log()
    assert profiles.measured_deviation(corrected, profiles.BRIGHT) < 0.01


def test_a_session_manager_that_hangs_and_dies_while_iemd_starts(session, sinks, tmp_path):
    """PipeWire never again listens to a connection that waited for it; iemd makes another."""
    profiles.write(session, "bright", profiles.BRIGHT)
    session.kill_wireplumber(signal.SIGSTOP)
    session.start_iemd(data_dir=tmp_path)
    session.kill_wireplumber()
    session.start_wireplumber()
    wait_until(lambda: session.status()["output"], what="the output to be seen")
    session.iemctl("switch", "bright")
    assert profiles.measured_deviation(session, profiles.BRIGHT) < 0.01


def test_iemd_started_before_pipewire_waits_for_it(session, tmp_path):
    session.kill_wireplumber()
    session.kill_pipewire()
    session.start_iemd(data_dir=tmp_path)
    assert session.status()["state"] == "waiting"
    assert session.iemctl("switch", "bright", check=False).returncode == 4
    session.restart_pipewire()
    session.add_sink("earphone", priority=2000)
    profiles.write(session, "bright", profiles.BRIGHT)
    wait_until(lambda: session.status()["output"] is not None, what="the sink to be seen")
    session.iemctl("switch", "bright")


def test_another_default_is_the_users_will(corrected):
    """Beside a default sink iemd steps out for an output without a profile, and comes back with the earphone."""
    corrected.set_default("speaker")
    wait_until(lambda: corrected.brief()[1] == "speaker", what="iemd to see the choice")
    assert corrected.status()["state"] == "no-profile"
    assert corrected.default_sink() == "speaker"
    corrected.set_default("earphone", wait=False)
    wait_until(lambda: corrected.status()["state"] == "idle", what="iemd to be back")
    assert corrected.status()["profile"]["id"] == "bright"


@pytest.fixture
def on_the_speaker(session, sinks, tmp_path):
    """The user's own choice is the speaker; the session manager has written it down, and that iemd took its place."""
    session.set_default("speaker")
    profiles.write(session, "bright", profiles.BRIGHT)
    session.start_iemd(data_dir=tmp_path)
    session.iemctl("switch", "bright", "--output", "speaker")
    written = session.state_dir / "wireplumber/default-nodes"
    default = "iemd.speaker" if session.status()["mode"] == "default-sink" else "speaker"
    wait_until(lambda: f"={default}\n" in written.read_text(), what=f"the session manager to remember {default}")
    return session


def test_the_users_default_outlives_the_session_manager(on_the_speaker):
    session = on_the_speaker
    session.kill_wireplumber()
    wait_until(lambda: not session.has_session_manager(), what="the session manager to be gone")
    session.start_wireplumber()
    wait_until(lambda: session.status()["state"] == "idle", what="iemd to be in the path again")
    session.stop_iemd()
    wait_until(lambda: (session.default_sink(), session.configured_default()) == ("speaker", "speaker"),
               what="the user's default to be back")


def test_an_end_without_a_session_manager_is_undone_by_the_next_start(on_the_speaker, tmp_path):
    session = on_the_speaker
    session.kill_wireplumber()
    session.stop_iemd()
    session.start_wireplumber()
    session.start_iemd(data_dir=tmp_path)
    wait_until(lambda: session.status()["state"] == "idle", what="iemd to be in the path again")
    session.stop_iemd()
    wait_until(lambda: (session.default_sink(), session.configured_default()) == ("speaker", "speaker"),
               what="the user's default to be back")

"""What the other tests stand on: a private session that plays, records and measures without an error of its own."""

import os
import shutil
import signal

import numpy as np
import pytest

from harness import Session, Timeout, chart, measure, sound, wait_until

GRID = measure.octave_grid()


def processes_with(word):
    """Pids whose environment or command names word: what a session would leave behind."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/environ", "rb") as env, open(f"/proc/{pid}/cmdline", "rb") as command:
                if int(pid) != os.getpid() and word.encode() in env.read() + command.read():
                    found.append(int(pid))
        except OSError:
            pass  # gone meanwhile, or somebody else's
    return found


def play(session, sink, what, **options):
    """play_and_record, once more when the machine was too busy to keep up: that is no fault of the harness."""
    for attempt in range(3):
        recorded = sound.play_and_record(session, sink, what, **options)
        if measure.first_difference(what, recorded)[1] == 0:
            break
    return recorded


def test_the_loop_through_a_sink_is_sample_exact(session, sinks):
    noise = np.random.default_rng(7).uniform(-0.9, 0.9, (48000, 2)).astype(np.float32)
    assert measure.first_difference(noise, play(session, "earphone", noise))[1] == 0


def test_the_loop_measures_flat(session, sinks):
    assert np.abs(sound.measure_response(session, "earphone", GRID)).max() < 0.001


def test_the_channels_are_kept_apart(session, sinks):
    recorded = play(session, "earphone", measure.Multisine(period=8192, only=0).sound)
    assert np.abs(recorded[:, 0]).max() > 0.1 and np.abs(recorded[:, 1]).max() == 0


@pytest.mark.parametrize("quantum", [256, 1024])
def test_a_bare_link_adds_no_latency(session, sinks, quantum):
    assert sound.added_latency(session, "earphone", quantum=quantum) == 0


def test_a_known_difference_is_measured_to_a_thousandth():
    signal_ = measure.Multisine(period=131072)
    hz = np.fft.rfftfreq(len(signal_.sound), 1 / 48000)
    spectrum = np.fft.rfft(signal_.sound.astype(float), axis=0)
    spectrum[:, 0] *= narrow_peak(hz)
    spectrum[:, 1] *= 0.25
    changed = np.fft.irfft(spectrum, axis=0)
    intended = 20 * np.log10(np.abs(narrow_peak(GRID)))
    assert np.abs(signal_.response_db(changed, GRID, 0) - intended).max() < 0.001
    assert np.abs(signal_.response_db(changed, GRID, 1) + 12.0412).max() < 0.001


def narrow_peak(hz, centre=25.0, gain=4.0, q=6.0):
    """An analog peaking band of +12 dB, about the narrowest and lowest that anybody uses."""
    s = 1j * np.asarray(hz) / centre
    return (s * s + s * gain ** 0.5 / q + 1) / (s * s + s / (gain ** 0.5 * q) + 1)


def test_sound_that_was_lost_is_no_measurement():
    signal_ = measure.Multisine(periods=3)
    broken = signal_.sound.copy()
    broken[::10000] = 0.2
    with pytest.raises(measure.NotSteady):
        signal_.response_db(broken, GRID, 0)


def test_the_sinks_volume_reaches_the_recording(session, sinks):
    session.set_volume("earphone", [0.5, 0.25])
    for response, gain in zip(sound.measure_response(session, "earphone", GRID), (0.5, 0.25)):
        assert np.abs(response - 20 * np.log10(gain)).max() < 0.001


def test_recording_goes_on_while_the_default_changes(session, sinks):
    assert session.default_sink() == "earphone"
    tone = measure.tone(1000, 4)
    with sound.Recorder.of_sink(session, "earphone", name="one") as one, \
            sound.Recorder.of_sink(session, "speaker", name="two") as two, \
            sound.Player(session, tone) as player:
        wait_until(lambda: "earphone" in session.link_peers("test-player"), what="the player on the earphone")
        one.wait(0.5)
        session.set_default("speaker")
        wait_until(lambda: "speaker" in session.link_peers("test-player"), what="the player on the speaker")
        wait_until(lambda: session.configured_default() == "speaker", what="the choice to be told")
        player.wait()
        one.wait(0.2)
        assert session.link_peers("one") == {"earphone"} and session.link_peers("two") == {"speaker"}
    for recorder in (one, two):
        start, end = measure.extent(recorder.sound)
        assert 0 < end - start < len(tone)


def test_a_click_in_a_tone_is_found():
    tone = measure.tone(1000, 4)[:, 0]
    assert measure.worst_residual_dbfs(tone, 1000)[0] < -120
    clicked = tone.copy()
    clicked[100000:] *= 0.7
    residual, where = measure.worst_residual_dbfs(clicked, 1000)
    assert residual > -50 and abs(where - 100000) < 24000
    holed = tone.copy()
    holed[100000:101024] = 0
    assert any(start <= 100000 and start + length >= 101024 for start, length in measure.gaps(holed))


@pytest.mark.parametrize("position", [("MONO",), ("FL", "FR", "FC", "LFE", "RL", "RR")], ids=["mono", "5.1"])
def test_sinks_of_other_layouts_are_recorded(session, position):
    session.add_sink("other", position=position)
    noise = np.random.default_rng(3).uniform(-0.5, 0.5, (9600, len(position))).astype(np.float32)
    recorded = sound.play_and_record(session, "other", noise)
    assert recorded.shape[1] == len(position)
    assert measure.first_difference(noise, recorded)[1] == 0


def test_the_sink_of_highest_priority_is_the_default(session, sinks):
    session.add_sink("better", priority=3000)
    wait_until(lambda: session.default_sink() == "better", what="the better sink")
    session.remove_sink("better")
    wait_until(lambda: session.default_sink() == "earphone", what="the earphone again")


def test_pipewire_can_be_killed_and_started_again(session, sinks):
    session.restart_pipewire(signal.SIGKILL)
    assert set(session.sinks) == {"earphone", "speaker"}
    wait_until(lambda: session.default_sink() == "earphone", what="the default of before")
    noise = np.random.default_rng(7).uniform(-0.5, 0.5, (9600, 2)).astype(np.float32)
    assert measure.first_difference(noise, play(session, "earphone", noise))[1] == 0


def test_wireplumber_can_be_killed_and_started_again(session, sinks):
    session.kill_wireplumber()
    session.start_wireplumber()
    wait_until(lambda: session.default_sink() == "earphone", what="the default sink")


def test_the_graph_rate_can_be_changed(session, sinks):
    session.set_rate(44100)
    noise = np.random.default_rng(7).uniform(-0.5, 0.5, (9600, 2)).astype(np.float32)
    recorded = sound.play_and_record(session, "earphone", noise, rate=44100)
    assert measure.first_difference(noise, recorded)[1] == 0


def test_a_session_leaves_nothing_behind():
    with pytest.raises(Timeout):
        with Session() as private:
            top = str(private.dir)
            private.add_sink("earphone")
            private.processes.start("player", ["sleep", "600"])
            assert len(processes_with(top)) == 4
            wait_until(lambda: False, timeout=0.1, what="an error in the middle of a test")
    assert processes_with(top) == []
    assert not os.path.exists(top)


def test_a_session_ends_with_a_killed_test():
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:  # a test that is killed in the middle
        private = Session()
        os.write(writing, str(private.dir).encode())
        signal.pause()
    top = os.read(reading, 200).decode()
    assert len(processes_with(top)) >= 3
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    wait_until(lambda: processes_with(top) == [], what="the session to end with its test")
    shutil.rmtree(top)


def test_a_session_does_not_see_the_users(session):
    assert session.env["XDG_RUNTIME_DIR"].startswith(str(session.dir))
    assert not [key for key in session.env if key.startswith(("PULSE_", "PIPEWIRE_REMOTE", "DISPLAY"))]
    assert not os.path.exists(session.env["DBUS_SYSTEM_BUS_ADDRESS"].removeprefix("unix:path="))
    assert session.objects("Device") == [], "the machine's sound cards must be left alone"


def test_the_chart_shows_both_curves(capsys):
    intended = -6 + 5 * np.exp(-np.log2(GRID / 100) ** 2)
    chart.draw("left", GRID, intended, intended, width=80)
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 80
    assert sum(line.count("○") for line in lines) == 17
    assert "20k Hz" in lines[-1] and any(line.startswith("  -4 dB") for line in lines)

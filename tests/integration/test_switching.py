"""Commands change what is heard, at once and without a click."""

import contextlib
import itertools
import os
import statistics
import subprocess
import threading
import time

import numpy as np
import pytest

import profiles
from harness import measure, ptrace, repeat_until, sound, wait_until
from harness.service import build_dir


def memory_kb(process):
    with open(f"/proc/{process.pid}/smaps_rollup") as rollup:
        return sum(int(line.split()[1]) for line in rollup if line.startswith(("Private_Clean", "Private_Dirty")))


def descriptors(process):
    return len(os.listdir(f"/proc/{process.pid}/fd"))


def is_sanitized(process):
    with open(f"/proc/{process.pid}/maps") as maps:
        return any("libasan" in line or "libtsan" in line for line in maps)


@pytest.fixture
def two_profiles(iemd):
    profiles.write(iemd, "bright", profiles.BRIGHT)
    profiles.write(iemd, "dark", profiles.DARK)
    iemd.iemctl("switch", "bright")
    return iemd


def roughness(sound, around=4096):
    """The largest third difference outside of drop-outs: what a click would stand out of."""
    steps = np.abs(np.diff(sound, 3))
    for start, length in measure.gaps(sound):
        at = measure.extent(sound)[0] + start
        steps[max(0, at - around):at + length + around] = 0
    return steps.max()


def switch_while_playing(session, hz, switches):
    """Play a tone and switch back and forth meanwhile. What was recorded, and each command's time in seconds."""
    tone, times = measure.tone(hz, 3.0 + switches * 0.1), []
    with sound.Recorder.of_sink(session, "earphone") as recorder, sound.Player(session, tone) as player:
        player.wait_linked()
        wait_until(lambda: session.status()["state"] == "running", what="the tone to run")
        recorder.wait(1.0)
        start = recorder.frames()  # what comes before is the player's beginning, and on PipeWire 1.7 a stale buffer
        recorder.wait(0.5)
        for number in range(switches):
            begin = time.monotonic()
            session.iemctl("switch", ("dark", "bright")[number % 2])
            times.append(time.monotonic() - begin)
            status = session.status() if number < 2 else None
            assert status is None or status["profile"]["id"] == ("dark", "bright")[number % 2]
        player.stop()
    return recorder.sound[start:], times


def test_two_hundred_switches_are_all_in_force_and_leave_no_click(two_profiles, capsys):
    quiet, _ = switch_while_playing(two_profiles, 1000, 0)
    process = two_profiles.iemd
    switch_while_playing(two_profiles, 1000, 100)  # what grows at first only is not a leak, and it does so ever more slowly
    before = memory_kb(process), descriptors(process)
    loud, times = repeat_until(lambda: switch_while_playing(two_profiles, 1000, 200),
                               lambda run: not measure.gaps(run[0][:, 0]))
    after = memory_kb(process), descriptors(process)
    steps = {name: roughness(one[:, 0]) for name, one in (("without", quiet), ("with", loud))}
    with capsys.disabled():
        print(f"\n200 switches: median {1000 * statistics.median(times):.1f} ms, longest {1000 * max(times):.1f} ms; "
              f"third difference {steps['without']:.2e} without, {steps['with']:.2e} with; "
              f"private {before[0]} -> {after[0]} kB, descriptors {before[1]} -> {after[1]}")
    # A tone's third difference is (2 pi f / rate)^3 of its level; levels differ by up to 6 dB, a click by far more.
    assert steps["with"] < 2.5 * steps["without"]
    assert after[1] <= before[1]
    if not is_sanitized(process):  # a sanitizer keeps what was freed, and makes the audio thread late
        assert not measure.gaps(loud[:, 0])
        assert after[0] - before[0] < 400  # a chain is 13 kB: one that is lost with each switch would be ten times as much


@pytest.mark.parametrize("hz, allowed", [(1000, -85), (100, -75)])
def test_a_switch_leaves_next_to_nothing_beside_the_tone(two_profiles, hz, allowed):
    tone = measure.tone(hz, 6.0)

    def left():
        two_profiles.iemctl("switch", "bright")
        with sound.Recorder.of_sink(two_profiles, "earphone") as recorder, sound.Player(two_profiles, tone) as player:
            player.wait_linked()
            recorder.wait(3.0)
            two_profiles.iemctl("switch", "dark", "--wait")
            player.wait()
        return measure.worst_residual_dbfs(recorder.sound[:, 0], hz)[0]

    assert repeat_until(left, lambda dbfs: dbfs < allowed) < allowed


# The DSP reference's two, 4.8 dB apart at 1 kHz.
BEFORE = [("low-shelf", 105, 5.5, 0.7, "all"), ("peaking", 60, -2.5, 0.8, "all"), ("peaking", 180, -3, 0.6, "all"),
          ("peaking", 700, 1.5, 1.2, "all"), ("peaking", 1000, -3, 1.4, "all"), ("peaking", 2200, 3, 2, "all"),
          ("peaking", 3500, -4, 3, "all"), ("peaking", 5400, 4, 4, "all"), ("peaking", 8000, -5, 3, "all"),
          ("high-shelf", 10000, -3, 0.7, "all")]
AFTER = [("low-shelf", 80, -4, 0.7, "all"), ("peaking", 25, 6, 3, "all"), ("peaking", 220, 2, 0.6, "all"),
         ("peaking", 600, -1.5, 1.2, "all"), ("peaking", 1000, 3, 1.4, "all"), ("peaking", 2600, -3, 2, "all"),
         ("peaking", 4000, 4, 3, "all"), ("peaking", 6000, -4, 4, "all"), ("peaking", 9000, 5, 3, "all"),
         ("high-shelf", 11000, 4, 0.7, "all")]


def test_no_change_leaves_more_than_its_side_bands_beside_a_tone(iemd, capsys):
    """Left 1 kHz, right 100 Hz, -6 dBFS each: switched, off and on; at most -90 dBFS outside of 50 Hz around the tone."""
    tones = np.stack([measure.tone(1000, 9.0, channels=1).ravel(), measure.tone(100, 9.0, channels=1).ravel()], axis=1)
    profiles.write(iemd, "before", BEFORE)
    profiles.write(iemd, "after", AFTER)

    def left():
        iemd.iemctl("on")
        iemd.iemctl("switch", "before")
        with sound.Recorder.of_sink(iemd, "earphone") as recorder, sound.Player(iemd, tones) as player:
            player.wait_linked()
            recorder.wait(2.0)
            for command in (["switch", "after"], ["off", "--raw"], ["on"]):
                iemd.iemctl(*command, "--wait")
                recorder.wait(1.3)
            player.wait()
        return [measure.worst_residual_dbfs(recorder.sound[:, channel], hz)[0] for channel, hz in enumerate((1000, 100))]

    worst = repeat_until(left, lambda dbfs: max(dbfs) <= -90)
    with capsys.disabled():
        print(f"\nbeside 1 kHz {worst[0]:.1f} dBFS, beside 100 Hz {worst[1]:.1f} dBFS")
    assert max(worst) <= -90


def calls_of_the_audio_thread(session, meanwhile):
    """The names of the system calls that all threads but iemd's own make."""
    threads = ptrace.pipewire_threads(session.iemd.pid)
    path = session.dir / "calls"
    tracer = session.processes.start("strace", ["strace", "-qq", "-o", path, *(word for thread in threads
                                                                             for word in ("-p", thread))])
    wait_until(lambda: path.exists() and path.stat().st_size > 0, what="strace to see a call")
    meanwhile()
    session.processes.stop(tracer)
    return {line.split("(")[0].split()[-1] for line in path.read_text().splitlines() if "(" in line}


def test_the_audio_thread_makes_no_system_call_of_ours(two_profiles):
    """Only what PipeWire's loop does for any client: it waits, and reads and writes the descriptors that wake it."""
    def change_all():
        for number in range(6):
            two_profiles.iemctl("switch", ("dark", "bright")[number % 2])
            two_profiles.iemctl("prefer", "bass", str(number))
            two_profiles.iemctl(("off", "on")[number % 2], "--wait")

    two_profiles.iemctl("set", "limiter.enabled", "true")
    with sound.something_playing(two_profiles):
        wait_until(lambda: two_profiles.status()["state"] == "running", what="sound to run")
        calls = calls_of_the_audio_thread(two_profiles, change_all)
    assert "epoll_wait" in calls or "epoll_pwait" in calls
    assert calls <= {"epoll_wait", "epoll_pwait", "read", "write", "restart_syscall"}, calls


def test_the_audio_thread_neither_allocates_nor_locks(session, sinks, tmp_path):
    """Counted in a build without sanitizers, which have an allocator of their own."""
    counter, counts = build_dir() / "tests/harness/counter.so", tmp_path / "counts"
    if not counter.exists():
        pytest.skip("a sanitized build allocates in its own way; the plain build is counted")

    def counted():
        return np.fromfile(counts, np.uint64).tolist()

    for name, curve in (("bright", "( )"), ("dark", "( (100.0, 3.0), (1000.0, -3.0) )")):
        session.write_profile(name, f'eq = {{ graphic = {curve}; '
                                    f'bands = ( {{ type = "peaking"; frequency = 500.0; gain = 3.0; q = 1.0; }} ); }};')
    session.start_iemd(data_dir=tmp_path, env={"LD_PRELOAD": str(counter), "IEMD_COUNTS": str(counts)})
    session.iemctl("set", "limiter.enabled", "true")
    session.iemctl("switch", "bright")
    with sound.something_playing(session):
        wait_until(lambda: session.status()["state"] == "running", what="sound to run")
        before = counted()
        for number in range(20):
            session.iemctl("switch", ("dark", "bright")[number % 2], *(["--wait"] if number > 15 else []))
            session.iemctl("prefer", "bass", str(number % 5))
        after = counted()
    allocated, locked, by_all = (b - a for a, b in zip(before, after))
    assert by_all > 1000
    assert (allocated, locked) == (0, 0)


def test_off_takes_the_correction_out_and_on_brings_it_back(two_profiles):
    for raw in (False, True):
        two_profiles.iemctl("off", *(["--raw"] if raw else []))
        assert two_profiles.status()["state"] == "bypassed"
        response = sound.measure_response(two_profiles, "earphone", profiles.HZ, period=profiles.PERIOD)[0]
        assert np.ptp(response) < 0.01
        assert abs(response[0]) < 0.01 if raw else -12 < response[0] < -0.5
    two_profiles.iemctl("on")
    assert profiles.measured_deviation(two_profiles, profiles.BRIGHT) < 0.01


def test_a_broken_profile_saved_over_the_active_one_changes_nothing(two_profiles):
    """A clear line, and what plays stays as it was, sample for sample."""
    tone = measure.tone(1000, 5.0)
    path = two_profiles.config_dir / "iemd/profiles/bright.conf"
    good = path.read_text()

    def left():
        two_profiles.write_profile("bright", good)
        two_profiles.iemctl("switch", "bright")
        told = two_profiles.iemd_log().count("frequncy")
        with sound.Recorder.of_sink(two_profiles, "earphone") as recorder, sound.Player(two_profiles, tone) as player:
            player.wait_linked()
            recorder.wait(1.5)
            two_profiles.write_profile("bright", 'eq = { bands = (\n { type = "peaking"; frequncy = 10.0; } ); };')
            wait_until(lambda: two_profiles.iemd_log().count("frequncy") > told, what="the mistake to be told")
            recorder.wait(1.5)
            player.stop()
        return measure.worst_residual_dbfs(recorder.sound[:, 0], 1000)[0]

    assert repeat_until(left, lambda dbfs: dbfs < -100) < -100
    assert f"{path}:2: unknown key 'frequncy'" in two_profiles.iemd_log()
    assert two_profiles.status()["profile"]["id"] == "bright"


def test_a_saved_change_of_the_active_profile_is_heard_without_a_command(two_profiles):
    profiles.write(two_profiles, "bright", profiles.DARK)
    profile_db = profiles.cookbook.preamp_db(profiles.DARK)
    wait_until(lambda: abs(two_profiles.status()["preamp_db"] - profile_db) < 0.01, what="the new bands to be in force")
    assert profiles.measured_deviation(two_profiles, profiles.DARK) < 0.01


@contextlib.contextmanager
def others_keep_changing(session):
    """Commands that come faster than a change fades."""
    ended = threading.Event()

    def change(values):
        for value in itertools.cycle(values):
            if ended.is_set():
                return
            subprocess.run(["busctl", "--user", "call", "org.iemd", "/org/iemd", "org.iemd.Manager1", "Prefer", "sssb", "bass",
                            str(value), "", "false"], env=session.env, stdout=subprocess.DEVNULL, check=True)

    threads = [threading.Thread(target=change, args=([first, first + 1],)) for first in (1, 3, 5)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        ended.set()
        for thread in threads:
            thread.join()


def test_wait_ends_when_the_own_change_is_heard_whatever_others_change(two_profiles):
    with sound.Recorder.of_sink(two_profiles, "earphone"), sound.Player(two_profiles, measure.tone(1000, 60)) as player:
        player.wait_linked()
        wait_until(lambda: two_profiles.brief()[0] == "running", what="sound")
        with others_keep_changing(two_profiles):
            for name in ("dark", "bright", "dark", "bright"):
                assert two_profiles.iemctl("switch", name, "--wait").stdout == f"The profile on earphone is '{name}'.\n"
        player.stop()

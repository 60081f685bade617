"""What iemd changed outside itself is put right, however and whenever it ended."""

import json
import os
import pathlib
import signal
import subprocess

import pytest

import profiles
from harness import service, sound, wait_until

RULE = 'match = ( { node = "earphone"; } );'
HALF, LESS = 0.125, 0.027  # linear gains of a slider at 0.5 and at 0.3


@pytest.fixture
def chosen(session, sinks, tmp_path):
    """The user has chosen the earphone as the default and turned it to 0.5; iemd, not started yet, would take its place."""
    session.set_default("earphone")
    session.write_settings('path = "default-sink";')
    profiles.write(session, "bright", profiles.BRIGHT, RULE)
    session.data_dir = tmp_path
    with sound.something_playing(session):
        session.set_volume("earphone", [HALF, HALF])
        yield session


def journal(session):
    return session.state_dir / "iemd/journal.conf"


def write_journal(session, text):
    journal(session).parent.mkdir(parents=True, exist_ok=True)
    journal(session).write_text(text)


def note_of_a_volume(wanted, before=HALF):
    return (f'volume = {{ node = "earphone"; before = {{ gains = ( {before}, {before} ); mute = false; }}; '
            f'wanted = {{ gains = ( {wanted}, {wanted} ); mute = false; }}; }};')


def undo(session, check=True):
    """What systemd runs after iemd ended. Returns the finished process."""
    done = subprocess.run([service.build_dir() / "daemon/iemd", "--undo"], env=session.env, text=True,
                          stdin=subprocess.DEVNULL, capture_output=True, timeout=30)
    service.check_sanitizers("iemd --undo", done.stderr)
    assert not check or done.returncode == 0, done.stderr
    return done


def gain(session):
    return round(session.volume("earphone")[0][0], 4)


def start(session):
    """Both: where the name configured is of no node, WirePlumber may turn to iemd's before iemd has asked for it."""
    session.start_iemd(data_dir=session.data_dir)
    wait_until(lambda: {session.default_sink(), session.configured_default()} == {"iemd.earphone"},
               what="iemd to be the default")


# How far iemd gets: the call to the system in which it is killed, and which one of its kind.
ENDS = [("rename", 1), ("fsync", 2), ("rename", 2), ("fsync", 4), ("rename", 3), ("rename", 4), ("unlink", 1)]


def run_until_killed(session, call, number):
    """Start iemd, turn the default down, mute it, end iemd; it is killed by then, on its way into the call."""
    iemd = session.processes.start(
        "iemd", ["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={call}", "-e",
                 f"inject={call}:signal=KILL:when={number}", service.build_dir() / "daemon/iemd"])
    wait_until(lambda: iemd.poll() is not None or session.default_sink() == "iemd.earphone",
               what="iemd to be killed or to be the default")
    session.iemctl("on", check=False)  # it is answered when all is in force
    for command in (["set-volume", "@DEFAULT_AUDIO_SINK@", "0.3"], ["set-mute", "@DEFAULT_AUDIO_SINK@", "1"]):
        if iemd.poll() is None:
            session.run("wpctl", *command)
            wait_until(lambda: iemd.poll() is not None or session.volume("iemd.earphone") == session.volume("earphone"),
                       what="iemd to be killed or the volume to reach the device")
    if iemd.poll() is None:
        child = pathlib.Path(f"/proc/{iemd.pid}/task/{iemd.pid}/children").read_text()
        os.kill(int(child), signal.SIGTERM)
    wait_until(lambda: iemd.poll() is not None, what="iemd to end")
    session.processes.running.remove(iemd)
    return iemd.returncode


def test_killed_at_any_write_of_the_journal_nothing_is_left_changed(chosen):
    for call, number in ENDS:
        chosen.run("wpctl", "set-mute", chosen.node("earphone")["id"], 0)
        chosen.set_volume("earphone", [HALF, HALF])
        status = run_until_killed(chosen, call, number)
        assert status == -signal.SIGKILL, f"{call} {number}: iemd was not killed but ended with {status}"
        for _ in range(2):
            undo(chosen)
            wait_until(lambda: (chosen.default_sink(), chosen.configured_default()) == ("earphone", "earphone"),
                       what=f"the user's default to be back after {call} {number}")
        assert gain(chosen) in (HALF, LESS), f"{call} {number}"
        assert list(journal(chosen).parent.iterdir()) == [], f"{call} {number}"


def test_a_clean_end_leaves_nothing_in_the_journal(chosen):
    start(chosen)
    assert journal(chosen).exists()
    chosen.stop_iemd()
    assert not journal(chosen).exists()
    assert undo(chosen).stderr == ""


def test_a_volume_turned_down_reaches_the_device_after_all(chosen):
    write_journal(chosen, note_of_a_volume(LESS))
    assert "turned down" in undo(chosen).stderr
    wait_until(lambda: gain(chosen) == LESS, what="the volume to be on the device")
    assert not journal(chosen).exists()


@pytest.mark.parametrize("note", [note_of_a_volume(0.5), note_of_a_volume(LESS, before=0.2)],
                         ids=["louder", "moved since"])
def test_a_volume_is_not_touched_where_that_is_louder_or_it_was_moved_since(chosen, note):
    write_journal(chosen, note)
    undo(chosen)
    assert gain(chosen) == HALF
    assert not journal(chosen).exists()


def test_the_next_start_puts_right_what_nobody_undid(chosen):
    start(chosen)
    chosen.kill_iemd(signal.SIGKILL)
    journal(chosen).write_text(journal(chosen).read_text() + note_of_a_volume(LESS))
    start(chosen)
    wait_until(lambda: gain(chosen) == LESS, what="the volume to be on the device")
    chosen.stop_iemd()
    wait_until(lambda: chosen.configured_default() == "earphone", what="the user's default to be back")


@pytest.mark.parametrize("text", ["configured_default = ", "\0\1\2", note_of_a_volume(LESS)[:40], 'volume = { gains = 7; };'],
                         ids=range(4))
def test_a_damaged_journal_is_set_aside_and_told(chosen, text):
    write_journal(chosen, text)
    start(chosen)
    aside = journal(chosen).with_name("journal.conf.damaged")
    assert aside.read_text() == text
    assert str(aside) in chosen.iemd_log()


# What may stand where the user's default does: names that a file of ours cannot hold as they are, and no name at all.
FOREIGN_DEFAULTS = {
    "tab": '{ "name": "a\\tb\\u001bc" }', "line": '{ "name":\n"a\nb" }', "percent": '{ "name": "50%20 \\"x\\" \\\\" }',
    "long": json.dumps({"name": "n" * 3000}), "latin1": '{ "name": "caf\udce9" }', "other": '{ "id": 7 }', "text": "7 %",
}


def configured_value(session):
    done = subprocess.run(["pw-metadata", "0", "default.configured.audio.sink"], env=session.env, capture_output=True,
                          stdin=subprocess.DEVNULL, timeout=20, check=True)
    return os.fsdecode(done.stdout.partition(b"value:'")[2].rpartition(b"' type:")[0])


@pytest.mark.parametrize("value", FOREIGN_DEFAULTS.values(), ids=FOREIGN_DEFAULTS.keys())
def test_whatever_the_default_was_is_put_back_as_it_was(chosen, value):
    chosen.run("pw-metadata", "0", "default.configured.audio.sink", value, "Spa:String:JSON")
    wait_until(lambda: configured_value(chosen) == value, what="the default to be configured")
    for end in (signal.SIGTERM, signal.SIGKILL):
        start(chosen)
        assert configured_value(chosen) != value
        chosen.kill_iemd(end)
        undo(chosen)
        wait_until(lambda: configured_value(chosen) == value, what=f"the user's default to be back after {end}")
    assert list(journal(chosen).parent.iterdir()) == []


def test_a_default_too_long_for_the_journal_is_put_back_unless_iemd_is_killed(chosen):
    value = json.dumps({"name": "n" * 9000})
    for end, after in ((signal.SIGTERM, value), (signal.SIGKILL, "")):
        chosen.run("pw-metadata", "0", "default.configured.audio.sink", value, "Spa:String:JSON")
        wait_until(lambda: configured_value(chosen) == value, what="the default to be configured")
        start(chosen)
        assert "after a crash the default sink may not be put back" in chosen.iemd_log()
        chosen.kill_iemd(end)
        undo(chosen)
        wait_until(lambda: configured_value(chosen) == after, what=f"the default to be put back after {end}")


def test_undo_looks_although_the_journal_is_damaged(chosen):
    start(chosen)
    chosen.kill_iemd(signal.SIGKILL)
    write_journal(chosen, "configured_default = 100;")
    done = undo(chosen)
    assert "'configured_default' wants a text" in done.stderr and "set to none" in done.stderr
    wait_until(lambda: (chosen.default_sink(), chosen.configured_default()) == ("earphone", None),
               what="iemd's node to be no default any more")


def test_undo_leaves_a_running_iemd_alone(chosen):
    start(chosen)
    done = undo(chosen, check=False)
    assert (done.returncode, "iemd runs" in done.stderr) == (1, True)
    assert chosen.default_sink() == "iemd.earphone"


def test_undo_without_pipewire_keeps_the_journal(chosen):
    write_journal(chosen, note_of_a_volume(LESS))
    chosen.kill_pipewire()
    done = undo(chosen, check=False)
    assert (done.returncode, "PipeWire does not answer" in done.stderr) == (1, True)
    assert journal(chosen).exists()

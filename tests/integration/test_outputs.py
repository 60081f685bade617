"""Outputs of every shape, coming and going."""

import os
import shutil
import subprocess
import threading
import time

import numpy as np
import pytest

import profiles
from harness import measure, sound, wait_until

NAMES = ["it's", 'q"uo"te', "back\\slash", "two words", "ünï—ço∂e", "x" * 300, "{ a = 1 }", "%s%n", "a/b",
         "x" + "nœud" * 110]  # a key of it is cut in mid-character
EIGHT = ("FL", "FR", "FC", "LFE", "RL", "RR", "SL", "SR")


@pytest.fixture
def alone(session, tmp_path):
    """A session without any sink, and iemd in it."""
    (tmp_path / "profiles").mkdir()
    profiles.write(session, "bright", profiles.BRIGHT)
    session.start_iemd(data_dir=tmp_path)
    return session


def processor_time(process):
    with open(f"/proc/{process.pid}/stat") as stat:
        return sum(map(int, stat.read().rsplit(")")[-1].split()[11:13]))


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_any_name_is_corrected_remembered_and_put_back(alone, tmp_path, name):
    alone.add_sink(name)
    wait_until(lambda: alone.status()["output"], what="the sink to be seen")
    alone.iemctl("switch", "bright")
    heard = np.abs(sound.play_and_record(alone, name, measure.tone(1000, 1.0, dbfs=0))[:, 0]).max()
    want = profiles.cookbook.response_db(profiles.BRIGHT, [1000], "left")[0] + profiles.cookbook.preamp_db(profiles.BRIGHT)
    assert abs(20 * np.log10(heard) - want) < 0.1  # the tone's soft ends are in it too; elsewhere it is measured finer
    alone.stop_iemd()
    assert alone.configured_default() is None
    alone.start_iemd(data_dir=tmp_path)
    wait_until(lambda: alone.status()["state"] == "idle", what="the choice to be in force again")


def test_a_name_that_is_no_text_disturbs_nobody(alone):
    """A program's name becomes that of its nodes, whatever bytes it is made of."""
    alone.add_sink("earphone")
    wait_until(lambda: alone.status()["output"], what="the sink to be seen")
    alone.iemctl("switch", "bright")
    odd = os.fsencode(alone.dir) + b"/odd\xffname"
    os.symlink(shutil.which("pw-cat", path=alone.env["PATH"]), odd)
    sound.write_wav(alone.dir / "tone.wav", measure.tone(1000, 60.0))
    alone.processes.start("odd", [os.fsdecode(odd), "-r", "-P", "{ media.class = Audio/Sink }", alone.dir / "heard.wav"])
    alone.processes.start("odd", [os.fsdecode(odd), "-p", "--target", "earphone", alone.dir / "tone.wav"])
    wait_until(lambda: subprocess.check_output(["pw-link", "-oi"], env=alone.env).count(b"odd\xffname:output_") == 2
               and subprocess.check_output(["pw-link", "-oi"], env=alone.env).count(b"odd\xffname:monitor_") == 2,
               what="the odd program's stream and sink")
    for command in ("status", "outputs"):
        assert alone.iemctl(command, json=True) and alone.iemctl(command).stderr == ""


@pytest.mark.parametrize("position", [("MONO",), ("FL", "FR", "FC"), ("AUX0", "AUX1"), EIGHT])
def test_up_to_eight_channels_are_corrected(alone, position):
    alone.add_sink("odd", position=position)
    wait_until(lambda: alone.status()["output"], what="the sink to be seen")
    alone.iemctl("switch", "bright")
    assert alone.status()["channels"] == len(position)


def test_more_channels_than_a_chain_takes_are_left_alone_with_a_reason(alone):
    alone.add_sink("wide", position=(*EIGHT, "AUX0", "AUX1"))
    wait_until(lambda: alone.status()["output"], what="the sink to be seen")
    assert alone.iemctl("outputs", json=True)[0]["reason_code"] == "aside"
    done = alone.iemctl("switch", "bright", check=False)
    assert (done.returncode, "more channels" in done.stderr) == (1, True)
    assert alone.status()["state"] == "no-profile"


def test_a_filter_that_was_destroyed_and_is_not_wanted_any_more_leaves_iemd_at_rest(iemd):
    def rests():
        before = processor_time(iemd.iemd)
        time.sleep(0.5)
        return processor_time(iemd.iemd) == before

    profiles.write(iemd, "bright", profiles.BRIGHT)
    iemd.iemctl("switch", "bright")
    iemd.run("pw-cli", "destroy", iemd.node("iemd.earphone")["id"])
    iemd.iemctl("auto", "--output", "earphone")
    time.sleep(1.5)  # past the moment at which it would have been made again
    wait_until(rests, what="iemd to come to rest")


def test_the_default_is_followed_while_other_programs_come_and_go(iemd):
    """PipeWire keeps a change of its metadata from everyone while a newly come program is being told of it."""
    def come_and_go():
        while not done.is_set():
            iemd.run("pw-metadata", "0")

    done = threading.Event()
    others = [threading.Thread(target=come_and_go) for _ in range(3)]
    try:
        for other in others:
            other.start()
        for name in ("speaker", "earphone") * 20:
            iemd.set_default(name)
            wait_until(lambda: iemd.brief()[1] == name, what=f"iemd to see that {name} is the default")
    finally:
        done.set()
        for other in others:
            other.join()


def test_outputs_that_come_and_go_while_they_are_read(iemd):
    """What iemctl shows is of one moment, and no question of it goes to an output that has just gone."""
    def come_and_go():
        while not done.is_set():
            iemd.add_sink("dongle", priority=3000, **{"session.suspend-timeout-seconds": 0})
            iemd.remove_sink("dongle")

    done, goer = threading.Event(), threading.Thread(target=come_and_go)
    goer.start()
    try:
        for _ in range(60):
            for command in ("status", "outputs"):
                asked = iemd.iemctl(command, check=False)
                assert (asked.returncode, asked.stderr) == (0, "")
    finally:
        done.set()
        goer.join()

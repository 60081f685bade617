"""A real mixer and the level: its scale is read, it is moved with consent only, the user's hand is obeyed, and all is put back."""

import math
import os
import re
import signal
import subprocess

from ear import PLAYED_DB, Ear, playing
from machine import AS_USER, USB, as_user, expect, hda_db, mixer, run, step_of
from profiles import KNOWN, KNOWN_DB, SENSITIVE, SOFT_CHAIN, TONE, source
from waiting import wait_until

LEVEL = 'level = {{ mode = "match"; reference_spl = {:.1f}; hardware_volume = "{}"; }};\n'
USERS = 0.4
PART_DB = -20.0
WANTED = KNOWN_DB + PART_DB
LOWERED = USERS * 10 ** (PART_DB / 60)


def set_up(box, consent, profile=KNOWN):
    box.write_source("desk", source("Master"))
    box.write_settings(LEVEL.format(WANTED, consent))
    box.correct("known", profile)
    box.iemctl("source", "desk")


def told(box):
    status = box.json("status")
    return status["level_code"], round(status["volume"]["part_db"], 1)


def master_db():
    """As amixer says it."""
    return float(re.search(r"Front Left:.*\[(-?[0-9.]+)dB\]", run("amixer", "-c", 0, "sget", "Master")).group(1))


def test_the_scale_of_a_mixer_is_read_and_the_hand_on_it_followed(box):
    set_up(box, "leave")
    for step in (40, 66):
        run("amixer", "-q", "-c", 0, "sset", "Master", step)
        expect("what is told of the mixer", lambda: box.json("status")["volume"]["mixer"],
               {"control": "Master", "analog": True, "moved": True, "min_db": -74, "max_db": 0, "step_db": 1, "db": master_db()})


def test_without_consent_the_mixer_is_not_moved(box):
    set_up(box, "leave")
    ear = Ear("hda", TONE)
    with playing(TONE):
        expect("what is told of the level", lambda: told(box), ("match-refused", 0))
        ear.expect(TONE, PLAYED_DB + hda_db(USERS))
        assert mixer() == str(step_of(USERS))
        box.expect_volume(USERS)


def expect_managed(box, ear):
    expect("what is told of the level", lambda: told(box), ("matched", PART_DB))
    expect("the mixer", mixer, str(step_of(LOWERED)))
    ear.expect(TONE, PLAYED_DB + hda_db(LOWERED))


def test_with_consent_the_mixer_holds_the_level_and_the_users_hand_moves_it(box):
    set_up(box, "manage")
    ear = Ear("hda", TONE)
    with playing(TONE):
        expect_managed(box, ear)
        run("amixer", "-q", "-c", 0, "sset", "Master", step_of(LOWERED) + 6)
        wait_until(lambda: mixer() == str(step_of(LOWERED) + 6) and told(box) == ("matched", PART_DB),
                   what="the hand to be obeyed, and our part to be the same")
        run("amixer", "-q", "-c", 0, "sset", "Master", step_of(LOWERED))
    box.stop_iemd()
    expect("the mixer as it was before", mixer, str(step_of(USERS)))
    box.expect_volume(USERS, iemd=False)


def test_what_a_kill_leaves_in_the_mixer_the_next_start_takes_over(box):
    set_up(box, "manage")
    ear = Ear("hda", TONE)
    with playing(TONE):
        expect_managed(box, ear)
        killed = ear.mark()
        os.kill(box.iemd_pid(), signal.SIGKILL)
        box.expect_corrected("known")  # systemd starts it again
        expect_managed(box, ear)
    assert ear.loudest(TONE, killed) < PLAYED_DB + hda_db(LOWERED) + 0.5, "it became louder by the death"
    box.write_settings("")
    expect("the mixer as it was before", mixer, str(step_of(USERS)))


def test_while_the_mixer_does_not_answer_nothing_gets_louder(box):
    """The next chain is 12 dB louder, for an output that is to be 20 dB softer: it waits, however long that takes."""
    box.write_profile("sensitive", SENSITIVE)
    set_up(box, "manage", profile=SOFT_CHAIN)
    ear = Ear("hda", TONE)
    with playing(TONE):
        expect("what is told of the level", lambda: told(box)[0], "matched")
        ear.expect_sound(TONE)
        before, start = ear.level(TONE), ear.mark()
        as_user("pkill", "-STOP", "-x", "wireplumber")
        with subprocess.Popen(["iemctl", "switch", "sensitive"], **AS_USER):
            try:
                wait_until(lambda: ear.mark() > start + 100, what="two seconds of sound")
            finally:
                as_user("pkill", "-CONT", "-x", "wireplumber")
        expect("what is told of the level", lambda: told(box)[0], "matched")
        expect("the profile", lambda: box.json("status")["profile"]["id"], "sensitive")
        ear.listen()
    assert ear.loudest(TONE, start) < before + 0.5


def test_a_mixer_control_that_the_session_manager_does_not_know_counts_and_stays(box):
    """The USB card's is called like no other: PipeWire leaves it where it is, half a decibel below 0, and so does iemd."""
    box.write_source("dongle", source("Audio Output Volume Control"))
    box.write_profile("known", KNOWN)
    box.start_iemd()
    usb = Ear("usb", TONE)
    with playing(TONE):
        box.plug()
        box.choose_unless_default(USB)
        box.iemctl("source", "dongle")
        box.iemctl("switch", "known")
        box.expect_corrected("known")
        expect("what is told of the mixer", lambda: {key: box.json("status")["volume"]["mixer"][key] for key in ("moved", "db")},
               {"moved": False, "db": -0.5})
        usb.expect_sound(TONE)
        box.set_volume(0.5)
        box.expect_volume(0.5, sink=USB)
        full_scale = KNOWN_DB - 0.5 + 60 * math.log10(0.5)
        wait_until(lambda: abs(box.json("status")["spl_now_db"] - full_scale - PLAYED_DB) < 0.5, what="the level of the moment")

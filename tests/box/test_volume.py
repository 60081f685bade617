"""The user's volume: the same number everywhere, heard once, and left as it is by iemd's coming and going."""

import os
import signal

from ear import CLOSE_DB, PLAYED_DB, SILENCE_DB, Ear, playing
from machine import HDA, configured_sink, expect, hda_db, run
from profiles import NARROW, TONE


def heard_at(number):
    """Level of the tone at the built-in card with nothing but this volume in the path."""
    return PLAYED_DB + hda_db(number)


def test_iemd_comes_in_and_leaves_at_the_users_volume(box):
    ear = Ear("hda", TONE)
    with playing(TONE):
        ear.expect(TONE, heard_at(0.4))
        box.correct("narrow", NARROW)
        box.expect_volume(0.4)
        ear.expect(TONE, heard_at(0.4))
        box.stop_iemd()
        box.expect_volume(0.4, iemd=False)
        ear.expect(TONE, heard_at(0.4))
    assert ear.loudest(TONE) < heard_at(0.4) + CLOSE_DB, f"at some moment it was {ear.loudest(TONE):.2f} dBFS"


def test_a_volume_set_while_iemd_runs_moves_everything_and_is_heard_once(box):
    by_the_card = {40: 0.27, 60: 0.58}  # Master's steps, and the number that they are
    box.correct("narrow", NARROW)
    ear = Ear("hda", TONE)
    with playing(TONE):
        ear.expect_sound(TONE)
        for number in (0.6, 0.25):
            box.set_volume(number)
            box.expect_volume(number)
            ear.expect(TONE, heard_at(number))
        for step, number in by_the_card.items():
            run("amixer", "-c", 0, "sset", "Master", step)
            box.expect_volume(number, step=step)
            ear.expect(TONE, heard_at(10 ** ((step - 74) / 60)))


def test_mute_is_the_same_everywhere_whoever_sets_it_and_outlives_the_service(box):
    hands = (lambda: box.set_mute(True), lambda: run("amixer", "-c", 0, "sset", "Master", "unmute"),
             lambda: run("amixer", "-c", 0, "sset", "Master", "mute"), lambda: box.set_mute(False))
    box.correct("narrow", NARROW)
    ear = Ear("hda", TONE)
    with playing(TONE):
        ear.expect_sound(TONE)
        for hand, level in zip(hands, (SILENCE_DB, heard_at(0.4)) * 2):
            hand()
            box.expect_volume(0.4, muted=level == SILENCE_DB)
            ear.expect(TONE, level)
        box.set_mute(True)
        box.expect_volume(0.4, muted=True)
        ear.expect_silence(TONE)
        muted = ear.mark()
        box.stop_iemd()
        box.expect_volume(0.4, muted=True, iemd=False)
        box.start_iemd()
        box.expect_corrected("narrow")
        box.expect_volume(0.4, muted=True)
        ear.listen()
    assert ear.loudest(TONE, muted) < SILENCE_DB, f"at some moment it was {ear.loudest(TONE, muted):.2f} dBFS"


def end_leaves_the_users_will(box, end):
    """Set a default and volumes, before and while iemd runs; have it ended; nothing of that has moved."""
    box.choose(HDA)
    box.correct("narrow", NARROW)
    box.set_volume(0.3)
    box.expect_volume(0.3)
    ear = Ear("hda", TONE)
    with playing(TONE):
        ear.expect(TONE, heard_at(0.3))
        end()
        expect("the default that the user asked for", configured_sink, HDA)
        box.expect_volume(0.3, iemd=False)
        ear.expect(TONE, heard_at(0.3))
    assert ear.loudest(TONE) < heard_at(0.3) + CLOSE_DB, f"at some moment it was {ear.loudest(TONE):.2f} dBFS"


def test_a_stop_leaves_the_users_volume_and_default_and_a_start_takes_them_over(box):
    end_leaves_the_users_will(box, box.stop_iemd)
    box.set_volume(0.35)
    box.start_iemd()
    box.expect_corrected("narrow")
    box.expect_volume(0.35)


def test_a_kill_leaves_the_users_volume_and_default(box):
    def kill():
        os.kill(box.iemd_pid(), signal.SIGKILL)
        box.stop_iemd()  # else systemd starts it again

    end_leaves_the_users_will(box, kill)

"""A service that hangs or dies while sound plays, under systemd."""

import os
import signal
import time

from ear import CLOSE_DB, PLAYED_DB, Ear, playing
from machine import expect, hda_db
from profiles import HEADROOM, HEADROOM_DB, TONE
from waiting import repeat_until

CORRECTED_DB = PLAYED_DB + hda_db(0.4) + HEADROOM_DB
AFTERWARDS = 2.0  # seconds that are listened to when sound has to be back


def goes_on_after(box, number, within, attempts):
    """Send a signal while a tone plays: it is heard again in time, no louder than told, and then corrected again.

    Time counts in the emulated machine as on any other, and its host is busy: a late answer counts when all are late."""
    def silence(ear):
        restarts = int(box.unit("NRestarts")["NRestarts"])
        mark, began = ear.mark(), time.monotonic()
        os.kill(box.iemd_pid(), number)
        ear.follow(within + AFTERWARDS)
        seconds = ear.longest_silence(TONE, mark, began)
        expect("how often systemd started it again", lambda: int(box.unit("NRestarts")["NRestarts"]), restarts + 1)
        box.expect_corrected("headroom")
        ear.expect(TONE, CORRECTED_DB)
        loudest = ear.loudest(TONE, mark)
        assert loudest < allowed, f"at some moment it was {loudest:.2f} dBFS; what was told allows {allowed:.2f}"
        return seconds

    box.correct("headroom", HEADROOM)
    one = Ear("hda", TONE)
    with playing(TONE):
        one.expect(TONE, CORRECTED_DB)
        allowed = CORRECTED_DB + box.json("status")["uncorrected_change_db"] + CLOSE_DB
        seconds = repeat_until(lambda: silence(one), lambda s: s < within, attempts)
    assert seconds < within, f"silence for {seconds:.1f} s; sound has to go on within {within} s"


def test_a_killed_service_is_heard_for_no_second_and_corrects_again(box):
    goes_on_after(box, signal.SIGKILL, within=1, attempts=3)


def test_a_hanging_service_is_ended_by_the_watchdog_and_corrects_again(box):
    goes_on_after(box, signal.SIGSTOP, within=12, attempts=2)

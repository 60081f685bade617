"""A USB card that comes and goes: its own EQ, its own volume, and never those of the other card."""

import math
import time

from ear import PLAYED_DB, Ear, playing, steadily_above
from machine import HDA, USB, Graph, number_of
from profiles import BOOST_DB, FOR_HDA, FOR_USB, HDA_TONE, REFERENCE, TONE, USB_NARROW, USB_TONE
from waiting import wait_until

ALL_TONES = (REFERENCE, HDA_TONE, USB_TONE)
NOT_BOOSTED = BOOST_DB / 2  # between 0 dB and the boost
# Of the emulated card itself, at what its control says is 0 dB: 240 of 255. PipeWire does all the rest.
EMULATED_DB = -0.53


def hear_all(ear, *others):
    for one in (ear, *others):
        one.listen()


def volume_of(sink):
    """A single dump of the graph may lack a node."""
    return wait_until(lambda: number_of(Graph().route(sink)["props"]), what=f"{sink} to tell its volume")


def pull_out_and_put_back(box, *ears):
    box.unplug()
    pulled = time.monotonic()
    hear_all(*ears)
    wait_until(lambda: time.monotonic() - pulled > 1, what="a second without the card")
    hear_all(*ears)
    box.plug()


def test_a_usb_card_put_back_is_corrected_again_without_a_command(box):
    box.write_profile("for-usb", FOR_USB)
    box.start_iemd()
    hda, usb = Ear("hda", *ALL_TONES), Ear("usb", *ALL_TONES)
    with playing(*ALL_TONES):
        hda.expect_boost(USB_TONE, REFERENCE, 0)
        box.plug()
        box.choose_unless_default(USB)
        box.expect_corrected("for-usb")
        usb.expect_boost(USB_TONE, REFERENCE, BOOST_DB)
        pull_out_and_put_back(box, hda, usb)
        again = len(usb.moments)
        box.expect_corrected("for-usb")
        usb.expect_boost(USB_TONE, REFERENCE, BOOST_DB)
        hda.listen()
    assert not steadily_above(hda.ratios(USB_TONE, REFERENCE), NOT_BOOSTED), "the built-in card had the USB card's EQ"
    if box.mode == "smart-filter":  # its filter waits for the card
        uncorrected = [-ratio for ratio in usb.ratios(USB_TONE, REFERENCE, again)]
        assert not steadily_above(uncorrected, -NOT_BOOSTED), "the USB card was heard without its EQ"


def test_each_card_has_its_own_eq_and_never_the_others(box):
    box.write_profile("for-usb", FOR_USB)
    box.correct("for-hda", FOR_HDA)
    hda, usb = Ear("hda", *ALL_TONES), Ear("usb", *ALL_TONES)
    with playing(*ALL_TONES):
        hda.expect_boost(HDA_TONE, REFERENCE, BOOST_DB)
        box.plug()
        box.choose_unless_default(USB)
        box.expect_corrected("for-usb")
        usb.expect_boost(USB_TONE, REFERENCE, BOOST_DB)
        pull_out_and_put_back(box, hda, usb)
        box.expect_corrected("for-usb")
        usb.expect_boost(USB_TONE, REFERENCE, BOOST_DB)
        box.choose_unless_default(HDA)
        box.expect_corrected("for-hda")
        hda.expect_boost(HDA_TONE, REFERENCE, BOOST_DB)
        usb.listen()
    assert not steadily_above(hda.ratios(USB_TONE, REFERENCE), NOT_BOOSTED), "the built-in card had the USB card's EQ"
    assert not steadily_above(usb.ratios(HDA_TONE, REFERENCE), NOT_BOOSTED), "the USB card had the built-in card's EQ"


def test_the_usb_cards_volume_is_its_own_and_outlives_pulling_out(box):
    half_db = PLAYED_DB + 60 * math.log10(0.5) + EMULATED_DB
    box.write_profile("usb-narrow", USB_NARROW)
    box.start_iemd()
    usb = Ear("usb", TONE)
    with playing(TONE):
        box.plug()
        box.choose_unless_default(USB)
        box.expect_corrected("usb-narrow")
        usb.expect_sound(TONE)
        others = volume_of(HDA)  # plugging in may have moved it in trixie: udev restores it
        box.set_volume(0.5)
        box.expect_volume(0.5, sink=USB)
        usb.expect(TONE, half_db)
        lost = usb.mark()
        box.lose_volume(USB)
        wait_until(lambda: usb.mark() and usb.loudest(TONE, lost) > half_db + 10, what="the card to play at full level")
        usb.expect(TONE, half_db)
        box.expect_volume(0.5, sink=USB)
        box.set_mute(True)
        box.expect_volume(0.5, muted=True, sink=USB)
        usb.expect_silence(TONE)
        box.set_mute(False)
        box.expect_volume(0.5, sink=USB)
        assert volume_of(HDA) == others
        box.expect_remembered(0.5)
        pull_out_and_put_back(box, usb)
        box.expect_corrected("usb-narrow")
        box.expect_volume(0.5, sink=USB)
        box.stop_iemd()
        box.expect_volume(0.5, sink=USB, iemd=False)
        usb.expect(TONE, half_db)

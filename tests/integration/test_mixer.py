"""A card's mixer behind an output: its scale is read, what it does to the level is counted, and it is never touched."""

import signal
import struct

import numpy as np
import pytest

import profiles
from harness import measure, service, sound, wait_until
from test_level import write_earphone
from test_source import write_source

FULL_SCALE = 105  # dB SPL behind the source
TONE_DB = -12
STEPS = 74
CONFIG = """
ctl_type.iemdtest {{ lib "{lib}" }}
ctl.hw {{ @args [ CARD ]  @args.CARD {{ type string }}  type iemdtest  file "{file}"  names "{names}"  max_db {max_db} }}
"""


class Card:
    """The mixer of card 0, as amixer and iemd see it: a file behind an ALSA plugin."""

    def __init__(self, session, folder, names=("Headphone",), max_db=0):
        self.session, self.names, self.max_db = session, names, max_db
        self.state, config = folder / "mixer", folder / "alsa.conf"
        self.state.write_bytes(struct.pack("4i", STEPS, STEPS, 1, 1) * len(names))
        config.write_text(CONFIG.format(lib=service.build_dir() / "tests/harness/mixer_plugin.so", file=self.state,
                                        names=" ".join(names), max_db=max_db))
        session.env["ALSA_CONFIG_PATH"] = str(config)

    def set(self, *what, control="Headphone"):
        self.session.run("amixer", "-q", "-D", "hw:0", "sset", control, *what)

    def set_db(self, db, control="Headphone"):
        self.set(STEPS + int(db) - self.max_db, control=control)

    def told(self):
        return self.session.status()["volume"]["mixer"]


@pytest.fixture
def card(session, tmp_path, request):
    """An output of a card whose mixer nobody moves but by hand, an earphone on it, and what drives it: Headphone is analog."""
    card = Card(session, tmp_path, **getattr(request, "param", {}))
    session.add_sink("earphone", priority=2000, api_alsa_pcm_card=0)
    session.start_iemd(data_dir=tmp_path)
    write_source(session, "analog", "source = { max_voltage = 1.0; output_impedance = 0.0; };"
                 'volume = { control = "Headphone"; analog = true; };')
    write_source(session, "silent", "source = { max_voltage = 1.0; output_impedance = 0.0; };")
    write_earphone(session, "known", FULL_SCALE)
    session.iemctl("source", "analog")
    session.iemctl("switch", "known")
    return card


def scale(db, control="Headphone", analog=True, max_db=0):
    return {"control": control, "analog": analog, "moved": False, "min_db": max_db - STEPS, "max_db": max_db, "step_db": 1,
            "db": db}


def test_the_scale_is_read_and_the_hand_on_it_seen(card):
    assert card.told() == scale(0)
    card.set_db(-24)
    wait_until(lambda: card.told() == scale(-24), what="the hand on the control to be seen")
    card.set("mute")
    wait_until(lambda: card.told()["db"] is None, what="its switch to be seen")
    card.set("unmute")
    assert "the card's control 'Headphone' (analog, -74 to 0 dB) is" in card.session.iemctl("status").stdout.replace("\n             ", " ")


@pytest.mark.parametrize("card", [{"names": ("Headphone", "PCM")}], indirect=True)
def test_among_several_it_is_the_one_that_the_source_names(card):
    card.set_db(-10, control="PCM")
    assert card.told() == scale(0)
    card.session.iemctl("source", "silent")
    assert card.told() is None


def test_a_single_one_need_not_be_named_but_is_not_analog_then(card):
    card.session.iemctl("source", "silent")
    assert card.told() == scale(0, analog=False)


def now_db(session):
    return session.status()["spl_now_db"]


@pytest.mark.parametrize("card, source, at, more",
                         [({}, "analog", -24, -24), ({"max_db": 6}, "analog", 6, 0), ({"max_db": 6}, "silent", 6, 6),
                          ({"max_db": 6}, "silent", -10, -10)], indirect=["card"])
def test_what_is_heard_counts_where_it_stands(card, source, at, more):
    session = card.session
    session.iemctl("source", source)
    card.set_db(at)
    with sound.Player(session, measure.tone(1000, 60.0, dbfs=TONE_DB)) as player:
        player.wait_linked()
        wait_until(lambda: now_db(session) == pytest.approx(FULL_SCALE + TONE_DB + more, abs=0.3), what="the level of the moment")
        card.set("mute")
        wait_until(lambda: card.told()["db"] is None and now_db(session) is None, what="silence to be told")
        player.stop()


def test_a_ceiling_holds_whatever_the_control_does(card):
    session = card.session
    session.iemctl("limit", "100")
    assert session.status()["level_code"] == "ceiling"
    card.set_db(-20)
    wait_until(lambda: session.status()["level_code"] == "headroom", what="the ceiling to be far")
    card.set_db(-2)
    wait_until(lambda: session.status()["level_code"] == "ceiling", what="the ceiling to be near")
    response = sound.measure_response(session, "earphone", profiles.HZ, period=profiles.PERIOD)
    assert np.abs(response[0] - (100 - FULL_SCALE + 2)).max() < 0.05


def test_what_is_managed_is_the_volume_and_never_the_mixer(card):
    session = card.session
    card.set_db(-3)
    before = card.state.read_bytes()
    session.iemctl("set", "level.reference_spl", "80")
    session.iemctl("set", "level.mode", "match")
    with sound.something_playing(session):
        assert session.status()["level_code"] == "match-refused"
        session.iemctl("set", "level.hardware_volume", "manage")
        wait_until(lambda: session.status()["volume"]["part_db"] == pytest.approx(80 - FULL_SCALE), what="the level to be matched")
        assert 20 * np.log10(session.volume("earphone")[0][0]) == pytest.approx(80 - FULL_SCALE, abs=0.1)
        session.kill_iemd(signal.SIGKILL)
    session.start_iemd()
    session.iemctl("set", "level.mode", "headroom")
    wait_until(lambda: session.volume("earphone")[0][0] == pytest.approx(1), what="the user's volume to be back")
    assert card.state.read_bytes() == before


def test_without_a_mixer_nothing_is_told_and_nothing_breaks(card):
    session = card.session
    card.state.unlink()
    session.stop_iemd()
    session.start_iemd()
    assert (card.told(), session.status()["spl_full_scale_db"]) == (None, FULL_SCALE)
    assert "mixer" not in session.iemd_log().lower() and "alsa" not in session.iemd_log().lower()


def notes(session):
    return session.iemctl("gain", "known", "--source", "analog", "--spl", "20", json=True)["notes"]


def test_gain_advises_with_the_scale_of_the_control(card):
    wanted = "The device's volume is its control 'Headphone'; it is analog, so that noise from before it gets softer, too"
    assert wanted + ", and goes from -74 to 0 dB in steps of 1 dB." in notes(card.session)
    assert "That control does not go down as far as -85.0 dB; PipeWire does the rest." in notes(card.session)
    card.session.stop_iemd()
    assert wanted + "." in notes(card.session)


def test_a_mixer_that_broke_is_read_again(card):
    """A card's driver that fails once, or its first reading on a busy machine: the ceiling counts on it."""
    session, whole = card.session, card.state.read_bytes()
    card.state.write_bytes(b"")
    card.state.rename(card.state.with_name("gone"))  # and opens no more: else alsa-lib loses memory as it loads
    wait_until(lambda: card.told() is None, what="the mixer to fail")
    card.state.write_bytes(whole)
    wait_until(lambda: card.told() == scale(0), what="it to be read again")
    assert session.status()["state"] == "idle"


@pytest.mark.parametrize("value", [10 ** 9, 80, -5])
def test_a_position_off_the_scale_counts_as_its_end(card, value):
    card.state.write_bytes(struct.pack("4i", value, value, 1, 1))
    wait_until(lambda: card.told() == scale(-STEPS if value < 0 else 0), what="a nonsense value to be taken for an end")

"""What is preferred on top of the correction: heard, counted in the preamp, remembered."""

import numpy as np
import pytest

import profiles
from harness import cookbook, measure, sound, wait_until

# At 48 kHz the correction is exact; what is preferred means the analog prototype, and is within 0.05 dB of it.
CLOSE = 0.06


def shelf_db(kind, hz, frequency, gain):
    """The analog prototype of a shelf with a Q of 0.7071."""
    a, s = 10 ** (gain / 40), 1j * np.asarray(hz) / frequency
    root = np.sqrt(2 * a)
    up, down = a * s * s + root * s + 1, s * s + root * s + a
    return 20 * np.log10(np.abs(a * (down / up if kind == "low" else up / down)))


@pytest.fixture
def bright(iemd):
    profiles.write(iemd, "bright", profiles.BRIGHT)
    iemd.iemctl("switch", "bright")
    return iemd


def measured(session):
    return sound.measure_response(session, "earphone", profiles.HZ, period=profiles.PERIOD)


def shape(side):
    return cookbook.response_db(profiles.BRIGHT, profiles.HZ, side)


def test_bass_and_treble_are_added_and_counted(bright):
    bright.iemctl("prefer", "bass", "+4")
    bright.iemctl("prefer", "treble", "-2", "--profile", "bright")
    taste = shelf_db("low", profiles.HZ, 105, 4) + shelf_db("high", profiles.HZ, 10000, -2)
    left, right = measured(bright)
    status = bright.status()
    assert status["preferred"] == "bass +4 dB, treble -2 dB"
    assert np.abs(left - shape("left") - taste - status["preamp_db"]).max() < CLOSE
    assert np.abs(right - shape("right") - taste - status["preamp_db"]).max() < CLOSE
    assert max(left.max(), right.max()) == pytest.approx(0, abs=CLOSE)
    bright.iemctl("prefer", "reset")
    bright.iemctl("prefer", "reset", "--profile", "bright")
    assert profiles.measured_deviation(bright, profiles.BRIGHT) < 0.01
    assert bright.status()["preferred"] is None


def test_balance_attenuates_one_side_only(bright):
    bright.iemctl("prefer", "balance", "+6")
    left, right = measured(bright)
    preamp = bright.status()["preamp_db"]
    assert np.abs(left - shape("left") - preamp + 6).max() < 0.01
    assert np.abs(right - shape("right") - preamp).max() < 0.01


def test_mono_is_the_same_in_both_ears(bright):
    bright.iemctl("prefer", "mono", "on")
    tone = measure.tone(1000, 1.0)
    heard = sound.play_and_record(bright, "earphone", np.stack([tone, 0 * tone], axis=1) if tone.ndim == 1 else
                                  tone * [1, 0])
    assert np.abs(heard[:, 0]).max() > 0.01
    assert np.abs(heard[:, 0] - heard[:, 1]).max() < 1e-6


def test_off_takes_it_out_as_well(bright):
    bright.iemctl("prefer", "treble", "+6")
    bright.iemctl("off", "--raw")
    assert bright.status()["preferred"] is None
    left, right = measured(bright)
    assert np.abs(left).max() < 0.01 and np.abs(right).max() < 0.01


def test_a_preference_outlives_the_service_and_a_damaged_file_does_not_stop_it(bright, tmp_path):
    bright.iemctl("prefer", "crossfeed", "chu-moy")
    bright.iemctl("prefer", "tilt", "-0.5", "--profile", "bright")
    bright.stop_iemd()
    bright.start_iemd(data_dir=tmp_path)
    wait_until(lambda: bright.status()["preferred"] == "tilt -0.5 dB an octave, crossfeed chu-moy", what="the preference")
    (bright.config_dir / "iemd/profiles/bright.conf").unlink()  # what was set for it may still be reset
    bright.iemctl("prefer", "tilt", "reset", "--profile", "bright")
    assert bright.iemctl("prefer", "tilt", "1", "--profile", "bright", check=False).returncode == 4
    profiles.write(bright, "bright", profiles.BRIGHT)
    bright.iemctl("switch", "bright")
    assert bright.status()["preferred"] == "crossfeed chu-moy"
    bright.stop_iemd()
    (bright.state_dir / "iemd/preferences.conf").write_text('preferences = ( { bass = "99"; } );')
    bright.start_iemd(data_dir=tmp_path)
    wait_until(lambda: bright.brief()[2] == "bright", what="the profile")
    assert bright.status()["preferred"] is None
    assert "'bass' is '99'; allowed is -12 to 12 dB" in bright.iemd_log()
    assert "What was preferred is forgotten." in bright.iemd_log()


def test_what_stands_twice_in_the_file_is_one_thing(bright, tmp_path):
    bright.stop_iemd()
    (bright.state_dir / "iemd/preferences.conf").write_text("""preferences = ( { bass = "1"; mono = "on"; },
        { profile = "bright"; bass = "3"; tilt = "1"; }, { bass = "2"; }, { }, { profile = "bright"; bass = "4"; } );""")
    bright.start_iemd(data_dir=tmp_path)
    wait_until(lambda: bright.status()["preferred"] == "bass +4 dB, tilt +1 dB an octave, mono on", what="what came later")
    told = bright.iemctl("prefer", json=True)
    assert (told["all"]["bass"], told["all"]["mono"], told["profiles"]) == (2, True, {"bright": {"bass": 4, "tilt": 1}})
    assert bright.iemctl("prefer").stdout.count("bass") == 2
    bright.iemctl("prefer", "reset")
    bright.iemctl("prefer", "reset", "--profile", "bright")
    assert bright.status()["preferred"] is None


SAID = [
    (["bass", "-4"], "On top of every profile bass is -4 dB; but 'bright' has its own: bass is +5 dB.\n"),
    (["bass", "reset"], "On top of every profile bass is 0 dB; but 'bright' has its own: bass is +5 dB.\n"),
    (["treble", "1"], "On top of every profile treble is +1 dB.\n"),
    (["bass", "3", "--profile", "bright"], "On top of the profile 'bright' bass is +3 dB.\n"),
    (["reset"], "On top of every profile nothing is preferred any more; what is set for single profiles stays: "
                "'iemctl prefer reset --profile bright'.\n"),
    (["reset", "--profile", "bright"], "On top of the profile 'bright' nothing is preferred any more.\n"),
    (["reset"], "On top of every profile nothing is preferred any more.\n"),
]


def test_what_is_said_is_what_is_heard(bright):
    bright.iemctl("prefer", "bass", "5", "--profile", "bright")
    for words, sentence in SAID:
        assert bright.iemctl("prefer", *words).stdout == sentence
    bright.iemctl("off")
    assert bright.iemctl("prefer", "bass", "2").stdout == (
        "On top of every profile bass is +2 dB; correction is off, 'iemctl on' turns it on.\n")


def test_what_is_set_is_told_as_json_on_request(bright):
    assert bright.iemctl("prefer", "bass", "5", json=True)["all"]["bass"] == 5
    assert bright.iemctl("prefer", "bass", "3", "--profile", "bright", json=True)["profiles"] == {"bright": {"bass": 3}}
    done = bright.iemctl("compare", "bright", "bright", "--json", check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert "The option --json wants --blind: by turns there is nothing to tell." in done.stderr


def test_a_wrong_value_is_told_with_what_is_allowed(bright):
    for words, sentence in [(["mono", "yes"], "mono is 'yes'; allowed is on or off, or reset."),
                            (["crossfeed", "x"], "crossfeed is 'x'; allowed is off, default, chu-moy or meier, or reset.")]:
        done = bright.iemctl("prefer", *words, check=False)
        assert (done.returncode, done.stderr) == (2, f"iemctl: {sentence}\n")


@pytest.fixture
def single(bright):
    """The output in use has one channel."""
    bright.add_sink("single", position=("MONO",), priority=3000)
    wait_until(lambda: any(one["node"] == "single" for one in bright.iemctl("outputs", json=True)), what="the output")
    bright.iemctl("switch", "bright", "--output", "single")
    wait_until(lambda: bright.brief()[1:] == ("single", "bright"), what="the output with one channel")
    return bright


def test_what_is_for_two_ears_is_not_told_where_there_are_none(single):
    nowhere = "; but not on single, which has not just a left and a right channel"
    for words, sentence in [(["crossfeed", "meier"], f"crossfeed is meier{nowhere}"),
                            (["balance", "3"], f"balance is +3 dB{nowhere}"),
                            (["mono", "on", "--profile", "bright"], f"mono is on{nowhere}"),
                            (["mono", "off"], "mono is off; but 'bright' has its own: mono is on"),
                            (["treble", "1"], "treble is +1 dB")]:
        assert single.iemctl("prefer", *words).stdout.endswith(f" {sentence}.\n")
    wait_until(lambda: single.status()["preferred"] == "treble +1 dB", what="what applies here")


def test_a_response_for_two_ears_says_so_elsewhere(single):
    response = np.zeros((100, 4), "f4")
    response[0] = [1, 0.1, 0.1, 1]
    single.write_profile("room", 'eq = { fir = "room.wav"; };')
    sound.write_wav(single.config_dir / "iemd/profiles/room.wav", response)
    assert single.iemctl("switch", "room").stdout == (
        "The profile on single is 'room'; its fir mixes the ears only where there is just a left and a right channel.\n")
    assert single.iemctl("switch", "room", "--output", "earphone").stdout == "The profile on earphone is 'room'.\n"


SMALL = """earphone = { impedance = 32.0; sensitivity = { value = 100.0; unit = "dB/mW"; }; %s };
eq = { bands = ( { type = "low-shelf"; frequency = 40.0; gain = 8.0; q = 0.7; } ); };"""


def bass_db(session, plain):
    """What the preference adds at both ears' bass and at 1 kHz, re PLAIN, without the preamps."""
    left, _ = measured(session)
    return [(left - plain)[np.abs(profiles.HZ - hz).argmin()] for hz in (30, 1000)]


def test_power_bounds_the_boost_and_that_is_told(bright):
    """100 dB SPL take a milliwatt, and 2 mW are 3 dB more; the correction's own 8 dB are nobody's business here."""
    bright.write_profile("small", SMALL % "max_power = 2.0;")
    bright.iemctl("switch", "small")
    plain = measured(bright)[0] - bright.status()["preamp_db"]
    held = "bass +8 dB is held at +3.0 dB, since 2 mW allow no boost above 3.0 dB at 100 dB SPL"
    assert bright.iemctl("prefer", "bass", "8").stdout == (
        f"On top of every profile bass is +8 dB; but with 'small' {held}.\n")
    assert bright.status()["preferred"] == f"bass +8 dB; {held}"
    at_30_hz, at_1_khz = bass_db(bright, plain + bright.status()["preamp_db"])
    assert at_30_hz == pytest.approx(shelf_db("low", 30, 105, 3.01), abs=CLOSE) and abs(at_1_khz) < CLOSE
    assert bright.iemctl("prefer", "treble", "2", "--profile", "small").stdout.endswith(f"; but with 'small' {held}.\n")
    assert bright.iemctl("prefer", "balance", "2").stdout == "On top of every profile balance is +2 dB.\n"
    bright.iemctl("prefer", "balance", "reset")
    bright.iemctl("set", "level.reference_spl", "90")  # there it bears 13 dB, and that is in force at once
    wait_until(lambda: "held" not in bright.status()["preferred"], what="what is borne at 90 dB SPL")
    at_30_hz, _ = bass_db(bright, plain + bright.status()["preamp_db"])
    assert at_30_hz == pytest.approx(shelf_db("low", 30, 105, 8), abs=CLOSE)
    bright.iemctl("prefer", "treble", "reset", "--profile", "small")
    bright.iemctl("switch", "bright")
    assert bright.iemctl("prefer", "bass", "8").stdout == "On top of every profile bass is +8 dB.\n"


def test_beyond_the_rated_range_no_boost_is_heard(bright):
    bright.write_profile("small", SMALL % "")
    bright.iemctl("switch", "small")
    plain = measured(bright)[0] - bright.status()["preamp_db"]
    bright.iemctl("prefer", "bass", "6")
    assert bass_db(bright, plain + bright.status()["preamp_db"])[0] > 5
    assert bright.status()["preamp_db"] == pytest.approx(-14, abs=0.1)
    bright.write_profile("small", SMALL % "frequency_range = ( 60.0, 20000.0 );")
    wait_until(lambda: bass_db(bright, plain + bright.status()["preamp_db"])[0] < 0.5, what="the range to bound it")
    assert bright.status()["preamp_db"] == pytest.approx(-8, abs=0.1)  # the correction's own; it was -14

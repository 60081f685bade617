"""The level: matched, held below a ceiling, or refused with the reason; and what an output impedance does is undone."""

import numpy as np
import pytest

import profiles
from harness import cookbook, sound, wait_until
from test_source import write_source

HZ = profiles.HZ
FACTS = 'earphone = {{ impedance = 20.0; sensitivity = {{ value = {}; unit = "dB/V"; }}; {} }};'
CURVE = [(20, 12), (150, 12.5), (500, 14), (1000, 20), (1800, 34), (3000, 18), (5000, 7), (8000, 9.5), (12000, 16), (20000, 24)]


def write_earphone(session, name, db_per_v, more="", bands=()):
    return session.write_profile(name, cookbook.profile_text(bands, FACTS.format(float(db_per_v), more)))


def gain_db(session, hz=1000):
    """What is measured at the earphone's sink, left and right alike."""
    response = sound.measure_response(session, "earphone", HZ, period=profiles.PERIOD)
    assert np.abs(response[0] - response[1]).max() < 1e-3
    return response[0][np.abs(HZ - hz).argmin()]


@pytest.fixture
def desk(iemd):
    """A source of 1 V without output impedance: full scale has as many dB SPL as the earphone has dB/V."""
    write_source(iemd, "desk", "source = { max_voltage = 1.0; output_impedance = 0.0; };")
    write_source(iemd, "soft", "source = { max_voltage = 1.0; output_impedance = 10.0; };")
    write_earphone(iemd, "quiet", 101)
    write_earphone(iemd, "loud", 105.5, bands=[("low-shelf", 100, 3.0, 0.7, "all")])
    write_earphone(iemd, "louder", 125)
    iemd.iemctl("source", "desk")
    return iemd


def test_earphones_are_matched_within_what_the_chain_may_do(desk):
    desk.iemctl("set", "level.mode", "match")
    at_ear = {}
    for name, full_scale in (("quiet", 101), ("loud", 105.5)):
        desk.iemctl("switch", name)
        at_ear[name] = full_scale + gain_db(desk)
        status = desk.status()
        assert status["level_code"] == "matched" and status["level_reason"] == "Matched: a full-scale sine has 100.0 dB SPL."
        assert status["spl_full_scale_db"] == pytest.approx(full_scale)
        assert status["spl_sine_db"] == pytest.approx(100)
    assert at_ear == {"quiet": pytest.approx(100, abs=0.1), "loud": pytest.approx(100, abs=0.1)}


def test_what_takes_more_is_refused_with_the_reason(desk):
    desk.iemctl("set", "level.mode", "match")
    desk.iemctl("switch", "louder")
    status = desk.status()
    assert (status["level_code"], status["gain_db"]) == ("match-refused", 0)
    assert "Not matched to 100.0 dB SPL" in status["level_reason"] and "only the device's volume" in status["level_reason"]
    assert abs(gain_db(desk)) < 0.01


def test_a_ceiling_holds_and_the_devices_volume_helps_it(desk):
    desk.iemctl("switch", "loud")
    plain = gain_db(desk)
    desk.iemctl("limit", "100")
    assert desk.status()["level_code"] == "ceiling"
    # the shelf's top, 3 dB above what is without it
    assert 105.5 + gain_db(desk) == pytest.approx(100 - 3, abs=0.15)
    with sound.something_playing(desk):  # a sink that sleeps tells no volume
        wait_until(lambda: desk.status()["state"] == "running", what="sound to run")
        desk.set_volume("earphone", [0.5, 0.5])
        wait_until(lambda: desk.status()["level_code"] == "headroom", what="the ceiling to be far")
        desk.set_volume("earphone", [1.0, 1.0])
        wait_until(lambda: desk.status()["level_code"] == "ceiling", what="the ceiling to hold again")
    desk.iemctl("limit", "90")
    status = desk.status()
    assert status["level_code"] == "ceiling-refused" and "cannot be kept" in status["level_reason"]
    desk.iemctl("limit", "off")
    assert gain_db(desk) == pytest.approx(plain, abs=1e-3)


def test_without_a_source_nothing_is_made_up(desk):
    desk.iemctl("set", "level.mode", "match")
    desk.iemctl("source", "none")
    desk.iemctl("switch", "quiet")
    status = desk.status()
    assert (status["spl_full_scale_db"], status["spl_sine_db"], status["level_code"]) == (None, None, "unknown")
    assert "'iemctl source'" in status["level_reason"]
    assert abs(gain_db(desk)) < 1e-3


def change_db(hz, output_ohm):
    """What the divider makes of the curve, re 1 kHz."""
    at, ohm = zip(*CURVE)
    def divided(f):
        z = np.interp(np.log(f), np.log(at), ohm)
        return 20 * np.log10(z / (z + output_ohm))
    return divided(hz) - divided(1000)


def farthest_from_1khz(response):
    farthest = np.abs(response - response[np.abs(HZ - 1000).argmin()]).max()
    print(f"\n{farthest:.3f} dB from what it is at 1 kHz")
    return farthest


def test_behind_ten_ohms_the_response_at_the_terminals_is_level(desk):
    points = ", ".join(f"({float(hz)}, {float(ohm)})" for hz, ohm in CURVE)
    write_earphone(desk, "drivers", 101, f"impedance_curve = ( {points} );")
    desk.iemctl("source", "soft")
    desk.iemctl("switch", "drivers")
    response = sound.measure_response(desk, "earphone", HZ, period=profiles.PERIOD)[0]
    at_terminals = response + change_db(HZ, 10)
    assert farthest_from_1khz(at_terminals) < 0.1
    assert desk.status()["damping_db"] == pytest.approx(-change_db(np.array([20, 150, 1800, 5000, 20000]), 10).min(), abs=0.05)
    desk.iemctl("source", "desk")
    assert desk.status()["damping_db"] == 0
    assert np.ptp(sound.measure_response(desk, "earphone", HZ, period=profiles.PERIOD)[0]) < 0.01


def write_zma(desk, rows):
    (desk.config_dir / "iemd/profiles/drivers.zma").write_text("".join(f"{hz} {ohm} {deg}\n" for hz, ohm, deg in rows))


def test_a_curve_in_a_file_counts_with_its_phase_and_is_read_again_when_it_changes(desk):
    degrees = dict(zip((hz for hz, _ in CURVE), (0, 3, 15, 20, -30, -25, -10, 30, 40, 20)))
    rows = [(hz, ohm, degrees[hz]) for hz, ohm in CURVE]
    write_zma(desk, rows)
    write_earphone(desk, "drivers", 101, 'impedance_curve = "drivers.zma";')
    desk.iemctl("source", "soft")
    desk.iemctl("switch", "drivers")
    at, ohm, deg = (np.array(column, dtype=float) for column in zip(*rows))

    def divided(f):
        x = np.log(f)
        z = np.interp(x, np.log(at), ohm) * np.exp(1j * np.radians(np.interp(x, np.log(at), deg)))
        return 20 * np.log10(np.abs(z / (z + 10)))

    response = sound.measure_response(desk, "earphone", HZ, period=profiles.PERIOD)[0]
    at_terminals = response + divided(HZ)
    assert farthest_from_1khz(at_terminals) < 0.1
    write_zma(desk, [(20, 20, 0), (20000, 20, 0)])
    wait_until(lambda: desk.status()["damping_db"] == 0, what="the new curve to be in force")
    write_zma(desk, rows)
    wait_until(lambda: desk.status()["damping_db"] != 0, what="the old one to be back")

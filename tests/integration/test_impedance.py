"""Impedance curves in files: beside a profile, and asked about before there is one; figures are worked out here once more."""

import cmath
import math
import re

import pytest

# Several drivers: Hz, ohm, degrees.
CURVE = [(20, 12, 0), (300, 15, 12), (1000, 20, 20), (1800, 34, -15), (5000, 7, -30), (20000, 24, 40)]
ZMA = "* Acme\n" + "".join(f"{hz:10.3f} {ohm:8.3f} {phase:8.3f}\n" for hz, ohm, phase in CURVE)

SOURCE = """source = { name = "Acme Amp"; max_voltage = 2.0; output_impedance = 10.0; };"""
EARPHONE = """earphone = { brand = "Acme"; model = "Multi"; impedance = 20.0;
  sensitivity = { value = 110.0; unit = "dB/mW"; }; %s };"""


@pytest.fixture
def acme(box):
    box.write("data/profiles/sources/amp.conf", SOURCE)
    box.write("data/profiles/plain.conf", EARPHONE % "")
    box.write("config/iemd/profiles/multi.conf", EARPHONE % 'impedance_curve = "multi.zma";')
    box.write("config/iemd/profiles/multi.zma", ZMA)
    return box


def db(ratio):
    return 20 * math.log10(abs(ratio))


def change(output_ohm, curve=CURVE):
    """The largest change of response at the curve's points, re 1 kHz."""
    dividers = {hz: db(z / (z + output_ohm)) for hz, z in
                ((hz, cmath.rect(ohm, math.radians(phase))) for hz, ohm, phase in curve)}
    return max(abs(divider - dividers[1000]) for divider in dividers.values())


def test_a_curve_beside_a_profile_counts_with_its_phase(acme):
    g = acme.json("gain", "multi", "--source", "amp")
    assert g["damping_error_db"] == pytest.approx(change(10), abs=1e-9)
    assert g["damping_error_db"] != pytest.approx(change(10, [(hz, ohm, 0) for hz, ohm, _ in CURVE]), abs=0.05)
    z = cmath.rect(20, math.radians(20))
    assert g["spl_full_scale_db"] == pytest.approx(110 + 10 * math.log10(50) + db(2 * z / (z + 10)), abs=1e-9)
    assert g["impedance_curve"] == {"file": "multi.zma", "points": 6, "phase": True}
    assert "6 points, 20 Hz to 20000 Hz, with phase, from multi.zma" in acme.run("gain", "multi")[0]


def test_gain_takes_the_curve_of_a_file_for_once(acme):
    assert acme.json("gain", "plain", "--source", "amp")["damping_error_db"] is None
    acme.write("here.csv", "Hz;ohm\n" + "".join(f"{hz},0;{ohm},0\n" for hz, ohm, _ in reversed(CURVE)))
    for profile in ("plain", "multi"):
        g = acme.json("gain", profile, "--source", "amp", "--impedance", "here.csv")
        assert g["damping_error_db"] == pytest.approx(change(10, [(hz, ohm, 0) for hz, ohm, _ in CURVE]), abs=1e-9)
        assert g["impedance_curve"] == {"file": "here.csv", "points": 6, "phase": False}
    out = acme.run("gain", "plain", "--source", "amp", "--impedance", "here.csv")[0]
    assert re.search(r"curve +6 points, 20 Hz to 20000 Hz, from here\.csv\n", out)
    assert acme.json("gain", "plain")["impedance_curve"] is None
    rows = acme.json("gain", "plain", "--all", "--impedance", "config/iemd/profiles/multi.zma")
    assert [row["damping_error_db"] for row in rows] == [pytest.approx(change(10), abs=1e-9)]


@pytest.mark.parametrize("text, said", [
    ("20 12 1\n1000 0.01 1\n", "bad.zma:2: the impedance is 0.01, outside 0.1 to 100000 ohm"),
    ("20,5,12,5\n", "bad.zma:1: whether a comma separates or is decimal is not clear"),
    ("", "bad.zma: there is no row of numbers"),
    (None, "bad.zma: there is no such file, or it is no plain one"),
])
def test_what_is_no_curve_is_refused_with_its_line(acme, text, said):
    if text is not None:
        acme.write("bad.zma", text)
        acme.write("config/iemd/profiles/bad.zma", text)
    acme.write("config/iemd/profiles/bad.conf", EARPHONE % '\nimpedance_curve = "bad.zma";')
    assert said in acme.run("gain", "plain", "--impedance", "bad.zma", status=1)[1]
    assert said in acme.run("check", "bad.zma", status=1)[1]
    err = acme.run("check", status=1)[1]
    assert said in err and "bad.conf:3: 'impedance_curve' names \"bad.zma\", which does not load" in err
    assert "bad.conf:3: 'impedance_curve' names" in acme.run("check", "config/iemd/profiles/bad.conf", status=1)[1]


def test_show_and_check_tell_the_curve(acme):
    shown = acme.json("show", "multi")
    assert shown["impedance_file"] == "multi.zma"
    assert shown["impedance_curve"] == [[hz, ohm] for hz, ohm, _ in CURVE]
    assert shown["impedance_phase"] == [[hz, phase] for hz, _, phase in CURVE]
    assert re.search(r"impedance +20 ohm at 1 kHz\n *curve +6 points, 20 Hz to 20000 Hz, with phase, from multi\.zma\n",
                     acme.run("show", "multi")[0])
    profile = "config/iemd/profiles/multi.conf"
    for path in (profile, str(acme.root / profile)):
        out, err = acme.run("check", path)
        assert "1 profile" in out
        assert f"{path}: the impedance curve has 6 points, 20 Hz to 20000 Hz, with phase, from multi.zma" in err
    out, err = acme.run("check", "config/iemd/profiles/multi.zma")
    assert "and 1 impedance curve.\n" in out and "multi.zma: the impedance curve has 6 points" in err
    assert acme.run("check")[1] == ""


def test_an_impedance_may_be_known_from_the_curve_alone(acme):
    acme.write("config/iemd/profiles/curve.conf", 'earphone = { impedance_curve = "multi.zma"; };')
    assert re.search(r"impedance +20 ohm at 1 kHz, by the curve\n", acme.run("show", "curve")[0])


def test_a_renamed_profile_keeps_its_curve(acme):
    acme.run("rename", "multi", "several")
    assert len(acme.json("show", "several")["impedance_curve"]) == 6
    acme.run("remove", "several")
    assert (acme.root / "config/iemd/profiles/multi.zma").exists()  # as a fir's sound file, it may be another's as well


def test_more_points_than_a_curve_has_are_thinned(acme):
    rows = [(1 + 0.366 * i, 20 + 10 * math.sin(math.log(1 + 0.366 * i))) for i in range(54000)]
    acme.write("long.txt", "* Freq(Hz) Z(Ohms)\n" + "".join(f"{hz:.6f} {ohm:.6f}\n" for hz, ohm in rows))
    g = acme.json("gain", "plain", "--source", "amp", "--impedance", "long.txt")
    assert 10 < g["impedance_curve"]["points"] <= 2000
    at_1khz = 20 + 10 * math.sin(math.log(1000))
    most = max(abs(db(ohm / (ohm + 10)) - db(at_1khz / (at_1khz + 10))) for hz, ohm in rows if 20 <= hz <= 20000)
    assert g["damping_error_db"] == pytest.approx(most, abs=0.01)

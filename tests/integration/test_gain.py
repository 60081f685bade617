"""iemctl gain: what a source makes of an earphone, in figures that are worked out here once more."""

import math

import pytest

KEYS = {
    "impedance_ohm", "sensitivity_db_per_mw", "sensitivity_db_per_v", "source", "spl_full_scale_db", "max_spl_db",
    "limited_by", "at_spl", "hiss_spl_dba", "damping_error_db", "eq_preamp_db", "digital_gain_db", "hardware_gain_db",
    "needed_spl_db", "notes",
}
SOURCE_KEYS = {"id", "name", "max_vrms", "output_impedance_ohm", "max_current_ma", "noise_uv"}
AT_SPL_KEYS = {"spl_db", "volts_rms", "source_volts_rms", "current_ma", "power_mw", "feasible"}

DONGLE = """source = { name = "Acme Dongle"; kind = "dongle"; max_voltage = 2.0; max_current = 60.0;
  output_impedance = 0.5; noise = 1.2; };"""

# Everything is known of it.
FULL = """earphone = { brand = "Acme"; model = "Full";
  impedance = 16.0; sensitivity = { value = 106.0; unit = "dB/mW"; };
  impedance_curve = ( (20.0, 20.0), (1000.0, 16.0), (4000.0, 8.0), (20000.0, 40.0) );
  max_power = 50.0; isolation = 25.0; };
eq = { bands = ( { type = "low-shelf"; frequency = 105.0; gain = 6.0; q = 0.7; } ); };"""


@pytest.fixture
def acme(box):
    box.write("data/profiles/full.conf", FULL)
    box.write("data/profiles/acme-one.conf",
              'earphone = { brand = "Acme"; impedance = 22.0; sensitivity = { value = 110.0; unit = "dB/mW"; }; };')
    box.write("data/profiles/bare.conf", "")
    box.write("data/profiles/sources/dongle.conf", DONGLE)
    box.write("data/profiles/sources/unknown.conf", 'source = { name = "What?"; };')
    box.write("data/profiles/sources/rated.conf",
              "source = { rated_power = ( (32.0, 80.0) ); output_impedance = 0.0; };")
    return box


def near(value):
    return pytest.approx(value, abs=1e-9)


def db(ratio):
    return 20 * math.log10(ratio)


# --- the figures ---------------------------------------------------------------------------------------------------

def test_every_key_is_there_whatever_is_known(acme):
    for profile in ("full", "acme-one", "bare"):
        for source in ((), ("--source", "dongle"), ("--source", "unknown")):
            for asked in ((), ("--spl", "100"), ("--noise", "70")):
                g = acme.json("gain", profile, *source, *asked)
                assert KEYS <= set(g)
                assert SOURCE_KEYS <= set(g["source"]) and (g["source"]["id"] is None) == (not source)
                assert (g["at_spl"] is None) == ("--spl" not in asked)
                if g["at_spl"]:
                    assert set(g["at_spl"]) == AT_SPL_KEYS
                assert all(isinstance(note, str) and note.endswith(".") for note in g["notes"])


def test_figures_of_an_earphone_of_which_all_is_known(acme):
    g = acme.json("gain", "full", "--source", "dongle", "--spl", "100", "--noise", "75")
    per_v = 106 + 10 * math.log10(1000 / 16)
    assert (g["impedance_ohm"], g["sensitivity_db_per_mw"]) == (16, 106)
    assert g["sensitivity_db_per_v"] == near(per_v)
    assert {key: g["source"][key] for key in SOURCE_KEYS} == {
        "id": "dongle", "name": "Acme Dongle", "max_vrms": 2, "output_impedance_ohm": 0.5, "max_current_ma": 60,
        "noise_uv": 1.2}
    assert g["spl_full_scale_db"] == near(per_v + db(2 * 16 / 16.5))
    assert g["max_spl_db"] == near(per_v + db(0.06 * 8)) and g["limited_by"] == "current"  # 8 ohm at 4 kHz
    volts = 10 ** ((100 - per_v) / 20)
    at = g["at_spl"]
    assert at["volts_rms"] == near(volts) and at["source_volts_rms"] == near(volts * 16.5 / 16)
    assert at["current_ma"] == near(1000 * volts / 16) and at["power_mw"] == near(1000 * volts ** 2 / 16)
    assert at["feasible"] is True
    assert g["hiss_spl_dba"] == near(per_v + db(1.2e-6 * 16 / 16.5))
    assert g["damping_error_db"] == near(abs(db(8 / 8.5) - db(16 / 16.5)))
    assert g["needed_spl_db"] == near(75 - 25 + 15)
    assert g["eq_preamp_db"] == pytest.approx(-6, abs=0.05)


def test_the_earphone_s_own_limit_counts(acme):
    acme.write("data/profiles/full.conf", FULL.replace("max_power = 50.0", "max_power = 5.0"))
    g = acme.json("gain", "full", "--source", "dongle")
    assert g["limited_by"] == "power"
    assert g["max_spl_db"] == near(g["sensitivity_db_per_v"] + db(math.sqrt(0.005 * 8)))


def test_a_rated_power_alone_tells_the_highest_level_and_not_that_of_full_scale(acme):
    g = acme.json("gain", "acme-one", "--source", "rated", "--spl", "100")
    assert g["max_spl_db"] == near(g["sensitivity_db_per_v"] + db(0.05 * 22)) and g["limited_by"] == "power"
    assert g["spl_full_scale_db"] is None and g["source"]["max_vrms"] is None
    assert g["at_spl"]["feasible"] is True and g["at_spl"]["source_volts_rms"] == near(g["at_spl"]["volts_rms"])
    assert g["damping_error_db"] == 0  # from 0 ohm nothing can change
    assert any("rated into 32 ohm; no more than the current" in note for note in g["notes"])


# --- what to set ---------------------------------------------------------------------------------------------------

def test_the_digital_gain_is_the_headroom_and_the_device_does_the_rest(acme):
    for spl in (60, 90, 110):
        g = acme.json("gain", "full", "--source", "dongle", "--spl", str(spl))
        assert g["digital_gain_db"] == pytest.approx(g["eq_preamp_db"], abs=0.06)  # what undoes the 0.5 ohm counts, too
        points = acme.run("response", "full")[0].splitlines()[1:]
        at_1khz = min((abs(float(hz) - 1000), float(left)) for hz, left, _ in map(str.split, points))[1]
        assert g["spl_full_scale_db"] + at_1khz + g["hardware_gain_db"] == pytest.approx(spl, abs=0.05)
    assert any("may clip" in note for note in acme.json("gain", "full", "--source", "dongle")["notes"])
    assert not any("may clip" in note for note in g["notes"])
    g = acme.json("gain", "full", "--source", "dongle", "--spl", "130")
    assert g["hardware_gain_db"] == 0 and g["at_spl"]["feasible"] is False and g["level_reason"] == "no-more"


def test_without_a_level_it_is_told_what_the_settings_lead_to(acme):
    def level(text):
        acme.write("config/iemd/iemd.conf", f"level = {{ {text} }};")
        g = acme.json("gain", "full", "--source", "dongle")
        return g["level_reason"], round(g["digital_gain_db"] - g["eq_preamp_db"], 1), g["hardware_gain_db"]

    assert level("") == ("headroom", 0, 0)
    assert level('mode = "match";') == ("match-refused", 0, 0)
    assert level("max_spl = 80;") == ("ceiling-refused", -6, 0)
    reason, digital, hardware = level('mode = "match"; hardware_volume = "manage";')
    assert (reason, digital) == ("matched", 0) and hardware < -10
    acme.write("config/iemd/iemd.conf", "level = { max_spl = -1; };")
    assert "'max_spl' is -1" in acme.run("gain", "full", status=1)[1]


def test_a_preamp_of_the_profile_s_own_is_told(acme):
    acme.write("data/profiles/own.conf", FULL.replace("eq = {", "eq = { preamp = -9.0;"))
    g = acme.json("gain", "own", "--source", "dongle")
    assert g["eq_preamp_db"] == -9 and g["digital_gain_db"] == -9


# --- what is not known ---------------------------------------------------------------------------------------------

def test_without_a_source_its_figures_are_null(acme):
    g = acme.json("gain", "acme-one", "--spl", "100")
    assert all(g["source"][key] is None for key in SOURCE_KEYS)
    for key in ("spl_full_scale_db", "max_spl_db", "limited_by", "hiss_spl_dba", "damping_error_db",
                "hardware_gain_db"):
        assert g[key] is None, key
    at = g["at_spl"]
    assert at["volts_rms"] > 0 and at["source_volts_rms"] is None and at["feasible"] is None
    assert g["digital_gain_db"] == g["eq_preamp_db"] == 0
    assert any("--source" in note for note in g["notes"])


def test_what_is_not_known_is_null_and_a_note_says_why(acme):
    g = acme.json("gain", "acme-one", "--source", "unknown", "--noise", "70")
    assert all(g[key] is None for key in ("spl_full_scale_db", "max_spl_db", "limited_by", "hiss_spl_dba",
                                          "damping_error_db", "needed_spl_db"))
    told = " ".join(g["notes"])
    for what in ("highest voltage", "output impedance", "noise", "isolation"):
        assert f"The {what} of the " in told
    g = acme.json("gain", "acme-one", "--source", "dongle")
    assert g["damping_error_db"] is None and "no impedance curve" in " ".join(g["notes"])
    g = acme.json("gain", "bare", "--source", "dongle", "--spl", "100")
    assert g["impedance_ohm"] is None and g["max_spl_db"] is None and g["at_spl"]["volts_rms"] is None
    assert g["hardware_gain_db"] is None and g["digital_gain_db"] == 0


def test_an_unknown_output_impedance_leaves_a_bound(acme):
    acme.write("data/profiles/sources/open.conf", "source = { max_voltage = 1.0; };")
    g = acme.json("gain", "acme-one", "--source", "open", "--spl", "140")
    assert g["spl_full_scale_db"] is None and g["at_spl"]["feasible"] is False
    assert any("126.6 dB SPL; it has no more" in note for note in g["notes"])
    assert acme.json("gain", "acme-one", "--source", "open", "--spl", "120")["at_spl"]["feasible"] is None


# --- all sources ---------------------------------------------------------------------------------------------------

def test_all_sources_the_loudest_first_the_unknown_last(acme):
    acme.write("data/profiles/sources/loud.conf", "source = { max_voltage = 10.0; output_impedance = 1.0; };")
    acme.write("data/profiles/sources/broken.conf", "source = 1;")
    ranked = acme.json("gain", "acme-one", "--all", "--spl", "100")
    assert [g["source"]["id"] for g in ranked] == ["loud", "dongle", "rated", "unknown"]
    assert all(KEYS <= set(g) for g in ranked)
    assert ranked[1] == acme.json("gain", "acme-one", "--source", "dongle", "--spl", "100")
    rows = [line.split() for line in acme.run("gain", "acme-one", "--all", "--spl", "130")[0].splitlines()]
    assert rows[0][0] == "SOURCE" and rows[0][-2:] == ["130", "dB"]
    assert [row[0] for row in rows[1:5]] == ["loud", "dongle", "rated", "unknown"]
    assert [row[-1] for row in rows[1:5]] == ["yes", "no", "no", "?"]


def test_no_sources_are_no_failure(acme):
    for path in (acme.shipped / "sources").iterdir():
        path.unlink()
    assert acme.json("gain", "acme-one", "--all") == []
    assert "There are no sources." in acme.run("gain", "acme-one", "--all")[1]


# --- for people, and wrong usage -----------------------------------------------------------------------------------

def test_people_are_answered(acme):
    text = " ".join(acme.run("gain", "full", "--source", "dongle", "--spl", "100", "--noise", "75")[0].split())
    for said in ("Acme Full on Acme Dongle", "loud enough yes: at most 117.6 dB SPL, 17.6 dB more than 100, limited by "
                 "its current", "full scale 129.7 dB SPL", "hiss 5.3 dB SPL(A), inaudible",
                 "in noise 65.0 dB SPL needed", "by -0.26 dB at 4000 Hz", "then has 100.0 dB SPL", 'level.hardware_volume is "manage"'):
        assert said in text, text
    text = " ".join(acme.run("gain", "acme-one", "--source", "unknown")[0].split())
    assert "loud enough unknown full scale unknown hiss unknown response unknown" in text


def test_a_terminal_of_80_columns_is_wide_enough(acme):
    for args in (["full", "--source", "dongle", "--spl", "100", "--noise", "70"], ["full", "--all"], ["bare"]):
        assert max(map(len, acme.on_terminal("gain", *args).splitlines())) <= 80


@pytest.mark.parametrize("args, status, said", [
    ([], 2, "'gain' lacks an argument."),
    (["acme-one", "dongle"], 2, "'dongle' is one argument too many."),
    (["acme-one", "--spl", "141"], 2, "--spl is '141'; allowed are numbers from 0 to 140."),
    (["acme-one", "--spl", "loud"], 2, "--spl is 'loud'; allowed are numbers from 0 to 140."),
    (["acme-one", "--noise", "-1"], 2, "--noise is '-1'; allowed are numbers from 0 to 140."),
    (["acme-one", "--noise"], 2, "The option --noise wants a value, DBA."),
    (["acme-one", "--all", "--source", "dongle"], 2, "--all and --source exclude each other."),
    (["acme-on"], 4, "There is no profile 'acme-on'; did you mean 'acme-one'? 'iemctl list' shows them all."),
    (["dongle"], 4, "There is no profile 'dongle'; that is a source"),
    (["acme-one", "--source", "dongel"], 4, "There is no source 'dongel'; did you mean 'dongle'?"),
    (["acme-one", "--source", "nothing-like-it"], 4, "'iemctl list --sources' shows them all."),
    (["acme-one", "--source", "full"], 4, "There is no source 'full'; that is a profile"),
    (["acme-one", "--source", "broken"], 1, "The source 'broken' does not load:"),
])
def test_gain_refuses(acme, args, status, said):
    acme.write("data/profiles/sources/broken.conf", "source = 1;")
    out, err = acme.run("gain", *args, status=status)
    assert said in err and out == ""

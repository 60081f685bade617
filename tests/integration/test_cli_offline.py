"""iemctl without a service: every command with right and wrong input, its exit status and what it says.

Run with: IEMD_BUILD=build /usr/bin/python3 -m pytest tests/integration/test_cli_offline.py
"""
import cmath
import json
import math
import re
import struct
import subprocess

import pytest

from offline import ACME, IEMCTL

PRESET = """Preamp: -6.5 dB
Filter 1: ON LSC Fc 105 Hz Gain 5.5 dB Q 0.70
Filter 2: ON PK Fc 3100 Hz Gain -2.5 dB Q 1.41
Filter 3: ON XX Fc 100 Hz Gain 1 dB Q 1
Convolution: room.wav
"""


# --- the program ---------------------------------------------------------------------------------------------------

def test_help_version_and_wrong_usage(box):
    assert re.fullmatch(r"iemctl \d+\.\d+\.\d+\n", box.run("--version")[0])
    overview = box.run("help")[0]
    assert {"status", "switch", "list", "show", "import", "response", "check", "set"} <= set(
        re.findall(r"^  (\w+) ", overview, re.M))
    for command in re.findall(r"^  (\w+) ", overview, re.M):
        text = box.run(command, "--help")[0]
        assert text == box.run("help", command)[0]
        assert text.startswith(f"Usage: iemctl {command}")
        assert max(map(len, text.splitlines())) <= 80 and not re.search(r" $", text, re.M)
    done = subprocess.run([IEMCTL], capture_output=True, env=box.env)
    assert done.returncode == 2 and done.stdout == b"" and done.stderr.startswith(b"Usage: iemctl COMMAND")


@pytest.mark.parametrize("args, said", [
    (["lst"], "There is no command 'lst'; did you mean 'list'?"),
    (["xyzzyx"], "There is no command 'xyzzyx'; 'iemctl help' lists them all."),
    (["--bogus"], "There is no option '--bogus' here."),
    (["list", "--bogus=1"], "There is no option '--bogus' here."),
    (["list", "--json=1"], "The option --json takes no value."),
    (["import", "x", "--json"], "There is no option '--json' here."),
    (["response", "acme-one", "--rate"], "The option --rate wants a value, HZ."),
    (["switch", "acme-one", "--output", ""], "The option --output wants a value, O."),
    (["switch", "acme-one", "--output="], "The option --output wants a value, O."),
    (["response", "acme-one", "--rate", "7999"], "--rate is '7999'; allowed are numbers from 8000 to 768000."),
    (["response", "acme-one", "--rate=nan"], "--rate is 'nan'; allowed are numbers from 8000 to 768000."),
    (["compare", "a", "b", "--blind", "--trials", "2.5"],
     "--trials is '2.5'; allowed are whole numbers from 1 to 1000."),
    (["compare", "a", "b", "--blind", "--trials", "0"], "--trials is '0'; allowed are whole numbers from 1 to 1000."),
    (["compare", "a", "b", "--trials", "8"], "The option --trials wants --blind: by turns there are none."),
    (["show"], "'show' lacks an argument."),
    (["show", "a", "b"], "'b' is one argument too many."),
    (["list", "--user", "--system"], "--user and --system exclude each other."),
    (["list", "--targets", "--sources"], "--targets and --sources exclude each other."),
    (["show\x1b[31m"], "There is no command 'show?[31m'"),
])
def test_wrong_usage_is_told(box, args, said):
    assert said in box.run(*args, status=2)[1]


def test_options_may_stand_anywhere(box):
    assert box.run("--json", "list")[0] == box.run("list", "--json")[0]
    assert box.run("show", "--", "acme-one")[0] == box.run("show", "acme-one")[0]
    assert box.run("response", "--rate=96000", "acme-one")[0] == box.run("response", "acme-one", "--rate", "96000")[0]


@pytest.mark.parametrize("args", [
    ["list"], ["list", "--json"], ["show", "acme-one"], ["show", "acme-one", "--json"], ["response", "acme-one"],
    ["response", "acme-one", "--json"], ["help"], ["show", "--help"], ["--version"], ["check"], ["check", "--json"],
    ["set"], ["set", "--json"], ["gain", "acme-one", "--json"], ["import", "preset.txt"],
])
def test_what_cannot_be_printed_is_a_failure(box, args):
    box.write("preset.txt", PRESET)
    with open("/dev/full", "wb") as full:
        done = subprocess.run([IEMCTL, *args], stdout=full, stderr=subprocess.PIPE, env=box.env, cwd=box.root)
    assert done.returncode == 1
    assert done.stderr.decode().splitlines()[-1] == (
        "iemctl: Standard output cannot be written: No space left on device.")


# --- list, show ----------------------------------------------------------------------------------------------------

def test_list_tells_where_each_comes_from(box):
    box.write("data/profiles/zeta.conf", "")
    box.write("config/iemd/profiles/zeta.conf", 'earphone = { brand = "Zed"; };')
    box.write("data/profiles/broken.conf", "eq = { bnds = 1; };")
    listed = {p["id"]: p for p in box.json("list")}
    assert {i: p["from"] for i, p in listed.items()} == {"acme-one": "shipped", "broken": "shipped", "zeta": "user"}
    assert listed["acme-one"] == {"id": "acme-one", "brand": "Acme", "model": "One", "from": "shipped",
                                  "path": str(box.shipped / "acme-one.conf")}
    assert listed["zeta"]["model"] is None and listed["broken"]["broken"] is True
    assert re.search(r"^acme-one +Acme One +shipped$", box.run("list")[0], re.M)
    assert re.search(r"^broken +\(does not load; see 'iemctl check'\) +shipped$", box.run("list")[0], re.M)


@pytest.mark.parametrize("pattern, ids", [
    ("ACME", ["acme-one"]), ("one", ["acme-one"]), ("acme one", ["acme-one"]), ("a*e", ["acme-one"]),
    ("?cme", ["acme-one"]), ("cm?", []), ("nothing", []),
])
def test_list_by_pattern(box, pattern, ids):
    box.write("data/profiles/zeta.conf", "")
    assert [p["id"] for p in box.json("list", pattern)] == ids


def test_list_sources_and_targets(box):
    box.write("data/profiles/sources/dongle.conf", 'source = { name = "Acme Dongle"; };')
    box.write("data/profiles/targets/flat.tsv", "20 0\n")
    sources, targets = box.json("list", "--sources"), box.json("list", "--targets")
    assert [(s["id"], s["name"], s["from"]) for s in sources] == [("dongle", "Acme Dongle", "shipped")]
    assert [(t["id"], t["from"]) for t in targets] == [("flat", "shipped")]


def test_empty_list_is_no_failure(box):
    (box.shipped / "acme-one.conf").unlink()
    assert box.json("list") == []
    assert "There are no profiles." in box.run("list")[1]


def test_show_gives_facts_and_figures(box):
    p = box.json("show", "acme-one")
    assert (p["id"], p["from"], p["origin"]) == ("acme-one", "shipped", "measured")
    assert p["sensitivity_db_per_mw"] == 110
    assert p["sensitivity_db_per_v"] == pytest.approx(110 + 10 * math.log10(1000 / 22), abs=1e-9)
    assert p["max_power_mw"] is None and p["back"] is None
    assert p["bands"][1] == {"type": "peaking", "frequency": 3100.0, "gain": -2.0, "q": 1.4, "channels": "left"}
    assert p["preamp_db"] == pytest.approx(-5.5, abs=0.1)
    assert [v["name"] for v in p["variants"]] == ["foam"] and p["variants"][0]["bands"] == []
    text = box.run("show", "acme-one")[0]
    assert "110.0 dB/mW, 126.6 dB/V" in text
    assert max(len(line) for line in text.splitlines() if "acme-one.conf" not in line) <= 110  # a path is not broken


def test_show_unknown_is_null_and_unknown(box):
    box.write("data/profiles/bare.conf", 'earphone = { sensitivity = { value = 120; unit = "dB/V"; }; };')
    p = box.json("show", "bare")
    assert p["sensitivity_db_per_v"] == 120 and p["sensitivity_db_per_mw"] is None and p["impedance_ohm"] is None
    assert re.search(r"impedance +unknown", box.run("show", "bare")[0])


def test_show_what_is_not_there_or_broken(box):
    box.write("data/profiles/broken.conf", "\neq = { bnds = 1; };")
    assert "did you mean 'acme-one'?" in box.run("show", "acme-oen", status=4)[1]
    assert "broken.conf:2: unknown key 'bnds'" in box.run("show", "broken", status=1)[1]
    path = box.write("data/profiles/sources/dongle.conf", 'source = { name = "Acme Dongle"; };')
    assert f"There is no profile 'dongle'; that is a source, in {path}." in box.run("show", "dongle", status=4)[1]


def test_no_terminal_sequence_gets_through(box):
    box.write("data/profiles/evil.conf", b'earphone = { brand = "a\xc2\x9b31mb"; model = "\xe2\x80\xaec"; };')
    box.write("data/profiles/worse.conf", b'earphone = { brand = "\xff\x1b[2J"; };')
    for args in (["list"], ["show", "evil"], ["show", "worse"], ["show", "\x1b[2J"], ["import", b"\xff\x1b.txt"]):
        done = subprocess.run([IEMCTL, *args], capture_output=True, env=box.env)
        for hostile in (b"\xc2\x9b", b"\xe2\x80\xae", b"\xff", b"\x1b"):
            assert hostile not in done.stdout + done.stderr, args
    assert box.json("show", "evil")["model"]


# --- import, remove, rename ----------------------------------------------------------------------------------------

def test_import_makes_a_profile(box):
    box.write("My Acme (Two).txt", PRESET)
    out, err = box.run("import", "My Acme (Two).txt", "--earphone", "acme-one")
    written = box.user / "my-acme-two.conf"
    assert f"Wrote {written}." in out and "published: -6.5 dB." in out
    assert "My Acme (Two).txt:4: filter not taken over: filters of type 'XX' are not known" in err
    assert "My Acme (Two).txt:5: not taken over: 'Convolution'; put its sound file beside the profile" in err
    assert re.search(r"^#.*published preamp is -6.5 dB", written.read_text(), re.M)
    p = box.json("show", "my-acme-two")
    assert p["brand"] == "Acme" and p["like"] == "acme-one" and p["eq"]["preamp"] == "auto"
    assert [(b["type"], b["frequency"], b["gain"], b["q"]) for b in p["bands"]] == [
        ("low-shelf", 105, 5.5, 0.7), ("peaking", 3100, -2.5, 1.41)]
    assert p["reference"] == "cookbook-48000"
    box.run("check")


def test_import_of_a_graphic_equaliser(box):
    hz = [round(20 * 1000 ** (i / 126)) for i in range(127)]
    db = [round(6 * math.sin(i / 9) - 3, 1) for i in range(127)]
    points = list(dict(zip(hz, db)).items())
    box.write("GraphicEQ.txt", "GraphicEQ: " + "; ".join(f"{x} {y}" for x, y in points))
    out, err = box.run("import", "GraphicEQ.txt", "--name", "curve")
    assert err == "" and f"It has a graphic equaliser of {len(points)} points.\n" in out
    assert [tuple(p) for p in box.json("show", "curve")["eq"]["graphic"]] == points
    assert f"{len(points)} points, 20 Hz to 20000 Hz" in box.run("show", "curve")[0]
    for at, left, right in response(box, "curve"):
        k = max(i for i in range(len(points) - 1) if i == 0 or points[i][0] <= at)
        (x0, y0), (x1, y1) = points[k], points[k + 1]
        want = y0 + (y1 - y0) * math.log(at / x0) / math.log(x1 / x0)
        assert left == right == pytest.approx(want - max(db), abs=0.1)  # what is rounded to 0.1 dB has corners at 20 Hz
    box.run("check")


def test_import_of_graphic_equalisers_beside_filters(box):
    box.write("both.txt", PRESET + "GraphicEQ: 20 -1.5; 100 3; 1000 0\nGraphicEQ: 1000 1\nGraphicEQ: 20 1; 30 nan\n")
    out, err = box.run("import", "both.txt")
    assert "It has 2 bands, reference cookbook-48000, and a graphic equaliser of 3 points.\n" in out
    assert "both.txt:8: GraphicEQ not taken over: 'nan' is no number" in err
    p = box.json("show", "both")
    assert len(p["bands"]) == 2 and p["eq"]["graphic"] == [[20, -0.5], [100, 4], [1000, 1]]


def test_import_of_nothing_but_cuts_has_no_preamp(box):
    box.write("cut.txt", "Filter 1: ON PK Fc 2000 Hz Gain -1.5 dB Q 1.2\n")
    assert "Its preamp is 0.00 dB at 48 kHz." in box.run("import", "cut.txt")[0]
    assert re.search(r"preamp +0.00 dB", box.run("show", "cut")[0])


def test_import_reference(box):
    box.write("a.txt", "# AutoEQ\n" + PRESET)
    box.run("import", "a.txt")
    assert box.json("show", "a")["reference"] == "cookbook-44100"
    box.run("import", "a.txt", "--reference", "analog", "--force")
    assert box.json("show", "a")["reference"] == "analog"
    assert '"cookbook-44100"' in box.run("import", "a.txt", "--reference", "vinyl", "--name", "b", status=2)[1]


def test_import_from_standard_input(box):
    assert "--name ID" in box.run("import", "-", stdin=PRESET.encode(), status=2)[1]
    box.run("import", "-", "--name", "piped", stdin=PRESET.encode())
    assert "piped" in [p["id"] for p in box.json("list")]


def test_import_hides_or_replaces_only_by_force(box):
    box.write("acme-one.txt", PRESET)
    assert "--force hides it" in box.run("import", "acme-one.txt", status=1)[1]
    assert not box.user.exists()
    box.run("import", "acme-one.txt", "--force")
    assert "--force replaces it" in box.run("import", "acme-one.txt", status=1)[1]
    assert box.json("show", "acme-one")["from"] == "user"


@pytest.mark.parametrize("args, status, said", [
    (["missing.txt"], 1, "missing.txt: cannot be read: No such file or directory"),
    (["empty.txt"], 1, "empty.txt: there is no filter in it that could be taken over"),
    (["utf16.txt"], 1, "utf16.txt: the file holds NUL bytes"),
    (["large.txt"], 1, "large.txt: the file is larger than 1 MiB"),
    (["data"], 1, "data: cannot be read: Is a directory"),
    (["good.txt", "--name", "Bad Id"], 2, "--name is 'Bad Id'; allowed are a-z"),
    (["good.txt", "--earphone", "nobody"], 4, "There is no profile 'nobody'"),
    (["good.txt", "--name", "acme-one", "--earphone", "acme-one", "--force"], 2, "cannot take its facts from"),
    (["(((.txt"], 2, "No id can be made of the file's name"),
])
def test_import_refuses(box, args, status, said):
    box.write("empty.txt", "Preamp: -3 dB\n")
    box.write("utf16.txt", PRESET.encode("utf-16"))
    box.write("large.txt", "#" * (1024 * 1024 + 1))
    box.write("good.txt", PRESET)
    box.write("(((.txt", PRESET)
    assert said in box.run("import", *args, status=status)[1]
    assert not box.user.exists()


def test_remove_only_ones_own(box):
    assert "shipped with iemd" in box.run("remove", "acme-one", status=1)[1]
    assert "There is no profile 'nobody'" in box.run("remove", "nobody", status=4)[1]
    mine = box.write("config/iemd/profiles/acme-one.conf", ACME)
    out = box.run("remove", "acme-one")[0]
    assert not mine.exists() and "The shipped profile of that id is in force again" in out


def test_remove_tells_who_misses_it(box):
    box.write("config/iemd/profiles/base.conf", "")
    box.write("config/iemd/profiles/heir.conf", 'earphone = { like = "base"; };')
    assert "'heir' takes its facts from 'base'" in box.run("remove", "base")[1]


def test_rename(box):
    mine = box.write("config/iemd/profiles/mine.conf", ACME)
    assert "There is a profile 'acme-one' already" in box.run("rename", "mine", "acme-one", status=1)[1]
    assert "'A' is no id" in box.run("rename", "mine", "A", status=2)[1]
    assert "shipped with iemd" in box.run("rename", "acme-one", "x", status=1)[1]
    box.run("rename", "nobody", "x", status=4)
    box.run("rename", "mine", "yours")
    assert not mine.exists() and (box.user / "yours.conf").read_text() == ACME


# --- response, render ----------------------------------------------------------------------------------------------

def response(box, *args):
    lines = box.run("response", *args)[0].splitlines()
    assert lines[0] == "Hz\tleft_dB\tright_dB"
    return [tuple(map(float, line.split("\t"))) for line in lines[1:]]


def test_response_grid_and_values(box):
    points = response(box, "acme-one")
    assert len(points) == 480 and points[0][0] == 20 and points[-1][0] == 20000
    assert all(p[0] == pytest.approx(20 * 2 ** (i / 48), rel=1e-6) for i, p in enumerate(points[:-1]))
    assert points[0][2] == pytest.approx(0, abs=0.2)
    near = min(points, key=lambda p: abs(p[0] - 3100))
    assert near[1] - near[2] == pytest.approx(-2, abs=0.02)
    assert max(p[2] for p in points) <= 1e-9
    assert all(p[1] == p[2] == 0 for p in response(box, "acme-one", "--variant", "foam"))


def test_what_filters_cannot_reach_is_told(box):
    box.write("config/iemd/profiles/steep.conf", """eq = { reference = "cookbook-44100"; bands = (
        { type = "peaking"; frequency = 19500.0; gain = 12.0; q = 0.5; } ); };""")
    j = box.json("response", "steep", "--rate", "96000")
    assert j["deviation_db"] > 0.5 and j["deviation_hz"] > 10000
    assert f"off by {j['deviation_db']:.2f} dB at {j['deviation_hz']:.0f} Hz" in box.run("response", "steep", "--rate",
                                                                                         "96000")[1]
    assert box.run("response", "steep", "--rate", "44100")[1] == ""
    at = {row["rate"]: row["db"] for row in box.json("show", "steep")["eq"]["deviations"]}
    assert at[96000] == j["deviation_db"] and at[44100] < 1e-6
    assert f"at most 0.00 dB at 44.1 kHz, {at[48000]:.2f} dB at 48 kHz" in " ".join(box.run("show", "steep")[0].split())


def test_response_tells_what_a_rate_leaves_out(box):
    out, err = box.run("response", "acme-one", "--rate", "16000")
    assert "Band 3 (peaking at 12000 Hz) is left out at 16000 Hz." in err
    assert float(out.splitlines()[-1].split("\t")[0]) == 8000
    j = box.json("response", "acme-one", "--rate", "16000")
    assert j["left_out"] == [{"band": 3, "type": "peaking", "frequency": 12000.0}]
    assert len(j["frequency_hz"]) == len(j["left_db"]) == len(j["right_db"])
    assert "has no variant 'rubber'; there are 'foam'" in box.run("response", "acme-one", "--variant", "rubber",
                                                                  status=4)[1]


def test_response_draws_on_a_terminal(box):
    lines = box.on_terminal("response", "acme-one").splitlines()
    assert "preamp" in lines[0] and max(map(len, lines)) <= 80 and len(lines) <= 24
    assert any("L" in line for line in lines[1:-1])


def wav(rate, channels, frames):
    """32-bit floats; frames are tuples."""
    data = b"".join(struct.pack(f"<{channels}f", *frame) for frame in frames)
    header = struct.pack("<4sI4s4sIHHIIHH4sI", b"RIFF", 36 + len(data), b"WAVE", b"fmt ", 16, 3, channels, rate,
                         rate * channels * 4, channels * 4, 32, b"data", len(data))
    return header + data


def read_wav(data):
    """@return rate, frames; what is no 32-bit float WAV fails."""
    assert data[:4] == b"RIFF" and data[8:12] == b"WAVE"
    at, chunks = 12, {}
    while at < len(data):
        name, size = struct.unpack_from("<4sI", data, at)
        chunks[name] = data[at + 8:at + 8 + size]
        at += 8 + size + size % 2
    tag, channels, rate, _, _, bits = struct.unpack_from("<HHIIHH", chunks[b"fmt "])
    if tag == 0xfffe:  # extensible: the tag stands further back
        tag, = struct.unpack_from("<H", chunks[b"fmt "], 24)
    assert tag == 3 and bits == 32
    return rate, list(struct.iter_unpack(f"<{channels}f", chunks[b"data"]))


def level_db(samples, hz, rate):
    return 20 * math.log10(abs(sum(x * cmath.exp(-2j * math.pi * hz / rate * n) for n, x in enumerate(samples))))


def test_render_is_what_response_says(box):
    box.write("in.wav", wav(48000, 2, [(1, 1)] + [(0, 0)] * 8000))
    box.run("render", "acme-one", "in.wav", "out.wav")
    rate, frames = read_wav((box.root / "out.wav").read_bytes())
    assert rate == 48000 and len(frames) == 8001
    points = response(box, "acme-one")
    for hz, left, right in points[60::45]:
        assert level_db([f[0] for f in frames], hz, rate) == pytest.approx(left, abs=0.01)
        assert level_db([f[1] for f in frames], hz, rate) == pytest.approx(right, abs=0.01)


def test_render_leaves_out_what_is_not_the_profile_and_says_so(box):
    box.write("config/iemd/profiles/loud.conf", "eq = { preamp = 0; bands = ( "
              '{ type = "low-shelf"; frequency = 20000; gain = 12; q = 0.7; } ); };')
    box.write("in.wav", wav(48000, 1, [(0.9,)] * 4800))
    box.run("render", "loud", "in.wav", "plain.wav")
    box.run("set", "limiter.enabled", "true")
    box.run("render", "loud", "in.wav", "limiter.wav")
    assert (box.root / "plain.wav").read_bytes() == (box.root / "limiter.wav").read_bytes()
    assert "without preferences and limiter" in " ".join(box.run("render", "--help")[0].split())


def test_render_sides_by_channel(box):
    box.write("config/iemd/profiles/split.conf", """eq = { preamp = -20; bands = (
        { type = "peaking"; frequency = 1000; gain = 10; q = 1; channels = "left"; },
        { type = "peaking"; frequency = 1000; gain = -10; q = 1; channels = "right"; } ); };""")
    layouts = {1: "0", 2: "LR", 6: "LR00LR", 8: "LR00LRLR"}
    want = {"L": -10, "R": -30, "0": -20}
    for channels, sides in layouts.items():
        box.write("in.wav", wav(44100, channels, [(1,) * channels] + [(0,) * channels] * 2000))
        box.run("render", "split", "in.wav", "out.wav")
        rate, frames = read_wav((box.root / "out.wav").read_bytes())
        assert rate == 44100
        for c, side in enumerate(sides):
            assert level_db([f[c] for f in frames], 1000, rate) == pytest.approx(want[side], abs=0.05)


def test_render_from_a_pipe(box):
    data = wav(48000, 2, [(0.5, -0.5)] * 3000)
    endless = data[:4] + b"\xff\xff\xff\xff" + data[8:40] + b"\xff\xff\xff\xff" + data[44:]
    box.run("render", "acme-one", "/dev/stdin", "out.wav", "--variant", "foam", stdin=endless)
    assert read_wav((box.root / "out.wav").read_bytes())[1] == [(0.5, -0.5)] * 3000


def test_render_in_place_empty_and_variant(box):
    same = box.write("same.wav", wav(96000, 1, [(0.25,)] * 5000))
    box.run("render", "acme-one", "same.wav", "same.wav", "--variant", "foam")
    assert read_wav(same.read_bytes())[1] == [(0.25,)] * 5000
    box.write("empty.wav", wav(48000, 2, []))
    assert "0.000 s" in box.run("render", "acme-one", "empty.wav", "out.wav")[0]
    assert read_wav((box.root / "out.wav").read_bytes())[1] == []
    assert not list(box.root.glob("*.wav.*"))


@pytest.mark.parametrize("args, status, said", [
    (["nobody", "in.wav", "out.wav"], 4, "There is no profile 'nobody'"),
    (["acme-one", "nothing.wav", "out.wav"], 1, "nothing.wav: cannot be read: No such file or directory"),
    (["acme-one", "text.wav", "out.wav"], 1, "text.wav: is no sound file that can be read"),
    (["acme-one", "nine.wav", "out.wav"], 1, "nine.wav: the file has 9 channels; 1 to 8 can be processed"),
    (["acme-one", "slow.wav", "out.wav"], 1, "slow.wav: the file's rate is 4000 Hz, outside 8000 to 768000 Hz"),
    (["acme-one", "in.wav", "no/out.wav"], 1, "no/out.wav: cannot be written: No such file or directory"),
    (["acme-one", "in.wav", "data"], 1, "data: cannot be written: it is there already, and is no plain file"),
    (["acme-one", "in.wav"], 2, "'render' lacks an argument."),
    (["acme-one", "in.wav", "-"], 2, "'-' is no name for OUT.wav: render does not write to standard output."),
    (["acme-one", "norate.wav", "out.wav"], 1, "is no sound file that can be read: it tells no sample rate"),
])
def test_render_refuses(box, args, status, said):
    box.write("norate.wav", wav(0, 2, [(0, 0)]))
    box.write("text.wav", "no sound")
    box.write("in.wav", wav(48000, 2, [(0, 0)]))
    box.write("nine.wav", wav(48000, 9, [(0,) * 9]))
    box.write("slow.wav", wav(4000, 1, [(0,)]))
    assert said in box.run("render", *args, status=status)[1]
    assert not (box.root / "out.wav").exists()


def test_render_writes_to_what_a_link_points_to(box):
    box.write("in.wav", wav(48000, 1, [(0.25,)] * 100))
    (box.root / "music").mkdir()
    link, broken = box.root / "out.wav", box.root / "broken.wav"
    there = box.write("music/there.wav", "old")
    link.symlink_to("music/there.wav")
    broken.symlink_to("music/new.wav")
    box.run("render", "acme-one", "in.wav", "out.wav", "--variant", "foam")
    assert "broken.wav: cannot be written: it is a link to nothing" in box.run("render", "acme-one", "in.wav",
                                                                              "broken.wav", status=1)[1]
    assert link.is_symlink() and broken.is_symlink() and not there.is_symlink()
    assert read_wav(there.read_bytes())[1] == [(0.25,)] * 100
    assert [p.name for p in (box.root / "music").iterdir()] == ["there.wav"]


# --- check ---------------------------------------------------------------------------------------------------------

def test_check_is_content(box):
    assert re.match(r"No mistake in \d+ settings files?, 1 profile and 0 sources\.\n", box.run("check")[0])


def test_check_tells_all_mistakes_in_one_pass(box):
    box.write("config/iemd/iemd.conf", "\npath = 5;\n")
    box.write("config/iemd/profiles/one.conf", "\n\neq = { bnds = 1; };\nx = 1;")
    box.write("config/iemd/profiles/acme-one.conf", 'earphone = { like = "nobody"; };')
    box.write("data/profiles/one.conf", "hidden = 1;")
    box.write("data/profiles/sources/s.conf", "source = { max_voltage = -1; };")
    box.write("data/profiles/Bad Name.conf", "")
    box.write("data/profiles/generic/ring-a.conf", 'earphone = { like = "ring-b"; };')
    box.write("data/profiles/generic/ring-b.conf", 'earphone = { like = "ring-a"; };')
    out, err = box.run("check", status=1)
    for said in ("iemd.conf:2: 'path' wants one of", "one.conf:3: unknown key 'bnds'", "one.conf:4: unknown key 'x'",
                 "acme-one.conf:1: 'like' names 'nobody', and there is no such profile",
                 "data/profiles/one.conf:1: unknown key 'hidden'", "s.conf:1: 'max_voltage' is -1",
                 "Bad Name.conf: the file name is no id", "'like' runs in a circle"):
        assert said in err, err
    assert out == ""
    told = json.loads(box.run("check", "--json", status=1)[0])
    assert {"file": str(box.settings), "line": 2, "error": True}.items() <= told[0].items()


def test_check_files_by_what_they_are(box):
    box.write("x/iemd.conf", "level = { mode = \"match\"; };")
    box.write("x/thing.conf", "source = { name = \"x\"; };")
    box.write("x/sources/other.conf", "eq = 1;")
    box.write("x/heir.conf", 'earphone = { like = "acme-one"; };')
    assert "1 settings file, 1 profile and 1 source" in box.run("check", "x/iemd.conf", "x/thing.conf",
                                                                "x/heir.conf")[0]
    assert "x/sources/other.conf:1: unknown key 'eq'; allowed here are source" in box.run(
        "check", "x/sources/other.conf", status=1)[1]
    assert "x/gone.conf: cannot be read: No such file" in box.run("check", "x/gone.conf", status=1)[1]
    box.write("x/heir.conf", '\nearphone = { like = "heir"; };')
    assert "x/heir.conf:2: 'like' runs in a circle" in box.run("check", "x/heir.conf", status=1)[1]


# --- what an earphone is rated for ---------------------------------------------------------------------------------

NARROW = """earphone = { impedance = 32.0;  sensitivity = { value = 100.0; unit = "dB/mW"; };
  frequency_range = ( 60.0, 15000.0 );  max_power = 4.0; };
eq = { bands = ( { type = "low-shelf"; frequency = 105.0; gain = 4.0; q = 0.7; } ); };
variants = ( { name = "flat"; eq = { bands = ( ); }; },
             { name = "bright"; eq = { bands = ( { type = "peaking"; frequency = 6000.0; gain = 8.0; q = 2.0; } ); }; } );
"""
BELOW = "he correction lies 4.0 dB above 1 kHz at 20 Hz; the earphone is rated from 60 Hz"
POWER = "he correction lies 7.9 dB above 1 kHz at 5971 Hz; the earphone bears no more than 6.0 dB there, with 4 mW at 100 dB SPL"


def test_what_goes_beyond_the_rating_is_told_and_not_altered(box):
    before = response(box, "acme-one")
    path = box.write("data/profiles/narrow.conf", NARROW)
    told = box.json("show", "narrow")
    assert told["notes"] == [f"T{BELOW}."]
    assert [(v["name"], v["notes"]) for v in told["variants"]] == [("flat", []), ("bright", [f"T{POWER}."])]
    assert f"T{BELOW}." in " ".join(box.run("show", "narrow")[0].split())
    out, err = box.run("check")
    assert out.startswith("No mistake in")
    assert err == f"iemctl: {path}: t{BELOW}\niemctl: {path}: variant 'bright': t{POWER}\n"
    assert [d["error"] for d in box.json("check")] == [False, False]
    assert box.json("show", "acme-one")["notes"] == [] and response(box, "acme-one") == before
    box.write("config/iemd/iemd.conf", "level = { reference_spl = 90; };")
    assert [v["notes"] for v in box.json("show", "narrow")["variants"]] == [[], []]  # it bears 10 dB more there


def test_a_preset_is_compared_with_the_earphone_that_it_is_for(box):
    box.write("data/profiles/narrow.conf", NARROW)
    box.write("preset.txt", "Filter 1: ON LSC Fc 105 Hz Gain 4 dB Q 0.70\n")
    assert f"\nT{BELOW}.\n" in box.run("import", "preset.txt", "--earphone", "narrow")[0]
    assert "rated" not in box.run("import", "preset.txt", "--name", "other")[0]
    heir = box.write("x/heir.conf", NARROW.replace("impedance = 32.0;", 'like = "acme-one";'))
    assert f"{heir}: t{BELOW}" in box.run("check", str(heir))[1]
    heir = box.write("x/heir.conf", 'earphone = { like = "narrow"; };' + NARROW[NARROW.index("\neq"):])
    assert f"{heir}: t{BELOW}" in box.run("check", str(heir))[1]


# --- set, limit, loudness ------------------------------------------------------------------------------------------

def test_set_shows_all_and_one(box):
    lines = box.run("set")[0].splitlines()
    assert lines[0].split() == ["KEY", "VALUE", "DEFAULT", "ALLOWED"] and len(lines) == 16
    assert max(map(len, lines)) <= 80
    assert box.run("set", "level.max_spl")[0] == "none\n"
    settings = {s["key"]: s for s in box.json("set")}
    assert settings["level.max_spl"]["value"] is None and settings["detect.names"]["value"] is True
    assert box.json("set", "loudness.strength") == {"key": "loudness.strength", "value": 0.6, "default": 0.6,
                                                    "allowed": "0 to 1"}


def test_set_changes_one_value_and_no_comment(box):
    box.write("config/iemd/iemd.conf", "# mine\nlevel = {\n  mode = \"headroom\"; # for now\n};\n")
    out, err = box.run("set", "level.mode", "match")
    assert "level.mode is match now" in out and err == ""
    assert box.run("set", "detect.owned", "true")[1] == ""
    box.run("set", "detect.owned", "false")
    box.write("config/iemd/iemd.conf", "# mine\nlevel = {\n  mode = \"match\"; # for now\n};\n")
    box.run("limit", "95")
    box.run("loudness", "on")
    assert box.settings.read_text() == ("# mine\nlevel = {\n  max_spl = 95.0;\n  mode = \"match\"; # for now\n};\n"
                                        "loudness = { enabled = true; };\n")
    assert box.run("limit")[0] == "No sine may have more than 95 dB SPL.\n" and box.run("loudness")[0] == "Loudness compensation is on.\n"
    box.run("limit", "off")
    assert "max_spl" not in box.settings.read_text()
    assert box.run("set", "loudness.enabled")[0] == "true\n"


@pytest.mark.parametrize("args, said", [
    (["set", "level.moed"], "There is no setting 'level.moed'; did you mean 'level.mode'?"),
    (["set", "level"], "There is no setting 'level'"),
    (["set", "level.mode", "loud"], "'level.mode' cannot be 'loud'; allowed: headroom|match."),
    (["set", "level.max_spl", "131"], "'level.max_spl' cannot be '131'; allowed: 60 to 130|none."),
    (["set", "loudness.strength", "-1"], "'loudness.strength' cannot be '-1'; allowed: 0 to 1."),
    (["limit", "loud"], "'loud' is no ceiling: 60 to 130 dB SPL are, or off."),
    (["loudness", "maybe"], "'maybe' is neither on nor off."),
])
def test_set_refuses(box, args, said):
    assert said in box.run(*args, status=2)[1]
    assert not box.settings.exists()


def test_set_does_not_touch_a_broken_file(box):
    box.write("config/iemd/iemd.conf", "path = \"auto\";\nlevl = 1;\n")
    err = box.run("set", "level.mode", "match", status=1)[1]
    assert "iemd.conf:2: unknown key 'levl'" in err and "'level.mode' was not changed" in err
    assert box.settings.read_text() == "path = \"auto\";\nlevl = 1;\n"
    box.write("config/iemd/iemd.conf", "path = \"sideways\";\n")
    assert box.run("set", "path", "none")[1] == ""
    assert box.settings.read_text() == "path = \"none\";\n"


def test_set_finds_no_place_after_an_open_comment(box):
    box.write("config/iemd/iemd.conf", "path = \"auto\"; /* never closed\n")
    assert "edit it by hand" in box.run("set", "limiter.enabled", "on", status=1)[1]
    assert box.settings.read_text() == "path = \"auto\"; /* never closed\n"


def test_set_writes_through_a_link(box):
    real = box.write("dotfiles/iemd.conf", "path = \"auto\";\n")
    box.settings.parent.mkdir(parents=True)
    box.settings.symlink_to(real)
    assert box.json("set", "path", "none")["value"] == "none"
    assert box.settings.is_symlink() and real.read_text() == "path = \"none\";\n"


def test_without_a_home_there_is_nowhere_to_write(box):
    for name in ("HOME", "XDG_CONFIG_HOME"):
        del box.env[name]
    box.write("p.txt", PRESET)
    assert "There is no place for your settings" in box.run("set", "path", "none", status=1)[1]
    assert "There is no place for your profiles" in box.run("import", "p.txt", status=1)[1]
    box.run("list")

"""Two profiles by turns, as loud as each other, and the blind test."""

import contextlib
import json
import math
import signal
import subprocess

import numpy as np
import pytest

import profiles
from harness import sound, wait_until
from harness.service import build_dir


@pytest.fixture
def two(iemd):
    """One is far louder than the other by itself."""
    profiles.write(iemd, "bright", profiles.BRIGHT)
    iemd.write_profile("quiet", """eq = { preamp = -15.0; reference = "cookbook-48000"; bands = (
        { type = "peaking"; frequency = 300.0; gain = -6.0; q = 0.7; } ); };""")
    iemd.iemctl("switch", "bright")
    return iemd


@contextlib.contextmanager
def comparing(session, *options):
    """iemctl compare, as a person at a keyboard; yields a function that presses keys and waits for what it answers."""
    process = subprocess.Popen([build_dir() / "cli/iemctl", "compare", "bright", "quiet", *options], env=session.env,
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def press(key):
        """Returns the line that is said then."""
        process.stdin.write(key)
        process.stdin.flush()
        return process.stdout.readline()

    process.stdout.readline(), process.stdout.readline()
    process.press = press
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def pink_db(session):
    """The level of pink noise through what is in force, by its response, both ears taken together."""
    left, right = sound.measure_response(session, "earphone", profiles.HZ, period=profiles.PERIOD)
    return 10 * np.log10(np.mean((10 ** (left / 10) + 10 ** (right / 10)) / 2))


def test_both_are_as_loud_as_the_softer_one(two):
    two.iemctl("switch", "quiet")
    softer = pink_db(two)
    two.iemctl("switch", "bright")
    assert pink_db(two) > softer + 3
    with comparing(two) as compare:
        assert abs(pink_db(two) - softer) < 0.1
        assert compare.press("b") == "B: quiet\n"
        assert two.brief()[2] == "quiet" and abs(pink_db(two) - softer) < 0.1
        assert compare.press("a") == "A: bright\n"
        assert two.brief()[2] == "bright"
        compare.communicate("q", timeout=20)
        assert compare.returncode == 0
    assert two.brief()[2] == "bright" and pink_db(two) > softer + 3
    assert "for this once" not in two.status()["reason"]


@pytest.mark.parametrize("sig", [signal.SIGKILL, signal.SIGINT], ids=["killed", "interrupted"])
def test_when_the_client_goes_all_is_as_before(two, sig):
    with comparing(two) as compare:
        compare.press("b")
        assert two.brief()[2] == "quiet"
        compare.send_signal(sig)
        wait_until(lambda: two.brief()[2] == "bright", what="the profile of before")


def test_a_comparison_is_not_remembered(two, tmp_path):
    with comparing(two) as compare:
        compare.press("b")
        two.stop_iemd()
        two.start_iemd(data_dir=tmp_path)
        wait_until(lambda: two.brief()[2] == "bright", what="the profile that was chosen")


def blind(session, keys, trials):
    done = subprocess.run([build_dir() / "cli/iemctl", "compare", "bright", "quiet", "--blind", "--json", "--trials",
                           str(trials)], env=session.env, input=keys, text=True, capture_output=True, timeout=60, check=True)
    return json.loads(done.stdout)


def test_the_blind_test_counts_and_tells_the_odds(two):
    got = blind(two, "xabA" * 30, 30)
    assert got["trials"] == 30 and 0 < got["right"] < 30  # X is one and the other
    want = sum(math.comb(30, k) for k in range(got["right"], 31)) / 2 ** 30
    assert got["p"] == pytest.approx(want, rel=1e-9)
    given_up = blind(two, "xA", 16)
    assert given_up["trials"] == 1 and given_up["right"] in (0, 1)
    assert blind(two, "", 16) == {"a": "bright", "b": "quiet", "trials": 0, "right": 0, "p": None}
    assert two.brief()[2] == "bright"


def test_x_is_what_it_is_said_to_be(two):
    """An ear that looks at status is always right."""
    with comparing(two, "--blind", "--trials", "12") as compare:
        assert compare.stdout.readline() == "Trial 1 of 12: this is X.\n"
        for _ in range(12):
            last = compare.press({"bright": "A", "quiet": "B"}[two.brief()[2]])
        last += compare.stdout.readline()
        assert "12 of 12 right" in last and ": you hear a difference" in " ".join(last.split())


def ending(process, keys):
    """Press keys until it ends; returns its status, what it said on standard output and what on standard error."""
    out, err = process.communicate(keys, timeout=20)
    return process.returncode, out, err


def test_a_second_comparison_takes_over_and_the_first_cannot_end_it(two):
    with comparing(two) as first:
        first.press("b")
        with comparing(two) as second:
            second.press("b")
            assert ending(first, "q") == (1, "", "iemctl: The comparison was ended: another one took its place.\n")
            assert two.brief()[2] == "quiet" and second.press("a") == "A: bright\n"
            assert ending(second, "q") == (0, "", "")
    assert two.brief()[2] == "bright"


def test_the_first_one_does_not_take_the_comparison_back(two):
    with comparing(two) as first, comparing(two) as second:
        second.press("b")
        assert ending(first, "a")[0] == 1
        assert two.brief()[2] == "quiet"


def test_nobody_else_ends_a_comparison(two):
    with comparing(two) as compare:
        compare.press("b")
        done = subprocess.run(["busctl", "--user", "call", "org.iemd", "/org/iemd", "org.iemd.Manager1", "EndComparison"],
                              env=two.env, capture_output=True, text=True)
        assert done.returncode == 1 and "iemd knows of no comparison by this client." in done.stderr
        assert two.brief()[2] == "quiet" and compare.press("a") == "A: bright\n"


def test_a_blind_test_that_was_taken_over_is_void(two):
    with comparing(two, "--blind") as blind_test:
        blind_test.stdout.readline()
        blind_test.press("A")
        with comparing(two):
            status, out, err = ending(blind_test, "Aq")
    assert (status, out) == (1, "")
    assert err == ("iemctl: The comparison was ended: another one took its place.\n"
                   "iemctl: The blind test is void: not all that was played was X.\n")


DECISIONS = [
    (["switch", "third"], "third", "'third' was chosen for earphone"),
    (["next"], "quiet", "'quiet' was chosen for earphone"),
    (["auto"], None, "the choice for earphone was forgotten"),
    (["confirm"], "bright", "'bright' was confirmed on earphone"),
    (["off"], "bright", "correction was switched off"),
]


@pytest.mark.parametrize("words, profile, why", DECISIONS, ids=[words[0] for words, _, _ in DECISIONS])
def test_a_decision_for_the_output_ends_the_comparison(two, words, profile, why):
    profiles.write(two, "third", profiles.DARK)
    two.iemctl("switch", "quiet")
    two.iemctl("switch", "bright")
    with comparing(two) as compare:
        compare.press("b")
        two.iemctl(*words)
        assert two.brief()[2] == profile
        assert ending(compare, "a") == (1, "", f"iemctl: The comparison was ended: {why}.\n")
    assert two.brief()[2] == profile


def test_confirm_and_next_do_not_take_what_is_only_compared(two):
    """'bright' is chosen, 'quiet' was never used here."""
    with comparing(two) as compare:
        compare.press("b")
        two.iemctl("confirm")
    with comparing(two) as compare:
        compare.press("b")
        assert "No other earphone was used" in two.iemctl("next", check=False).stderr
        assert two.brief()[2] == "quiet"  # what fails changes nothing
    assert "quiet" not in (two.state_dir / "iemd/choices.conf").read_text()


def test_what_is_decided_elsewhere_or_for_both_leaves_it_alone(two):
    with comparing(two) as compare:
        compare.press("b")
        two.iemctl("switch", "bright", "--output", "speaker")
        two.iemctl("prefer", "bass", "+3")
        two.iemctl("on")
        assert two.brief()[2] == "quiet" and two.status()["preferred"] == "bass +3 dB"
        assert compare.press("a") == "A: bright\n"


def test_a_blind_test_is_void_after_a_decision(two):
    with comparing(two, "--blind", "--trials", "1") as blind_test:
        blind_test.stdout.readline()
        two.iemctl("switch", "bright")
        status, out, err = ending(blind_test, "A")
    assert (status, out) == (1, "") and "The blind test is void" in err


def test_what_would_not_be_heard_is_refused(two):
    """Also as the first thing, before it is known how sound is led through."""
    two.iemctl("set", "path", "default-sink")
    done = two.iemctl("compare", "bright", "quiet", "--output", "speaker", check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == ("iemctl: Nothing would be heard on speaker: as default sink iemd corrects the default output "
                           "only, and that is another.\n")
    assert two.brief()[1:] == ("earphone", "bright")


def test_the_comparison_ends_where_sound_does_not_go_through_it_any_more(two):
    two.iemctl("set", "path", "default-sink")
    wait_until(lambda: two.default_sink() == "iemd.earphone", what="iemd to be the default sink")
    with comparing(two, "--blind") as blind_test:
        two.set_default("speaker")
        wait_until(lambda: two.brief()[1] == "speaker", what="the other output")
        status, out, err = ending(blind_test, "A")
    assert status == 1 and "void" in err and " right" not in out
    assert "The comparison was ended: no sound goes through the correction on earphone." in err


def test_a_compared_profile_that_goes_leaves_no_moment_without_a_filter(two):
    def filters():
        return {node["props"]["object.serial"] for node in two.nodes() if node["name"].startswith("iemd")}

    with comparing(two) as compare:
        compare.press("b")
        before = filters()
        (two.config_dir / "iemd/profiles/quiet.conf").unlink()
        wait_until(lambda: two.brief()[2] == "bright", what="the comparison to end")
        assert filters() == before


@pytest.mark.parametrize("lose, why", [
    (lambda two: (two.config_dir / "iemd/profiles/quiet.conf").unlink(), "'quiet', or its variant, is not there any more"),
    (lambda two: two.remove_sink("earphone"), "its output node:earphone is not there any more"),
], ids=["profile", "output"])
def test_the_comparison_ends_with_what_it_is_about(two, lose, why):
    with comparing(two) as compare:
        compare.press("b")
        lose(two)
        wait_until(lambda: two.brief()[2] != "quiet", what="the comparison to end")
        assert ending(compare, "b") == (1, "", f"iemctl: The comparison was ended: {why}.\n")

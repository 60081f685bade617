"""Which profile is selected without being asked: the ladder of reasons, live; what is owned and what was used last."""

import pytest

from test_level import write_earphone


@pytest.fixture
def mine(iemd):
    for name in ("first", "second"):
        write_earphone(iemd, name, 110)
    return iemd


def selected(session):
    status = session.status()
    return status["profile"] and status["profile"]["id"], status["reason_code"]


def decided(session, *output):
    return [(rung["rung"], rung["profile"]) for rung in session.iemctl("why", *output, json=True)["ladder"]
            if rung["state"] == "decided"]


def test_what_is_owned_is_remembered_and_the_only_one_used_if_so_set(mine):
    assert mine.iemctl("own", json=True) == []
    assert mine.iemctl("own", "add", "first").stdout == "'first' is one of your earphones.\n"
    assert (selected(mine), decided(mine)) == ((None, "none"), [])
    mine.iemctl("set", "detect.owned", "true")
    assert (selected(mine), decided(mine)) == (("first", "owned"), [("owned", "first")])
    mine.iemctl("own", "add", "second")
    assert selected(mine) == (None, "none")
    mine.stop_iemd()
    mine.start_iemd(data_dir=mine.dir)
    assert mine.iemctl("own").stdout == "first\nsecond\n"
    mine.iemctl("own", "remove", "first")
    assert selected(mine) == ("second", "owned")


def test_what_was_used_last_on_this_kind_of_output_is_used_if_so_set(mine):
    mine.iemctl("switch", "second", "--output", "speaker")
    mine.iemctl("switch", "first", "--once")  # is not remembered
    assert selected(mine) == ("first", "forced")
    mine.iemctl("auto")
    assert selected(mine) == (None, "none")
    mine.iemctl("set", "detect.last_used", "true")
    assert selected(mine) == ("second", "last-used")
    mine.stop_iemd()
    mine.start_iemd(data_dir=mine.dir)
    assert selected(mine) == ("second", "last-used")


def test_the_ladder_is_told_whole(mine):
    mine.iemctl("own", "add", "first")
    mine.iemctl("set", "detect.owned", "true")
    mine.iemctl("switch", "second")
    why = mine.iemctl("why", json=True)
    assert [rung["rung"] for rung in why["ladder"]] == ["aside", "chosen", "loudspeaker", "match", "name", "impedance", "owned",
                                                        "last-used"]
    assert (why["output"], why["told"]) == ("node:earphone", {"kind": "virtual", "node": "earphone"})
    assert decided(mine) == [("chosen", "second")] and decided(mine, "speaker") == [("owned", "first")]
    assert [rung["profile"] for rung in why["ladder"] if rung["state"] == "overruled"] == ["first"]
    text = " ".join(mine.iemctl("why").stdout.split())
    assert "-> chosen You chose 'second' for this output. 'iemctl switch PROFILE' chooses one" in text
    assert "owned Not asked. 'first' is the only earphone that you own." in text


WRONG = [
    (["own", "add"], 2, "What is owned is said by 'own add ID' and 'own remove ID'."),
    (["own", "buy", "first"], 2, "What is owned is said by 'own add ID' and 'own remove ID'."),
    (["own", "add", "frist"], 4, "There is no profile 'frist'; did you mean 'first'? 'iemctl list' shows them all."),
    (["own", "remove", "first"], 1, "'first' is not among your earphones."),
    (["why", "nowhere"], 4, "There is no output 'nowhere'; 'iemctl outputs' lists them."),
]


@pytest.mark.parametrize("words, code, sentence", WRONG, ids=[" ".join(words) for words, _, _ in WRONG])
def test_wrong_input_is_told(mine, words, code, sentence):
    done = mine.iemctl(*words, check=False)
    assert (done.returncode, done.stdout) == (code, "") and sentence in done.stderr


@pytest.mark.parametrize("damage", ["owned = 5;", "owned = ( \"../x\" );", "last_used = { usb = \"A B\"; };", "\0"])
def test_a_damaged_memory_is_set_aside_and_told(mine, damage):
    mine.stop_iemd()
    path = mine.state_dir / "iemd/earphones.conf"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(damage)
    mine.start_iemd(data_dir=mine.dir)
    assert path.with_name("earphones.conf.damaged").read_text() == damage
    assert mine.iemctl("own", json=True) == [] and "which were used last, is forgotten" in mine.iemd_log()

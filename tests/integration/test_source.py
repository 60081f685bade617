"""What drives an output: named by the user or known by its rules, shown with the reason, remembered."""

import pytest

DESK = 'source = { name = "Desk amplifier"; max_voltage = 2.0; output_impedance = 1.0; };'


def write_source(session, source_id, text):
    (session.config_dir / "iemd/profiles/sources").mkdir(parents=True, exist_ok=True)
    return session.write_profile(f"sources/{source_id}", text)


def shown(session, *words):
    got = session.iemctl("source", *words, json=True)
    assert got.keys() == {"output", "source", "name", "reason"}
    return got["output"], got["source"]


@pytest.fixture
def desk(iemd):
    write_source(iemd, "desk", DESK)
    write_source(iemd, "shelf", 'match = ( { node = "speaker"; } );')
    write_source(iemd, "ruined", "source = 5;")
    return iemd


def test_a_source_is_named_shown_forgotten_and_remembered(desk):
    assert shown(desk) == ("node:earphone", None)
    done = desk.iemctl("source", "desk")
    assert done.stdout == "The source of earphone is 'desk'.\n"
    assert desk.iemctl("source").stdout == ("earphone: desk (Desk amplifier)\n"
                                            "You named 'desk' as what drives this output.\n")
    desk.stop_iemd()
    desk.start_iemd(data_dir=desk.dir)
    assert shown(desk) == ("node:earphone", "desk")
    assert desk.status()["source"] == "desk"
    assert desk.iemctl("source", "none").stdout == "The source of earphone is not known.\n"
    assert shown(desk) == ("node:earphone", None)
    desk.iemctl("source", "auto")
    assert "no rule matches it" in desk.iemctl("source", json=True)["reason"]


def test_a_rule_of_a_source_names_what_drives_an_output(desk):
    assert shown(desk, "--output", "speaker") == ("node:speaker", "shelf")
    assert {one["node"]: one["source"] for one in desk.iemctl("outputs", json=True)} == {"earphone": None, "speaker": "shelf"}
    desk.iemctl("source", "desk", "--output", "speaker")
    assert shown(desk, "--output", "speaker") == ("node:speaker", "desk")


WRONG = [
    (["nobody"], 4, "There is no source 'nobody'; 'iemctl list --sources' shows them all."),
    (["dsek"], 4, "There is no source 'dsek'; did you mean 'desk'? 'iemctl list --sources' shows them all."),
    (["ruined"], 1, "The source 'ruined' does not load: "),
    (["desk", "--output", "nowhere"], 4, "There is no output 'nowhere'"),
    (["--output", "nowhere"], 4, "There is no output 'nowhere'"),
    (["desk", "shelf"], 2, "'shelf' is one argument too many."),
]


@pytest.mark.parametrize("words, code, sentence", WRONG, ids=[" ".join(words) for words, _, _ in WRONG])
def test_wrong_input_is_told_and_names_nothing(desk, words, code, sentence):
    done = desk.iemctl("source", *words, check=False)
    assert (done.returncode, done.stdout) == (code, "")
    assert sentence in done.stderr
    assert shown(desk) == ("node:earphone", None)

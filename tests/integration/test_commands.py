"""What the commands that talk to the service promise: statuses, JSON, memory of choices, files seen at once."""

import json
import subprocess

import pytest

import profiles
from harness import wait_until

STATUS_KEYS = {
    "version", "enabled", "mode", "state", "output", "profile", "confirmed", "reason", "reason_code", "rate", "channels",
    "latency_samples", "preamp_db", "gain_db", "spl_full_scale_db", "spl_now_db", "clips", "limited", "load_percent",
    "uncorrected_change_db", "uncorrected_streams"}
OUTPUT_KEYS = {"id", "node", "port", "kind", "available", "default", "profile", "source", "reason", "reason_code"}


@pytest.fixture
def two(iemd):
    profiles.write(iemd, "bright", profiles.BRIGHT, 'earphone = { brand = "Acme"; model = "Bright"; };')
    profiles.write(iemd, "dark", profiles.DARK)
    return iemd


def test_status_and_outputs_have_every_member(two):
    two.iemctl("switch", "bright")
    status, outputs = two.status(), two.iemctl("outputs", json=True)
    assert STATUS_KEYS <= status.keys()
    assert set(status["output"]) >= {"id", "node", "port", "description", "kind"}
    assert status["profile"] == {"id": "bright", "brand": "Acme", "model": "Bright", "variant": None}
    assert (status["enabled"], status["confirmed"], status["reason_code"]) == (True, True, "chosen")
    assert abs(status["preamp_db"] - profiles.cookbook.preamp_db(profiles.BRIGHT)) < 1e-3
    assert all(OUTPUT_KEYS <= output.keys() for output in outputs)
    assert [(one["id"], one["default"], one["profile"], one["kind"]) for one in outputs] == [
        ("node:earphone", True, "bright", "virtual"), ("node:speaker", False, None, "virtual")]


WRONG = [
    (["switch", "nobody"], 4, "There is no profile 'nobody'; 'iemctl list' shows them all."),
    (["switch", "brigth"], 4, "There is no profile 'brigth'; did you mean 'bright'? 'iemctl list' shows them all."),
    (["switch", "bright", "--output", "nowhere"], 4, "There is no output 'nowhere'; 'iemctl outputs' lists them."),
    (["switch", "bright", "--output", "node:"], 4, "'node:' means more than one output; 'iemctl outputs' lists them."),
    (["switch", "bright", "--variant", "foam"], 4,
     "The profile 'bright' has no variant 'foam'; 'iemctl show bright' lists them."),
    (["switch", "-"], 4, "No other profile was chosen on earphone before."),
    (["next"], 1, "No other earphone was used on earphone yet; 'iemctl switch PROFILE' begins."),
    (["confirm"], 1, "No profile is in force on earphone to be confirmed."),
    (["switch"], 2, "'switch' lacks an argument."),
    (["status", "--folow"], 2, "'--folow'"),
]


@pytest.mark.parametrize("words, code, sentence", WRONG, ids=[" ".join(words) for words, _, _ in WRONG])
def test_wrong_input_is_told_and_changes_nothing(two, words, code, sentence):
    done = two.iemctl(*words, check=False)
    assert (done.returncode, done.stdout) == (code, "")
    assert sentence in done.stderr and done.stderr.startswith("iemctl: ")
    assert two.status()["profile"] is None


def test_a_profile_that_does_not_load_is_refused_with_its_line(two):
    path = two.write_profile("broken", "eq = {\n preamp = 3.0;\n};")
    done = two.iemctl("switch", "broken", check=False)
    assert done.returncode == 1
    assert f"The profile 'broken' does not load: {path}:2: 'preamp' is 3, outside -60 to 0 dB" in done.stderr


def test_what_is_in_force_but_does_not_load_any_more_is_refused_and_stays(two):
    two.iemctl("switch", "bright")
    path = two.write_profile("bright", "eq = {\n bnads = ();\n};")
    done = two.iemctl("switch", "bright", check=False)
    assert done.returncode == 1
    assert f"The profile 'bright' does not load: {path}:2: " in done.stderr
    assert (two.status()["profile"]["id"], two.status()["state"]) == ("bright", "idle")


def test_a_switch_while_correction_is_off_says_so(two):
    two.iemctl("off")
    done = two.iemctl("switch", "bright")
    assert done.stdout == "The profile on earphone is 'bright'; correction is off, 'iemctl on' turns it on.\n"
    assert two.status()["enabled"] is False


def test_a_profile_without_bands_says_so(two):
    two.write_profile("facts", 'earphone = { brand = "Acme"; model = "Facts"; };')
    done = two.iemctl("switch", "facts")
    assert done.stdout == "The profile on earphone is 'facts'; it has no bands, so nothing is equalised.\n"
    two.write_profile("curve", "eq = { graphic = ( (100.0, 3.0), (1000.0, 0.0) ); };")
    assert two.iemctl("switch", "curve").stdout == "The profile on earphone is 'curve'.\n"


def test_switch_goes_back_and_next_goes_round(two):
    profiles.write(two, "third", profiles.DARK)
    for name in ("bright", "dark", "third"):
        two.iemctl("switch", name)
    seen = []
    for words in (["switch", "-"], ["switch", "-"], ["next"], ["next"], ["next"]):
        two.iemctl(*words)
        seen.append(two.status()["profile"]["id"])
    assert seen == ["dark", "third", "bright", "dark", "third"]


def test_a_choice_is_remembered_and_once_is_not(two, tmp_path):
    two.iemctl("switch", "bright")
    assert two.iemctl("switch", "dark", "--once").stdout == "The profile on earphone is 'dark'.\n"
    assert two.status()["profile"]["id"] == "dark"
    two.stop_iemd()
    two.start_iemd(data_dir=tmp_path)
    assert two.status()["profile"]["id"] == "bright"
    two.iemctl("auto")
    assert (two.status()["profile"], two.status()["reason_code"]) == (None, "none")


def test_off_is_remembered(two, tmp_path):
    two.iemctl("switch", "bright")
    two.iemctl("toggle")
    two.stop_iemd()
    two.start_iemd(data_dir=tmp_path)
    status = two.status()
    assert (status["enabled"], status["state"]) == (False, "bypassed")
    two.iemctl("toggle")
    assert two.status()["enabled"] is True


def test_a_command_sees_every_file_written_before_it(two):
    for number in range(20):
        two.write_profile("fresh", f"eq = {{ preamp = {-1.0 - number}; }};")
        two.iemctl("switch", "fresh")
        assert two.status()["preamp_db"] == -1 - number


def test_a_variant_has_its_own_bands(two):
    two.write_profile("tips", 'eq = { preamp = -3.0; }; variants = ( { name = "foam"; eq = { preamp = -7.0; }; } );')
    two.iemctl("switch", "tips", "--variant", "foam")
    status = two.status()
    assert (status["profile"]["variant"], status["preamp_db"]) == ("foam", -7)
    two.iemctl("switch", "tips")
    assert (two.status()["profile"]["variant"], two.status()["preamp_db"]) == (None, -3)


def test_the_rule_with_more_keys_wins(two):
    two.write_profile("any", 'match = ( { node = "ear*"; } );')
    two.write_profile("exact", 'match = ( { node = "ear*"; usb = "1234:abcd"; }, { node = "earphone"; } );')
    two.write_profile("zz", 'match = ( { node = "nowhere"; } );')
    wait_until(lambda: two.status()["profile"], what="a rule to match")
    status = two.status()
    assert (status["profile"]["id"], status["reason"]) == (
        "any", "A rule of 'any' matches this output: node ear*; so does one of 'exact', which comes after it by its id.")


def test_a_setting_takes_the_filter_out_of_the_path(two):
    two.iemctl("switch", "bright")
    two.iemctl("set", "path", "none")
    assert (two.status()["state"], two.status()["mode"]) == ("bypassed", None)
    assert not [node for node in two.nodes() if node["name"].startswith("iemd")]
    done = two.iemctl("switch", "dark", check=False)
    assert (done.returncode, 'the setting path is "none"' in done.stderr) == (1, True)
    assert two.iemctl("on").stdout == 'Correction is on; but nothing is corrected: the setting path is "none".\n'
    assert 'State        bypassed\n             The setting path is "none".' in two.iemctl("status").stdout
    two.iemctl("set", "path", "default-sink")
    wait_until(lambda: two.default_sink() == "iemd.earphone", what="iemd to be the default sink")
    assert two.status()["mode"] == "default-sink"


def test_a_second_iemd_is_refused(two):
    second = subprocess.run([two.build / "daemon/iemd"], env=two.env, capture_output=True, text=True, timeout=20)
    assert second.returncode == 1
    assert "Another iemd runs already: the bus name org.iemd is taken." in second.stderr
    assert two.status()["version"]


def test_without_the_service_the_status_is_3_and_the_buses_are_named(session, tmp_path):
    session.start_iemd(data_dir=tmp_path)
    session.stop_iemd()
    done = session.iemctl("status", check=False)
    assert done.returncode == 3
    assert "iemctl: The service does not answer: nobody owns org.iemd on the user bus" in done.stderr
    assert "the system bus cannot be reached" in done.stderr


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_follow_ends_where_nothing_can_be_printed(two, options):
    with open("/dev/full", "wb") as full:
        done = subprocess.run([two.build / "cli/iemctl", "status", "--follow", *options], env=two.env, stdout=full,
                              stderr=subprocess.PIPE, text=True, timeout=20)
    assert done.returncode == 1
    assert done.stderr == "iemctl: Standard output cannot be written: No space left on device.\n"


def test_follow_prints_a_line_for_a_change(two):
    follower = subprocess.Popen([two.build / "cli/iemctl", "status", "--follow", "--json"], env=two.env, text=True,
                                stdout=subprocess.PIPE)
    try:
        assert json.loads(follower.stdout.readline())["profile"] is None
        two.iemctl("switch", "bright")
        while json.loads(follower.stdout.readline())["profile"] is None:
            pass
    finally:
        follower.terminate()
        follower.wait(10)
        follower.stdout.close()


def test_a_damaged_memory_is_set_aside_and_told(two, tmp_path):
    two.iemctl("switch", "bright")
    two.stop_iemd()
    path = two.state_dir / "iemd/choices.conf"
    path.write_text("choices = ( { output = 5; } );")
    two.start_iemd(data_dir=tmp_path)
    assert two.status()["profile"] is None
    assert f"{path}:1: 'output' wants a text in quotes" in two.iemd_log()
    assert f"{path} could not be read and was set aside as {path}.damaged." in two.iemd_log()
    assert not path.exists() and path.with_name("choices.conf.damaged").exists()


def test_busctl_needs_nothing_else(two):
    two.iemctl("switch", "bright")
    tree = two.run("busctl", "--user", "introspect", "org.iemd", "/org/iemd/output/node_3aearphone")
    text = tree
    assert '"bright"' in text and "emits-change" in text


def test_a_name_is_not_cut_to_one_that_exists(iemd):
    name, variant = "a" * 64, "v" * 127
    iemd.write_profile(name, f'variants = ( {{ name = "{variant}"; }} );')
    assert iemd.iemctl("switch", name, check=False).returncode == 0
    assert iemd.iemctl("switch", name + "a", check=False).returncode == 4
    assert iemd.iemctl("switch", name, "--variant", variant + "v", check=False).returncode == 4

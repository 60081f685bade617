"""The shipped sources, as iemctl reads them, row by row against the table that they were made from."""

import csv
import re

import pytest

from harness.service import CHECKOUT

TABLE = CHECKOUT.parent / "shared/data/sources.tsv"
KINDS = {"audio-interface": "interface", "sbc-hat": "board", "bluetooth-dac": "bluetooth"}
# Where the table's column is about another output than its power: what its note says of the output with that power.
BY_NOTE = {
    "FiiO KA15": {"noise_uv": 3.2},
    "FiiO BTR15": {"output_impedance_ohm": 0.75, "noise_uv": 2.7},
    "Topping DX5 II (balanced)": {"noise_uv": 4.3},
    "Fosi Audio DAC-Q4": {"rated_power": [[32, 100]]},  # "100 to 160 mW": the lower one
}


def rows():
    with open(TABLE, newline="") as table:
        return list(csv.DictReader((line for line in table if not line.startswith("#")), delimiter="\t",
                                   quoting=csv.QUOTE_NONE))


def number(text):
    return float(text) if text else None


def limit(text, share):
    """'0.5', '<1', '<=1': of an upper limit only a share counts. '~0' is no figure."""
    found = re.fullmatch(r"(<=?)?([\d.]+)", text or "")
    return float(found[2]) * (share if found[1] else 1) if found else None


def wanted(row):
    power = row["max_current_or_power"] or ""
    current = re.fullmatch(r"([\d.]+) mA", power)
    rated = [[float(ohm), float(mw)] for mw, ohm in re.findall(r"([\d.]+) mW/(\d+) ohm", power)]
    return {
        "kind": KINDS.get(row["kind"], row["kind"]),
        "max_vrms": number(row["max_vrms"]),
        "max_current_ma": float(current[1]) if current else None,
        "rated_power": sorted(rated),
        "output_impedance_ohm": limit(row["output_impedance_ohm"], 0.5),
        "noise_uv": limit(row["noise_uV_A"], 1),
    } | BY_NOTE.get(row["name"], {})


def names(row):
    """What the file may call it: a balanced output is called so."""
    power, note = row["max_current_or_power"] or "", row["note"] or ""
    balanced = "balanced" in power or "figure is for the balanced output" in note
    return {row["name"], row["name"] + " (balanced)"} if balanced else {row["name"]}


@pytest.fixture
def shipped(box):
    box.env["IEMD_DATA_DIR"] = str(CHECKOUT)
    return [gain["source"] for gain in box.json("gain", "moondrop-aria", "--all")]


@pytest.mark.skipif(not TABLE.exists(), reason="there is no ../shared/data/sources.tsv beside this checkout")
def test_shipped_sources_are_the_table_s(shipped):
    left = {source["name"]: source for source in shipped}
    for row in rows():
        want = wanted(row)
        found = left.keys() & names(row)
        if not (want["max_vrms"] or want["max_current_ma"] or want["rated_power"]):
            assert not found, f"{row['name']}: how loud it gets is not known"
            continue
        assert len(found) == 1, f"{row['name']}: {found or 'no file'}"
        source = left.pop(found.pop())
        assert {key: source[key] for key in want} == want, source["id"]
        text = (CHECKOUT / f"profiles/sources/{source['id']}.conf").read_text()
        assert re.findall(r'usb = "(.*?)"', text) == ([row["usb_vid_pid"]] if row["usb_vid_pid"] else []), source["id"]
        assert f"onfidence {row['confidence']}." in text, source["id"]
    assert not left, "files without a row"

"""Published presets at every rate: how far what is played is from what they mean."""

import gzip
import json
import subprocess

import numpy as np
import pytest

from harness.service import CHECKOUT, build_dir

CATALOGUE = CHECKOUT.parent / "shared/data/opra/database_v1.jsonl.gz"
TYPES = {"peak_dip": "peaking", "low_shelf": "low-shelf", "high_shelf": "high-shelf", "low_pass": "low-pass"}
# median, 95 %, worst in dB
LIMITS = {
    "analog@44100": (0.05, 0.2, 0.6), "analog@48000": (0.03, 0.1, 0.3), "analog@96000": (0.03, 0.1, 0.3),
    "analog@192000": (0.03, 0.1, 0.3),
    # below 10 kHz
    "cookbook@48000": (0.03, 0.1, 0.3), "cookbook@96000": (0.03, 0.15, 2), "cookbook@192000": (0.03, 0.15, 2),
}


def in_ear_presets():
    """A line for each: the bands as `deviations` reads them."""
    with gzip.open(CATALOGUE, "rt") as catalogue:
        entries = [json.loads(line) for line in catalogue]
    kinds = {entry["id"]: entry["data"].get("subtype") for entry in entries if entry["type"] == "product"}
    presets = [entry["data"] for entry in entries if entry["type"] == "eq"]
    return [" ".join(f"{TYPES[band['type']]} {band['frequency']} {band.get('gain_db', 0)} {band.get('q', 0.7071067811865476)}"
                     for band in preset["parameters"]["bands"])
            for preset in presets if kinds[preset["product_id"]] == "in_ear"]


@pytest.mark.skipif(not CATALOGUE.exists(), reason="there is no ../shared/data/opra beside this checkout")
def test_in_ear_presets_are_what_they_mean_at_every_rate():
    told = subprocess.run([build_dir() / "tests/harness/deviations"], input="\n".join(in_ear_presets()) + "\n", text=True,
                          capture_output=True, check=True).stdout.splitlines()
    rows = np.array([[float(cell) for cell in line.split()] for line in told[1:]])
    assert len(rows) > 700
    missed = []
    for column, name in enumerate(told[0].split()):
        if name.endswith(">10k"):
            below, above = rows[:, column - 1], rows[:, column]
            off = np.maximum(below, above) if name.startswith("analog") else below
            got = (np.median(off), np.percentile(off, 95), off.max())
            print(f"{name[:-4]}: {got[0]:.4f} {got[1]:.4f} {got[2]:.4f} dB; above 10 kHz "
                  f"{np.median(above):.3f} {np.percentile(above, 95):.3f} {above.max():.3f}")
            if any(one > limit for one, limit in zip(got, LIMITS[name[:-4]])):
                missed.append((name, got))
    assert not missed

#!/usr/bin/python3
"""The demo after the build, called by tools/demo: demo.py BUILD CHECKOUT."""

import pathlib
import signal
import sys

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tests"))

from harness import Session, chart, sound, wait_until  # noqa: E402

ALLOWED_DB = 0.1
RATE = 48000
PROFILE = """# Bands that differ left and right, so that the demo shows that the ears are not mixed up.
format = 1;
earphone = { brand = "Demo";  model = "In-Ear"; };
eq = {
  preamp = "auto";
  bands = (
    { type = "low-shelf";  frequency = 105.0;  gain = 5.5;  q = 0.7; },
    { type = "peaking";    frequency = 220.0;  gain = -3.0; q = 0.8; },
    { type = "peaking";    frequency = 3100.0; gain = -5.0; q = 1.8;  channels = "left"; },
    { type = "peaking";    frequency = 6200.0; gain = 4.0;  q = 3.0;  channels = "left"; },
    { type = "peaking";    frequency = 1500.0; gain = 3.0;  q = 1.2;  channels = "right"; },
    { type = "peaking";    frequency = 4700.0; gain = -6.0; q = 2.5;  channels = "right"; },
    { type = "high-shelf"; frequency = 9000.0; gain = 2.5;  q = 0.7; }
  );
};
"""


class Steps:
    """Numbered lines; the build was the first."""
    number = 1

    def __call__(self, text):
        self.number += 1
        print(f"{self.number}. {text}", flush=True)


def run(session, build, checkout):
    step = Steps()
    versions = session.versions()
    step(f"Started a private PipeWire {versions['pipewire']} with WirePlumber {versions['wireplumber']}.")

    session.add_sink("virtual-earphone")
    wait_until(lambda: session.default_sink() == "virtual-earphone", what="the virtual earphone to be the default")
    session.write_profile("demo", PROFILE)
    session.start_iemd(build=build, data_dir=checkout)
    step("Plugged a virtual earphone in and started iemd.")

    session.iemctl("switch", "demo")
    status = session.status()
    step(f"Switched to a profile, left unlike right (state: {status.get('state')}; path: {status.get('mode')}).")

    hz, *intended = intended_response(session)
    step("Playing a test signal with pw-cat, recording what reaches the earphone.")
    measured = sound.measure_response(session, "virtual-earphone", hz, RATE)
    step("Drawing what was measured beside what the profile intends:\n")
    for side, want, got in zip(("left", "right"), intended, measured):
        chart.draw(side, hz, want, got)
    chart.legend()
    return report(hz, intended, measured)


def intended_response(session):
    """What the profile means, from the service's own command: three columns, Hz, left dB, right dB."""
    lines = session.iemctl("response", "demo", "--rate", RATE).stdout.splitlines()
    rows = [line.split() for line in lines if line[:1].isdigit()]
    table = np.array(rows, float)
    if table.ndim != 2 or table.shape[1] != 3:
        raise AssertionError(f"'iemctl response' printed no table of three columns, but: {lines[:3]}")
    return table.T


def report(hz, intended, measured):
    """Print the largest deviation of each side; true when both are small enough."""
    good = True
    print()
    for side, want, got in zip(("left", "right"), intended, measured):
        off = np.abs(got - want)
        worst = int(np.argmax(off))
        good = good and off[worst] <= ALLOWED_DB
        print(f"{side:>5}: largest deviation {off[worst]:.4f} dB, at {hz[worst]:.0f} Hz")
    print(f"{'Good' if good else 'Not good'}: {ALLOWED_DB} dB are allowed from 20 Hz to 20 kHz.")
    return good


def main():
    build, checkout = (pathlib.Path(word).resolve() for word in sys.argv[1:3])
    for program in ("daemon/iemd", "cli/iemctl"):
        if not (build / program).exists():
            sys.exit(f"demo: the build has made no {program}")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the session is cleaned up then too
    with Session() as session:
        try:
            return 0 if run(session, build, checkout) else 1
        except Exception as error:  # whatever went wrong, the logs say more than a traceback
            print(f"demo: {error}", file=sys.stderr)
            print(session.logs(), file=sys.stderr)
            return 1
        except KeyboardInterrupt:
            return 130


if __name__ == "__main__":
    sys.exit(main())

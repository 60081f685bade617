"""Profiles that several tests use, and what they do to sound."""

import numpy as np

from harness import cookbook, measure, sound

# Left and right differ, so that a swapped or mixed pair of channels shows.
BRIGHT = [
    ("low-shelf", 105, 5.5, 0.7, "all"), ("peaking", 220, -3.0, 0.8, "all"), ("peaking", 3100, -5.0, 1.8, "left"),
    ("peaking", 6200, 4.0, 3.0, "left"), ("peaking", 1500, 3.0, 1.2, "right"), ("high-shelf", 9000, 2.5, 0.7, "all"),
]
DARK = [
    ("low-shelf", 80, -4.0, 0.7, "all"), ("peaking", 1000, -3.0, 1.4, "all"), ("peaking", 2600, 3.0, 3.0, "right"),
    ("high-shelf", 8000, -4.0, 0.7, "all"),
]
HZ = measure.octave_grid()
PERIOD = 32768  # of the test signal: enough for bands as broad as these, and half the time


def write(session, name, bands, head=""):
    return session.write_profile(name, cookbook.profile_text(bands, head))


def wanted(bands, side):
    return cookbook.response_db(bands, HZ, side) + cookbook.preamp_db(bands)


def deviation(bands, test, recorded):
    """The largest difference in dB between what was recorded of a test signal and what the bands mean."""
    return max(np.abs(test.response_db(recorded, HZ, channel) - wanted(bands, side)).max()
               for channel, side in enumerate(("left", "right")))


def measured_deviation(session, bands, sink="earphone", rate=48000):
    """The same, of a test signal played to the default now; measured again where a busy machine lost sound."""
    left, right = sound.measure_response(session, sink, HZ, rate=rate, period=PERIOD)
    return max(np.abs(left - wanted(bands, "left")).max(), np.abs(right - wanted(bands, "right")).max())

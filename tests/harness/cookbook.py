"""
What a profile means, computed a second time: W3C Audio EQ Cookbook filters at 48 kHz, written from the formulas. The
profiles written here say so, so at that rate they are met to the last digit, and at others as closely as can be.
"""

import numpy as np

RATE = 48000


def band_db(kind, hz, frequency, gain=0.0, q=0.7071067811865476):
    """The response of one band in dB at the frequencies `hz`."""
    a, w0 = 10 ** (gain / 40), 2 * np.pi * frequency / RATE
    cos, alpha = np.cos(w0), np.sin(w0) / (2 * q)
    k = 2 * np.sqrt(a) * alpha
    if kind == "peaking":
        b, d = (1 + alpha * a, -2 * cos, 1 - alpha * a), (1 + alpha / a, -2 * cos, 1 - alpha / a)
    elif kind == "low-shelf":
        b = a * ((a + 1) - (a - 1) * cos + k), 2 * a * ((a - 1) - (a + 1) * cos), a * ((a + 1) - (a - 1) * cos - k)
        d = (a + 1) + (a - 1) * cos + k, -2 * ((a - 1) + (a + 1) * cos), (a + 1) + (a - 1) * cos - k
    elif kind == "high-shelf":
        b = a * ((a + 1) + (a - 1) * cos + k), -2 * a * ((a - 1) + (a + 1) * cos), a * ((a + 1) + (a - 1) * cos - k)
        d = (a + 1) - (a - 1) * cos + k, 2 * ((a - 1) - (a + 1) * cos), (a + 1) - (a - 1) * cos - k
    else:
        raise ValueError(f"no band type '{kind}' here")
    z = np.exp(-2j * np.pi * np.asarray(hz) / RATE)
    return 20 * np.log10(np.abs((b[0] + b[1] * z + b[2] * z * z) / (d[0] + d[1] * z + d[2] * z * z)))


def response_db(bands, hz, side):
    """The sum of the bands [(type, frequency, gain, q, channels)] that act on a side, without a preamp."""
    return sum((band_db(kind, hz, frequency, gain, q) for kind, frequency, gain, q, channels in bands
                if channels in ("all", side)), np.zeros(len(hz)))


def preamp_db(bands):
    """The exact negative of the highest gain of either side, never above 0."""
    hz = np.concatenate([[1e-3], np.geomspace(5, RATE / 2 - 1, 200000)])
    return -max(0, *(response_db(bands, hz, side).max() for side in ("left", "right")))


def profile_text(bands, head=""):
    """The profile that holds these bands, preamp automatic."""
    rows = ",\n".join(f'{{ type = "{kind}"; frequency = {float(frequency)}; gain = {float(gain)}; q = {float(q)}; '
                      f'channels = "{channels}"; }}' for kind, frequency, gain, q, channels in bands)
    return f'{head}\neq = {{ reference = "cookbook-{RATE}"; bands = (\n{rows}\n); }};\n'

"""iemctl render is the daemon's chain, offline."""

import numpy as np

import profiles
from harness import measure, repeat_until, sound

EDGE = 1024  # frames at both ends: what a player loses when it starts and stops
RAMP = 4800  # the start ramp after iemd came into the path


def test_render_and_the_daemon_differ_by_less_than_120_db(iemd):
    profiles.write(iemd, "bright", profiles.BRIGHT)
    iemd.iemctl("switch", "bright")
    music = np.random.default_rng(5).normal(0, 0.1, (4 * 48000, 2)).astype(np.float32)
    given, rendered = iemd.dir / "given.wav", iemd.dir / "rendered.wav"
    sound.write_wav(given, music)
    iemd.iemctl("render", "bright", given, rendered)
    offline = sound.read_wav(rendered)[0]
    part = slice(RAMP + EDGE, len(offline) - EDGE)

    def difference():
        live = sound.play_and_record(iemd, "earphone", music)
        lag = measure.delay(offline[:, 0], live[:, 0])
        same = live[max(lag, 0):][:len(offline)]
        largest = np.abs(same[part] - offline[part]).max() if len(same) == len(offline) else 1.0
        return 20 * np.log10(max(largest, 1e-12))

    assert len(offline) == len(music)
    assert repeat_until(difference, lambda dbfs: dbfs < -120) < -120

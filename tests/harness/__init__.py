"""A private sound session for tests: its own D-Bus, PipeWire, WirePlumber, sinks and iemd.

    def test_the_left_ear_gets_its_band(iemd):              # fixtures: tests/integration/conftest.py
        iemd.write_profile("one", PROFILE)
        iemd.iemctl("switch", "one")
        signal = measure.Multisine()
        recorded = sound.play_and_record(iemd, "earphone", signal.sound)
        assert abs(signal.response_db(recorded, [1000.0], channel=0)[0] - 6) < 0.01

By hand: IEMD_BUILD=build /usr/bin/python3 -m pytest tests/integration
"""

from .session import Session
from .waiting import Timeout, wait_until

__all__ = ["Session", "Timeout", "wait_until"]

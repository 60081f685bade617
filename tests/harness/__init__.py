"""A private sound session for tests: its own D-Bus, PipeWire, WirePlumber, sinks and iemd.

    def test_the_left_ear_gets_its_band(iemd):              # fixtures: tests/integration/conftest.py
        iemd.write_profile("one", PROFILE)
        iemd.iemctl("switch", "one")
        left, right = sound.measure_response(iemd, "earphone", [100.0, 1000.0])
        assert abs(left[1] - 6) < 0.01 and abs(right[1]) < 0.01

By hand: IEMD_BUILD=build /usr/bin/python3 -m pytest tests/integration
"""

from .session import Session
from .waiting import Timeout, repeat_until, wait_until

__all__ = ["Session", "Timeout", "repeat_until", "wait_until"]

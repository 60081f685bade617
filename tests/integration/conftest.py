"""Fixtures: a private session, sinks in it, iemd in it. A test that takes too long is ended; a failed one shows the logs."""

import os
import pathlib
import signal
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from harness import Session  # noqa: E402
from harness.service import is_built  # noqa: E402

import profiles  # noqa: E402
from offline import box  # noqa: E402, F401

LIMIT = int(os.environ.get("IEMD_TEST_LIMIT", "180"))  # seconds for one test with its fixtures


def pytest_configure():
    """Ended from outside: the session of the test that runs is cleaned up, too."""
    signal.signal(signal.SIGTERM, lambda *_: pytest.exit("ended by SIGTERM", 143))


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_protocol(item):
    marker = item.get_closest_marker("limit")
    seconds = marker.args[0] if marker else LIMIT

    def too_long(*_):
        signal.alarm(seconds)  # the clean-up has a limit too
        pytest.fail(f"this test took more than {seconds} s")  # no OSError: wait_until takes those for "not yet"

    before = signal.signal(signal.SIGALRM, too_long)
    signal.alarm(seconds)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    report = (yield).get_result()
    session = getattr(item, "funcargs", {}).get("session")
    if report.failed and session is not None and session.dir.exists():
        report.sections.append(("logs of the session", session.logs()))
        report.sections.append(("the session as it is", session.picture()))


@pytest.fixture
def session():
    """A session of its own for the test. An iemd left running must end cleanly and without a sanitizer's word."""
    with Session() as private:
        yield private
        private.check_iemd()
        if private.iemd in private.processes.running:
            private.stop_iemd()


@pytest.fixture
def sinks(session):
    """Two stereo sinks: 'earphone', the default as long as nobody chooses, and 'speaker'. {name: options}"""
    session.add_sink("earphone", priority=2000)
    session.add_sink("speaker", priority=1000)
    return session.sinks


@pytest.fixture
def iemd(session, sinks, tmp_path):
    """The session with both sinks and a running iemd that ships no profiles."""
    if not is_built():
        pytest.skip("no daemon in the build folder")
    (tmp_path / "profiles").mkdir()
    session.start_iemd(data_dir=tmp_path)
    return session


@pytest.fixture
def corrected(iemd):
    """A running iemd with the profile 'bright' in force on the earphone."""
    profiles.write(iemd, "bright", profiles.BRIGHT)
    iemd.iemctl("switch", "bright")
    return iemd

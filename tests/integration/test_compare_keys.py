"""compare at a terminal: whatever ends or stops it, the terminal is as it was."""

import contextlib
import fcntl
import os
import pty
import signal
import struct
import subprocess
import termios

import pytest

import profiles
from harness import wait_until
from harness.service import build_dir

SHOWN = termios.ICANON | termios.ECHO


@pytest.fixture
def two(iemd):
    profiles.write(iemd, "bright", profiles.BRIGHT)
    profiles.write(iemd, "dark", profiles.DARK)
    iemd.iemctl("switch", "bright")
    return iemd


class Terminal:
    """What a process of its own session has as its terminal; everything that it says is kept as text."""

    def __init__(self, session, *command):
        self.user, self.side = pty.openpty()
        os.set_blocking(self.user, False)
        self.before = self.modes()
        self.said = ""
        self.process = subprocess.Popen(command, env=session.env, stdin=self.side, stdout=self.side, stderr=self.side,
                                        preexec_fn=self._take)

    def _take(self):
        os.setsid()
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)

    def modes(self):
        return termios.tcgetattr(self.side)

    def unread(self):
        """Bytes that were pressed and not taken yet."""
        return struct.unpack("i", fcntl.ioctl(self.side, termios.FIONREAD, bytes(4)))[0]

    def press(self, keys):
        os.write(self.user, keys.encode())

    def wait_for(self, text):
        def is_said():
            with contextlib.suppress(BlockingIOError):
                self.said += os.read(self.user, 65536).decode()
            return text in self.said

        wait_until(is_said, what=f"'{text}' on the terminal")
        self.said = self.said.split(text, 1)[1]

    def close(self):
        self.process.kill()
        self.process.wait()
        os.close(self.user)
        os.close(self.side)


@contextlib.contextmanager
def terminal(session, *command):
    opened = Terminal(session, *command)
    try:
        yield opened
    finally:
        opened.close()


COMPARE = (build_dir() / "cli/iemctl", "compare", "bright", "dark")


@pytest.mark.parametrize("end, status", [
    (lambda at: at.press("q"), 0),
    (lambda at: at.press("\x04"), 0),
    (lambda at: at.press("\x03"), 128 + signal.SIGINT),
    (lambda at: at.press("\x1c"), 128 + signal.SIGQUIT),
    (lambda at: at.process.terminate(), 128 + signal.SIGTERM),
    (lambda at: at.process.send_signal(signal.SIGHUP), 128 + signal.SIGHUP),
], ids=["q", "ctrl-d", "ctrl-c", "ctrl-backslash", "terminated", "hung up"])
def test_the_terminal_and_the_sound_are_put_back(two, end, status):
    with terminal(two, *COMPARE) as at:
        at.wait_for("A: bright")
        assert not at.modes()[3] & SHOWN
        at.press("b")
        at.wait_for("B: dark")
        end(at)
        assert at.process.wait(20) == status
        assert at.modes() == at.before
        with contextlib.suppress(BlockingIOError):
            at.said += os.read(at.user, 65536).decode()
        assert "iemctl:" not in at.said
    wait_until(lambda: two.brief()[2] == "bright", what="the profile of before")


def test_it_ends_quietly_while_it_waits_for_the_service(two):
    with terminal(two, *COMPARE) as at:
        at.wait_for("A: bright")
        two.kill_iemd(signal.SIGSTOP)
        at.press("b")
        wait_until(lambda: not at.unread(), what="the key to be taken")
        at.press("\x03")
        assert at.process.wait(10) == 128 + signal.SIGINT
        two.kill_iemd(signal.SIGCONT)
        assert at.modes() == at.before
        with pytest.raises(BlockingIOError):
            os.read(at.user, 65536)


def test_ctrl_z_gives_the_terminal_back_until_it_goes_on(two):
    with terminal(two, "/bin/sh", "-i") as at:
        at.press(" ".join(map(str, COMPARE)) + "\n")
        at.wait_for("A: bright")
        wait_until(lambda: not at.modes()[3] & SHOWN, what="the keys")
        at.press("\x1a")
        wait_until(lambda: at.modes() == at.before, what="the terminal as it was")
        at.press("echo st''opped\n")
        at.wait_for("stopped")
        at.press("fg\n")
        wait_until(lambda: not at.modes()[3] & SHOWN, what="the keys once more")
        at.press("b")
        at.wait_for("B: dark")
        at.press("q")
        wait_until(lambda: at.modes() == at.before, what="the terminal as it was")
        at.press("echo status $?\n")
        at.wait_for("status 0")

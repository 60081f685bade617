"""iemctl without a service: a home of its own for it, and what it may say."""

import json
import os
import pathlib
import pty
import re
import subprocess

import pytest

REPO = pathlib.Path(__file__).resolve().parents[2]
IEMCTL = REPO / os.environ.get("IEMD_BUILD", "build") / "cli" / "iemctl"

# What is said: a sentence, how a command is used, or what is wrong in a file (which editors can jump to).
SENTENCE = re.compile(r"iemctl: (['(-]|[A-Z][a-z]|/).*[.:?]$|iemctl: Usage: iemctl ")
IN_A_FILE = re.compile(r"iemctl: [^:]+(:\d+)?: .*[^.]$")

ACME = """
earphone = {
  brand = "Acme";  model = "One";  form = "in-ear";
  impedance = 22.0;  sensitivity = { value = 110.0; unit = "dB/mW"; };
};
eq = {
  bands = (
    { type = "low-shelf"; frequency = 105.0; gain = 5.5; q = 0.7; },
    { type = "peaking"; frequency = 3100.0; gain = -2.0; q = 1.4; channels = "left"; },
    { type = "peaking"; frequency = 12000.0; gain = 3.0; q = 2.0; }
  );
};
variants = ( { name = "foam"; eq = { bands = ( ); }; } );
origin = "measured";
"""


class Box:
    """A home of its own, and iemctl in it."""

    def __init__(self, root):
        self.root = root
        self.user = root / "config/iemd/profiles"
        self.shipped = root / "data/profiles"
        self.settings = root / "config/iemd/iemd.conf"
        (self.shipped / "sources").mkdir(parents=True)
        (root / "home").mkdir()
        self.env = {
            "HOME": str(root / "home"),
            "XDG_CONFIG_HOME": str(root / "config"),
            "XDG_STATE_HOME": str(root / "state"),
            "XDG_RUNTIME_DIR": str(root / "run"),
            "IEMD_DATA_DIR": str(root / "data"),
            "DBUS_SESSION_BUS_ADDRESS": f"unix:path={root}/no-bus",
            "DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={root}/no-bus",
            "PATH": os.environ["PATH"],
            "ASAN_OPTIONS": "detect_leaks=1",
        }

    def run(self, *args, status=0, stdin=b""):
        done = subprocess.run([IEMCTL, *args], input=stdin, capture_output=True, env=self.env, cwd=self.root,
                              timeout=20)
        out, err = done.stdout.decode(), done.stderr.decode()
        assert done.returncode == status, f"{args}: {done.returncode}\n{out}\n{err}"
        assert "runtime error" not in err
        for line in err.splitlines():
            assert SENTENCE.match(line) or IN_A_FILE.match(line), line
        return out, err

    def on_terminal(self, *args):
        """What it shows on a terminal of 80 columns."""
        ours, theirs = pty.openpty()
        with subprocess.Popen([IEMCTL, *args], stdout=theirs, env=self.env):
            os.close(theirs)
            text = b""
            while True:
                try:
                    text += os.read(ours, 4096)
                except OSError:
                    break
        return text.decode().replace("\r", "")

    def json(self, *args):
        return json.loads(self.run(*args, "--json")[0])

    def write(self, path, text):
        path = self.root / path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path


@pytest.fixture
def box(tmp_path):
    box = Box(tmp_path)
    box.write("data/profiles/acme-one.conf", ACME)
    return box

"""Does for iemd in a session what systemd does with its unit: a watchdog, ExecStopPost, Restart=on-failure."""

import socket
import subprocess
import threading
import time

from .service import build_dir

WATCHDOG_SECONDS = 10.0  # WatchdogSec= of the unit
RESTART_SECONDS = 1.0    # RestartSec=


class Supervisor:
    """Runs iemd from entering the context to leaving it. `said` holds what it told: [(monotonic seconds, {key: value})]."""

    def __init__(self, session, data_dir):
        self.session, self.said, self.ends, self.undone = session, [], [], 0
        self.width, self.fed = WATCHDOG_SECONDS, time.monotonic()
        self.path = session.dir / "notify"
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(str(self.path))
        self.socket.settimeout(0.1)
        self.env = {"NOTIFY_SOCKET": str(self.path), "WATCHDOG_USEC": str(int(WATCHDOG_SECONDS * 1e6))}
        self.data_dir = data_dir
        self.thread = threading.Thread(target=self._watch, daemon=True)
        self.leaving = False

    def __enter__(self):
        self._start()
        self.thread.start()
        return self

    def __exit__(self, *exception):
        self.leaving = True
        self.thread.join()
        self.socket.close()

    def _start(self):
        self.width, self.fed = WATCHDOG_SECONDS, time.monotonic()
        self.session.start_iemd(data_dir=self.data_dir, env=self.env, wait=False)

    def _watch(self):
        while not self.leaving:
            self._listen()
            process = self.session.iemd
            if process.poll() is None and time.monotonic() > self.fed + self.width:
                process.kill()
                process.wait()
            if process.poll() is not None:
                self._after(process)

    def _listen(self):
        try:
            text = self.socket.recv(4096).decode()
        except TimeoutError:
            return
        fields = dict(line.partition("=")[::2] for line in text.splitlines())
        self.said.append((time.monotonic(), fields))
        if "WATCHDOG_USEC" in fields:
            self.width = int(fields["WATCHDOG_USEC"]) / 1e6
        if "WATCHDOG" in fields or "WATCHDOG_USEC" in fields:
            self.fed = time.monotonic()

    def _after(self, process):
        """ExecStopPost=, then Restart=on-failure."""
        self.ends.append(process.returncode)
        if process in self.session.processes.running:
            self.session.processes.running.remove(process)
        subprocess.run([build_dir() / "daemon/iemd", "--undo"], env=self.session.env, check=True, timeout=30)
        self.undone += 1
        if process.returncode == 0:
            self.leaving = True
            return
        time.sleep(RESTART_SECONDS)
        self._start()

"""Child processes that end with the test, whatever happens to it."""

import ctypes
import os
import pathlib
import signal
import subprocess

PR_SET_PDEATHSIG = 1
_prctl = ctypes.CDLL(None, use_errno=True).prctl


def _die_with(parent):
    """For the child, between fork and exec: the kernel kills it when the test's main thread ends."""
    def arrange():
        _prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:  # the parent ended before prctl
            os._exit(1)
    return arrange


def _is_stopped(pid):
    return pathlib.Path(f"/proc/{pid}/stat").read_bytes().rsplit(b")")[-1].split()[0] == b"T"


def _threads(pid):
    """Each thread's name, the kernel function it waits in, its system call: what it hangs in."""
    lines = []
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        try:
            lines.append(" ".join((task / name).read_text(errors="replace").strip() for name in ("comm", "wchan", "syscall")))
        except OSError as error:
            lines.append(str(error))
    return "\n".join(lines)


class Processes:
    """Starts programs with one environment and ends each by its own pid, last started first."""

    def __init__(self, env, log_dir):
        self.env = env
        self.log_dir = pathlib.Path(log_dir)
        self.running = []

    def start(self, name, argv, env=None):
        """Start argv in a process group of its own, so that Ctrl-C leaves the order of ending to us."""
        log = self.log_path(name)
        with open(log, "ab") as out:
            process = subprocess.Popen(
                [str(word) for word in argv], env={**self.env, **(env or {})}, stdin=subprocess.DEVNULL,
                stdout=out, stderr=subprocess.STDOUT, start_new_session=True,
                preexec_fn=_die_with(os.getpid()))
        process.name = name
        self.running.append(process)
        return process

    def stop(self, process, sig=signal.SIGTERM, timeout=15):
        """Send sig and reap; SIGKILL when that does not end it. Returns the exit status."""
        if process.poll() is None:
            stopped = _is_stopped(process.pid)  # a test may have left it so
            process.send_signal(sig)
            # Only then: it would take away the SIGSTOP by which a leak check at the program's end holds it.
            if stopped:
                process.send_signal(signal.SIGCONT)
            try:
                process.wait(timeout)
            except subprocess.TimeoutExpired:
                with open(self.log_path(process.name), "a") as log:
                    log.write(f"It did not end within {timeout} s of signal {sig}. Its threads:\n{_threads(process.pid)}\n")
                process.kill()
                process.wait()
        if process in self.running:
            self.running.remove(process)
        return process.returncode

    def stop_all(self):
        for process in reversed(self.running[:]):
            self.stop(process)

    def log_path(self, name):
        return self.log_dir / f"{name}.log"

    def log(self, name):
        path = self.log_path(name)
        return path.read_text(errors="replace") if path.exists() else ""

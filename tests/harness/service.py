"""iemd and iemctl in a session."""

import json as json_module
import os
import pathlib
import signal
import subprocess

from .waiting import wait_until

CHECKOUT = pathlib.Path(__file__).resolve().parents[2]
SANITIZER_WORDS = ("AddressSanitizer", "LeakSanitizer", "ThreadSanitizer", "runtime error:")


def build_dir():
    """Where meson built: IEMD_BUILD, else build/ in the checkout."""
    return pathlib.Path(os.environ.get("IEMD_BUILD") or CHECKOUT / "build").resolve()


def asking_build(build):
    """Whose iemctl asks for the status of a service of BUILD: IEMD_ASKING_BUILD, else the build's own.

    Tests wait by asking over and over, and with sanitizers each time costs 74 ms of a processor instead of 10."""
    return pathlib.Path(os.environ.get("IEMD_ASKING_BUILD") or build).resolve()


def is_built():
    return (build_dir() / "daemon/iemd").exists() and (build_dir() / "cli/iemctl").exists()


def check_sanitizers(program, text):
    for word in SANITIZER_WORDS:
        if word in text:
            raise AssertionError(f"{program} said '{word}':\n{text}")


class Service:
    """The part of a session that runs the service. One iemd at a time."""

    build = None  # of the service that was started last

    def start_iemd(self, build=None, data_dir=None, env=None, wait=True, args=()):
        """Start BUILD/daemon/iemd and wait until it answers. data_dir holds profiles/; the checkout by default."""
        self.build = pathlib.Path(build or build_dir())
        self.env["IEMD_DATA_DIR"] = str(data_dir or CHECKOUT)
        self.iemd = self.processes.start("iemd", [self.build / "daemon/iemd", *args], env=env)
        if wait:
            wait_until(self._answers, what="iemd to answer")
        return self.iemd

    def _answers(self):
        if self.iemd.poll() is not None:
            raise AssertionError(f"iemd ended with status {self.iemd.returncode}:\n{self.processes.log('iemd')}")
        return self.iemctl("status", "--json", check=False, build=asking_build(self.build)).returncode == 0

    def iemctl(self, *args, check=True, json=False, timeout=30, build=None):
        """Run iemctl. Returns the finished process, or what its --json says; check wants exit status 0."""
        build = build or self.build or build_dir()
        command = [str(build / "cli/iemctl"), *map(str, args), *(["--json"] if json else [])]
        done = subprocess.run(command, env=self.env, stdin=subprocess.DEVNULL, text=True, capture_output=True,
                              timeout=timeout)
        check_sanitizers("iemctl", done.stderr)
        if check and done.returncode:
            raise AssertionError(f"'iemctl {' '.join(command[1:])}' ended with status {done.returncode}: {done.stderr.strip()}")
        return json_module.loads(done.stdout) if json else done

    def status(self):
        return self.iemctl("status", json=True, build=asking_build(self.build or build_dir()))

    def brief(self):
        """What status says of the output in use: its state, node.name and profile, the last two None where there is none."""
        status = self.status()
        return status["state"], *(status[key] and status[key][name] for key, name in (("output", "node"), ("profile", "id")))

    def kill_iemd(self, sig=signal.SIGKILL):
        """Send a signal; unless it only stops or continues, wait for the end and return the exit status."""
        if sig in (signal.SIGSTOP, signal.SIGCONT, signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2):
            self.iemd.send_signal(sig)
            return None
        return self.processes.stop(self.iemd, sig)

    def stop_iemd(self):
        """End it as systemd would; it must end cleanly, and no sanitizer may have spoken."""
        status = self.kill_iemd(signal.SIGTERM)
        self.check_iemd()
        assert status == 0, f"iemd ended with status {status} on SIGTERM:\n{self.processes.log('iemd')}"

    def iemd_log(self):
        return self.processes.log("iemd")

    def check_iemd(self):
        """No sanitizer may have spoken, and iemd may not have ended by itself."""
        check_sanitizers("iemd", self.iemd_log())
        if self.iemd in self.processes.running and self.iemd.poll() is not None:
            raise AssertionError(f"iemd ended by itself with status {self.iemd.returncode}:\n{self.iemd_log()}")

    def write_profile(self, profile_id, text):
        """A user's profile; returns its path."""
        return self._write_config(f"profiles/{profile_id}.conf", text)

    def write_settings(self, text):
        return self._write_config("iemd.conf", text)

    def _write_config(self, name, text):
        path = self.config_dir / "iemd" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

"""A private session: folders, D-Bus, PipeWire and WirePlumber of its own, nothing of the user's or of the hardware."""

import os
import pathlib
import shutil
import signal
import subprocess
import tempfile

from .graph import Graph
from .service import Service, build_dir
from .processes import Processes
from .waiting import wait_until

# What would lead a program of the session out of it.
FOREIGN = ("PIPEWIRE_", "PULSE_", "DBUS_", "SPA_", "WIREPLUMBER_", "XDG_", "DISPLAY", "WAYLAND_", "NOTIFY_SOCKET",
           "WATCHDOG_", "JOURNAL_STREAM", "LISTEN_", "IEMD_DATA_DIR", "ALSA_", "JACK_")

# No <servicedir> of the system: a request for a desktop service must not start one.
BUS_CONFIG = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path={socket}</listen>
  <servicedir>{services}</servicedir>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"""

# WirePlumber must not open the machine's sound cards, cameras and Bluetooth: 0.4 reads Lua, 0.5 the fragment.
NO_HARDWARE = {
    "main.lua.d/51-no-hardware.lua":
        "alsa_monitor.enabled = false\nv4l2_monitor.enabled = false\nlibcamera_monitor.enabled = false\n",
    "bluetooth.lua.d/51-no-hardware.lua": "bluez_monitor.enabled = false\n",
    "wireplumber.conf.d/51-no-hardware.conf":
        "wireplumber.profiles = {\n  main = {\n    hardware.audio = disabled\n    hardware.bluetooth = disabled\n"
        "    hardware.video-capture = disabled\n  }\n}\n",
}


class Session(Graph, Service):
    """Use as a context manager. `env` is what a program needs to live in the session, `dir` the folder of it all."""

    def __init__(self, prefix=None, start=True):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="iemd-", dir=_short_tmp()))
        self.env = _private_env(self.dir, prefix or os.environ.get("IEMD_TEST_PREFIX"))
        self.processes = Processes(self.env, self.dir)
        self.pipewire = self.wireplumber = self.bus = self.iemd = None
        self.sinks = {}
        try:
            self._make_folders()
            if start:
                self.start()
        except BaseException:
            self.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()

    def start(self):
        self.start_bus()
        self.start_pipewire()
        self.start_wireplumber()

    def close(self):
        """End what was started, newest first, and remove the folder. Safe to call twice."""
        try:
            self.processes.stop_all()
        finally:
            shutil.rmtree(self.dir, ignore_errors=True)

    # programs of the session

    def start_bus(self):
        self.bus = self.processes.start("dbus", ["dbus-daemon", "--nofork", f"--config-file={self.dir}/bus.conf"])
        wait_until((self.runtime_dir / "bus").exists, what="the session bus")

    def start_pipewire(self):
        self.pipewire = self.processes.start("pipewire", ["pipewire"])
        wait_until(lambda: (self.runtime_dir / "pipewire-0").exists() and self.run("pw-cli", "info", "0"),
                   what="PipeWire to answer")

    def start_wireplumber(self):
        self.wireplumber = self.processes.start("wireplumber", ["wireplumber"])
        wait_until(self.has_session_manager, what="WirePlumber's default metadata")
        for name in self.sinks:
            self.wait_for_sink(name)

    def kill_pipewire(self, sig=signal.SIGKILL):
        self.processes.stop(self.pipewire, sig)

    def kill_wireplumber(self, sig=signal.SIGKILL):
        """End it; SIGSTOP only makes it hang."""
        if sig == signal.SIGSTOP:
            self.wireplumber.send_signal(sig)
        else:
            self.processes.stop(self.wireplumber, sig)

    def restart_pipewire(self, sig=signal.SIGKILL):
        """As a crash and systemd's restart: WirePlumber goes down with PipeWire; both return, the sinks too."""
        self.kill_pipewire(sig)
        self.kill_wireplumber(signal.SIGTERM)
        self.start_pipewire()
        self.start_wireplumber_with_sinks()

    def start_wireplumber_with_sinks(self):
        wanted, self.sinks = self.sinks, {}
        self.start_wireplumber()
        for name, options in wanted.items():
            self.add_sink(name, **options)

    def run(self, *argv, timeout=20, check=True):
        """Run a command in the session and return what it printed."""
        done = subprocess.run([str(word) for word in argv], env=self.env, stdin=subprocess.DEVNULL, text=True,
                              errors="replace", capture_output=True, timeout=timeout)
        if check and done.returncode:
            raise subprocess.CalledProcessError(done.returncode, argv, done.stdout, done.stderr)
        return done.stdout

    def versions(self):
        """{'pipewire': '1.4.2', 'wireplumber': '0.5.8'}, as linked."""
        return {name: self.run(name, "--version").split("Linked with lib" + name)[1].split()[0]
                for name in ("pipewire", "wireplumber")}

    def logs(self):
        """The end of every program's log, for a failed test."""
        parts = []
        for path in sorted(self.dir.glob("*.log")):
            lines = path.read_text(errors="replace").splitlines()[-60:]
            if lines:
                parts.append("\n".join([f"--- {path.stem}", *lines]))
        return "\n".join(parts)

    def picture(self):
        """What a newly come client and iemctl see now, for a failed test."""
        parts = []
        for ask in (["pw-metadata", "0"], ["wpctl", "status"], [(self.build or build_dir()) / "cli/iemctl", "status", "--json"]):
            try:
                said = self.run(*ask, timeout=5, check=False)
            except (OSError, subprocess.SubprocessError) as error:
                said = str(error)
            parts.append(f"--- {' '.join(map(str, ask))}\n{said.rstrip()}")
        return "\n".join(parts)

    # folders

    @property
    def runtime_dir(self):
        return pathlib.Path(self.env["XDG_RUNTIME_DIR"])

    @property
    def config_dir(self):
        return pathlib.Path(self.env["XDG_CONFIG_HOME"])

    @property
    def state_dir(self):
        return pathlib.Path(self.env["XDG_STATE_HOME"])

    def _make_folders(self):
        for key in ("XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "HOME"):
            pathlib.Path(self.env[key]).mkdir(mode=0o700, parents=True, exist_ok=True)
        services = self.dir / "data/dbus-1/services"
        services.mkdir(parents=True)
        (self.dir / "bus.conf").write_text(BUS_CONFIG.format(socket=self.runtime_dir / "bus", services=services))
        for name, text in NO_HARDWARE.items():
            path = self.config_dir / "wireplumber" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)


def _short_tmp():
    """A socket's path has room for 107 characters: a deep TMPDIR is no use."""
    return None if len(tempfile.gettempdir()) < 60 else "/tmp"


def _private_env(top, prefix):
    env = {key: value for key, value in os.environ.items() if not key.startswith(FOREIGN)}
    env.update({
        "HOME": f"{top}/home", "XDG_RUNTIME_DIR": f"{top}/run", "XDG_CONFIG_HOME": f"{top}/config",
        "XDG_STATE_HOME": f"{top}/state", "XDG_DATA_HOME": f"{top}/data", "XDG_CACHE_HOME": f"{top}/cache",
        "DBUS_SESSION_BUS_ADDRESS": f"unix:path={top}/run/bus",
        "DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={top}/run/no-system-bus",  # nobody listens there
        "LC_ALL": "C.UTF-8",
    })
    if prefix:
        _use_prefix(env, pathlib.Path(prefix).resolve())
    return env


def _use_prefix(env, prefix):
    """Take PipeWire and WirePlumber from an installation of their own."""
    lib = next((d for d in sorted(prefix.glob("lib/*-linux-gnu*")) + [prefix / "lib64"] if d.is_dir()),
               prefix / "lib")
    plugins = {
        "SPA_PLUGIN_DIR": "spa-0.2", "PIPEWIRE_MODULE_DIR": "pipewire-0.3",
        # 0.4 names its folder wireplumber-0.4, 0.5 wireplumber-0.5
        "WIREPLUMBER_MODULE_DIR": next((d.name for d in sorted(lib.glob("wireplumber-0.*"))), "wireplumber-0.5"),
    }
    env.update({key: str(lib / name) for key, name in plugins.items()})
    env["PATH"] = f"{prefix}/bin:{env.get('PATH', os.defpath)}"
    env["LD_LIBRARY_PATH"] = f"{lib}:{env.get('LD_LIBRARY_PATH', '')}".rstrip(":")
    env["PIPEWIRE_CONFIG_DIR"] = f"{prefix}/share/pipewire"
    env["XDG_DATA_DIRS"] = f"{prefix}/share:/usr/local/share:/usr/share"
    if (prefix / "share/wireplumber/main.lua.d").is_dir():
        env["WIREPLUMBER_DATA_DIR"] = f"{prefix}/share/wireplumber"

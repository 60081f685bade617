"""The box seen from a test: its commands, PipeWire's and the mixer's state, the service, the cards."""

import concurrent.futures
import json
import math
import os
import pathlib
import pwd
import re
import shutil
import subprocess
import time

from waiting import Timeout, wait_until

HDA = "alsa_output.pci-0000_00_02.0.analog-stereo"
USB = "alsa_output.usb-QEMU_QEMU_USB_Audio_A1-00.analog-stereo"
MODES = {"bookworm": "default-sink", "trixie": "smart-filter"}  # the way into the path with each Debian's WirePlumber
USB_RECORDING = pathlib.Path("out/usb.wav")
PATIENCE = 15  # seconds for what takes one at most: the machine is emulated, and not alone on its host

USER = pwd.getpwnam("box")
HOME = pathlib.Path(USER.pw_dir)
RUNTIME = f"/run/user/{USER.pw_uid}"
# The same as box-user does, without the three programs that it starts for every command.
AS_USER = {
    "user": USER.pw_uid, "group": USER.pw_gid, "extra_groups": os.getgrouplist(USER.pw_name, USER.pw_gid),
    "env": {"HOME": USER.pw_dir, "USER": USER.pw_name, "LOGNAME": USER.pw_name, "PATH": "/usr/bin:/bin:/usr/sbin:/sbin",
            "LANG": "C.UTF-8", "XDG_RUNTIME_DIR": RUNTIME, "DBUS_SESSION_BUS_ADDRESS": f"unix:path={RUNTIME}/bus"},
}


class CommandFailed(subprocess.SubprocessError):
    """A command that should have succeeded; for wait_until() it is a 'not yet'."""


def run(*argv, check=True, **options):
    """Run to the end, return standard output."""
    argv = [str(word) for word in argv]
    done = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False, **options)
    if check and done.returncode:
        raise CommandFailed(f"`{' '.join(argv)}` ended with status {done.returncode}: {(done.stderr or done.stdout).strip()}")
    return done.stdout


def as_user(*argv, **options):
    return run(*argv, **AS_USER, **options)


def show(text):
    """As part of the report of a failed test."""
    print("".join(f"    {line}\n" for line in text.splitlines() if line.strip(" │")), end="", flush=True)


def show_graph():
    status = as_user("wpctl", "status", check=False)
    show(status[status.find("Sinks:"):status.find("Video")])


def together(*reads):
    """What some functions that start programs return; the box has two processors."""
    with concurrent.futures.ThreadPoolExecutor() as pool:
        return [future.result() for future in [pool.submit(read) for read in reads]]


def expect(what, read, wanted, patience=PATIENCE):
    """Poll until read() gives what is wanted; a failure tells what was there instead."""
    got = None

    def there():
        nonlocal got
        got = read()
        return got == wanted

    try:
        wait_until(there, patience)
    except Timeout as failure:
        trouble = failure.args[0].partition("; ")[2]
        raise AssertionError(f"{what}: expected {wanted}, there was {got}" + (f" ({trouble})" if trouble else "")) from None


# --- PipeWire ---------------------------------------------------------------------------------------------------------

class Graph:
    """A snapshot of PipeWire's objects."""

    def __init__(self):
        # where something changes meanwhile, pw-dump adds another list of that
        things = json.JSONDecoder().raw_decode(as_user("pw-dump"))[0]
        infos = [(thing["id"], thing.get("info") or {}) for thing in things]
        self.nodes = {info["props"]["node.name"]: {**info, "id": number} for number, info in infos
                      if "node.name" in info.get("props", {})}
        self.devices = {number: info for number, info in infos
                        if info.get("props", {}).get("media.class") == "Audio/Device"}

    def route(self, sink):
        """The active route of a card's sink."""
        props = self.nodes[sink]["props"]
        routes = self.devices[props["device.id"]]["params"]["Route"]
        return [route for route in routes
                if route["direction"] == "Output" and route["device"] == props["card.profile.device"]][0]

    def node_volume(self, name):
        """The node's own volume, None where there is no such node."""
        if name not in self.nodes:
            return None
        return [props for props in self.nodes[name]["params"]["Props"] if "channelVolumes" in props][0]


def number_of(volume):
    """A volume as wpctl writes it: the cube root of the gain, two digits, and whether it is muted."""
    numbers = {f"{gain ** (1 / 3):.2f}" for gain in volume["channelVolumes"]}
    return "/".join(sorted(numbers)) + (" muted" if volume["mute"] else "")


def wpctl_volume(target="@DEFAULT_AUDIO_SINK@"):
    _, number, *muted = as_user("wpctl", "get-volume", target).split()
    return f"{float(number):.2f}" + (" muted" if muted == ["[MUTED]"] else "")


def default_sink(key="default.audio.sink"):
    """Of the metadata: the sink in force, or with default.configured.audio.sink the one that was asked for."""
    found = re.search(rf"key:'{re.escape(key)}' value:'(.*?)' type:", as_user("pw-metadata", "0", key))
    return json.loads(found.group(1))["name"] if found else None


def configured_sink():
    return default_sink("default.configured.audio.sink")


# --- the built-in card ------------------------------------------------------------------------------------------------

STEPS = 74  # of its Master control, one dB each


def mixer():
    """What Master of the built-in card stands at, as the card has it."""
    sides = re.findall(r"Playback (\d+) .*\[(on|off)\]", run("amixer", "-c", 0, "sget", "Master"))
    return "/".join(sorted({step + (" muted" if switch == "off" else "") for step, switch in sides}))


def step_of(number):
    """PipeWire takes the next step above, and turns down the rest itself."""
    return max(0, STEPS + math.ceil(60 * math.log10(number) - 1e-3))


def hda_db(number):
    """What the emulated card does to the level at a volume. Its scale is no real card's: linear in the steps."""
    step = step_of(number)
    rest_db = 60 * math.log10(number) - (step - STEPS)
    return 20 * math.log10(step * 255 // STEPS / 255) + (rest_db if rest_db < -0.26 else 0)  # a hundredth is let go


# --- the box ----------------------------------------------------------------------------------------------------------

class Box:
    def __init__(self):
        with open("/etc/os-release", encoding="utf-8") as lines:
            self.suite = re.search(r"^VERSION_CODENAME=(\w+)", lines.read(), re.M).group(1)
        self.mode = MODES[self.suite]

    def prepare(self):
        """Install what was brought, and have the cards stay open once they are."""
        run("tar", "-C", "/", "-xf", "iemd.tar")
        keep_cards_open(self.suite)
        as_user("systemctl", "--user", "daemon-reload")
        as_user("systemctl", "--user", "restart", "wireplumber")
        wait_until(lambda: default_sink() == HDA, what="the built-in card to be the default")

    def wake_mixer(self):
        """When it is opened, the emulated built-in card forgets its volume: the mixer shows it, but it is not heard
        until it moves. To be called once, when the card was opened."""
        self.set_volume(0.5)
        wait_until(self.is_volume_reset, what="the built-in card's volume to be 0.40")

    # -- the service --

    def write_config(self, name, text):
        path = HOME / ".config/iemd" / name
        as_user("mkdir", "-p", path.parent)
        path.write_text(text, encoding="utf-8")

    def write_profile(self, name, text):
        self.write_config(f"profiles/{name}.conf", text)

    def write_source(self, name, text):
        self.write_config(f"profiles/sources/{name}.conf", text)

    def write_settings(self, text):
        self.write_config("iemd.conf", text)

    def start_iemd(self):
        as_user("systemctl", "--user", "start", "iemd")

    def stop_iemd(self):
        as_user("systemctl", "--user", "stop", "iemd")

    def iemctl(self, *argv):
        return as_user("iemctl", *argv)

    def json(self, command):
        return json.loads(self.iemctl(command, "--json"))

    def correct(self, profile, text):
        """Start iemd with a profile chosen for the default output."""
        self.write_profile(profile, text)
        self.start_iemd()
        self.iemctl("switch", profile)
        self.expect_corrected(profile)

    def expect_corrected(self, profile, patience=PATIENCE):
        def read():
            status = self.json("status")
            return (status["mode"], status["profile"] and status["profile"]["id"], status["state"] in ("idle", "running"))

        expect("the way, the profile, and whether it is in the path", read, (self.mode, profile, True), patience)

    def unit(self, *properties):
        """Properties of the unit."""
        text = as_user("systemctl", "--user", "show", "iemd", *(f"--property={name}" for name in properties))
        return dict(line.split("=", 1) for line in text.splitlines())

    def iemd_pid(self):
        return int(self.unit("MainPID")["MainPID"])

    # -- volumes --

    def set_volume(self, number):
        as_user("wpctl", "set-volume", "@DEFAULT_AUDIO_SINK@", number)

    def set_mute(self, muted):
        as_user("wpctl", "set-mute", "@DEFAULT_AUDIO_SINK@", int(muted))

    def lose_volume(self, sink):
        """What happens by itself now and then to a card that was plugged in: its node does not know the route's volume."""
        as_user("pw-cli", "set-param", wait_until(lambda: Graph().nodes.get(sink), what=f"{sink} to be there")["id"], "Props",
                "{ channelVolumes: [ 1.0, 1.0 ], softVolumes: [ 1.0, 1.0 ] }")

    def volumes(self, sink=HDA):
        """The volume of an output, everywhere where there is one to be seen."""
        graph, default, hardware = together(Graph, wpctl_volume, mixer)
        ours = graph.node_volume(f"iemd.{sink}")
        return {"wpctl": default, "route": number_of(graph.route(sink)["props"]),
                **({"iemd's sink": number_of(ours)} if ours else {}),
                **({"mixer": hardware} if sink == HDA else {})}

    def expect_volume(self, number, muted=False, sink=HDA, iemd=True, step=None):
        """The same number everywhere. A smart filter's own volume is locked: there the device is moved itself."""
        suffix = " muted" if muted else ""
        wanted = f"{number:.2f}" + suffix
        ours = wanted if self.mode == "default-sink" else "1.00"
        expect("the volume", lambda: self.volumes(sink),
               {"wpctl": wanted, "route": wanted,
                **({"iemd's sink": ours} if iemd else {}),
                **({"mixer": f"{step_of(number) if step is None else step}{suffix}"} if sink == HDA else {})})

    def expect_remembered(self, number):
        """WirePlumber knows what to restore to the USB card. On a busy machine that is long after it was set."""
        routes = HOME / ".local/state/wireplumber/default-routes"
        wanted = f"{number ** 3:.3f}"
        wait_until(lambda: any("usb-" in line and "channelVolumes" in line and wanted in line
                               for line in routes.read_text(encoding="utf-8").splitlines()),
                   what=f"WirePlumber to write {wanted} for the USB card into {routes.name}")

    # -- cards --

    def plug(self):
        """With a busy machine WirePlumber sometimes gives a card no route, without iemd too: then a user plugs it in again."""
        for attempt in range(3):
            self.plug_once()
            try:
                return wait_until(lambda: Graph().route(USB), PATIENCE, what="the USB card's sink and its route")
            except Timeout as failure:
                if attempt == 2:
                    raise
                show(f"The card is plugged in again: {failure}")
                self.unplug()

    def plug_once(self):
        """The recording begins anew each time the card is plugged in: what there is is put aside."""
        if USB_RECORDING.exists():
            USB_RECORDING.rename(USB_RECORDING.with_stem(f"usb-{time.monotonic():.0f}"))
        run("box-plug", "usb-audio", "dongle", "serial=A1")

    def unplug(self):
        run("box-unplug", "dongle")
        wait_until(lambda: not is_usb_plugged(), what="the USB card to be gone")

    def choose(self, sink):
        """What a user does to have sound on an output from now on. A card that has just come may be made anew once."""
        node = wait_until(lambda: Graph().nodes.get(sink), what=f"{sink} to be there")
        as_user("wpctl", "set-default", node["id"])

    def choose_unless_default(self, sink):
        """Where sound goes there already, choosing it by hand would be to want it without iemd."""
        if default_sink() not in (sink, f"iemd.{sink}"):
            self.choose(sink)

    # -- between tests --

    def reset(self):
        """As on a machine where iemd never ran, at volume 0.40."""
        as_user("sh", "-c", "systemctl --user stop iemd; systemctl --user reset-failed iemd || true")
        for folder in (".config/iemd", ".local/state/iemd", ".cache/iemd"):
            shutil.rmtree(HOME / folder, ignore_errors=True)
        if is_usb_plugged():
            self.unplug()
        asked, default = together(configured_sink, default_sink)
        if asked:
            as_user("pw-metadata", "-d", "0", "default.configured.audio.sink")
        if default != HDA:
            wait_until(lambda: default_sink() == HDA, what="the built-in card to be the default again")
        wait_until(self.is_volume_reset, what="the built-in card's volume to be 0.40 again")


    def is_volume_reset(self):
        graph, hardware = together(Graph, mixer)
        if (number_of(graph.route(HDA)["props"]), hardware) == ("0.40", str(step_of(0.4))):
            return True
        for what, value in (("set-mute", 0), ("set-volume", 0.5), ("set-volume", 0.4)):
            as_user("wpctl", what, graph.nodes[HDA]["id"], value)
        return False


def is_usb_plugged():
    return "USB-Audio" in pathlib.Path("/proc/asound/cards").read_text(encoding="utf-8")


def keep_cards_open(suite):
    """Tell WirePlumber not to suspend cards: its way of being told changed with 0.5."""
    rules = {
        "bookworm": ("main.lua.d/90-box.lua", """
            table.insert(alsa_monitor.rules, {
              matches = { { { "node.name", "matches", "alsa_output.*" } } },
              apply_properties = { ["session.suspend-timeout-seconds"] = 0 },
            })"""),
        "trixie": ("wireplumber.conf.d/90-box.conf", """
            monitor.alsa.rules = [ {
              matches = [ { node.name = "~alsa_output.*" } ]
              actions = { update-props = { session.suspend-timeout-seconds = 0 } }
            } ]"""),
    }
    name, text = rules[suite]
    path = pathlib.Path("/etc/wireplumber") / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")

"""Plays and records with PipeWire's own clients, as float, sample for sample."""

import contextlib
import signal
import struct
import time

import numpy as np

from .measure import Multisine, NotSteady, first_difference, tone
from .waiting import PATIENCE, Timeout, repeat_until, wait_until

IEEE_FLOAT = 3
HEADER = 512  # a WAV header of libsndfile is shorter than this
# Layouts that pw-cat of every version takes; a recorder takes the next larger one. 1.4 refuses three by name.
LAYOUTS = (("MONO",), ("FL", "FR"), ("FL", "FR", "RL", "RR"), ("FL", "FR", "FC", "LFE", "RL", "RR"),
           ("FL", "FR", "FC", "LFE", "RL", "RR", "SL", "SR"))
# pw-play loses the first quantum before it is linked well, and may cut the last one off.
PADDING = 0.2


def write_wav(path, sound, rate=48000):
    """sound: frames, or frames × channels; written as 32-bit float."""
    sound = np.asarray(sound, dtype="<f4")
    channels = 1 if sound.ndim == 1 else sound.shape[1]
    data = sound.tobytes()
    fmt = struct.pack("<HHIIHH", IEEE_FLOAT, channels, rate, rate * channels * 4, channels * 4, 32)
    fact = struct.pack("<I", len(sound))
    chunks = b"".join(name + struct.pack("<I", len(body)) + body
                      for name, body in ((b"fmt ", fmt), (b"fact", fact), (b"data", data)))
    with open(path, "wb") as out:
        out.write(b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WAVE" + chunks)


def read_wav(path):
    """A float WAV as (frames × channels float64, rate). The length in a header that nobody finished is not believed."""
    with open(path, "rb") as file:
        text = file.read()
    at, rate, channels = 12, None, None
    while at + 8 <= len(text):
        name, size = text[at:at + 4], struct.unpack_from("<I", text, at + 4)[0]
        if name == b"fmt ":
            kind, channels, rate, _, _, bits = struct.unpack_from("<HHIIHH", text, at + 8)
            if kind == 0xFFFE:  # extensible: the kind is the start of the GUID
                kind = struct.unpack_from("<H", text, at + 8 + 24)[0]
            if (kind, bits) != (IEEE_FLOAT, 32):
                raise ValueError(f"{path} is not 32-bit float")
        elif name == b"data":
            frames = min(size or len(text), len(text) - at - 8) // (4 * channels)
            sound = np.frombuffer(text, "<f4", frames * channels, at + 8)
            return sound.reshape(frames, channels).astype(float), rate
        at += 8 + size + size % 2
    raise ValueError(f"{path} has no sound in it")


class Recorder:
    """Records output ports, one channel each, from entering the context until stop(); then .sound holds them.

    sources: [(node, port), …]. WirePlumber is told not to link it: 0.5 would put a filter's monitor in the place of
    the sink's, which is the sound before the correction."""

    def __init__(self, session, sources, rate=48000, name="test-recorder", latency=None):
        self.session, self.sources, self.rate, self.name = session, list(sources), rate, name
        self.path = session.dir / f"{name}-{time.monotonic_ns()}.wav"
        self.latency = latency
        self.sound = self.process = None

    @classmethod
    def of_sink(cls, session, sink, **options):
        return cls(session, [(sink, f"monitor_{place}") for place in session.sinks[sink]["position"]], **options)

    def __enter__(self):
        session = self.session
        places = next(layout for layout in LAYOUTS if len(layout) >= len(self.sources))
        count = self.channels = len(places)
        self.process = session.processes.start(
            self.name, ["pw-cat", "--record", "--target", "0", "--format", "f32", "--rate", self.rate, "--channels", count,
                        "--channel-map", ",".join(places),
                        *(["--latency", self.latency] if self.latency else []), self.path],
            env={"PIPEWIRE_PROPS": f'{{ "node.name": "{self.name}" }}'})
        try:
            wait_until(lambda: len(session.ports(self.name, "input")) == count, what="the recorder's ports")
            for (node, port), place in zip(self.sources, places):
                session.run("pw-link", f"{node}:{port}", f"{self.name}:input_{place}")
            wait_until(lambda: self.frames() > 0, what="the recorder to run")
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *exception):
        self.stop()

    def frames(self):
        """Frames on disk so far, from below."""
        size = self.path.stat().st_size if self.path.exists() else 0
        return max(0, size - HEADER) // (4 * self.channels)

    def wait(self, seconds):
        """Until that much more has been recorded."""
        want = self.frames() + int(seconds * self.rate)
        wait_until(lambda: self.frames() >= want, PATIENCE + 2 * seconds, what=f"{seconds:g} s more on the recorder")

    def stop(self):
        """SIGINT lets pw-cat finish the header; 0.3.65 writes it on no other signal."""
        if self.process:
            self.session.processes.stop(self.process, signal.SIGINT)
            self.process = None
            if self.path.exists() and self.path.stat().st_size > HEADER:
                self.sound = read_wav(self.path)[0][:, :len(self.sources)]
                self.path.unlink()
        return self.sound


class RecordingSink:
    """A sink that is itself the recorder: nothing is missed, from the first sample that reaches it to the last.

    Entering the context is plugging it in; leaving it, or pull(), takes it away. Then .sound holds what it heard."""

    def __init__(self, session, name, position=("FL", "FR"), priority=2000, rate=48000):
        self.session, self.name, self.position, self.rate = session, name, tuple(position), rate
        self.path = session.dir / f"{name}-{time.monotonic_ns()}.wav"
        self.props = (f'{{ node.name = "{name}" node.description = "{name}" media.class = "Audio/Sink" '
                      f'priority.session = {priority} }}')
        self.sound = self.process = None

    def __enter__(self):
        self.process = self.session.processes.start(
            self.name, ["pw-cat", "--record", "--target", "0", "--format", "f32", "--rate", self.rate,
                        "--channels", len(self.position), "--channel-map", ",".join(self.position),
                        "--properties", self.props, self.path])
        return self

    def __exit__(self, *exception):
        self.pull()

    def wait_seen(self):
        """Until its ports are there. Asks PipeWire, so it is no use where nothing but the sink may come."""
        wait_until(lambda: len(self.session.ports(self.name, "input")) == len(self.position),
                   what=f"the ports of sink {self.name}")

    def frames(self):
        """Frames heard so far, from below."""
        size = self.path.stat().st_size if self.path.exists() else 0
        return max(0, size - HEADER) // (4 * len(self.position))

    def wait(self, seconds):
        """Until that much more has been heard."""
        want = self.frames() + int(seconds * self.rate)
        wait_until(lambda: self.frames() >= want, PATIENCE + 2 * seconds, what=f"{seconds:g} s more on {self.name}")

    def pull(self):
        if self.process:
            self.session.processes.stop(self.process, signal.SIGINT)
            self.process = None
            if self.path.exists() and self.path.stat().st_size > HEADER:
                self.sound = read_wav(self.path)[0]
                self.path.unlink()
        return self.sound


class Player:
    """Plays a sound once with an ordinary client, which WirePlumber links as it links every player.

    Silence goes before and after it, so that the sound itself arrives whole."""

    def __init__(self, session, sound, rate=48000, target=None, name="test-player", volume=None, latency=None, props=""):
        self.session, self.name, self.props = session, name, props
        self.seconds = len(sound) / rate + 2 * PADDING
        self.path = session.dir / f"{name}-{time.monotonic_ns()}.wav"
        silence = np.zeros((int(PADDING * rate), *np.shape(sound)[1:]))
        write_wav(self.path, np.concatenate([silence, sound, silence]), rate)
        self.command = ["pw-cat", "--playback", *(["--target", target] if target else []),
                        *(["--volume", volume] if volume is not None else []),
                        *(["--latency", latency] if latency else []), self.path]
        self.process = None

    def __enter__(self):
        self.process = self.session.processes.start(
            self.name, self.command, env={"PIPEWIRE_PROPS": f'{{ "node.name": "{self.name}" {self.props} }}'})
        return self

    def __exit__(self, *exception):
        self.stop()

    def wait_linked(self):
        """Until the player is linked with something; returns the names."""
        return wait_until(lambda: self.session.link_peers(self.name), what=f"{self.name} to be linked")

    def wait(self):
        """Until it has played to the end."""
        wait_until(lambda: self.process.poll() is not None, PATIENCE + 2 * self.seconds, what=f"{self.name} to finish")
        if self.process.returncode:
            raise AssertionError(f"pw-cat ended with status {self.process.returncode}: "
                                 f"{self.session.processes.log(self.name)}")

    def stop(self):
        if self.process:
            self.session.processes.stop(self.process)
            self.path.unlink(missing_ok=True)
            self.process = None


@contextlib.contextmanager
def something_playing(session, seconds=60.0):
    """Something nobody would hear, to the default. PipeWire 1.4 tells some volumes only of a sink that runs."""
    with Player(session, tone(50, seconds, dbfs=-120)) as player:
        player.wait_linked()
        yield


def play_and_record(session, sink, sound, rate=48000, target=None, tail=0.3, **options):
    """Play a sound to the default (or a target) and return all that reached the sink, silence around it included."""
    with Recorder.of_sink(session, sink, rate=rate) as recorder:
        with Player(session, sound, rate, target, **options) as player:
            player.wait()
        recorder.wait(tail)
    if recorder.sound is None:
        raise Timeout(f"nothing was recorded from {sink}")
    return recorder.sound


def measure_response(session, sink, frequencies, rate=48000, attempts=3, period=65536, **options):
    """Gains in dB at the frequencies, a row for each channel of the sink, from the default path into it.

    Measured again when sound was lost: a busy machine misses cycles, and that is nobody's response."""
    channels = len(session.sinks[sink]["position"])
    signal_ = Multisine(rate=rate, channels=channels, period=period)
    while True:
        recorded = play_and_record(session, sink, signal_.sound, rate, **options)
        try:
            return np.array([signal_.response_db(recorded, frequencies, channel) for channel in range(channels)])
        except NotSteady:
            attempts -= 1
            if not attempts:
                raise


def difference(session, sink, sound, rate=48000, **options):
    """The largest difference between a sound and what reached a sink of it; the best of some attempts."""
    def once():
        try:
            return first_difference(sound, play_and_record(session, sink, sound, rate, **options))[1]
        except AssertionError:  # cut off: a busy machine missed its beginning or end
            return np.inf

    return repeat_until(once, lambda largest: largest == 0)


def added_latency(session, sink, rate=48000, quantum=1024):
    """Frames that the path from a player to a sink adds, 0 for a bare link.

    One client records the player's own port and the sink's monitor, so they are compared within the same cycles. A
    sink that drives the graph gives its monitor a cycle late, in every version; that quantum is taken off."""
    impulse = np.zeros((2 * rate, 2), np.float32)
    impulse[rate] = 0.5
    session.set_quantum(quantum)
    monitor = (sink, f"monitor_{session.sinks[sink]['position'][0]}")
    with Recorder(session, [monitor, monitor], rate=rate) as recorder:
        session.run("pw-link", "-d", ":".join(monitor), f"{recorder.name}:input_FR")
        with Player(session, impulse, rate) as player:
            player.wait_linked()
            session.run("pw-link", f"{player.name}:output_FL", f"{recorder.name}:input_FR")
            player.wait()
        recorder.wait(PADDING)
    session.set_quantum(0)
    heard, sent = (np.flatnonzero(np.abs(recorder.sound[:, channel]) > 1e-4) for channel in (0, 1))
    if not len(heard) or not len(sent):
        raise AssertionError(f"the impulse did not reach {sink if len(sent) else 'the recorder from the player'}")
    return int(heard[0] - sent[0]) - quantum

"""Tones to play, and what the emulated cards make of them: box-run records it, and it is read while it grows.

A tone is a multiple of 50 Hz, so that a window of 20 ms holds whole periods of each: its level there is one scalar
product, and tones side by side do not disturb each other."""

import array
import contextlib
import math
import operator
import pathlib
import statistics
import subprocess
import time
import wave

from machine import AS_USER, PATIENCE, show_graph
from waiting import Timeout, wait_until

RATE = 48000
WINDOW = RATE // 50
HEADER = 44           # bytes of a WAV before its sound
FRAME = 4             # two channels of 16 bits
TONE_SECONDS = 120    # longer than any test wants one
PLAYED_DB = -20.0     # dBFS of every tone
BUFFERED = 20         # windows of sound that may be on their way through PipeWire and the card
RECENT = 10           # windows that a level is taken from
SILENCE_DB = -80.0    # below this a tone counts as not there
CLOSE_DB = 0.4        # for levels that are to be the same


def wave_of(hz):
    return [math.sin(2 * math.pi * hz * at / RATE) for at in range(WINDOW)], \
           [math.cos(2 * math.pi * hz * at / RATE) for at in range(WINDOW)]


@contextlib.contextmanager
def playing(*tones):
    """Tones by an ordinary player to wherever the default is, at PLAYED_DB each, until the end of the block."""
    path = pathlib.Path(f"/tmp/tones-{'-'.join(map(str, tones))}.wav")
    if not path.exists():
        peak = 32767 * 10 ** (PLAYED_DB / 20)
        mixed = [round(peak * sum(parts)) for parts in zip(*(wave_of(hz)[0] for hz in tones))]
        period = array.array("h", [sample for one in mixed for sample in (one, one)]).tobytes()
        with wave.open(str(path), "wb") as out:
            out.setnchannels(2)
            out.setsampwidth(2)
            out.setframerate(RATE)
            out.writeframes(period * (TONE_SECONDS * RATE // WINDOW))
        path.chmod(0o644)
    with subprocess.Popen(["pw-play", path], stdin=subprocess.DEVNULL, **AS_USER) as player:
        try:
            yield player
        except BaseException:
            show_graph()  # while what plays is still there
            raise
        finally:
            player.terminate()


class Ear:
    """Listens to a card ("hda" or "usb") for tones, from now on."""

    def __init__(self, card, *tones):
        self.card, self.path = card, pathlib.Path("out") / f"{card}.wav"
        self.waves = {hz: wave_of(hz) for hz in tones}
        self.moments = []  # (when it was heard, {hz: dBFS}) for every window
        self.file, self.at = self.recording()

    def recording(self):
        """What tells one recording from the next, and its frames on disk."""
        if not self.path.exists():
            return None, 0
        about = self.path.stat()
        return about.st_ino, max(0, about.st_size - HEADER) // FRAME

    def listen(self):
        """Hear what has come since the last time."""
        file, end = self.recording()
        now = time.monotonic()
        if file != self.file:  # the card was plugged in again
            self.file, self.at = file, 0
        count = (end - self.at) // WINDOW
        if not count:
            return
        with open(self.path, "rb") as recording:
            recording.seek(HEADER + self.at * FRAME)
            left = array.array("h", recording.read(count * WINDOW * FRAME))[::2]
        for start in range(0, count * WINDOW, WINDOW):
            window = left[start:start + WINDOW]
            self.moments.append((now, {hz: level(window, shapes) for hz, shapes in self.waves.items()}))
        self.at += count * WINDOW

    def follow(self, seconds):
        """Listen for a while, often enough to know when what was heard."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.listen()
            time.sleep(0.05)

    def levels(self, hz, since=0):
        return [levels[hz] for _, levels in self.moments[since:]]

    def level(self, hz):
        """What is heard of a tone when all that is on its way now has passed."""
        self.listen()
        begin = len(self.moments)
        wanted = begin + BUFFERED + RECENT

        def has_come():
            self.listen()
            return len(self.moments) >= wanted

        wait_until(has_come, PATIENCE, f"the {self.card} card to play on")
        return statistics.median(self.levels(hz)[-RECENT:])

    def expect(self, hz, wanted_db, close=CLOSE_DB, patience=PATIENCE):
        """A tone is heard at a level; below SILENCE_DB all levels are the same."""
        got = None

        def there():
            nonlocal got
            got = self.level(hz)
            return abs(max(got, SILENCE_DB) - max(wanted_db, SILENCE_DB)) <= close

        try:
            wait_until(there, patience)
        except Timeout:
            heard = "nothing" if got is None else f"{got:.2f} dBFS"
            raise AssertionError(f"{hz} Hz at the {self.card} card: expected {wanted_db:.2f} dBFS, "
                                 f"heard {heard}") from None

    def expect_boost(self, hz, reference, wanted_db, close=1.0, patience=PATIENCE):
        """A tone is heard louder than another by that much."""
        got = None

        def there():
            nonlocal got
            self.level(reference)
            recent = self.ratios(hz, reference, -RECENT)
            got = f"{statistics.median(recent):.2f} dB" if len(recent) == RECENT else "nothing"
            return len(recent) == RECENT and abs(statistics.median(recent) - wanted_db) <= close

        try:
            wait_until(there, patience)
        except Timeout:
            raise AssertionError(f"{hz} Hz against {reference} Hz at the {self.card} card: expected {wanted_db:.2f} dB, "
                                 f"heard {got or 'nothing'}") from None

    def expect_sound(self, hz):
        """A tone is heard, at any level. PipeWire 1.4 may lose a volume that is set before, while a card starts."""
        wait_until(lambda: self.level(hz) > SILENCE_DB, what=f"{hz} Hz at the {self.card} card")

    def expect_silence(self, hz):
        self.expect(hz, SILENCE_DB, close=0)

    def mark(self):
        """Where the sound is now, for what follows."""
        self.listen()
        return len(self.moments)

    def loudest(self, hz, since=0):
        return max(self.levels(hz, since), default=SILENCE_DB)

    def longest_silence(self, hz, since, began):
        """Seconds by the clock in which a tone was not heard, from a moment on until now."""
        heard = [when for when, levels in self.moments[since:] if levels[hz] > SILENCE_DB]
        moments = [began, *heard, time.monotonic()]
        return max(after - before for before, after in zip(moments, moments[1:]))

    def ratios(self, hz, reference, since=0):
        """How much louder a tone was than another that was played as loud, wherever that was heard."""
        return [levels[hz] - levels[reference] for _, levels in self.moments[since:] if levels[reference] > SILENCE_DB + 10]


def level(window, shapes):
    """dBFS of a tone in a window; full scale is the largest sine."""
    power = sum(sum(map(operator.mul, window, shape)) ** 2 for shape in shapes) if any(window) else 0
    return 20 * math.log10(max(math.sqrt(power) * 2 / WINDOW / 32768, 1e-6))


def steadily_above(values, limit, windows=3):
    """Is any stretch of values above? One window alone may hold a jump of the sound, which is no tone's level."""
    run = 0
    for value in values:
        run = run + 1 if value > limit else 0
        if run == windows:
            return True
    return False

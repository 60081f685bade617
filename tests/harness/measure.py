"""Response, delay and discontinuities of what was recorded."""

import numpy as np

FLOOR = 1e-5  # -100 dBFS: where a recording begins


class Multisine:
    """A periodic noise-like signal that excites every frequency, each channel with phases of its own.

    After a warm-up of one period every period is alike, so a period's spectrum divided by the played one is the
    response, without window or alignment. Between the bins it comes from the impulse response, which must fade
    within a period: take a longer one for bands of low frequency and high Q (65536 does for 25 Hz, +12 dB, Q 4).
    `only` leaves all channels but one silent: what they carry when recorded is crosstalk."""

    def __init__(self, rate=48000, period=65536, periods=5, channels=2, peak=0.25, only=None, seed=1):
        self.rate, self.period = rate, period
        random = np.random.default_rng(seed)
        spectrum = np.exp(2j * np.pi * random.random((period // 2 + 1, channels)))
        spectrum[[0, -1]] = 1  # these two are real
        one = np.fft.irfft(spectrum, axis=0)
        one = (one * (peak / np.abs(one).max())).astype(np.float32)
        if only is not None:
            one[:, [channel for channel in range(channels) if channel != only]] = 0
        self.spectrum = np.fft.rfft(one.astype(float), axis=0)
        self.sound = np.tile(one, (periods, 1))

    def response_db(self, recorded, frequencies, channel):
        """Gain in dB at the frequencies, from a recording of this sound (frames × channels)."""
        gain = np.fft.rfft(steady_period(recorded, self.period)[:, channel]) / self.spectrum[:, channel]
        impulse = np.fft.irfft(gain)
        # somewhere in the circle, as nothing was aligned: put a little before its peak, then fill up with silence
        impulse = np.roll(impulse, self.period // 16 - int(np.argmax(np.abs(impulse))))
        fine = np.abs(np.fft.rfft(impulse, 16 * self.period))
        hz = np.arange(len(fine)) * self.rate / (16 * self.period)
        return np.interp(frequencies, hz, 20 * np.log10(np.maximum(fine, 1e-10)))


class NotSteady(AssertionError):
    """No two periods of a recording are alike: sound was lost, or the response moved."""


def steady_period(recorded, period, tolerance=1e-4):
    """The mean of the two most alike neighbouring periods in the sound. A drop-out elsewhere does no harm.

    The tolerance, of the peak, lets the rounding noise of single-precision filters pass (3e-5): 0.002 dB at most."""
    start, end = extent(recorded)
    if end - start < 3 * period:
        raise NotSteady(f"only {end - start} frames of sound for periods of {period}")
    step = period // 8
    best, found = np.inf, None
    for at in range(start + period, end - 2 * period + 1, step):
        one, two = recorded[at:at + period], recorded[at + period:at + 2 * period]
        difference = np.abs(one - two).max() / max(np.abs(two).max(), 1e-30)
        if difference < best:
            best, found = difference, (one + two) / 2
    if found is None or best > tolerance:
        raise NotSteady(f"the best two periods differ by {best:.2g} of the peak")
    return found


def extent(recorded, floor=FLOOR):
    """First frame of the sound and the one after its last."""
    loud = np.flatnonzero(np.abs(recorded).reshape(len(recorded), -1).max(axis=1) > floor)
    if not len(loud):
        raise AssertionError("the recording is silent")
    return int(loud[0]), int(loud[-1]) + 1


def delay(played, recorded):
    """Frames by which recorded (one channel) lags played, by the peak of their cross-correlation."""
    size = 1 << int(np.ceil(np.log2(len(played) + len(recorded))))
    product = np.fft.irfft(np.fft.rfft(recorded, size) * np.conj(np.fft.rfft(played, size)), size)
    lag = int(np.argmax(np.abs(product)))
    return lag if lag < len(recorded) else lag - size


def first_difference(played, recorded):
    """Lay recorded over played (frames × channels) and return (delay, largest absolute difference)."""
    lag = delay(played[:, 0], recorded[:, 0])
    if lag < 0 or lag + len(played) > len(recorded):
        raise AssertionError(f"the sound is cut off: delay {lag}, {len(recorded)} frames recorded, {len(played)} played")
    return lag, float(np.abs(recorded[lag:lag + len(played)] - played).max())


def octave_grid(low=20.0, high=20000.0, per_octave=48):
    """Frequencies at which responses are compared."""
    return low * 2 ** (np.arange(int(np.floor(per_octave * np.log2(high / low) + 1e-9)) + 1) / per_octave)


def tone(hz, seconds, rate=48000, dbfs=-6.0, channels=2):
    """A sine that begins and ends softly, so that it makes no click of its own."""
    t = np.arange(int(seconds * rate)) / rate
    fade = np.minimum(1, np.minimum(t, t[::-1]) / 0.1)
    sound = 10 ** (dbfs / 20) * np.sin(2 * np.pi * hz * t) * np.sin(np.pi / 2 * fade) ** 2
    return np.repeat(sound[:, None], channels, axis=1).astype(np.float32)


def residual_dbfs(sound, hz, rate=48000, centre=None, seconds=1.0, width=50.0):
    """Energy outside hz ± width in a Kaiser(20) window around a frame; 0 is that of a full-scale sine.

    What a change leaves to hear while a tone plays: below -80 is inaudible, a hard swap gives -25 to -35."""
    frames = int(seconds * rate)
    at = (len(sound) // 2 if centre is None else centre) - frames // 2
    if at < 0 or at + frames > len(sound):
        raise ValueError(f"a window of {frames} frames around frame {at + frames // 2} leaves the sound")
    window = np.kaiser(frames, 20)
    power = np.abs(np.fft.rfft(sound[at:at + frames] * window)) ** 2
    outside = np.abs(np.fft.rfftfreq(frames, 1 / rate) - hz) > width
    full_scale = frames * np.sum(window ** 2) / 4  # one side of the spectrum of a sine of amplitude 1
    return 10 * np.log10(max(power[outside].sum() / full_scale, 1e-30))


def worst_residual_dbfs(sound, hz, rate=48000, seconds=1.0):
    """The largest residual of windows a quarter apart, and the frame at its centre: finds a click wherever it is.

    The soft ends of the tone are left out."""
    start, end = extent(sound)
    half, step, soft = int(seconds * rate) // 2 + 1, int(seconds * rate) // 4, rate // 10
    return max((residual_dbfs(sound, hz, rate, centre, seconds), centre)
               for centre in range(start + soft + half, end - soft - half, step))


def levels(sound, frequencies, rate=48000, seconds=0.01):
    """Amplitudes of tones in one channel from moment to moment: a row for each window, a column for each tone."""
    frames = int(seconds * rate)
    windows = sound[:len(sound) // frames * frames].reshape(-1, frames) * np.hanning(frames)
    waves = np.exp(-2j * np.pi * np.outer(np.arange(frames), frequencies) / rate)
    return np.abs(windows @ waves) * 2 / np.hanning(frames).sum()


def gaps(sound, floor=FLOOR, shortest=8):
    """[(start, length)] of silences inside the sound of one channel: what an insertion or a drop-out loses."""
    start, end = extent(sound, floor)
    quiet = np.abs(sound[start:end]) <= floor
    edges = np.flatnonzero(np.diff(np.concatenate([[0], quiet.astype(np.int8), [0]])))
    return [(int(start + a), int(b - a)) for a, b in edges.reshape(-1, 2) if b - a >= shortest]

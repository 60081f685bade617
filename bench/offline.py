"""What a file costs: `iemctl render` beside ffmpeg and sox with the same ten bands, and each without any."""

import resource
import shutil
import subprocess

import numpy as np

from harness import cookbook, sound

FFMPEG = {"peaking": "equalizer", "low-shelf": "lowshelf", "high-shelf": "highshelf"}
SOX = {"peaking": "equalizer", "low-shelf": "bass", "high-shelf": "treble"}
SECONDS = 60


def ffmpeg(precision, bands):
    """f32 or f64 through all bands; with none it only copies."""
    chain = ",".join(f"{FFMPEG[kind]}=f={hz}:width_type=q:width={q}:gain={gain}:precision={precision}"
                     for kind, hz, gain, q, _ in bands)
    return lambda source, target: ["ffmpeg", "-nostdin", "-v", "error", "-y", "-threads", "1", "-i", source,
                                   "-af", chain or "anull", "-c:a", "pcm_f32le", target]


def sox(bands):
    words = []
    for kind, hz, gain, q, _ in bands:
        words += [SOX[kind], f"{hz}", f"{q}q", f"{gain}"] if kind == "peaking" else [SOX[kind], f"{gain}", f"{hz}", f"{q}q"]
    return lambda source, target: ["sox", "-V1", source, "-e", "floating-point", "-b", "32", target, *words]


def cpu_seconds(command, env):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([str(word) for word in command], env=env, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def measure(build, folder, env, bands, runs):
    """[{subject, ns_per_frame, ns_per_frame_without}]: the best of interleaved runs; and the peers that are not here."""
    source, target = folder / "in.wav", folder / "out.wav"
    sound.write_wav(source, np.random.default_rng(1).uniform(-0.1, 0.1, (SECONDS * 48000, 2)))
    for name, these in (("ten", bands), ("none", [])):
        path = folder / "data/profiles" / f"{name}.conf"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(cookbook.profile_text(these) if these else "")
    env = dict(env, IEMD_DATA_DIR=str(folder / "data"), XDG_CONFIG_HOME=str(folder / "config"))
    subjects = {"iemctl render": [lambda s, t, p=p: [build / "cli/iemctl", "render", p, s, t] for p in ("ten", "none")]}
    skipped = []
    for name, program, make in (("ffmpeg, float", "ffmpeg", lambda b: ffmpeg("f32", b)),
                                ("ffmpeg, double", "ffmpeg", lambda b: ffmpeg("f64", b)), ("sox", "sox", sox)):
        if shutil.which(program):
            subjects[name] = [make(bands), make([])]
        else:
            skipped.append(name)
    best = {name: [float("inf")] * 2 for name in subjects}
    for _ in range(runs):
        for name, commands in subjects.items():
            for which, command in enumerate(commands):
                best[name][which] = min(best[name][which], cpu_seconds(command(source, target), env))
    frame = 1e9 / (SECONDS * 48000)
    return [{"subject": name, "ns_per_frame": got[0] * frame, "ns_per_frame_without": got[1] * frame}
            for name, got in best.items()], skipped

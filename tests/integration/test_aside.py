"""What wants an output as it is gets it so: iemd leaves it alone while that lasts, and says why."""

import struct

import numpy as np
import pytest

import profiles
from harness import Timeout, measure, sound, wait_until
from harness.waiting import PATIENCE

SECONDS = 3
DSD_HZ = 2822400
DSD_BLOCK = 4096
NOISE = np.random.default_rng(5).uniform(-0.5, 0.5, (SECONDS * 48000, 2)).astype(np.float32)


def links_exclusively(player):
    """WirePlumber 0.4 refuses the first one where iemd's filter is still linked with the output, and the client ends. Or,
    on a busy machine, it finds the ports wrong five times while the filter goes, and waits for the graph to change."""
    def linked():
        return player.session.link_peers(player.name) == {"earphone"}

    may_wait = player.session.versions()["wireplumber"].startswith("0.4")
    try:
        wait_until(lambda: linked() or player.process.poll() is not None, timeout=5 if may_wait else PATIENCE,
                   what="it to be linked or refused")
    except Timeout:
        if not may_wait:
            raise
    return linked()


@pytest.mark.parametrize("target", [None, "earphone"], ids=["default", "named"])
def test_an_exclusive_stream_has_the_output_to_itself(corrected, target):
    def play():
        return sound.Player(corrected, NOISE, target=target, props="node.exclusive = true")

    with sound.Recorder.of_sink(corrected, "earphone") as recorder:
        with play() as player:
            refused = not links_exclusively(player)
        # One that is refused and ends before a busy iemd has seen what it was is missed: then it is the next one's turn.
        for _ in range(3 if refused else 0):
            with play() as player:
                if links_exclusively(player):
                    break
        with play() as player:
            wait_until(lambda: links_exclusively(player), what="it to be linked with the earphone")
            output = next(each for each in corrected.iemctl("outputs", json=True) if each["node"] == "earphone")
            assert (output["reason_code"], "node.exclusive" in output["reason"]) == ("aside", True)
            assert not [node for node in corrected.nodes() if node["name"].startswith("iemd")]
            player.wait()
        recorder.wait(0.3)
    assert measure.first_difference(NOISE, recorder.sound)[1] == 0
    assert not (refused and corrected.status()["mode"] == "smart-filter")
    wait_until(lambda: corrected.status()["state"] == "idle", what="iemd to be in the path again")
    assert profiles.measured_deviation(corrected, profiles.BRIGHT) < 0.01


def write_dsf(path, seconds):
    """Silence as one-bit sound, which no sink here takes."""
    blocks = seconds * DSD_HZ // 8 // DSD_BLOCK
    body = b"\x69" * (2 * blocks * DSD_BLOCK)
    form = struct.pack("<4sQIIIIIIQII", b"fmt ", 52, 1, 0, 2, 2, DSD_HZ, 1, 8 * blocks * DSD_BLOCK, DSD_BLOCK, 0)
    data = struct.pack("<4sQ", b"data", 12 + len(body)) + body
    path.write_bytes(struct.pack("<4sQQQ", b"DSD ", 28, 28 + len(form) + len(data), 0) + form + data)


def test_an_encoded_stream_finds_the_output_free_at_its_second_attempt(corrected):
    """The first one was refused by WirePlumber; iemd has seen what it was and waits for it to come again."""
    write_dsf(corrected.dir / "silence.dsf", 1)
    corrected.processes.start("dsd", ["pw-dsdplay", "--target", "earphone", corrected.dir / "silence.dsf"])
    wait_until(lambda: corrected.iemctl("outputs", json=True)[0]["reason_code"] == "aside", what="the output to be aside")
    assert corrected.node("iemd.earphone") is None
    wait_until(lambda: corrected.status()["state"] == "idle", what="iemd to be in the path again")

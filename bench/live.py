"""
What iemd costs in a running graph, beside PipeWire's own filter-chain with the same ten bands.

A private session with two virtual sinks; in front of one is iemd, in front of the other the filter-chain. A player plays
to one and then to the other, in turns; meanwhile the processor time and the context switches of the process that filters
are read. A busy machine only ever makes a run dearer: the best of all runs is compared with the best.
"""

import contextlib
import pathlib
import time

import numpy as np

from harness import cookbook, sound, wait_until
from harness.equaliser import FilterChain
from harness.session import Session
from harness.waiting import Timeout

QUANTA = (64, 256, 1024)
BANDS = [("low-shelf", 105, 5.5, 0.7, "all"), ("peaking", 60, -2.5, 0.8, "all"), ("peaking", 180, -3.0, 0.6, "all"),
         ("peaking", 700, 1.5, 1.2, "all"), ("peaking", 1500, -2.0, 1.4, "all"), ("peaking", 2200, 3.0, 2.0, "all"),
         ("peaking", 3500, -4.0, 3.0, "all"), ("peaking", 5400, 4.0, 4.0, "all"), ("peaking", 8000, -5.0, 3.0, "all"),
         ("high-shelf", 10000, 3.0, 0.7, "all")]
LABELS = {"peaking": "bq_peaking", "low-shelf": "bq_lowshelf", "high-shelf": "bq_highshelf"}


def one_node():
    """All bands in one node, as PipeWire 1.2 and later can."""
    filters = " ".join(f"{{ type = {LABELS[kind]} freq = {hz} gain = {gain} q = {q} }}" for kind, hz, gain, q, _ in BANDS)
    return f'nodes = [ {{ type = builtin name = eq label = param_eq config = {{ filters = [ {filters} ] }} }} ]'


def a_node_each():
    nodes = " ".join(f'{{ type = builtin name = b{n} label = {LABELS[kind]} control = {{ "Freq" = {hz} "Q" = {q} "Gain" = {gain} }} }}'
                     for n, (kind, hz, gain, q, _) in enumerate(BANDS))
    links = " ".join(f'{{ output = "b{n}:Out" input = "b{n + 1}:In" }}' for n in range(len(BANDS) - 1))
    return f"nodes = [ {nodes} ] links = [ {links} ]"


def start_peer(session, stack):
    """The quickest form of filter-chain that this PipeWire has: its process, and what it is called."""
    for graph, name in ((one_node(), "filter-chain, param_eq"), (a_node_each(), "filter-chain, a node for each band")):
        with contextlib.suppress(Timeout):  # it does not know the node
            chain = stack.enter_context(FilterChain(session, "peer", graph=graph, patience=5,
                                                    playback='target.object = "plain" node.target = "plain"'))
            return chain.process, name
    raise Timeout("no filter-chain starts here")


def used(pid):
    """Processor seconds and context switches of all threads of a process so far."""
    seconds = switches = 0
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        seconds += int((task / "schedstat").read_text().split()[0]) / 1e9
        for line in (task / "status").read_text().splitlines():
            if "ctxt_switches" in line:
                switches += int(line.split()[1])
    return seconds, switches


def measure(session, pid, target, noise, seconds):
    """Processor seconds and context switches for a second of sound."""
    with sound.Player(session, noise, target=target) as player:
        player.wait_linked()
        time.sleep(3)  # the beginning of a sound is watched more closely: a second, and another once the client is known
        before, begin = used(pid), time.monotonic()
        time.sleep(seconds)
        after, took = used(pid), time.monotonic() - begin
    return (after[0] - before[0]) / took, (after[1] - before[1]) / took


def run(runs, seconds):
    """[{quantum, subject, cpu_per_second..., switches_per_second_best}], one after the other."""
    noise = np.random.default_rng(1).uniform(-0.1, 0.1, (int(48000 * (seconds + 6)), 2))
    with contextlib.ExitStack() as stack:
        session = stack.enter_context(Session())
        session.add_sink("plain", priority=100)
        session.add_sink("earphone", priority=2000)
        session.write_profile("ten", cookbook.profile_text(BANDS, 'match = ( { node = "earphone"; } );'))
        session.start_iemd(data_dir=session.dir)
        wait_until(lambda: session.status()["state"] == "idle", what="iemd to be in the path")
        process, peer_name = start_peer(session, stack)
        version = session.versions()["pipewire"]
        subjects = {"iemd": (session.iemd.pid, None), peer_name: (process.pid, "peer")}
        for quantum in QUANTA:
            session.set_quantum(quantum)
            got = {name: [] for name in subjects}
            for _ in range(runs):
                for name, (pid, target) in subjects.items():
                    got[name].append(measure(session, pid, target, noise, seconds))
            for name, all_runs in got.items():
                yield {"pipewire": version, "quantum": quantum, "subject": name, "runs": runs,
                       "cpu_per_second_best": min(one[0] for one in all_runs),
                       "cpu_per_second_median": float(np.median([one[0] for one in all_runs])),
                       "switches_per_second_best": min(one[1] for one in all_runs)}

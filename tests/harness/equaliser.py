"""PipeWire's own filter-chain as a second equaliser in a session."""

from . import cookbook
from .waiting import PATIENCE, wait_until

CONFIG = """
context.properties = {{ log.level = 2 }}
context.spa-libs = {{
  audio.convert.* = audioconvert/libspa-audioconvert
  support.* = support/libspa-support
}}
context.modules = [
  {{ name = libpipewire-module-rt args = {{ nice.level = -11 }} flags = [ ifexists nofail ] }}
  {{ name = libpipewire-module-protocol-native }}
  {{ name = libpipewire-module-client-node }}
  {{ name = libpipewire-module-adapter }}
  {{ name = libpipewire-module-filter-chain
    args = {{
      node.description = "Another equaliser"
      media.name = "Another equaliser"
      audio.channels = 2
      audio.position = [ FL FR ]
      filter.graph = {{ {graph} }}
      capture.props = {{ node.name = "{name}" media.class = Audio/Sink {capture} }}
      playback.props = {{ node.name = "{name}.out" node.passive = true {playback} }}
    }}
  }}
]
"""


PEAK = 'nodes = [ {{ type = builtin name = eq label = bq_peaking control = {{ "Freq" = {} "Gain" = {} "Q" = {} }} }} ]'


class FilterChain:
    """One peaking band, or a graph as filter-chain has it, in front of what follows; entering the context starts it."""

    def __init__(self, session, name="other", frequency=2000.0, gain=-9.0, q=1.0, capture="", playback="",
                 graph=None, patience=PATIENCE):
        self.session, self.name = session, name
        self.band = ("peaking", frequency, gain, q, "all")
        self.path = session.dir / f"{name}.conf"
        self.path.write_text(CONFIG.format(name=name, graph=graph or PEAK.format(frequency, gain, q), capture=capture,
                                           playback=playback))
        self.patience = patience
        self.process = None

    def __enter__(self):
        self.process = self.session.processes.start(self.name, ["pipewire", "-c", self.path])
        try:
            wait_until(lambda: len(self.session.ports(self.name, "input")) == 2
                       and len(self.session.ports(f"{self.name}.out", "output")) == 2, self.patience,
                       what=f"the ports of {self.name}")
        except BaseException:
            self.session.processes.stop(self.process)
            raise
        return self

    def __exit__(self, *exception):
        self.session.processes.stop(self.process)

    def response_db(self, hz):
        return cookbook.response_db([self.band], hz, "left")

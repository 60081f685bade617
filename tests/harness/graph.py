"""What is in the graph, seen and changed with PipeWire's own commands."""

import json
import re

from .waiting import wait_until

METADATA_LINE = re.compile(r"^update: id:(\d+) key:'([^']*)' value:'(.*)' type:'([^']*)'", re.MULTILINE)


class Graph:
    """The part of a session that asks and changes the graph. Sinks are known by their node name."""

    def dump(self):
        """All that pw-dump tells. Where something changes meanwhile, lists of that follow its first; of what went, there is
        but the id."""
        text, things = self.run("pw-dump").strip(), {}
        while text:
            part, end = json.JSONDecoder().raw_decode(text)
            things.update((item["id"], item) for item in part)
            text = text[end:].strip()
        return [item for item in things.values() if "type" in item]

    def objects(self, kind):
        """Its objects of one kind: 'Node', 'Port', 'Link', 'Client' …"""
        return [item for item in self.dump() if item["type"] == f"PipeWire:Interface:{kind}"]

    def nodes(self):
        """[{id, name, media_class, state, props}]"""
        return [_node(item) for item in self.objects("Node")]

    def node(self, name):
        """The node of that name, or None."""
        return next((node for node in self.nodes() if node["name"] == name), None)

    def ports(self, node_name, direction):
        """Names of a node's ports; direction is 'input' or 'output' (a sink's monitors are outputs)."""
        everything = self.dump()
        ids = {item["id"] for item in everything if _props(item).get("node.name") == node_name}
        return [_props(item).get("port.name") for item in everything
                if item["type"].endswith(":Port") and _props(item).get("node.id") in ids
                and item["info"]["direction"] == direction]

    def links(self):
        """[{id, output, output_port, input, input_port, state}], nodes and ports by name."""
        everything = self.dump()
        props = {item["id"]: _props(item) for item in everything}
        found = []
        for item in everything:
            if item["type"] != "PipeWire:Interface:Link" or not item.get("info"):
                continue
            info = item["info"]
            found.append({
                "id": item["id"], "state": info.get("state"),
                "output": props.get(info["output-node-id"], {}).get("node.name"),
                "output_port": props.get(info["output-port-id"], {}).get("port.name"),
                "input": props.get(info["input-node-id"], {}).get("node.name"),
                "input_port": props.get(info["input-port-id"], {}).get("port.name"),
            })
        return found

    def link_peers(self, name):
        """Names of the nodes linked with this one, in either direction."""
        return {link["input"] if link["output"] == name else link["output"]
                for link in self.links() if name in (link["output"], link["input"])}

    # metadata; pw-dump of 0.3.65 leaves its properties out, so read pw-metadata

    def metadata(self, subject=0, name="default"):
        text = self.run("pw-metadata", "-n", name, str(subject))
        return {key: value for _, key, value, _ in METADATA_LINE.findall(text)}

    def has_session_manager(self):
        return 'Found "default" metadata' in self.run("pw-metadata", "0") and any(
            _props(client).get("application.name", "").startswith("WirePlumber") for client in self.objects("Client"))

    def default_sink(self):
        """Name of the sink that sound goes to now, or None."""
        return _name_in(self.metadata().get("default.audio.sink"))

    def configured_default(self):
        """Name of the sink the user asked for, or None."""
        return _name_in(self.metadata().get("default.configured.audio.sink"))

    def set_default(self, name, wait=True):
        self.run("pw-metadata", "0", "default.configured.audio.sink", json.dumps({"name": name}), "Spa:String:JSON")
        if wait:
            wait_until(lambda: self.default_sink() == name, what=f"{name} to become the default sink")

    def set_rate(self, rate):
        """Force the graph's rate in Hz; 0 lets it choose again."""
        self.run("pw-metadata", "-n", "settings", "0", "clock.force-rate", rate)

    def set_quantum(self, frames):
        """Force the graph's quantum in frames; 0 lets it choose again."""
        self.run("pw-metadata", "-n", "settings", "0", "clock.force-quantum", frames)

    # sinks

    def add_sink(self, name, position=("FL", "FR"), rate=None, priority=1000, **props):
        """Add a sink that swallows sound; its monitor gives what an earphone on it would get, volume included.

        The sink with the highest priority is the default as long as nobody chose one. Names of further
        properties have _ for the dots: device_api="alsa"."""
        wanted = {
            "factory.name": "support.null-audio-sink", "node.name": name, "node.description": name,
            "media.class": "Audio/Sink", "object.linger": "true", "audio.position": f"[ {' '.join(position)} ]",
            "monitor.channel-volumes": "true", "monitor.passthrough": "true", "priority.session": priority,
            "priority.driver": priority,
            **({"audio.rate": rate} if rate else {}),
            **{key.replace("_", "."): value for key, value in props.items()},
        }
        text = " ".join(f"{key} = {value if str(value).startswith('[') else json.dumps(str(value))}"
                        for key, value in wanted.items())
        self.run("pw-cli", "create-node", "adapter", "{ " + text + " }")
        self.sinks[name] = {"position": position, "rate": rate, "priority": priority, **props}
        self.wait_for_sink(name)

    def wait_for_sink(self, name):
        """Until WirePlumber has given the sink its ports."""
        want = len(self.sinks[name]["position"])
        wait_until(lambda: len(self.ports(name, "output")) == want, what=f"the ports of sink {name}")

    def remove_sink(self, name):
        self.run("pw-cli", "destroy", self.node(name)["id"])
        self.sinks.pop(name, None)
        wait_until(lambda: self.node(name) is None, what=f"sink {name} to go away")

    def volume(self, name):
        """A node's linear channel volumes and its mute: ([1.0, 1.0], False)."""
        for item in self.objects("Node"):
            if _props(item).get("node.name") == name:
                for param in item["info"].get("params", {}).get("Props", []):
                    if "channelVolumes" in param:
                        return param["channelVolumes"], param.get("mute", False)
        raise LookupError(f"node {name} has no volume")

    def set_volume(self, name, volumes, mute=False):
        """Set a node's linear channel volumes, as a mixer does. PipeWire 1.4 tells it only once the node runs."""
        text = ", ".join(f"{volume:.9f}" for volume in volumes)
        wanted = [round(volume, 5) for volume in volumes], mute

        def taken():
            now, muted = self.volume(name)
            return ([round(volume, 5) for volume in now], muted) == wanted

        self.run("pw-cli", "set-param", self.node(name)["id"], "Props",
                 f'{{ "mute": {str(mute).lower()}, "channelVolumes": [ {text} ] }}')
        if self.node(name)["state"] == "running":
            wait_until(taken, what=f"{name} to take the volume {volumes}")


def _props(item):
    return (item.get("info") or {}).get("props") or item.get("props") or {}


def _node(item):
    props = _props(item)
    return {"id": item["id"], "name": props.get("node.name"), "media_class": props.get("media.class"),
            "state": (item.get("info") or {}).get("state"), "props": props}


def _name_in(text):
    return json.loads(text).get("name") if text else None

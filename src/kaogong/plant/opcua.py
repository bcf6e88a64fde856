"""The plant's OPC UA side: controllers whose address space holds an object a machine and a variable a property."""

from collections.abc import Mapping
from typing import Any

from asyncua import Server, ua

from kaogong.plant.machine import Machine, OpcUa, Property, Value
from kaogong.plant.ports import listener_port
from kaogong.plant.world import World

NAMESPACE = "urn:kaogong:plant"
INDEX = 2  # 0 is the standard's, 1 the server's own
TYPES = {"number": ua.VariantType.Double, "integer": ua.VariantType.Int64, "boolean": ua.VariantType.Boolean}


def node_id(device: str, key: str) -> str:
    """The NodeId of a property, as text."""
    return f"ns={INDEX};s={device}.{key}"


class Controller:
    """One OPC UA server. Values are written when they change, with the plant's time as source time."""

    def __init__(self, world: World, name: str, port: int) -> None:
        self.world, self.name, self.port = world, name, port
        self.machines = [m for m in world.machines.values() if isinstance(m.unit.channel, OpcUa) and m.unit.channel.server == name]
        self._server: Server | None = None
        self._nodes: dict[tuple[str, str], tuple[ua.NodeId, ua.VariantType]] = {}
        self._last: dict[tuple[str, str], Value] = {}

    @property
    def url(self) -> str:
        """The endpoint."""
        return f"opc.tcp://127.0.0.1:{self.port}/{self.name}"

    async def start(self) -> None:
        """Build the address space and listen."""
        if self._server is not None:
            return
        server = Server()
        await server.init()
        server.set_endpoint(self.url)
        server.set_server_name(f"Lin'an works {self.name}")
        server.set_security_policy([ua.SecurityPolicyType.NoSecurity])
        index = await server.register_namespace(NAMESPACE)
        assert index == INDEX
        self._last.clear()
        for machine in self.machines:
            await self._add(server, machine)
        self._server = server  # before it listens, so that a start cut short is stopped too
        await server.start()

    async def stop(self) -> None:
        """End every session and close the port."""
        if self._server is not None:
            server, self._server = self._server, None
            await server.stop()

    async def write(self) -> None:
        """Bring the address space up to the plant's last step."""
        server = self._server
        if server is None:
            return
        at = self.world.at.replace(tzinfo=None)  # the library wants naive UTC
        for machine in self.machines:
            for key, value in self.world.readings[machine.name].items():
                place = (machine.name, key)
                if self._last.get(place) != value:
                    self._last[place] = value
                    node, kind = self._nodes[place]
                    await server.write_attribute_value(node, ua.DataValue(ua.Variant(value, kind), SourceTimestamp=at, ServerTimestamp=at))

    async def _add(self, server: Server, machine: Machine) -> None:
        name = machine.name
        folder = await server.nodes.objects.add_object(ua.NodeId(name, INDEX), ua.QualifiedName(name, INDEX))
        reading: Mapping[str, Any] = self.world.readings.get(name, {})
        for p in machine.measured():
            kind = TYPES.get(p.kind, ua.VariantType.String)
            identifier = ua.NodeId(f"{name}.{p.key}", INDEX)
            await folder.add_variable(identifier, ua.QualifiedName(p.key, INDEX), reading.get(p.key, _empty(p)), kind)
            self._nodes[name, p.key] = (identifier, kind)


def _empty(p: Property) -> Value:
    return {"number": 0.0, "integer": 0, "boolean": False}.get(p.kind, "")


def controllers(world: World, ports: Mapping[str, int]) -> dict[str, Controller]:
    """Every OPC UA server of the plant, on the port it had last time where that is free."""
    names = sorted({m.unit.channel.server for m in world.machines.values() if isinstance(m.unit.channel, OpcUa)})
    return {name: Controller(world, name, listener_port(ports.get(name))) for name in names}

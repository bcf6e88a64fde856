"""The plant's Modbus TCP side: gateways and PLCs with many units each, on loopback."""

from collections.abc import Mapping

from pymodbus.constants import ExcCodes
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

from kaogong.plant.machine import Machine, Modbus
from kaogong.plant.ports import listener_port
from kaogong.plant.registers import DIALECTS, RegisterMap, register_map
from kaogong.plant.world import World

READ_HOLDING, READ_INPUT = 3, 4


class _Unit:
    """One unit behind a gateway; its registers are written when somebody asks for them."""

    def __init__(self, world: World, machine: Machine, registers: RegisterMap) -> None:
        self.world, self.machine, self.registers = world, machine, registers
        self._written_at: object = None

    def device(self, unit: int) -> SimDevice:
        base, length = self.registers.dialect.base, self.registers.length
        block = SimData(base, values=[0] * length, datatype=DataType.REGISTERS, readonly=True)
        empty = SimData(0, values=[0], datatype=DataType.REGISTERS, readonly=True)
        bits = SimData(0, values=[False] * 16, datatype=DataType.BITS, readonly=True)
        is_holding = self.registers.dialect.table == "holding"
        tables = ([bits], [bits], [block if is_holding else empty], [empty if is_holding else block])
        return SimDevice(unit, simdata=tables, action=self.refresh)

    async def refresh(
        self, function_code: int, start: int, address: int, count: int, registers: list[int], values: list[int] | list[bool] | None
    ) -> ExcCodes | None:
        """Called by pymodbus before it answers: the registers as of the plant's last step."""
        wanted = READ_HOLDING if self.registers.dialect.table == "holding" else READ_INPUT
        if function_code == wanted and self._written_at != self.world.at:
            registers[: self.registers.length] = self.registers.encode(self.world.readings[self.machine.name])
            self._written_at = self.world.at
        return None


class Gateway:
    """One Modbus TCP server; `unplug` closes it with its connections, `plug_in` opens it again on the same port."""

    def __init__(self, world: World, name: str, port: int) -> None:
        self.name, self.port = name, port
        units = {
            m.unit.channel.unit: m for m in world.machines.values() if isinstance(m.unit.channel, Modbus) and m.unit.channel.gateway == name
        }
        self._devices = [_Unit(world, machine, register_map(type(machine), name)).device(unit) for unit, machine in units.items()]
        self._server: ModbusTcpServer | None = None

    async def plug_in(self) -> None:
        """Listen; picks a free port when it has none yet."""
        if self._server is None:
            self._server = ModbusTcpServer(self._devices, address=("127.0.0.1", self.port))
            await self._server.serve_forever(background=True)

    async def unplug(self) -> None:
        """Close the port and every connection."""
        if self._server is not None:
            server, self._server = self._server, None
            await server.shutdown()  # type: ignore[no-untyped-call]


def gateways(world: World, ports: Mapping[str, int]) -> dict[str, Gateway]:
    """Every gateway of the plant, on the port it had last time where that is free."""
    return {name: Gateway(world, name, listener_port(ports.get(name))) for name in DIALECTS}

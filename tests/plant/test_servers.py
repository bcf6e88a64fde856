"""What stands on the wire, read back by clients of other hands: pymodbus and asyncua."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from asyncua import Client
from pymodbus.client import AsyncModbusTcpClient
from pymodbus.exceptions import ModbusException

from kaogong.core.reading import Sample
from kaogong.edge.configuration import plan, read_document
from kaogong.plant import Faults, World
from kaogong.plant.modbus import Gateway, gateways
from kaogong.plant.opcua import Controller, controllers, node_id
from kaogong.plant.ports import listener_port
from kaogong.plant.registers import DIALECTS, register_map
from kaogong.plant.wiring import edge_configuration

START = datetime(2026, 6, 17, 1, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def world() -> World:
    world = World(9, START, faults=Faults({}))
    world.settle(20)
    world.step()
    return world


@pytest.fixture
async def served(world: World) -> AsyncIterator[dict[str, Gateway]]:
    found = gateways(world, {})
    for gateway in found.values():
        await gateway.plug_in()
    yield found
    for gateway in found.values():
        await gateway.unplug()


@pytest.mark.req("B05", "B06")
async def test_every_modbus_register_reads_back_as_the_machine_says(world: World, served: dict[str, Gateway]) -> None:
    for name, gateway in served.items():
        client = AsyncModbusTcpClient("127.0.0.1", port=gateway.port)
        await client.connect()
        dialect = DIALECTS[name]
        for machine in world.machines.values():
            channel = machine.unit.channel
            if getattr(channel, "gateway", None) != name:
                continue
            registers = register_map(type(machine), name)
            read = client.read_holding_registers if dialect.table == "holding" else client.read_input_registers
            answer = await read(dialect.base, count=registers.length, device_id=channel.unit)  # type: ignore[union-attr]
            assert not answer.isError()
            for register in registers.registers:
                expected = world.readings[machine.name][register.key]
                words = answer.registers[register.offset :]
                kind = getattr(client.DATATYPE, register.type.upper(), None)
                if register.bit is not None:
                    assert bool(words[0] >> register.bit & 1) == expected
                elif register.type == "string":
                    text = client.convert_from_registers(words[:6], client.DATATYPE.STRING)
                    assert text == expected
                else:
                    width = 1 if register.type.endswith("16") else 2
                    order = "little" if dialect.order == "CDAB" else "big"
                    raw = client.convert_from_registers(words[:width], kind, word_order=order)  # type: ignore[arg-type]
                    assert raw * register.scale == pytest.approx(expected, rel=1e-6, abs=register.scale / 2 + 1e-9), (
                        machine.name,
                        register,
                    )  # type: ignore[operator]
        client.close()


async def test_a_register_that_does_not_exist_is_an_exception(served: dict[str, Gateway]) -> None:
    client = AsyncModbusTcpClient("127.0.0.1", port=served["plc-air"].port)
    await client.connect()
    assert (await client.read_holding_registers(5000, count=2, device_id=1)).exception_code == 2
    assert (await client.read_input_registers(10, count=2, device_id=1)).exception_code == 2
    client.close()


@pytest.mark.req("B08")
async def test_an_unplugged_gateway_is_gone_and_comes_back_on_its_port(served: dict[str, Gateway]) -> None:
    gateway = served["gateway-meters"]
    port = gateway.port
    client = AsyncModbusTcpClient("127.0.0.1", port=port, timeout=0.2, retries=0, reconnect_delay=0)
    await client.connect()
    assert not (await client.read_input_registers(3000, count=2, device_id=1)).isError()
    await gateway.unplug()
    with pytest.raises(ModbusException):
        await client.read_input_registers(3000, count=2, device_id=1)
    client.close()
    await gateway.plug_in()
    assert gateway.port == port
    again = AsyncModbusTcpClient("127.0.0.1", port=port)
    await again.connect()
    assert not (await again.read_input_registers(3000, count=2, device_id=1)).isError()
    again.close()


@pytest.mark.req("B05")
async def test_the_platform_s_own_driver_reads_what_the_plant_serves(world: World, served: dict[str, Gateway], tmp_path: object) -> None:
    document = edge_configuration({"plc-feed": served["plc-feed"].port}, {})
    (connection,) = plan(read_document(document))
    driver = connection.kind(connection.config, lambda: START, tmp_path)  # type: ignore[arg-type]
    await driver.open()
    samples: list[Sample] = await driver.read(connection.groups[0].points)
    await driver.close()
    for sample in samples:
        target = connection.targets[sample.point]
        expected = world.readings[target.device][target.property]
        assert sample.quality == 0
        assert sample.value == (expected if isinstance(expected, str) else pytest.approx(expected, rel=1e-6)), sample


class Recorder:
    """Notes what a subscription delivers."""

    def __init__(self) -> None:
        self.seen: asyncio.Queue[tuple[str, object, datetime]] = asyncio.Queue()

    def datachange_notification(self, node: object, value: object, data: object) -> None:
        self.seen.put_nowait((node.nodeid.to_string(), value, data.monitored_item.Value.SourceTimestamp))  # type: ignore[attr-defined]


@pytest.mark.req("B05")
async def test_opc_ua_serves_values_and_subscriptions_with_the_plant_s_time(world: World) -> None:
    controller: Controller = controllers(world, {})["cnc-cell"]
    await controller.start()
    await controller.write()
    try:
        async with Client(controller.url) as client:
            for key, value in world.readings["cnc-3"].items():
                assert await client.get_node(node_id("cnc-3", key)).read_value() == value
            recorder = Recorder()
            subscription = await client.create_subscription(20, recorder)
            await subscription.subscribe_data_change(client.get_node(node_id("cnc-1", "cutting_hours")))
            await subscription.subscribe_data_change(client.get_node(node_id("cnc-1", "energy")))
            for _ in range(30):
                world.step()
                await controller.write()
            energy = world.readings["cnc-1"]["energy"]
            async with asyncio.timeout(5):
                while (seen := await recorder.seen.get())[1] != energy or not seen[0].endswith("cnc-1.energy"):
                    pass
            assert START < seen[2].replace(tzinfo=UTC) <= world.at
    finally:
        await controller.stop()


async def test_a_taken_port_is_replaced_by_a_free_one() -> None:
    server = await asyncio.start_server(lambda r, w: None, "127.0.0.1", 0)
    taken = server.sockets[0].getsockname()[1]
    free = listener_port(taken)
    assert free not in (0, taken)
    server.close()
    await server.wait_closed()

"""The plant at work: its clock, its servers and speakers, its faults, until it is told to stop."""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kaogong.core import clock
from kaogong.core.errors import KaogongError
from kaogong.plant.blueprint import blueprint
from kaogong.plant.control import Control
from kaogong.plant.faults import Change
from kaogong.plant.keeping import read_json, write_secretly
from kaogong.plant.machine import Mqtt
from kaogong.plant.modbus import Gateway, gateways
from kaogong.plant.mqtt import LIBRARY, Broker, Speaker, speakers
from kaogong.plant.opcua import Controller, controllers
from kaogong.plant.provisioning import Platform, Provisioner
from kaogong.plant.wiring import edge_configuration
from kaogong.plant.world import World

log = logging.getLogger(__name__)

SETTLE_S = 120
SAVE_EVERY_S = 60
HEAD_START_S = 3.0
LATE_S = 30.0  # further behind or ahead than this, the time between is not lived through
# A pulled cable and a restarted server are errors to the libraries; here they are meant.
QUIET = (LIBRARY, "asyncua.server.uaprocessor", "pymodbus.logging")
Tell = Callable[..., None]


@dataclass(slots=True)
class Operation:
    """One plant in the home folder `home`. `tell(state, reason, **figures)` is told how it is."""

    home: Path
    platform: Platform
    broker: Broker
    tell: Tell
    edge_node: str = "edge-1"
    seed: int = 2018
    world: World = field(init=False)
    control: Control = field(init=False)
    gateways: dict[str, Gateway] = field(default_factory=dict)
    controllers: dict[str, Controller] = field(default_factory=dict)
    speakers: dict[str, Speaker] = field(default_factory=dict)
    _is_wired: bool = False

    def __post_init__(self) -> None:
        kept = read_json(self._folder / "state.json")
        self.world = World(self.seed, clock.now(), kept=kept)
        self.control = Control(self.home)

    @property
    def _folder(self) -> Path:
        return self.home / "plant"

    async def run(self) -> None:
        """Work until cancelled. Waits for the platform as long as it takes."""
        for library in QUIET:
            logging.getLogger(library).setLevel(logging.CRITICAL)
        self.control.open()
        self.world.settle(SETTLE_S)
        self.world.skip_to(clock.now())
        self.world.step()
        provisioner = Provisioner(self.platform, self._folder)
        try:
            self.tell("starting", "waiting for the platform")
            await provisioner.sign_in()
            self.tell("starting", "telling the platform what stands here")
            await provisioner.provision(blueprint(self.edge_node), speaking=self._speaking())
            self.speakers = speakers(self.world.machines, self.broker, provisioner.credentials)
            await self._work(provisioner)
        finally:
            await provisioner.close()

    async def _work(self, provisioner: Provisioner) -> None:
        try:
            async with asyncio.TaskGroup() as group:
                for speaker in self.speakers.values():
                    group.create_task(speaker.run())
                group.create_task(self._serve(provisioner))
                await self._live()
        except* KaogongError as failures:
            raise failures.exceptions[0] from failures
        finally:
            self._save()
            for host in self.gateways.values():
                await host.unplug()
            for controller in self.controllers.values():
                await controller.stop()

    def _speaking(self) -> frozenset[str]:
        return frozenset(d.key for d in blueprint().devices if d.is_direct or self.world.machines[d.key].events)

    async def _serve(self, provisioner: Provisioner) -> None:
        ports: Mapping[str, int] = read_json(self._folder / "ports.json")
        self.gateways, self.controllers = gateways(self.world, ports), controllers(self.world, ports)
        for gateway in self.gateways.values():
            await gateway.plug_in()
        await self._let_speak()
        for controller in self.controllers.values():
            await controller.start()
        used = {name: host.port for name, host in (self.gateways | self.controllers).items()}
        write_secretly(self._folder / "ports.json", used)
        log.info("Modbus TCP and OPC UA on 127.0.0.1: %s", ", ".join(f"{name} {port}" for name, port in used.items()))
        urls = {name: c.url for name, c in self.controllers.items()}
        await provisioner.configure(self.edge_node, edge_configuration({n: g.port for n, g in self.gateways.items()}, urls))
        self._is_wired = True

    async def _let_speak(self) -> None:
        """Let the MQTT devices connect first: building an OPC UA address space holds everything up for a second or two."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(HEAD_START_S):
                for speaker in self.speakers.values():
                    if isinstance(speaker.machine.unit.channel, Mqtt):
                        await speaker.has_spoken.wait()

    async def _live(self) -> None:
        loop = asyncio.get_running_loop()
        self.world.skip_to(clock.now())
        self.control.tell(self.world.faults)
        due, second = loop.time(), 0
        while True:
            changes = self.world.step() + self.control.take(self.world)
            await self._obey(changes)
            if changes:
                self.control.tell(self.world.faults)
            for key, speaker in self.speakers.items():
                speaker.tick(second, self.world.at, self.world.readings[key])
            for controller in self.controllers.values():
                await controller.write()
            second += 1
            if second % SAVE_EVERY_S == 0:
                self._save()
            self._say()
            due += 1.0
            if abs((clock.now() - self.world.at).total_seconds()) > LATE_S:
                log.warning("the machine slept or its clock was set; the plant goes on from now")
                due = loop.time()
                self.world.skip_to(clock.now())
            await asyncio.sleep(max(0.0, due - loop.time()))

    async def _obey(self, changes: Sequence[Change]) -> None:
        for change in changes:
            fault = change.fault
            log.info("fault %s %s: %s", fault.name, "begins" if change.began else "ends", fault.en)
            if gateway := self.gateways.get(fault.target):
                await (gateway.unplug() if change.began else gateway.plug_in())
            elif controller := self.controllers.get(fault.target):
                await (controller.stop() if change.began else controller.start())
            elif fault.name.endswith("-cable") and (speaker := self.speakers.get(fault.target)):
                (speaker.cut if change.began else speaker.mend)()

    def _say(self) -> None:
        active = sorted(self.world.faults.active)
        figures: dict[str, Any] = {
            "devices": len(self.world.machines),
            "points": blueprint(self.edge_node).points,
            "faults": active,
            "connected": sum(s.is_connected for s in self.speakers.values()),
            "messages": sum(s.acknowledged for s in self.speakers.values()),
        }
        if self._is_wired:
            self.tell("ready", "", **figures)
        else:
            self.tell("starting", "wiring the edge node", **figures)

    def _save(self) -> None:
        write_secretly(self._folder / "state.json", self.world.kept())

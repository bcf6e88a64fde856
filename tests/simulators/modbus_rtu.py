"""Modbus RTU and ASCII peers: libmodbus on a serial line, and pymodbus behind a serial server."""

import asyncio
from typing import Any, ClassVar

from pymodbus.framer import FramerType
from tests.simulators.modbus_tcp import PymodbusPeer, _compiled, _ModbusPeer
from tests.simulators.peer import Wire
from tests.simulators.serial_line import GarbageLine, SerialCable, SilentLine, Tty


class PymodbusRtuPeer(PymodbusPeer):
    """pymodbus's server, RTU frames over TCP."""

    name = "pymodbus-rtu-over-tcp"
    framer = FramerType.RTU

    def config(self, port: Any = None) -> dict[str, Any]:
        return {"line": f"tcp://127.0.0.1:{port or self.port}", "framing": self.framer.value, "timeout_s": 5.0}


class PymodbusAsciiPeer(PymodbusRtuPeer):
    """pymodbus's server, ASCII frames over TCP."""

    name = "pymodbus-ascii-over-tcp"
    framer = FramerType.ASCII


class LibmodbusRtuPeer(_ModbusPeer):
    """libmodbus of the distribution on a serial line (two pseudo terminals)."""

    name = "libmodbus-rtu"
    refusal: ClassVar[str] = "port_missing"

    async def start(self) -> None:
        """The line is there as long as the device is: stopping it is pulling out the adapter."""
        self._theirs, self._ours = Tty(), Tty()
        self._theirs.hear, self._ours.hear = self._ours.say, self._theirs.say
        self.port = str(self.folder / "tty")
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "tty").symlink_to(self._ours.port)
        self._process = await asyncio.create_subprocess_exec(_compiled(), self._theirs.port, stdout=asyncio.subprocess.PIPE)
        assert self._process.stdout is not None
        assert await self._process.stdout.readline() == b"ready\n"

    async def stop(self) -> None:
        (self.folder / "tty").unlink()
        self._ours.close()
        self._theirs.close()
        self._process.kill()
        await self._process.wait()

    def config(self, port: Any = None) -> dict[str, Any]:
        return {"line": port or self.port, "baud_rate": 115200, "timeout_s": 5.0}

    async def nowhere(self) -> Any:
        return str(self.folder / "no-such-tty")

    def silent(self) -> SilentLine:
        return SilentLine()

    def garbage(self) -> GarbageLine:
        return GarbageLine()

    def cable(self, *, is_slow: bool = False) -> Wire:
        return SerialCable(self._theirs, is_slow=is_slow)

    async def load(self, given: Any) -> None:
        raise NotImplementedError("its registers are compiled in; cases are served by the other peer")

    async def connections(self) -> int:
        return self._ours.connections


PEERS = [PymodbusRtuPeer, PymodbusAsciiPeer, LibmodbusRtuPeer]

"""Modbus RTU and ASCII on pymodbus: over a serial line, or its frames through a serial server on TCP."""

import asyncio
import contextlib
import errno
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from pydantic import Field
from pymodbus.framer import FramerType
from pymodbus.pdu import ModbusPDU
from pymodbus.transport import CommType

from kaogong.core.errors import ConfigInvalid, KaogongError, NotReady
from kaogong.edge.drivers.base import advanced
from kaogong.edge.line import LineConfig
from kaogong.edge.modbus import Modbus, ModbusClient, ModbusConfig


class ModbusRtuConfig(LineConfig, ModbusConfig):
    """The serial line and how its devices lay out their registers."""

    framing: Literal["rtu", "ascii"] = "rtu"
    baud_rate: int = Field(9600, ge=300, le=921600)
    parity: Literal["E", "N", "O"] = Field("N", description="E even, N none, O odd.")
    data_bits: Literal[7, 8] | None = advanced(None, description="Unset: 8 with RTU, 7 with ASCII.")


class ModbusRtu(Modbus[ModbusRtuConfig]):
    """Modbus RTU and ASCII: coils, discrete inputs, input and holding registers of all units on one line.

    Blocks, exceptions and silent units are dealt with as in Modbus TCP. Answers carry no number in these framings: one that comes
    later than `timeout_s` may be taken for the next of the same shape, so let `timeout_s` be longer than the slowest device needs.
    Network: serial (RS-485, RS-422, RS-232), or RTU and ASCII frames over TCP through a serial server.
    """

    Config = ModbusRtuConfig

    def __init__(self, config: ModbusRtuConfig, now: Callable[[], datetime], folder: Path) -> None:
        super().__init__(config, now, folder)
        self._free_at = 0.0

    @property
    def peer(self) -> str:
        return self.config.line.removeprefix("tcp://")

    def _made(self) -> ModbusClient:
        config = self.config
        framer = FramerType.RTU if config.framing == "rtu" else FramerType.ASCII
        line: dict[str, Any]
        if config.line.startswith("tcp://"):
            host, _, number = self.peer.rpartition(":")
            line = {"comm_type": CommType.TCP, "host": host, "port": int(number)}
        else:
            line = {
                "comm_type": CommType.SERIAL, "host": config.line, "baudrate": config.baud_rate, "stopbits": config.stop_bits,
                "parity": config.parity, "bytesize": config.data_bits or (8 if config.framing == "rtu" else 7),
            }  # fmt: skip
        return ModbusClient(framer, config.timeout_s, comm_name="modbus", **line)

    async def _translated(self, answer: Any) -> ModbusPDU:
        # A frame ends with a silence of 3.5 characters (Modbus over serial line 1.02, 2.5.1.1): who speaks earlier is not understood.
        loop = asyncio.get_running_loop()
        if self._free_at > loop.time() and not self.config.line.startswith("tcp://"):
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout_at(self._free_at):
                    await loop.create_future()
        try:
            return await super()._translated(answer)
        finally:
            self._free_at = loop.time() + max(3.5 * 11 / self.config.baud_rate, 0.00175)

    def _refused(self, err: BaseException) -> KaogongError:
        port, number = self.config.line, getattr(err, "errno", None)
        if number == errno.ENOENT:
            return NotReady(f"There is no serial device {port}; is its adapter plugged in?", code="port_missing", peer=port)
        if number == errno.EACCES:
            words = f"This process may not open {port}; add its user to the group of the port, usually dialout."
            return ConfigInvalid(words, code="port_forbidden", field="config.line")
        if number in (errno.EAGAIN, errno.EBUSY):
            return NotReady(f"{port} is in use by another program.", code="port_busy", peer=port)
        return super()._refused(err)

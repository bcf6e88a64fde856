"""Modbus TCP on pymodbus."""

from pydantic import Field
from pymodbus.framer import FramerType
from pymodbus.transport import CommType

from kaogong.edge.modbus import Modbus, ModbusClient, ModbusConfig


class ModbusTcpConfig(ModbusConfig):
    """Where the device or gateway listens, and how it lays out its registers."""

    host: str = Field(description="Address or name of the device or gateway.")
    port: int = Field(502, ge=1, le=65535)


class ModbusTcp(Modbus[ModbusTcpConfig]):
    """Modbus TCP: coils, discrete inputs, input and holding registers, several units behind one gateway.

    Contiguous points are read in blocks. When the device answers a block with an exception, the block is halved until
    the point to blame stands alone; it is bad with the device's reason and asked again from time to time.
    Network: Ethernet, or wireless LAN; a gateway may lead on to serial lines.
    """

    Config = ModbusTcpConfig

    @property
    def peer(self) -> str:
        return f"{self.config.host}:{self.config.port}"

    def _made(self) -> ModbusClient:
        line = {"comm_type": CommType.TCP, "host": self.config.host, "port": self.config.port}
        return ModbusClient(FramerType.SOCKET, self.config.timeout_s, comm_name="modbus", **line)

"""BACnet/IP peer: a device of bacpypes3, in a process of its own."""

import sys
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from tests.simulators.peer import DatagramCable, GarbageDatagrams, SilentDatagrams, Stranger, Wire
from tests.simulators.process import ROOT, ProcessPeer, established

GIVEN = {
    "inputs": 1000,
    "objects": {
        "analog-output,1": {"presentValue": 1.5}, "binary-output,1": {"presentValue": "inactive"},
        "multi-state-value,1": {"presentValue": 2}, "characterstring-value,1": {"presentValue": "RUN"},
        "analog-value,1": {"presentValue": 20.0},
    },
}  # fmt: skip


class Bacpypes3Peer(ProcessPeer):
    """A thousand analog inputs and a few objects that can be written."""

    name = "bacpypes3"
    given: Any = GIVEN
    gaps: ClassVar[Mapping[str, str]] = {
        "wrong_login": "never: the protocol knows no login",
        "wrong_type": "never: every value says of what type it is",
    }

    def command(self) -> list[str]:
        return [sys.executable, str(ROOT / "tests/peers/bacnet_device.py"), str(self.port)]

    async def load(self, given: Any) -> None:
        """{"type,instance": {property: value}}"""
        await self.stop()
        self.given = {"objects": given}
        await self.start()

    def config(self, port: Any = None) -> dict[str, Any]:
        return {"host": "127.0.0.1", "port": port or self.port, "timeout_s": 3.0}

    def address(self, i: int) -> dict[str, Any]:
        return {"object": f"analog-input,{i}"}

    def expected(self, i: int) -> Any:
        return i * 0.5

    def bad_address(self) -> dict[str, Any]:
        return {"object": "analog-input,99999"}

    def writable(self) -> tuple[dict[str, Any], Sequence[Any]]:
        return {"object": "analog-output,1", "priority": 8}, (72.5, -0.25)

    def browsable(self) -> dict[str, Any]:
        return {"object": f"analog-input,{self.size - 1}"}

    def silent(self) -> Stranger:
        return SilentDatagrams()

    def garbage(self) -> Stranger:
        return GarbageDatagrams()

    def cable(self, *, is_slow: bool = False) -> Wire:
        return DatagramCable(self.port, is_slow=is_slow)

    async def connections(self) -> int:
        return established(self.port, "udp")


class Bacpypes3CovPeer(Bacpypes3Peer):
    """A smaller device, whose changes are told."""

    name = "bacpypes3-cov"
    size = 200
    given: Any = GIVEN | {"inputs": size}

    def config(self, port: Any = None) -> dict[str, Any]:
        return super().config(port) | {"cov": True, "device": 1234}


PEERS = [Bacpypes3Peer, Bacpypes3CovPeer]

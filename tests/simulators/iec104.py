"""IEC 60870-5-104 peer: the server of c104 (lib60870-C), in a process of its own."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from tests.simulators.process import PEERS_PYTHON, ROOT, ProcessPeer

COMMANDS = {
    "10": {"type": "M_SP_NA_1", "value": False}, "110": {"type": "C_SC_NA_1", "related": 10},
    "11": {"type": "M_ME_NC_1", "value": 1.5}, "111": {"type": "C_SE_NC_1", "related": 11, "select": True},
    "12": {"type": "M_ME_NB_1", "value": 7}, "112": {"type": "C_SE_NB_1", "related": 12},
    "13": {"type": "M_ME_NA_1", "value": 0.25}, "113": {"type": "C_SE_NA_1", "related": 13},
    "114": {"type": "C_DC_NA_1"}, "115": {"type": "C_SC_TA_1"},
}  # fmt: skip

GIVEN = {"floats": 1000, "stations": {"9": COMMANDS}}


class C104Peer(ProcessPeer):
    """A station with a thousand floats at objects 100 and up of common address 1, and commands in common address 9."""

    name = "c104"
    given: Any = GIVEN
    gaps: ClassVar[Mapping[str, str]] = {
        "wrong_login": "never: the protocol knows no login",
        "wrong_type": "never: the station says of what type a value is",
    }

    def command(self) -> list[str]:
        return [str(PEERS_PYTHON), str(ROOT / "tests/peers/c104_server.py"), str(self.port)]

    async def load(self, given: Any) -> None:
        """{common address: {object: {type, value, quality, at}}}"""
        await self.stop()
        self.given = {"stations": given}
        await self.start()

    def config(self, port: Any = None) -> dict[str, Any]:
        return {"host": "127.0.0.1", "port": port or self.port, "timeout_s": 5.0}

    def address(self, i: int) -> dict[str, Any]:
        return {"object": 100 + i}

    def expected(self, i: int) -> Any:
        return i * 0.5

    def bad_address(self) -> dict[str, Any]:
        return {"object": 60000}

    def writable(self) -> tuple[dict[str, Any], Sequence[Any]]:
        return {"object": 11, "common_address": 9, "command": "float", "command_object": 111, "select": True}, (72.5, -0.25)

    def browsable(self) -> dict[str, Any]:
        return {"object": 103, "common_address": 1}


PEERS = [C104Peer]

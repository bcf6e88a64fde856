"""SECS/GEM peer: the equipment of secsgem, in a process of its own."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from tests.simulators.process import PEERS_PYTHON, ROOT, ProcessPeer

GIVEN = {
    "floats": 1000,
    "constants": {"500": ["gap", -100, 100, "F8", 12.5], "501": ["wafers", 0, 25, "U2", 25], "502": ["name", None, None, "String", "A"]},
    "data": {"700": ["lot", "String", "LOT-1"], "701": ["thickness", "F4", 1.25]},
    "events": {"50": "wafer done", "51": "lot done"},
}


class SecsgemPeer(ProcessPeer):
    """A thousand status variables from 10000 on, constants 500 to 502, data variables 700 and 701, events 50 and 51."""

    name = "secsgem"
    given: Any = GIVEN
    gaps: ClassVar[Mapping[str, str]] = {
        "wrong_login": "never: the protocol knows no login",
        "wrong_type": "never: every item says of what type it is",
    }

    def command(self) -> list[str]:
        return [str(PEERS_PYTHON), str(ROOT / "tests/peers/secsgem_equipment.py"), str(self.port)]

    async def load(self, given: Any) -> None:
        """{variables: {id: [name, unit, type, value]}, constants: {id: [name, min, max, type, value]}}"""
        await self.stop()
        self.given = given
        await self.start()

    def config(self, port: Any = None) -> dict[str, Any]:
        return {"host": "127.0.0.1", "port": port or self.port, "timeout_s": 5.0}

    def address(self, i: int) -> dict[str, Any]:
        return {"id": 10000 + i}

    def expected(self, i: int) -> Any:
        return i * 0.5

    def bad_address(self) -> dict[str, Any]:
        return {"id": 99999}

    def writable(self) -> tuple[dict[str, Any], Sequence[Any]]:
        return {"kind": "ec", "id": 500}, (72.5, -0.25)

    def browsable(self) -> dict[str, Any]:
        return {"kind": "sv", "id": 10003}


PEERS = [SecsgemPeer]

"""CAN: transfers that lose a packet, frames that come too often, what cannot be configured."""

from pathlib import Path

import pytest

from kaogong.core import clock
from kaogong.core.errors import ConfigInvalid, NotReady
from kaogong.edge.drivers.base import validated
from kaogong.edge.drivers.can_bus import EXTENDED, CanBus, CanBusAddress, CanBusConfig, _meanings, _Transfer

pytestmark = pytest.mark.req("B01")

CM, DT = 0x18ECFF00 | EXTENDED, 0x18EBFF00 | EXTENDED


def test_a_transfer_that_lost_a_packet_is_no_message() -> None:
    transfers: dict[int, _Transfer] = {}
    announced = bytes.fromhex("20150003FFCAFE00")
    packets = [bytes([n]) + bytes([n] * 7) for n in (1, 2, 3)]
    got = [key for data, number in ((announced, CM), (packets[0], DT), (packets[2], DT)) for key, _ in _meanings(number, data, transfers)]
    assert all(key.kind == "extended" for key in got)
    whole = [
        b for data, n in ((announced, CM), *((p, DT) for p in packets)) for key, b in _meanings(n, data, transfers) if key.kind == "pgn"
    ]
    assert whole == [bytes([1] * 7 + [2] * 7 + [3] * 7)] * 2


@pytest.mark.parametrize("wrong", [{}, {"spn": 190, "pgn": 1}, {"spn": 4711}, {"frame_id": 0x800}, {"signal": "a", "frame_id": 1}])
def test_an_address_that_cannot_be_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ConfigInvalid, match="address"):
        validated(CanBusAddress, wrong, "address")


async def test_an_interface_or_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotReady, match="can77"):
        await CanBus(CanBusConfig(bus="can77"), clock.now, tmp_path).open()
    with pytest.raises(ConfigInvalid, match="none.dbc"):  # noqa: RUF043
        await CanBus(CanBusConfig(bus="can77", dbc=str(tmp_path / "none.dbc")), clock.now, tmp_path).open()

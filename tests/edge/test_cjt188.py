"""CJ/T 188: finding the meter, and its valve."""

from pathlib import Path

import pytest
from tests.simulators.cjt188 import FramesPeer

from kaogong.core import clock
from kaogong.core.errors import ConfigInvalid, Missing
from kaogong.edge.drivers.base import Point, validated
from kaogong.edge.drivers.cjt188 import Cjt188, Cjt188Address, Cjt188Config

pytestmark = pytest.mark.req("B01")


async def test_the_meter_is_found_and_its_valve_closed_and_opened(tmp_path: Path) -> None:
    peer = FramesPeer(tmp_path)
    await peer.start()
    driver = Cjt188(Cjt188Config.model_validate(peer.config()), clock.now, tmp_path)
    await driver.open()
    (found,) = await driver.browse()
    assert found.name == "Meter 00112233445566, gas"
    points = {b.name: Point(b.name, Cjt188Address.model_validate(b.address)) for b in await driver.browse(found.id)}
    wanted = [points["volume"], points["valve"]]
    assert [s.value for s in await driver.read(wanted)] == [1.0, "open"]
    for state in ("closed", "open"):
        await driver.write(points["valve"], state)
        assert (await driver.read(wanted))[1].value == state
    with pytest.raises(ConfigInvalid, match="open or closed"):
        await driver.write(points["valve"], "ajar")
    with pytest.raises(Missing, match="cannot be written"):
        await driver.write(points["volume"], 1.0)
    await driver.close()
    await peer.stop()


@pytest.mark.parametrize("address", [{"value": "volume", "unit": "kWh"}, {"value": "volume", "meter": "12"}, {"value": "weight"}])
async def test_an_address_that_cannot_be_is_refused(address: dict[str, str]) -> None:
    with pytest.raises(ConfigInvalid, match="address"):
        validated(Cjt188Address, address, "address")

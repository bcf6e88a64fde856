"""Filter, conversion, aggregation and derived values on the node itself."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from kaogong.core import clock
from kaogong.core.errors import ConfigInvalid
from kaogong.core.quality import Quality
from kaogong.core.reading import Value
from kaogong.edge.book import GroupBook
from kaogong.edge.configuration import ConnectionPlan, plan, read_document
from kaogong.edge.connection import Connection
from kaogong.edge.drivers.base import Columns, Flaw
from kaogong.formats import Entry

pytestmark = pytest.mark.req("B07")
NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)
MS = round(NOW.timestamp() * 1000)


def planned(points: dict[str, dict[str, Any]], derived: list[dict[str, Any]] | None = None, **group: Any) -> ConnectionPlan:
    entries = [
        {"device": "pump", "property": key, "address": {"table": "holding", "address": i}} | more
        for i, (key, more) in enumerate(points.items())
    ]
    connection = {"name": "plc", "driver": "modbus_tcp", "config": {"host": "127.0.0.1"}, "groups": {"default": group}, "points": entries}
    return plan(read_document({"connections": [connection | {"derived": derived or []}]}))[0]


class Line:
    """One connection's book and derived values, fed by hand."""

    def __init__(self, plc: ConnectionPlan) -> None:
        self.sent: list[Entry] = []
        self.plc = plc
        self.connection = Connection(plc, Path("/nowhere"), lambda entries, _: self.sent.extend(entries), lambda: None)
        self.book: GroupBook = self.connection._books["default"]

    def read(self, second: float, *values: Value, flaws: dict[int, Flaw] | None = None) -> dict[str, Any]:
        """What is sent when these values are read."""
        self.sent.clear()
        columns = Columns(self.plc.groups[0].points, MS + round(second * 1000), values, flaws=flaws)
        self.connection._send(self.book, self.book.take(columns, second, NOW))
        return {key: value for entry in self.sent for key, value in entry.values.items()}


async def test_a_value_is_converted_scaled_and_filtered_before_it_is_sent() -> None:
    line = Line(
        planned(
            {
                "temp": {"expression": "in_unit(x, 'Cel')", "unit": "[degF]"},
                "flow": {"expression": "if(x between 0 and 100, round(x * 0.1, 1), null)"},
                "rate": {"expression": "rate(x)"},
                "raw": {},
            }
        )
    )
    assert line.read(0, 212, 55, 10, 7) == {"temp": pytest.approx(100.0), "flow": 5.5, "raw": 7}
    assert line.read(2, 32, 900, 14, 7) == {"temp": pytest.approx(0.0), "rate": 2.0, "raw": 7}, (
        "a spike is left out, its neighbours are not"
    )
    flawed = line.read(3, None, 50, 14, 7, flaws={0: Flaw(Quality.BAD_SENSOR_FAILURE, "broken")})
    assert flawed == {"temp": {"v": None, "q": Quality.BAD_SENSOR_FAILURE}, "flow": 5.0, "rate": 0.0, "raw": 7}


@pytest.mark.parametrize(
    ("function", "flow", "state"), [("mean", 2.5, True), ("min", 1.0, True), ("max", 4.0, True), ("sum", 10.0, True), ("count", 4, 4)]
)
async def test_a_window_sends_one_value_at_its_end(function: str, flow: float, state: Any) -> None:
    line = Line(planned({"flow": {}, "state": {}}, aggregate=function, aggregate_s=4))
    for second, value in enumerate([1.0, 2.0, 3.0, 4.0]):
        assert line.read(second, value, second == 3) == {}
    assert line.read(4, 99.0, False) == {"flow": flow, "state": state}
    assert line.sent[0].ts_ms == MS + 4000, "at the end of the window"
    assert line.book.counts(4.0) == (2, 0, 0), "counted or sent, the points are fresh"


async def test_derived_values_and_alarms_need_no_platform() -> None:
    derived = [
        {
            "device": "pump",
            "property": "power",
            "expression": "with_unit(bare(p, 'bar') * bare(q, 'm3/h') / 36, 'kW')",
            "inputs": {"p": {"point": "pump.pressure", "unit": "bar"}, "q": {"point": "pump.flow", "unit": "m3/h"}},
        },
        {
            "device": "pump",
            "property": "dry",
            "expression": "held_for(q < 1) >= 2",
            "inputs": {"q": {"point": "pump.flow", "unit": "m3/h"}},
        },
    ]
    line = Line(planned({"pressure": {}, "flow": {}}, derived))
    assert line.read(0, 7.2, 10.0) == {"pressure": 7.2, "flow": 10.0, "power": 2.0, "dry": False}
    assert line.read(1, 7.2, 0.5) == {"pressure": 7.2, "flow": 0.5, "power": pytest.approx(0.1)}, "what has not changed is not said again"
    assert line.read(3, 7.2, 0.5)["dry"] is True
    bad = line.read(4, None, 0.5, flaws={0: Flaw(Quality.BAD_TIMEOUT, "silent")})
    assert "power" not in bad, "nothing is made of a bad value"
    with clock.frozen_at(NOW):
        told = line.connection.report(5.0)
    assert told.sent == 12, "what was saved can be shown"


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"points": [{"expression": "x +"}]}, "connections.0.points.0.expression", "no expression"),
        ({"points": [{"expression": "in_unit(x, 'bar')", "unit": "Cel"}]}, "connections.0.points.0.expression", "measure different things"),
        ({"points": [{"expression": "y * 2"}]}, "connections.0.points.0.expression", "y"),
        ({"derived": [{"inputs": {"a": {"point": "nowhere"}}}]}, "connections.0", "'nowhere', which is not there"),
        ({"derived": [{"expression": "a + b"}]}, "connections.0.derived.0.expression", "b"),
        ({"derived": [{"property": "flow"}]}, "connections.0", "is derived and read; keep one"),
    ],
)
def test_what_is_wrong_with_an_expression_is_said_of_its_field(change: dict[str, Any], field: str, words: str) -> None:
    point = {"device": "pump", "property": "flow", "address": {"table": "holding", "address": 0}}
    derived = {"device": "pump", "property": "twice", "expression": "a * 2", "inputs": {"a": {"point": "pump.flow"}}}
    connection = {
        "name": "plc",
        "driver": "modbus_tcp",
        "config": {"host": "127.0.0.1"},
        "points": [point | more for more in change.get("points", [{}])],
        "derived": [derived | more for more in change.get("derived", [])],
    }
    with pytest.raises(ConfigInvalid, match=words) as caught:
        plan(read_document({"connections": [connection]}))
    assert str(caught.value.details["field"]).startswith(field)

"""CJ/T 188 water, gas and heat meters, written from the standard CJ/T 188-2004."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, TypeAlias

from pydantic import Field, field_validator, model_validator

from kaogong.core.errors import ConfigInvalid, Missing, NotReady
from kaogong.core.quality import Quality
from kaogong.core.reading import Sample, Value
from kaogong.edge.drivers.base import Browsed, Driver, Point, PointAddress, advanced, unreachable
from kaogong.edge.line import Line, LineConfig, Silences

ANY_METER = "AA" * 7
READ, READ_ADDRESS, WRITE = 0x01, 0x03, 0x04
ANSWER, ABNORMAL = 0x80, 0x40
CURRENT, METER_ADDRESS, VALVE = 0x901F, 0x810A, 0xA017
MONTH_1 = 0xD120
VALVE_BODY = {"open": 0x55, "closed": 0x99}
VALVE_STATES = {0: "open", 1: "closed", 3: "abnormal"}
NOBODY = 0xAA

Kind: TypeAlias = Literal["cold_water", "hot_water", "drinking_water", "reclaimed_water", "heat", "cooling", "gas"]
KINDS: dict[str, int] = {
    "cold_water": 0x10, "hot_water": 0x11, "drinking_water": 0x12, "reclaimed_water": 0x13, "heat": 0x20, "cooling": 0x21, "gas": 0x30,
}  # fmt: skip

# Table 6 of the standard: code -> (what it measures, factor to J, W, l or l/h as a fraction).
CODES: dict[int, tuple[str, int]] = {
    0x01: ("energy", 1), 0x0B: ("energy", 10**3), 0x0E: ("energy", 10**6), 0x11: ("energy", 10**9), 0x13: ("energy", 10**11),
    0x02: ("energy", 3600), 0x05: ("energy", 3600 * 10**3), 0x08: ("energy", 3600 * 10**6), 0x0A: ("energy", 3600 * 10**8),
    0x14: ("power", 1), 0x17: ("power", 10**3), 0x1A: ("power", 10**6),
    0x29: ("volume", 1), 0x2C: ("volume", 10**3), 0x32: ("flow", 1), 0x35: ("flow", 10**3),
}  # fmt: skip
UNITS: dict[str, tuple[str, int]] = {
    "kWh": ("energy", 3600 * 10**3), "MWh": ("energy", 3600 * 10**6), "MJ": ("energy", 10**6), "GJ": ("energy", 10**9),
    "W": ("power", 1), "kW": ("power", 10**3), "MW": ("power", 10**6),
    "l": ("volume", 1), "m3": ("volume", 10**3), "l/h": ("flow", 1), "m3/h": ("flow", 10**3),
}  # fmt: skip
USUAL = {"energy": "kWh", "power": "kW", "volume": "m3", "flow": "m3/h"}

# Name -> (offset behind the serial number, bytes, decimals, what it measures). Clauses 7.3 and 7.4.
Layout: TypeAlias = dict[str, tuple[int, int, int, str]]
WATER: Layout = {
    "volume": (0, 5, 2, "volume"),
    "settled_volume": (5, 5, 2, "volume"),
    "time": (10, 7, 0, "time"),
    "status": (17, 2, 0, "status"),
}
HEAT: Layout = {
    "settled_energy": (0, 5, 2, "energy"), "energy": (5, 5, 2, "energy"), "power": (10, 5, 2, "power"), "flow": (15, 5, 4, "flow"),
    "volume": (20, 5, 2, "volume"), "supply_temperature": (25, 3, 2, "temperature"), "return_temperature": (28, 3, 2, "temperature"),
    "hours": (31, 3, 0, "hours"), "time": (34, 7, 0, "time"), "status": (41, 2, 0, "status"),
}  # fmt: skip
TYPES = {"time": "text", "valve": "text", "battery_low": "bool", "status": "uint16", "hours": "int64"}
Wanted: TypeAlias = Literal[
    "volume", "settled_volume", "energy", "settled_energy", "power", "flow", "supply_temperature", "return_temperature", "hours",
    "time", "status", "valve", "battery_low", "month",
]  # fmt: skip


def _meter(value: str | None) -> str | None:
    if value is None:
        return None
    value = value.upper()
    if len(value) != 14 or not set(value) <= set("0123456789A"):
        raise ValueError("write the fourteen digits of the meter's address, maker's code first, or AAAAAAAAAAAAAA for the only meter")
    return value


class Cjt188Config(LineConfig):
    """The line, and how its meters bend the standard."""

    kind: Kind = Field("cold_water", description="What the meters count, for points that name nothing else.")
    meter: str = Field(ANY_METER, description="Address as printed, maker's code first; AAAAAAAAAAAAAA: the only meter of the line.")
    wake_up: int = advanced(4, ge=0, le=16, description="Bytes FE sent ahead of each question.")
    identifier: Literal["1F90", "901F"] = advanced("1F90", description="Bytes of the data identifier in the order they travel.")
    unit_byte: Literal["after", "before"] = advanced("after", description="Where the unit stands beside its number.")

    _is_a_meter = field_validator("meter")(_meter)


class Cjt188Address(PointAddress):
    """One value of one meter. Numbers come in `unit` whatever unit the meter shows, as some change it when they grow."""

    value: Wanted
    unit: Literal["", "kWh", "MWh", "MJ", "GJ", "W", "kW", "MW", "l", "m3", "l/h", "m3/h"] = Field(
        "", description="Empty: kWh, kW, m3, m3/h."
    )
    month: int = Field(1, ge=1, le=12, description="For `month`: the settled value of so many months ago.")
    meter: str | None = Field(None, description="Unset: the connection's.")
    kind: Kind | None = Field(None, description="Unset: the connection's.")

    _is_a_meter = field_validator("meter")(_meter)

    @model_validator(mode="after")
    def _fits(self) -> "Cjt188Address":
        measured = {**HEAT, **WATER}.get(self.value, (0, 0, 0, "volume" if self.value == "month" else ""))[3]
        if self.unit and UNITS[self.unit][0] != measured and not (self.value == "month" and UNITS[self.unit][0] == "energy"):
            raise ValueError(f"{self.value} cannot be given in {self.unit}")
        return self


class Cjt188(Driver[Cjt188Config, Cjt188Address]):
    """CJ/T 188 water, gas and heat meters, on a serial line (RS-485, M-Bus adapter) or a serial device server (Ethernet, wireless).

    One question reads all a meter shows. A meter that keeps silent is asked ever less often and does not hold up its
    neighbours. Browsing asks the only meter of the line for its address. The valve can be opened and closed.
    """

    Config = Cjt188Config
    Address = Cjt188Address

    def __init__(self, config: Cjt188Config, now: Callable[[], datetime], folder: Path) -> None:
        super().__init__(config, now, folder)
        self._line = Line(config)
        self._plans: dict[int, tuple[Sequence[Point[Cjt188Address]], dict[_Question, list[int]]]] = {}
        self._silences = Silences()
        self._serial_number = 0

    @property
    def peer(self) -> str:
        return self._line.peer

    async def open(self) -> None:
        self._plans.clear()
        self._silences = Silences()
        await self._line.open()

    async def close(self) -> None:
        self._line.close()

    async def read(self, points: Sequence[Point[Cjt188Address]]) -> list[Sample]:
        questions = self._plan(points)
        at = self.now()
        made: list[Any] = [None] * len(points)
        skipped = {meter for meter in dict.fromkeys(q.meter for q in questions) if self._silences.skips(meter)}
        for question, places in questions.items():
            body: bytes | tuple[Quality, str] = (
                Quality.BAD_TIMEOUT,
                f"meter {question.meter} did not answer within {self.config.timeout_s:g} s",
            )
            if question.meter not in skipped:
                body = await self._asked(question, skipped) or body
            for place in places:
                point = points[place]
                value = self._value(body, question, point.address) if isinstance(body, bytes) else body
                made[place] = Sample(point.name, None, at, *value) if isinstance(value, tuple) else Sample(point.name, value, at)
        if self._silences.are_all:
            raise unreachable(TimeoutError(), self.peer, self.config.timeout_s)
        return made

    async def write(self, point: Point[Cjt188Address], value: Value) -> None:
        if point.address.value != "valve":
            raise Missing(f"{point.name} cannot be written; of these meters only the valve can.", code="not_writable", point=point.name)
        if value not in VALVE_BODY:
            raise ConfigInvalid(f"{point.name} takes open or closed, not {value!r}.", code="value_unfit", field="value")
        question = self._question(point.address, VALVE)
        answer = await self._exchange(question, WRITE, bytes((VALVE_BODY[str(value)],)))
        if answer.is_abnormal:
            raise Missing(f"{point.name} was not written: the meter refuses ({answer.body.hex()}).", code="write_refused", point=point.name)

    async def browse(self, parent: str | None = None) -> list[Browsed]:
        if parent is None:
            answer = await self._exchange(_Question(ANY_METER, NOBODY, METER_ADDRESS), READ_ADDRESS, b"")
            kind = next((name for name, code in KINDS.items() if code == answer.kind), f"type {answer.kind:02X}")
            return [Browsed(f"{kind}:{answer.meter}", f"Meter {answer.meter}, {kind}", True)]
        kind, _, meter = parent.partition(":")
        if kind not in KINDS:
            raise Missing(f"There is no layout for a meter of {kind}.", code="not_supported")
        offered = (*_layout(KINDS[kind]), "valve", "battery_low")
        return [
            Browsed(f"{parent}/{name}", name, False, {"value": name, "meter": meter, "kind": kind}, TYPES.get(name, "float64"))
            for name in offered
        ]

    def _plan(self, points: Sequence[Point[Cjt188Address]]) -> "dict[_Question, list[int]]":
        known = self._plans.get(id(points))
        if known is None or known[0] is not points:
            questions: dict[_Question, list[int]] = {}
            for place, point in enumerate(points):
                di = MONTH_1 + point.address.month - 1 if point.address.value == "month" else CURRENT
                questions.setdefault(self._question(point.address, di), []).append(place)
            known = self._plans[id(points)] = points, questions
        return known[1]

    def _question(self, address: Cjt188Address, di: int) -> "_Question":
        return _Question(address.meter or self.config.meter, KINDS[address.kind or self.config.kind], di)

    async def _asked(self, question: "_Question", skipped: set[str]) -> bytes | tuple[Quality, str] | None:
        try:
            answer = await self._exchange(question, READ, b"")
        except NotReady as err:
            if err.stable_code != "timed_out":
                raise
            self._silences.missed(question.meter)
            skipped.add(question.meter)
            return None
        self._silences.heard(question.meter)
        if answer.is_abnormal:
            return Quality.BAD_NODE_UNKNOWN, f"the meter refuses to tell it (status {answer.body.hex().upper()})"
        return answer.body

    async def _exchange(self, question: "_Question", control: int, body: bytes) -> "_Frame":
        order: Literal["big", "little"] = "little" if self.config.identifier == "1F90" else "big"
        self._serial_number = (self._serial_number + 1) & 0xFF
        head = question.di.to_bytes(2, order) + bytes((self._serial_number,))
        frame = _frame(question.kind, question.meter, control, head + body)

        def find(heard: bytes) -> _Frame | None:
            for found in _frames(heard):
                is_ours = question.meter in (ANY_METER, found.meter) and found.control & ANSWER and found.control & 0x3F == control
                if is_ours and found.is_abnormal:
                    return found
                # The serial number tells a late answer from ours; some meters do not return the identifier they were asked.
                if is_ours and len(found.body) >= 3 and found.body[2] == head[2]:
                    return _Frame(found.kind, found.meter, found.control, found.body[3:])
            return None

        return await self._line.ask(b"\xfe" * self.config.wake_up + frame, find)

    def _value(self, body: bytes, question: "_Question", address: Cjt188Address) -> Value | tuple[Quality, str]:
        if address.value == "month":
            return self._measured(body[:5], 2, address, "")
        layout = _layout(question.kind)
        is_state = address.value in ("valve", "battery_low")
        if not is_state and address.value not in layout:
            return Quality.BAD_CONFIGURATION_ERROR, f"a meter of this kind has no {address.value}; it has {', '.join(layout)}"
        begin, length, decimals, measured = layout["status" if is_state else address.value]
        raw = body[begin : begin + length]
        if len(raw) < length:
            return Quality.BAD_TYPE_MISMATCH, f"the meter sent {len(body)} bytes, too few for {address.value}"
        if address.value == "valve":
            state = VALVE_STATES.get(raw[0] & 3)
            return state or (Quality.BAD_SENSOR_FAILURE, "the meter does not know where its valve stands")
        if address.value == "battery_low":
            return bool(raw[0] & 4)
        if measured == "status":
            return int.from_bytes(raw, "little")
        if measured == "time":
            return _time(raw)
        if measured in USUAL:
            return self._measured(raw, decimals, address, measured)
        return _number(raw, decimals)

    def _measured(self, raw: bytes, decimals: int, address: Cjt188Address, measured: str) -> Value | tuple[Quality, str]:
        if len(raw) < 5:
            return Quality.BAD_TYPE_MISMATCH, f"the meter sent too few bytes for {address.value}"
        code, digits = (raw[4], raw[:4]) if self.config.unit_byte == "after" else (raw[0], raw[1:])
        if code not in CODES or (measured and CODES[code][0] != measured):
            return Quality.BAD_TYPE_MISMATCH, f"the meter gives {address.value} in the unit {code:02X}H, which does not measure it"
        number = _number(digits, 0)
        if isinstance(number, tuple):
            return number
        kind, factor = CODES[code]
        unit = address.unit or USUAL[kind]
        if UNITS[unit][0] != kind:
            return Quality.BAD_CONFIGURATION_ERROR, f"the meter gives {address.value} as {kind}, which cannot be given in {unit}"
        # Whole numbers up to one division, so that 10.34 stays 10.34.
        shown: float = number * factor / (UNITS[unit][1] * 10**decimals)
        return shown


@dataclass(frozen=True, slots=True)
class _Question:
    meter: str
    kind: int
    di: int


@dataclass(frozen=True, slots=True)
class _Frame:
    kind: int
    meter: str
    control: int
    body: bytes

    @property
    def is_abnormal(self) -> bool:
        return bool(self.control & ABNORMAL)


def _layout(kind: int) -> Layout:
    return HEAT if kind >> 4 == 2 else WATER


def _frame(kind: int, meter: str, control: int, body: bytes) -> bytes:
    frame = bytes((0x68, kind)) + bytes.fromhex(meter)[::-1] + bytes((control, len(body))) + body
    return frame + bytes((sum(frame) & 0xFF, 0x16))


def _frames(heard: bytes) -> list[_Frame]:
    """Every whole frame in what was heard; noise is stepped over."""
    found, begin = [], heard.find(0x68)
    while begin >= 0:
        end = begin + 13 + heard[begin + 10] if len(heard) > begin + 10 else -1
        is_whole = 0 < end <= len(heard) and heard[end - 1] == 0x16
        if is_whole and sum(heard[begin : end - 2]) & 0xFF == heard[end - 2]:
            meter = heard[begin + 2 : begin + 9][::-1].hex().upper()
            found.append(_Frame(heard[begin + 1], meter, heard[begin + 9], heard[begin + 11 : end - 2]))
            begin = end - 1
        begin = heard.find(0x68, begin + 1)
    return found


def _number(raw: bytes, decimals: int) -> float | int | tuple[Quality, str]:
    digits = raw[::-1].hex()
    if not digits.isdigit():
        return Quality.BAD_SENSOR_FAILURE, f"the meter sent {digits.upper()}, which are no decimal digits"
    return int(digits) / 10**decimals if decimals else int(digits)


def _time(raw: bytes) -> Value | tuple[Quality, str]:
    """The meter's own clock as it shows it; it knows no time zone."""
    digits = raw[::-1].hex()
    try:
        return datetime.strptime(digits, "%Y%m%d%H%M%S").isoformat()  # noqa: DTZ007
    except ValueError:
        return Quality.BAD_SENSOR_FAILURE, f"the meter's clock stands at {digits}, which is no time"

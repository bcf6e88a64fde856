"""DL/T 645 electricity meters, written from the standards DL/T 645-2007 and DL/T 645-1997."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, NamedTuple

from pydantic import Field, field_validator, model_validator

from kaogong.core.errors import AuthRejected, ConfigInvalid, KaogongError, Missing, NotReady
from kaogong.core.quality import Quality
from kaogong.core.reading import Sample, Value
from kaogong.edge.drivers.base import Browsed, Driver, Point, PointAddress, advanced, secret, unreachable
from kaogong.edge.line import Line, LineConfig, Silences

ANY_METER = "AA" * 6
OFFSET = 0x33  # clause 5.2.6: every byte of the data field travels with 33H added
ANSWER, ABNORMAL, MORE = 0x80, 0x40, 0x20
LONGEST_STORY = 255  # follow-up frames are numbered in one byte

# Clause 7.5 and annex A of 2007; bit -> (quality, words).
FAULTS_2007 = (
    (0x02, Quality.BAD_NODE_UNKNOWN, "the meter has no such data"),
    (0x04, Quality.BAD_CONFIGURATION_ERROR, "the password is wrong or not authorised"),
    (0x08, Quality.BAD_CONFIGURATION_ERROR, "the baud rate cannot be changed"),
    (0x10, Quality.BAD_CONFIGURATION_ERROR, "too many year periods"),
    (0x20, Quality.BAD_CONFIGURATION_ERROR, "too many day periods"),
    (0x40, Quality.BAD_CONFIGURATION_ERROR, "too many tariffs"),
)
FAULTS_1997 = (
    (0x01, Quality.BAD_CONFIGURATION_ERROR, "the meter calls the data illegal"),
    (0x02, Quality.BAD_NODE_UNKNOWN, "the meter has no such data"),
    (0x04, Quality.BAD_CONFIGURATION_ERROR, "the password is wrong"),
    (0x10, Quality.BAD_CONFIGURATION_ERROR, "too many year periods"),
    (0x20, Quality.BAD_CONFIGURATION_ERROR, "too many day periods"),
    (0x40, Quality.BAD_CONFIGURATION_ERROR, "too many tariffs"),
)
WRONG_PASSWORD = 0x04


class _Form(NamedTuple):
    """How a value lies in its bytes."""

    length: int
    decimals: int = 0
    signed: bool = False
    type: Literal["number", "digits", "ascii"] = "number"


ENERGY, DEMAND = _Form(4, 2), _Form(3, 4)
# Annex A of 2007, by the longest prefix of the identifier as printed.
FORMS_2007 = {
    "0000": _Form(4, 2, True), "0003": _Form(4, 2, True), "0004": _Form(4, 2, True), "00": ENERGY, "01": DEMAND,
    "0201": _Form(2, 1), "0202": _Form(3, 3, True), "0203": _Form(3, 4, True), "0204": _Form(3, 4, True), "0205": _Form(3, 4, True),
    "0206": _Form(2, 3, True), "0207": _Form(2, 1), "0208": _Form(2, 2), "0209": _Form(2, 2), "020A": _Form(2, 2), "020B": _Form(2, 2),
    "02800001": _Form(3, 3), "02800002": _Form(2, 2), "02800003": _Form(3, 4, True), "02800004": _Form(3, 4, True),
    "02800005": _Form(3, 4, True), "02800006": _Form(3, 4, True), "02800007": _Form(2, 1, True), "02800008": _Form(2, 2),
    "02800009": _Form(2, 2), "0280000A": _Form(4), "0280000B": _Form(4, 4),
    "03110000": _Form(3), "03300000": _Form(3),
    "04000101": _Form(4, type="digits"), "04000102": _Form(3, type="digits"), "04000401": _Form(6, type="digits"),
    "04000402": _Form(6, type="digits"), "04000403": _Form(32, type="ascii"), "04000404": _Form(6, type="ascii"),
    "04000405": _Form(6, type="ascii"), "04000406": _Form(6, type="ascii"), "04000407": _Form(4, type="ascii"),
    "04000408": _Form(4, type="ascii"), "04000409": _Form(3), "0400040A": _Form(3), "0400040B": _Form(10, type="ascii"),
    "0400040C": _Form(10, type="ascii"),
}  # fmt: skip
# Annex A of 1997.
FORMS_1997 = {
    "9": ENERGY, "A": DEMAND, "B61": _Form(2), "B62": _Form(2, 2), "B63": _Form(3, 4), "B64": _Form(2, 2), "B65": _Form(2, 3),
    "C010": _Form(4, type="digits"), "C011": _Form(3, type="digits"), "C030": _Form(3), "C031": _Form(3), "C032": _Form(6, type="digits"),
    "C033": _Form(6, type="digits"), "C034": _Form(6, type="digits"),
}  # fmt: skip
COMMON_2007 = {
    "00010000": "Forward active energy, total (kWh)", "00020000": "Reverse active energy, total (kWh)",
    "00000000": "Combined active energy, total (kWh)", "00030000": "Combined reactive energy 1, total (kvarh)",
    "00040000": "Combined reactive energy 2, total (kvarh)", "00010100": "Forward active energy, tariff 1 (kWh)",
    "00010200": "Forward active energy, tariff 2 (kWh)", "00010300": "Forward active energy, tariff 3 (kWh)",
    "00010400": "Forward active energy, tariff 4 (kWh)", "01010000": "Forward active maximum demand (kW)",
    "02010100": "Voltage A (V)", "02010200": "Voltage B (V)", "02010300": "Voltage C (V)",
    "02020100": "Current A (A)", "02020200": "Current B (A)", "02020300": "Current C (A)",
    "02030000": "Active power, total (kW)", "02030100": "Active power A (kW)", "02030200": "Active power B (kW)",
    "02030300": "Active power C (kW)", "02040000": "Reactive power, total (kvar)", "02050000": "Apparent power, total (kVA)",
    "02060000": "Power factor, total", "02800002": "Frequency (Hz)", "02800007": "Temperature inside the meter (°C)",
    "04000101": "Date and weekday", "04000102": "Time of day", "04000401": "Address", "04000402": "Meter number",
}  # fmt: skip
COMMON_1997 = {
    "9010": "Forward active energy, total (kWh)", "9020": "Reverse active energy, total (kWh)", "9110": "Forward reactive energy, total (kvarh)",
    "9011": "Forward active energy, tariff 1 (kWh)", "9012": "Forward active energy, tariff 2 (kWh)", "A010": "Forward active maximum demand (kW)",
    "B611": "Voltage A (V)", "B612": "Voltage B (V)", "B613": "Voltage C (V)", "B621": "Current A (A)", "B622": "Current B (A)",
    "B623": "Current C (A)", "B630": "Active power, total (kW)", "B640": "Reactive power, total (kvar)", "B650": "Power factor, total",
    "C010": "Date and weekday", "C011": "Time of day", "C032": "Meter number",
}  # fmt: skip


def _meter(value: str | None) -> str | None:
    if value is None:
        return None
    value = value.upper()
    if len(value) != 12 or not set(value) <= set("0123456789A"):
        raise ValueError("write the twelve digits printed on the meter, or AAAAAAAAAAAA for the only meter of the line")
    return value


class Dlt645Config(LineConfig):
    """The line, which edition its meters speak, and who may write."""

    version: Literal["2007", "1997"] = "2007"
    meter: str = Field(ANY_METER, description="Address of the meter as printed; AAAAAAAAAAAA: the only meter of the line.")
    wake_up: int = advanced(4, ge=0, le=16, description="Bytes FE sent ahead of each question.")
    password: str = secret("", description="For writing: level and password, eight digits as in 02123456.")
    operator: str = advanced("00000000", pattern=r"^[0-9]{8}$", description="Operator code sent when writing (2007).")

    _is_a_meter = field_validator("meter")(_meter)

    @field_validator("password")
    @classmethod
    def _is_a_password(cls, value: str) -> str:
        if value and not (len(value) == 8 and value.isdigit()):
            raise ValueError("write level and password, eight digits, for example 02123456")
        return value


class Dlt645Address(PointAddress):
    """One value of one meter. Length, decimals and sign follow the standard's annex A for the identifiers it lists."""

    di: str = Field(description="Data identifier as printed: eight hexadecimal digits in 2007 (02010100), four in 1997 (B611).")
    item: int = Field(0, ge=0, le=255, description="Which value of a block (02 01 FF 00: 0 is phase A), counted from 0.")
    meter: str | None = Field(None, description="Unset: the connection's.")
    length: int | None = Field(None, ge=1, le=64, description="Bytes of the value; unset: as in the standard.")
    decimals: int | None = Field(None, ge=0, le=8, description="Unset: as in the standard.")
    signed: bool | None = Field(None, description="The highest bit is a sign; unset: as in the standard.")
    type: Literal["number", "digits", "ascii"] | None = Field(None, description="digits: text of all digits; unset: as in the standard.")

    _is_a_meter = field_validator("meter")(_meter)

    @model_validator(mode="after")
    def _is_known(self) -> "Dlt645Address":
        if len(self.di) not in (4, 8) or not set(self.di.upper()) <= set("0123456789ABCDEF"):
            raise ValueError("a data identifier has eight hexadecimal digits (2007) or four (1997)")
        if self.length is None and _standard(self.di.upper()) is None:
            raise ValueError(f"{self.di} is not in the standard's table: give `length` and `decimals`")
        return self

    @property
    def form(self) -> _Form:
        """How the value lies in its bytes: the standard's word, unless the point has its own."""
        form = _standard(self.di.upper()) or _Form(self.length or 4)
        own = {n: v for n in ("length", "decimals", "signed", "type") if (v := getattr(self, n)) is not None}
        return form._replace(**own)


class Dlt645(Driver[Dlt645Config, Dlt645Address]):
    """DL/T 645 electricity meters of 2007 and 1997, on a serial line (RS-485, infrared) or a serial device server (Ethernet, wireless).

    Values of one block are read with one question, long answers with the follow-up questions of the standard. A meter that
    keeps silent is asked ever less often and does not hold up its neighbours. Browsing asks the only meter of the line for
    its address. Writing needs the password of the meter.
    """

    Config = Dlt645Config
    Address = Dlt645Address

    def __init__(self, config: Dlt645Config, now: Callable[[], datetime], folder: Path) -> None:
        super().__init__(config, now, folder)
        self._line = Line(config)
        self._plans: dict[int, _Plan] = {}
        self._silences = Silences()

    @property
    def peer(self) -> str:
        return self._line.peer

    async def open(self) -> None:
        self._plans.clear()
        self._silences = Silences()
        await self._line.open()

    async def close(self) -> None:
        self._line.close()

    async def read(self, points: Sequence[Point[Dlt645Address]]) -> list[Sample]:
        plan = self._plans.get(id(points))
        if plan is None or plan.points is not points:
            plan = self._plans[id(points)] = _Plan(points, self.config)
        at = self.now()
        made: list[Any] = [None] * len(points)
        skipped = {meter for meter in plan.meters if self._silences.skips(meter)}
        for (meter, di), places in plan.questions.items():
            body: bytes | tuple[Quality, str] = (Quality.BAD_TIMEOUT, f"meter {meter} did not answer within {self.config.timeout_s:g} s")
            if meter not in skipped:
                body = await self._asked(meter, di, skipped) or body
            for place in places:
                point = points[place]
                value = _value(body, point.address) if isinstance(body, bytes) else body
                made[place] = Sample(point.name, None, at, *value) if isinstance(value, tuple) else Sample(point.name, value, at)
        if self._silences.are_all:
            raise unreachable(TimeoutError(), self.peer, self.config.timeout_s)
        return made

    async def write(self, point: Point[Dlt645Address], value: Value) -> None:
        config, address = self.config, point.address
        if not config.password:
            raise ConfigInvalid(
                "Writing needs the meter's password; set it in the connection.", code="password_missing", field="config.password"
            )
        di = bytes.fromhex(address.di)[::-1]
        level, rest = bytes.fromhex(config.password)[:1], bytes.fromhex(config.password)[1:][::-1]
        is_2007 = config.version == "2007"
        operator = bytes.fromhex(config.operator)[::-1] if is_2007 else b""
        body = di + level + rest + operator + _bytes(point, value)
        answer = await self._exchange(address.meter or config.meter, 0x14 if is_2007 else 0x04, body)
        if answer.is_abnormal:
            _, words = answer.fault(config.version)
            kind: type[KaogongError] = AuthRejected if answer.body[:1] and answer.body[0] & WRONG_PASSWORD else Missing
            raise kind(f"{point.name} was not written: {words}.", code="write_refused", point=point.name)

    async def browse(self, parent: str | None = None) -> list[Browsed]:
        if parent is None:
            if self.config.version == "1997":
                return [Browsed(self.config.meter, f"Meter {self.config.meter}", True)]
            answer = await self._exchange(ANY_METER, 0x13, b"")
            return [Browsed(answer.meter, f"Meter {answer.meter}", True)]
        known = COMMON_2007 if self.config.version == "2007" else COMMON_1997
        return [Browsed(f"{parent}/{di}", words, False, {"di": di, "meter": parent}, _type(di)) for di, words in known.items()]

    async def _asked(self, meter: str, di: str, skipped: set[str]) -> bytes | tuple[Quality, str] | None:
        """The value's bytes, or why there is none; None when the meter keeps silent."""
        try:
            body = await self._told(meter, di)
        except NotReady as err:
            if err.stable_code != "timed_out":
                raise
            self._silences.missed(meter)
            skipped.add(meter)
            return None
        self._silences.heard(meter)
        return body

    async def _told(self, meter: str, di: str) -> bytes | tuple[Quality, str]:
        wire_di = bytes.fromhex(di)[::-1]
        is_2007 = self.config.version == "2007"
        first = answer = await self._exchange(meter, 0x11 if is_2007 else 0x01, wire_di, wire_di)
        story = answer.body[len(wire_di) :]
        for number in range(1, LONGEST_STORY):
            if answer.is_abnormal:
                return answer.fault(self.config.version)
            if not answer.has_more:
                return story
            follow = bytes([number]) if is_2007 else b""
            answer = await self._exchange(meter, 0x12 if is_2007 else 0x02, wire_di + follow, wire_di)
            story += answer.body[len(wire_di) : len(answer.body) - len(follow)]
        raise NotReady(f"Meter {first.meter} never ends its answer to {di}.", code="answer_garbled", peer=self.peer)

    async def _exchange(self, meter: str, control: int, body: bytes, prefix: bytes = b"") -> "_Frame":
        question = b"\xfe" * self.config.wake_up + _frame(meter, control, body)

        def find(heard: bytes) -> _Frame | None:
            for frame in _frames(heard):
                is_ours = meter in (ANY_METER, frame.meter) and frame.control & ANSWER and frame.control & 0x1F == control
                if is_ours and (frame.is_abnormal or frame.body.startswith(prefix)):
                    return frame
            return None

        return await self._line.ask(question, find)


class _Plan:
    """Which questions a group of points takes: one for each block of each meter."""

    def __init__(self, points: Sequence[Point[Dlt645Address]], config: Dlt645Config) -> None:
        self.points = points
        self.questions: dict[tuple[str, str], list[int]] = {}
        for place, point in enumerate(points):
            key = point.address.meter or config.meter, point.address.di.upper()
            self.questions.setdefault(key, []).append(place)
        self.meters = dict.fromkeys(meter for meter, _ in self.questions)


@dataclass(frozen=True, slots=True)
class _Frame:
    meter: str
    control: int
    body: bytes

    @property
    def is_abnormal(self) -> bool:
        return bool(self.control & ABNORMAL)

    @property
    def has_more(self) -> bool:
        return bool(self.control & MORE)

    def fault(self, version: str) -> tuple[Quality, str]:
        code = self.body[0] if self.body else 0
        for bit, quality, words in FAULTS_2007 if version == "2007" else FAULTS_1997:
            if code & bit:
                return quality, f"{words} (error {code:02X})"
        return Quality.BAD, f"the meter refuses (error {code:02X})"


def _frame(meter: str, control: int, body: bytes) -> bytes:
    shifted = bytes((b + OFFSET) & 0xFF for b in body)
    frame = b"\x68" + bytes.fromhex(meter)[::-1] + bytes((0x68, control, len(body))) + shifted
    return frame + bytes((sum(frame) & 0xFF, 0x16))


def _frames(heard: bytes) -> list[_Frame]:
    """Every whole frame in what was heard; noise and echoes of other frames are stepped over."""
    found, begin = [], heard.find(0x68)
    while begin >= 0:
        end = begin + 12 + heard[begin + 9] if len(heard) > begin + 9 else -1
        is_whole = 0 < end <= len(heard) and heard[begin + 7] == 0x68 and heard[end - 1] == 0x16
        if is_whole and sum(heard[begin : end - 2]) & 0xFF == heard[end - 2]:
            body = bytes((b - OFFSET) & 0xFF for b in heard[begin + 10 : end - 2])
            found.append(_Frame(heard[begin + 1 : begin + 7][::-1].hex().upper(), heard[begin + 8], body))
            begin = end - 1
        begin = heard.find(0x68, begin + 1)
    return found


def _value(body: bytes, address: Dlt645Address) -> Value | tuple[Quality, str]:
    form = address.form
    # Of a block of maximum demands each value is followed by its time, five bytes in 2007.
    step = form.length + (5 if len(address.di) == 8 and address.di.startswith("01") else 0)
    raw = body[address.item * step : address.item * step + form.length][::-1]
    if len(raw) < form.length:
        words = f"the meter sent {len(body)} bytes; value {address.item} of {form.length} bytes is not among them"
        return Quality.BAD_NODE_UNKNOWN if address.item else Quality.BAD_TYPE_MISMATCH, words
    if form.type == "ascii":
        return raw.decode("ascii", "replace").strip("\0 ")
    if set(raw) == {0xFF}:
        return Quality.BAD_SENSOR_FAILURE, "the meter has no value for it (FF)"
    is_negative = form.signed and raw[0] & 0x80
    digits = (bytes((raw[0] & 0x7F,)) + raw[1:] if form.signed else raw).hex()
    if not digits.isdigit():
        return Quality.BAD_SENSOR_FAILURE, f"the meter sent {raw.hex().upper()}, which are no decimal digits"
    if form.type == "digits":
        return digits
    number = -int(digits) if is_negative else int(digits)
    # 2203 / 10 is the 220.3 the meter shows; 2203 * 0.1 is not.
    return number / 10**form.decimals if form.decimals else number


def _bytes(point: Point[Dlt645Address], value: Value) -> bytes:
    form = point.address.form
    if form.type == "ascii":
        return str(value).encode("ascii", "replace")[: form.length].rjust(form.length, b"\0")[::-1]
    if form.type == "digits":
        digits = str(value)
    elif isinstance(value, str | bool) or value is None:
        raise ConfigInvalid(f"{point.name} takes a number, not {value!r}.", code="value_unfit", field="value")
    else:
        digits = f"{round(abs(value) * 10**form.decimals)}"
    digits = digits.rjust(form.length * 2, "0")
    if len(digits) != form.length * 2 or not digits.isdigit() or (form.signed and digits[0] > "7"):
        raise ConfigInvalid(f"{value!r} does not fit into the {form.length * 2} digits of {point.name}.", code="value_unfit", field="value")
    body = bytearray.fromhex(digits)
    if form.signed and isinstance(value, float | int) and value < 0:
        body[0] |= 0x80
    elif isinstance(value, float | int) and value < 0:
        raise ConfigInvalid(f"{point.name} takes no negative number.", code="value_unfit", field="value")
    return bytes(body[::-1])


def _type(di: str) -> str:
    form = _standard(di)
    return "text" if form is None or form.type != "number" else "float64" if form.decimals else "int64"


def _standard(di: str) -> _Form | None:
    known = FORMS_2007 if len(di) == 8 else FORMS_1997
    for length in range(len(di), 0, -1):
        if di[:length] in known:
            return known[di[:length]]
    return None

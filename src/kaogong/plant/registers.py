"""Register maps: where each property of a machine lies behind its Modbus unit, and how it is written there."""

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from kaogong.plant.machine import Machine, Property, Value

STRING_REGISTERS = 6


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a gateway's maker lays registers out: which table, from where, floats or scaled whole numbers, word order."""

    table: Literal["input", "holding"]
    base: int
    numbers: Literal["float", "scaled"]
    order: Literal["ABCD", "CDAB"]


DIALECTS: Mapping[str, Dialect] = {
    "plc-air": Dialect("holding", 0, "scaled", "ABCD"),
    "plc-feed": Dialect("input", 0, "float", "CDAB"),
    "plc-cooling": Dialect("holding", 400, "float", "ABCD"),
    "gateway-meters": Dialect("input", 3000, "float", "CDAB"),
}


@dataclass(frozen=True, slots=True)
class Register:
    """One property: its place relative to the base, its type on the wire, raw = value / scale; `bit` within a status word."""

    key: str
    offset: int
    type: str
    code: str
    scale: float = 1.0
    bit: int | None = None

    def address(self, dialect: Dialect, unit: int) -> dict[str, Any]:
        """The address in the words of the platform's Modbus driver."""
        address: dict[str, Any] = {"table": dialect.table, "address": dialect.base + self.offset, "type": self.type, "device_id": unit}
        if self.scale != 1.0:
            address["scale"] = self.scale
        if self.type == "string":
            address["length"] = STRING_REGISTERS
        elif self.bit is not None:
            address["bit"] = self.bit
        elif self.code in "iIf":
            address["order"] = dialect.order
        return address


class RegisterMap:
    """All registers of one kind of machine behind one gateway: a status word with the flags first, then the rest in order."""

    def __init__(self, kind: type[Machine], dialect: Dialect) -> None:
        self.dialect = dialect
        measured = kind.measured()
        self.flags = tuple(p.key for p in measured if p.kind == "boolean")
        registers = [Register(key, 0, "bool", "H", bit=n) for n, key in enumerate(self.flags)]
        offset = 1
        for p in measured:
            if p.kind != "boolean":
                register = _place(p, offset, dialect)
                registers.append(register)
                offset += STRING_REGISTERS if register.type == "string" else struct.calcsize(f">{register.code}") // 2
        self.registers, self.length = tuple(registers), offset
        self._fields = tuple(r for r in registers if r.bit is None)
        self._pack = struct.Struct(">H" + "".join(f"{2 * STRING_REGISTERS}s" if r.type == "string" else r.code for r in self._fields))
        self._unpack = struct.Struct(f">{offset}H")
        self._swaps = tuple(r.offset for r in self._fields if r.code in "iIf" and r.type != "string") if dialect.order == "CDAB" else ()

    def encode(self, reading: Mapping[str, Value]) -> list[int]:
        """The registers for a reading, from the base on."""
        status = sum(1 << n for n, key in enumerate(self.flags) if reading[key])
        words = list(self._unpack.unpack(self._pack.pack(status, *(_raw(r, reading[r.key]) for r in self._fields))))
        for at in self._swaps:
            words[at], words[at + 1] = words[at + 1], words[at]
        return words


@cache
def register_map(kind: type[Machine], gateway: str) -> RegisterMap:
    """The map of a kind of machine behind a gateway."""
    return RegisterMap(kind, DIALECTS[gateway])


def _place(p: Property, offset: int, dialect: Dialect) -> Register:
    if p.kind in ("enum", "text"):
        return Register(p.key, offset, "string", "H")
    scale = p.resolution or 1.0
    low, high = (p.minimum or 0.0) / scale, (p.maximum or 0.0) / scale
    if p.is_counter or p.kind == "integer":
        return Register(p.key, offset, "uint32", "I", scale)
    if dialect.numbers == "float":
        return Register(p.key, offset, "float32", "f")
    if low >= 0 and high <= 65535:
        return Register(p.key, offset, "uint16", "H", scale)
    if low >= -32768 and high <= 32767:
        return Register(p.key, offset, "int16", "h", scale)
    return Register(p.key, offset, "int32", "i", scale)


def _raw(register: Register, value: Value) -> float | int | bytes:
    if isinstance(value, str):
        return value.encode("ascii").ljust(2 * STRING_REGISTERS, b"\0")
    if register.code == "f":
        return float(value)
    return round(value / register.scale)

"""Faults that come and go: what can break, when it does so by itself, and what is broken now."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from kaogong.core.errors import Missing

HOUR = 3600.0


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that can break at `target`: a device, a Modbus gateway or an OPC UA server.

    It comes `first_s` after the start, again every `every_s`, and goes after `lasts_s`; None: once, until somebody clears it.
    """

    name: str
    target: str
    en: str
    zh: str
    first_s: float
    lasts_s: float | None
    every_s: float | None


CATALOGUE: Mapping[str, Fault] = {
    fault.name: fault
    for fault in (
        Fault("vibration-cable", "vib-feed-pump-1", "The cable of the vibration sensor on feed pump 1 is pulled", "1号给水泵振动传感器电缆被拔出", 75, None, None),
        Fault("bearing-wear", "feed-pump-2", "The drive-end bearing of feed pump 2 wears out", "2号给水泵驱动端轴承磨损", 600, 1.5 * HOUR, 6 * HOUR),
        Fault("inverter-trip", "inverter-4", "Inverter 4 trips on grid overvoltage", "4号逆变器因电网过压跳闸", 900, 420, 4 * HOUR),
        Fault("tool-breakage", "cnc-2", "A tool breaks in machining centre 2", "2号加工中心刀具破损", 1200, 300, 3 * HOUR),
        Fault("cavitation", "feed-pump-1", "The suction strainer of feed pump 1 clogs; it cavitates", "1号给水泵吸入滤网堵塞，发生汽蚀", 1500, 600, 5 * HOUR),
        Fault("boiler-fouling", "boiler-1", "The tubes of boiler 1 foul", "1号锅炉受热面结垢", 1800, 3 * HOUR, 12 * HOUR),
        Fault("gateway-unplugged", "gateway-meters", "The Modbus gateway of the meters is unplugged", "电表 Modbus 网关断线", 2100, 120, 6 * HOUR),
        Fault("stuck-valve", "lv-feed-tank", "The level valve of the feed tank sticks", "给水箱液位阀卡涩", 2700, 900, 7 * HOUR),
        Fault("compressor-leak", "compressor-3", "The flange behind compressor 3 leaks", "3号空压机出口法兰泄漏", 3000, 2400, 8 * HOUR),
        Fault("opcua-restart", "cnc-cell", "The OPC UA server of the CNC cell restarts", "数控单元 OPC UA 服务器重启", 3300, 20, 6 * HOUR),
        Fault("meter-drift", "meter-machining", "The electricity meter of the machine shop drifts", "机加车间电能表漂移", 3600, 4 * HOUR, 24 * HOUR),
    )
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Change:
    """A fault began or ended."""

    fault: Fault
    began: bool


@dataclass(slots=True)
class Faults:
    """What is broken now. The schedule counts simulated seconds, so equal runs break alike."""

    catalogue: Mapping[str, Fault] = field(default_factory=lambda: dict(CATALOGUE))
    is_scheduled: bool = True
    active: dict[str, datetime] = field(default_factory=dict)
    _ends: dict[str, float | None] = field(default_factory=dict)
    _next: dict[str, float | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._next = {name: fault.first_s for name, fault in self.catalogue.items()}

    def begin(self, name: str, at: datetime, elapsed: float, *, lasts_s: float | None = None) -> Change | None:
        """Break it now, until `lasts_s` are over or it is cleared; None when it is broken already."""
        fault = self._known(name)
        self._ends[name] = None if lasts_s is None else elapsed + lasts_s
        if name in self.active:
            return None
        self.active[name] = at
        return Change(fault, True)

    def clear(self, name: str) -> Change | None:
        """Repair it; None when nothing was broken. The schedule may break it again."""
        fault = self._known(name)
        if self.active.pop(name, None) is None:
            return None
        return Change(fault, False)

    def step(self, at: datetime, elapsed: float) -> list[Change]:
        """What the schedule changes at this moment."""
        changes = [change for name in list(self.active) if self._is_over(name, elapsed) and (change := self.clear(name))]
        if self.is_scheduled:
            changes += [change for name in self.catalogue if (change := self._come(name, at, elapsed))]
        return changes

    def report(self) -> list[dict[str, Any]]:
        """Every fault, and since when it is active; JSON-safe."""
        return [
            {"name": f.name, "target": f.target, "en": f.en, "zh": f.zh, "since": since.isoformat() if (since := self.active.get(f.name)) else None}
            for f in self.catalogue.values()
        ]  # fmt: skip

    def _known(self, name: str) -> Fault:
        if name not in self.catalogue:
            raise Missing(f"There is no fault {name!r}; known: {', '.join(self.catalogue)}.", code="fault_unknown", field="name")
        return self.catalogue[name]

    def _is_over(self, name: str, elapsed: float) -> bool:
        end = self._ends.get(name)
        return end is not None and elapsed >= end

    def _come(self, name: str, at: datetime, elapsed: float) -> Change | None:
        due = self._next[name]
        if due is None or elapsed < due:
            return None
        fault = self.catalogue[name]
        self._next[name] = None if fault.every_s is None else due + fault.every_s
        if name in self.active:  # somebody was faster: his fault keeps its own end
            return None
        return self.begin(name, at, elapsed, lasts_s=fault.lasts_s)

"""A telecontrol station: c104 (lib60870-C). Told on its command line which port, on stdin what to do; says `ready`, then one line each.

Given by the first line of stdin: {"stations": {common address: {object: {"type", "value", "quality", "at"}}}, "floats": count}.
Then one request a line: {"set": [common, object, value]}, {"get": [common, object]}.
"""

import datetime
import json
import sys
from typing import Any

import c104


def typed(kind: str, value: Any, quality: int, at: float | None) -> Any:
    family = kind[2:4]
    moment = None if at is None else datetime.datetime.fromtimestamp(at, datetime.UTC)
    flags = c104.Quality()
    for name, bit in (("Overflow", 1), ("Blocked", 0x10), ("Substituted", 0x20), ("NonTopical", 0x40), ("Invalid", 0x80)):
        if quality & bit:
            flags = flags | getattr(c104.Quality, name)
    time = {"recorded_at": moment} if kind[5] == "T" else {}
    if kind.startswith("M_ME"):
        makes = {
            "A": (c104.NormalizedInfo, c104.NormalizedFloat),
            "D": (c104.NormalizedInfo, c104.NormalizedFloat),
            "B": (c104.ScaledInfo, c104.Int16),
            "E": (c104.ScaledInfo, c104.Int16),
            "C": (c104.ShortInfo, float),
            "F": (c104.ShortInfo, float),
        }
        make, cast = makes[kind[6]]
        if kind == "M_ME_TD_1":
            make, cast = c104.NormalizedInfo, c104.NormalizedFloat
        return make(cast(value), flags, **time)
    if family == "SP":
        return c104.SingleInfo(bool(value), flags, **time)
    if family == "DP":
        return c104.DoubleInfo([c104.Double.INTERMEDIATE, c104.Double.OFF, c104.Double.ON, c104.Double.INDETERMINATE][value], flags, **time)
    if family == "ST":
        return c104.StepInfo(c104.Int7(value), False, flags, **time)
    if family == "BO":
        return c104.BinaryInfo(c104.Byte32(value), flags, **time)
    if family == "IT":
        return c104.BinaryCounterInfo(value, c104.UInt5(0), c104.BinaryCounterQuality(), **time)
    raise ValueError(kind)


def plain(value: Any) -> Any:
    if isinstance(value, c104.NormalizedFloat):
        return float(value)
    if isinstance(value, c104.Int16):
        return int(value)
    return getattr(value, "value", value)


given = json.loads(sys.stdin.readline())
server = c104.Server(ip="127.0.0.1", port=int(sys.argv[1]), tick_rate_ms=50)
stations: dict[int, Any] = {}
received: dict[tuple[int, int], Any] = {}


def commanded(point: c104.Point, previous_info: c104.Information, message: c104.IncomingMessage) -> c104.ResponseState:
    received[point.station.common_address, point.io_address] = [
        plain(point.value),
        message.is_select_command,
        None if point.recorded_at is None else point.recorded_at.timestamp(),
    ]
    related = point.related_io_address
    if point.type == c104.Type.C_SE_NC_1 and point.value > 1000:
        return c104.ResponseState.FAILURE
    if related and not message.is_select_command:
        target = point.station.get_point(related)
        target.value = type(target.value)(plain(point.value))
    return c104.ResponseState.SUCCESS


def clock(server: c104.Server, ip: str, date_time: datetime.datetime) -> c104.ResponseState:
    received[0, 0] = date_time.timestamp()
    return c104.ResponseState.SUCCESS


server.on_clock_sync(clock)
if given.get("floats"):
    station = stations[1] = server.add_station(1)
    for i in range(given["floats"]):
        station.add_point(100 + i, c104.Type.M_ME_NC_1).info = c104.ShortInfo(i * 0.5)
for common, objects in given.get("stations", {}).items():
    station = stations[int(common)] = server.get_station(int(common)) or server.add_station(int(common))
    for number, told in objects.items():
        kind = told["type"]
        if kind.startswith("C_"):
            mode = c104.CommandMode.SELECT_AND_EXECUTE if told.get("select") else c104.CommandMode.DIRECT
            related = {"related_io_address": told["related"], "related_io_autoreturn": True} if "related" in told else {}
            point = station.add_point(int(number), getattr(c104.Type, kind), command_mode=mode, **related)
            point.on_receive(commanded)
        else:
            point = station.add_point(int(number), getattr(c104.Type, kind))
            point.info = typed(kind, told["value"], told.get("quality", 0), told.get("at"))
server.start()
print("ready", flush=True)
for line in sys.stdin:
    request = json.loads(line)
    if "set" in request:
        common, number, value = request["set"]
        point = stations[common].get_point(number)
        point.value = type(point.value)(value)
        point.transmit(c104.Cot.SPONTANEOUS)
        print("null", flush=True)
    else:
        print(json.dumps(received.get(tuple(request["get"]))), flush=True)
server.stop()

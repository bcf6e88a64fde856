"""A BACnet/IP device of bacpypes3. Its port on the command line; the first line of stdin says what it has; then it says `ready`.

Given: {"inputs": count, "objects": {"type,instance": {property: value}}}. Then one request a line: {"set": [object, property, value]}.
"""

import asyncio
import json
import sys
from typing import Any

from bacpypes3.ipv4.app import NormalApplication
from bacpypes3.local.analog import AnalogInputObject, AnalogOutputObject, AnalogValueObject
from bacpypes3.local.binary import BinaryInputObject, BinaryOutputObject, BinaryValueObject
from bacpypes3.local.device import DeviceObject
from bacpypes3.local.multistate import MultiStateInputObject, MultiStateValueObject
from bacpypes3.object import CharacterStringValueObject, IntegerValueObject, LargeAnalogValueObject, PositiveIntegerValueObject
from bacpypes3.pdu import IPv4Address

KINDS: dict[str, Any] = {
    "analog-input": AnalogInputObject, "analog-output": AnalogOutputObject, "analog-value": AnalogValueObject,
    "binary-input": BinaryInputObject, "binary-output": BinaryOutputObject, "binary-value": BinaryValueObject,
    "multi-state-input": MultiStateInputObject, "multi-state-value": MultiStateValueObject,
    "characterstring-value": CharacterStringValueObject, "integer-value": IntegerValueObject,
    "large-analog-value": LargeAnalogValueObject, "positive-integer-value": PositiveIntegerValueObject,
}  # fmt: skip


def made(name: str, told: dict[str, Any]) -> Any:
    kind = name.split(",", maxsplit=1)[0]
    more: dict[str, Any] = {"statusFlags": [0, 0, 0, 0], "eventState": "normal", "outOfService": False}
    if kind.startswith("analog"):
        more |= {"units": "degreesCelsius", "covIncrement": 0.1}
    if kind in ("binary-input", "binary-output"):
        more |= {"polarity": "normal"}
    if kind.startswith("multi"):
        more |= {"numberOfStates": 4}
    if kind.endswith("output"):
        more |= {"relinquishDefault": 0.0 if kind.startswith("analog") else "inactive"}
    return KINDS[kind](objectIdentifier=name, objectName=told.pop("objectName", name), **(more | told))


async def main() -> None:
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    given = json.loads(await reader.readline())
    device = DeviceObject(objectIdentifier="device,1234", objectName="peer", vendorIdentifier=999, maxApduLengthAccepted=1476)
    app = NormalApplication(device, IPv4Address(f"127.0.0.1/32:{sys.argv[1]}"))
    objects = {f"analog-input,{i}": made(f"analog-input,{i}", {"presentValue": i * 0.5}) for i in range(given.get("inputs", 0))}
    objects |= {name: made(name, dict(told)) for name, told in given.get("objects", {}).items()}
    for found in objects.values():
        app.add_object(found)
    await asyncio.gather(*app.normal.server._transport_tasks)
    print("ready", flush=True)
    while line := await reader.readline():
        name, attribute, value = json.loads(line)["set"]
        setattr(objects[name], attribute, value)
        print("null", flush=True)


asyncio.run(main())

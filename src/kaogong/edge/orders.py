"""Orders from the platform: commands that write points, each with its answer."""

import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any

from kaogong.core import clock
from kaogong.core.errors import ConfigInvalid, KaogongError, Missing
from kaogong.core.reading import Value

log = logging.getLogger("kaogong.edge")

# device, command, arguments -> what the points read afterwards
Obey = Callable[[str, str, Mapping[str, Value]], Awaitable[Mapping[str, Value]]]


async def answered(body: bytes, obey: Obey) -> tuple[str, bytes] | None:
    """Carry out one order: its number and the answer for the platform; None for what is no order."""
    try:
        told = json.loads(body)
        number, device, name, arguments = str(told["id"]), str(told["device"]), str(told["name"]), dict(told["arguments"])
        expires_at = datetime.fromisoformat(told["expires_at"])
    except (ValueError, KeyError, TypeError):
        log.warning("a command that cannot be read is left alone")
        return None
    try:
        if expires_at <= clock.now():
            raise ConfigInvalid("The command came too late: it was to be carried out before then.", code="command_expired")
        values = await obey(device, name, arguments)
    except KaogongError as err:
        log.warning("command %s of %s: %s", name, device, err.message)
        answer: dict[str, Any] = {"ok": False, "reason": err.message, "code": err.stable_code}
    else:
        log.info("command %s of %s: %s", name, device, ", ".join(f"{k} is {v}" for k, v in values.items()))
        answer = {"ok": True, "values": dict(values)}
    return number, json.dumps(answer, ensure_ascii=False).encode()


def value_for(command: str, argument: str, arguments: Mapping[str, Value]) -> Value:
    """The value of an argument; Missing names it."""
    if argument in arguments:
        return arguments[argument]
    if len(arguments) == 1:
        return next(iter(arguments.values()))
    raise Missing(f"The command {command!r} came without its argument {argument!r}.", code="argument_missing")

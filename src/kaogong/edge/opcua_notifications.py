"""What an OPC UA server publishes, decoded a column at a time (Part 6, 5.2): asyncua makes six objects a value, which is most of its cost."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from typing import Any, NamedTuple

from asyncua import ua
from asyncua.client.ua_client import UaClient
from asyncua.client.ua_session import UaSession
from asyncua.common.utils import Buffer, NotEnoughData
from asyncua.ua.ua_binary import struct_from_binary

PUBLISH_RESPONSE = b"\x01\x00" + struct.pack("<H", ua.ObjectIds.PublishResponse_Encoding_DefaultBinary)
DATA_CHANGE = b"\x01\x00" + struct.pack("<H", ua.ObjectIds.DataChangeNotification_Encoding_DefaultBinary) + b"\x01"
HEADER = struct.Struct("<qIIBiHB")  # time, handle, result, no diagnostics, no strings, no additional header

# Variant types of a fixed size, by their number (Part 6, table 1).
CODES = {1: "?", 2: "b", 3: "B", 4: "h", 5: "H", 6: "i", 7: "I", 8: "q", 9: "Q", 10: "f", 11: "d"}
VALUE, STATUS, SOURCE, SERVER = 1, 2, 4, 8


class Change(NamedTuple):
    """One value as the server told it; times are in 100 ns since 1601, 0 where it gave none."""

    handle: int
    value: Any
    status: int
    source: int
    server: int


@dataclass(slots=True)
class Changes:
    """One DataChangeNotification: `plain` scalars of a fixed size, and by handle what asyncua had to decode."""

    plain: list[Change] = field(default_factory=list)
    odd: list[tuple[int, ua.DataValue]] = field(default_factory=list)


class _Layout:
    """How a monitored item lies on the wire when its value is a scalar: handle, mask, type, value, then what the mask says."""

    def __init__(self, mask: int, code: str) -> None:
        parts = [(STATUS, "I"), (SOURCE, "q"), (SERVER, "q")]
        self.struct = struct.Struct("<IBB" + code + "".join(c for bit, c in parts if mask & bit))
        self.size = self.struct.size
        self.mark = mask
        places, at = [], 4
        for bit, _ in parts:
            places.append(at if mask & bit else None)
            at += bool(mask & bit)
        self.status, self.source, self.server = places

    def change(self, fields: tuple[Any, ...]) -> Change:
        status, source, server = self.status, self.source, self.server
        return Change(
            fields[0],
            fields[3],
            fields[status] if status else 0,
            fields[source] if source else 0,
            fields[server] if server else 0,
        )

    def run(self, data: bytes, at: int, count: int) -> Iterator[Change]:
        """`count` items of this layout, one behind the other."""
        columns = list(zip(*self.struct.iter_unpack(data[at : at + count * self.size]), strict=True))
        none = (0,) * count
        status, source, server = (columns[place] if place else none for place in (self.status, self.source, self.server))
        return map(Change._make, zip(columns[0], columns[3], status, source, server, strict=True))


LAYOUTS = {
    mask | number << 8: _Layout(mask, code) for mask, (number, code) in product([VALUE | rest for rest in range(0, 16, 2)], CODES.items())
}


class Session(UaSession):  # type: ignore[misc]
    """A session whose publish answers hold `Changes` where the server sends data changes, and asyncua's objects otherwise."""

    @classmethod
    def put_into(cls, client: UaClient) -> None:
        """Make `client`, which has not connected yet, use such a session."""
        client.session = cls(client)

    async def publish(self, acks: list[ua.SubscriptionAcknowledgement]) -> ua.PublishResponse:
        """Send a PublishRequest; the answer when it comes."""
        request = ua.PublishRequest()
        request.Parameters.SubscriptionAcknowledgements = acks or []
        data = await self._send_request(request, timeout=0)
        body = bytes(data.copy().read(len(data)))
        try:
            return decoded(body) or struct_from_binary(ua.PublishResponse, data)
        except (struct.error, IndexError, ValueError, TypeError, NotEnoughData) as err:
            raise ua.uaerrors.UaStructParsingError from err


def decoded(body: bytes) -> ua.PublishResponse | None:
    """The answer of a server, None where it is of another shape than the plainest."""
    if not body.startswith(PUBLISH_RESPONSE):
        return None
    _, handle, result, diagnostics, strings, additional, encoding = HEADER.unpack_from(body, 4)
    if result or diagnostics or strings > 0 or additional or encoding:
        return None
    at = 4 + HEADER.size
    subscription, available = struct.unpack_from("<Ii", body, at)
    at += 8 + 4 * max(available, 0)
    more, sequence, _, count = struct.unpack_from("<?Iqi", body, at)
    at += 17
    found: list[Any] = []
    for _ in range(max(count, 0)):
        if body[at : at + 5] != DATA_CHANGE:
            return None
        (size,) = struct.unpack_from("<i", body, at + 5)
        at += 9
        found.append(_changes(body, at))
        at += size
    answer = ua.PublishResponse()
    answer.ResponseHeader.RequestHandle = handle
    told = answer.Parameters
    told.SubscriptionId, told.MoreNotifications = subscription, more
    told.NotificationMessage.SequenceNumber, told.NotificationMessage.NotificationData = sequence, found
    return answer


def _changes(body: bytes, at: int) -> Changes:
    (count,) = struct.unpack_from("<i", body, at)
    at += 4
    changes = Changes()
    while count > 0:
        key = body[at + 4] | body[at + 5] << 8
        layout = LAYOUTS.get(key)
        if layout is None:
            handle, at, value = _odd(body, at)
            changes.odd.append((handle, value))
            count -= 1
            continue
        size = layout.size
        end = at + count * size
        same = count if end <= len(body) and _is_uniform(body, at, end, size, count) else 1
        if same == 1:
            changes.plain.append(layout.change(layout.struct.unpack_from(body, at)))
        else:
            changes.plain.extend(layout.run(body, at, same))
        at += same * size
        count -= same
    return changes


def _is_uniform(body: bytes, at: int, end: int, size: int, count: int) -> bool:
    """Whether all that is left has one layout: two comparisons in C."""
    mask, kind = body[at + 4 : at + 5], body[at + 5 : at + 6]
    return body[at + 4 : end : size] == mask * count and body[at + 5 : end : size] == kind * count


def _odd(body: bytes, at: int) -> tuple[int, int, ua.DataValue]:
    (handle,) = struct.unpack_from("<I", body, at)
    rest = Buffer(body, at + 4)
    value = struct_from_binary(ua.DataValue, rest)
    return handle, rest.cur_pos, value

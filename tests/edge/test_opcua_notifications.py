"""A server's publish answers, decoded by columns, say what asyncua says of the same bytes."""

from datetime import UTC, datetime
from typing import Any

import pytest
from asyncua import ua
from asyncua.ua.ua_binary import struct_from_binary, struct_to_binary

from kaogong.edge.opcua_notifications import Changes, decoded

AT = datetime(2026, 11, 21, 8, 0, 0, 250_000, tzinfo=UTC)
TICKS = 116_444_736_000_000_000 + round(AT.timestamp() * 1000) * 10_000


def answer(*values: ua.DataValue, result: int = 0) -> bytes:
    """The bytes of a publish answer that holds `values`, numbered from 0."""
    items = [ua.MonitoredItemNotification(i, value) for i, value in enumerate(values)]
    message = ua.NotificationMessage(7, AT, [ua.DataChangeNotification(items, [])])  # type: ignore[list-item]
    told = ua.PublishResponse()
    told.ResponseHeader.RequestHandle = 12
    told.ResponseHeader.ServiceResult = ua.StatusCode(result)
    told.Parameters = ua.PublishResult(3, [5, 6], True, message)
    return bytes(struct_to_binary(told))


def value(raw: Any, kind: ua.VariantType, **more: Any) -> ua.DataValue:
    return ua.DataValue(ua.Variant(raw, kind), **more)


def test_one_kind_of_values_and_many_kinds_are_read_alike() -> None:
    kinds = [(True, "Boolean"), (-3, "SByte"), (200, "Byte"), (-300, "Int16"), (60_000, "UInt16"), (-70_000, "Int32")]
    kinds += [(2**31, "UInt32"), (-(2**40), "Int64"), (2**63, "UInt64"), (1.5, "Float"), (0.1, "Double")]
    for made in (
        [value(i + 0.5, ua.VariantType.Double, SourceTimestamp=AT) for i in range(40)],
        [value(v, ua.VariantType[k]) for v, k in kinds],
    ):
        body = answer(*made)
        told = decoded(body)
        plainly = struct_from_binary(ua.PublishResponse, ua.utils.Buffer(body))
        assert told is not None
        assert (told.Parameters.SubscriptionId, told.Parameters.NotificationMessage.SequenceNumber) == (3, 7)
        (changes,) = told.Parameters.NotificationMessage.NotificationData
        items = plainly.Parameters.NotificationMessage.NotificationData[0].MonitoredItems
        assert isinstance(changes, Changes)
        assert not changes.odd
        assert [(c.handle, c.value) for c in changes.plain] == [(i.ClientHandle, i.Value.Value.Value) for i in items]
        assert {c.source for c in changes.plain} == {TICKS if made[0].SourceTimestamp else 0}


def test_texts_arrays_and_picoseconds_take_the_slow_way_among_the_others() -> None:
    made = [
        value(1.5, ua.VariantType.Double),
        value("RUN", ua.VariantType.String),
        value([1, 2], ua.VariantType.Int32),
        value(2.5, ua.VariantType.Double, StatusCode=ua.StatusCode(ua.StatusCodes.UncertainLastUsableValue), ServerTimestamp=AT),
        value(3.5, ua.VariantType.Double, SourceTimestamp=AT, SourcePicoseconds=7),
        ua.DataValue(StatusCode=ua.StatusCode(ua.StatusCodes.BadSensorFailure)),
        value(4.5, ua.VariantType.Double),
    ]
    told = decoded(answer(*made))
    assert told is not None
    (changes,) = told.Parameters.NotificationMessage.NotificationData
    assert [(c.handle, c.value) for c in changes.plain] == [(0, 1.5), (3, 2.5), (6, 4.5)]
    assert (changes.plain[1].status, changes.plain[1].server) == (ua.StatusCodes.UncertainLastUsableValue, TICKS)
    assert [handle for handle, _ in changes.odd] == [1, 2, 4, 5]
    assert changes.odd[0][1].Value.Value == "RUN"
    assert changes.odd[2][1].SourcePicoseconds == 7


@pytest.mark.parametrize("body", [b"\x01\x00\x8d\x01" + bytes(40), answer(value(1.0, ua.VariantType.Double), result=0x80050000)])
def test_any_other_answer_is_left_to_asyncua(body: bytes) -> None:
    assert decoded(body) is None

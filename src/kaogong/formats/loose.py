"""The second look at a JSON body that the fast parser refused or that may say one key twice."""

import json
from collections.abc import Callable
from typing import Any

import orjson

SLOW_LIMIT = 1024 * 1024  # the second look is fifty times slower than the first
_WORTH_A_LOOK = (b"NaN", b"Infinity", b"\\ud", b"\\uD", b"e", b"E", b"\xef\xbb\xbf")


class Unreadable(Exception):
    """The body is no JSON; the text says why and where."""


def reread(data: bytes, cause: orjson.JSONDecodeError) -> Any:
    """The body with NaN, Infinity, overflowing numbers, lone surrogates and a byte order mark let through.

    They spoil single values, which are refused one by one; everything else in the message is good.
    """
    if len(data) > SLOW_LIMIT or not any(mark in data for mark in _WORTH_A_LOOK):
        raise Unreadable(str(cause))
    try:
        return json.loads(data.decode("utf-8-sig"), parse_int=_whole)
    except (ValueError, RecursionError):
        raise Unreadable(str(cause)) from None


def _whole(digits: str) -> int | float:
    number = int(digits) if len(digits) <= 20 else 2**64
    return number if -(2**63) <= number < 2**64 else float(digits)


def repeated_keys(data: bytes, count: Callable[[Any], int]) -> list[tuple[str, int]]:
    """Keys that one object says twice, with the number of samples the former saying held; [] for a body too long to look twice."""
    found: list[tuple[str, int]] = []
    if len(data) > SLOW_LIMIT:
        return found

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        out: dict[str, Any] = {}
        for key, value in items:
            if key in out:
                found.append((key, count(out[key])))
            out[key] = value
        return out

    try:
        json.loads(data, object_pairs_hook=pairs)
    except (ValueError, RecursionError):
        return []
    return found


def pairs_in(body: Any) -> int:
    """How many `key: value` pairs a parsed body holds, at every depth."""
    count = 0
    waiting = [body]
    while waiting:
        item = waiting.pop()
        if type(item) is dict:
            count += len(item)
            waiting.extend(v for v in item.values() if type(v) in (dict, list))
        elif type(item) is list:
            waiting.extend(v for v in item if type(v) in (dict, list))
    return count

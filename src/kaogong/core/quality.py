"""Quality of a sample: OPC UA status codes (OPC UA Part 4, 7.39 and Part 8), kept as UInt32."""

from enum import IntEnum


class Quality(IntEnum):
    """The status codes the platform itself assigns; any other OPC UA code is kept as it came."""

    GOOD = 0x00000000
    GOOD_EDITED = 0x00DC0000
    UNCERTAIN = 0x40000000
    UNCERTAIN_LAST_USABLE = 0x40900000
    UNCERTAIN_EU_EXCEEDED = 0x40940000
    UNCERTAIN_SUB_NORMAL = 0x40950000
    BAD = 0x80000000
    BAD_COMMUNICATION_ERROR = 0x80050000
    BAD_TIMEOUT = 0x800A0000
    BAD_NO_COMMUNICATION = 0x80310000
    BAD_NODE_UNKNOWN = 0x80340000
    BAD_TYPE_MISMATCH = 0x80740000
    BAD_CONFIGURATION_ERROR = 0x80890000
    BAD_NOT_CONNECTED = 0x808A0000
    BAD_DEVICE_FAILURE = 0x808B0000
    BAD_SENSOR_FAILURE = 0x808C0000
    BAD_OUT_OF_SERVICE = 0x808D0000


def severity(code: int) -> str:
    """`good`, `uncertain` or `bad`: the top two bits of the status code."""
    return ("good", "uncertain", "bad", "bad")[(code >> 30) & 0x3]


def reason(code: int) -> str:
    """The code's symbolic name in lower case, or its hexadecimal form where the platform has no name for it."""
    try:
        return Quality(code).name.lower()
    except ValueError:
        return f"0x{code:08X}"

"""Why a message or a sample could not be used: stable codes that devices, screens and dead letters share."""

from enum import StrEnum

MAX_BODY = 8 * 1024 * 1024  # the broker's max_payload; one message never holds more
MAX_TEXT = 64 * 1024  # one text or JSON value


REFUSED_MARK = b"\xffSPB "  # before what the Sparkplug host could not use: its words, a line end, and the message as it came


class Reason(StrEnum):
    """The code of a reject; `detail` beside it says what to do in words."""

    JSON_INVALID = "json_invalid"
    BODY_TOO_LARGE = "body_too_large"
    BATCH_SHAPE = "batch_shape"
    SPARKPLUG_INVALID = "sparkplug_invalid"
    WAVEFORM_SHAPE = "waveform_shape"
    KEY_INVALID = "key_invalid"
    DEVICE_UNKNOWN = "device_unknown"
    NOT_ASSIGNED = "not_assigned"
    NOT_BOUND = "not_bound"
    PROPERTY_UNKNOWN = "property_unknown"
    DUPLICATE = "duplicate"
    TYPE_MISMATCH = "type_mismatch"
    NOT_FINITE = "not_finite"
    ENUM_UNKNOWN = "enum_unknown"
    TEXT_INVALID = "text_invalid"
    QUALITY_INVALID = "quality_invalid"
    UNIT_UNKNOWN = "unit_unknown"
    UNIT_INCOMPATIBLE = "unit_incompatible"
    TIME_INVALID = "time_invalid"
    TIME_IN_SECONDS = "time_in_seconds"
    TIME_IN_FUTURE = "time_in_future"
    TIME_TOO_OLD = "time_too_old"

"""The failure kinds of the platform: the kind decides what every caller does next."""

from collections.abc import Mapping
from typing import Any, ClassVar


class KaogongError(Exception):
    """Base of every error the platform names itself.

    `code` is stable and documented; `message` tells an engineer what to do; `details` is JSON-safe
    data for the screen (field, limit, since …). Errors travel over HTTP, the bus and the CLI alike.
    """

    code: ClassVar[str] = "internal"
    retry_after_s: float | None = None

    def __init__(self, message: str, *, code: str | None = None, retry_after_s: float | None = None, **details: Any) -> None:
        super().__init__(message)
        self.message = message
        self.details: Mapping[str, Any] = details
        self._code = code
        self.retry_after_s = retry_after_s

    @property
    def stable_code(self) -> str:
        """The code outsiders may rely on: the kind's own, or a narrower one such as `unit_incompatible`."""
        return self._code or type(self).code

    def as_dict(self) -> dict[str, Any]:
        """The error as JSON for the bus; `from_dict` is its inverse."""
        return {
            "kind": type(self).code,
            "code": self.stable_code,
            "message": self.message,
            "retry_after_s": self.retry_after_s,
            "details": dict(self.details),
        }

    @staticmethod
    def from_dict(data: Mapping[str, Any]) -> "KaogongError":
        """Rebuild an error that crossed the bus; an unknown kind becomes the base class."""
        kind = KINDS.get(str(data.get("kind")), KaogongError)
        return kind(
            str(data.get("message", "")),
            code=data.get("code"),
            retry_after_s=data.get("retry_after_s"),
            **dict(data.get("details") or {}),
        )


class ConfigInvalid(KaogongError):
    """What was written cannot work: names the field and what to write instead."""

    code = "config_invalid"


class AuthRejected(KaogongError):
    """The credential is missing, wrong, expired or revoked."""

    code = "auth_rejected"


class Denied(KaogongError):
    """The caller is known and may not do this."""

    code = "denied"


class Missing(KaogongError):
    """No such thing, or not one this caller may know of."""

    code = "missing"


class Conflict(KaogongError):
    """The thing changed meanwhile, exists already or is in use."""

    code = "conflict"


class Overloaded(KaogongError):
    """Refused to stay up; try again after `retry_after_s`."""

    code = "overloaded"


class TooLarge(KaogongError):
    """Over a stated limit; `details["limit"]` names it."""

    code = "too_large"


class NotReady(KaogongError):
    """The other side does not answer now; the caller backs off and keeps what it has."""

    code = "not_ready"


KINDS: Mapping[str, type[KaogongError]] = {
    kind.code: kind for kind in (ConfigInvalid, AuthRejected, Denied, Missing, Conflict, Overloaded, TooLarge, NotReady)
}

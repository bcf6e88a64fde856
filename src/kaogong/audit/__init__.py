"""Who did what, in one hash chain a tenant.

Owns the log and its check; may use core and db.
Called inside the transaction of every verb that changes something, and by the API to show and verify the log.
"""

from kaogong.audit.service import entries, record, verify
from kaogong.audit.types import Entry, Filters

__all__ = ["Entry", "Filters", "entries", "record", "verify"]

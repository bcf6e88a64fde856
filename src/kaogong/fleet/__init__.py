"""The server's side of what is out on the floor: commands to devices and their answers, edge nodes and what they report.

May use registry, audit, db and the bus. Called by the api (people) and followed by the serving process.
"""

from kaogong.fleet.catalogue import Operation, operations
from kaogong.fleet.commands import (
    Circumstances,
    CommandRecord,
    CommandState,
    Order,
    Target,
    approve_command,
    check_command,
    fail_command,
    get_command,
    held_commands,
    list_commands,
    record_command,
    reject_command,
    release_command,
    take_answer,
    target,
)
from kaogong.fleet.nodes import DeviceSource, StoredReport, connection_of, follow_reports, report, reports, sources
from kaogong.fleet.replies import follow_replies
from kaogong.fleet.sparkplug import SparkplugHost
from kaogong.fleet.words import Sentence

__all__ = [
    "Circumstances",
    "CommandRecord",
    "CommandState",
    "DeviceSource",
    "Operation",
    "Order",
    "Sentence",
    "SparkplugHost",
    "StoredReport",
    "Target",
    "approve_command",
    "check_command",
    "connection_of",
    "fail_command",
    "follow_replies",
    "follow_reports",
    "get_command",
    "held_commands",
    "list_commands",
    "operations",
    "record_command",
    "reject_command",
    "release_command",
    "report",
    "reports",
    "sources",
    "take_answer",
    "target",
]

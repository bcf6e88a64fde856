"""The server's side of what is out on the floor: commands to devices and their answers, edge nodes and what they report.

May use registry, audit, db and the bus. Called by the api (people) and followed by the serving process.
"""

from kaogong.fleet.commands import (
    CommandRecord,
    CommandState,
    fail_command,
    get_command,
    list_commands,
    record_command,
    take_answer,
)
from kaogong.fleet.nodes import DeviceSource, StoredReport, connection_of, follow_reports, report, reports, sources
from kaogong.fleet.replies import follow_replies
from kaogong.fleet.sparkplug import SparkplugHost
from kaogong.fleet.words import Sentence

__all__ = [
    "CommandRecord",
    "CommandState",
    "DeviceSource",
    "Sentence",
    "SparkplugHost",
    "StoredReport",
    "connection_of",
    "fail_command",
    "follow_replies",
    "follow_reports",
    "get_command",
    "list_commands",
    "record_command",
    "report",
    "reports",
    "sources",
    "take_answer",
]

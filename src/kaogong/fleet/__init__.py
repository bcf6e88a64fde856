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
from kaogong.fleet.replies import follow_replies

__all__ = [
    "CommandRecord",
    "CommandState",
    "fail_command",
    "follow_replies",
    "get_command",
    "list_commands",
    "record_command",
    "take_answer",
]

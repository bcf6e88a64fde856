"""Starts, watches and stops the processes of `kaogong up`, and looks after the home folder while it does.

May use bus and core. Called by the `up` and `doctor` commands alone.
"""

from kaogong.supervisor.children import Broker, Child, Command, Supervisor
from kaogong.supervisor.home import Ballast, Secrets, clear_leftovers, ensure_secrets, locked, running, write_secret
from kaogong.supervisor.ports import free_port, is_free, is_loopback, raise_file_limit

__all__ = [
    "Ballast",
    "Broker",
    "Child",
    "Command",
    "Secrets",
    "Supervisor",
    "clear_leftovers",
    "ensure_secrets",
    "free_port",
    "is_free",
    "is_loopback",
    "locked",
    "raise_file_limit",
    "running",
    "write_secret",
]

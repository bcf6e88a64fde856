"""Finds the ports to listen on, and raises what the kernel lets one process hold."""

import resource
import socket
from ipaddress import ip_address

from kaogong.core.errors import Conflict

TRIES = 100


def is_free(host: str, port: int) -> bool:
    """Whether a server could listen there now."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def free_port(host: str, wanted: int, taken: frozenset[int] = frozenset()) -> int:
    """`wanted` or the next free port; with 0 whatever the kernel gives. Conflict when a hundred are taken."""
    if wanted == 0:
        return _any_port(host, taken)
    for port in range(wanted, min(wanted + TRIES, 65536)):
        if port not in taken and is_free(host, port):
            return port
    raise Conflict(f"No port from {wanted} to {wanted + TRIES - 1} can be opened on {host}: choose another.", code="port_taken")


def _any_port(host: str, taken: frozenset[int]) -> int:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    while True:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            try:
                probe.bind((host, 0))
            except OSError as err:
                raise Conflict(f"{host} is not an address of this machine: {err.strerror}.", code="host_unknown", field="host") from err
            port: int = probe.getsockname()[1]
        if port not in taken:
            return port


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach `host`."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def raise_file_limit() -> tuple[int, int]:
    """Raise the soft limit of open files to the hard one; (before, now)."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return soft, hard

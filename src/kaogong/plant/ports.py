"""Free ports on loopback, the same as last time where possible, so that a restart does not change the edge node's configuration."""

import socket


def listener_port(preferred: int | None) -> int:
    """`preferred` when nobody listens there, else a free one."""
    for port in (preferred, 0):
        if port is None:
            continue
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise OSError("There is no free port on 127.0.0.1.")

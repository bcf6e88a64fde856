"""The dlt645 package's meter, run by the peers' interpreter: its values come in as JSON, the number of connections goes out."""

import json
import sys
import threading

from dlt645 import MeterServerService  # type: ignore[import-not-found]


class Counter:
    """Tells how many clients are connected, whenever that changes."""

    def __init__(self) -> None:
        self._connected = 0
        self._lock = threading.Lock()

    def add(self, step: int) -> None:
        with self._lock:
            self._connected += step
            tell(str(self._connected))


def tell(words: str) -> None:
    sys.stdout.write(words + "\n")
    sys.stdout.flush()


given = json.loads(sys.stdin.readline())
counter = Counter()
meter = MeterServerService.new_tcp_server(
    "127.0.0.1", int(sys.argv[1]), 60.0, on_connect=lambda _: counter.add(1), on_disconnect=lambda _: counter.add(-1)
)
# The package takes the address as it stands on the wire, last digits first.
meter.set_address(bytes.fromhex(given["meter"])[::-1])
meter.set_password(given["password"])
for di, value in given["values"].items():
    set_value = {"00": meter.set_00, "02": meter.set_02, "04": meter.set_04}[di[:2]]
    if not set_value(int(di, 16), value):
        raise SystemExit(f"{di} takes no {value}")
meter.server.start()
tell("ready")
sys.stdin.read()

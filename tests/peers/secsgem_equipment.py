"""Equipment of secsgem. Its port on the command line; the first line of stdin says what it has; then it says `ready`.

Given: {"floats": count, "variables": {id: [name, unit, type, value]}, "constants": {id: [name, min, max, type, value]},
"data": {id: [name, type, value]}, "events": {id: name}}. Then one request a line: {"set": [kind, id, value]}, {"trigger": id}, {"seen": command}.
"""

import contextlib
import json
import logging
import socket
import sys
import threading
import time
from typing import Any

import secsgem.common
import secsgem.gem
import secsgem.hsms
from secsgem.secs import variables

logging.disable(logging.CRITICAL)
given = json.loads(sys.stdin.readline())


class Equipment(secsgem.gem.GemEquipmentHandler):
    def __init__(self, settings: Any) -> None:
        super().__init__(settings)
        self.seen: dict[str, Any] = {}
        self.MDLN, self.SOFTREV = "peer", "1"
        for i in range(given.get("floats", 0)):
            self._status_variables[10000 + i] = sv = secsgem.gem.StatusVariable(10000 + i, f"float {i}", "degC", variables.F8, False)
            sv.value = i * 0.5
        for key, (name, unit, kind, value) in given.get("variables", {}).items():
            number = int(key) if key.isdigit() else key
            self._status_variables[number] = sv = secsgem.gem.StatusVariable(number, name, unit, getattr(variables, kind), False)
            sv.value = value
        for key, (name, low, high, kind, value) in given.get("constants", {}).items():
            ec = secsgem.gem.EquipmentConstant(int(key), name, low, high, value, "mm", getattr(variables, kind), False)
            self._equipment_constants[int(key)] = ec
            ec.value = value
        for key, (name, kind, value) in given.get("data", {}).items():
            dv = secsgem.gem.DataValue(int(key), name, getattr(variables, kind), False)
            self._data_values[int(key)] = dv
            dv.value = value
        for key, name in given.get("events", {}).items():
            self._collection_events[int(key)] = secsgem.gem.CollectionEvent(int(key), name, [])
        self._remote_commands["START"].params = ["RECIPE"]

    def _on_rcmd_START(self, **parameters: Any) -> None:
        self.seen["START"] = parameters

    def set(self, kind: str, number: int, value: Any) -> None:
        held = {"sv": self._status_variables, "ec": self._equipment_constants, "dv": self._data_values}[kind]
        held[number].value = value


def front(outside: socket.socket, inside: int) -> None:
    """secsgem stops listening while it has a host and for a while after: whoever comes then is held here, not refused."""

    def passed(source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                target.sendall(data)
        for end in (source, target):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    one_at_a_time = threading.Lock()

    def served(host: socket.socket) -> None:
        with one_at_a_time:
            serve(host)
            time.sleep(0.1)  # its threads of the former connection undo what those of the next one have set

    def serve(host: socket.socket) -> None:
        while True:
            with contextlib.suppress(ConnectionRefusedError):
                equipment = socket.create_connection(("127.0.0.1", inside))
                break
            time.sleep(0.02)
        time.sleep(0.05)  # it starts to listen to what is said before it knows that it is connected
        back = threading.Thread(target=passed, args=(equipment, host), daemon=True)
        back.start()
        passed(host, equipment)
        back.join()
        host.close()
        equipment.close()

    while True:
        threading.Thread(target=served, args=(outside.accept()[0],), daemon=True).start()


outside, spare = socket.create_server(("127.0.0.1", int(sys.argv[1]))), socket.create_server(("127.0.0.1", 0))
inside = spare.getsockname()[1]
spare.close()
threading.Thread(target=front, args=(outside, inside), daemon=True).start()
settings = secsgem.hsms.HsmsSettings(
    address="127.0.0.1",
    port=inside,
    connect_mode=secsgem.hsms.HsmsConnectMode.PASSIVE,
    device_type=secsgem.common.DeviceType.EQUIPMENT,
    session_id=0,
)
equipment = Equipment(settings)
equipment.enable()
print("ready", flush=True)
for line in sys.stdin:
    request = json.loads(line)
    answer = None
    if "set" in request:
        equipment.set(*request["set"])
    elif "trigger" in request:
        equipment.trigger_collection_events([request["trigger"]])
    else:
        answer = equipment.seen.get(request["seen"])
    print(json.dumps(answer), flush=True)
equipment.disable()

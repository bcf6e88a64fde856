"""A Sparkplug edge node by the pysparkplug package, run by the peers' interpreter; it does what comes on stdin, a JSON object a line."""

import json
import sys
import time
from typing import Any

import pysparkplug as spb  # type: ignore[import-not-found]

given: dict[str, Any] = json.loads(sys.stdin.readline())


def metric(name: str, value: Any) -> Any:
    kinds = {bool: spb.DataType.BOOLEAN, int: spb.DataType.INT32, float: spb.DataType.DOUBLE, str: spb.DataType.STRING}
    return spb.Metric(timestamp=round(time.time() * 1000), name=name, datatype=kinds[type(value)], value=value)


def tell(**words: Any) -> None:
    sys.stdout.write(json.dumps(words) + "\n")
    sys.stdout.flush()


def commanded(_: Any, message: Any) -> None:
    tell(command={m.name: m.value for m in message.payload.metrics})


client = spb.Client(client_id=given["client_id"], username=given["username"], password=given["password"])
node = spb.EdgeNode(
    group_id=given["group"],
    edge_node_id=given["node"],
    metrics=[metric(n, v) for n, v in given["metrics"].items()],
    client=client,
    cmd_callback=commanded,
)
for name, metrics in given["devices"].items():
    node.register(spb.Device(device_id=name, metrics=[metric(n, v) for n, v in metrics.items()]))
node.connect(given["host"], port=given["port"], keepalive=5)
tell(connected=True)
for line in sys.stdin:
    order = json.loads(line)
    changed = [metric(n, v) for n, v in order["metrics"].items()]
    if order["device"]:
        node.update_device(order["device"], changed)
    else:
        node.update(changed)

"""OPC UA servers whose every monitored item changes once a second: `python -m bench.floor.opcua RECORD.json`.

Channels and sessions are asyncua's. Subscriptions are answered here, as its own server manages some thousand changes a second and no more.
Every value is just above the number of its change, so the record (how many changes there were) says what must have arrived.
"""

import asyncio
import json
import logging
import signal
import struct
import sys
import time
from collections import deque
from pathlib import Path
from typing import Any

from asyncua import Server, ua
from asyncua.server.uaprocessor import UaProcessor
from asyncua.ua.ua_binary import struct_from_binary

TICKS_1970 = 116_444_736_000_000_000
ITEM = struct.Struct("<IBBdqq")  # handle, value and both times, double


def _is(typeid: ua.NodeId, name: str) -> bool:
    return typeid.Identifier == getattr(ua.ObjectIds, f"{name}Request_Encoding_DefaultBinary")


class Subscriber(UaProcessor):
    """One connection; what it monitors and the publish requests it has sent."""

    everyone: "list[Subscriber]" = []  # noqa: RUF012

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.handles: dict[int, list[int]] = {}
        self.waiting: deque[tuple[Any, Any]] = deque()
        self.sequence = 0
        Subscriber.everyone.append(self)

    async def _process_message(self, typeid: ua.NodeId, header: Any, sequence: Any, body: Any) -> bool:
        if _is(typeid, "CreateSubscription"):
            asked = struct_from_binary(ua.CreateSubscriptionParameters, body)
            answer = ua.CreateSubscriptionResponse()
            number = answer.Parameters.SubscriptionId = len(self.handles) + 1
            answer.Parameters.RevisedPublishingInterval = asked.RequestedPublishingInterval
            answer.Parameters.RevisedMaxKeepAliveCount = asked.RequestedMaxKeepAliveCount
            self.handles[number] = []
            self.send_response(header.RequestHandle, sequence, answer)
        elif _is(typeid, "CreateMonitoredItems"):
            wanted = struct_from_binary(ua.CreateMonitoredItemsParameters, body)
            self.handles[wanted.SubscriptionId] += [item.RequestedParameters.ClientHandle for item in wanted.ItemsToCreate]
            made = ua.CreateMonitoredItemsResponse()
            made.Results = [ua.MonitoredItemCreateResult() for _ in wanted.ItemsToCreate]
            self.send_response(header.RequestHandle, sequence, made)
        elif _is(typeid, "Publish"):
            self.waiting.append((header, sequence))
        else:
            return bool(await super()._process_message(typeid, header, sequence, body))
        return True

    def publish(self) -> None:
        """Send every item's change, unless the request to answer is missing: then there was none."""
        for number, handles in self.handles.items():
            if not self.waiting:
                continue
            header, sequence = self.waiting.popleft()
            self.sequence += 1
            ticks = TICKS_1970 + time.time_ns() // 100
            items = b"".join([ITEM.pack(handle, 0x0D, 11, self.sequence + 0.1, ticks, ticks) for handle in handles])
            data = struct.pack("<i", len(handles)) + items + struct.pack("<i", 0)
            told = struct.pack("<BBHqIIBiHB", 1, 0, 829, ticks, header.RequestHandle, 0, 0, 0, 0, 0)
            told += struct.pack("<Ii?Iqi", number, 0, False, self.sequence, ticks, 1)
            told += struct.pack("<BBHBi", 1, 0, 811, 1, len(data)) + data + struct.pack("<ii", 0, 0)
            self._transport.write(
                self._connection.message_to_binary(told, message_type=ua.MessageType.SecureMessage, request_id=sequence.RequestId)
            )


async def serve() -> dict[str, Any]:
    """Serve until told to end; how often everything has changed."""
    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    server = Server()
    await server.init()
    probe = await asyncio.start_server(lambda r, w: None, "127.0.0.1", 0)
    port = probe.sockets[0].getsockname()[1]
    probe.close()
    await probe.wait_closed()
    server.set_endpoint(f"opc.tcp://127.0.0.1:{port}/")
    await server.start()
    print(port, flush=True)
    due = time.monotonic() + 1
    while not ended.is_set():
        for one in Subscriber.everyone:
            one.publish()
        try:
            async with asyncio.timeout(max(due - time.monotonic(), 0.0)):
                await ended.wait()
        except TimeoutError:
            due += 1
    sent = [one.sequence for one in Subscriber.everyone if one.handles]
    cpu_s = time.process_time()
    await server.stop()
    return {"changes": min(sent, default=0), "cpu_s": cpu_s}


if __name__ == "__main__":
    logging.getLogger("asyncua").setLevel(logging.CRITICAL)
    import asyncua.server.binary_server_asyncio as listener

    listener.UaProcessor = Subscriber
    Path(sys.argv[1]).write_text(json.dumps(asyncio.run(serve())))

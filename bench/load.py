"""The load: thousands of MQTT 3.1.1 devices in one process on raw sockets, keeping its own record of what it sent.

Run as its own process, so its CPU is counted apart: `python -m bench.load PLAN.json RESULT.json`.
The record, not the platform's ledger, says what must be found by SQL afterwards.
"""

import contextlib
import json
import resource
import select
import socket
import sys
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

LOOK_S = 0.1
BACK_WITHIN_S = 180


@dataclass
class Plan:
    """What to send. `body` is JSON text with `%0` where the time in ms goes; `%1` to `%9` are the milliseconds after it."""

    host: str
    port: int
    devices: list[dict[str, str]]  # client, username, password, topic, body
    rate: float  # messages a second over all devices
    seconds: float
    qos: int = 0
    window: int = 16  # messages in flight a device at QoS 1
    times: int = 1  # how many of `%0` to `%9` a body holds
    until: str = ""  # a file that ends the run when it appears
    reconnect: bool = False  # come back after a cut and send again what was not acknowledged, as a good device does


@dataclass
class Record:
    """What one run sent; per device: messages sent, acknowledged, sum of their times in ms, first and last time."""

    connect_s: float = 0.0
    elapsed_s: float = 0.0
    cpu_s: float = 0.0
    sent: int = 0
    acked: int = 0
    behind: bool = False
    reconnects: int = 0
    ack_ms: list[float] = field(default_factory=list)
    devices: dict[str, list[int]] = field(default_factory=dict)


def _text(value: str) -> bytes:
    data = value.encode()
    return len(data).to_bytes(2, "big") + data


def _length(size: int) -> bytes:
    out = bytearray()
    while True:
        size, digit = divmod(size, 128)
        out.append(digit | (0x80 if size else 0))
        if not size:
            return bytes(out)


class Device:
    """One connection: a raw socket, its PUBLISH header ready made."""

    __slots__ = (
        "acked",
        "acked_sum",
        "body",
        "buffer",
        "inflight",
        "key",
        "last_ts",
        "packet_id",
        "qos",
        "sent",
        "sent_sum",
        "sock",
        "times",
        "topic",
    )

    def __init__(self, spec: dict[str, str], qos: int, times: int = 1) -> None:
        self.key, self.body, self.qos, self.times = spec["client"], spec["body"].encode(), qos, times
        self.topic = _text(spec["topic"])
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self.sent = self.acked = self.sent_sum = self.acked_sum = self.packet_id = self.last_ts = 0
        self.inflight: dict[int, tuple[int, float]] = {}
        self.buffer = b""

    def connect(self, plan: Plan, spec: dict[str, str]) -> None:
        """Open the socket and send CONNECT; the CONNACK is read later, so thousands connect at once."""
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sock.connect((plan.host, plan.port))
        variable = b"\x00\x04MQTT\x04\xc2\x00\x78" + _text(spec["client"]) + _text(spec["username"]) + _text(spec["password"])
        self.sock.sendall(b"\x10" + _length(len(variable)) + variable)

    def connected(self) -> None:
        """Wait for the CONNACK; a refusal at the start ends the run, since fewer devices prove nothing."""
        self.sock.settimeout(60)
        answer = self.sock.recv(4)
        if answer[:1] != b"\x20" or answer[3:4] != b"\x00":
            raise ConnectionRefusedError(f"{self.key} was refused: {answer!r}")
        self.sock.setblocking(False)

    def reconnect(self, plan: Plan, spec: dict[str, str]) -> None:
        """Connect again, for as long as a whole platform may take to start, and repeat what was not acknowledged."""
        deadline = time.perf_counter() + BACK_WITHIN_S
        while True:
            self.sock.close()
            self.sock, self.buffer = socket.socket(socket.AF_INET, socket.SOCK_STREAM), b""
            try:
                self.connect(plan, spec)
                self.connected()
                for packet_id, (ts, _) in list(self.inflight.items()):
                    self._send(self._packet(0x3A, ts, packet_id))
                return
            except OSError:
                if time.perf_counter() > deadline:
                    raise
                time.sleep(0.1)

    def publish(self, now_ms: int) -> None:
        """Send one message stamped `now_ms`, or the next free millisecond of this device."""
        ts = max(now_ms, self.last_ts + 1)
        self.last_ts = ts + self.times - 1
        self.sent += 1
        self.sent_sum += ts
        if self.qos:
            self.packet_id = self.packet_id % 65535 + 1
            self.inflight[self.packet_id] = (ts, time.perf_counter())
        self._send(self._packet(0x32 if self.qos else 0x30, ts, self.packet_id))

    def _packet(self, head: int, ts: int, packet_id: int) -> bytes:
        body = self.body
        for n in range(self.times):
            body = body.replace(b"%%%d" % n, b"%d" % (ts + n))
        rest = self.topic + (packet_id.to_bytes(2, "big") if self.qos else b"") + body
        return bytes([head]) + _length(len(rest)) + rest

    def _send(self, data: bytes) -> None:
        try:
            done = self.sock.send(data)
        except BlockingIOError:
            done = 0
        while done < len(data):
            select.select([], [self.sock], [], 30)
            done += self.sock.send(data[done:])

    def read_acks(self, record: Record) -> None:
        """Take the PUBACKs that have arrived."""
        try:
            data = self.buffer + self.sock.recv(65536)
        except BlockingIOError:
            return
        if not data:
            raise ConnectionResetError(f"{self.key} was disconnected by the broker")
        whole = len(data) // 4 * 4
        self.buffer = data[whole:]
        now = time.perf_counter()
        for at in range(0, whole, 4):
            if data[at] != 0x40:
                continue
            known = self.inflight.pop(int.from_bytes(data[at + 2 : at + 4], "big"), None)
            if known is None:
                continue
            ts, began = known
            self.acked += 1
            self.acked_sum += ts
            if self.acked % 64 == 1:
                record.ack_ms.append((now - began) * 1000)


class Load:
    """All devices of one plan, driven from one loop."""

    def __init__(self, plan: Plan) -> None:
        self.plan, self.record = plan, Record()
        self.devices = [Device(spec, plan.qos, plan.times) for spec in plan.devices]
        self._specs = {d.key: spec for d, spec in zip(self.devices, plan.devices, strict=True)}
        self._poll = select.epoll()
        self._by_fd: dict[int, Device] = {}
        self._looked = 0.0

    def connect(self) -> None:
        """Connect everybody, 500 at once."""
        began = time.perf_counter()
        for at in range(0, len(self.devices), 500):
            some = self.devices[at : at + 500]
            for device in some:
                device.connect(self.plan, self._specs[device.key])
            for device in some:
                device.connected()
                self._watch(device)
        self.record.connect_s = time.perf_counter() - began

    def send(self) -> None:
        """Send at the planned rate; a device with a full window waits, and so does the rate."""
        plan, total, count = self.plan, int(self.plan.rate * self.plan.seconds), 0
        start = time.perf_counter()
        while count < total and time.perf_counter() - start < plan.seconds * 1.5 and not self._is_ended():
            due = min(total, int((time.perf_counter() - start) * plan.rate) + 1)
            now_ms = time.time_ns() // 1_000_000
            blocked = False
            for _ in range(min(due - count, 512)):
                device = self.devices[count % len(self.devices)]
                blocked = bool(plan.qos) and len(device.inflight) >= plan.window
                if blocked:
                    break
                self._publish(device, now_ms)
                count += 1
            if plan.qos:
                self._take_acks(0.001 if blocked else 0)
            if count >= (time.perf_counter() - start) * plan.rate:
                time.sleep(0.003)
        self.record.elapsed_s = time.perf_counter() - start
        self.record.behind = self.record.elapsed_s > plan.seconds * 1.05

    def _is_ended(self) -> bool:
        if self.plan.until and time.perf_counter() - self._looked > LOOK_S:
            self._looked = time.perf_counter()
            return Path(self.plan.until).exists()
        return False

    def finish(self) -> None:
        """Wait for the last acknowledgements, write down what each device did, leave."""
        deadline = time.perf_counter() + 60
        while self.plan.qos and any(d.inflight for d in self.devices) and time.perf_counter() < deadline:
            self._take_acks(0.1)
        record = self.record
        record.sent, record.acked = sum(d.sent for d in self.devices), sum(d.acked for d in self.devices)
        record.devices = {d.key: [d.sent, d.sent_sum, d.acked, d.acked_sum] for d in self.devices}
        for device in self.devices:
            device.sock.setblocking(True)
            with contextlib.suppress(OSError):  # one that the broker cut meanwhile has nothing to say
                device.sock.sendall(b"\xe0\x00")  # DISCONNECT: what is in the socket still arrives
                device.sock.shutdown(socket.SHUT_WR)
        time.sleep(0.5)

    def _watch(self, device: Device) -> None:
        self._by_fd[device.sock.fileno()] = device
        self._poll.register(device.sock.fileno(), select.EPOLLIN)

    def _publish(self, device: Device, now_ms: int) -> None:
        try:
            device.publish(now_ms)
        except OSError:
            self._again(device)

    def _take_acks(self, timeout: float) -> None:
        for fd, _ in self._poll.poll(timeout):
            device = self._by_fd[fd]
            try:
                device.read_acks(self.record)
            except OSError:
                self._again(device)

    def _again(self, device: Device) -> None:
        if not self.plan.reconnect:
            raise SystemExit(f"{device.key} was disconnected by the broker")
        device.reconnect(self.plan, self._specs[device.key])
        self.record.reconnects += 1
        self._watch(device)


def run(plan: Plan) -> Record:
    """One plan from the first connection to the last acknowledgement."""
    load = Load(plan)
    load.connect()
    print("connected", flush=True)
    cpu = time.process_time()
    load.send()
    load.record.cpu_s = time.process_time() - cpu
    load.finish()
    return load.record


def main() -> None:
    """`python -m bench.load PLAN.json RESULT.json`."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    plan = Plan(**json.loads(Path(sys.argv[1]).read_text()))
    Path(sys.argv[2]).write_text(json.dumps(asdict(run(plan))))


if __name__ == "__main__":
    main()

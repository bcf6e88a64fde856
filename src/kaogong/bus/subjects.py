"""Every subject, stream and permission of the platform in one place (DESIGN section 4).

MQTT topics and NATS subjects are the same words: `up/t/d/telemetry` is `up.t.d.telemetry`.
"""

import zlib

PARTITIONS = 4
COPIES = PARTITIONS  # the partition of the QoS 1 copies, which belong to no device
READERS = tuple(range(PARTITIONS + 1))  # who together account for every sequence of UP
LANES = 16

UP = "UP"  # telemetry, events, waveforms, batches: what ingest accounts for
REPLIES = "REPLIES"  # answers to commands, reported states: what the fleet follows
OVERFLOW = "OVERFLOW"  # over-quota messages, undecoded

UP_SUBJECTS = ("up.*.*.telemetry", "up.*.*.event.*", "up.*.*.batch.*", "up.*.*.waveform.*")
REPLIES_SUBJECTS = ("up.*.*.reply.*", "up.*.*.reported")

# A QoS 1 publish goes through the broker twice: as a plain message to whoever listens, then as `$MQTT.msgs.{subject}` to a stream,
# and the device's PUBACK waits for the second alone. Were that another stream than UP, a killed broker would take along what stood
# in UP's queue and was acknowledged (1,322 of 426,304 in twenty kills). So UP takes the copy too: one queue, in order, and the copy
# stored means the message stored. A reader of their own receives the copies' headers, counts them and drops them.
MQTT_COPY = "$MQTT.msgs."
MQTT_MESSAGES = "$MQTT_msgs"  # the broker's own stream, left with what goes down

# Sparkplug B, whose topics begin with `spBv1.0`: NATS writes the dot as `//`. Births, data and deaths wait in a stream of their own,
# as they say what they mean only to who knows the births before them; the host turns them into batches of UP.
SPARKPLUG = "SPARKPLUG"
SPB = "spBv1//0"
SPB_HOST = "kaogong"  # our name as a Sparkplug host: STATE/kaogong
SPARKPLUG_SUBJECTS = (
    *(f"{SPB}.*.{kind}.*" for kind in ("NBIRTH", "NDATA", "NDEATH")),
    *(f"{SPB}.*.{kind}.*.*" for kind in ("DBIRTH", "DDATA", "DDEATH")),
)
SPARKPLUG_DOWN = (f"{SPB}.*.NCMD.*", f"{SPB}.*.DCMD.*.*", f"{SPB}.STATE.*")

# UP stores `up.acme.pump-1.telemetry` as `p.3.up.acme.pump-1.telemetry`: one source `up.*.*.>` covers all of UP_SUBJECTS,
# whatever their depth, so that a device's telemetry, events and batches share a partition.
PARTITIONED = "p"
PARTITION_SOURCE = "up.*.*.>"
PARTITION_TARGET = f"{PARTITIONED}.{{{{partition({PARTITIONS},1,2)}}}}.up.{{{{wildcard(1)}}}}.{{{{wildcard(2)}}}}.>"

REGISTRY_CHANGES = "registry.changes"  # + .{tenant}
SAMPLES = "samples"  # + .{partition}: each batch after its stages, Arrow IPC, may be missed
HISTORIAN = "historian"  # + .{verb}: requests to the owner of the store
GATE = "gate.ping"  # answered by whoever admits devices
STATUS = "status"  # + .{process}: each process's own state, once a second, JSON


def up(tenant: str, device: str, what: str = "telemetry") -> str:
    """The subject a device publishes on; `what` is `telemetry`, `event.{name}`, `waveform.{name}`, `batch.{lane}`, `reply.{id}` or `reported`."""
    return f"up.{tenant}.{device}.{what}"


def down(tenant: str, device: str, what: str) -> str:
    """The subject a device listens on; `what` is `command.{id}`, `desired`, `rejected` …"""
    return f"down.{tenant}.{device}.{what}"


def partition_filter(partition: int) -> str:
    """What the reader of a partition receives. One subject each: two cost the broker half of its time at full load."""
    return f"{MQTT_COPY}up.>" if partition == COPIES else f"{PARTITIONED}.{partition}.>"


def copies(listened: tuple[str, ...]) -> list[str]:
    """The subjects that the broker gives the QoS 1 copies of these."""
    return [MQTT_COPY + subject for subject in listened]


def stored_parts(subject: str) -> tuple[int, str, str, str]:
    """`(partition, tenant, device, what)` of a subject as UP stores it: `p.{partition}.up.{tenant}.{device}.{what}`."""
    _, partition, _, tenant, device, what = subject.split(".", 5)
    return int(partition), tenant, device, what


def topic(subject: str) -> str:
    """The MQTT topic that NATS maps to `subject`."""
    return subject.replace(".", "/").replace("//", ".") if subject.startswith(SPB) else subject.replace(".", "/")


def sparkplug(group: str, kind: str, node: str, device: str = "") -> str:
    """The subject of a Sparkplug message; `group` is the tenant."""
    return f"{SPB}.{group}.{kind}.{node}" + (f".{device}" if device else "")


def registry_changes(tenant: str) -> str:
    """Where changes of one tenant's registry are announced."""
    return f"{REGISTRY_CHANGES}.{tenant}"


def lane(device: str) -> int:
    """The lane of a device in its gateway's batches: equal devices always take the same one."""
    return zlib.crc32(device.encode()) % LANES


def device_permissions(tenant: str, device: str, *, is_gateway: bool) -> dict[str, list[str]]:
    """What one device may publish and subscribe to, and nothing else.

    `down.t.d` and `down.t.d.>` are both needed for an MQTT subscription to `down/t/d/#`. An inbox under the
    device's own name lets a NATS client receive PubAcks; `$JS.API` and `$MQTT` stay shut.
    """
    own = f"up.{tenant}.{device}"
    publish = [f"{own}.telemetry", f"{own}.event.*", f"{own}.waveform.*", f"{own}.reply.*", f"{own}.reported"]
    if is_gateway:
        publish.append(f"{own}.batch.*")
        # A Sparkplug edge node. A permission cannot hold half a word, so the group is the tenant and nothing more.
        publish += [sparkplug(tenant, kind, device) for kind in ("NBIRTH", "NDATA", "NDEATH")]
        publish += [sparkplug(tenant, kind, device, "*") for kind in ("DBIRTH", "DDATA", "DDEATH")]
    listen = [f"down.{tenant}.{device}", f"down.{tenant}.{device}.>", f"_INBOX.{tenant}.{device}.>"]
    if is_gateway:
        commands = [sparkplug(tenant, kind, device) for kind in ("NCMD", "DCMD")]
        listen += [*commands, *(f"{c}.>" for c in commands), f"{SPB}.STATE.{SPB_HOST}"]
    return {"publish": publish, "subscribe": listen}

"""Thousands of stored messages to one table of samples, in one pass: what ingest spends its time in."""

from collections.abc import Sequence
from typing import Any

import orjson
import polars as pl

from kaogong.core.keys import KEY
from kaogong.core.sample import EVENTS, WAVEFORMS, Batch
from kaogong.formats.loose import Unreadable, pairs_in, repeated_keys, reread
from kaogong.formats.names import DeviceNames, Directory, Message
from kaogong.formats.pile import Pile
from kaogong.formats.reasons import MAX_BODY, REFUSED_MARK, Reason
from kaogong.formats.shapes import Shape, Shapes
from kaogong.formats.times import clean, kind_of, milliseconds
from kaogong.formats.waveform import read_waveform

TELEMETRY, BATCH, EVENT, WAVEFORM, FOREIGN = range(5)
MANY = 200_000  # names remembered at most
_WHAT = {"telemetry": TELEMETRY, "batch": BATCH, "event": EVENT, "waveform": WAVEFORM}
_ARROW = (b"\xff\xff\xff\xff", b"ARRO")


class Speaker:
    """A device as messages name it: its ids, and the shapes of its type. `device_id` is 0 where there is no such device."""

    __slots__ = ("device_id", "gateway_id", "key", "shapes", "tenant", "tenant_id", "type_id")

    def __init__(self, tenant: str, tenant_id: int, key: str, found: DeviceNames | None, shapes: Shapes) -> None:
        self.tenant, self.tenant_id, self.key = tenant, tenant_id, key
        self.device_id = 0 if found is None else found.device_id
        self.gateway_id = 0 if found is None else found.gateway_id or 0
        self.type_id = 0 if found is None else found.type_id
        self.shapes = shapes.by_type.setdefault(self.type_id, {})


class Source:
    """A subject: who speaks on it, and what."""

    __slots__ = ("event", "is_plain", "partition", "speaker", "what")

    def __init__(self, speaker: Speaker, what: int, event: str, partition: int) -> None:
        self.speaker, self.what, self.event, self.partition = speaker, what, event, partition
        self.is_plain = what == TELEMETRY and speaker.device_id != 0


class Decoder:
    """Bodies of DESIGN section 4 to a Batch. Keeps what it learns of names and shapes until `forget`.

    Raises nothing for what a device sent: whatever cannot be used becomes a row of `rejects`, sample by sample.
    """

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self._shapes = Shapes()
        self._sources: dict[str, Source] = {}
        self._speakers: dict[tuple[str, str], Speaker] = {}
        self._events: list[tuple[Any, ...]] = []
        self._columnar: list[tuple[int, Source, bytes]] = []
        self._waveforms: list[tuple[Any, ...]] = []
        self.unknown: set[tuple[str, str]] = set()

    def forget(self, directory: Directory | None = None) -> None:
        """Look every name up again from now on, in `directory` if it was replaced."""
        self._directory = directory or self._directory
        self._shapes.clear()
        self._sources.clear()
        self._speakers.clear()

    def decode(self, messages: Sequence[Message]) -> Batch:
        """One table of every sample in `messages`; afterwards `unknown` names the devices the directory did not know."""
        if self._shapes.is_full or len(self._sources) > MANY or len(self._speakers) > MANY:
            self.forget()
        self.unknown = set()
        self._events, self._columnar, self._waveforms = [], [], []
        pile = Pile()
        self._read(pile, messages)
        samples = pile.table(self._shapes)
        if self._columnar:
            samples = pl.concat([samples, self._columns(pile)])
        events = pl.DataFrame(self._events, schema=EVENTS, orient="row") if self._events else pl.DataFrame(schema=EVENTS)
        waveforms = pl.DataFrame(self._waveforms, schema=WAVEFORMS, orient="row")
        return Batch(samples, pile.reject_table(), events, tuple(messages), waveforms)

    def _read(self, pile: Pile, messages: Sequence[Message]) -> None:
        sources, loads = self._sources, orjson.loads
        add_tenant, add_received = pile.tenants.append, pile.received_ns.append
        add_values, add_message, add_device = pile.flat.extend, pile.messages.append, pile.devices.append
        add_shape, add_time = pile.shapes.append, pile.times.append
        for number, message in enumerate(messages):
            source = sources.get(message.subject)
            if source is None:
                source = self._source(message.subject)
            speaker = source.speaker
            add_tenant(speaker.tenant_id)
            add_received(message.time_ns)
            data = message.data
            if source.is_plain:
                try:
                    body = loads(data)
                    values = body["values"]
                    found = values.values()
                    shape = speaker.shapes.get(tuple(values)) or self._shape(speaker, values)
                    # More colons than pairs: a time in ISO 8601, an object for a value, or a key said twice.
                    if data.count(b":") == shape.pairs and len(body) == 2:
                        add_time(body["ts"])
                        add_message(number)
                        add_device(speaker.device_id)
                        add_shape(shape.number)
                        add_values(found)
                        continue
                except (ValueError, TypeError, KeyError, AttributeError):
                    pass
            self._odd(pile, number, source, data)

    def _odd(self, pile: Pile, number: int, source: Source, data: bytes) -> None:
        """Any body but the plainest."""
        device = source.speaker.device_id
        if len(data) > MAX_BODY:
            pile.refuse(number, device, "", Reason.BODY_TOO_LARGE, f"{len(data)} bytes; a message holds at most {MAX_BODY}")
            return
        if source.what == BATCH and data.startswith(REFUSED_MARK):
            words, _, _ = data[len(REFUSED_MARK) :].partition(b"\n")
            pile.refuse(number, device, "", Reason.SPARKPLUG_INVALID, words.decode("utf-8", "replace")[:300])
            return
        if source.what == BATCH and data[:4] in _ARROW:
            self._columnar.append((number, source, data))
            return
        try:
            body = orjson.loads(data)
        except orjson.JSONDecodeError as err:
            try:
                body = reread(data, err)
                pile.is_loose = True
            except Unreadable as why:
                pile.refuse(number, device, "", Reason.JSON_INVALID, f"the body is no JSON: {why}"[:300])
                return
        if data.count(b'":') > pairs_in(body):
            for key, samples in repeated_keys(data, samples_in):
                detail = f"{clean(key)!r} stands twice in one object; the last is taken"
                pile.refuse(number, device, key, Reason.DUPLICATE, detail, samples)
        self._walk(pile, number, source, body)

    def _walk(self, pile: Pile, number: int, source: Source, body: Any) -> None:
        speaker = source.speaker
        if source.what == FOREIGN:
            pile.refuse(number, 0, "", Reason.BATCH_SHAPE, "nothing is read on this subject", samples_in(body))
        elif speaker.device_id == 0:
            self._unknown(pile, number, speaker, body)
        elif source.what == EVENT:
            self._event(pile, number, source, body)
        elif source.what == WAVEFORM:
            self._waveform(pile, number, source, body)
        elif source.what == BATCH:
            self._batch(pile, number, speaker, body)
        else:
            self._entries(pile, number, speaker, body)

    def _unknown(self, pile: Pile, number: int, speaker: Speaker, body: Any, spoken_by: int = 0) -> None:
        if KEY.fullmatch(speaker.key):
            self.unknown.add((speaker.tenant, speaker.key))
            detail = f"there is no device {speaker.key!r} in {clean(speaker.tenant)!r}"
            pile.refuse(number, spoken_by, "", Reason.DEVICE_UNKNOWN, detail, samples_in(body))
        else:
            detail = f"{clean(speaker.key)!r} is no device key: 1 to 64 letters, digits, '-' or '_'"
            pile.refuse(number, spoken_by, "", Reason.KEY_INVALID, detail, samples_in(body))

    def _batch(self, pile: Pile, number: int, gateway: Speaker, body: Any) -> None:
        devices = body.get("devices") if type(body) is dict else None
        if type(devices) is not dict:
            detail = 'a batch is written {"devices": {"pump-1": [{"ts": …, "values": {…}}]}}'
            pile.refuse(number, gateway.device_id, "", Reason.BATCH_SHAPE, detail, samples_in(body))
            return
        for key, entries in devices.items():
            speaker = self._speaker(gateway.tenant, gateway.tenant_id, key)
            if speaker.device_id == 0:
                self._unknown(pile, number, speaker, entries, gateway.device_id)
            elif gateway.device_id not in (speaker.device_id, speaker.gateway_id):
                detail = f"{key!r} is not assigned to the gateway {gateway.key!r}"
                pile.refuse(number, gateway.device_id, "", Reason.NOT_ASSIGNED, detail, samples_in(entries))
            else:
                self._entries(pile, number, speaker, entries)

    def _entries(self, pile: Pile, number: int, speaker: Speaker, body: Any) -> None:
        shapes, device_id = speaker.shapes, speaker.device_id
        add_values, add_time, add_shape = pile.flat.extend, pile.times.append, pile.shapes.append
        entries = body if type(body) is list else (body,)
        taken = 0
        for entry in entries:
            try:
                values = entry["values"]
                shape = shapes.get(tuple(values)) or self._shape(speaker, values)
                found = values.values()
            except (TypeError, KeyError, AttributeError):
                values, detail = _bare(entry)
                if values is None:
                    pile.refuse(number, device_id, "", Reason.BATCH_SHAPE, detail, samples_in(entry))
                    continue
                shape = shapes.get(tuple(values)) or self._shape(speaker, values)
                add_time(None)
                found = values.values()
            else:
                add_time(entry.get("ts"))
            add_values(found)
            add_shape(shape.number)
            taken += 1
        pile.messages.extend([number] * taken)
        pile.devices.extend([device_id] * taken)

    def _event(self, pile: Pile, number: int, source: Source, body: Any) -> None:
        device = source.speaker.device_id
        received_ms = pile.received_ns[number] // 1_000_000
        at: float | tuple[Reason, str] = float(received_ms)
        payload = body
        if type(body) is dict and body.get("ts") is not None:
            at = milliseconds(body["ts"])
            payload = {k: v for k, v in body.items() if k != "ts"}
        if type(payload) is dict and list(payload) == ["values"]:
            payload = payload["values"]
        if isinstance(at, tuple):
            pile.refuse(number, device, "", at[0], at[1], 0)
            return
        try:
            text = orjson.dumps(payload).decode()
        except TypeError as err:
            pile.refuse(number, device, "", Reason.TEXT_INVALID, str(err), 0)
            return
        observed = round(at * 1000)
        self._events.append((number, source.speaker.tenant_id, device, source.event, observed, text, received_ms))

    def _waveform(self, pile: Pile, number: int, source: Source, body: Any) -> None:
        speaker, received_ms = source.speaker, pile.received_ns[number] // 1_000_000
        read = read_waveform(body, float(received_ms))
        if len(read) == 2:
            pile.refuse(number, speaker.device_id, "", *read, 0)
            return
        at, rate, unit, samples = read
        row = (number, speaker.tenant_id, speaker.device_id, 0, source.event, round(at * 1000), rate, unit, samples, received_ms)
        self._waveforms.append(row)

    def _columns(self, pile: Pile) -> pl.DataFrame:
        from kaogong.formats.arrow import Names, decode_arrow  # noqa: PLC0415  (pyarrow is not on an edge node)

        return decode_arrow(pile, self._columnar, Names(self._speaker, self._directory.properties, self._unknown))

    def _source(self, subject: str) -> Source:
        words = subject.split(".")
        partition = 0
        if words[0] == "p" and len(words) > 2 and words[1].isdigit():
            partition, words = int(words[1]), words[2:]
        if len(words) < 4 or words[0] != "up":
            return Source(Speaker("", 0, "", None, self._shapes), FOREIGN, "", partition)
        _, tenant, key, what, *rest = words
        speaker = self._speaker(tenant, self._directory.tenant_id(tenant) or 0, key)
        source = Source(speaker, _WHAT.get(what, FOREIGN), ".".join(rest), partition)
        if speaker.device_id:
            self._sources[subject] = source
        return source

    def _speaker(self, tenant: str, tenant_id: int, key: str) -> Speaker:
        speaker = self._speakers.get((tenant, key))
        if speaker is None:
            speaker = Speaker(tenant, tenant_id, key, self._directory.device(tenant, key), self._shapes)
            if speaker.device_id:
                self._speakers[tenant, key] = speaker
        return speaker

    def _shape(self, speaker: Speaker, values: Any) -> Shape:
        if type(values) is not dict:
            raise TypeError
        return self._shapes.add(speaker.type_id, tuple(values), self._directory.properties(speaker.type_id))


def samples_in(body: Any) -> int:
    """How many values a body seems to hold, at least one: for the count of what was refused with it."""
    if type(body) is list:
        return max(1, sum(map(samples_in, body)))
    if type(body) is not dict:
        return 1
    if type(body.get("devices")) is dict:
        return max(1, sum(map(samples_in, body["devices"].values())))
    values = body.get("values", body)
    return max(1, len(values)) if type(values) is dict else 1


def _bare(entry: Any) -> tuple[dict[str, Any] | None, str]:
    """The values of an entry written without "values", or why there are none."""
    if type(entry) is not dict:
        return None, f'an entry is {{"ts": …, "values": {{…}}}}, not {kind_of(entry)}'
    if "values" in entry:
        return None, f'"values" is an object of properties, not {kind_of(entry["values"])}'
    if "devices" in entry:
        return None, '"devices" is for gateways, on …/batch/{lane}'
    if "ts" in entry:
        return None, 'beside "ts" the values stand in "values": {"ts": …, "values": {…}}'
    return entry, ""

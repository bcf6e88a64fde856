import asyncio
import json
from contextlib import AsyncExitStack

import aiomqtt
import pytest
from aiomqtt.exceptions import MqttConnectError
from tests.security.conftest import Doors, opened
from tests.support.nats import until

from kaogong import registry
from kaogong.bus import Bus, Downlink
from kaogong.core.errors import NotReady


async def refused(client: aiomqtt.Client) -> None:
    with pytest.raises(MqttConnectError):
        async with client:
            pass


async def thrown_out(client: aiomqtt.Client) -> None:
    async with asyncio.timeout(5):
        with pytest.raises(aiomqtt.MqttError):
            await anext(aiter(client.messages))


async def taken(bus: Bus, subject: str) -> list[str]:
    """Subjects that arrive from now on."""
    seen: list[str] = []

    async def see(message: object) -> None:
        seen.append(message.subject)  # type: ignore[attr-defined]

    await bus.subscribe(subject, see)
    await bus.flush()
    return seen


@pytest.mark.req("B01", "K07")
async def test_device_connects_and_reports(doors: Doors) -> None:
    seen = await taken(doors.bus, "up.>")
    async with doors.client("acme.pump-1") as client:
        await client.publish("up/acme/pump-1/telemetry", b"{}", qos=1)
        await client.publish("up/acme/pump-1/event/trip", b"{}", qos=0)
        await until(lambda: len(seen) == 2)
        connected = await doors.seen("acme.pump-1", connected=True)
    assert sorted(seen) == ["up.acme.pump-1.event.trip", "up.acme.pump-1.telemetry"]
    assert (connected.client_id, connected.protocol, connected.address) == ("acme:pump-1", "mqtt", "127.0.0.1")
    await doors.seen("acme.pump-1", connected=False)


@pytest.mark.req("K07")
async def test_unknown_wrong_revoked_and_deleted_are_refused_each_with_its_reason(doors: Doors) -> None:
    doors.create("acme.old", "acme.gone")
    with doors.database.write() as session:
        registry.revoke_credential(session, doors.tenants["acme"], "old")
        registry.delete_device(session, doors.tenants["acme"], "gone")
    await refused(doors.client("acme.pump-1", password="wrong"))
    await refused(doors.client("acme.old"))
    await refused(doors.client("acme.gone"))
    await refused(doors.client("acme.nobody", password="x"))
    await refused(doors.client("no tenant", "x", password="x"))
    await doors.seen("acme.pump-1", last_refused_reason="wrong_password")
    await doors.seen("acme.old", last_refused_reason="revoked")
    assert [entry["reason"] for entry in doors.gate.refusals] == ["wrong_password", "revoked", "deleted", "unknown", "unknown"]


@pytest.mark.req("K07")
async def test_revoked_while_connected_is_disconnected_within_five_seconds(doors: Doors) -> None:
    async with doors.client("acme.pump-1") as client:
        await doors.seen("acme.pump-1", connected=True)
        with doors.database.write() as session:
            registry.revoke_credential(session, doors.tenants["acme"], "pump-1")
        await thrown_out(client)
    await refused(doors.client("acme.pump-1"))


async def test_deleted_while_connected_is_disconnected(doors: Doors) -> None:
    async with doors.client("acme.pump-2") as client:
        await doors.seen("acme.pump-2", connected=True)
        with doors.database.write() as session:
            registry.delete_device(session, doors.tenants["acme"], "pump-2")
        await thrown_out(client)


async def test_new_password_is_good_at_once_and_the_old_one_is_thrown_out(doors: Doors) -> None:
    async with doors.client("acme.pump-1") as client:
        await doors.seen("acme.pump-1", connected=True)
        with doors.database.write() as session:
            issued = registry.issue_credential(session, doors.tenants["acme"], "pump-1")
        async with doors.client("acme.pump-1", "acme:pump-1-new", password=issued.password):
            await thrown_out(client)
    await refused(doors.client("acme.pump-1"))


async def test_device_created_a_moment_ago_is_admitted(doors: Doors) -> None:
    for number in range(3):
        doors.create(f"acme.fresh-{number}")
        async with doors.client(f"acme.fresh-{number}"):
            pass


@pytest.mark.req("K07")
async def test_subscribing_beyond_its_own_name_is_refused(doors: Doors) -> None:
    topics = ["#", "+/#", "up/#", "up/rival/pump-1/telemetry", "up/acme/pump-2/telemetry"]
    topics += ["down/#", "down/rival/#", "down/acme/pump-2/#", "down/+/pump-1/#"]
    topics += ["$SYS/#", "$JS/API/#", "$MQTT/#", "_INBOX/#", "registry/changes/#", "samples/#", "historian/#", "status/#"]
    async with doors.client("acme.pump-1") as client:
        for topic in topics:
            answer = await client.subscribe(topic, qos=1)
            assert [code.value for code in answer] == [128], topic  # type: ignore[union-attr]
        await doors.seen("acme.pump-1", last_violation="subscribe to status/>")
        granted = await client.subscribe("down/acme/pump-1/#", qos=1)
        assert [code.value for code in granted] == [1]  # type: ignore[union-attr]


@pytest.mark.req("K07")
async def test_publishing_beyond_its_own_name_reaches_nobody_and_stands_on_its_page(doors: Doors) -> None:
    seen = await taken(doors.bus, ">")
    topics = ["up/rival/pump-1/telemetry", "up/acme/pump-2/telemetry", "down/rival/pump-1/desired", "down/acme/pump-1/desired", "samples/0"]
    topics += ["registry/changes/acme", "historian/query", "$SYS/REQ/USER/AUTH", "$JS/API/STREAM/PURGE/UP", "$MQTT/msgs/down/rival/pump-1"]
    topics += ["up/acme/pump-1/batch/0", "$KV/leases/ingest", "cancel/x", "status/serve", "_INBOX/platform/x"]
    async with doors.client("acme.pump-1") as client:
        for topic in topics:
            for qos in (0, 1):
                await client.publish(topic, b"stolen", qos=qos, retain=qos == 1)
        await client.publish("up/acme/pump-1/telemetry", b"{}", qos=1)
    await until(lambda: "up.acme.pump-1.telemetry" in seen)
    # What remains is the broker talking to itself and to the gate.
    touched = {subject for subject in seen if not subject.startswith(("_INBOX", "$SYS._INBOX", "$SYS.REQ.USER.AUTH", "$JS", "$MQTT"))}
    assert touched <= {"up.acme.pump-1.telemetry", "registry.changes.acme", "registry.changes.rival"}
    assert (await doors.seen("acme.pump-1", connected=False)).last_violation.startswith("publish to ")


@pytest.mark.req("K07")
async def test_gateway_may_publish_batches(doors: Doors) -> None:
    doors.create("acme.edge-9", is_gateway=True)
    seen = await taken(doors.bus, "up.acme.edge-9.>")
    async with doors.client("acme.edge-9") as client:
        await client.publish("up/acme/edge-9/batch/3", b"{}", qos=1)
        await until(lambda: seen == ["up.acme.edge-9.batch.3"])


@pytest.mark.req("K07")
async def test_will_cannot_cross_tenants(doors: Doors) -> None:
    seen = await taken(doors.bus, "*.rival.>")
    own = await taken(doors.bus, "up.acme.>")
    for topic in ("down/rival/pump-1/desired", "up/rival/pump-1/telemetry", "up/acme/pump-1/telemetry"):
        client = doors.client("acme.pump-1", will=aiomqtt.Will(topic, b"boo", qos=1, retain=True))
        async with client:
            await doors.seen("acme.pump-1", connected=True)
            transport = client._client.socket()
            assert transport is not None
            client._client._sock_close()  # gone without a word, so that the broker speaks the will
        await doors.seen("acme.pump-1", connected=False)
    await until(lambda: own == ["up.acme.pump-1.telemetry"])
    assert seen == []


@pytest.mark.req("K07")
async def test_retained_message_is_given_to_its_device_alone(doors: Doors) -> None:
    downlink = await Downlink.connect(doors.broker.mqtt, password=doors.broker.platform.seed, identifier="$kaogong:test")
    await downlink.publish("acme", "pump-1", "desired", b"{}", retain=True)
    async with doors.client("rival.pump-1") as thief, doors.client("acme.pump-1") as owner:
        for topic in ("#", "down/#", "down/acme/pump-1/desired"):
            await thief.subscribe(topic, qos=1)
        await thief.subscribe("down/rival/pump-1/#", qos=1)
        await owner.subscribe("down/acme/pump-1/#", qos=1)
        async with asyncio.timeout(5):
            message = await anext(aiter(owner.messages))
        assert (str(message.topic), message.payload, message.retain) == ("down/acme/pump-1/desired", b"{}", True)
        assert len(thief.messages) == 0
    await downlink.close()


async def test_downlink_reaches_a_sleeping_session_and_waits_for_the_broker(doors: Doors) -> None:
    downlink = await Downlink.connect(doors.broker.mqtt, password=doors.broker.platform.seed, identifier="$kaogong:test")
    async with doors.client("acme.pump-1", clean_session=False) as client:
        await client.subscribe("down/acme/pump-1/#", qos=1)
        await doors.seen("acme.pump-1", connected=True)
    await doors.seen("acme.pump-1", connected=False)
    await downlink.publish("acme", "pump-1", "command/7", b"go")
    async with doors.client("acme.pump-1", clean_session=False) as client:
        message = await anext(aiter(client.messages))
    assert (str(message.topic), message.payload) == ("down/acme/pump-1/command/7", b"go")
    await downlink.close()
    lost = await Downlink.connect("127.0.0.1:1", password="x", identifier="$kaogong:lost")
    with pytest.raises(NotReady):
        await lost.publish("acme", "pump-1", "command/7", b"go", timeout_s=0.2)
    await lost.close()


@pytest.mark.req("K07")
@pytest.mark.parametrize("client_id", ["acme:pump-1", "acme:anything", "$kaogong:gate"])
async def test_client_id_of_another_tenant_is_refused_even_while_nobody_uses_it(doors: Doors, client_id: str) -> None:
    await refused(doors.client("rival.pump-1", client_id))
    await doors.seen("rival.pump-1", last_refused_reason="client_id_taken")


@pytest.mark.req("K07")
async def test_free_client_id_is_held_against_other_tenants_even_while_its_device_sleeps(doors: Doors) -> None:
    async with doors.client("acme.pump-1", "boiler-house", clean_session=False):
        await doors.seen("acme.pump-1", connected=True)
        await refused(doors.client("rival.pump-1", "boiler-house"))
        await refused(doors.client("acme.pump-2", "boiler-house"))
        assert doors.connection("acme.pump-1").connected  # type: ignore[union-attr]
    await doors.seen("acme.pump-1", connected=False)
    await refused(doors.client("rival.pump-1", "boiler-house"))
    async with doors.client("acme.pump-1", "boiler-house", clean_session=False):
        pass
    async with doors.client("acme.pump-1"):  # it has another id now, so the old one is free
        await doors.seen("acme.pump-1", connected=True)
    async with doors.client("rival.pump-1", "boiler-house"):
        pass


async def test_platform_user_needs_its_secret_and_may_only_publish_down(doors: Doors) -> None:
    for password, client_id in (("x", "$kaogong:x"), (doors.broker.platform.seed, "other")):
        await refused(doors.client("platform", client_id, password=password))
    seen = await taken(doors.bus, "up.>")
    async with doors.client("platform", "$kaogong:x", password=doors.broker.platform.seed) as client:
        await client.publish("up/acme/pump-1/telemetry", b"{}", qos=1)
        assert (await client.subscribe("#"))[0].value == 128  # type: ignore[union-attr]
    assert seen == []


async def test_full_disk_refuses_with_its_reason(doors: Doors) -> None:
    doors.full.append(True)
    await refused(doors.client("acme.pump-1"))
    await doors.seen("acme.pump-1", last_refused_reason="disk_full")
    doors.full.clear()
    async with doors.client("acme.pump-1"):
        pass


@pytest.mark.req("K07")
async def test_nats_device_has_its_inbox_and_nothing_more(doors: Doors) -> None:
    doors.create("acme.edge-9", is_gateway=True)
    credential = doors.credentials["acme.edge-9"]
    edge = await Bus.connect(doors.broker.url, user=credential.username, password=credential.password, name="edge")
    assert await edge.publish_stream("up.acme.edge-9.batch.1", b"{}") > 0
    assert (await doors.seen("acme.edge-9", connected=True)).protocol == "nats"
    spied: list[str] = []

    async def spy(message: object) -> None:
        spied.append(message.subject)  # type: ignore[attr-defined]

    for subject in ("up.>", "_INBOX.>", "_INBOX.platform.>", "$SYS.>", "$JS.API.>", "$MQTT.>", "samples.>", "registry.changes.>", ">"):
        await edge.subscribe(subject, spy)
    for subject in ("$JS.API.STREAM.PURGE.UP", "$JS.API.STREAM.MSG.GET.UP", "up.rival.pump-1.telemetry", "down.acme.pump-1.desired"):
        with pytest.raises(NotReady):
            await edge.request(subject, b'{"seq": 1}', timeout_s=0.2)
    before = await doors.bus.stream_state("UP")
    await doors.bus.publish_stream("up.rival.pump-1.telemetry", b"secret")
    assert (await doors.bus.stream_state("UP")).messages == before.messages + 1
    assert spied == []
    await edge.close()
    with pytest.raises(NotReady, match="did not let us in"):
        await Bus.connect(doors.broker.url, user=credential.username, password="wrong", name="thief", within_s=4)


@pytest.mark.req("K07")
async def test_the_answer_to_a_reading_cannot_be_sent_where_its_device_may_not_speak(doors: Doors) -> None:
    """The broker answers what a stream took on the subject that the sender names, and no permission covers that."""
    doors.create("acme.edge-9", "rival.edge-9", is_gateway=True)
    edges = {}
    for name in ("acme.edge-9", "rival.edge-9"):
        credential = doors.credentials[name]
        edges[name] = await Bus.connect(doors.broker.url, user=credential.username, password=credential.password, name=name)
    seen = await taken(doors.bus, ">")
    before = (await doors.bus.stream_state("UP")).messages
    aims = ["up.rival.pump-1.telemetry", "registry.changes.rival", "historian.query", "_INBOX.platform.x", "gate.ping", "samples.0"]
    aims += ["down.rival.pump-1.command.1", "$JS.API.STREAM.PURGE.UP", "$SYS.REQ.USER.AUTH", "$MQTT.msgs.down.rival.pump-1.desired"]
    for aim in aims:
        await edges["acme.edge-9"].publish("up.acme.edge-9.batch.1", b"{}", reply=aim)
    assert await edges["acme.edge-9"].publish_stream("up.acme.edge-9.batch.1", b"{}") == before + len(aims) + 1
    await until(lambda: seen.count("up.acme.edge-9.batch.1") == len(aims) + 1)
    await doors.bus.flush()
    assert [subject for subject in seen if subject in aims] == []
    assert (await doors.bus.stream_state("UP")).messages == before + len(aims) + 1
    for edge in edges.values():
        await edge.close()


@pytest.mark.req("K07")
async def test_what_goes_down_reaches_a_device_on_nats_too_and_nobody_else(doors: Doors) -> None:
    doors.create("acme.edge-9", is_gateway=True)
    credential = doors.credentials["acme.edge-9"]
    edge = await Bus.connect(doors.broker.url, user=credential.username, password=credential.password, name="edge")
    heard, spied = await taken(edge, "down.acme.edge-9.>"), await taken(edge, "down.rival.>")

    async def nudge() -> bool:
        await doors.bus.publish("down.rival.pump-1.desired", b"{}")
        await doors.bus.publish("down.acme.edge-9.desired", b"{}")
        await doors.bus.flush()
        return bool(heard)

    async with asyncio.timeout(5):
        while not await nudge():  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    assert spied == []
    await edge.close()


async def test_five_hundred_clients_coming_back_at_once_are_all_admitted(doors: Doors) -> None:
    names = [f"acme.meter-{number}" for number in range(500)]
    with doors.database.write() as session:
        new = [registry.NewDevice(key=name.partition(".")[2], type="pump") for name in names]
        for created in registry.create_devices(session, doors.tenants["acme"], new):
            doors.credentials[created.credential.username] = created.credential
    began = asyncio.get_running_loop().time()
    async with AsyncExitStack() as stack:
        await asyncio.gather(*(stack.enter_async_context(doors.client(name)) for name in names))
        took = asyncio.get_running_loop().time() - began
        await until(lambda: doors.gate.figures()["connected"] == 500)
    assert doors.gate.refused == 0
    assert took < 10


async def test_gate_that_starts_anew_knows_who_is_connected_and_throws_out_who_lost_the_right(doors: Doors) -> None:
    async with doors.client("acme.pump-1") as stays, doors.client("acme.pump-2") as goes:
        await doors.seen("acme.pump-2", connected=True)
        async with opened(doors.broker, doors.database) as second:
            await until(lambda: second.gate.figures()["connected"] == 2)
        with doors.database.write() as session:
            registry.revoke_credential(session, doors.tenants["acme"], "pump-2")
        await thrown_out(goes)
        await stays.publish("up/acme/pump-1/telemetry", b"{}", qos=1)


async def test_changes_are_announced_in_order(doors: Doors) -> None:
    heard: list[dict[str, object]] = []

    async def hear(message: object) -> None:
        heard.append(json.loads(message.data))  # type: ignore[attr-defined]

    await doors.bus.subscribe("registry.changes.acme", hear)
    await doors.bus.flush()
    doors.create("acme.new")
    await until(lambda: any(change["key"] == "new" for change in heard))
    sequences = [change["seq"] for change in heard]
    assert sequences == sorted(sequences)  # type: ignore[type-var]

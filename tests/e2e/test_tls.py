"""A platform whose listeners have certificates of a private authority: everybody finds it, nobody gets in without TLS."""

import json
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx2
import paho.mqtt.client as mqtt
import pytest
import trustme
from bench.platform import Platform
from tests.e2e.conftest import eventually

pytestmark = [pytest.mark.req("K07"), pytest.mark.filterwarnings("default::DeprecationWarning:paho"), pytest.mark.timeout(240)]


@dataclass
class Secured:
    """The running platform and what an outsider is given to believe it."""

    platform: Platform
    authority: Path
    tls: ssl.SSLContext


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secured]:
    """The simulated plant too: it speaks to the platform as everybody else does."""
    folder = tmp_path_factory.mktemp("tls")
    root = trustme.CA()
    between = root.create_child_ca()
    root.cert_pem.write_to_path(folder / "authority.pem")
    tls = ssl.create_default_context(cafile=str(folder / "authority.pem"))
    lines = []
    for section in ("http", "mqtt"):  # certificates of their own
        issued = between.issue_cert("127.0.0.1", f"{section}.plant.example")
        issued.private_key_pem.write_to_path(folder / f"{section}.key")
        (folder / f"{section}.pem").write_bytes(b"".join(pem.bytes() for pem in issued.cert_chain_pems))
        lines.append(f'[{section}]\ntls_certificate = "{folder}/{section}.pem"\ntls_key = "{folder}/{section}.key"\n')
    with Platform(demo=True, configuration="".join(lines), tls=tls) as platform:
        yield Secured(platform, folder / "authority.pem", tls)


def test_the_simulated_plant_and_the_edge_node_speak_tls(secured: Secured) -> None:
    platform = secured.platform
    assert platform.ready["http"].startswith("https://") and platform.ready["nats"].startswith("tls://")
    for device in ("feed-pump-1", "vib-feed-pump-1"):  # Modbus through the edge node's NATS; MQTT
        eventually(lambda key=device: device_state(platform, key), lambda state: state == "reporting", 90)


def device_state(platform: Platform, key: str) -> str:
    """The state of a device, or that there is none yet."""
    answer = platform.http.get(f"/devices/{key}")
    return str(answer.json()["state"]["state"]) if answer.is_success else "unknown"


def test_commands_of_this_machine_find_it(secured: Secured) -> None:
    kaogong, home = str(Path(sys.executable).with_name("kaogong")), secured.platform.home
    found = subprocess.run([kaogong, "doctor", "--home", str(home)], capture_output=True, text=True, timeout=60, check=False)
    assert "http.tls_certificate is valid until" in found.stdout
    listed = subprocess.run([kaogong, "device", "list", "--home", str(home)], capture_output=True, text=True, timeout=60, check=False)
    assert listed.returncode == 0, listed.stderr


def test_nobody_gets_in_without_tls(secured: Secured) -> None:
    ready = secured.platform.ready
    with pytest.raises(httpx2.TransportError):
        httpx2.get(ready["http"].replace("https:", "http:") + "/healthz")
    with pytest.raises(httpx2.TransportError, match="CERTIFICATE_VERIFY_FAILED"):
        httpx2.get(ready["http"] + "/healthz")
    host, _, port = ready["mqtt"].rpartition(":")
    with socket.create_connection((host, int(port)), timeout=5) as plain:
        plain.sendall(b"\x10\x0c\x00\x04MQTT\x04\x02\x00\x3c\x00\x00")
        assert not plain.recv(4096).startswith(b"\x20")
    host, _, port = ready["nats"].partition("://")[2].rpartition(":")
    with socket.create_connection((host, int(port)), timeout=5) as plain:
        assert json.loads(plain.recv(4096).removeprefix(b"INFO "))["tls_required"] is True


def test_a_device_publishes_over_tls(secured: Secured) -> None:
    platform = secured.platform
    flow = {"key": "flow", "name": {"en": "Flow", "zh": "流量"}, "type": "number", "unit": "m3/h"}
    platform.call("POST", "/device-types", json={"key": "meter-tls", "name": {"en": "Meter", "zh": "仪表"}, "properties": [flow]})
    made = platform.call("POST", "/devices", json={"key": "outside", "name": {"en": "Outside", "zh": "外"}, "type": "meter-tls"})
    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id="default:outside")
    client.username_pw_set(made["credential"]["username"], made["credential"]["password"])
    client.tls_set_context(secured.tls)
    client.connect(*platform.mqtt)
    client.loop_start()
    eventually(client.is_connected, bool)
    client.publish("up/default/outside/telemetry", '{"flow": 3.5}', qos=1).wait_for_publish(10)
    latest = eventually(lambda: platform.call("GET", "/devices/outside/latest")["values"], bool)
    assert latest["flow"]["value"] == 3.5
    client.disconnect()
    client.loop_stop()


def test_a_gateway_elsewhere_believes_the_authority_it_was_given(secured: Secured, tmp_path: Path) -> None:
    platform = secured.platform
    node = {"key": "edge-far", "name": {"en": "Far", "zh": "远"}, "type": "edge-node", "is_gateway": True}
    credential = platform.call("POST", "/devices", json=node)["credential"]
    file = tmp_path / "node.json"
    addresses = {"http": platform.ready["http"], "nats": platform.ready["nats"], "certificate": str(secured.authority)}
    file.write_text(json.dumps(credential | addresses))
    with (tmp_path / "out").open("wb") as out:
        command = [sys.executable, "-m", "kaogong.cli", "edge", "--node", str(file)]
        process = subprocess.Popen(command, stdout=out, stderr=out)
    try:
        eventually(lambda: platform.call("GET", "/edge-nodes/edge-far/report")["report"], bool, 30)
    finally:
        process.terminate()
        assert process.wait(15) == 0, (tmp_path / "out").read_text()

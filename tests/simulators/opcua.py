"""OPC UA peer: asyncua's server with a thousand variables, a user, and secured endpoints."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar

from asyncua import Server, ua
from asyncua.crypto.cert_gen import setup_self_signed_certificate
from asyncua.crypto.permission_rules import SimpleRoleRuleset, User, UserRole
from asyncua.server.user_managers import UserManager
from cryptography.x509.oid import ExtendedKeyUsageOID
from tests.simulators.peer import Peer, free_port

PASSWORD = "opc-secret"


class _Users(UserManager):
    def get_user(self, iserver: Any, username: Any = None, password: Any = None, certificate: Any = None) -> Any:
        if username is None or (username == "edge" and password == PASSWORD):
            return User(role=UserRole.Admin)
        return None


class AsyncuaPeer(Peer):
    """The server of asyncua, in this process."""

    name = "asyncua"
    has_login = True
    is_shared = True
    gaps: ClassVar = {"wrong_type": "never: a value carries its own type, the configuration claims none"}
    server: Any = None

    async def start(self) -> None:
        if self.server is not None:
            # The sessions and subscriptions are gone; building the address space anew would only cost seconds.
            await self.server.start()
            return
        self.port = await free_port()
        server = self.server = Server(user_manager=_Users())
        await server.init()
        server.set_endpoint(f"opc.tcp://127.0.0.1:{self.port}/")
        server.set_security_policy(
            [
                ua.SecurityPolicyType.NoSecurity,
                ua.SecurityPolicyType.Basic256Sha256_Sign,
                ua.SecurityPolicyType.Basic256Sha256_SignAndEncrypt,
            ],
            permission_ruleset=SimpleRoleRuleset(),
        )
        self.folder.mkdir(parents=True, exist_ok=True)
        certificate, key = self.folder / "server.der", self.folder / "server.pem"
        uses = [ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH]
        await setup_self_signed_certificate(key, certificate, "urn:kaogong:test", "localhost", uses, {})
        await server.set_application_uri("urn:kaogong:test")
        await server.load_certificate(certificate)
        await server.load_private_key(key)
        index = await server.register_namespace("urn:kaogong:points")
        assert index == 2
        plant = await server.nodes.objects.add_folder(ua.NodeId("plant", 2), "plant")
        self.nodes = [await plant.add_variable(ua.NodeId(f"p{i}", 2), f"p{i}", i * 0.5) for i in range(self.size)]
        written = await plant.add_variable(ua.NodeId("written", 2), "written", 0.0)
        for node in (*self.nodes[:10], written):
            await node.set_writable()
        await server.start()

    async def stop(self) -> None:
        await self.server.stop()

    async def load(self, given: Any) -> None:
        """{name: {type, value, status}}, as variables ns=2;s=name."""
        plant = self.server.get_node("ns=2;s=plant")
        for name, told in given.items():
            kind = ua.VariantType[told["type"]]
            value = ua.DataValue(ua.Variant(_typed(told["value"], kind), kind), StatusCode=ua.StatusCode(told.get("status", 0)))
            node = await plant.add_variable(ua.NodeId(name, 2), name, value.Value)
            await self.server.write_attribute_value(node.nodeid, value)

    def config(self, port: int | None = None) -> dict[str, Any]:
        return {"url": f"opc.tcp://127.0.0.1:{port or self.port}/", "timeout_s": 5.0}

    def wrong_login(self) -> dict[str, Any]:
        return self.config() | {"username": "edge", "password": "not it"}

    def address(self, i: int) -> dict[str, Any]:
        return {"node": f"ns=2;s=p{i}"}

    def expected(self, i: int) -> Any:
        return i * 0.5

    def bad_address(self) -> dict[str, Any]:
        return {"node": "ns=2;s=nowhere"}

    def writable(self) -> tuple[dict[str, Any], Sequence[Any]]:
        return {"node": "ns=2;s=written"}, (1.5, -2.25, 3.0)

    def browsable(self) -> dict[str, Any]:
        return self.address(7)

    async def connections(self) -> int:
        return len(self.server.bserver.clients)


def _typed(value: Any, kind: ua.VariantType) -> Any:
    if kind is ua.VariantType.DateTime:
        return datetime.fromisoformat(value)
    if kind is ua.VariantType.LocalizedText:
        return ua.LocalizedText(value)
    return float(value) if kind is ua.VariantType.Double else value


PEERS = [AsyncuaPeer]

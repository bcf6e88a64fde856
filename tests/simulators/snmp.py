"""SNMP peer: net-snmp's snmpd with a thousand fixed objects, a community and a user of version 3, in a process of its own."""

import asyncio
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from tests.simulators.peer import DatagramCable, GarbageDatagrams, Peer, SilentDatagrams, Stranger, Wire, free_port, until
from tests.simulators.process import established

MINE = ".1.3.6.1.4.1.8072.9999.9999"
GAPS = {
    "wrong_login": "never: an agent of v1 or v2c keeps silent to a wrong community",
}


class _SnmpdPeer(Peer):
    """Objects `MINE`.1.1.0 to .1.1000.0, and what cases name below `MINE`.2."""

    has_login = True
    version: ClassVar[str]
    objects: Sequence[Sequence[Any]] = ()
    _process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        self.port = self.port or await free_port()
        self.folder.mkdir(parents=True, exist_ok=True)
        fixed = [f"override {MINE}.1.{i + 1}.0 uinteger {i * 3}" for i in range(1000)]
        more = [
            f"override -rw {MINE}.2.{n}.0 {kind} {value}" if " " not in str(value) else f'override -rw {MINE}.2.{n}.0 {kind} "{value}"'
            for n, kind, value in self.objects
        ]
        file = self.folder / "snmpd.conf"
        file.write_text(
            "\n".join(
                [
                    f"agentAddress udp:127.0.0.1:{self.port}", "rwcommunity snmp-community 127.0.0.1", "rwuser edge priv",
                    f"override -rw {MINE}.3.1.0 integer 5", f"override {MINE}.3.2.0 octet_str RUN",
                    f"override -rw {MINE}.3.3.0 octet_str text", "createUser edge SHA-256 auth-secret AES priv-secret", *fixed, *more, "",
                ]
            )
        )  # fmt: skip
        binary = shutil.which("snmpd", path="/usr/sbin:/usr/local/sbin:/usr/bin") or "snmpd"
        environment = {"SNMP_PERSISTENT_DIR": str(self.folder / "kept"), "MIBS": ""}
        # Only what carries the objects: the host's own tables are slow to gather and differ from machine to machine.
        modules = "override,usmConf,usmUser,vacm_conf,vacm_context,snmpEngine,system_mib,sysORTable,interfaces,setSerialNo"
        arguments = ["-f", "-Lf", str(self.folder / "log"), "-C", "-c", str(file), "-I", modules]
        self._process = await asyncio.create_subprocess_exec(binary, *arguments, env=environment)
        await until(self._listens, "snmpd listens")

    async def stop(self) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()

    def address(self, i: int) -> dict[str, Any]:
        return {"oid": f"{MINE}.1.{i + 1}.0"}

    def expected(self, i: int) -> Any:
        return i * 3

    def bad_address(self) -> dict[str, Any]:
        return {"oid": f"{MINE}.77.1.0"}

    def mistyped_address(self) -> dict[str, Any]:
        return {"oid": f"{MINE}.3.2.0", "type": "number"}

    def writable(self) -> tuple[dict[str, Any], Sequence[Any]]:
        return {"oid": f"{MINE}.3.1.0"}, (7, -2147483648)

    def browsable(self) -> dict[str, Any]:
        return self.address(999)

    def silent(self) -> Stranger:
        return SilentDatagrams()

    def garbage(self) -> Stranger:
        return GarbageDatagrams()

    def cable(self, *, is_slow: bool = False) -> Wire:
        return DatagramCable(self.port, is_slow=is_slow)

    async def load(self, given: Any) -> None:
        """[[number, type of snmpd's override, value]]"""
        await self.stop()
        self.objects = given
        await self.start()

    async def connections(self) -> int:
        return established(self.port, "udp")

    def config(self, port: Any = None) -> dict[str, Any]:
        return {"host": "127.0.0.1", "port": port or self.port, "version": self.version, "timeout_s": 2.0} | self._login()

    def _login(self) -> dict[str, Any]:
        return {"community": "snmp-community"}

    async def _listens(self) -> bool:
        rows = (await asyncio.to_thread(Path("/proc/net/udp").read_text)).splitlines()[1:]
        return any(row.split()[1].endswith(f":{self.port:04X}") for row in rows)


class SnmpdV2cPeer(_SnmpdPeer):
    """Version 2c."""

    name = "snmpd-v2c"
    version = "2c"
    gaps: ClassVar[Mapping[str, str]] = GAPS


class SnmpdV1Peer(_SnmpdPeer):
    """Version 1."""

    name = "snmpd-v1"
    version = "1"
    gaps: ClassVar[Mapping[str, str]] = GAPS


class SnmpdV3Peer(_SnmpdPeer):
    """Version 3 with authentication and privacy."""

    name = "snmpd-v3"
    version = "3"

    def _login(self) -> dict[str, Any]:
        return {
            "username": "edge", "authentication": "SHA-256", "password": "auth-secret",
            "privacy": "AES-128", "privacy_password": "priv-secret",
        }  # fmt: skip

    def wrong_login(self) -> dict[str, Any]:
        return self.config() | {"password": "not the password"}


PEERS = [SnmpdV2cPeer, SnmpdV1Peer, SnmpdV3Peer]

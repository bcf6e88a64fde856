"""Every setting, in one frozen object that only the entry points read (`kaogong.toml`, then what `up` resolved)."""

import json
import tomllib
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from kaogong.core.errors import ConfigInvalid

RESOLVED = "run/resolved.json"  # ports and addresses as `up` found them free; gone when it stops


class Section(BaseModel):
    """A table of the file; unknown keys are errors, so a typo is never silently ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Listening(Section):
    """A listener of this installation."""

    host: str
    port: int
    tls_certificate: Path | None
    tls_key: Path | None

    @property
    def near(self) -> str:
        """host:port by which this machine reaches it."""
        host = "127.0.0.1" if self.host in ("0.0.0.0", "::") else self.host  # noqa: S104
        return f"[{host}]:{self.port}" if ":" in host else f"{host}:{self.port}"


class Http(Listening):
    """The console and the HTTP interface."""

    host: str = Field("127.0.0.1", description="Address to listen on. Anything but loopback needs tls_certificate and tls_key.")
    port: int = Field(8000, ge=0, le=65535, description="A taken port is replaced by the next free one, and said.")
    tls_certificate: Path | None = Field(None, description="PEM file with the certificate chain.")
    tls_key: Path | None = Field(None, description="PEM file with the private key.")


class Mqtt(Listening):
    """The listener for devices that speak MQTT 3.1.1."""

    host: str = Field("127.0.0.1", description="Address to listen on. Anything but loopback needs tls_certificate and tls_key.")
    port: int = Field(1883, ge=0, le=65535, description="A taken port is replaced by the next free one, and said.")
    tls_certificate: Path | None = Field(None, description="PEM file with the certificate chain.")
    tls_key: Path | None = Field(None, description="PEM file with the private key.")


class Nats(Section):
    """The message bus."""

    url: str | None = Field(None, description="An external cluster, nats://user:password@host:4222; unset: started as a child process.")
    port: int = Field(4222, ge=0, le=65535, description="Client port of the child process, loopback only unless mqtt.host says otherwise.")
    max_file: str = Field("20GB", description="Disk that JetStream may take; the only limit on what waits for ingest.")


class Registry(Section):
    """Tenants, people, places, device types, devices."""

    dsn: str | None = Field(None, description="postgresql+psycopg://user:password@host/db; unset: SQLite in the home folder.")


class HistorianSettings(Section):
    """The time-series store."""

    dsn: str | None = Field(
        None, description="http(s)://user:password@host:8123/db for a ClickHouse server; unset: chDB in the home folder."
    )
    retention_days: int = Field(400, ge=1, description="How long raw readings of the default retention class are kept.")
    rollup_retention_days: int = Field(3650, ge=1, description="How long rollups are kept.")
    query_timeout_s: float = Field(30.0, gt=0, description="Longest time a person's SQL may run.")
    query_memory_mb: int = Field(512, ge=64, description="Most memory one person's SQL may take.")


class Ingest(Section):
    """From the bus to the store."""

    future_tolerance_s: int = Field(600, ge=0, description="Samples further ahead of the clock become dead letters.")
    max_batch_messages: int = Field(16384, ge=1, description="Most messages decoded into one table.")
    linger_ms: int = Field(150, ge=0, description="Longest time a message waits for others before it is written.")


class Site(Section):
    """Defaults for sites that do not say otherwise."""

    time_zone: str = Field("Asia/Shanghai", description="IANA zone of day and shift figures.")
    language: str = Field("zh", pattern="^(zh|en)$", description="First language of the console: zh or en.")

    @field_validator("time_zone")
    @classmethod
    def _zone_exists(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError) as err:
            raise ValueError("write an IANA zone such as Asia/Shanghai") from err
        return value


class Log(Section):
    """Log files under `log/` in the home folder."""

    level: str = Field("INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$", description="DEBUG, INFO, WARNING or ERROR.")
    max_mb: int = Field(20, ge=1, description="A log file is rotated at this size.")
    keep: int = Field(5, ge=1, description="How many rotated files are kept.")


class Disk(Section):
    """What happens when the disk fills."""

    refuse_at_percent: int = Field(90, ge=10, le=100, description="Above this the gate refuses new connections and says why.")
    ballast_mb: int = Field(256, ge=0, description="A file that is freed when the disk is full, so the platform can still clean up.")


class Settings(Section):
    """The whole configuration of one home folder."""

    http: Http = Http()
    mqtt: Mqtt = Mqtt()
    nats: Nats = Nats()
    registry: Registry = Registry()
    historian: HistorianSettings = HistorianSettings()
    ingest: Ingest = Ingest()
    site: Site = Site()
    log: Log = Log()
    disk: Disk = Disk()
    home: Path = Field(default=Path("kaogong-home"), exclude=True)

    @classmethod
    def load(cls, home: Path) -> "Settings":
        """Read `home/kaogong.toml` (absent: defaults), then what a running `up` resolved.

        Raises ConfigInvalid naming file, line where known, field and what to write instead.
        """
        file = home / "kaogong.toml"
        data: dict[str, Any] = {}
        text = ""
        if file.exists():
            text = file.read_text(encoding="utf-8")
            try:
                data = tomllib.loads(text)
            except tomllib.TOMLDecodeError as err:
                raise ConfigInvalid(f"{file}: not valid TOML: {err}.", code="settings_invalid", file=str(file)) from err
        resolved = home / RESOLVED
        if resolved.exists():
            for section, values in json.loads(resolved.read_text(encoding="utf-8")).items():
                if isinstance(data.setdefault(section, {}), dict):
                    data[section] |= values
        try:
            return cls(**data, home=home)
        except ValidationError as err:
            raise ConfigInvalid(_explain(file, text, err), code="settings_invalid", file=str(file)) from err

    def write_example(self) -> Path:
        """Write `kaogong.toml` with every setting explained, unless there is one; its path."""
        file = self.home / "kaogong.toml"
        if not file.exists():
            self.home.mkdir(parents=True, exist_ok=True)
            file.write_text(explained(), encoding="utf-8")
            file.chmod(0o600)
        return file

    @property
    def console_url(self) -> str:
        """Where this machine finds the console and the HTTP interface."""
        return f"{'https' if self.http.tls_certificate else 'http'}://{self.http.near}"

    @property
    def own_bus_url(self) -> str:
        """Where this machine finds the bus that `up` starts as a child process."""
        scheme = "tls" if self.mqtt.tls_certificate else "nats"
        return f"{scheme}://{self.mqtt.model_copy(update={'port': self.nats.port}).near}"

    @property
    def registry_dsn(self) -> str:
        """The registry's SQLAlchemy DSN."""
        return self.registry.dsn or f"sqlite:///{self.home.absolute()}/registry.db"

    @property
    def historian_dsn(self) -> str:
        """The historian's clickhouse-connect DSN."""
        return self.historian.dsn or f"chdb://{self.home.absolute()}/historian"


def explained() -> str:
    """The configuration file with every setting, its default and its meaning."""
    out = ["# Kaogong: every setting with its default. Uncomment a line to change it.\n"]
    for name, field in Settings.model_fields.items():
        if name == "home":
            continue
        section = field.annotation
        assert isinstance(section, type) and issubclass(section, Section)
        out.append(f"\n# {section.__doc__}\n[{name}]\n")
        for key, setting in section.model_fields.items():
            out.append(f"# {setting.description}\n#{key} = {_toml(setting.default)}\n")
    return "".join(out)


def _toml(value: object) -> str:
    return '""' if value is None else json.dumps(value)


def _explain(file: Path, text: str, err: ValidationError) -> str:
    lines = []
    for problem in err.errors():
        path = [str(p) for p in problem["loc"]]
        where = f"{file}{_line(text, path)}: {'.'.join(path)}"
        hint = "there is no such setting" if problem["type"] == "extra_forbidden" else problem["msg"].removeprefix("Value error, ")
        known = ""
        section = Settings.model_fields.get(path[0])
        if problem["type"] == "extra_forbidden":
            names = list(Settings.model_fields)[:-1]
            if len(path) > 1 and section is not None and isinstance(section.annotation, type) and issubclass(section.annotation, Section):
                names = list(section.annotation.model_fields)
            known = f"; write one of: {', '.join(names)}"
        lines.append(f"{where}: {hint}{known} (found {problem['input']!r})")
    return "\n".join(lines)


def _line(text: str, path: list[str]) -> str:
    section = ""
    for number, line in enumerate(text.splitlines(), 1):
        bare = line.strip()
        if bare.startswith("["):
            section = bare.strip("[]").strip()
            if len(path) == 1 and section == path[0]:
                return f" line {number}"
        elif len(path) > 1 and section == path[0] and bare.split("=")[0].strip() == path[1]:
            return f" line {number}"
    return ""

"""The commands `user`, `device` and `export` against a running platform."""

import json
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest
import typer
from tests.api.conftest import PASSWORD, Stack, minutes_ago
from typer.testing import CliRunner, Result

from kaogong.cli import device, export, user
from kaogong.cli.main import COMMANDS
from kaogong.core.errors import AuthRejected, ConfigInvalid, Denied, KaogongError, Missing, NotReady


@pytest.fixture
def home(stack: Stack, tmp_path: Path) -> Path:
    """A home folder whose platform is the running one."""
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets/admin_password").write_text(PASSWORD + "\n")
    ready = {
        "http": stack.url,
        "mqtt": stack.mqtt,
        "tenant": "default",
        "admin_user": "admin",
        "admin_password_file": str(tmp_path / "secrets/admin_password"),
    }
    (tmp_path / "ready.json").write_text(json.dumps(ready))
    return tmp_path


def run(app: typer.Typer, home: Path, *words: str) -> str:
    """What the command prints; raises what it raises."""
    result: Result = CliRunner().invoke(app, [*words, "--home", str(home)])
    if result.exception is not None:
        raise result.exception
    return result.output


def test_the_commands_are_there() -> None:
    assert {"serve", "user", "device", "export"} <= set(COMMANDS)
    assert "remote" not in COMMANDS


def test_people_come_and_go(home: Path, stack: Stack) -> None:
    first = run(user.app, home, "add", "cli-ana", "--role", "viewer", "--role", "operator").strip().rpartition(" ")[2]
    assert "cli-ana" in run(user.app, home, "list")
    with stack.fresh() as client:
        login = {"username": "default/cli-ana", "password": first}
        assert client.post("/api/v1/auth/session", json=login).json()["must_change_password"] is True
        again = run(user.app, home, "password", "cli-ana").strip().rpartition(" ")[2]
        assert client.post("/api/v1/auth/session", json=login).status_code == 401
        assert client.post("/api/v1/auth/session", json=login | {"password": again}).status_code == 200
        run(user.app, home, "disable", "cli-ana")
        assert client.post("/api/v1/auth/session", json=login | {"password": again}).status_code == 401
    assert "disabled" in run(user.app, home, "list")


def test_the_administrator_changes_the_first_password_by_command(home: Path, stack: Stack) -> None:
    made = stack.client().post("/api/v1/users", json={"name": "cli-boss", "roles": ["tenant_admin", "engineer"]}).json()
    ready = json.loads((home / "ready.json").read_text())
    (home / "ready.json").write_text(json.dumps(ready | {"admin_user": "cli-boss"}))
    (home / "secrets/admin_password").write_text(made["password"])
    with pytest.raises(Denied, match="kaogong user password cli-boss"):
        run(user.app, home, "list")
    run(user.app, home, "password", "cli-boss")
    assert "cli-boss" in run(user.app, home, "list")
    assert (home / "secrets/admin_password").stat().st_mode & 0o777 == 0o600


def test_devices_by_command(home: Path, stack: Stack) -> None:
    made = run(device.app, home, "add", "cli-pump", "--type", "pump", "--place", "works/hall")
    assert "default.cli-pump" in made and "default:cli-pump" in made
    assert "cli-pump" in run(device.app, home, "list", "cli-pump")
    assert run(device.app, home, "credential", "cli-pump") != made
    run(device.app, home, "revoke", "cli-pump")
    with pytest.raises(Missing, match="no-such"):
        run(device.app, home, "revoke", "no-such")
    with pytest.raises(KaogongError, match="nothing"):
        run(device.app, home, "add", "cli-x", "--type", "nothing")


def test_a_token_serves_instead_of_a_login(home: Path, stack: Stack, tmp_path: Path) -> None:
    token = stack.client().post("/api/v1/tokens", json={"name": "cli", "scopes": ["see_plant"]}).json()["secret"]
    (tmp_path / "token").write_text(token)
    assert "pump-1" in run(device.app, home, "list", "pump-1", "--token-file", str(tmp_path / "token"))
    with pytest.raises(Denied, match="scope"):
        run(device.app, home, "revoke", "pump-1", "--token-file", str(tmp_path / "token"))


@pytest.mark.req("D04")
def test_history_is_written_to_a_file_as_it_was(home: Path, stack: Stack) -> None:
    run(device.app, home, "add", "cli-export", "--type", "pump")
    times = [minutes_ago(200) + timedelta(minutes=number) for number in range(180)]
    rows = [{"property": "flow", "observed_at": moment, "value": float(number)} for number, moment in enumerate(times)]
    stack.store(stack.samples("default", "cli-export", [*rows, {"property": "state", "observed_at": times[0], "value": "RUN"}]))
    for name, read in (("out.parquet", pl.read_parquet), ("out.csv", pl.read_csv)):
        said = run(export.app, home, str(home / name), "--device", "cli-export")
        assert "181 samples" in said
        frame = read(home / name)
        assert frame["device"].unique().to_list() == ["cli-export"]
        assert frame.filter(pl.col("property") == "flow")["value"].sort().to_list() == [float(number) for number in range(180)]
    one = run(export.app, home, str(home / "flow.parquet"), "--device", "cli-export", "--property", "flow", "--to", times[10].isoformat())
    assert "10 samples" in one
    assert not list(home.glob("*.part"))


def test_what_is_wrong_is_said_in_one_line(home: Path, tmp_path: Path) -> None:
    with pytest.raises(NotReady, match=r"kaogong up --home"):
        run(device.app, tmp_path / "elsewhere", "list")
    with pytest.raises(ConfigInvalid, match="csv"):
        run(export.app, home, "out.txt")
    with pytest.raises(ConfigInvalid, match="--from"):
        run(export.app, home, "out.csv", "--from", "yesterday")
    with pytest.raises(AuthRejected, match="--token-file"):
        run(device.app, home, "list", "--login", "default/viewer")
    (home / "secrets/admin_password").write_text("a former one")
    with pytest.raises(AuthRejected):
        run(device.app, home, "list")
    (home / "ready.json").write_text(json.dumps(json.loads((home / "ready.json").read_text()) | {"http": "http://127.0.0.1:1"}))
    with pytest.raises(NotReady, match="does not answer"):
        run(device.app, home, "list")

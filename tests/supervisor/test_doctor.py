from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme

from kaogong.cli.doctor import Finding, examine
from kaogong.supervisor import ensure_secrets


def wrong(home: Path) -> list[str]:
    return [finding.words for finding in examine(home) if finding.level == "wrong"]


def test_nothing_is_wrong_with_what_is_not_there_yet(tmp_path: Path) -> None:
    findings = list(examine(tmp_path / "none"))
    assert findings[-1] == Finding("note", f"{tmp_path / 'none'} is not there yet: `kaogong up --home {tmp_path / 'none'}` makes it.")


def test_secrets_that_others_can_read_are_named(tmp_path: Path) -> None:
    ensure_secrets(tmp_path)
    assert wrong(tmp_path) == []
    (tmp_path / "secrets" / "nats_sys").chmod(0o644)
    assert wrong(tmp_path) == [f"others on this machine can read nats_sys: chmod -R go= {tmp_path / 'secrets'}"]


@pytest.mark.parametrize(
    ("days", "level", "words"), [(-1, "wrong", "expired on"), (5, "note", "renew it soon"), (300, "ok", "is valid until")]
)
def test_certificate(tmp_path: Path, days: int, level: str, words: str) -> None:
    now = datetime.now(UTC)
    issued = trustme.CA().issue_cert("plant.example", not_before=now - timedelta(days=60), not_after=now + timedelta(days=days))
    issued.cert_chain_pems[0].write_to_path(tmp_path / "cert.pem")
    issued.private_key_pem.write_to_path(tmp_path / "key.pem")
    (tmp_path / "kaogong.toml").write_text(
        f"[http]\nhost = '0.0.0.0'\nport = 0\ntls_certificate = '{tmp_path / 'cert.pem'}'\ntls_key = '{tmp_path / 'key.pem'}'\n"
    )
    assert [f.level for f in examine(tmp_path) if words in f.words] == [level]


def test_full_disk_is_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = type("Usage", (), {"used": 95, "free": 5, "total": 100})
    monkeypatch.setattr("shutil.disk_usage", lambda _: usage)
    assert any("95 % full" in words and "no device is admitted at 90 %" in words for words in wrong(tmp_path))


def test_last_error_of_each_log_is_shown(tmp_path: Path) -> None:
    (tmp_path / "log").mkdir()
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S")
    (tmp_path / "log" / "ingest.log").write_text(f"2020-01-01T00:00:00.000Z ERROR old\n{now}.000Z ERROR kaogong.ingest: it broke\n")
    findings = [f for f in examine(tmp_path) if "errors in" in f.words]
    assert [f.level for f in findings] == ["note"]
    assert findings[0].words.endswith("ERROR kaogong.ingest: it broke")

import tomllib
from pathlib import Path

import pytest

from kaogong.core.errors import ConfigInvalid
from kaogong.settings import Settings, explained


def test_the_generated_file_is_valid_and_changes_nothing(tmp_path: Path) -> None:
    file = Settings(home=tmp_path).write_example()
    assert Settings.load(tmp_path) == Settings(home=tmp_path)
    assert file.stat().st_mode & 0o777 == 0o600


def test_every_setting_is_explained_in_it() -> None:
    uncommented = "\n".join(
        line.removeprefix("#") if " = " in line and line.startswith("#") and line[1] != " " else line for line in explained().splitlines()
    )
    data = tomllib.loads(uncommented)
    for section, values in data.items():
        assert set(values) == set(Settings.model_fields[section].annotation.model_fields)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[http]\nport = 99999\n", ["line 2", "http.port", "65535"]),
        ("[http]\nprot = 8000\n", ["line 2", "http.prot", "there is no such setting", "port"]),
        ("[htp]\nport = 8000\n", ["line 1", "htp", "http"]),
        ("[http\nport = 1", ["not valid TOML", "line 1"]),
        ('[site]\ntime_zone = "Mars/Olympus"\n', ["line 2", "Asia/Shanghai"]),
        ('[log]\nlevel = "LOUD"\n', ["line 2", "log.level"]),
    ],
)
def test_a_broken_file_is_answered_with_field_line_and_what_to_write(tmp_path: Path, text: str, words: list[str]) -> None:
    (tmp_path / "kaogong.toml").write_text(text)
    with pytest.raises(ConfigInvalid) as caught:
        Settings.load(tmp_path)
    assert all(word in caught.value.message for word in words), caught.value.message

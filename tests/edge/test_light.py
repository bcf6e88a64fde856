"""An edge node stays light: what it imports, and what its wheel holds."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HEAVY = "{'polars', 'pyarrow', 'pandas', 'numpy', 'sqlalchemy', 'fastapi', 'chdb', 'uvicorn', 'clickhouse_connect'}"
SERVER = "('kaogong.api', 'kaogong.registry', 'kaogong.historian', 'kaogong.ingest', 'kaogong.db', 'kaogong.supervisor')"


def imported(script: str) -> str:
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_the_edge_loads_no_tables_no_server_and_no_driver_that_is_not_configured() -> None:
    assert (
        imported(
            "import sys, kaogong.edge.node, kaogong.edge.drivers.base, kaogong.cli.edge\n"
            f"print(sorted({HEAVY} & set(sys.modules)), [m for m in sys.modules if m.startswith({SERVER})],\n"
            "      [m for m in sys.modules if m.startswith('kaogong.edge.drivers.') and not m.endswith('.base')])"
        )
        == "[] [] []"
    )


@pytest.mark.req("B01")
def test_a_configuration_with_expressions_and_two_protocols_stays_light() -> None:
    assert (
        imported(
            "import sys; from kaogong.edge.configuration import plan, read_document\n"
            "import kaogong.edge.drivers.modbus_tcp, kaogong.edge.drivers.mqtt, kaogong.expressions\n"
            f"print(sorted(({HEAVY} - {{'numpy'}}) & set(sys.modules)))"
        )
        == "[]"
    )


def test_the_wheel_for_gateways_holds_no_console(tmp_path: Path) -> None:
    (ROOT / "console/dist").mkdir(exist_ok=True)
    build = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--disable-pip-version-check",
        "-q",
        "--no-deps",
        "--no-build-isolation",
        "-w",
        str(tmp_path),
    ]
    subprocess.run([*build, str(ROOT)], check=True, env=os.environ | {"KAOGONG_WITHOUT_CONSOLE": "1"}, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert not [n for n in names if "console" in n]
    assert "kaogong/edge/node.py" in names
    assert wheel.stat().st_size < 2_000_000

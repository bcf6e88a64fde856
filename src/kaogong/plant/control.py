"""How `kaogong plant fault` reaches the running plant: a folder of requests it takes away, and a file that says what is broken."""

import os
import time
from pathlib import Path
from typing import Any

from kaogong.core.errors import Missing, NotReady
from kaogong.plant.faults import CATALOGUE, Change, Faults
from kaogong.plant.keeping import read_json, write_secretly
from kaogong.plant.world import World

PATIENCE_S = 5.0


class Control:
    """Both sides of the folder `run/plant` below the home."""

    def __init__(self, home: Path) -> None:
        self._folder = home / "run" / "plant"
        self._report = self._folder / "faults.json"

    def open(self) -> None:
        """For the plant: begin with no requests left over from another run."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for stale in self._folder.iterdir():
            stale.unlink()

    def take(self, world: World) -> list[Change]:
        """For the plant, each second: do what was asked; the faults that began or ended."""
        changes = []
        for request in sorted(self._folder.glob("*.begin")) + sorted(self._folder.glob("*.clear")):
            name = request.stem
            if name in world.faults.catalogue:
                change = (
                    world.faults.begin(name, world.at, world.around.elapsed) if request.suffix == ".begin" else world.faults.clear(name)
                )
                if change:
                    world.apply(change)
                    changes.append(change)
            request.unlink(missing_ok=True)
        return changes

    def tell(self, faults: Faults) -> None:
        """For the plant: write down what is broken now."""
        write_secretly(self._report, {"pid": os.getpid(), "faults": faults.report()})

    def ask(self, name: str, *, clear: bool) -> None:
        """For the command: begin or clear a fault, and wait until the plant has done it."""
        if name not in CATALOGUE:
            raise Missing(f"There is no fault {name!r}; known: {', '.join(CATALOGUE)}.", code="fault_unknown", field="name")
        self.faults()
        request = self._folder / f"{name}.{'clear' if clear else 'begin'}"
        request.touch(mode=0o600)
        give_up = time.monotonic() + PATIENCE_S
        while request.exists():
            if time.monotonic() > give_up:
                request.unlink(missing_ok=True)
                raise NotReady("The plant does not react; look at its log.", code="plant_silent")
            time.sleep(0.05)

    def faults(self) -> list[dict[str, Any]]:
        """For the command: every fault, and since when it is active; NotReady where no plant runs."""
        report = read_json(self._report)
        if not _is_alive(report.get("pid", 0)):
            raise NotReady("No plant runs in this home; start one with: kaogong up --demo", code="plant_absent")
        found: list[dict[str, Any]] = report["faults"]
        return found


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return pid > 0

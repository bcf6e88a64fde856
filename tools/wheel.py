"""What the wheel holds beside the package: the built console, unless it is meant for gateways (`make wheels`)."""

import os
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

WITHOUT = "KAOGONG_WITHOUT_CONSOLE"


class ConsoleHook(BuildHookInterface):  # type: ignore[type-arg]
    """Adds `console/dist` as `kaogong/api/console`."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called by hatchling before it collects files."""
        console = Path(self.root) / "console/dist"
        if not os.environ.get(WITHOUT) and console.is_dir():
            build_data["force_include"][str(console)] = "kaogong/api/console"

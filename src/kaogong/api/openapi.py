"""The OpenAPI document without a running platform: `python -m kaogong.api.openapi > console/openapi.json`."""

import json
import sys
from typing import Any

from kaogong.api.app import create_app


def document() -> dict[str, Any]:
    """The document as the running platform serves it at /api/openapi.json."""
    return create_app(None).openapi()


if __name__ == "__main__":
    sys.stdout.write(json.dumps(document(), indent=1, ensure_ascii=False, sort_keys=True) + "\n")

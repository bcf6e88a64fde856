"""The historian for tests of other rooms."""

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

from kaogong.historian import Historian
from kaogong.historian.local import LocalHistorian
from tests.support.nats import Broker


@contextlib.asynccontextmanager
async def historian_process(home: Path, broker: Broker) -> AsyncIterator[Historian]:
    opened = await LocalHistorian.open(f"chdb://{home}/historian", owner=True)
    yield opened
    await opened.close()

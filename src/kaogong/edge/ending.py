"""Ending tasks for certain."""

import asyncio
from typing import Any

ASK_AGAIN_S = 0.5


async def end(*tasks: "asyncio.Task[Any]") -> None:
    """Cancel `tasks` until they have ended, whatever they raise.

    Once is not enough: `asyncio.wait_for` of Python 3.11, which vendors' libraries use, swallows a cancellation that
    arrives together with its result (python/cpython#86296), and the task goes on as if nothing had been said.
    """
    left = {task for task in tasks if not task.done()}
    while left:
        for task in left:
            task.cancel()
        _, left = await asyncio.wait(left, timeout=ASK_AGAIN_S)
    await asyncio.gather(*tasks, return_exceptions=True)

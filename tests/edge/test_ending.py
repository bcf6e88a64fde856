"""A task that swallows a cancellation ends nevertheless."""

import asyncio

from kaogong.edge.ending import end


async def test_swallowed_cancellation_is_repeated() -> None:
    swallowed = 0

    async def stubborn() -> None:
        nonlocal swallowed
        while True:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                swallowed += 1
                if swallowed == 2:
                    raise

    async def failing() -> None:
        raise ValueError("not ours to mind")

    tasks = [asyncio.create_task(stubborn()), asyncio.create_task(failing())]
    await asyncio.sleep(0)
    await end(*tasks)
    assert swallowed == 2
    assert all(t.done() for t in tasks)

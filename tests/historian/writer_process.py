"""A process that writes batch after batch and says which ones are acknowledged: `python writer_process.py DSN FIRST [FILE_LIMIT]`."""

import asyncio
import resource
import sys
from datetime import UTC, datetime, timedelta

import polars as pl

from kaogong.core.errors import NotReady
from kaogong.core.sample import SAMPLES
from kaogong.historian import DECODED, MINUTES, WRITTEN, AccountedRange
from kaogong.historian.local import LocalHistorian

START = datetime(2026, 11, 20, tzinfo=UTC)
POINTS = 300


def batch(number: int) -> pl.DataFrame:
    """One second of every point; the value tells the batch."""
    ids = pl.int_range(1, POINTS + 1, dtype=pl.UInt32, eager=True)
    moment = START + timedelta(seconds=number)
    return pl.DataFrame({"asset": ids}).select(
        pl.lit(0, pl.UInt32).alias("message"), pl.lit(1, pl.UInt32).alias("tenant"), pl.col("asset").alias("device"),
        pl.lit(1, pl.UInt32).alias("property"), "asset", pl.lit(1, pl.UInt32).alias("asset_property"),
        pl.lit(moment).cast(SAMPLES["observed_at"]).alias("observed_at"), pl.lit(float(number)).alias("value"),
        pl.lit(0, pl.Int64).alias("exact"), pl.lit("").alias("text"), pl.lit(0, pl.UInt32).alias("quality"),
        pl.lit(moment).cast(SAMPLES["received_at"]).alias("received_at"),
    )  # fmt: skip


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


async def main(dsn: str, first: int, file_limit: int) -> None:
    historian = await LocalHistorian.open(dsn, owner=True)
    if file_limit:
        resource.setrlimit(resource.RLIMIT_FSIZE, (file_limit, resource.RLIM_INFINITY))
    known = (await historian.accounted("up-1")).get(0, 0)
    for number in range(max(first, known + 1), 10_000):
        rows = [(0, 1, START.replace(second=0), outcome, POINTS) for outcome in (DECODED, WRITTEN)]
        try:
            await historian.write(
                batch(number),
                batch=number,
                ranges=[AccountedRange("up-1", 0, number, number, 1)],
                minutes=pl.DataFrame(rows, schema=MINUTES, orient="row"),
            )
        except NotReady as err:
            say(f"refused {number} {err.stable_code} {err.message}")
            resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
            await historian.write(batch(number), batch=number, ranges=[AccountedRange("up-1", 0, number, number, 1)])
            say(f"recovered {number}")
            break
        say(f"acknowledged {number}")
    await historian.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 0))

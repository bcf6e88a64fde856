"""People's SQL over the tenant's readings."""

from collections.abc import AsyncIterator
from typing import Annotated, Any

import polars as pl
from fastapi import APIRouter, Header
from starlette.responses import Response

from kaogong.api.access import PlatformOf, Query
from kaogong.api.errors import answers
from kaogong.api.files import FILES, JSON, file_of, wanted_type
from kaogong.api.shapes.readings import Column, QueryIn, QueryOut
from kaogong.historian import QueryRequest

router = APIRouter(tags=["data"])


@router.post("/query", responses=answers(429, 503) | FILES, response_model=QueryOut)
async def run_query(
    platform: PlatformOf, caller: Query, query: QueryIn, accept: Annotated[str | None, Header(include_in_schema=False)] = None
) -> QueryOut | Response:
    """One SELECT over `readings`, `latest`, `events` and `waveforms`; by `Accept` as Arrow, CSV or Parquet."""
    result = await platform.historian.query(QueryRequest(caller.principal.tenant_id, query.sql, query.limit))
    media = wanted_type(accept)
    if media != JSON:
        return await file_of(media, "query", _once(result.rows))
    frame = _readable(result.rows)
    columns = [Column(name=name, type=str(kind)) for name, kind in result.rows.schema.items()]
    rows: list[list[Any]] = [list(row) for row in frame.iter_rows()]
    return QueryOut(columns=columns, rows=rows, truncated=result.truncated)


async def _once(rows: pl.DataFrame) -> AsyncIterator[pl.DataFrame]:
    yield rows


def _readable(rows: pl.DataFrame) -> pl.DataFrame:
    """Bytes as hexadecimal, and numbers that are none as null: JSON has no word for either."""
    return rows.with_columns(
        pl.col(pl.Binary).bin.encode("hex"),
        pl.when(pl.col(pl.Float32, pl.Float64).is_finite()).then(pl.col(pl.Float32, pl.Float64)),
    )

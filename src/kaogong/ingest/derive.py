"""Derived properties: what a device type computes from what its devices send."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import polars as pl

from kaogong.core import units
from kaogong.core.errors import ConfigInvalid
from kaogong.core.quality import Quality
from kaogong.core.sample import SAMPLES, Batch, Kind
from kaogong.expressions import Compiled, State, compile_expression
from kaogong.historian import Historian
from kaogong.ingest.names import Names
from kaogong.registry import PropertyRef

log = logging.getLogger(__name__)

_BAD = 0x80000000


class Derive:
    """Adds the samples of derived properties, with the observation time of their newest input.

    An input that a message does not carry counts with its last known value; what is remembered outlives the batch, not the process.
    """

    def __init__(self, names: Names) -> None:
        self._names = names
        self._of: pl.DataFrame | None = None
        self._types: dict[int, _DerivedType] = {}
        self._type_of_property: np.ndarray[tuple[int], np.dtype[np.int64]] = np.zeros(1, dtype=np.int64)

    @property
    def inputs(self) -> list[int]:
        """The ids of all properties that something is derived from."""
        self._learn()
        return sorted({prop.id for kind in self._types.values() for prop in kind.inputs})

    def __call__(self, batch: Batch) -> Batch:
        self._learn()
        if not self._types or batch.samples.is_empty():
            return batch
        made = self._made(batch.samples)
        count = sum(map(len, made))
        if not count:
            return batch
        derived = pl.concat(made)
        facts = {**batch.facts, "derived": derived.select("message", "tenant")}
        return replace(batch, samples=pl.concat([batch.samples, derived]), facts=facts)

    async def recall(self, historian: Historian) -> None:
        """Take the latest stored inputs as the last known values: after a start. What a place holds counts for its device."""
        inputs = self.inputs
        if not inputs:
            return
        for tenant in self._names.directory.tenants().values():
            latest = await historian.latest(tenant, properties=inputs)
            rows = latest.with_columns(pl.lit(tenant, pl.UInt32).alias("tenant"), pl.lit(0, pl.UInt32).alias("message"))
            self._made(rows)

    def _made(self, samples: pl.DataFrame) -> list[pl.DataFrame]:
        prop = samples["property"].to_numpy()
        kind = self._type_of_property[np.minimum(prop, len(self._type_of_property) - 1)]
        return [
            made for number in np.unique(kind[kind > 0]).tolist() for made in self._types[number](samples.filter(pl.Series(kind == number)))
        ]

    def _learn(self) -> None:
        table = self._names.properties
        if table is self._of:
            return
        self._of = table
        former, self._types = self._types, {}
        self._type_of_property = np.zeros(int(table["property"].max() or 0) + 2, dtype=np.int64)  # type: ignore[arg-type]
        for type_id in table["type"].unique().to_list():
            derived = self._names.directory.derived(type_id)
            if not derived:
                continue
            kind = _DerivedType(self._names.directory.properties(type_id), derived)
            if not kind.steps:
                continue
            old = former.get(type_id)
            self._types[type_id] = old if old is not None and old.declared == kind.declared else kind
            self._type_of_property[[prop.id for prop in kind.inputs]] = type_id


class _DerivedType:
    """The derived properties of one type, in order of evaluation, and what is known of each device."""

    def __init__(self, properties: Mapping[str, PropertyRef], derived: Sequence[PropertyRef]) -> None:
        self.declared = tuple(properties.values())
        names = {key: (prop.kind, prop.unit) for key, prop in properties.items()}
        self.steps: list[tuple[PropertyRef, Compiled, State, tuple[float, float]]] = []
        for prop in derived:
            assert prop.expression is not None
            try:
                compiled = compile_expression(prop.expression, names)
                scale = units.conversion(compiled.unit, prop.unit) if compiled.unit is not None else (1.0, 0.0)
            except ConfigInvalid as err:
                log.warning("the derived property %s is not computed: %s", prop.key, err.message)
                continue
            self.steps.append((prop, compiled, State(), scale))
        made = {prop.key for prop, *_ in self.steps}
        wanted = {key for _, compiled, *_ in self.steps for key in compiled.inputs} - made
        self.inputs = [prop for key, prop in properties.items() if key in wanted]
        self._known: pl.DataFrame | None = None

    def __call__(self, rows: pl.DataFrame) -> list[pl.DataFrame]:
        wide = self._filled(self._wide(rows))
        made = []
        for prop, compiled, state, scale in self.steps:
            result = compiled.evaluate(wide, state, point="device", observed_at="observed_at")
            if not compiled.inputs:
                result = pl.repeat(result[0], len(wide), eager=True)
            if prop.kind.is_numeric and prop.kind is not Kind.BOOLEAN:
                result = result.cast(pl.Float64) * scale[0] + scale[1]
            quality = pl.max_horizontal([pl.col(f":q_{key}") for key in sorted(compiled.inputs)]) if compiled.inputs else pl.lit(0)
            wide = wide.with_columns(result.alias(prop.key), quality.fill_null(0).cast(pl.UInt32).alias(f":q_{prop.key}"))
            made.append(_samples(wide, prop))
        return made

    def _wide(self, rows: pl.DataFrame) -> pl.DataFrame:
        """One row for each device and time, one column for each input and one for its quality."""
        columns = []
        for prop in self.inputs:
            mine = pl.col("property") == prop.id
            is_text = not prop.kind.is_numeric
            columns.append(pl.col("text" if is_text else "value").filter(mine).last().alias(prop.key))
            columns.append(pl.col("quality").filter(mine).last().alias(f":q_{prop.key}"))
        grouped = rows.group_by("device", "observed_at").agg(
            *columns, pl.col("message").max(), pl.col("tenant").first(), pl.col("received_at").max()
        )
        return grouped.sort("device", "observed_at")

    def _filled(self, wide: pl.DataFrame) -> pl.DataFrame:
        """With the last known value where a message carries none; a value of bad quality counts as none."""
        keys = [name for prop in self.inputs for name in (prop.key, f":q_{prop.key}")]
        wide = wide.with_columns(pl.lit(True).alias(":new"))
        if self._known is not None:
            mine = self._known.join(wide.select("device").unique(), on="device", how="semi")
            wide = pl.concat([mine, wide], how="diagonal").sort("device", "observed_at", ":new", maintain_order=True)
        wide = wide.with_columns(pl.col(keys).forward_fill().over("device"))
        last = wide.group_by("device", maintain_order=True).last().with_columns(pl.lit(False).alias(":new"))
        if self._known is not None:
            last = pl.concat([self._known.join(last.select("device"), on="device", how="anti"), last], how="diagonal")
        self._known = last
        wide = wide.filter(pl.col(":new"))
        return wide.with_columns([self._usable(prop) for prop in self.inputs])

    @staticmethod
    def _usable(prop: PropertyRef) -> pl.Expr:
        value = pl.col(prop.key)
        good = pl.col(f":q_{prop.key}") < _BAD
        if prop.kind is Kind.BOOLEAN:
            return pl.when(good & value.is_not_nan()).then(value != 0).alias(prop.key)
        if prop.kind.is_numeric:
            return pl.when(good & value.is_not_nan()).then(value).alias(prop.key)
        return pl.when(good).then(value).alias(prop.key)


def _samples(wide: pl.DataFrame, prop: PropertyRef) -> pl.DataFrame:
    """Samples of one derived property: where there is a result, and where bad inputs say that there is none."""
    quality = pl.col(f":q_{prop.key}")
    result = pl.col(prop.key)
    rows = wide.filter(result.is_not_null() | (quality >= _BAD))
    is_text = not prop.kind.is_numeric
    value = pl.lit(float("nan")) if is_text else result.cast(pl.Float64).fill_null(float("nan"))
    if prop.kind is Kind.INTEGER:
        value = value.round()
    return rows.select(
        "message",
        "tenant",
        "device",
        pl.lit(prop.id, pl.UInt32).alias("property"),
        pl.lit(0, pl.UInt32).alias("asset"),
        pl.lit(0, pl.UInt32).alias("asset_property"),
        "observed_at",
        value.alias("value"),
        pl.lit(0, pl.Int64).alias("exact"),
        (result.fill_null("") if is_text else pl.lit("")).alias("text"),
        pl.when(result.is_null() & (quality == 0)).then(int(Quality.BAD)).otherwise(quality).cast(pl.UInt32).alias("quality"),
        "received_at",
    ).cast(SAMPLES)

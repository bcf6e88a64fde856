"""Samples to the places they belong to: the binding of their device that was valid when they were observed."""

from dataclasses import replace

import numpy as np
import polars as pl

from kaogong.core.sample import SAMPLES, Batch
from kaogong.formats import Reason
from kaogong.ingest.limits import refusals
from kaogong.ingest.names import Names

_UNBOUND = pl.col("observed_at").dt.strftime("at %Y-%m-%dT%H:%M:%SZ the device was bound to no asset")


class Bind:
    """Fills `asset` and `asset_property`; a sample of a device that was bound to nothing at that time is refused."""

    def __init__(self, names: Names) -> None:
        self._names = names

    def __call__(self, batch: Batch) -> Batch:
        if len(batch.waveforms):
            batch = self._waveforms(batch)
        rows = batch.samples
        if rows.is_empty():
            return batch
        identity = self._names.directory.identity()
        device = rows["device"].to_numpy()
        asset = identity[np.where(device < len(identity), device, 0)]
        rows = rows.with_columns(pl.Series("asset", asset, dtype=pl.UInt32), pl.col("property").alias("asset_property"))
        if asset.all():
            return replace(batch, samples=rows)
        return self._by_time(replace(batch, samples=rows), pl.Series(asset == 0))

    def _waveforms(self, batch: Batch) -> Batch:
        """A waveform follows its device's first binding at that time: what it shows has no property of the type."""
        identity = self._names.directory.identity()
        device = batch.waveforms["device"].to_numpy()
        rows = batch.waveforms.with_columns(pl.Series("asset", identity[np.where(device < len(identity), device, 0)], dtype=pl.UInt32))
        bindings = self._names.directory.bindings()
        if (rows["asset"] == 0).any() and not bindings.is_empty():
            begun = bindings.sort("valid_from").unique(["device", "valid_from"], keep="first", maintain_order=True)
            found = rows.sort("observed_at").join_asof(
                begun.select("device", "valid_from", "valid_to", pl.col("asset").alias("bound")),
                left_on="observed_at", right_on="valid_from", by="device", strategy="backward", check_sortedness=False,
            )  # fmt: skip
            holds = (pl.col("asset") == 0) & (pl.col("observed_at") < pl.col("valid_to"))
            rows = found.with_columns(pl.when(holds).then(pl.col("bound")).otherwise(pl.col("asset")).alias("asset")).select(rows.columns)
        lost = rows.filter(pl.col("asset") == 0)
        if lost.is_empty():
            return replace(batch, waveforms=rows)
        refused = lost.select(
            "message", "tenant", "device", pl.col("name").alias("property_key"), pl.lit(Reason.NOT_BOUND.value).alias("reason"),
            _UNBOUND.alias("detail"), pl.lit(0).alias("samples"),
        )  # fmt: skip
        return replace(batch, waveforms=rows.filter(pl.col("asset") > 0)).reject(refused)

    def _by_time(self, batch: Batch, open_: pl.Series) -> Batch:
        rows = batch.samples
        bindings = self._names.directory.bindings()
        if bindings.is_empty():
            found = rows.filter(open_).with_columns(pl.lit(None, pl.UInt32).alias("bound_asset"))
        else:
            right = bindings.rename({"asset": "bound_asset", "asset_property": "bound_property"}).sort("valid_from")
            found = (
                rows.filter(open_)
                .with_row_index("order")
                .sort("observed_at")
                .join_asof(
                    right,
                    left_on="observed_at",
                    right_on="valid_from",
                    by=["device", "property"],
                    strategy="backward",
                    check_sortedness=False,
                )
                .sort("order")
                .with_columns(pl.when(pl.col("observed_at") < pl.col("valid_to")).then(pl.col("bound_asset")).alias("bound_asset"))
            )
        bound = found.filter(pl.col("bound_asset").is_not_null())
        if len(bound):
            bound = bound.with_columns(pl.col("bound_asset").alias("asset"), pl.col("bound_property").alias("asset_property"))
        lost = found.filter(pl.col("bound_asset").is_null()).with_columns(pl.lit(Reason.NOT_BOUND.value).alias("reason"))
        kept = pl.concat([rows.filter(~open_), bound.select(SAMPLES.names())])
        return replace(batch, samples=kept).reject(refusals(lost, self._names, _UNBOUND)) if len(lost) else replace(batch, samples=kept)

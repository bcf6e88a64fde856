"""How all devices of a tenant stand, computed at once from the latest values and what is known of their connections."""

from datetime import datetime

import polars as pl
from sqlalchemy.orm import Session

from kaogong import registry
from kaogong.api.connections import connections_of, nodes_of
from kaogong.api.platform import Platform
from kaogong.api.shapes.registry import DeviceState
from kaogong.api.standings import Standing
from kaogong.api.states import DEFAULT_STALE_AFTER_S, Connection, Figures, Verdict, verdict
from kaogong.core.clock import now
from kaogong.core.errors import NotReady
from kaogong.core.principal import Principal
from kaogong.registry import Device

BAD = 0x80000000


async def standing_of(platform: Platform, principal: Principal) -> Standing:
    """How the tenant's devices stand, at most a few seconds ago."""
    return await platform.standings.of(principal, lambda: compute(platform, principal))


def state_of(device: Device) -> DeviceState:
    """How a device stands that has just been made."""
    return DeviceState.model_validate(verdict(device.created_at, Figures()), from_attributes=True)


async def compute(platform: Platform, principal: Principal) -> Standing:
    """How every device of the tenant stands now."""

    try:
        latest: pl.DataFrame | None = await platform.historian.latest(principal.tenant_id)
    except NotReady:
        latest = None
    heard = set() if latest is None else set(latest["device"].unique().to_list())

    def facts(session: Session) -> tuple[pl.DataFrame, pl.DataFrame, dict[int, Connection], dict[int, Verdict], int]:
        connections = connections_of(session, principal, platform.time_zone)
        nodes = nodes_of(session, principal, platform.time_zone)
        devices = registry.device_places(session, principal, sorted(heard | connections.keys() | nodes.keys()))
        return devices, _staleness(session, principal), connections, nodes, registry.count_devices(session, principal)

    devices, staleness, connections, nodes, total = await platform.read(facts)
    keys = dict(zip(devices["id"].to_list(), devices["key"].to_list(), strict=True))
    places = dict(zip(devices["id"].to_list(), devices["place"].fill_null("").to_list(), strict=True))
    if latest is None:
        return Standing(now(), None, connections, places, keys, total, nodes)
    latest = latest.join(devices.select("id"), left_on="device", right_on="id", how="semi")
    moment = now()
    return Standing(moment, _figures(moment, latest, staleness), connections, places, keys, total, nodes)


def _staleness(session: Session, principal: Principal) -> pl.DataFrame:
    rows = [
        (prop.id, prop.key, prop.stale_after_s or DEFAULT_STALE_AFTER_S, prop.type.is_numeric, prop.expression is not None)
        for kind in registry.list_types(session, principal)
        for prop in kind.properties
    ]
    schema = {"property": pl.UInt32, "name": pl.String, "stale_after_s": pl.Float64, "is_numeric": pl.Boolean, "is_derived": pl.Boolean}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _figures(moment: datetime, latest: pl.DataFrame, staleness: pl.DataFrame) -> dict[int, Figures]:
    age = (pl.lit(moment) - pl.col("observed_at")).dt.total_microseconds() / 1e6
    ages = (
        latest.select("device", "property", "observed_at", "quality", "value")
        .join(staleness, on="property", how="left")
        # A derived value comes when it can be computed (no efficiency of a stopped pump); its inputs say how old it is.
        .filter(~pl.col("is_derived").fill_null(value=False))
        .with_columns(late=age > pl.col("stale_after_s").fill_null(DEFAULT_STALE_AFTER_S))
        .with_columns(stale=pl.col("late") | (pl.col("quality") >= BAD))
        .sort("observed_at")
    )
    by_device = ages.group_by("device").agg(
        points=pl.len(),
        late=pl.col("late").sum(),
        stale=pl.col("stale").sum(),
        last=pl.col("observed_at").max(),
        oldest_stale=pl.col("observed_at").filter(pl.col("stale")).min(),
        names=pl.col("name").filter(pl.col("stale")).drop_nulls().head(4),
        has_delivered=(pl.col("value").is_finite() & pl.col("is_numeric")).any(),
    )
    return {
        device: Figures(points, late, stale, last, oldest, tuple(names), bool(has))
        for device, points, late, stale, last, oldest, names, has in by_device.iter_rows()
    }

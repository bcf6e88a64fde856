"""Which stored series a device's or an asset's properties are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from kaogong import registry
from kaogong.core.errors import Missing
from kaogong.core.principal import Principal
from kaogong.registry import Property, PropertyRef


@dataclass(frozen=True, slots=True)
class Speaker:
    """A device or an asset whose history is asked for. `series` are (asset, property id) by property key."""

    kind: str
    key: str
    device_id: int | None
    assets: tuple[int, ...]
    properties: Mapping[str, Property]
    series: Mapping[str, Sequence[tuple[int, int]]]
    by_id: Mapping[int, Property]

    def property(self, key: str) -> Property:
        """The property of that key."""
        found = self.properties.get(key)
        if found is None:
            known = ", ".join(sorted(self.properties)[:30])
            raise Missing(f"{self.key!r} has no property {key[:64]!r}; it has: {known}.", code="property_unknown", field="property")
        return found


def of_device(session: Session, principal: Principal, key: str) -> Speaker:
    """What a device has spoken, under whichever assets its bindings put it."""
    device = registry.get_device(session, principal, key)
    properties = {prop.key: prop for prop in registry.get_type(session, principal, device.type).properties}
    series: dict[str, list[tuple[int, int]]] = {name: [] for name in properties}
    by_id = {prop.id: prop for prop in properties.values()}
    assets = []
    for binding in registry.bindings_of(session, principal, device=key):
        assets.append(binding.asset_id)
        theirs = _properties_of_asset(session, principal, binding.asset) if binding.mapping else {}
        for name, prop in properties.items():
            stored = theirs.get((binding.mapping or {}).get(name, ""), prop)
            by_id[stored.id] = prop
            if (binding.asset_id, stored.id) not in series[name]:
                series[name].append((binding.asset_id, stored.id))
    return Speaker("device", key, device.id, tuple(dict.fromkeys(assets)), properties, series, by_id)


def of_asset(session: Session, principal: Principal, key: str) -> Speaker:
    """What was said of an asset, whoever spoke."""
    asset = registry.get_asset(session, principal, key)
    properties = _properties_of_asset(session, principal, key)
    series = {name: [(asset.id, prop.id)] for name, prop in properties.items()}
    return Speaker("asset", key, None, (asset.id,), properties, series, {prop.id: prop for prop in properties.values()})


def _properties_of_asset(session: Session, principal: Principal, key: str) -> dict[str, Property]:
    asset = registry.get_asset(session, principal, key)
    types = [asset.type] if asset.type else []
    if not types:
        devices = sorted({binding.device for binding in registry.bindings_of(session, principal, asset=key)})
        types = list(dict.fromkeys(found for device in devices if (found := _type_of(session, principal, device))))
    return {prop.key: prop for one in types for prop in registry.get_type(session, principal, one).properties}


def _type_of(session: Session, principal: Principal, device: str) -> str | None:
    try:
        return registry.get_device(session, principal, device).type
    except Missing:
        return None  # a deleted device is still in the asset's history


def reference(prop: Property) -> PropertyRef:
    """A property as samples are judged by it."""
    options = tuple(option.value for option in prop.options)
    return PropertyRef(
        prop.id, prop.key, prop.type, prop.unit, prop.min, prop.max, prop.resolution, prop.stale_after_s, prop.expression, options
    )

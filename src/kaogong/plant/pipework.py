"""Which pumps push into which header, and where the water goes: the wiring of the plant's water lines."""

from kaogong.plant.hydraulics import Orifice, PumpLine
from kaogong.plant.surroundings import Surroundings

BAR_PER_M = 0.0979
HOT_BAR_PER_M = 0.0937


def _raw_suction(around: Surroundings) -> float:
    return BAR_PER_M * around.machines["raw-tank"].height  # type: ignore[attr-defined,no-any-return]


def _feed_suction(around: Surroundings) -> float:
    # The feed tank stands 8 m above its pumps, so that water near boiling does not flash in them.
    return 0.15 + HOT_BAR_PER_M * (8.0 + around.machines["feed-tank"].height)  # type: ignore[attr-defined,no-any-return]


def _condensate_suction(around: Surroundings) -> float:
    return BAR_PER_M * (1.0 + around.machines["condensate-tank"].height)  # type: ignore[attr-defined,no-any-return]


def _boiler(name: str, around: Surroundings) -> float:
    return around.machines[name].pressure + 0.3  # type: ignore[attr-defined,no-any-return]


def pump_lines() -> dict[str, PumpLine]:
    """Every pump line of the plant by name."""
    return {
        "transfer": PumpLine(
            ("transfer-pump-1", "transfer-pump-2"),
            _raw_suction,
            valves={"lv-feed-tank": lambda _: 1.35, "lv-tower": lambda _: 1.6},
            orifices={"process-water": (Orifice(lambda around: 2.0 + 6.0 * around.activity), lambda _: 1.2)},
        ),
        "feed": PumpLine(
            ("feed-pump-1", "feed-pump-2", "feed-pump-3"),
            _feed_suction,
            valves={
                "fv-boiler-1": lambda around: _boiler("boiler-1", around),
                "fv-boiler-2": lambda around: _boiler("boiler-2", around),
            },
            density=955.0,
        ),
        "condensate": PumpLine(
            ("condensate-pump-1",), _condensate_suction, orifices={"feed-tank": (Orifice(lambda _: 7.0), lambda _: 1.2)}
        ),
        "chilled-water": PumpLine(
            ("chw-pump-1", "chw-pump-2"),
            lambda _: 1.5,
            orifices={"loop": (Orifice(lambda around: 62.0 + 34.0 * around.activity), lambda _: 1.5)},
        ),
        "cooling-water": PumpLine(("cw-pump-1", "cw-pump-2"), lambda _: 0.4, orifices={"loop": (Orifice(lambda _: 140.0), lambda _: 0.4)}),
    }

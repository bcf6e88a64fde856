"""Drivers: what edge nodes can connect to, and the forms of it."""

from typing import Annotated

from anyio import to_thread
from fastapi import APIRouter, Path

from kaogong.api.access import See
from kaogong.api.errors import answers
from kaogong.api.shapes.drivers import DriverForm, DriverOut, Drivers
from kaogong.core.errors import Missing
from kaogong.edge.drivers.base import SHELF

router = APIRouter(tags=["drivers"])


@router.get("/drivers")
async def list_drivers(caller: See) -> Drivers:
    """Every driver that is installed here. Reads their sources alone: no vendor's library is imported for it."""
    return Drivers(items=await to_thread.run_sync(lambda: [_described(name) for name in SHELF.names()]))


@router.get("/drivers/{name}", responses=answers(404))
async def get_driver(caller: See, name: Annotated[str, Path(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_-]{0,63}$")]) -> DriverForm:
    """One driver with the JSON Schemas of its settings, for forms."""
    return await to_thread.run_sync(_form, name)


def _form(name: str) -> DriverForm:
    if name not in SHELF.names():
        raise Missing(f"There is no driver {name!r}; known: {', '.join(SHELF.names())}.", code="driver_missing")
    kind = SHELF.load(name)
    form = kind.form()
    return DriverForm(**_described(name).model_dump(), config=form["config"], address=form["address"], pushes=kind.pushes)


def _described(name: str) -> DriverOut:
    summary, _, description = SHELF.describe(name).partition("\n\n")
    return DriverOut(name=name, summary=" ".join(summary.split()), description=" ".join(description.split()))

"""Telling devices what to do."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Path, Query

from kaogong import fleet
from kaogong.api.access import Command, PlatformOf, See
from kaogong.api.errors import answers
from kaogong.api.paging import KeyPath
from kaogong.api.shapes.commands import CommandIn, CommandOut, Commands
from kaogong.core.errors import NotReady

router = APIRouter(tags=["commands"])


@router.post("/devices/{key}/commands/{name}", status_code=202, responses=answers(404, 503))
async def send_command(platform: PlatformOf, caller: Command, key: KeyPath, name: KeyPath, command: CommandIn) -> CommandOut:
    """Send a command that the device's type declares, with arguments in their ranges."""
    life = timedelta(seconds=command.valid_for_s)
    record = await platform.write(lambda session: fleet.record_command(session, caller.principal, key, name, command.arguments, life))
    try:
        await platform.downlink.publish(caller.principal.tenant, record.to, f"command.{record.id}", record.body())
    except NotReady as err:
        reason = err.message
        await platform.write(lambda session: fleet.fail_command(session, caller.principal, record.id, reason))
        raise
    return CommandOut.model_validate(record)


@router.get("/devices/{key}/commands", responses=answers(404))
async def list_commands(platform: PlatformOf, caller: See, key: KeyPath, limit: Annotated[int, Query(ge=1, le=500)] = 50) -> Commands:
    """A device's commands, newest first."""
    records = await platform.read(lambda session: fleet.list_commands(session, caller.principal, key, limit))
    return Commands(items=[CommandOut.model_validate(one) for one in records])


@router.get("/commands/{command_id}", responses=answers(404))
async def get_command(platform: PlatformOf, caller: See, command_id: Annotated[str, Path(pattern="^[0-9a-f]{32}$")]) -> CommandOut:
    """One command and what became of it."""
    return CommandOut.model_validate(await platform.read(lambda session: fleet.get_command(session, caller.principal, command_id)))

"""Telling devices what to do."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Path, Query

from kaogong import fleet
from kaogong.api.access import Command, PlatformOf, See
from kaogong.api.commanding import circumstances, hand_over, note_refused
from kaogong.api.errors import answers
from kaogong.api.paging import KeyPath
from kaogong.api.shapes.commands import CommandIn, CommandOut, Commands, OperationOut, Operations, Rehearsal, Rejection
from kaogong.core.errors import ConfigInvalid, Conflict, Denied, Missing
from kaogong.fleet import Order

router = APIRouter(tags=["commands"])

CommandId = Annotated[str, Path(pattern="^[0-9a-f]{32}$")]


@router.post("/devices/{key}/commands/{name}", status_code=202, responses=answers(404, 409, 503))
async def send_command(platform: PlatformOf, caller: Command, key: KeyPath, name: KeyPath, command: CommandIn) -> CommandOut:
    """Send a command that the device's type declares: arguments in their ranges, its interlock true of live values.

    One of high risk waits for a second person. One for a device that is away is held until it is back when `when_offline` says so,
    else it expires. The same `request_id` twice is one command.
    """
    principal = caller.principal
    life = timedelta(seconds=command.valid_for_s) if command.valid_for_s else None
    order = Order(name, command.arguments, life, command.when_offline == "deliver", command.reason, command.request_id)
    try:
        now_is = await circumstances(platform, principal, key, name)
        record, is_new = await platform.write(lambda session: fleet.record_command(session, principal, key, order, now_is))
    except (ConfigInvalid, Conflict, Missing) as err:
        await note_refused(platform, principal, key, name, err)
        raise
    return CommandOut.model_validate(await hand_over(platform, principal, record) if is_new else record)


@router.post("/devices/{key}/commands/{name}/rehearsal", responses=answers(404, 409))
async def rehearse_command(platform: PlatformOf, caller: Command, key: KeyPath, name: KeyPath, command: CommandIn) -> Rehearsal:
    """Check everything that sending would check, and send nothing."""
    principal = caller.principal
    now_is = await circumstances(platform, principal, key, name)
    aim = await platform.read(lambda session: fleet.target(session, principal, key, name))
    arguments = fleet.check_command(aim, Order(name, command.arguments), now_is)
    return Rehearsal(
        device=key, to=aim.to, arguments=arguments, connected=bool(now_is.connected), needs_second_person=aim.command.risk == "high"
    )


@router.get("/devices/{key}/commands", responses=answers(404))
async def list_commands(platform: PlatformOf, caller: See, key: KeyPath, limit: Annotated[int, Query(ge=1, le=500)] = 50) -> Commands:
    """A device's commands, newest first."""
    records = await platform.read(lambda session: fleet.list_commands(session, caller.principal, key, limit))
    return Commands(items=[CommandOut.model_validate(one) for one in records])


@router.get("/commands/{command_id}", responses=answers(404))
async def get_command(platform: PlatformOf, caller: See, command_id: CommandId) -> CommandOut:
    """One command and what became of it."""
    return CommandOut.model_validate(await platform.read(lambda session: fleet.get_command(session, caller.principal, command_id)))


@router.get("/management-operations")
async def list_management_operations(platform: PlatformOf, caller: See) -> Operations:
    """The kinds of operation that can be done to devices, counted: the platform's own and the commands that types declare."""
    found = await platform.read(lambda session: fleet.operations(session, caller.principal))
    return Operations(items=[OperationOut.model_validate(one) for one in found], kinds=len(found))


@router.post("/commands/{command_id}/approve", responses=answers(404, 409, 503))
async def approve_command(platform: PlatformOf, caller: Command, command_id: CommandId) -> CommandOut:
    """Let a command of high risk go, as a second person; everything is checked again."""
    principal = caller.principal
    waiting = await platform.read(lambda session: fleet.get_command(session, principal, command_id))
    try:
        now_is = await circumstances(platform, principal, waiting.device, waiting.name)
        record = await platform.write(lambda session: fleet.approve_command(session, principal, command_id, now_is))
    except (ConfigInvalid, Conflict, Denied) as err:
        await note_refused(platform, principal, waiting.device, waiting.name, err)
        raise
    return CommandOut.model_validate(await hand_over(platform, principal, record))


@router.post("/commands/{command_id}/reject", responses=answers(404, 409))
async def reject_command(platform: PlatformOf, caller: Command, command_id: CommandId, rejection: Rejection) -> CommandOut:
    """A waiting command shall not be sent."""
    return CommandOut.model_validate(
        await platform.write(lambda session: fleet.reject_command(session, caller.principal, command_id, rejection.reason))
    )

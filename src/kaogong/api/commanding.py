"""A command's way to its device: what is so at the moment, the hand-over, and those that wait for a device to come back."""

import asyncio
import logging

from sqlalchemy.orm import Session

from kaogong import audit, fleet, registry, security
from kaogong.api import points
from kaogong.api.platform import Platform
from kaogong.api.readings import latest_values
from kaogong.api.shapes.readings import QualityWord
from kaogong.core.clock import now
from kaogong.core.errors import Denied, KaogongError, NotReady
from kaogong.core.principal import Principal
from kaogong.fleet import Circumstances, CommandRecord, CommandState, Target

LOOK_EVERY_S = 1.0
log = logging.getLogger(__name__)


async def circumstances(platform: Platform, principal: Principal, device: str, name: str) -> Circumstances:
    """What is so of a device now; its values are asked for only where the command has an interlock."""

    def facts(session: Session) -> tuple[Target, points.Speaker | None, Circumstances]:
        aim = fleet.target(session, principal, device, name)
        speaker = points.of_device(session, principal, device) if aim.command.precondition else None
        taker = registry.get_device(session, principal, aim.to)
        seen = security.connection_of(session, principal, taker.id)
        login = registry.credential_state(session, principal, taker.key)
        return aim, speaker, Circumstances({}, bool(seen and seen.connected), login.revoked_at is not None)

    _, speaker, known = await platform.read(facts)
    if speaker is None:
        return known
    rows = await platform.historian.latest(principal.tenant_id, device=speaker.device_id)
    latest = latest_values(rows, speaker.by_id, now())
    fresh = {
        key: one.value for key, one in latest.items() if one.quality is QualityWord.GOOD and not one.is_stale and one.value is not None
    }
    return Circumstances(fresh, known.connected, known.revoked)


async def hand_over(platform: Platform, principal: Principal, record: CommandRecord) -> CommandRecord:
    """Publish a command that is to be sent now; NotReady, and noted, when the broker does not take it."""
    if record.state is not CommandState.SENT:
        return record
    try:
        await platform.downlink.publish(principal.tenant, record.to, f"command.{record.id}", record.body())
    except NotReady as err:
        reason = err.message
        await platform.write(lambda session: fleet.fail_command(session, principal, record.id, reason))
        raise
    return record


async def note_refused(platform: Platform, principal: Principal, device: str, name: str, err: KaogongError) -> None:
    """A command that was refused is a line of the audit log too."""
    detail = {"command": name[:64], "code": err.stable_code, **({} if isinstance(err, Denied) else dict(err.details))}
    await platform.write(
        lambda session: audit.record(session, principal, "command.refuse", "device", device, detail, outcome=err.stable_code)
    )


async def follow_held(platform: Platform) -> None:
    """Send what waits for a device as soon as the device is back; runs until it is cancelled."""
    while True:
        await asyncio.sleep(LOOK_EVERY_S)
        for principal, record, aim in await platform.read(fleet.held_commands):
            try:
                await _deliver(platform, principal, record, aim)
            except NotReady as err:
                log.info("command %s waits on: %s", record.id, err.message)


async def _deliver(platform: Platform, principal: Principal, record: CommandRecord, aim: Target | None) -> None:
    reason = "the device or the command is gone"
    if aim is not None:
        now_is = await circumstances(platform, principal, record.device, record.name)
        if not now_is.connected and not now_is.revoked:
            return
        try:
            fleet.check_command(aim, fleet.Order(record.name, record.arguments), now_is)
        except KaogongError as err:
            reason = err.message
        else:
            body = record.body()
            if await platform.write(lambda session: fleet.release_command(session, principal, record.id)):
                await platform.downlink.publish(principal.tenant, record.to, f"command.{record.id}", body)
            return
    await platform.write(lambda session: fleet.fail_command(session, principal, record.id, reason))

"""Edge nodes: what they are told, what they report."""

from typing import Annotated

from anyio import to_thread
from fastapi import APIRouter, Header, Request, Response
from sqlalchemy.orm import Session

from kaogong import registry
from kaogong.api.access import Edit, PlatformOf, ReadConfiguration, See, own_device
from kaogong.api.connections import MOST_NODES, NEVER_REPORTED, report_of, reports_of
from kaogong.api.edge_secrets import opened, sealed
from kaogong.api.errors import answers
from kaogong.api.masking import masked, unmasked
from kaogong.api.paging import KeyPath, Version
from kaogong.api.shapes.connections import Change, ConfigurationCheck, ConfigurationOut, ConnectionChange, EdgeNodeOut, EdgeNodes, ReportOut
from kaogong.api.shapes.registry import DeviceMade, EdgeNodeIn
from kaogong.api.standings import Standing
from kaogong.api.survey import standing_of, state_of
from kaogong.bus.subjects import down
from kaogong.core.errors import Missing
from kaogong.core.principal import Principal
from kaogong.edge.configuration import Configuration, plan
from kaogong.registry import Device, DeviceFilter, EdgeConfiguration, NewDevice
from kaogong.security import Entry

router = APIRouter(tags=["edge-nodes"])


@router.get("/edge-nodes")
async def list_edge_nodes(platform: PlatformOf, caller: See) -> EdgeNodes:
    """The edge nodes of the tenant, each with its last report."""
    standing = await standing_of(platform, caller.principal)

    def find(session: Session) -> list[EdgeNodeOut]:
        page = registry.list_devices(session, caller.principal, DeviceFilter(type=registry.EDGE_NODE), limit=MOST_NODES)
        said = reports_of(session, caller.principal, platform.time_zone)
        return [_node(session, caller.principal, device, standing, said.get(device.key)) for device in page.items]

    return EdgeNodes(items=await platform.read(find))


@router.post("/edge-nodes", status_code=201, responses=answers(404, 409))
async def create_edge_node(platform: PlatformOf, caller: Edit, node: EdgeNodeIn) -> DeviceMade:
    """Make an edge node; its credential goes into the node's secrets file and is shown this once."""
    new = NewDevice(key=node.key, name=node.name, type=registry.EDGE_NODE, place=node.place, is_gateway=True)
    made = await platform.write(lambda session: registry.create_device(session, caller.principal, new))
    platform.standings.forget(caller.principal.tenant_id)
    return DeviceMade(**made.device.model_dump(), state=state_of(made.device), credential=made.credential)


@router.get("/edge-nodes/{key}", responses=answers(404))
async def get_edge_node(platform: PlatformOf, caller: See, key: KeyPath) -> EdgeNodeOut:
    """One edge node and its last report."""
    standing = await standing_of(platform, caller.principal)

    def find(session: Session) -> EdgeNodeOut:
        device = _existing(session, caller.principal, key)
        return _node(session, caller.principal, device, standing, report_of(session, caller.principal, key, platform.time_zone))

    return await platform.read(find)


@router.get("/edge-nodes/{key}/report", responses=answers(404))
async def get_edge_node_report(platform: PlatformOf, caller: See, key: KeyPath) -> ReportOut:
    """What the node said last about its connections, buffer and configuration."""
    return await platform.read(lambda session: report_of(session, caller.principal, key, platform.time_zone))


@router.get("/edge-nodes/{key}/configuration", responses=answers(404) | {304: {"description": "Still the one of this ETag."}})
async def get_edge_node_configuration(
    request: Request,
    response: Response,
    platform: PlatformOf,
    caller: ReadConfiguration,
    key: KeyPath,
    if_none_match: Annotated[str | None, Header(description="The ETag the node has.")] = None,
) -> Configuration:
    """The newest configuration document. The node reads it with its own credential; people see secrets masked. The ETag is its version."""
    await own_device(platform, caller, request.url.path, key)
    found = await platform.read(lambda session: _latest(session, caller.principal, key))
    response.headers["etag"] = f'"{found.version}"'
    if if_none_match is not None and if_none_match.strip() == response.headers["etag"]:
        return Response(status_code=304, headers={"etag": response.headers["etag"]})  # type: ignore[return-value]
    document = opened(found.document, platform.sealer, _place(caller.principal, key))
    return document if caller.entry is Entry.DEVICE else await to_thread.run_sync(masked, document)


@router.put("/edge-nodes/{key}/configuration", responses=answers(404, 409))
async def put_edge_node_configuration(
    platform: PlatformOf, caller: Edit, key: KeyPath, document: Configuration, version: Version = None
) -> ConfigurationOut:
    """Write the configuration as a whole; every field is checked by its driver. The node takes it up within seconds.

    A secret that is still masked stays as it is stored.
    """
    former = await platform.read(lambda session: _latest(session, caller.principal, key))
    place = _place(caller.principal, key)
    document = unmasked(document, opened(former.document, platform.sealer, place))
    await to_thread.run_sync(plan, document)
    kept = await to_thread.run_sync(sealed, document, former.document, platform.sealer, place)

    def put(session: Session) -> EdgeConfiguration:
        return registry.put_edge_configuration(session, caller.principal, key, kept, version=version)

    made = await platform.write(put)
    await platform.bus.publish(desired(caller.principal.tenant, key), str(made.version).encode())
    shown = await to_thread.run_sync(masked, Configuration.model_validate(made.document))
    told = shown.model_dump(mode="json", exclude_unset=True)
    return ConfigurationOut(node=key, version=made.version, document=told, created_at=made.created_at)


@router.post("/edge-nodes/{key}/configuration/check", responses=answers(404, 409))
async def check_edge_node_configuration(platform: PlatformOf, caller: Edit, key: KeyPath, document: Configuration) -> ConfigurationCheck:
    """What writing this configuration would change; nothing is written. A wrong field is named as writing it would."""
    stored = await platform.read(lambda session: _latest(session, caller.principal, key))
    former = opened(stored.document, platform.sealer, _place(caller.principal, key))
    document = unmasked(document, former)
    await to_thread.run_sync(plan, document)
    told = document.model_dump(mode="json")
    taken = await platform.read(lambda session: registry.check_edge_configuration(session, caller.principal, key, told))
    changes = connection_changes(former, document)
    return ConfigurationCheck(connections=changes, devices_taken=sorted(taken), version=stored.version)


def connection_changes(before: Configuration, after: Configuration) -> list[ConnectionChange]:
    """Connection by connection, in the order of the new document; removed ones last."""
    former, next_ = ({one.name: one for one in document.connections} for document in (before, after))
    found = []
    for name in [*next_, *(gone for gone in former if gone not in next_)]:
        was, is_ = former.get(name), next_.get(name)
        shown = is_ or was
        assert shown is not None
        change = Change.REMOVED if is_ is None else Change.ADDED if was is None else Change.UNCHANGED if was == is_ else Change.CHANGED
        points = 0 if is_ is None else len(is_.points)
        devices = len({point.device for point in shown.points})
        points_before = 0 if was is None else len(was.points)
        found.append(
            ConnectionChange(name=name, driver=shown.driver, change=change, points=points, points_before=points_before, devices=devices)
        )
    return found


def _place(principal: Principal, node: str) -> str:
    return f"{principal.tenant}/{node}"


def desired(tenant: str, node: str) -> str:
    """Where a node hears that there is a new configuration."""
    return down(tenant, node, "desired")


def _existing(session: Session, principal: Principal, key: str) -> Device:
    device = registry.get_device(session, principal, key)
    if not device.is_gateway:
        raise Missing(f"{key!r} is not an edge node.", code="not_an_edge_node")
    return device


def _latest(session: Session, principal: Principal, key: str) -> EdgeConfiguration:
    device = _existing(session, principal, key)
    found = _configuration(session, principal, key)
    empty = EdgeConfiguration(node=key, node_device_id=device.id, version=0, document={"connections": []}, created_at=device.created_at)
    return found or empty


def _configuration(session: Session, principal: Principal, key: str) -> EdgeConfiguration | None:
    try:
        return registry.get_edge_configuration(session, principal, key)
    except Missing:
        return None  # a node that was never told anything


def _node(session: Session, principal: Principal, device: Device, standing: Standing, said: ReportOut | None) -> EdgeNodeOut:
    found = _configuration(session, principal, device.key)
    return EdgeNodeOut(
        **device.model_dump(),
        state=standing.state(device.id),
        configuration_version=found.version if found else None,
        report=said or NEVER_REPORTED,
    )

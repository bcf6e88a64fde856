"""Lists of devices from outside: every fault of every row said, and the rest made or nothing, as the caller chose."""

from collections.abc import Collection, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, Literal, NamedTuple

from sqlalchemy.orm import Session

from kaogong.core.errors import ConfigInvalid
from kaogong.core.keys import KEY
from kaogong.core.principal import Principal
from kaogong.registry import store
from kaogong.registry.service.announce import PLANT_EDITORS, allow
from kaogong.registry.service.credentials import username
from kaogong.registry.service.device_creation import make_devices
from kaogong.registry.sheets import Line
from kaogong.registry.texts import checked
from kaogong.registry.types import BulkReport, Credential, Fault, Name, NewDevice

MOST_FAULTS = 1000  # told one by one; the rest is counted
SIMILAR_AMONG = 5000
YES = {"yes": True, "true": True, "1": True, "是": True, "y": True, "no": False, "false": False, "0": False, "否": False, "n": False}


class Known(NamedTuple):
    """What the rows are held against."""

    taken: Collection[str]
    types: Collection[str]
    places: Collection[str]
    assets: Mapping[str, bool]
    gateways: Mapping[str, bool]
    first_line: Mapping[str, int]


def create_in_bulk(
    session: Session,
    principal: Principal,
    lines: Sequence[Line],
    *,
    on_fault: Literal["rest", "nothing"],
    logins: bool = False,
    dry_run: bool = False,
) -> BulkReport:
    """Check every row, then make the good ones in one transaction (`rest`), or all or none (`nothing`). `dry_run` only checks.

    Faults name the line, the column, what is wrong and what to write instead; a row may have several.
    """
    allow(principal, PLANT_EDITORS)
    known = _known(session, principal, lines)
    faults: list[Fault] = []
    good: list[NewDevice] = []
    numbers: list[int] = []
    for line in lines:
        mine, device = _checked(line, known)
        faults += mine
        if device is not None and not mine:
            good.append(device)
            numbers.append(line.number)
    good = _without_orphans(good, numbers, known, faults)
    faults.sort(key=lambda fault: fault.line)
    stopped = dry_run or (on_fault == "nothing" and bool(faults))
    made = make_devices(session, principal, [] if stopped else good, logins=logins)
    credentials = [
        Credential(username=username(principal, one.key), password=word) for one, word in zip(good, made.passwords or (), strict=False)
    ]
    faulty = len({fault.line for fault in faults})
    return BulkReport(
        rows=len(lines), good=len(good), faulty=faulty, created=len(made.ids), faults=tuple(faults[:MOST_FAULTS]), faults_total=len(faults),
        credentials=tuple(credentials),
    )  # fmt: skip


def _known(session: Session, principal: Principal, lines: Sequence[Line]) -> Known:
    def named(column: str) -> list[str]:
        return sorted({value for line in lines if isinstance(value := line.cells.get(column), str) and KEY.fullmatch(value)})

    keys = named("key")
    first: dict[str, int] = {}
    for line in lines:
        if isinstance(key := line.cells.get("key"), str):
            first.setdefault(key, line.number)
    assets = store.asset_ids(session, principal, sorted({*named("asset"), *keys}))
    bound = store.assets_bound(session, principal, assets.values())
    gateways = {row.key: row.is_gateway for row in store.devices_by_key(session, principal, named("gateway")).values()}
    gateways |= {str(line.cells["key"]): True for line in lines if line.cells.get("key") and _flag(line.cells.get("is_gateway")) is True}
    return Known(
        set(store.device_keys_taken(session, principal, keys)),
        [row.key for row in store.types(session, principal)],
        [row.path for row in store.places(session, principal)],
        {key: bound.get(id_, False) for key, id_ in assets.items()},
        gateways,
        first,
    )


def _checked(line: Line, known: Known) -> tuple[list[Fault], NewDevice | None]:
    """What is wrong with one row, and the device it describes when it can be read at all."""
    faults = [
        _fault(line, heading, "column_unknown", (f"There is no such column: {heading}.", f"没有这一列：{heading}。"))
        for heading in line.unknown
    ]
    cells = {column: value for column, value in line.cells.items() if value is not None}
    for column, value in cells.items():
        if not isinstance(value, str) and column != "is_gateway":
            faults.append(_fault(line, column, "text_expected", ("Write a text.", "请填写文本。"), value))
    if faults:
        return faults, None
    faults += [*_key_faults(line, cells, known), *_reference_faults(line, cells, known)]
    for column in ("name_en", "name_zh"):
        try:
            checked(cells.get(column, ""), column)
        except ConfigInvalid as err:
            zh = "名称过长或含有控制字符：至多 200 个字符的普通文本。"
            faults.append(_fault(line, column, err.stable_code, (err.message, zh), cells[column]))
    is_gateway = _flag(cells.get("is_gateway"))
    if is_gateway is None:
        faults.append(_fault(line, "is_gateway", "flag_invalid", ("Write yes or no.", "请填写“是”或“否”。"), cells["is_gateway"]))
    if faults:
        return faults, None
    device = NewDevice(
        key=cells["key"], name=Name(en=cells.get("name_en", ""), zh=cells.get("name_zh", "")), type=cells["type"],
        place=cells.get("place"), asset=cells.get("asset"), gateway=cells.get("gateway"), is_gateway=bool(is_gateway),
    )  # fmt: skip
    return [], device


def _key_faults(line: Line, cells: Mapping[str, Any], known: Known) -> list[Fault]:
    key = cells.get("key")
    if key is None:
        return [_fault(line, "key", "key_missing", ("A device needs a key.", "缺少设备编号。"))]
    if not KEY.fullmatch(key):
        words = (
            "Write 1 to 64 letters, digits, '-' or '_', a letter or digit first.",
            "请用 1 至 64 个字母、数字、“-”或“_”，以字母或数字开头。",
        )
        return [_fault(line, "key", "key_invalid", words, key)]
    if known.first_line[key] != line.number:
        at = known.first_line[key]
        return [_fault(line, "key", "key_twice", (f"Line {at} has this key already.", f"第 {at} 行已有此编号。"), key)]
    if key in known.taken:
        return [_fault(line, "key", "key_taken", ("There is such a device already.", "该编号的设备已存在。"), key)]
    if "asset" not in cells and known.assets.get(key):
        words = ("Another device speaks for the asset of this key: name the asset.", "同名资产已由其他设备代表：请填写资产。")
        return [_fault(line, "asset", "asset_in_use", words, key)]
    return []


def _reference_faults(line: Line, cells: Mapping[str, Any], known: Known) -> list[Fault]:
    faults = []
    if "type" not in cells:
        faults.append(_fault(line, "type", "type_missing", ("Name the device type.", "缺少物模型。")))
    for column, there, zh in (("type", known.types, "物模型"), ("place", known.places, "位置"), ("asset", known.assets, "资产")):
        value = cells.get(column)
        if value is not None and value not in there:
            near = get_close_matches(value, list(there)[:SIMILAR_AMONG], 1)
            hint = (f" Did you mean {near[0]!r}?", f"是否指“{near[0]}”？") if near else ("", "")
            words = (f"There is no {column} {value[:80]!r}.{hint[0]}", f"没有{zh}“{value[:80]}”。{hint[1]}")
            faults.append(_fault(line, column, f"{column}_unknown", words, value))
    gateway = cells.get("gateway")
    if gateway is not None and not known.gateways.get(gateway):
        words = (f"There is no gateway {gateway[:80]!r}.", f"没有网关“{gateway[:80]}”。")
        faults.append(_fault(line, "gateway", "gateway_unknown", words, gateway))
    return faults


def _without_orphans(good: list[NewDevice], numbers: list[int], known: Known, faults: list[Fault]) -> list[NewDevice]:
    """A device whose gateway is a row of the same list that is at fault cannot be made either."""
    made = {one.key for one in good}
    kept = []
    for one, number in zip(good, numbers, strict=True):
        if one.gateway and one.gateway in known.first_line and one.gateway not in made and one.gateway not in known.taken:
            words = (
                f"Its gateway in line {known.first_line[one.gateway]} is at fault.",
                f"第 {known.first_line[one.gateway]} 行的网关有误。",
            )
            faults.append(Fault(line=number, key=one.key, field="gateway", code="gateway_faulty", problem=Name(en=words[0], zh=words[1])))
        else:
            kept.append(one)
    return kept


def _flag(value: Any) -> bool | None:
    if value is None or isinstance(value, bool):
        return bool(value)
    return YES.get(str(value).strip().lower())


def _fault(line: Line, field: str, code: str, words: tuple[str, str], value: Any = None) -> Fault:
    shown = "" if value is None else str(value)[:200].replace("\0", "�").encode("utf-8", "replace").decode()
    key = line.cells.get("key")
    name = Name.model_construct(en=words[0], zh=words[1])
    return Fault(line=line.number, key=key[:64] if isinstance(key, str) else "", field=field[:64], code=code, problem=name, value=shown)

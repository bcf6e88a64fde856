"""What can be done to devices, by kind of operation: the platform's own verbs and the commands that device types declare."""

from typing import NamedTuple

from sqlalchemy.orm import Session

from kaogong import audit, registry
from kaogong.core.principal import Principal
from kaogong.registry import Name, OperationKind

# The audit log's action of each verb, and what people call it.
PLATFORM = {
    "device.create": ("Register", "登记设备"),
    "device.patch": ("Rename, move, hand to a gateway", "改名、移位、指定网关"),
    "device.delete": ("Take out of service", "设备退役"),
    "credential.rotate": ("Give a new login", "更换接入凭证"),
    "credential.revoke": ("Shut out", "吊销接入凭证"),
    "binding.bind": ("Bind or replace", "绑定或更换设备"),
    "binding.unbind": ("Unbind", "解除绑定"),
    "edge_configuration.put": ("Configure collection", "下发采集配置"),
    "type.put": ("Change the device type", "变更物模型"),
}
COMMANDS = {
    OperationKind.START: ("Start", "启动"),
    OperationKind.STOP: ("Stop", "停止"),
    OperationKind.RESET: ("Reset", "复位"),
    OperationKind.RESTART: ("Restart", "重启"),
    OperationKind.SETPOINT: ("Change a set point", "修改设定值"),
    OperationKind.PARAMETER: ("Configure a parameter", "参数配置"),
    OperationKind.MODE: ("Change the mode", "切换模式"),
    OperationKind.ENABLE: ("Enable a function", "启用功能"),
    OperationKind.DISABLE: ("Disable a function", "停用功能"),
    OperationKind.SCHEDULE: ("Schedule a function", "定时功能"),
    OperationKind.CALIBRATE: ("Calibrate", "校准"),
    OperationKind.DIAGNOSE: ("Diagnose", "诊断"),
    OperationKind.ACKNOWLEDGE: ("Acknowledge", "确认"),
    OperationKind.LOCK: ("Lock", "锁定"),
    OperationKind.UNLOCK: ("Unlock", "解锁"),
    OperationKind.MAINTENANCE: ("Maintain", "维护"),
    OperationKind.CONFIGURATION: ("Configure", "整机配置"),
    OperationKind.FIRMWARE: ("Update the firmware", "固件升级"),
    OperationKind.OTHER: ("Other command", "其他指令"),
}


class Operation(NamedTuple):
    """One kind of operation: for how many devices it is there, and how often it was done (None: not counted by kind)."""

    kind: str
    name: Name
    is_command: bool
    types: tuple[str, ...]
    devices: int
    done: int | None


def operations(session: Session, principal: Principal) -> list[Operation]:
    """The kinds of operation the tenant has: all verbs of the platform, and of commands those that a type declares."""
    every = registry.count_devices(session, principal)
    found = [
        Operation(action, Name(en=en, zh=zh), is_command=False, types=(), devices=every, done=_done(session, principal, action))
        for action, (en, zh) in PLATFORM.items()
    ]
    counts = registry.device_facets(session, principal).types
    by_kind: dict[OperationKind, set[str]] = {}
    for one in registry.list_types(session, principal):
        for command in one.commands:
            by_kind.setdefault(command.kind, set()).add(one.key)
    for kind, types in sorted(by_kind.items()):
        en, zh = COMMANDS[kind]
        devices = sum(counts.get(key, 0) for key in types)
        found.append(Operation(kind.value, Name(en=en, zh=zh), is_command=True, types=tuple(sorted(types)), devices=devices, done=None))
    return found


def _done(session: Session, principal: Principal, action: str) -> int:
    return audit.entries(session, principal, limit=1, filters=audit.Filters(action=action, outcome="ok")).total

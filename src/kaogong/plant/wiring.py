"""The configuration document of the edge node: every Modbus and OPC UA point of the plant and where it lies."""

from collections.abc import Mapping
from typing import Any

from kaogong.plant.machine import Modbus, OpcUa
from kaogong.plant.opcua import node_id
from kaogong.plant.registers import DIALECTS, register_map
from kaogong.plant.world import kinds


def edge_configuration(modbus_ports: Mapping[str, int], opcua_urls: Mapping[str, str]) -> dict[str, Any]:
    """What `PUT /api/v1/edge-nodes/{key}/configuration` takes: a connection a gateway and a controller."""
    connections = [
        {
            "name": gateway,
            "driver": "modbus_tcp",
            "config": {"host": "127.0.0.1", "port": port, "order": DIALECTS[gateway].order},
            "groups": {"default": {"interval_s": 1.0}},
            "points": _modbus_points(gateway),
        }
        for gateway, port in modbus_ports.items()
    ]
    connections += [
        {
            "name": server,
            "driver": "opcua",
            "config": {"url": url},
            "groups": {"default": {"interval_s": 1.0, "repeat_s": 20.0, "stale_after_s": 45.0}},
            "points": _opcua_points(server),
        }
        for server, url in opcua_urls.items()
    ]
    return {"connections": connections}


def _modbus_points(gateway: str) -> list[dict[str, Any]]:
    return [
        {"device": unit.key, "property": register.key, "address": register.address(DIALECTS[gateway], unit.channel.unit)}
        for kind in kinds()
        for unit in kind.installed
        if isinstance(unit.channel, Modbus) and unit.channel.gateway == gateway
        for register in register_map(kind, gateway).registers
    ]


def _opcua_points(server: str) -> list[dict[str, Any]]:
    return [
        {"device": unit.key, "property": p.key, "address": {"node": node_id(unit.key, p.key)}}
        for kind in kinds()
        for unit in kind.installed
        if isinstance(unit.channel, OpcUa) and unit.channel.server == server
        for p in kind.measured()
    ]

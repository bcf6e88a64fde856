"""The place tree of the works."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kaogong.plant.surroundings import ZONE


@dataclass(frozen=True, slots=True)
class Place:
    """A node of the ISA-95 tree by its path."""

    path: str
    en: str
    zh: str

    def document(self) -> Mapping[str, Any]:
        """The place as `POST /api/v1/places` takes it."""
        parent, _, key = self.path.rpartition("/")
        document: dict[str, Any] = {"key": key, "name": {"en": self.en, "zh": self.zh}, "parent": parent or None}
        return document if parent else document | {"time_zone": ZONE}


PLACES = (
    Place("linan", "Lin'an works", "临安工厂"),
    Place("linan/utilities", "Utilities", "动力区"),
    Place("linan/utilities/compressor-station", "Compressor station", "空压站"),
    Place("linan/utilities/compressor-station/compressors", "Compressors", "空压机组"),
    Place("linan/utilities/compressor-station/air-treatment", "Air treatment", "压缩空气处理"),
    Place("linan/utilities/pump-house", "Pump house", "泵房"),
    Place("linan/utilities/pump-house/raw-water", "Raw water", "原水"),
    Place("linan/utilities/pump-house/feed-water", "Feed water", "锅炉给水"),
    Place("linan/utilities/pump-house/cooling-pumps", "Cooling pumps", "冷却水泵组"),
    Place("linan/utilities/boiler-house", "Boiler house", "锅炉房"),
    Place("linan/utilities/boiler-house/boiler-1", "Boiler 1", "1号锅炉"),
    Place("linan/utilities/boiler-house/boiler-2", "Boiler 2", "2号锅炉"),
    Place("linan/utilities/boiler-house/feed-line", "Feed line", "给水管路"),
    Place("linan/utilities/cooling-plant", "Cooling plant", "制冷站"),
    Place("linan/utilities/cooling-plant/chillers", "Chillers", "冷水机组"),
    Place("linan/utilities/cooling-plant/towers", "Cooling towers", "冷却塔"),
    Place("linan/machining", "Machine shop", "机加车间"),
    Place("linan/machining/line-1", "Line 1", "一号产线"),
    Place("linan/machining/line-1/cell-1", "Cell 1", "1号单元"),
    Place("linan/machining/line-1/cell-2", "Cell 2", "2号单元"),
    Place("linan/machining/line-1/cell-3", "Cell 3", "3号单元"),
    Place("linan/machining/line-2", "Line 2", "二号产线"),
    Place("linan/machining/line-2/cell-4", "Cell 4", "4号单元"),
    Place("linan/machining/line-2/cell-5", "Cell 5", "5号单元"),
    Place("linan/machining/line-2/cell-6", "Cell 6", "6号单元"),
    Place("linan/machining/ventilation", "Ventilation", "通风"),
    Place("linan/energy", "Energy", "能源"),
    Place("linan/energy/switchroom", "Switchroom", "配电室"),
    Place("linan/energy/solar-roof", "Solar roof", "光伏屋顶"),
    Place("linan/office", "Office", "办公楼"),
)

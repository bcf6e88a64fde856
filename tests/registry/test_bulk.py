"""Lists of devices from outside: one line for every fault, the rest made or nothing, as was chosen."""

import io

import openpyxl
import pytest
from tests.registry.conftest import Plant

from kaogong import registry
from kaogong.core.errors import ConfigInvalid, Denied, TooLarge
from kaogong.core.principal import Role
from kaogong.registry import BulkReport, Name, NewPlace, sheets

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FAULTY = """key,name_en,name_zh,type,place,asset,gateway,is_gateway,colour
good-1,Good,好,pump,works/hall,,,no,
,No key,,pump,,,,,
bad key,,,pump,,,,,
good-1,Twice,,pump,,,,,
there,Is there,,pump,,,,,
no-type,,,,,,,,
wrong-type,,,pmp,,,,,
wrong-place,,,pump,works/hal,,,,
wrong-asset,,,pump,,nothing,,,
wrong-gateway,,,pump,,,nobody,,
no-gateway,,,pump,,,there,,
flag,,,pump,,,,maybe,
red,,,pump,,,,,red
too-long,{long},,pump,,,,,
wide,,,pump,,,,no,,surplus
gate,,,nothing,,,,yes,
orphan,,,pump,,,gate,,
several,,,nothing,nowhere,nothing,,,
good-2,,,pump,,,good-gate,,
good-gate,,,edge-node,,,,是,
""".replace("{long}", "x" * 201)
FOUND = [
    (3, "key", "key_missing"), (4, "key", "key_invalid"), (5, "key", "key_twice"), (6, "key", "key_taken"), (7, "type", "type_missing"),
    (8, "type", "type_unknown"), (9, "place", "place_unknown"), (10, "asset", "asset_unknown"), (11, "gateway", "gateway_unknown"),
    (12, "gateway", "gateway_unknown"), (13, "is_gateway", "flag_invalid"), (14, "colour", "column_unknown"), (15, "name_en", "text_too_long"),
    (16, "…", "column_unknown"), (17, "type", "type_unknown"), (18, "gateway", "gateway_faulty"), (19, "type", "type_unknown"),
    (19, "place", "place_unknown"), (19, "asset", "asset_unknown"),
]  # fmt: skip


@pytest.fixture
def works(plant: Plant) -> Plant:
    """A plant with a hall and one device."""
    for key, parent in (("works", None), ("hall", "works")):
        plant.does(registry.create_place, NewPlace(key=key, name=Name(), parent=parent))
    plant.devices("there")
    return plant


def _bulk(plant: Plant, body: bytes, media_type: str = "text/csv", **options: object) -> BulkReport:
    report = plant.does(registry.create_in_bulk, sheets.read(body, media_type), **({"on_fault": "rest"} | options))
    assert isinstance(report, BulkReport)
    return report


def _keys(plant: Plant) -> list[str]:
    with plant.read() as s:
        return [device.key for device in registry.list_devices(s, plant.acme).items]


@pytest.mark.req("B07")
@pytest.mark.req("C07")
def test_every_fault_is_told_with_its_line_and_the_rest_is_made(works: Plant) -> None:
    report = _bulk(works, FAULTY.encode(), logins=True)
    assert [(fault.line, fault.field, fault.code) for fault in report.faults] == FOUND
    assert (report.rows, report.good, report.faulty, report.created, report.faults_total) == (20, 3, 17, 3, len(FOUND))
    assert _keys(works) == ["good-1", "good-2", "good-gate", "there"]
    assert {one.username for one in report.credentials} == {"acme.good-1", "acme.good-2", "acme.good-gate"}
    hint = next(fault for fault in report.faults if fault.line == 8)
    assert (hint.key, hint.value, hint.problem.en) == ("wrong-type", "pmp", "There is no type 'pmp'. Did you mean 'pump'?")
    with works.read() as s:
        assert registry.get_device(s, works.acme, "good-2").gateway == "good-gate"
        assert registry.get_device(s, works.acme, "good-1").place == "works/hall"
    again = _bulk(works, b"key,type\ngood-1,pump\nnew-1,pump\n")
    assert ([fault.code for fault in again.faults], again.created) == (["key_taken"], 1)


@pytest.mark.req("B07")
def test_nothing_is_made_when_that_was_chosen_or_only_a_look_was_asked_for(works: Plant) -> None:
    assert _bulk(works, FAULTY.encode(), on_fault="nothing").created == 0
    looked = _bulk(works, b"key,type\nnew-1,pump\n", dry_run=True)
    assert (looked.good, looked.created) == (1, 0)
    assert _keys(works) == ["there"]
    assert _bulk(works, b"key,type\nnew-1,pump\n", on_fault="nothing").created == 1


@pytest.mark.req("B07")
def test_a_list_is_read_in_every_form_people_have_it_in(works: Plant) -> None:
    book = openpyxl.Workbook()
    book.active.append(["设备编号", "名称", "物模型", "位置"])
    book.active.append([1001, "给水泵", "pump", "works/hall"])
    book.active.append([])
    packed = io.BytesIO()
    book.save(packed)
    forms: list[tuple[bytes, str, str]] = [
        (packed.getvalue(), EXCEL, "1001"),
        ("设备编号;名称;类型\nsemi;给水泵;pump\n".encode("gb18030"), "text/csv; charset=gbk", "semi"),
        ("\ufeffkey\tname\ttype\r\ntabs\t给水泵\tpump\r\n".encode(), "text/csv", "tabs"),
        ('[{"key": "array", "name": {"zh": "给水泵"}, "type": "pump"}]'.encode(), "application/json", "array"),
        ('{"key": "lines", "name": "给水泵", "type": "pump"}\n\n'.encode(), "application/x-ndjson", "lines"),
    ]
    for body, media_type, key in forms:
        report = _bulk(works, body, media_type)
        assert (report.created, report.faults) == (1, ()), media_type
        with works.read() as s:
            assert registry.get_device(s, works.acme, key).name.zh == "给水泵"
    assert _bulk(works, sheets.template().encode(), dry_run=True).faults[0].field == "place"


@pytest.mark.parametrize(
    ("body", "media_type", "code"),
    [
        (b"", "text/csv", "sheet_empty"),
        (b"key,type\n", "text/csv", "sheet_empty"),
        (b"\xff\xfe\xff", "text/csv", "sheet_unreadable"),
        (b"no zip", EXCEL, "sheet_unreadable"),
        (b"{", "application/json", "sheet_unreadable"),
        (b"{}", "application/json", "sheet_unreadable"),
        (b"a,b", "image/png", "sheet_type_unknown"),
    ],
)
def test_what_is_no_list_is_refused_in_words(body: bytes, media_type: str, code: str) -> None:
    with pytest.raises(ConfigInvalid) as caught:
        sheets.read(body, media_type)
    assert caught.value.stable_code == code


def test_odd_values_are_faults_and_no_more(works: Plant) -> None:
    body = b'[{"key": 7, "type": "pump"}, {"key": "a", "type": ["pump"]}, "text", {"key": "b", "type": "pump", "name": {"en": 5}}, {"key": "c\\u0000", "type": "pump"}]'
    report = _bulk(works, body, "application/json")
    assert (report.created, report.faulty) == (0, 5)
    with pytest.raises(TooLarge):
        sheets.read(b"key\n" + b"a\n" * (sheets.MOST_ROWS + 1), "text/csv")


def test_a_viewer_makes_nothing(works: Plant) -> None:
    from dataclasses import replace

    viewer = replace(works.acme, roles=frozenset({Role.VIEWER}))
    with pytest.raises(Denied), works.write() as s:
        registry.create_in_bulk(s, viewer, sheets.read(b"key,type\na,pump\n", "text/csv"), on_fault="rest")

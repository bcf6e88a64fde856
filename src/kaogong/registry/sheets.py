"""Lists of devices as people bring them (CSV, Excel, JSON, JSON lines) to rows with the number of the line each stands on."""

import csv
import io
import zipfile
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

import orjson

from kaogong.core.errors import ConfigInvalid, TooLarge

MOST_ROWS = 50_000
MOST_UNPACKED = 200 * 1024 * 1024
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "key": ("key", "编号", "设备编号", "id"),
    "name_en": ("name_en", "name (en)", "name.en", "英文名称"),
    "name_zh": ("name_zh", "name (zh)", "name.zh", "name", "名称", "设备名称", "中文名称"),
    "type": ("type", "物模型", "设备类型", "类型", "device type"),
    "place": ("place", "位置", "场所", "安装位置"),
    "asset": ("asset", "资产"),
    "gateway": ("gateway", "网关"),
    "is_gateway": ("is_gateway", "是否网关", "是网关"),
}
_MEANING = {heading: column for column, headings in COLUMNS.items() for heading in headings}
_SURPLUS = "…"


class Line(NamedTuple):
    """One row: the line it stands on, its cells by column, and the headings nobody knows."""

    number: int
    cells: dict[str, Any]
    unknown: tuple[str, ...] = ()


def read(body: bytes, media_type: str) -> list[Line]:
    """The rows of a body; ConfigInvalid when it is not what it says it is."""
    reader = _READERS.get(media_type.partition(";")[0].strip().lower())
    if reader is None:
        known = ", ".join(_READERS)
        raise ConfigInvalid(f"Send one of: {known}.", code="sheet_type_unknown", field="content-type")
    lines: list[Line] = []
    for line in reader(body):
        lines.append(line)
        if len(lines) > MOST_ROWS:
            raise TooLarge(f"A list has at most {MOST_ROWS} devices; send the rest in a second one.", limit=MOST_ROWS)
    if not lines:
        raise ConfigInvalid("The list holds no device.", code="sheet_empty", field="body")
    return lines


def template() -> str:
    """An empty list as CSV, with the headings and an example; a byte order mark lets Excel see that it is UTF-8."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    writer.writerow(["pump-001", "Feed pump 1", "给水泵1号", "pump", "site/area/line", "", "", "no"])
    return "\ufeff" + out.getvalue()


def _csv(body: bytes) -> Iterator[Line]:
    text = _text(body)
    first = text.partition("\n")[0]
    separator = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        headings = next(reader, [])
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield _named(reader.line_num, headings, [cell.strip() or None for cell in cells])
    except csv.Error as err:
        raise ConfigInvalid(f"Line {reader.line_num} is not CSV: {err}.", code="sheet_unreadable", field="body") from err


def _text(body: bytes) -> str:
    # Excel in China writes GB 18030 where nobody tells it otherwise.
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return body.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise ConfigInvalid("The file is neither UTF-8 nor GB 18030: save it as CSV UTF-8.", code="sheet_unreadable", field="body")


def _excel(body: bytes) -> Iterator[Line]:
    import openpyxl  # type: ignore[import-untyped]  # noqa: PLC0415 - 60 ms and 20 MB that only such a file costs

    try:
        with zipfile.ZipFile(io.BytesIO(body)) as packed:
            if sum(part.file_size for part in packed.infolist()) > MOST_UNPACKED:
                raise TooLarge("The workbook unpacks to over 200 MB.", limit=MOST_UNPACKED)
        book = openpyxl.load_workbook(io.BytesIO(body), read_only=True, data_only=True)
    except (zipfile.BadZipFile, KeyError, ValueError, OSError) as err:
        raise ConfigInvalid("The file is no Excel workbook (.xlsx).", code="sheet_unreadable", field="body") from err
    rows = book.worksheets[0].iter_rows(values_only=True)
    headings = [str(cell or "") for cell in next(rows, ())]
    for number, cells in enumerate(rows, 2):
        if any(cell not in (None, "") for cell in cells):
            yield _named(number, headings, [_cell(cell) for cell in cells])
    book.close()


def _cell(cell: Any) -> Any:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))  # a key of digits, which Excel took for a number
    return cell if cell is None or isinstance(cell, bool) else str(cell).strip() or None


def _named(number: int, headings: list[str], cells: list[Any]) -> Line:
    found, unknown = {}, []
    for at, cell in enumerate(cells):
        heading = headings[at].strip() if at < len(headings) else _SURPLUS
        column = _MEANING.get(heading.lower())
        if column is not None:
            found[column] = cell
        elif cell is not None:
            unknown.append(heading)
    return Line(number, found, tuple(unknown))


def _json(body: bytes) -> Iterator[Line]:
    try:
        listed = orjson.loads(body)
    except orjson.JSONDecodeError as err:
        raise ConfigInvalid(f"The body is no JSON: {err}.", code="sheet_unreadable", field="body") from err
    if not isinstance(listed, list):
        raise ConfigInvalid("Send an array of devices.", code="sheet_unreadable", field="body")
    for number, one in enumerate(listed, 1):
        yield _object(number, one)


def _json_lines(body: bytes) -> Iterator[Line]:
    for number, line in enumerate(body.split(b"\n"), 1):
        if line.strip():
            try:
                yield _object(number, orjson.loads(line))
            except orjson.JSONDecodeError:
                yield Line(number, {}, ("JSON",))


def _object(number: int, one: Any) -> Line:
    if not isinstance(one, dict):
        return Line(number, {}, ("JSON",))
    cells = {key: value for key, value in one.items() if key in COLUMNS}
    name = one.get("name")
    if isinstance(name, dict):
        cells |= {f"name_{language}": name[language] for language in ("en", "zh") if language in name}
    elif name is not None:
        cells["name_zh"] = name
    return Line(number, cells, tuple(key for key in one if key not in COLUMNS and key != "name"))


_READERS: Mapping[str, Callable[[bytes], Iterator[Line]]] = {
    "application/json": _json,
    "application/x-ndjson": _json_lines,
    "text/csv": _csv,
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": _excel,
}

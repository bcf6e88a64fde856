"""People's SQL behind its two walls: what is asked often works, whatever leads elsewhere is refused, tenants never meet."""

from collections.abc import AsyncIterator
from datetime import timedelta

import polars as pl
import pytest
from tests.historian.conftest import NOW, START, names, samples, series

from kaogong.core.errors import ConfigInvalid, KaogongError, TooLarge
from kaogong.core.sample import WAVEFORMS
from kaogong.historian import EVENTS, QueryRequest
from kaogong.historian.admit import admit
from kaogong.historian.admitted import VIEWS
from kaogong.historian.local import LocalHistorian

ADMITTED = [
    "SELECT * FROM readings",
    "select r.device, r.value from readings as r where r.property = 'flow' and r.device in ('pump-1', 'pump-2')",
    "SELECT device, avg(value) AS mean, max(value), count() FROM readings WHERE observed_at >= now() - INTERVAL 1 DAY GROUP BY device HAVING mean > 0",
    "SELECT toStartOfHour(observed_at) AS h, quantile(0.95)(value), countIf(value > 1), argMax(value, observed_at) FROM readings GROUP BY h ORDER BY h",
    "SELECT toStartOfInterval(observed_at, INTERVAL 5 MINUTE) AS t, uniqExact(device) FROM readings GROUP BY t",
    "WITH hot AS (SELECT device FROM readings WHERE value > 1) SELECT device, count() FROM hot GROUP BY device",
    "SELECT l.device, l.value, r.value FROM latest l INNER JOIN readings r ON r.device = l.device AND r.property = l.property",
    "SELECT device FROM latest WHERE device IN (SELECT device FROM events)",
    "SELECT device, value, value - lagInFrame(value) OVER (PARTITION BY device ORDER BY observed_at) AS step FROM readings",
    "SELECT name, JSONExtractFloat(payload, 'n') FROM events",
    "SELECT DISTINCT device, quality, unit FROM readings LIMIT 5 OFFSET 1",
    "SELECT CASE WHEN value > 1 THEN 'high' ELSE 'low' END AS band, round(value, 1), CAST(value AS Int32) FROM readings",
    "SELECT dateDiff('second', min(observed_at), max(observed_at)), date_trunc('day', max(observed_at)) FROM readings",
    "SELECT count() FROM readings WHERE text LIKE '%R\\\\_N%' OR text = 'it''s' OR device ILIKE 'PUMP%'",
    "SELECT device, value FROM readings WHERE (device = 'pump-1' OR device = 'pump-2') AND value IS NOT NULL",
    "SELECT if(value > 1, 1, 0) AS x, multiIf(value > 1, 'a', value > 0, 'b', 'c'), coalesce(value, 0) FROM readings",
    "SELECT a.device FROM (SELECT device, max(value) AS top FROM readings GROUP BY device) AS a WHERE a.top > 1",
    "SELECT formatDateTime(observed_at, '%Y-%m-%d'), toDate(observed_at) FROM readings",
    "SELECT name, rate, length(samples), arrayMax(samples), round(arrayAvg(samples), 2), samples[1] FROM waveforms WHERE device = 'pump-1'",
    "SELECT place, avg(value) FROM readings WHERE place = 'works/hall' GROUP BY place",
    "SELECT 1 + 1",
]

ESCAPES = [
    "SELECT * FROM telemetry",
    "SELECT * FROM TELEMETRY",
    "SELECT * FROM Readings",
    "SELECT * FROM names",
    "SELECT * FROM `telemetry`",
    'SELECT * FROM "system".tables',
    "SELECT * FROM system.tables",
    "SELECT * FROM default.telemetry",
    "SELECT * FROM `default`.`telemetry`",
    "SELECT * FROM `default.telemetry`",
    "SELECT * FROM information_schema.tables",
    "SELECT count() FROM merge(currentDatabase(), '.*')",
    "SELECT count() FROM MeRgE('default', 'telemetry')",
    "SELECT * FROM readings, merge('default', 'telemetry')",
    "SELECT * FROM readings JOIN merge('default', 'telemetry') AS m ON 1 = 1",
    "SELECT * FROM (SELECT * FROM file('/etc/passwd', 'LineAsString', 'x String'))",
    "WITH x AS (SELECT * FROM url('http://127.0.0.1/', 'CSV')) SELECT * FROM x",
    "SELECT * FROM view(SELECT * FROM telemetry)",
    "SELECT * FROM viewExplain('EXPLAIN', '', (SELECT 1))",
    "SELECT * FROM remote('127.0.0.1', 'default', 'telemetry')",
    "SELECT * FROM executable('id', 'TSV', 'x String')",
    "SELECT * FROM input('x UInt8')",
    "SELECT * FROM numbers(10)",
    "SELECT * FROM readings WHERE device IN (SELECT toString(number) FROM numbers(3))",
    "SELECT dictGet('d', 'x', toUInt64(1))",
    "SELECT dictGetOrDefault('d', 'x', toUInt64(1), 0) FROM readings",
    "SELECT joinGet('default.j', 'x', 1)",
    "SELECT file('/etc/passwd')",
    "SELECT avg(value) FROM readings WHERE hostName() = 'x'",
    "SELECT currentDatabase(), version(), currentUser()",
    "SELECT getSetting('additional_table_filters')",
    "SELECT sleep(3)",
    "SELECT sleepEachRow(1) FROM readings",
    "SELECT arrayJoin(range(1000000000))",
    "SELECT evalMLMethod(1)",
    "SELECT initializeAggregation('sum', 1)",
    "SELECT catboostEvaluate('x', 1)",
    "SELECT * FROM readings SETTINGS additional_table_filters = {}",
    "SELECT * FROM readings SETTINGS readonly = 0",
    "SELECT * FROM (SELECT * FROM readings SETTINGS max_threads = 8)",
    "SELECT * FROM readings FORMAT CSV",
    "SELECT * FROM readings INTO OUTFILE '/tmp/x'",
    "SELECT * FROM readings UNION ALL SELECT * FROM telemetry",
    "SELECT * FROM readings UNION ALL SELECT * FROM readings",
    "SELECT * FROM readings EXCEPT SELECT * FROM readings",
    "SELECT * FROM (SELECT 1 UNION ALL SELECT * FROM telemetry)",
    "SELECT * FROM readings /* */ ; DROP TABLE telemetry",
    "SELECT 1; SELECT 2",
    "SELECT * FROM readings -- '\nFORMAT CSV",
    "WITH telemetry AS (SELECT 1 AS x) SELECT * FROM telemetry",
    "SELECT * FROM (WITH telemetry AS (SELECT 1) SELECT * FROM telemetry), telemetry",
    "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r) SELECT * FROM r",
    "WITH (SELECT 1) AS x SELECT x",
    "SELECT * FROM readings WHERE device IN telemetry",
    "SELECT * FROM readings WHERE device IN (telemetry)",
    "SELECT * FROM readings WHERE in(device, telemetry)",
    "SELECT * FROM readings WHERE device GLOBAL IN (SELECT device FROM latest)",
    "SELECT telemetry.value FROM default.telemetry AS readings",
    "SELECT default.telemetry.value FROM readings",
    "SELECT * FROM readings FINAL",
    "SELECT * FROM readings SAMPLE 0.1",
    "SELECT * FROM readings PREWHERE 1",
    "SELECT * FROM readings ARRAY JOIN [1, 2] AS a",
    "SELECT COLUMNS('.*') FROM readings",
    "SELECT * APPLY(sum) FROM readings",
    "SELECT * REPLACE(1 AS device) FROM readings",
    "SELECT arrayMap(x -> x + 1, [1])",
    "SELECT {x:UInt8}",
    "SELECT * FROM {t:Identifier}",
    "SELECT @@version",
    "SELECT * FROM readings ORDER BY observed_at WITH FILL",
    "SELECT * FROM readings LIMIT 1 BY device",
    "SELECT * FROM readings LIMIT (SELECT 1)",
    "INSERT INTO telemetry VALUES (1)",
    "DROP TABLE telemetry",
    "ALTER TABLE telemetry DELETE WHERE 1",
    "SET readonly = 0",
    "USE system",
    "KILL QUERY WHERE 1",
    "SHOW TABLES",
    "DESCRIBE telemetry",
    "EXPLAIN SELECT 1",
    "SYSTEM FLUSH LOGS",
    "CREATE TABLE x (a UInt8) ENGINE = Memory",
    "OPTIMIZE TABLE telemetry",
    "ATTACH TABLE x",
    "GRANT ALL ON *.* TO x",
    "BACKUP TABLE telemetry TO Disk('x', 'y')",
    "",
    ";",
    "SELECT",
    "SELECT (((",
    "\x00",
    "(" * 5000,
    "SELECT * FROM alarms",
]


@pytest.fixture
async def store(historian: LocalHistorian) -> AsyncIterator[LocalHistorian]:
    for tenant, asset, secret in ((1, 1, 1.5), (2, 11, 666.0)):
        await historian.write(
            pl.concat(
                [
                    series([secret, secret + 1], tenant=tenant, asset=asset, device=asset, text=f"text of {tenant}"),
                    series([secret], tenant=tenant, asset=asset + 1, asset_property=2, quality=0x80000000),
                ]
            ),
            batch=1,
            waveforms=pl.DataFrame(
                [(0, tenant, asset, asset, "drive", START, 1000.0, "mm/s", [secret, -secret], START)], schema=WAVEFORMS, orient="row"
            ),
            events=pl.DataFrame([(tenant, asset, "door", START, '{"n": 2.5}', START)], schema=EVENTS, orient="row"),
        )
    await historian.put_names(names((1, "asset", 3, "other", ""), (2, "asset", 11, "secret-1", ""), place="works/hall"))
    await historian.put_names(
        names(
            (1, "device", 1, "pump-1", ""), (1, "device", 2, "pump-2", ""), (1, "asset", 2, "pump-2", ""),
            (1, "property", 1, "flow", "m3/h"), (1, "property", 2, "state", ""),
            (2, "device", 11, "secret-1", ""), (2, "device", 12, "secret-2", ""), (2, "property", 1, "flow", "m3/h"),
        )
    )  # fmt: skip
    await historian.put_names(names((1, "asset", 1, "pump-1", ""), place="works/hall"))
    return historian


def test_the_list_of_views_is_what_is_offered() -> None:
    assert set(VIEWS) == {"readings", "latest", "events", "waveforms"}


async def test_what_people_ask_is_answered_from_their_tenant_alone(store: LocalHistorian) -> None:
    for sql in ADMITTED:
        found = await store.query(QueryRequest(1, sql))
        assert "666" not in str(found.rows.to_dict(as_series=False)), sql
        assert "secret" not in str(found.rows.to_dict(as_series=False)), sql
        assert "text of 2" not in str(found.rows.to_dict(as_series=False)), sql


async def test_readings_speak_in_names_units_and_words(store: LocalHistorian) -> None:
    found = await store.query(QueryRequest(1, "SELECT * FROM readings ORDER BY device, observed_at"))
    first = found.rows.row(0, named=True)
    assert (first["device"], first["asset"], first["property"], first["unit"]) == ("pump-1", "pump-1", "flow", "m3/h")
    assert (first["value"], first["quality"], first["observed_at"], first["received_at"]) == (1.5, "good", START, START)
    assert found.rows["quality"].to_list() == ["good", "good", "bad"]
    assert found.rows.columns == list(VIEWS["readings"])


async def test_conditions_on_names_narrow_what_is_read(store: LocalHistorian) -> None:
    for sql, expected in {
        "SELECT value FROM readings WHERE device = 'pump-1' AND property = 'flow' ORDER BY value": [1.5, 2.5],
        "SELECT value FROM readings WHERE device = 'nobody'": [],
        "SELECT value FROM readings WHERE device = 'secret-1'": [],
        "SELECT value FROM readings WHERE device = 'pump-1' AND device = 'pump-2'": [],
        "SELECT value FROM readings WHERE NOT device = 'pump-1'": [1.5],
        "SELECT r.value FROM readings r, latest l WHERE r.device = 'pump-2' AND l.device = 'pump-1'": [1.5],
    }.items():
        assert (await store.query(QueryRequest(1, sql))).rows["value"].to_list() == expected, sql
    assert admit("SELECT value FROM readings r WHERE r.device = 'a' AND property IN ('b', 'c')", 5).views[0].narrowed == {
        "device": frozenset(["a"]),
        "property": frozenset(["b", "c"]),
    }


@pytest.mark.req("D06")
async def test_places_and_waveforms_can_be_asked_for(store: LocalHistorian) -> None:
    at_place = QueryRequest(1, "SELECT asset, place, value FROM readings WHERE place = 'works/hall' ORDER BY value")
    assert (await store.query(at_place)).rows.rows() == [("pump-1", "works/hall", 1.5), ("pump-1", "works/hall", 2.5)]
    nowhere = QueryRequest(1, "SELECT count() FROM readings WHERE place = 'elsewhere'")
    assert (await store.query(nowhere)).rows.item() == 0
    waves = await store.query(QueryRequest(1, "SELECT * FROM waveforms"))
    assert waves.rows.columns == list(VIEWS["waveforms"])
    (row,) = waves.rows.rows(named=True)
    assert (row["device"], row["asset"], row["place"], row["name"], row["unit"], row["samples"]) == (
        "pump-1", "pump-1", "works/hall", "drive", "mm/s", [1.5, -1.5],
    )  # fmt: skip
    newest = await store.query(QueryRequest(1, "SELECT place FROM latest WHERE device = 'pump-2'"))
    assert newest.rows.item() == ""


async def test_every_escape_is_refused(store: LocalHistorian) -> None:
    for sql in ESCAPES:
        try:
            found = await store.query(QueryRequest(1, sql))
        except ConfigInvalid:
            continue
        pytest.fail(f"{sql[:80]} answered {found}")


async def test_every_table_function_is_refused(store: LocalHistorian) -> None:
    functions = await store._engine.reading(lambda s: s.frame("SELECT name FROM system.table_functions").get_column("name").to_list())
    assert len(functions) > 50
    for name in functions:
        for sql in (
            f"SELECT * FROM {name}('default', 'telemetry')",
            f"SELECT * FROM {name}()",
            f"SELECT * FROM readings WHERE device IN (SELECT x FROM {name}('a'))",
            f"WITH c AS (SELECT * FROM `{name}`('a', 'b', 'c')) SELECT * FROM c",
        ):
            try:
                found = admit(sql, 10)
            except ConfigInvalid:
                continue
            pytest.fail(f"{sql} was admitted as {found.sql}")


async def test_every_function_of_the_engine_that_is_not_listed_is_refused(store: LocalHistorian) -> None:
    found = await store._engine.reading(lambda s: s.frame("SELECT name FROM system.functions").get_column("name").to_list())
    risky = "dict file sleep setting currentd currentu hostname join eval catboost address demangle server user sql"
    admitted = []
    for name in found:
        try:
            admit(f"SELECT {name}(value) FROM readings", 10)
        except KaogongError:
            continue
        admitted.append(name)
    assert not [n for n in admitted if any(sign in n.lower() for sign in risky.split())]
    assert len(admitted) < 400


async def test_the_second_wall_stands_alone(store: LocalHistorian) -> None:
    """Whatever SQL reached the session, it would read one tenant's rows and change nothing."""
    session = store._people._open(1)
    try:
        read = session.frame
        assert set(read("SELECT DISTINCT tenant FROM telemetry")["tenant"]) == {1}
        assert set(read("SELECT DISTINCT tenant FROM latest FINAL")["tenant"]) == {1}
        assert set(read("SELECT DISTINCT tenant FROM names")["tenant"]) == {1}
        assert read("SELECT count() FROM accounted").item() == 0
        assert read("SELECT count() FROM dead_letters").item() == 0
        for sql in (
            "SELECT * FROM telemetry SETTINGS additional_table_filters = {}",
            "SELECT * FROM file('/etc/passwd', 'LineAsString', 'x String')",
            "SELECT * FROM url('http://127.0.0.1:1/', 'LineAsString', 'x String')",
            "SELECT * FROM remote('127.0.0.1', 'default', 'telemetry')",
        ):
            with pytest.raises(Exception, match=r"READONLY|readonly|Cannot"):
                read(sql)
        for sql in ("DROP TABLE telemetry", "TRUNCATE TABLE telemetry", "SET readonly = 0", "INSERT INTO names (id) VALUES (1)"):
            with pytest.raises(Exception, match=r"READONLY|readonly|Cannot"):
                session.command(sql)
    finally:
        store._engine.forget(session)


async def test_rows_are_capped_and_it_is_said(store: LocalHistorian) -> None:
    await store.write(series([float(i) for i in range(10_050)], asset=5, start=NOW - timedelta(hours=1), step=0.1), batch=2)
    everything = await store.query(QueryRequest(1, "SELECT value FROM readings"))
    assert (everything.rows.height, everything.truncated) == (10_000, True)
    some = await store.query(QueryRequest(1, "SELECT value FROM readings LIMIT 7"))
    assert (some.rows.height, some.truncated) == (7, False)
    few = await store.query(QueryRequest(1, "SELECT value FROM readings LIMIT 70", limit=50))
    assert (few.rows.height, few.truncated) == (50, True)
    with pytest.raises(TooLarge):
        await store.query(QueryRequest(1, "SELECT 1 -- " + "x" * 30_000))


async def test_a_wrong_query_is_explained(store: LocalHistorian) -> None:
    with pytest.raises(ConfigInvalid, match="nosuch"):
        await store.query(QueryRequest(1, "SELECT nosuch FROM readings"))
    with pytest.raises(ConfigInvalid, match="yet"):
        await store.query(QueryRequest(1, "SELECT * FROM alarms"))
    with pytest.raises(ConfigInvalid, match="cannot be read"):
        await store.query(QueryRequest(1, "SELEKT 1 FRM x"))


async def test_text_in_a_query_stays_text(store: LocalHistorian) -> None:
    nasty = ["it's", "back\\slash", "\\'; DROP TABLE telemetry; --", "'", "\\", "\\\\'", "{x:UInt8}", "%(x)s", "/* */", "a\nb\t", "零"]
    await store.write(samples([{"observed_at": START + timedelta(minutes=i + 1), "text": t} for i, t in enumerate(nasty)]), batch=3)
    for text in nasty:
        quoted = "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
        found = await store.query(QueryRequest(1, f"SELECT text FROM readings WHERE text = {quoted}"))
        assert found.rows["text"].to_list() == [text]
        by_name = await store.query(QueryRequest(1, f"SELECT text FROM readings WHERE device = {quoted}"))
        assert by_name.rows.is_empty()

"""What a person sees, in a real browser, on a plant that runs."""

import json
from pathlib import Path

import pytest
from bench.platform import Platform
from playwright.sync_api import Page, expect
from tests.e2e.conftest import Visit, eventually

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

AXE = (Path(__file__).parents[2] / "console/node_modules/axe-core/axe.min.js").read_text(encoding="utf-8")
PAGES = [
    "/",
    "/plant",
    "/devices",
    "/devices/feed-pump-1",
    "/devices/feed-pump-1?tab=history",
    "/devices/feed-pump-1?tab=connection",
    "/devices/feed-pump-1?tab=about",
    "/devices/inverter-1?tab=commands",
    "/device-types",
    "/edge-nodes",
    "/edge-nodes/edge-1",
    "/edge-nodes/edge-1?tab=configuration",
    "/data/query",
    "/data/ledger",
    "/data/dead-letters",
    "/operations",
    "/users",
    "/audit",
    "/account",
    "/connect",
]


@pytest.fixture(scope="session", autouse=True)
def _plant_runs(demo: Platform) -> None:
    """The plant has provisioned itself and every device has spoken."""
    eventually(lambda: demo.call("GET", "/overview")["devices"], lambda tally: tally["total"] >= 60 and tally["never"] == 0, 180)


@pytest.mark.req("H31", "I01")
def test_a_person_signs_in_and_is_told_whether_all_is_well(visit: Visit) -> None:
    page = visit.open("/", signed_in=False)
    form = page.get_by_test_id("login-form")
    form.locator("#username").fill("admin")
    form.locator("#password").fill(visit.platform.password)
    form.locator("button[type=submit]").click()
    expect(page.get_by_test_id("overview-sentence")).to_contain_text("devices report", timeout=20_000)


@pytest.mark.req("B01", "B02", "B05", "B06", "B07", "B08", "B10")
def test_the_plant_is_at_least_sixty_devices_of_ten_types_on_three_protocols(demo: Platform) -> None:
    overview = demo.call("GET", "/overview")
    assert overview["devices"]["total"] >= 60
    assert overview["devices"]["countable"] >= 60
    assert overview["points"] >= 1000
    types = demo.call("GET", "/device-types", params={"limit": 100})["items"]
    assert len([t for t in types if t["key"] != "edge-node"]) >= 10
    report = demo.call("GET", "/edge-nodes/edge-1/report")["report"]
    drivers = {c["driver"] for c in report["connections"]}
    assert {"modbus_tcp", "opcua"} <= drivers
    brokers = demo.call("GET", "/devices/vib-feed-pump-1/connection")["broker"]
    assert brokers["protocol"] == "mqtt"


def test_values_move_with_unit_quality_and_age(visit: Visit) -> None:
    page = visit.open("/devices/feed-pump-1")
    cell = page.get_by_test_id("live-values").locator("[data-testid^=value-]").first
    expect(cell).to_be_visible(timeout=20_000)
    before = page.get_by_test_id("live-values").inner_text()
    page.wait_for_function("before => document.querySelector('[data-testid=live-values]').innerText !== before", arg=before, timeout=15_000)
    expect(page.locator("[data-testid=value-flow]")).to_contain_text("m³/h")
    assert page.locator("[data-testid=value-flow]").get_attribute("data-stale") == "false"


def test_history_is_drawn_and_can_be_taken_away(visit: Visit, tmp_path: Path) -> None:
    page = visit.open("/devices/feed-pump-1?tab=history")
    chart = page.get_by_test_id("chart")
    expect(chart).to_be_visible(timeout=20_000)
    page.wait_for_function("() => Number(document.querySelector('[data-testid=chart]')?.dataset.points) > 5", timeout=30_000)
    assert int(chart.get_attribute("data-points") or 0) <= 4000
    headers = {"Accept": "text/csv"}
    answer = page.context.request.get("/api/v1/devices/feed-pump-1/history?property=flow&aggregate=raw", headers=headers)
    assert answer.text().splitlines()[0].startswith("observed_at")
    parquet = page.context.request.get(
        "/api/v1/devices/feed-pump-1/history?property=flow&aggregate=raw", headers={"Accept": "application/vnd.apache.parquet"}
    )
    assert parquet.body()[:4] == b"PAR1"


def test_a_pulled_cable_goes_stale_and_says_since_when_and_why(visit: Visit) -> None:
    page = visit.open("/devices/vib-feed-pump-1")
    cell = page.get_by_test_id("live-values").locator("[data-stale=true]").first
    expect(cell).to_be_visible(timeout=120_000)
    sentence = page.get_by_test_id("device-sentence")
    expect(sentence).not_to_contain_text("All", timeout=30_000)
    page.goto("/")
    expect(page.get_by_test_id("abnormal")).to_contain_text("Vibration feed pump 1", timeout=30_000)


def test_a_device_is_found_by_two_chinese_characters(visit: Visit) -> None:
    page = visit.open("/devices", language="zh")
    page.get_by_test_id("device-search").locator("input").or_(page.locator("input[data-testid=device-search]")).first.fill("水泵")
    expect(page.locator("tbody tr", has_text="给水泵").first).to_be_visible(timeout=20_000)
    expect(page.get_by_text("cnc-1", exact=True)).to_have_count(0)


@pytest.mark.req("B04")
def test_an_operator_breaks_a_gateway_and_it_comes_back_by_itself(demo: Platform) -> None:
    def state(wanted: str) -> None:
        eventually(lambda: demo.call("GET", "/devices/meter-machining")["state"]["state"], lambda now: now == wanted, 90)

    state("reporting")
    demo.fault("gateway-unplugged")
    state("silent")
    sentence = demo.call("GET", "/devices/meter-machining/connection")["sentence"]["en"]
    assert "127.0.0.1" in sentence
    demo.fault("gateway-unplugged", clear=True)
    state("reporting")


@pytest.mark.req("I01")
def test_a_first_password_must_be_changed_before_anything_else(visit: Visit) -> None:
    made = visit.platform.call("POST", "/users", json={"name": "new-engineer", "roles": ["engineer"]})
    page = visit.open("/devices", signed_in=False)
    form = page.get_by_test_id("login-form")
    form.locator("#username").fill("new-engineer")
    form.locator("#password").fill(made["password"])
    form.locator("button[type=submit]").click()
    change = page.get_by_test_id("password-form")
    change.locator("#current").fill(made["password"], timeout=20_000)
    change.locator("#next").fill("a longer word of mine")
    change.locator("#again").fill("a longer word of mine")
    change.locator("button[type=submit]").click()
    expect(page.get_by_test_id("devices")).to_be_visible(timeout=20_000)


@pytest.mark.req("C06")
def test_a_command_is_refused_out_of_range_and_else_answered(visit: Visit) -> None:
    page = visit.open("/devices/inverter-2?tab=commands")
    form = page.get_by_test_id("command-limit_power")
    form.get_by_role("spinbutton").fill("140", timeout=20_000)
    form.get_by_role("button", name="Send").click()
    expect(form).to_contain_text("Allowed: 0 … 100 %")
    form.get_by_role("spinbutton").fill("60")
    form.get_by_role("button", name="Send").click()
    page.locator(".ant-modal-confirm-btns .ant-btn-primary").click()
    row = page.get_by_test_id("commands").locator("tbody tr").first
    expect(row).to_contain_text("power_limit 60", timeout=20_000)
    expect(row).to_contain_text("admin")


@pytest.mark.req("B01")
def test_a_connection_is_made_by_its_drivers_form_tried_and_applied(visit: Visit) -> None:
    page = visit.open("/edge-nodes/edge-1?tab=configuration")
    page.get_by_role("button", name="Add a connection").click(timeout=20_000)
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Driver").press_sequentially("mqtt ·", timeout=20_000)
    page.locator(".ant-select-item-option", has_text="mqtt ·").first.click()
    dialog.get_by_label("Host").fill("127.0.0.1", timeout=20_000)
    expect(dialog.get_by_label("Port")).to_have_value("1883")
    assert dialog.get_by_label("Password").get_attribute("type") == "password"
    dialog.get_by_label("Switched on").click()
    dialog.get_by_label("Connection", exact=True).fill("two words")
    dialog.get_by_role("button", name="Check and keep").click()
    expect(dialog).to_contain_text("beginning with a letter or digit")
    dialog.get_by_label("Connection", exact=True).fill("spare")
    dialog.get_by_role("button", name="Check and keep").click()
    expect(page.get_by_test_id("connection-entries")).to_contain_text("spare", timeout=20_000)
    page.get_by_test_id("apply-configuration").click()
    expect(page.get_by_test_id("configuration-check")).to_contain_text("spare", timeout=20_000)
    page.get_by_role("dialog").get_by_role("button", name="Apply", exact=True).click()
    connections = eventually(
        lambda: visit.platform.call("GET", "/edge-nodes/edge-1/report")["report"]["connections"], lambda found: len(found) == 7, 40
    )
    assert {one["name"]: one["state"] for one in connections}["spare"] == "disabled"


def test_states_are_bands_over_time(visit: Visit) -> None:
    page = visit.open("/devices/feed-pump-1?tab=history&p=state&p=is_duty")
    bands = page.get_by_test_id("state-timeline").locator("[data-property=state] [data-state]")
    expect(bands.first).to_be_visible(timeout=30_000)
    assert "·" in (bands.first.get_attribute("title") or "")


def test_the_connect_page_names_the_port_that_is_listened_on(visit: Visit) -> None:
    visit.platform.call("POST", "/device-types", json={"key": "probe", "properties": [{"key": "level", "unit": "m"}]})
    page = visit.open("/connect?type=probe")
    page.get_by_label("Key").fill("probe-1", timeout=20_000)
    page.get_by_role("button", name="Create and show the credential").click()
    page.get_by_role("tab", name="MQTT").click(timeout=20_000)
    port = visit.platform.ready["mqtt"].rpartition(":")[2]
    expect(page.get_by_test_id("example-mqtt")).to_contain_text(f"-p {port} ")


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(("language", "theme", "width"), [("en", "light", 1440), ("zh", "dark", 390)])
def test_every_page_is_whole(visit: Visit, path: str, language: str, theme: str, width: int) -> None:
    """No error, no key left untranslated, no sideways scrolling, nothing serious for axe."""
    page = visit.open(path, language=language, theme=theme, width=width)
    expect(page.locator("h1").first).to_be_visible(timeout=20_000)
    expect(page.locator(".ant-skeleton")).to_have_count(0, timeout=20_000)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "scrolls sideways"
    text = page.locator("body").inner_text()
    assert "undefined" not in text
    assert "NaN" not in text
    assert _serious(page) == []


def _serious(page: Page) -> list[str]:
    page.evaluate(AXE)
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{v['id']}: {json.dumps([n['html'][:160] for n in v['nodes'][:3]])}"
        for v in found["violations"]
        if v["impact"] in ("serious", "critical")
    ]

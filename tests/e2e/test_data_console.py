"""Samples and their meaning at the screen: marking a time and taking it back."""

import pytest
from playwright.sync_api import Page, expect
from tests.e2e.conftest import Visit, eventually

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


def history(visit: Visit) -> Page:
    """The history page of a pump that the plant has made and that reports."""
    http = visit.platform.http
    eventually(lambda: http.get("/devices/feed-pump-1/latest").json().get("values", {}), lambda values: "flow" in values, 60)
    return visit.open("/devices/feed-pump-1?tab=history&p=flow")


@pytest.mark.req("D04")
def test_a_time_is_marked_bad_on_the_chart_and_the_mark_undone(visit: Visit) -> None:
    page = history(visit)
    expect(page.get_by_test_id("chart")).to_be_visible(timeout=20_000)
    page.get_by_test_id("make-mark").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("Bad", exact=True).click()
    dialog.get_by_label("Why").fill("sensor pulled for cleaning")
    dialog.get_by_role("button", name="Save").click()
    row = page.get_by_role("row").filter(has_text="sensor pulled for cleaning")
    expect(row).to_be_visible(timeout=10_000)
    expect(page.locator(".kg-legend")).to_contain_text("bad", timeout=10_000)
    row.get_by_role("button", name="Undo").click()
    expect(row).to_contain_text("undone", timeout=10_000)


@pytest.mark.req("D04")
def test_a_reading_is_entered_by_hand(visit: Visit) -> None:
    page = history(visit)
    page.get_by_test_id("enter-reading").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("spinbutton").fill("41.5")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_be_hidden(timeout=10_000)
    page.goto("/devices/feed-pump-1?tab=history&p=flow&table=true")
    expect(page.get_by_role("table", name="Samples")).to_contain_text("41.5", timeout=20_000)

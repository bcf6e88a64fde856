"""Samples and their meaning at the screen: marking a time and taking it back."""

import re

import pytest
from playwright.sync_api import expect
from tests.e2e.conftest import Visit

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


@pytest.mark.req("D04")
def test_a_time_is_marked_bad_on_the_chart_and_the_mark_undone(visit: Visit) -> None:
    page = visit.open("/devices/feed-pump-1?tab=history&p=flow")
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
    page = visit.open("/devices/feed-pump-1?tab=history&p=flow")
    page.get_by_test_id("enter-reading").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("spinbutton").fill("41.25")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_be_hidden(timeout=10_000)
    page.goto("/devices/feed-pump-1?tab=history&p=flow&table=true")
    expect(page.get_by_role("table")).to_contain_text(re.compile("41.25"), timeout=20_000)

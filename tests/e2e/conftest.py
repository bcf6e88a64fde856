"""The real stack: `kaogong up --demo` on a home of its own, and Debian's Chromium."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import paho.mqtt.client as mqtt
import pytest
from bench.platform import Platform
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

CHROMIUM = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

FLOW = {"key": "flow", "name": {"en": "Flow", "zh": "流量"}, "type": "number", "unit": "m3/h", "min": 0, "max": 100}
RUNNING = {"key": "running", "name": {"en": "Running", "zh": "运行"}, "type": "boolean"}
NOTE = {"key": "note", "name": {"en": "Note", "zh": "备注"}, "type": "text"}


def eventually(ask: Callable[[], Any], wanted: Callable[[Any], bool], seconds: float = 15) -> Any:
    """The answer of `ask` once `wanted` holds; the last answer is in the failure."""
    deadline = time.monotonic() + seconds
    while not wanted(answer := ask()):
        assert time.monotonic() < deadline, f"still {answer!r}"
        time.sleep(0.05)
    return answer


@pytest.fixture(scope="session")
def demo() -> Iterator[Platform]:
    """The platform with the simulated plant, for the whole run."""
    with Platform(demo=True) as platform:
        yield platform


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for the whole run."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=CHROMIUM)
        yield browser
        browser.close()


@pytest.fixture
def visit(demo: Platform, chromium: Browser) -> Iterator["Visit"]:
    """Opens pages as the signed-in administrator; fails the test on any error of the page itself."""
    visit = Visit(demo, chromium)
    yield visit
    visit.close()


class Visit:
    """A person at the console, in one language, theme and width."""

    def __init__(self, platform: Platform, browser: Browser) -> None:
        self.platform, self._browser = platform, browser
        self.errors: list[str] = []
        self._contexts: list[BrowserContext] = []

    def open(self, path: str = "/", *, language: str = "en", theme: str = "light", width: int = 1440, signed_in: bool = True) -> Page:
        """A new page at `path`."""
        context = self._browser.new_context(
            viewport={"width": width, "height": 900 if width > 600 else 844},
            locale={"en": "en-GB", "zh": "zh-CN"}[language],
            color_scheme=theme,  # type: ignore[arg-type]
            base_url=self.platform.ready["http"],
        )
        context.add_init_script(f"localStorage.setItem('kaogong.language', '{language}'); localStorage.setItem('kaogong.theme', '{theme}')")
        self._contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        if signed_in:  # before that a 401 is the expected answer, and the browser calls it an error
            page.on("console", lambda message: self.errors.append(message.text) if message.type == "error" else None)
            credentials = {"username": self.platform.ready["admin_user"], "password": self.platform.password}
            answer = context.request.post("/api/v1/auth/session", data=credentials, headers={"Origin": self.platform.ready["http"]})
            assert answer.ok, answer.text()
        page.goto(path)
        return page

    def close(self) -> None:
        """Close what was opened; what went wrong in a page is a failure."""
        for context in self._contexts:
            context.close()
        assert not self.errors


@pytest.fixture(scope="session")
def plain() -> Iterator[Platform]:
    """A platform without the plant, with one type and one device."""
    with Platform() as platform:
        platform.call(
            "POST", "/device-types", json={"key": "meter", "name": {"en": "Meter", "zh": "仪表"}, "properties": [FLOW, NOTE, RUNNING]}
        )
        yield platform


@pytest.fixture
def device(plain: Platform, request: pytest.FixtureRequest) -> dict[str, str]:
    """A new device with its credential; its key is the test's own."""
    key = f"m{abs(hash(request.node.name)) % 10**9}"
    made = plain.call("POST", "/devices", json={"key": key, "name": {"en": key, "zh": key}, "type": "meter"})
    return {"key": key, **made["credential"]}


class Speaker:
    """A device over MQTT 3.1.1 that keeps what it is told."""

    def __init__(self, platform: Platform, device: dict[str, str], *, client_id: str | None = None) -> None:
        self.heard: list[tuple[str, bytes]] = []
        self.client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id=client_id or f"default:{device['key']}")
        self.client.username_pw_set(device["username"], device["password"])
        self.client.on_message = lambda _c, _u, m: self.heard.append((m.topic, m.payload))
        self.client.connect(*platform.mqtt)
        self.client.loop_start()
        eventually(self.client.is_connected, bool)

    def say(self, topic: str, body: bytes | str) -> None:
        """Publish at QoS 1 and wait for the acknowledgement."""
        self.client.publish(topic, body, qos=1).wait_for_publish(10)

    def close(self) -> None:
        """Leave."""
        self.client.disconnect()
        self.client.loop_stop()

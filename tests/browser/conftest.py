"""A real browser against the real product.

`shop_front` serves the product from this process on its own cloned database; `whole_house` runs
everything (web, workers, beat, sandbox) in processes of their own on fresh data. A page that
breaks the content policy, calls another machine or throws in its scripts fails its test.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.test.testcases import LiveServerThread
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, expect

from launch import chromium
from launch.stack import Stack
from tests.memory import folder_for_servers
from tests.servers import begin_with_template

# A machine that is busy with other tests may take its time; nothing waits longer than it must.
PATIENCE_MS = 45_000
expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="session")
def _sync_django() -> None:
    # Playwright's sync interface runs an event loop in this thread; Django would refuse the ORM.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


@pytest.fixture(scope="session")
def browser_type_launch_args(_sync_django: None) -> dict[str, Any]:
    """Debian's Chromium, or a skip that says how to install it."""
    try:
        path = chromium.get()
    except chromium.NoChromium as reason:
        pytest.skip(str(reason))
    return {
        "executable_path": path,
        "args": [
            "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu",
            "--font-render-hinting=none", "--autoplay-policy=no-user-gesture-required",
        ],
    }  # fmt: skip


@pytest.fixture(scope="session")
def browser_context_args() -> dict[str, Any]:
    """A Chinese desktop."""
    return {
        "locale": "zh-CN",
        "timezone_id": "Asia/Shanghai",
        "viewport": {"width": 1280, "height": 800},
    }


@contextmanager
def opened() -> Iterator[str]:
    """The product served by threads of this process; its address."""
    server = LiveServerThread("127.0.0.1", StaticFilesHandler, connections_override=None)
    server.daemon = True
    server.start()
    server.is_ready.wait()
    if server.error:
        raise server.error
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.terminate()


@pytest.fixture
def shop_front(real_commits: str, _sync_django: None) -> Iterator[str]:
    """The product served by threads of this process on a clone of the database; its address."""
    with opened() as address:
        yield address


@pytest.fixture(scope="module")
def whole_house() -> Iterator[Stack]:
    """Everything that `make run` starts, on free ports and fresh data, with the demo company."""
    folder = Path(tempfile.mkdtemp(prefix="house-browser-", dir=folder_for_servers()))
    folder.chmod(0o755)  # PostgreSQL runs under another user than root
    try:
        begin_with_template(folder / "data")
        with Stack(data_dir=folder / "data") as stack:
            yield stack
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def faults() -> list[str]:
    """What the browser complained about; a test may take away what it caused on purpose."""
    return []


def note_faults(page: Page, faults: list[str]) -> None:
    def of_console(line: ConsoleMessage) -> None:
        if "Content Security Policy" in line.text:
            faults.append(f"policy: {line.text}")

    def of_request(request: Request) -> None:
        if urlsplit(request.url).hostname not in {"127.0.0.1", "localhost", None}:
            faults.append(f"left the machine: {request.url}")

    page.on("pageerror", lambda error: faults.append(f"script error: {error}"))
    page.on("console", of_console)
    page.on("request", of_request)


@pytest.fixture
def page(page: Page, faults: list[str]) -> Iterator[Page]:
    """A page that must end its test without faults."""
    note_faults(page, faults)
    yield page
    assert faults == []


@pytest.fixture
def pda(browser: Browser, faults: list[str]) -> Iterator[Page]:
    """A page on a hand-held scanner, held to the same rules."""
    handheld = browser.new_context(
        locale="zh-CN", timezone_id="Asia/Shanghai", viewport={"width": 390, "height": 780},
        is_mobile=True, has_touch=True, device_scale_factor=2,
    )  # fmt: skip
    page = handheld.new_page()
    note_faults(page, faults)
    try:
        yield page
        assert faults == []
    finally:
        handheld.close()


def scan(page: Page, code: str) -> None:
    """What a hand scanner does: types the code within milliseconds and presses Enter.

    Each key bears the moment it was pressed, five milliseconds after the one before, so a machine
    that is slow to deliver keys does not turn the scanner into a person. A person sees the page
    before scanning: what is typed into a page that is still being loaded reaches nobody.
    """
    page.wait_for_load_state()
    session = page.context.new_cdp_session(page)
    pressed_at = time.time()
    events: list[dict[str, object]] = []
    for at, letter in enumerate([*code, "\r"]):
        key: dict[str, object] = {
            "key": letter,
            "text": letter,
            "timestamp": pressed_at + at * 0.005,
        }
        if letter == "\r":
            key |= {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 13}
        events += [{"type": "keyDown", **key}, {"type": "keyUp", **key}]

    async def hand_over() -> None:
        sent = session._impl_obj.send
        await asyncio.gather(*(sent("Input.dispatchKeyEvent", event, None) for event in events))

    # All at once: one after the other the answers take longer than a scanner does.
    session._sync(hand_over())
    session.detach()


def answered(page: Page) -> None:
    """Wait until a page of the floor has taken in the answer to a scan.

    Until then its buttons do nothing, though what they are about can be seen already.
    """
    expect(page.locator("body.scan-busy")).to_have_count(0)

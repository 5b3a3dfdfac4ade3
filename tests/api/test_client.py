"""The client for Python and the examples of the documentation, against the served product."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from client import House, Refused, Unreachable
from org import roles
from org import services as org
from tests import given
from tests.api.calling import STOCK, announcement
from tests.horizon import wait_for_horizon

HOME = Path(__file__).resolve().parent.parent.parent
MAY = (
    roles.STOCK_VIEW, roles.STOCK_ADJUST, roles.STOCK_RECEIVE, roles.STOCK_HOLD,
    roles.STOCK_RELEASE, roles.STOCK_RELEASE_SAFETY,
)  # fmt: skip


@pytest.fixture
def who(served: str) -> org.NewSecret:
    given.stock("TEA", 40)
    given.stock("MUG-01", 40)
    return given.api_client(*MAY)


@pytest.fixture
def house(served: str, who: org.NewSecret) -> Iterator[House]:
    with House(served, key_id=who.key_id, secret=who.secret) as found:
        yield found


def test_it_asks_does_once_and_is_refused_by_name(house: House) -> None:
    first = house.send("POST", f"{STOCK}incoming", body=announcement(), key="k")
    again = house.send("POST", f"{STOCK}incoming", body=announcement(), key="k")

    assert house.get(f"{STOCK}availability", sku=["TEA"])["availability"][0]["available"] == 40
    assert (first.replayed, again.replayed, again.data) == (False, True, first.data)
    with pytest.raises(Refused, match="unknown_sku") as refused:
        house.get(f"{STOCK}availability", sku=["茶 & more"])
    assert (refused.value.status, refused.value.code) == (422, "unknown_sku")
    assert refused.value.errors[0].asked == "茶 & more"


def test_it_pages_through_a_list_in_the_given_order(house: House) -> None:
    for number in range(5):
        given.held(f"SO-{number}", "TEA", 1)

    rows = house.each(f"{STOCK}holds", "holds", role="COMMITMENT", limit=2)
    found = [row["document"] for row in rows]

    assert found == ["SO-4", "SO-3", "SO-2", "SO-1", "SO-0"]


def test_it_waits_as_long_as_it_is_told_when_it_asked_too_often(served: str) -> None:
    given.stock("TEA", 1)
    who = given.api_client(roles.STOCK_VIEW, per_minute=60, burst=1)
    waits: list[float] = []
    house = House(served, key_id=who.key_id, secret=who.secret, tries=2, sleep=waits.append)

    house.get(f"{STOCK}reasons")
    with pytest.raises(Unreachable, match="429"):
        house.get(f"{STOCK}reasons")
    house.close()

    assert waits == [1.0]


@contextmanager
def answering(*statuses: int) -> Iterator[tuple[str, list[dict[str, str]]]]:
    """A server that gives these statuses one after the other; 0 hangs up."""
    left, seen = list(statuses), []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            seen.append(dict(self.headers))
            self.rfile.read(int(self.headers["Content-Length"]))
            status = left.pop(0)
            if status == 0:
                self.connection.close()
                return
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", seen
    finally:
        server.shutdown()
        server.server_close()


def test_it_sends_again_under_the_same_key_with_a_new_nonce() -> None:
    waits: list[float] = []
    with (
        answering(503, 0, 200) as (url, seen),
        House(url, key_id="ak", secret="sk", sleep=waits.append) as house,
    ):
        assert house.post("/x", {"a": 1}) == {}

    assert len({each["Idempotency-Key"] for each in seen}) == 1
    assert len({each["X-Api-Nonce"] for each in seen}) == 3
    assert len(waits) == 2
    assert 0.25 <= waits[0] <= 0.5 <= waits[1] <= 1.0


def test_it_does_not_send_again_what_was_refused() -> None:
    with (
        answering(422) as (url, seen),
        House(url, key_id="ak", secret="sk") as house,
        pytest.raises(Refused),
    ):
        house.post("/x", {})

    assert len(seen) == 1


def run(command: list[str], served: str, who: org.NewSecret) -> str:
    done = subprocess.run(
        command,
        cwd=HOME, capture_output=True, text=True, check=False, timeout=60,
        env={
            "PATH": os.environ["PATH"], "PYTHONPATH": str(HOME), "HOUSE": served,
            "KEY_ID": who.key_id, "SECRET": who.secret,
        },
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout


def test_the_examples_in_curl_do_what_they_say(served: str, who: org.NewSecret) -> None:
    said = run(["bash", "client/examples/stock.sh"], served, who)

    lines = said.splitlines()
    assert len(lines) == 7
    assert '"available":40' in lines[0]
    assert '"errors":[{' not in said
    assert '"new":1' in lines[5]
    assert given.free("MUG-01") == 45


def test_the_examples_in_python_do_what_they_say(served: str, who: org.NewSecret) -> None:
    said = run([sys.executable, "client/examples/stock.py"], served, who).splitlines()
    wait_for_horizon()
    followed = run([sys.executable, "client/examples/follow.py"], served, who)

    assert said[0] == "40 to sell"
    assert (said[1].split()[-1], said[2].split()[-1]) == ("new", "again")
    assert said[3] == "so-0 200 []"
    assert said[4] == "so-1 409 ['insufficient_stock']"
    assert said[5] == "422 unknown_location location NOWHERE"
    assert said[6] == "1 claims"
    assert "PO-9 WH1 MUG-01 5" in followed


@pytest.mark.django_db
def test_the_page_shows_the_very_examples_that_were_run() -> None:
    from html import unescape

    browser = Browser()
    browser.force_login(given.person("CLERK"))

    page = unescape(browser.get(reverse("api-docs")).content.decode())

    for name in ("house.sh", "stock.sh", "stock.py", "follow.py"):
        assert (HOME / "client" / "examples" / name).read_text() in page

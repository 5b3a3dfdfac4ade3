"""Webhooks over HTTP: a program looks after its own and sees nobody else's."""

from __future__ import annotations

import pytest

from org import roles
from org.services import NewSecret
from tests import given
from tests.api.calling import codes, signed
from webhooks.models import Message, Subscription

HOOKS = "/api/v1/webhooks/"
WISH = {"name": "ERP", "url": "http://127.0.0.1:9/", "topics": ["order.shipped"]}


def _made(who: NewSecret, key: str = "k1") -> int:
    answer = signed(who, "POST", HOOKS, body=WISH, key=key)
    assert answer.status_code == 201
    assert answer.json()["secret"].startswith("whsec_")
    number: int = answer.json()["id"]
    return number


def test_a_program_makes_reads_changes_and_ends_its_webhook(real_commits: str) -> None:
    who = given.api_client(roles.WEBHOOKS_EDIT)
    number = _made(who)
    again = signed(who, "POST", HOOKS, body=WISH, key="k1")
    assert again.json()["id"] == number
    assert Subscription.objects.count() == 1

    path = f"{HOOKS}{number}/"
    changed = signed(who, "PUT", path, body={**WISH, "active": False}, key="k2")
    assert changed.json()["active"] is False
    assert "secrets" not in changed.json()
    assert [each["id"] for each in signed(who, "GET", HOOKS).json()["webhooks"]] == [number]

    assert signed(who, "POST", f"{path}test/", body={}, key="k3").status_code == 202
    told = signed(who, "GET", f"{path}messages/").json()["messages"]
    assert [(each["topic"], each["attempts"]) for each in told] == [("webhook.test", 0)]

    assert signed(who, "DELETE", path, key="k4").json()["ended_at"]
    assert codes(signed(who, "POST", f"{path}test/", body={}, key="k5")) == ["ended"]
    assert Message.objects.filter(next_at__isnull=False).count() == 0


def test_another_programs_webhook_is_not_there(real_commits: str) -> None:
    mine, other = given.api_client(roles.WEBHOOKS_EDIT), given.api_client(roles.WEBHOOKS_EDIT)
    number = _made(mine)
    path = f"{HOOKS}{number}/"
    assert signed(other, "GET", path).status_code == 404
    assert signed(other, "GET", f"{path}messages/").status_code == 404
    assert signed(other, "DELETE", path, key="k9").status_code == 404
    assert signed(other, "POST", f"{path}secret/", body={}, key="k9").status_code == 404
    assert signed(other, "GET", HOOKS).json() == {"webhooks": []}
    assert Subscription.objects.get().active


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        ({**WISH, "topics": []}, "no_topics"),
        ({**WISH, "topics": ["order.shiped"]}, "bad_choice"),
        ({**WISH, "url": "ftp://erp.example.com/"}, "bad_url"),
        ({**WISH, "url": "https://me:pw@erp.example.com/"}, "url_with_password"),
        ({"url": WISH["url"], "topics": WISH["topics"]}, "missing_field"),
        ({**WISH, "color": "red"}, "unknown_field"),
    ],
)
def test_what_cannot_be_is_refused_with_its_reason(
    real_commits: str, wish: dict[str, object], code: str
) -> None:
    who = given.api_client(roles.WEBHOOKS_EDIT)
    answer = signed(who, "POST", HOOKS, body=wish, key="k1")
    assert (answer.status_code, codes(answer)) == (422, [code])
    assert Subscription.objects.count() == 0


def test_private_networks_are_closed_where_the_settings_say_so(
    real_commits: str, settings: object
) -> None:
    settings.WEBHOOKS_TO_PRIVATE_NETWORKS = False  # type: ignore[attr-defined]
    who = given.api_client(roles.WEBHOOKS_EDIT)
    assert codes(signed(who, "POST", HOOKS, body=WISH, key="k1")) == ["not_https"]

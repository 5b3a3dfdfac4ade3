"""IT is told when something was given up, whichever part of the house gave it up."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import connection

from freeze_rules.selectors.given_up import given_up_in_all
from insights.operations import figures
from org import selectors as org
from org import services as org_services
from outbox import selectors as outbox

PAGE = "/operations/"


def warn_of_dead_letters() -> list[str]:
    """One notice for each place where something died since the last one; the places.

    Joins the caller's transaction. What was told of and still lies there is not told again.
    """
    assert connection.in_atomic_block, "The edge opens the transaction."
    told = []
    for where, number, newest in _dead():
        link = f"{PAGE}#{where}"
        last = org.last_told(kind="letters.dead", link=link)
        if newest is None or (last is not None and newest <= last):
            continue
        org_services.notify(
            kind="letters.dead",
            to=org.people_with(settings.TOLD["letters.dead"]),
            params={"count": number, "where": where},
            link=link,
        )
        told.append(where)
    return told


def _dead() -> list[tuple[str, int, datetime | None]]:
    post, notices, rules = figures.post(), figures.notices(), given_up_in_all()
    return [
        ("outbox", sum(each.dead for each in outbox.depths().values()), outbox.newest_death()),
        ("webhooks", post.dead, post.newest_dead),
        ("notices", notices.dead, notices.newest_dead),
        ("rules", rules.number, rules.newest),
    ]

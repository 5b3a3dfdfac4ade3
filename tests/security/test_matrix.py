"""Every route x every role x own and other store: one table, nothing undecided."""

from __future__ import annotations

import pytest
from django.urls import reverse

from inventory.models import Posting
from org.models import AuditRecord
from org.roles import GRANTS, Role
from tests.pages.routes import EVERYBODY, MACHINE, SIGNED_IN, routes_of_the_house
from tests.pages.table import TABLE
from tests.security.elsewhere import (
    ALIKE,
    BODIES,
    BY_THEIR_OWN_TESTS,
    ELSEWHERE,
    NOT_BY_PLACE,
    ONLY_WHOM_IT_ASKS,
)
from tests.security.places import HERE, THERE, ask, give_all_to_the_first, somebody, stores

OPEN = {MACHINE, EVERYBODY, SIGNED_IN}


def of_a_thing() -> set[str]:
    """Routes that name a thing in their address and ask for a permission."""
    patterns = routes_of_the_house()
    return {
        name
        for name, route in TABLE.items()
        if route.permission not in OPEN and "<" in patterns[name]
    }


def test_every_route_to_a_thing_is_decided_for_other_stores() -> None:
    assert set(ELSEWHERE) | BY_THEIR_OWN_TESTS == of_a_thing()
    assert not set(ELSEWHERE) & BY_THEIR_OWN_TESTS


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(ELSEWHERE))
def test_a_thing_is_open_to_its_own_store_and_shut_to_the_other(name: str) -> None:
    stores()
    route = TABLE[name]
    address = reverse(name, args=route.args())
    give_all_to_the_first()
    method = route.speaks_json or ("GET" if route.is_page else "POST")
    done = (AuditRecord.objects.exclude(action__startswith="person."), Posting.objects)
    before = [rows.count() for rows in done]
    answers: dict[tuple[str, Role], int] = {}

    for role in Role:
        for at in (THERE, HERE):
            client = somebody(role, at)
            answers[at, role] = ask(client, method, address, BODIES.get(name)).status_code

    for role in Role:
        here, there = answers[HERE, role], answers[THERE, role]
        if not route.opens_for(GRANTS[role]):
            assert (here, there) == (403, 403), role
        elif name in NOT_BY_PLACE:
            assert {here, there} <= {403, 404}, role
        elif ELSEWHERE[name] == ALIKE:
            assert here == there, role
            assert here not in {403, 404}, role
        else:
            assert there == ELSEWHERE[name], role
            assert here not in ({404} if name in ONLY_WHOM_IT_ASKS else {403, 404}), role
    # Each answer was undone; whoever is elsewhere had nothing to undo.
    assert [rows.count() for rows in done] == before

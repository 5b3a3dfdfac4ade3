"""Whom a rule names to look after its freezes: a person, or a role at the place of the goods.

In a definition it is "person:<sign-in name>" or "role:<code>": both mean the same in a file that
goes to another house, or are found missing there.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from org import roles
from org.selectors import logins_with, roles_carrying
from org.selectors.policies import role_names

PERSON, ROLE = "person:", "role:"


@dataclass(frozen=True, kw_only=True)
class LeaseOwner:
    """Somebody, or everybody who has a role where the goods are."""

    person_id: int | None = None
    role: str = ""
    label: str


def owners_named(named: Collection[str]) -> Mapping[str, LeaseOwner]:
    """Those of these owners that there are and that may look after frozen stock.

    Two statements for people, two for roles, none for no names.
    """
    found: dict[str, LeaseOwner] = {}
    logins = {each.removeprefix(PERSON) for each in named if each.startswith(PERSON)}
    if logins:
        for each in logins_with(roles.STOCK_HOLD, logins=logins):
            found[PERSON + each.login] = LeaseOwner(person_id=each.id, label=each.name)
    wanted = {each.removeprefix(ROLE) for each in named if each.startswith(ROLE)}
    if wanted:
        able = wanted.intersection(roles_carrying(roles.STOCK_HOLD))
        labels = dict(role_names()) if able else {}
        for code in able:
            found[ROLE + code] = LeaseOwner(role=code, label=labels.get(code, code))
    return found


def owner_label(named: str) -> str:
    """What people call an owner; as it is written where nobody is meant by it."""
    found = owners_named([named]).get(named)
    return found.label if found else named


def owner_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """Roles and people who may look after frozen stock, in groups for a form."""
    able = set(roles_carrying(roles.STOCK_HOLD))
    labels = [(ROLE + code, label) for code, label in role_names() if code in able]
    people = [(PERSON + each.login, each.name) for each in logins_with(roles.STOCK_HOLD)]
    return [(_("Roles where the goods are"), labels), (_("People"), people)]

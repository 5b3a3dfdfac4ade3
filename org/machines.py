"""What the parts of the house that act by themselves are called by people. Pure.

Whoever writes "system:..." as an actor adds its name here; a test reads the sources for it.
"""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

PREFIX = "system:"
NAMES: dict[str, str | Promise] = {
    "system:approvals": _("System · approvals"),
    "system:arrivals": _("System · arrivals"),
    "system:demo": _("Demo data"),
    "system:expiry": _("System · expiry dates"),
    "system:floor": _("System · report of the floor"),
    "system:intake": _("System · orders from the shops"),
    "system:mapping": _("System · matching of items"),
    "system:masters": _("System · master data"),
    "system:mqtt": _("System · sensor messages"),
    "system:pipeline": _("System · order processing"),
    "system:promotions": _("System · promotions"),
    "system:retention": _("System · removal of old receivers"),
    "system:rotate_keys": _("System · change of keys"),
    "system:rules": _("System · freeze rules"),
    "system:sensors": _("System · sensors"),
    "system:setup": _("System · set-up"),
    "system:sign-in": _("System · sign-in"),
    "system:webhooks": _("System · webhooks"),
    "system:stock": _("System · change of stock"),
}


def name_of(actor: str) -> str:
    """The machine's name in the reader's language; whoever is unknown keeps the own word."""
    if actor in NAMES:
        return str(NAMES[actor])
    return actor.removeprefix(PREFIX)

"""Hang a unit elsewhere in the tree."""

from __future__ import annotations

from django.db.models import F, Value
from django.db.models.functions import Concat, Length, Substr

from org.models import Unit
from org.services.audit import record
from org.services.safeguards import Ruling
from org.services.units import BadParent


class TreeTooDeep(Exception):
    """The codes from the root down no longer fit."""

    code = "tree_too_deep"


MOST_LETTERS = 500


def move_unit(*, unit_id: int, parent_id: int, actor: str) -> bool:
    """Hang a unit, with all below it, under another one; False when it hangs there.

    Joins the caller's transaction. Who sees what follows at the next request.

    Raises:
        BadParent: the head office itself, or a parent that is missing, a store, or below the unit.
        TreeTooDeep: see there.
        LastAdministrator: the head office would be left without one.
    """
    ruling = Ruling()
    unit = Unit.objects.select_for_update().get(pk=unit_id)
    parent = Unit.objects.select_for_update().filter(pk=parent_id).first()
    if unit.parent_id == parent_id:
        return False
    if (
        unit.kind == Unit.Kind.HEAD_OFFICE
        or parent is None
        or parent.kind == Unit.Kind.STORE
        or parent.path.startswith(unit.path)
    ):
        raise BadParent(unit.code)
    old, new = unit.path, f"{parent.path}{unit.code}/"
    below = Unit.objects.filter(path__startswith=old)
    longest = max(len(path) for path in below.values_list("path", flat=True))
    if longest - len(old) + len(new) > MOST_LETTERS:
        raise TreeTooDeep(unit.code)
    Unit.objects.filter(pk=unit.pk).update(parent=parent)
    below.update(path=Concat(Value(new), Substr(F("path"), Length(Value(old)) + 1)))
    ruling.check()
    record(
        actor=actor, action="unit.moved", subject=f"unit:{unit.code}",
        before={"path": old}, after={"path": new}, unit_id=unit.pk,
    )  # fmt: skip
    return True

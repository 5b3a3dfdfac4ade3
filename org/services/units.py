"""Build the tree of the house."""

from __future__ import annotations

from django.db import IntegrityError, transaction

from org.models import Unit
from org.services.audit import record


class BadParent(Exception):
    """A head office has no parent; a region or store hangs under a head office or region."""

    code = "bad_parent"


class CodeTaken(Exception):
    """Another unit has this code, or the house already has a head office."""

    code = "code_taken"


def create_unit(
    *, code: str, name: str, kind: str, parent_id: int | None = None, actor: str
) -> Unit:
    """Add a unit under its parent and record it. Joins the caller's transaction.

    Raises:
        BadParent: the parent is missing, unknown, a store, or given for a head office.
        CodeTaken: the code exists, or there is a head office already.
    """
    parent = None if parent_id is None else Unit.objects.filter(pk=parent_id).first()
    if kind == Unit.Kind.HEAD_OFFICE:
        if parent_id is not None:
            raise BadParent(code)
    elif parent is None or parent.kind == Unit.Kind.STORE:
        raise BadParent(code)
    path = f"{parent.path if parent else ''}{code}/"
    try:
        with transaction.atomic():
            unit = Unit.objects.create(code=code, name=name, kind=kind, parent=parent, path=path)
    except IntegrityError as error:
        if Unit.objects.filter(code=code).exists() or kind == Unit.Kind.HEAD_OFFICE:
            raise CodeTaken(code) from error
        raise
    record(
        actor=actor, action="unit.created", subject=f"unit:{code}",
        after={"kind": kind, "name": name, "path": path}, unit_id=unit.pk,
    )  # fmt: skip
    return unit


def rename_unit(*, unit_id: int, name: str, actor: str) -> None:
    """Give a unit another name; code, kind and place in the tree stay for ever."""
    unit = Unit.objects.select_for_update().get(pk=unit_id)
    if unit.name == name:
        return
    before, unit.name = unit.name, name
    unit.save(update_fields=["name"])
    record(
        actor=actor, action="unit.renamed", subject=f"unit:{unit.code}",
        before={"name": before}, after={"name": name}, unit_id=unit.pk,
    )  # fmt: skip

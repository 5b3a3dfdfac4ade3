"""Make roles, change what they carry, bring back what was shipped."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from org.models import Person, RoleSet
from org.roles import known, shipped
from org.services.audit import record
from org.services.safeguards import Ruling, check_may_shape


class RoleNameTaken(Exception):
    """Another role has this name."""

    code = "role_name_taken"


class RoleInUse(Exception):
    """People have this role, or it is one of the shipped ones, which stay."""

    code = "role_in_use"


class UnknownRole(Exception):
    """There is no role of this code."""

    code = "unknown_role"


def create_role(
    *, name: str, permissions: Collection[str], note: str = "", actor: str, by: Person | None = None
) -> RoleSet:
    """Add a role of the company's own. Joins the caller's transaction.

    Args:
        name: as people say it; unique.
        permissions: codes it carries.
        note: what it is for.
        actor: who makes it.
        by: the person whose own rights bound it; None for machines.

    Raises:
        UnknownPermission: a code does not exist.
        NotYours: the person lacks a code, or the right to shape roles, somewhere.
        RoleNameTaken: the name exists.
    """
    codes = sorted(set(map(known, permissions)))
    if by is not None:
        check_may_shape(by=by, codes=codes)
    role = RoleSet(code=f"OWN-{secrets.token_hex(4)}", name=name.strip(), note=note, added=codes)
    try:
        with transaction.atomic():
            role.save(force_insert=True)
    except IntegrityError as error:
        raise RoleNameTaken(name) from error
    record(actor=actor, action="role.created", subject=f"role:{role.code}", after=_facts(role))
    return role


def change_role(
    *,
    code: str,
    permissions: Collection[str],
    name: str | None = None,
    note: str | None = None,
    actor: str,
    by: Person | None = None,
) -> bool:
    """Let a role carry exactly these codes from now on; False when it does already.

    Takes effect with the next request of everybody who has it.

    Raises:
        UnknownRole, UnknownPermission, RoleNameTaken.
        NotYours: the person lacks a code that is added or taken away, somewhere.
        LastAdministrator: the head office would be left without one.
    """
    ruling = Ruling()
    role = _locked(code)
    wanted = frozenset(map(known, permissions))
    if by is not None:
        check_may_shape(by=by, codes=wanted ^ role.permissions)
    before = _facts(role)
    role.added = sorted(wanted - shipped(code))
    role.removed = sorted(shipped(code) - wanted)
    role.name = role.name if name is None else name.strip()
    role.note = role.note if note is None else note.strip()
    if _facts(role) == before:
        return False
    try:
        with transaction.atomic():
            role.save()
    except IntegrityError as error:
        raise RoleNameTaken(role.name) from error
    ruling.check()
    record(
        actor=actor, action="role.changed", subject=f"role:{code}",
        before=before, after=_facts(role),
    )  # fmt: skip
    return True


def restore_role(*, code: str, actor: str, by: Person | None = None) -> bool:
    """Bring a shipped role back to what it was shipped with; False when it is so already.

    Raises:
        UnknownRole: no such role, or one of the company's own.
        NotYours, LastAdministrator: as for any change.
    """
    if not shipped(code):
        raise UnknownRole(code)
    return change_role(code=code, permissions=shipped(code), name="", actor=actor, by=by)


def delete_role(*, code: str, actor: str, by: Person | None = None) -> None:
    """Take away a role of the company's own that nobody has.

    Raises:
        UnknownRole: no such role.
        RoleInUse: somebody has or had it, or it is a shipped one.
        NotYours: the person may not shape roles everywhere.
    """
    role = _locked(code)
    if by is not None:
        check_may_shape(by=by, codes=())
    if role.is_shipped:
        raise RoleInUse(code)
    before = _facts(role)
    try:
        with transaction.atomic():
            role.delete()
    except ProtectedError as error:
        raise RoleInUse(code) from error
    record(actor=actor, action="role.deleted", subject=f"role:{code}", before=before)


def _locked(code: str) -> RoleSet:
    role = RoleSet.objects.select_for_update().filter(code=code).first()
    if role is None:
        raise UnknownRole(code)
    return role


def _facts(role: RoleSet) -> dict[str, Any]:
    return {"name": role.name, "note": role.note, "permissions": sorted(role.permissions)}

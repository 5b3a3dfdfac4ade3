"""What pages of people say when something may not be."""

from __future__ import annotations

from django.utils.translation import gettext as _

from org import services
from org.roles import PERMISSIONS
from org.services.invitations import NobodyThere
from org.services.people import DaysInDisorder, NameTaken, OwnAccount
from org.services.unit_moves import TreeTooDeep

REFUSALS = (
    services.NotYours, services.LastAdministrator, services.NoSuchPlace, services.UnknownRole,
    services.RoleNameTaken, services.RoleInUse, services.BadParent, services.CodeTaken,
    NobodyThere, DaysInDisorder, NameTaken, OwnAccount, TreeTooDeep,
)  # fmt: skip


def said(error: Exception) -> str:
    """The refusal as a sentence that says what to do."""
    if isinstance(error, services.NotYours):
        if not error.codes:
            return _("This is beyond your part of the company. Ask the head office.")
        lacking = ", ".join(str(PERMISSIONS.get(code, code)) for code in error.codes)
        return _("You cannot give or change what you may not do there yourself: %(what)s.") % {
            "what": lacking
        }
    words = {
        services.LastAdministrator: _(
            "The head office must keep somebody who manages people and roles. Give that to"
            " somebody else first."
        ),
        services.NoSuchPlace: _("Choose a place."),
        services.UnknownRole: _("Choose a role."),
        services.RoleNameTaken: _("Another role has this name. Choose a different one."),
        services.RoleInUse: _("People have this role, or it came with the house: it stays."),
        services.BadParent: _(
            "A unit hangs under the head office or a region, never below itself."
        ),
        services.CodeTaken: _("Another unit has this code."),
        NobodyThere: _("This person is not active. Let them in again first."),
        DaysInDisorder: _("It would end before it begins."),
        NameTaken: _("Somebody signs in with this name already. Choose a different one."),
        OwnAccount: _("You cannot shut yourself out."),
        TreeTooDeep: _("The tree would be too deep."),
    }
    return words[type(error)]

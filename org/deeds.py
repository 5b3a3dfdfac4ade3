"""What actions on the trail are called.

Each room names what it records in its own `deeds.py` (`DEEDS`: code -> sentence), and the settings
list these modules (`settings.DEEDS`), so this floor need not look up. A sentence stands alone: it
is read on the page of the thing and in the trail among all others.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from types import MappingProxyType

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

DEEDS: dict[str, Promise] = {
    "approval.agreed": _("Agreed to a request"),
    "approval.applied": _("Approved request done"),
    "approval.apply_failed": _("Approved request could not be done"),
    "approval.approved": _("Request approved"),
    "approval.asked_back": _("Question to a request"),
    "approval.attached": _("File attached to a request"),
    "approval.commented": _("Comment on a request"),
    "approval.delegated": _("Approvals delegated"),
    "approval.delegation_ended": _("Delegation ended"),
    "approval.escalated": _("Request escalated"),
    "approval.expired": _("Request expired"),
    "approval.handed_over": _("Request handed over"),
    "approval.policy_changed": _("Approval policy changed"),
    "approval.policy_made": _("Approval policy made"),
    "approval.policy_switched": _("Approval policy switched"),
    "approval.rejected": _("Request rejected"),
    "approval.step_done": _("Step of an approval complete"),
    "approval.submitted": _("Approval asked for"),
    "approval.voided": _("Request void: the facts changed"),
    "approval.withdrawn": _("Request withdrawn"),
    "calendar.changed": _("Working days changed"),
    "client.changed": _("Program changed"),
    "client.created": _("Program added"),
    "client.revoked": _("Program shut out"),
    "client.secret_added": _("Secret of a program added"),
    "client.secret_retired": _("Secret of a program ended"),
    "imported.locations": _("Locations imported"),
    "imported.mappings": _("Listing mappings imported"),
    "imported.orders": _("Orders imported"),
    "imported.skus": _("SKUs imported"),
    "imported.stock": _("Stock imported"),
    "job.cancelled": _("Job stopped"),
    "job.retried": _("Job tried again"),
    "keys.rotated": _("Keys changed"),
    "list.batch": _("Acted on many rows"),
    "list.exported": _("List exported"),
    "notice.bot_added": _("Notice channel added"),
    "notice.bot_switched": _("Notice channel switched"),
    "notice.revived": _("Notices sent again"),
    "person.activated": _("Let in again"),
    "person.assigned": _("Role given"),
    "person.changed": _("Person changed"),
    "person.created": _("Person added"),
    "person.deactivated": _("Shut out"),
    "person.invited": _("Invited"),
    "person.password_reset": _("New password asked for"),
    "person.password_set": _("Password set"),
    "person.unassigned": _("Role taken away"),
    "receiver.exported": _("Receivers exported"),
    "role.changed": _("Role changed"),
    "role.created": _("Role created"),
    "role.deleted": _("Role deleted"),
    "second_factor.code_used": _("Recovery code used"),
    "second_factor.codes_made": _("Recovery codes made"),
    "second_factor.failed": _("Wrong code"),
    "second_factor.reset": _("Second factor taken away"),
    "second_factor.set_up": _("Second factor set up"),
    "session.ended": _("Devices signed out"),
    "sign_in.done": _("Signed in"),
    "sign_in.failed": _("Sign-in failed"),
    "sign_in.locked": _("Locked after failures"),
    "sign_out.done": _("Signed out"),
    "unit.created": _("Unit created"),
    "unit.moved": _("Unit moved"),
    "unit.renamed": _("Unit renamed"),
    "version.restored": _("Version restored"),
}


@cache
def deeds() -> Mapping[str, Promise]:
    """Every action that has a name, of all rooms."""
    named: dict[str, Promise] = {}
    for module in settings.DEEDS:
        named |= import_module(module).DEEDS
    return MappingProxyType(named)


def deed(action: str) -> str:
    """What was done, in the reader's language; an action without a name shows its code."""
    return str(deeds().get(action, action))

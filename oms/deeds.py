"""What actions on orders and their receivers are called."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

DEEDS: dict[str, Promise] = {
    "exception.accepted": _("Exception accepted"),
    "exception.closed": _("Exception closed"),
    "receiver.reveal": _("Receiver shown"),
    "receivers.blanked": _("Old receivers removed"),
}

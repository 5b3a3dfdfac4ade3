"""What actions on the operations of the house are called."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

DEEDS: dict[str, Promise] = {
    "outbox.revived": _("Messages revived"),
    "rules.judged_again": _("Rules judged again"),
}

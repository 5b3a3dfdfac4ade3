"""What actions of warehouse operations are called."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

DEEDS: dict[str, Promise] = {
    "carrier.changed": _("Carrier changed"),
    "carrier.created": _("Carrier created"),
}

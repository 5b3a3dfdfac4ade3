"""Words and colours of the order pages. Pure."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from oms import codes
from oms.models.orders import OrderState

TAB_LABELS: dict[str, str | Promise] = {
    "": _("All"),
    "EXCEPTION": _("With exceptions"),
    **{str(state.value): state.label for state in OrderState},
}

STATE_TONES = {
    "PENDING_PAYMENT": "muted",
    "AWAIT_BALANCE": "muted",
    "PREPROCESS": "warn",
    "SUBMITTED": "info",
    "PARTIALLY_SHIPPED": "warn",
    "SHIPPED": "ok",
    "COMPLETED": "ok",
    "CANCELLED": "muted",
    "CLOSED": "muted",
}

# What a person does about an exception: the button, and whether a reason is asked.
ACTIONS: dict[str, tuple[str | Promise, bool]] = {
    codes.RETRY: (_("Try again"), False),
    codes.ACCEPT: (_("Accept as it is"), True),
    codes.RECALL: (_("Take back and route again"), True),
    codes.INTERCEPT: (_("Ask the carrier to bring it back"), True),
    codes.CLOSE: (_("Close"), True),
}

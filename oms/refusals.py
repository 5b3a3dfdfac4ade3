"""The order desk says no."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "unknown_order": _("There is no such order."),
    "unknown_exception": _("There is no such exception."),
    "already_resolved": _("The exception is resolved already."),
    "already_shipped": _("The order has left the house."),
    "already_ended": _("The order has ended already."),
    "not_waiting": _("The order does not wait for this."),
    "not_offered": _("This cannot be done about this kind of exception."),
    "still_in_the_way": _("The order cannot go on while this stands."),
    "reason_missing": _("Please give a reason."),
    "no_receiver": _("The order has no receiver."),
}  # fmt: skip


class OrderRefused(Exception):
    """Nothing was done. `code` is stable for machines, the text is for people."""

    def __init__(self, code: str, /, **params: Any) -> None:
        super().__init__(code)
        self.code = code
        self.params = params

    def __str__(self) -> str:
        return str(SENTENCES.get(self.code, self.code))

"""What the words in an order's timeline mean to a reader. Pure."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

WHAT: dict[str, str | Promise] = {
    "received": pgettext_lazy("order", "Received"),
    "changed": _("Changed at the platform"),
    "deposit_paid": _("Deposit paid"),
    "paid": _("Paid"),
    "submitted": _("Stock held, handed to the warehouse"),
    "recalled": _("Taken back from the warehouse"),
    "shipped": _("Shipped"),
    "shipped_in_part": _("Shipped in part"),
    "completed": _("Completed"),
    "cancelled": _("Cancelled"),
    "closed": _("Closed"),
    "mapped": _("Item matched"),
    "retried": _("Tried again"),
    "exception_accepted": _("Exception accepted"),
    "noted": _("Note"),
    "assigned": _("Given to somebody"),
    "interception_asked": _("Carrier asked to bring it back"),
}

WHY: dict[str, str | Promise] = {
    "cancelled_at_platform": _("The buyer cancelled at the platform."),
    "cancelled_before_we_knew": _("It was cancelled before it reached us."),
    "shipped_before_we_knew": _("It was shipped before it reached us."),
    "all_refunded": _("Every line is refunded."),
    "changed_at_platform": _("The platform's version changed."),
    "displaced": _("Its stock was lost or frozen."),
    "unpinned": _("Its goods were frozen or missed where they lay."),
}


def what(word: str) -> str:
    """The word for a reader; unknown words as they are."""
    return str(WHAT.get(word, word))


def why(word: str) -> str:
    """A code for a reader; a person's own words as they are."""
    return str(WHY.get(word, word))

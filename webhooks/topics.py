"""What other systems may be told of."""

from __future__ import annotations

import re

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

TEST = "webhook.test"
TOPICS: dict[str, Promise] = {
    "stock.changed": _("What can be sold of a SKU is more or less than before"),
    "hold.displaced": _("A document lost units that it had claimed"),
    "stock.frozen": _("Stock was frozen, by hand or by a rule"),
    "stock.released": _("Frozen stock was released"),
    "clearance.entered": _("A lot was frozen for its date and stands on the clearance list"),
    "approval.needed": _("Something waits for somebody's approval"),
    "order.held": _("An order's stock is held, the warehouse has been asked to send it"),
    "order.shipped": _("All parcels of an order have left"),
    "order.cancelled": _("An order was cancelled"),
    "fulfilment.shipped": _("Parcels of an order left a warehouse"),
    "fulfilment.short": _("A picker found less than was promised"),
    "notice.created": _("Somebody was told something"),
}
# As Standard Webhooks wants them: words joined by full stops.
NAME = re.compile(r"^[a-z_]+(\.[a-z_]+)+$")


class UnknownTopic(LookupError):
    """No such topic; a misspelt one must not be silence."""

    code = "unknown_topic"


def known(topic: str) -> str:
    """The topic itself.

    Raises:
        UnknownTopic: it is not in `TOPICS`.
    """
    if topic not in TOPICS:
        raise UnknownTopic(topic)
    return topic

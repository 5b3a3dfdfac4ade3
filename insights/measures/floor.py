"""Work that waits on the floor."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from insights.measures.figures import Figure
from insights.routes import address
from org.scope import Scope
from wms import selectors as floor


def floor_work(*, scope: Scope, today: datetime) -> list[Figure]:
    """What needs hands, in the order the goods walk; `today` is when the day began."""
    counts = floor.counts(scope=scope)
    return [
        Figure(_("To pick"), counts["RELEASED"], address("pick"), "info"),
        Figure(_("Being picked"), counts["PICKING"], address("pick")),
        Figure(_("To check"), counts["PICKED"], address("pack"), "info"),
        Figure(_("To pack"), counts["CHECKED"], address("pack"), "info"),
        Figure(_("To ship"), counts["PACKED"], address("ship"), "info"),
        Figure(_("Short"), counts["SHORT"], address("pick"), "bad"),
        Figure(_("To put back"), counts["INTERCEPTING"], address("put-back"), "warn"),
        Figure(_("Shipped today"), floor.shipped_since(scope=scope, since=today), tone="ok"),
    ]

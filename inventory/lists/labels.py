"""What the lists of things with labels share: the way to print those that were chosen."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from org import roles
from org.lists.specs import Action

PRINT_LABELS = Action(
    key="labels", label=_("Print labels"), permission=roles.STOCK_VIEW, opens="stock-labels"
)

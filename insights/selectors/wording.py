"""How figures are written for people, and what the cuts are called."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from channels_sync.models import Shop
from insights.measures import Cut, Measure, Shown
from inventory import selectors as stock
from org.models import Unit
from org.scope import Scope

MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0
NO_FIGURE = "–"


def written(shown: Shown, value: float | None) -> str:
    """The figure with its unit; a dash where there is none."""
    if value is None:
        return NO_FIGURE
    match shown:
        case Shown.PERCENT:
            return f"{value * 100:.1f} %"
        case Shown.SECONDS:
            return _duration(value)
        case Shown.DAYS:
            return _("%(days)s days") % {"days": f"{value:.1f}"}
        case Shown.MONEY:
            return f"¥ {value:,.2f}"
        case Shown.RATE:
            return f"{value:,.1f}"
    return f"{value:,.0f}"


def _duration(seconds: float) -> str:
    if seconds < MINUTE:
        return _("%(n)s s") % {"n": f"{seconds:.1f}"}
    if seconds < HOUR:
        return _("%(n)s min") % {"n": f"{seconds / MINUTE:.1f}"}
    if seconds < 2 * DAY:
        return _("%(n)s h") % {"n": f"{seconds / HOUR:.1f}"}
    return _("%(days)s days") % {"days": f"{seconds / DAY:.1f}"}


def cut_names() -> dict[Cut, str]:
    """What the cuts are called."""
    return {
        Cut.DAY: pgettext("cut of a figure", "Day"),
        Cut.SHOP: _("Shop"),
        Cut.WAREHOUSE: _("Warehouse"),
        Cut.STORE: _("Store"),
        Cut.PART: pgettext("cut of a figure", "Kind"),
    }


def names_of(
    measure: Measure, cut: Cut, keys: Iterable[int | str | None], scope: Scope
) -> Mapping[int | str | None, str]:
    """What the keys of a cut are called; one statement."""
    wanted = list(keys)
    ids = [key for key in wanted if isinstance(key, int)]
    names: dict[int | str | None, str] = {None: _("without"), "": _("without")}
    if cut is Cut.SHOP:
        names.update(Shop.objects.filter(pk__in=ids).values_list("pk", "name"))
    elif cut is Cut.WAREHOUSE:
        houses = stock.warehouses(scope=scope, ids=ids, active=False)
        names.update({house.id: house.name for house in houses})
    elif cut is Cut.STORE:
        names.update(Unit.objects.filter(pk__in=ids).values_list("pk", "name"))
    elif cut is Cut.PART and measure.parts:
        names.update(measure.parts())
    return {key: names.get(key, str(key)) for key in wanted}

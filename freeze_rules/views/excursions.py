"""Pages of excursions: what was out of its bounds, and the goods that were there."""

from __future__ import annotations

from datetime import timedelta

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from freeze_rules.lists.excursions import EXCURSIONS
from freeze_rules.selectors import excursions as selectors
from freeze_rules.views.sensors import scope_for
from org import clocks, roles
from org.access import permission_required
from org.lists.pages import list_page


@require_GET
@permission_required(roles.STOCK_VIEW)
def excursions(request: HttpRequest) -> HttpResponse:
    """Those that last, those that froze something, all."""
    context = {"list": list_page(request, EXCURSIONS, scope=scope_for(request))}
    return render(request, "freeze_rules/sensors/excursions.html", context)


@require_GET
@permission_required(roles.STOCK_VIEW)
def excursion(request: HttpRequest, excursion_id: int) -> HttpResponse:
    """One excursion: its curve, its goods, what was shipped, what is frozen and what it costs."""
    scope = scope_for(request)
    found = selectors.excursions(scope=scope, ids=[excursion_id])
    if not found:
        raise Http404
    [one] = found
    clocks.show_times_at(one.warehouse_code, scope=scope)
    goods = selectors.goods_of(excursion_id)
    ends = one.ended_at or timezone.now()
    margin = max((ends - one.started_at) / 2, timedelta(minutes=30))
    asked = {
        "since": (one.started_at - margin).isoformat(),
        "until": min(ends + margin, timezone.now()).isoformat(),
        "excursion": str(one.id),
    }
    context = {
        "one": one,
        "lying": [row for row in goods if row.where != "SHIPPED"],
        "shipped": [row for row in goods if row.where == "SHIPPED" and row.qty],
        "held": selectors.held_for(one.number, scope=scope),
        "revisions": selectors.revisions_of(excursion_id),
        "data_url": f"{reverse('sensor-data', args=[one.device])}?{urlencode(asked)}",
        "moments": _moments(one),
    }
    return render(request, "freeze_rules/sensors/excursion.html", context)


def _moments(one: selectors.ExcursionView) -> list[dict[str, object]]:
    """What the excursion itself knows of: beginning, breach, finding, end."""
    known = (
        (one.started_at, _("The first reading beyond the bound"), "warn"),
        (one.breached_at, _("Long enough to be a breach"), "bad"),
        (one.found_at, _("Found"), ""),
        (one.ended_at, _("Back within the bound"), "ok"),
    )
    return [{"at": at, "title": title, "tone": tone} for at, title, tone in known if at]

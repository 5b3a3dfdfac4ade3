"""Look up: scan anything and read what it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from org import roles
from org.access import permission_required
from org.scope import Scope
from wms import commands
from wms import selectors as board
from wms.models import Scenario
from wms.refusals import FloorRefused
from wms.views.errand_page import Errands, Stage, Step, Turn, serve
from wms.views.scan_page import Choice, Verdict, no, typed


@require_http_methods(["GET", "POST"])
@permission_required(roles.STOCK_VIEW)
def look_up(request: HttpRequest) -> HttpResponse:
    """One box; the answer stays on the screen until the next scan. `?code=` asks by address."""
    return serve(request, ERRANDS, shown=_asked(request))


def _asked(request: HttpRequest) -> Stage:
    code = typed(request.GET, "code")
    return {"code": code} if code and request.method == "GET" else {}


def _work(turn: Turn) -> Step:
    if turn.scan.action == commands.BACK:
        return Step({}, Verdict(_("Scan the next code.")))
    code = turn.scan.raw
    found = board.found_under(code, scope=turn.scope, warehouse_id=turn.warehouse_id)
    if not found:
        # What was shown before would look like the answer: it goes.
        refusal = no(FloorRefused("code_unknown", scanned=turn.scan.code))
        return Step({}, refusal, seen=_shown("", ()))
    kinds = ", ".join(dict.fromkeys(each.kind for each in found))
    text = ngettext("%(code)s: %(kinds)s", "%(code)s is several things: %(kinds)s", len(found))
    papers = [paper for each in found if (paper := _labels(each))]
    stage = {"code": code, "labels": papers[0] if papers else ""}
    verdict = Verdict(text % {"code": turn.scan.code, "kinds": kinds})
    return Step(stage, verdict, seen=_shown(code, found))


def _labels(finding: board.Finding) -> str:
    """Where its labels are printed; empty for what has none."""
    if finding.about not in ("location", "lot"):
        return ""
    asked = {"what": finding.about, finding.about: finding.key}
    return f"{reverse('stock-labels')}?{urlencode(asked)}"


def _look(stage: Stage, place: Choice, scope: Scope) -> dict[str, Any]:
    code = str(stage.get("code", ""))
    found = board.found_under(code, scope=scope, warehouse_id=place.id) if code else []
    return _shown(code, found)


def _shown(code: str, found: Sequence[board.Finding]) -> dict[str, Any]:
    """What the page says of the findings."""
    return {"found": [(each, _page(each)) for each in found], "asked": code}


def _page(finding: board.Finding) -> str:
    """The desktop page that shows more of it; empty when there is none."""
    match finding.about:
        case "location":
            return reverse("stock-location", args=[finding.key])
        case "lot":
            return reverse("stock-lot", args=[finding.key])
        case "sku":
            sku, _slash, house = str(finding.key).partition("/")
            return reverse("stock-explained", args=[int(sku), int(house)]) if house != "0" else ""
        case "piece":
            return f"{reverse('stock-pieces')}?{urlencode({'serial': finding.key})}"
        case "walk":
            return reverse("walk", args=[finding.key])
    return ""


ERRANDS = Errands(
    scenario=Scenario.LOOK_UP,
    template="look_up.html",
    permission=roles.STOCK_VIEW,
    work=_work,
    look=_look,
    takes=frozenset({commands.BACK}),
    paper=lambda stage: str(stage.get("labels", "")),
)

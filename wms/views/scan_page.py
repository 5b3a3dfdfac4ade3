"""What all scan pages share: the verdict that is shown and heard, the token, the warehouse."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from inventory import selectors as stock
from org import clocks
from org.access import person_of
from org.scope import Scope
from org.selectors import scope_of
from wms import commands
from wms import services as floor
from wms.edge import committed
from wms.refusals import FloorRefused
from wms.views.command_words import command_list


@dataclass(frozen=True)
class Verdict:
    """The answer to a scan. `sound`: ok, done (something is complete) or error."""

    text: str
    sound: str = "ok"

    @property
    def is_error(self) -> bool:
        """True when the person must do something else."""
        return self.sound == "error"


def no(error: Exception) -> Verdict:
    """A refusal as a verdict."""
    return Verdict(str(error), "error")


def fresh_token() -> str:
    """The key of the next command this page sends; a resend carries the same one."""
    return uuid.uuid4().hex


def typed(fields: QueryDict, name: str, most: int = 64) -> str:
    """What a field holds, without blanks around it and without characters nobody can type."""
    return "".join(each for each in fields.get(name, "") if each.isprintable()).strip()[:most]


def read_scan(request: HttpRequest) -> commands.Scan:
    """What was scanned or pressed; the barcode of a command counts as its button."""
    given = request.POST
    return commands.read(
        key=typed(given, "token"), code=typed(given, "code"), action=typed(given, "action")
    )


def scope_for(request: HttpRequest, permission: str) -> Scope:
    """Where the person may do this."""
    return scope_of(person_of(request), permission=permission)


@dataclass(frozen=True)
class Choice:
    """The warehouses a person works in, and the one the page shows (None: they have none)."""

    warehouses: list[stock.WarehouseView]
    chosen: stock.WarehouseView | None

    @property
    def id(self) -> int | None:
        """The chosen warehouse's id."""
        return self.chosen.id if self.chosen else None


# The warehouse a person works in stays with them until they choose another one.
REMEMBERED = "warehouse"


def warehouse_choice(request: HttpRequest, scope: Scope) -> Choice:
    """The warehouse named in the address or form, else the one of before, else the first one."""
    views = stock.warehouses(scope=scope)
    named = typed(request.POST, "warehouse") or typed(request.GET, "warehouse")
    before = request.session.get(REMEMBERED, "")
    codes = {view.code: view for view in views}
    chosen = codes.get(named) or codes.get(before) or (views[0] if views else None)
    if chosen and chosen.code == named != before:
        request.session[REMEMBERED] = named
    # Whoever works there reads the clock on its wall.
    clocks.show_zone(chosen.time_zone if chosen else "")
    return Choice(views, chosen)


def remember(request: HttpRequest, scenario: str, **stage: Any) -> None:
    """Keep how far the person is, so that a reload goes on there; empty values are left out."""
    said = {name: value for name, value in stage.items() if value}

    def write() -> None:
        errand = floor.take_up(person_id=person_of(request).pk, scenario=scenario)
        floor.lay_down(errand, stage=said, token=typed(request.POST, "token"), said={})

    committed(write)


def common_answer(request: HttpRequest, scan: commands.Scan) -> HttpResponse | Verdict | None:
    """What every scan page says to the commands that have nothing to do there.

    Gives a way back to the home page, a sentence, or None when the scan is none of these.
    """
    if scan.action == commands.BACK:
        return go_to(request, reverse("pda"))
    if scan.action == commands.HELP:
        return Verdict(_("Scan a command or a code. The list below says what fits here."))
    if scan.action == commands.PRINT:
        return no(FloorRefused("nothing_to_print"))
    if scan.action:
        return no(FloorRefused("command_has_no_use"))
    return None


def go_to(request: HttpRequest, address: str) -> HttpResponse:
    """Another page, whether a form or htmx asked."""
    htmx: Any = getattr(request, "htmx", None)
    if htmx:
        return HttpResponse(status=200, headers={"HX-Redirect": address})
    return HttpResponseRedirect(address)


def show(
    request: HttpRequest, template: str, context: dict[str, Any], *, verdict: Verdict | None = None
) -> HttpResponse:
    """The scan page; htmx gets only the part that changed.

    The part is `templates/wms/parts/<name>`, the page includes the same part.
    """
    htmx: Any = getattr(request, "htmx", None)
    name = f"wms/parts/{template}" if htmx else f"wms/{template}"
    asked = request.method == "POST" and read_scan(request).action == commands.HELP
    context = {
        **context,
        "verdict": verdict,
        "token": fresh_token(),
        "part": f"wms/parts/{template}",
        "helping": asked,
        "commands": command_list() if asked else (),
    }
    return render(request, name, context)

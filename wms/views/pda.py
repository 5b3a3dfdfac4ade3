"""The home page of hand-held scanners, and the printed sheet of command codes."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from inventory import codes
from org import roles
from org.access import permission_required, person_of
from org.models import Person
from org.selectors import scope_of
from wms import commands
from wms import selectors as board
from wms.models import Scenario
from wms.refusals import FloorRefused
from wms.views.command_words import command_list
from wms.views.scan_page import (
    Choice,
    Verdict,
    go_to,
    no,
    read_scan,
    show,
    warehouse_choice,
)

ANY_JOB = (roles.FLOOR_PICK, roles.FLOOR_PACK, roles.FLOOR_SHIP, roles.STOCK_VIEW)


@dataclass(frozen=True)
class Tile:
    """One scenario: where it is done, who may, and which states of fulfilments wait for it."""

    scenario: Scenario
    route: str
    permission: str
    icon: str
    hint: str | Promise
    waits: tuple[str, ...] = ()


TILES = (
    Tile(Scenario.PICK, "pick", roles.FLOOR_PICK, "pick", _("Walk a list"),
         ("RELEASED", "PICKING")),
    Tile(Scenario.PACK, "pack", roles.FLOOR_PACK, "pack", _("Check and close"),
         ("PICKED", "CHECKED")),
    Tile(Scenario.SHIP, "ship", roles.FLOOR_SHIP, "ship", _("Onto the truck"), ("PACKED",)),
    Tile(Scenario.PUT_BACK, "put-back", roles.FLOOR_PICK, "stock", _("Stopped orders"),
         ("INTERCEPTING",)),
    Tile(Scenario.RECEIVE, "receive", roles.STOCK_RECEIVE, "receive", _("Into the house")),
    Tile(Scenario.MOVE, "move", roles.STOCK_MOVE, "move", _("From place to place")),
    Tile(Scenario.COUNT, "count", roles.FLOOR_PICK, "count", _("What is really there")),
    Tile(Scenario.LOOK_UP, "look-up", roles.STOCK_VIEW, "search", _("What is this?")),
)  # fmt: skip


@dataclass(frozen=True)
class TileView:
    """A tile on the screen; `count` is None where nothing is counted."""

    label: str
    hint: str
    url: str
    icon: str
    count: int | None
    under_way: bool


@require_http_methods(["GET", "POST"])
@permission_required(*ANY_JOB)
def pda(request: HttpRequest) -> HttpResponse:
    """Tiles with what waits; a scan here is looked up, or opens the document it names."""
    person = person_of(request)
    scope = scope_of(person, permission=ANY_JOB)
    place = warehouse_choice(request, scope)
    verdict: Verdict | None = None
    if request.method == "POST":
        scan = read_scan(request)
        if scan.raw:
            return go_to(request, _meant(scan, person))
        if scan.action not in (commands.HELP, ""):
            verdict = no(FloorRefused("command_has_no_use"))
    context = {
        "place": place,
        "tiles": _tiles(person, place, board.counts(scope=scope, warehouse_id=place.id)),
    }
    return show(request, "pda_home.html", context, verdict=verdict)


def _meant(scan: commands.Scan, person: Person) -> str:
    """The page that a scanned code opens."""
    if scan.code.startswith("PL-") and person.may(roles.FLOOR_PICK):
        return reverse("walk", args=[scan.code])
    if scan.code.startswith("FF-") and person.may(roles.FLOOR_PACK):
        return reverse("bench", args=[scan.code])
    return f"{reverse('look-up')}?{urlencode({'code': scan.raw})}"


def _tiles(person: Person, place: Choice, counts: dict[str, int]) -> list[TileView]:
    busy = board.under_way(person_id=person.pk)
    house = f"?{urlencode({'warehouse': place.chosen.code})}" if place.chosen else ""
    return [
        TileView(
            label=str(tile.scenario.label),
            hint=str(tile.hint),
            url=reverse(tile.route) + house,
            icon=tile.icon,
            count=sum(counts.get(state, 0) for state in tile.waits) if tile.waits else None,
            under_way=tile.scenario in busy and tile.scenario != Scenario.LOOK_UP,
        )
        for tile in TILES
        if person.may(tile.permission)
    ]


@require_GET
@permission_required(*ANY_JOB)
def command_sheet(request: HttpRequest) -> HttpResponse:
    """The commands as QR and bar codes, to print and hang at the bench."""
    sheet = [(each, codes.qr(each.code), codes.code128(each.code)) for each in command_list()]
    return render(request, "wms/command_sheet.html", {"sheet": sheet})

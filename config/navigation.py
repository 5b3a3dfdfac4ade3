"""What the page header offers, by what the person may see."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Entry:
    """One line of the left navigation: the route it opens and the permission it needs."""

    route: str
    label: Promise
    icon: str
    permission: str


SECTIONS: tuple[tuple[Promise, tuple[Entry, ...]], ...] = (
    (
        _("Orders"),
        (
            Entry("orders", _("Orders"), "orders", "orders.view"),
            Entry("exceptions", _("Exceptions"), "alert", "orders.view"),
        ),
    ),
    (
        _("Stock"),
        (
            Entry("stock", _("Stock board"), "stock", "stock.view"),
            Entry("holds", _("Holds"), "hold", "stock.view"),
        ),
    ),
    (
        _("Floor"),
        (
            Entry("pick", _("Pick"), "pick", "floor.pick"),
            Entry("pack", _("Pack"), "pack", "floor.pack"),
            Entry("ship", _("Ship"), "ship", "floor.ship"),
        ),
    ),
    (
        _("Channels"),
        (
            Entry("shops", _("Shops"), "shop", "shops.view"),
            Entry("unmatched", _("Unmatched items"), "link", "shops.view"),
        ),
    ),
    (_("Company"), (Entry("audit", _("Audit trail"), "journal", "audit.view"),)),
)


def navigation(request: HttpRequest) -> dict[str, object]:
    """Context for every page: the navigation and the template a page extends.

    `page_base` is the bare part when the page is asked for by the drawer, else the whole shell.
    """
    htmx = getattr(request, "htmx", None)
    in_drawer = bool(htmx) and htmx.target == "drawer-body"
    return {
        "page_base": "part.html" if in_drawer else "page.html",
        "in_drawer": in_drawer,
        "sections": _sections(request),
    }


def _sections(request: HttpRequest) -> list[dict[str, object]]:
    person = getattr(request, "user", None)
    if person is None or not person.is_authenticated:
        return []
    sections = []
    for title, entries in SECTIONS:
        shown = [shown for entry in entries if (shown := _shown(request, person, entry))]
        if shown:
            sections.append({"title": title, "entries": shown})
    return sections


def _shown(request: HttpRequest, person: object, entry: Entry) -> dict[str, object] | None:
    if not person.may(entry.permission):  # type: ignore[attr-defined]
        return None
    try:
        url = reverse(entry.route)
    except NoReverseMatch:
        return None
    return {
        "url": url,
        "label": entry.label,
        "icon": entry.icon,
        "here": request.path.startswith(url),
    }

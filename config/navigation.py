"""What the page header offers, by what the person may see."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from org import roles
from org.models import Person


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
            Entry("orders", _("Orders"), "orders", roles.ORDERS_VIEW),
            Entry("exceptions", _("Exceptions"), "alert", roles.ORDERS_VIEW),
        ),
    ),
    (
        _("Stock"),
        (
            Entry("stock", _("Stock board"), "stock", roles.STOCK_VIEW),
            Entry("stock-lots", _("Lots"), "journal", roles.STOCK_VIEW),
            Entry("holds", _("Holds"), "hold", roles.STOCK_VIEW),
            Entry("stock-import", _("Import stock"), "open", roles.STOCK_ADJUST),
            Entry("jobs", _("Jobs"), "journal", roles.STOCK_ADJUST),
            Entry("stock-journal", _("Ledger"), "journal", roles.STOCK_VIEW),
            Entry("stock-past", _("Stock at a moment"), "search", roles.STOCK_VIEW),
            Entry("stock-audit", _("Audit"), "check", roles.AUDIT_VIEW),
            Entry("stock-labels", _("Labels"), "out", roles.STOCK_VIEW),
        ),
    ),
    (
        _("Floor"),
        (
            Entry("pda", _("Scanner"), "search", roles.STOCK_VIEW),
            Entry("pick", _("Pick"), "pick", roles.FLOOR_PICK),
            Entry("pack", _("Pack"), "pack", roles.FLOOR_PACK),
            Entry("ship", _("Ship"), "ship", roles.FLOOR_SHIP),
        ),
    ),
    (
        _("Channels"),
        (
            Entry("shops", _("Shops"), "shop", roles.SHOPS_VIEW),
            Entry("unmatched", _("Unmatched items"), "link", roles.SHOPS_VIEW),
        ),
    ),
)


def navigation(request: HttpRequest) -> dict[str, object]:
    """Context for every page: the navigation and the template a page extends.

    `page_base` is the bare part when the page is asked for by the drawer, else the whole shell.
    """
    htmx: Any = getattr(request, "htmx", None)
    in_drawer = bool(htmx) and htmx.target == "drawer-body"
    return {
        "page_base": "part.html" if in_drawer else "page.html",
        "in_drawer": in_drawer,
        "sections": _sections(request),
    }


def _sections(request: HttpRequest) -> list[dict[str, object]]:
    person = getattr(request, "user", None)
    if not isinstance(person, Person):
        return []
    sections: list[dict[str, object]] = []
    here = _deepest(request.path)
    for title, entries in SECTIONS:
        shown = [_line(entry, here) for entry in entries if person.may(entry.permission)]
        if shown:
            sections.append({"title": title, "entries": shown})
    return sections


def _deepest(path: str) -> str:
    """The route of the entry whose address is the longest beginning of this page's."""
    fitting = [
        (len(url), entry.route)
        for _title, entries in SECTIONS
        for entry in entries
        if path.startswith(url := reverse(entry.route))
    ]
    return max(fitting)[1] if fitting else ""


def _line(entry: Entry, here: str) -> dict[str, object]:
    return {
        "url": reverse(entry.route),
        "label": entry.label,
        "icon": entry.icon,
        "here": entry.route == here,
    }

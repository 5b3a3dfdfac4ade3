"""What the page header offers, by what the person may see."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from insights.help.glossary import terms
from insights.help.pages import ABOUT
from insights.shell.places import COOKIE, Place, place_in, query_of
from org import roles
from org.clocks import other_zone
from org.look import CHOICES, cookie_of, look_of
from org.models import Person
from org.undoing import take_undo


@dataclass(frozen=True)
class Entry:
    """One line of the left navigation: the route it opens and the permission it needs."""

    route: str
    label: Promise
    icon: str
    # Several: any of them.
    permission: str | tuple[str, ...]

    def is_for(self, person: Person) -> bool:
        """Whether the person may open it."""
        wanted = (self.permission,) if isinstance(self.permission, str) else self.permission
        return any(person.may(each) for each in wanted)


# Whoever may bring in anything at all has the page of what can be brought in.
IMPORTERS = (roles.MASTERS_EDIT, roles.SHOPS_EDIT, roles.ORDERS_CREATE, roles.STOCK_IMPORT)

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
            Entry("stock-lots", _("Lots"), "lot", roles.STOCK_VIEW),
            Entry("stock-locations", _("Locations"), "place", roles.STOCK_VIEW),
            Entry("holds", _("Holds"), "hold", roles.STOCK_VIEW),
            Entry("stock-correct", _("Correct stock"), "check", roles.STOCK_ADJUST),
            Entry("stock-journal", _("Ledger"), "journal", roles.STOCK_VIEW),
            Entry("stock-past", _("Stock at a moment"), "clock", roles.STOCK_VIEW),
            Entry("stock-labels", _("Labels"), "label", roles.STOCK_VIEW),
        ),
    ),
    (
        _("Freezes and quality"),
        (
            Entry("freeze-rules", _("Freeze rules"), "shield", roles.RULES_VIEW),
            Entry("rule-board", _("Board of rules"), "chart", roles.RULES_VIEW),
            Entry("ageing", _("Frozen stock by age"), "clock", roles.STOCK_VIEW),
            Entry("freeze-journal", _("Journal of freezes"), "journal", roles.STOCK_VIEW),
            Entry("inspections", _("Inspections"), "check", roles.STOCK_VIEW),
            Entry("incidents", _("Damage and leaks"), "alert", roles.STOCK_VIEW),
            Entry("customs", _("Customs"), "shield", roles.STOCK_VIEW),
            Entry("rule-tell", _("Events from outside"), "bell", roles.RULES_TELL),
            Entry("clearance", _("Clearance"), "clock", roles.STOCK_VIEW),
            Entry("promotions", _("Promotions"), "flag", roles.STOCK_VIEW),
            Entry("recalls", _("Recalls"), "alert", roles.STOCK_VIEW),
            Entry("supplier-blocks", _("Blocked suppliers"), "alert", roles.STOCK_VIEW),
            Entry("supplier-quality", _("Supplier quality"), "chart", roles.STOCK_VIEW),
            Entry("sensors", _("Sensors"), "chart", roles.STOCK_VIEW),
            Entry("condition-try", _("Try a condition"), "search", roles.RULES_VIEW),
        ),
    ),
    (
        _("Floor"),
        (
            Entry("pda", _("Scanner"), "keyboard", roles.STOCK_VIEW),
            Entry("pick", _("Pick"), "pick", roles.FLOOR_PICK),
            Entry("pack", _("Pack"), "pack", roles.FLOOR_PACK),
            Entry("ship", _("Ship"), "ship", roles.FLOOR_SHIP),
            Entry("counts", _("Counts"), "count", roles.STOCK_ADJUST),
            Entry("shipments", _("Shipments"), "ship", roles.STOCK_VIEW),
        ),
    ),
    (
        _("Channels"),
        (
            Entry("shops", _("Shops"), "shop", roles.SHOPS_VIEW),
            Entry("unmatched", _("Unmatched items"), "link", roles.SHOPS_VIEW),
            Entry("clients", _("API clients"), "link", roles.CLIENTS_EDIT),
            Entry("api-docs", _("API documentation"), "open", roles.SHOPS_VIEW),
            Entry("webhooks", _("Webhooks"), "link", roles.WEBHOOKS_EDIT),
        ),
    ),
    (
        _("Control"),
        (
            Entry("approvals", _("Approvals"), "check", roles.STOCK_VIEW),
            Entry("jobs", _("Jobs"), "job", roles.STOCK_IMPORT),
            Entry("imports", _("Imports"), "open", IMPORTERS),
            Entry("trail", _("Audit trail"), "journal", roles.AUDIT_VIEW),
            Entry("stock-audit", _("Audit"), "shield", roles.AUDIT_VIEW),
        ),
    ),
    (
        _("Insights"),
        (Entry("measures", _("Measures"), "chart", roles.STOCK_VIEW),),
    ),
    (
        _("Set-up"),
        (
            Entry("masters-skus", _("SKUs"), "stock", roles.MASTERS_EDIT),
            Entry("masters-warehouses", _("Warehouses"), "place", roles.MASTERS_EDIT),
            Entry("masters-reasons", _("Reasons"), "hold", roles.MASTERS_EDIT),
            Entry("masters-carriers", _("Carriers"), "ship", roles.MASTERS_EDIT),
            Entry("start", _("The first hour"), "flag", roles.MASTERS_EDIT),
            Entry("people", _("People"), "people", roles.PEOPLE_VIEW),
            Entry("roles", _("Roles"), "shield", roles.PEOPLE_VIEW),
            Entry("units", pgettext_lazy("organisation", "Units"), "flag", roles.PEOPLE_VIEW),
            Entry("operations", _("Operations"), "shield", roles.OPERATIONS_VIEW),
        ),
    ),
)


# Two keys after each other go to an entry; the key help lists them.
KEYS = {
    "workbench": "g h",
    "orders": "g o",
    "exceptions": "g e",
    "stock": "g s",
    "stock-lots": "g l",
    "holds": "g f",
    "stock-journal": "g t",
    "stock-past": "g m",
    "stock-audit": "g a",
    "jobs": "g j",
    "pick": "g p",
    "pack": "g k",
    "ship": "g d",
    "shops": "g c",
    "measures": "g i",
    "unmatched": "g u",
    "masters-skus": "g n",
    "masters-warehouses": "g w",
    "approvals": "g y",
    "trail": "g r",
    "operations": "g x",
    "freeze-rules": "g z",
    "shipments": "g b",
    "stock-correct": "g v",
}


def navigation(request: HttpRequest) -> dict[str, object]:
    """Context for every page: the navigation, the look, and the template a page extends.

    `page_base` is the bare part when the page is asked for by the drawer, else the whole shell.
    """
    htmx: Any = getattr(request, "htmx", None)
    in_drawer = bool(htmx) and htmx.target == "drawer-body"
    person = getattr(request, "user", None)
    known = person.preferences if isinstance(person, Person) else {}
    cookies = {name: request.COOKIES.get(cookie_of(name), "") for name in CHOICES}
    place = place_in(request.COOKIES.get(COOKIE, "")) if isinstance(person, Person) else None
    sections = _sections(person, _deepest(request.path), place)
    return {
        "page_base": "part.html" if in_drawer else "page.html",
        "in_drawer": in_drawer,
        "look": look_of(known, cookies),
        "warehouse_here": place,
        "other_zone": other_zone(),
        "home_key": KEYS["workbench"],
        "sections": sections,
        "crumbs": _crumbs(sections, request.path),
        "about": _about(request),
        "undo": None if htmx else take_undo(request),
    }


def _about(request: HttpRequest) -> dict[str, Any] | None:
    """What this page is for, and the words it uses, in one line."""
    match = request.resolver_match
    told = ABOUT.get(match.url_name or "") if match else None
    if told is None or not isinstance(getattr(request, "user", None), Person):
        return None
    return {"line": told.line, "terms": [terms()[code] for code in told.terms]}


def _sections(person: object, here: str, place: Place | None) -> list[dict[str, Any]]:
    if not isinstance(person, Person):
        return []
    sections: list[dict[str, Any]] = []
    for title, entries in SECTIONS:
        shown = [_line(entry, here, place) for entry in entries if entry.is_for(person)]
        if shown:
            sections.append({"title": title, "entries": shown})
    return sections


def _crumbs(sections: list[dict[str, Any]], path: str) -> list[dict[str, Any]]:
    """The way down to a page that is deeper than its entry of the navigation."""
    for section in sections:
        for entry in section["entries"]:
            if entry["here"] and entry["path"] != path:
                return [{"label": section["title"]}, entry]
    return []


def _deepest(path: str) -> str:
    """The route of the entry whose address is the longest beginning of this page's."""
    fitting = [
        (len(url), entry.route)
        for _title, entries in SECTIONS
        for entry in entries
        if path.startswith(url := reverse(entry.route))
    ]
    return max(fitting)[1] if fitting else ""


def _line(entry: Entry, here: str, place: Place | None) -> dict[str, Any]:
    path = reverse(entry.route)
    return {
        "route": entry.route,
        "path": path,
        "url": path + query_of(entry.route, place),
        "label": entry.label,
        "icon": entry.icon,
        "key": KEYS.get(entry.route, ""),
        "here": entry.route == here,
    }

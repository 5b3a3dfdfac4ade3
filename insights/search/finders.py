"""Where the search looks: one finder a kind, each asking its own room inside the scope."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels_sync import selectors as channels
from insights.routes import address
from insights.search.hits import Group, Hit, in_order
from inventory import selectors as stock
from oms import selectors as orders
from org import roles
from org import selectors as org
from org.models import Person
from org.scope import Scope

EACH = 6
LEAST = 2


@dataclass(frozen=True)
class Finder:
    """One kind of thing: who may find it, and how. `sensitive` words never leave the scope."""

    kind: str
    label: str | Promise
    permission: str
    find: Callable[[Scope, Person, str], list[Hit]]


def _orders(scope: Scope, person: Person, words: str) -> list[Hit]:
    return [
        Hit(
            title=found.number,
            detail=" · ".join((found.state_label, found.shop_name, found.by)),
            url=reverse("order", args=[found.number]),
            exact=found.exact,
        )
        for found in orders.find_orders(scope=scope, words=words, limit=EACH)
    ]


def _skus(scope: Scope, person: Person, words: str) -> list[Hit]:
    return [
        Hit(found.code, found.name, address("stock", q=found.code), exact=found.exact)
        for found in stock.find_skus(words=words, limit=EACH)
    ]


def _lots(scope: Scope, person: Person, words: str) -> list[Hit]:
    return [
        Hit(
            title=found.code,
            detail=found.sku_code
            if found.expires_on is None
            else _("%(sku)s, expires %(day)s")
            % {"sku": found.sku_code, "day": found.expires_on.isoformat()},
            url=reverse("stock-lot", args=[found.id]),
            exact=found.exact,
        )
        for found in stock.find_lots(scope=scope, words=words, limit=EACH)
    ]


def _locations(scope: Scope, person: Person, words: str) -> list[Hit]:
    return [
        Hit(
            title=found.code,
            detail=f"{found.warehouse_code} · {found.kind_label}",
            url=reverse("stock-location", args=[found.id]),
            exact=found.exact,
        )
        for found in stock.find_locations(scope=scope, words=words, limit=EACH)
    ]


def _warehouses(scope: Scope, person: Person, words: str) -> list[Hit]:
    return [
        Hit(found.name, found.code, address("stock", warehouse=str(found.id)), exact=found.exact)
        for found in stock.find_warehouses(scope=scope, words=words, limit=EACH)
    ]


def _people(scope: Scope, person: Person, words: str) -> list[Hit]:
    return [
        Hit(
            title=found.name or found.username,
            detail=found.username,
            url=reverse("person", args=[found.id]),
            exact=found.exact,
        )
        for found in org.find_people(scope=scope, words=words, limit=EACH)
    ]


def _holds(scope: Scope, person: Person, words: str) -> list[Hit]:
    return [
        Hit(
            title=found.document,
            detail=" · ".join((found.reason_code, _("open") if found.is_open else _("closed"))),
            url=address("holds", document=found.document),
            # An order's own claims are found with the order.
            exact=found.role != "COMMITMENT",
        )
        for found in stock.find_holds(scope=scope, words=words, limit=1)
    ]


def _pieces(scope: Scope, person: Person, words: str) -> list[Hit]:
    return [
        Hit(
            title=found.serial,
            detail=f"{found.sku_code} · {found.place}",
            url=address("stock-pieces", q=found.serial),
            exact=True,
        )
        for found in stock.find_pieces(scope=scope, words=words, limit=EACH)
    ]


def _shops(scope: Scope, person: Person, words: str) -> list[Hit]:
    return [
        Hit(name, code, reverse("shop", args=[pk]), exact=code == words)
        for pk, code, name in channels.shops_named(scope=scope, words=words, limit=EACH)
    ]


def _jobs(scope: Scope, person: Person, words: str) -> list[Hit]:
    return [
        Hit(found.title, found.state_label, reverse("job", args=[found.id]))
        for found in org.find_jobs(person=person, words=words, limit=EACH)
    ]


FINDERS = (
    Finder("order", gettext_lazy("Orders"), roles.ORDERS_VIEW, _orders),
    Finder("sku", gettext_lazy("SKUs"), roles.STOCK_VIEW, _skus),
    Finder("lot", gettext_lazy("Lots"), roles.STOCK_VIEW, _lots),
    Finder("location", gettext_lazy("Locations"), roles.STOCK_VIEW, _locations),
    Finder("hold", gettext_lazy("Holds"), roles.STOCK_VIEW, _holds),
    Finder("piece", gettext_lazy("Numbered pieces"), roles.STOCK_VIEW, _pieces),
    Finder("shop", gettext_lazy("Shops"), roles.SHOPS_VIEW, _shops),
    Finder("warehouse", gettext_lazy("Warehouses"), roles.STOCK_VIEW, _warehouses),
    Finder("person", gettext_lazy("People"), roles.PEOPLE_VIEW, _people),
    Finder("job", gettext_lazy("Jobs"), "", _jobs),
)


def search(*, person: Person, words: str) -> list[Group]:
    """What these words may mean for this person, kind by kind; exact hits first.

    About a dozen statements, whatever is found.
    """
    if len(words) < LEAST:
        return []
    scopes: dict[str, Scope] = {"": Scope.nothing()}
    groups = []
    for finder in FINDERS:
        if finder.permission and not person.may(finder.permission):
            continue
        if finder.permission not in scopes:
            scopes[finder.permission] = org.scope_of(person, permission=finder.permission)
        hits = finder.find(scopes[finder.permission], person, words)
        groups.append(Group(finder.kind, str(finder.label), tuple(hits)))
    return in_order(groups)

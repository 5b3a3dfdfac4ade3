"""What a decision about frozen goods would do, told before it is made."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from freeze_rules.services import consent, disposal_consent, disposing
from freeze_rules.services.disposal_lines import Disposal, Way, requests_of, units_of
from inventory import selectors as stock
from inventory import services as inventory
from inventory.selectors import held_lines
from inventory.selectors.places import grades
from org.callers import Caller, SignedIn
from org.scope import Scope
from org.services import approvals

SENTENCES = {
    Way.RESTOCK: gettext_lazy("%(units)s of %(goods)s are let go of as they are."),
    Way.REGRADE: gettext_lazy("%(units)s of %(goods)s become “%(grade)s” and are let go of."),
    Way.REWORK: gettext_lazy("%(units)s of %(goods)s stay frozen, from now on for rework."),
    Way.RETURN: gettext_lazy(
        "%(units)s of %(goods)s leave the books, back to %(supplier)s under %(paper)s."
    ),
    Way.SCRAP: gettext_lazy("%(units)s of %(goods)s are scrapped: they leave the books for good."),
}


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One sum before and after."""

    label: str
    before: int
    after: int

    @property
    def change(self) -> int:
        """Units more, or fewer."""
        return self.after - self.before


@dataclass(frozen=True, kw_only=True)
class Outlook:
    """One sentence, the sums, and whose consent it needs."""

    sentence: str
    units: int
    figures: tuple[Figure, ...]
    value: Decimal
    needed: approvals.Needed | None


def look_ahead(*, hold: stock.HoldView, disposal: Disposal, by: Caller) -> Outlook:
    """What it would do, by doing it: the caller's transaction is rolled back afterwards.

    So the sums are those of the ledger itself, with everything else that wants the units.

    Raises:
        FreezeRefused: as `consent.let_go`.
        inventory.Refused: what the ledger would refuse.
    """
    assert connection.in_atomic_block, "The edge opens the transaction, and rolls it back."
    disposal_consent.hold_to_let_go(hold.id, by, disposal)
    disposing.check(hold, disposal)
    needed = None
    if isinstance(by, SignedIn):
        needed = consent.needed_for(hold, qty=disposal.qty, disposal=disposal, person=by.person)
    if needed is None:
        consent.check_may_take(hold, disposal, by)
    requests = requests_of(hold, disposal, key=f"look:{hold.id}")
    units = units_of(requests, hold)
    lines = held_lines.of_holds([hold.id]).get(hold.id, [])
    skus, houses = {line.sku_id for line in lines}, {line.warehouse_id for line in lines}
    every = dict(grades())
    before = {grade: _free(skus, houses, grade) for grade in every}
    for outcome in inventory.dispose(requests, actor=by.actor):
        outcome.check()
    after = {grade: _free(skus, houses, grade) for grade in every}
    left = stock.holds(scope=Scope.everything(), ids=[hold.id], closed=True)[0].open
    figures = [Figure(label=_("Under this freeze"), before=hold.open, after=left)]
    figures += [
        Figure(label=f"{_('Sellable now')} · {name}", before=before[grade], after=after[grade])
        for grade, name in every.items()
        if grade == "ZP" or before[grade] != after[grade]
    ]
    freed = sum(after.values()) - sum(before.values())
    stays = units - freed if disposal.way in (Way.RESTOCK, Way.REGRADE) else 0
    return Outlook(
        sentence=_sentence(hold, disposal, units, stays),
        units=units,
        figures=tuple(figures),
        value=(hold.cost * units / max(hold.open, 1)).quantize(Decimal("0.01")),
        needed=needed,
    )


def _free(skus: Collection[int], houses: Collection[int], grade: str) -> int:
    return sum(
        stock.available(sku_ids=skus, warehouse_ids=houses, grade=grade, kits=False).values()
    )


def _sentence(hold: stock.HoldView, disposal: Disposal, units: int, stays: int) -> str:
    goods = hold.sku_code or hold.document
    if hold.more_skus:
        goods = f"{goods} +{hold.more_skus}"
    said = sentence_of(disposal, units=units, goods=goods)
    if stays > 0:
        more = ngettext(
            "%(n)s of them stays frozen by another freeze.",
            "%(n)s of them stay frozen by another freeze.",
            stays,
        )
        said = f"{said} {more % {'n': f'{stays:,}'}}"
    return said


def sentence_of(disposal: Disposal, *, units: int, goods: str) -> str:
    """What becomes of so many units, as one sentence."""
    return str(SENTENCES[Way(disposal.way)]) % {
        "units": ngettext("%(n)s unit", "%(n)s units", units) % {"n": f"{units:,}"},
        "goods": goods,
        "grade": dict(grades()).get(disposal.grade, ""),
        "supplier": disposal.supplier,
        "paper": disposal.paper,
    }

"""The audit as people see it: sweeps, laws with their counts, findings."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise

from inventory.models import Finding, Sweep
from inventory.selectors.laws import LAWS, NAMES
from inventory.selectors.laws.law import Kept
from org.scope import Scope

# A sweep that is older than this has stopped: two of its periods and some patience.
LATE = {
    Sweep.Kind.CHANGED: timedelta(seconds=150),
    Sweep.Kind.ROLLING: timedelta(seconds=150),
    Sweep.Kind.COMPLETE: timedelta(hours=26),
}
FINDINGS_SHOWN = 200


@dataclass(frozen=True)
class SweepView:
    """One sweep; `age` is how long ago it ended, `late` that the next should have been by now."""

    kind: str
    label: str
    asked_by: str
    finished_at: datetime
    age: timedelta
    late: bool
    milliseconds: int
    balances: int
    entries: int
    laws: int
    differences: int


@dataclass(frozen=True)
class LawView:
    """One law: what keeps it, how many differences are open, when all of it was last looked at.

    `glanced_at` is when any sweep last asked it of a part.
    """

    code: str
    name: str | Promise
    kept: str | Promise
    guards: int
    open: int
    checked_at: datetime | None
    glanced_at: datetime | None
    milliseconds: float | None


@dataclass(frozen=True)
class FindingView:
    """One difference, with the balance it concerns."""

    law: str
    name: str | Promise
    where: str
    found: str
    expected: str
    first_seen: datetime
    last_seen: datetime
    gone_at: datetime | None
    sku_id: int | None
    sku_code: str
    warehouse_id: int | None
    warehouse_name: str
    grade: str


@dataclass(frozen=True)
class ProofView:
    """Everything the audit page shows; `waiting` is a check of everything that has not ended."""

    latest: list[SweepView]
    recent: list[SweepView]
    waiting: bool
    laws: list[LawView]
    findings: list[FindingView]
    gone: list[FindingView]
    open: int


def proof(*, scope: Scope) -> ProofView:
    """What the audit knows now. Findings of other people's warehouses are not shown or counted.

    A handful of statements, whatever the size of the stock.
    """
    now = timezone.now()
    done = Sweep.objects.filter(finished_at__isnull=False)
    kinds = (Sweep.Kind.CHANGED, Sweep.Kind.ROLLING, Sweep.Kind.COMPLETE)
    last = [found for found in (done.filter(kind=kind).last() for kind in kinds) if found]
    asked = Q(kind=Sweep.Kind.COMPLETE) | Q(differences__gt=0)
    recent = done.filter(asked).order_by("-id")[:20]
    findings = _findings(scope)
    still = findings.filter(gone_at__isnull=True)
    counts = Counter(dict(still.values_list("law").annotate(total=Count("id")).order_by()))
    return ProofView(
        latest=[_sweep(each, now) for each in last],
        recent=[_sweep(each, now) for each in recent],
        waiting=Sweep.objects.filter(kind=Sweep.Kind.COMPLETE, finished_at__isnull=True).exists(),
        laws=_laws(last, counts),
        findings=[_finding(each) for each in still.order_by("law", "id")[:FINDINGS_SHOWN]],
        gone=[
            _finding(each)
            for each in findings.filter(gone_at__isnull=False).order_by("-gone_at")[:20]
        ],
        open=counts.total(),
    )


def open_findings(*, scope: Scope) -> int:
    """How many differences are open."""
    return _findings(scope).filter(gone_at__isnull=True).count()


def late_sweeps() -> list[str]:
    """Names of the kinds of sweep that have run before and should have run again by now."""
    now = timezone.now()
    late = []
    for kind, patience in LATE.items():
        last = Sweep.objects.filter(kind=kind, finished_at__isnull=False).last()
        if last is not None and last.finished_at is not None and now - last.finished_at > patience:
            late.append(str(kind.label))
    return late


def _findings(scope: Scope) -> QuerySet[Finding]:
    rows = Finding.objects.select_related("balance__sku", "balance__warehouse")
    return scope.limit(rows, "balance__warehouse__unit")


def _sweep(row: Sweep, now: datetime) -> SweepView:
    assert row.finished_at is not None
    kind = Sweep.Kind(row.kind)
    age = now - row.finished_at
    return SweepView(
        kind=row.kind,
        label=str(kind.label),
        asked_by=row.asked_by,
        finished_at=row.finished_at,
        age=age,
        late=age > LATE[kind],
        milliseconds=row.milliseconds,
        balances=row.balances,
        entries=row.entries,
        laws=row.laws,
        differences=row.differences,
    )


def _laws(last: list[Sweep], counts: Counter[str]) -> list[LawView]:
    complete = next((each for each in last if each.kind == Sweep.Kind.COMPLETE), None)
    views = []
    for law in LAWS:
        glanced = [each.finished_at for each in last if law.code in each.by_law]
        spent = complete.by_law.get(law.code) if complete else None
        known = complete is not None and (spent is not None or law.kept is Kept.REPLAY)
        views.append(
            LawView(
                code=law.code,
                name=law.name,
                kept=law.kept.value,
                guards=len(law.guards),
                open=counts.get(law.code, 0),
                checked_at=complete.finished_at if complete and known else None,
                glanced_at=max((at for at in glanced if at), default=None),
                milliseconds=spent[1] if spent else None,
            )
        )
    return views


def _finding(row: Finding) -> FindingView:
    balance = row.balance
    return FindingView(
        law=row.law,
        name=NAMES.get(row.law, row.law),
        where=row.where,
        found=row.found,
        expected=row.expected,
        first_seen=row.first_seen,
        last_seen=row.last_seen,
        gone_at=row.gone_at,
        sku_id=balance.sku_id if balance else None,
        sku_code=balance.sku.code if balance else "",
        warehouse_id=balance.warehouse_id if balance else None,
        warehouse_name=balance.warehouse.name if balance else "",
        grade=balance.grade if balance else "",
    )

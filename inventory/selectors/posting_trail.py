"""Postings as lines of the audit trail: for stock the posting is the record of who did what."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, Max, Min, OuterRef, QuerySet

from inventory.models import Entry, Posting
from org.scope import Scope

# Ids looked at for one page, more each time nothing is found; then the reader says "further back".
STRETCHES = (20_000, 80_000, 320_000)
# Ids are given out nearly in the order of recording; so far apart two may be the other way round.
SLACK = 2_000
LINES_SHOWN = 3


@dataclass(frozen=True, kw_only=True)
class PostedLine:
    """What a posting changed of one SKU in one warehouse."""

    sku_code: str
    warehouse_code: str
    on_hand: int
    held: int


@dataclass(frozen=True, kw_only=True)
class PostingLine:
    """A posting as the trail shows it; `more` lines are not shown."""

    id: int
    at: datetime
    actor: str
    kind: str
    kind_label: str
    document: str
    lines: tuple[PostedLine, ...]
    more: int


@dataclass(frozen=True, kw_only=True)
class PostingPart:
    """Postings, newest first. `after` is the id to go on below; None at the end.

    `searched_to` is the moment down to which all were found, when the search stopped short.
    """

    rows: tuple[PostingLine, ...]
    after: int | None
    searched_to: datetime | None = None


def posting_trail(
    *,
    scope: Scope,
    actors: Collection[str] = (),
    kind: str = "",
    document: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
    before: int | None = None,
    limit: int = 50,
) -> PostingPart:
    """Postings that touch the scope, narrowed; a page may be short though more come further back.

    Args:
        actors: only by these; none means everybody.
        kind: a kind of posting.
        document: exactly this one.
        since, until: recorded from, and before.
        before: only ids below, from the part before.
    """
    rows = Posting.objects.all()
    if actors:
        rows = rows.filter(actor__in=sorted(actors))
    if kind:
        rows = rows.filter(kind=kind)
    if document:
        rows = rows.filter(document=document)
    low, high = _oldest(), before if before is not None else _newest() + 1
    if since is not None:
        rows = rows.filter(recorded_at__gte=since)
        low = max(low, _first_at(since) - SLACK)
    if until is not None:
        rows = rows.filter(recorded_at__lt=until)
        high = min(high, _first_at(until) + SLACK)
    if scope.unit_ids is not None:
        inside = scope.limit(
            Entry.objects.filter(posting=OuterRef("pk")), "balance__warehouse__unit"
        )
        rows = rows.filter(Exists(inside))
    found, reached = _walk(rows, low, high, limit, quick=bool(actors or document))
    short = reached is not None and len(found) < limit
    return PostingPart(
        rows=_lines(found, scope),
        after=reached,
        searched_to=_recorded_at(reached) if short and reached is not None else None,
    )


def _recorded_at(posting_id: int) -> datetime | None:
    rows = Posting.objects.filter(pk__gte=posting_id).order_by("pk")
    return rows.values_list("recorded_at", flat=True).first()


def _walk(
    rows: QuerySet[Posting], low: int, high: int, limit: int, *, quick: bool
) -> tuple[list[Posting], int | None]:
    """The newest below `high`, stretch by stretch, so that a rare thing costs a bounded search."""
    found: list[Posting] = []
    top = high
    for stretch in (high - low,) if quick else STRETCHES:
        floor = max(low, top - stretch)
        part = rows.filter(pk__lt=top, pk__gte=floor).order_by("-pk")
        found += part[: limit - len(found)]
        if len(found) >= limit:
            return found, found[-1].pk
        top = floor
        if top <= low:
            return found, None
    return found, top


def _oldest() -> int:
    return Posting.objects.aggregate(bottom=Min("pk"))["bottom"] or 0


def _newest() -> int:
    return Posting.objects.aggregate(top=Max("pk"))["top"] or 0


def _first_at(moment: datetime) -> int:
    """About the first id recorded at that moment, by halving: recorded_at has no index to pay."""
    low, high = 1, _newest() + 1
    while low < high:
        middle = (low + high) // 2
        row = Posting.objects.filter(pk__gte=middle).order_by("pk").values_list("pk", "recorded_at")
        seen = row.first()
        if seen is None or seen[1] >= moment:
            high = middle
        else:
            low = seen[0] + 1
    return low


def _lines(postings: Sequence[Posting], scope: Scope) -> tuple[PostingLine, ...]:
    lines = _changes([row.pk for row in postings], scope)
    return tuple(
        PostingLine(
            id=row.pk,
            at=row.recorded_at,
            actor=row.actor,
            kind=row.kind,
            kind_label=str(row.get_kind_display()),
            document=row.document,
            lines=tuple(lines.get(row.pk, [])[:LINES_SHOWN]),
            more=max(0, len(lines.get(row.pk, [])) - LINES_SHOWN),
        )
        for row in postings
    )


def _changes(ids: Sequence[int], scope: Scope) -> dict[int, list[PostedLine]]:
    """What each posting changed by SKU and warehouse, inside the scope. One statement."""
    entries = scope.limit(
        Entry.objects.filter(posting__in=ids, balance__isnull=False), "balance__warehouse__unit"
    )
    found: dict[int, dict[tuple[str, str], list[int]]] = {}
    columns = ("posting_id", "sku__code", "balance__warehouse__code", "on_hand", "held")
    for posting, sku, house, on_hand, held in entries.order_by("pk").values_list(*columns):
        sums = found.setdefault(posting, {}).setdefault((sku, house), [0, 0])
        sums[0] += on_hand
        sums[1] += held
    return {
        posting: [
            PostedLine(sku_code=sku, warehouse_code=house, on_hand=sums[0], held=sums[1])
            for (sku, house), sums in lines.items()
        ]
        for posting, lines in found.items()
    }


def posting_kinds() -> list[tuple[str, str]]:
    """Every kind of posting with its name in the reader's language."""
    return [(value, str(label)) for value, label in Posting.Kind.choices]

"""Carriers and the waybill numbers they gave us."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import connection
from django.db.models import F

from org import services as org
from wms.models import Carrier, WaybillRange

MOST_DIGITS = 18


class WaybillsOverlap(Exception):
    """Some of these numbers were given to this carrier before."""

    code = "waybills_overlap"


class BadRange(Exception):
    """The last number is before the first, or has too many digits."""

    code = "bad_range"


def add_carrier(
    *, code: str, name: str, platform_codes: Mapping[str, Any] | None = None
) -> Carrier:
    """Know a carrier, or change its name and what the platforms call it.

    `platform_codes` by platform: {"taobao": "SF", "shopify": "SF Express"}.
    """
    assert connection.in_atomic_block, "The edge opens the transaction."
    carrier, _ = Carrier.objects.update_or_create(
        code=code, defaults={"name": name, "platform_codes": dict(platform_codes or {})}
    )
    return carrier


def open_carrier(
    *, code: str, name: str, letters: str, first: int, last: int, actor: str
) -> Carrier:
    """A carrier, new or known, gets waybill numbers by hand; the trail says by whom.

    `letters` stand before each number.

    Raises:
        BadRange, WaybillsOverlap: as in `add_waybills`.
    """
    assert connection.in_atomic_block, "The edge opens the transaction."
    known = Carrier.objects.filter(code=code).first()
    carrier = add_carrier(
        code=code, name=name, platform_codes=known.platform_codes if known else None
    )
    add_waybills(carrier_code=code, prefix=letters, first=first, last=last)
    org.record(
        actor=actor,
        action="carrier.changed" if known else "carrier.created",
        subject=f"carrier:{code}",
        before={"name": known.name} if known else {},
        after={"name": name, "waybills": f"{letters}{first} - {letters}{last}"},
    )
    return carrier


def add_waybills(*, carrier_code: str, first: int, last: int, prefix: str = "") -> WaybillRange:
    """Give a carrier the numbers `first` to `last`, both included.

    Numbers are padded with zeros to the digits of `last`.

    Raises:
        Carrier.DoesNotExist: no such carrier.
        BadRange: `last` is before `first`, or longer than 18 digits.
        WaybillsOverlap: a number of the range belongs to an older one.
    """
    assert connection.in_atomic_block, "The edge opens the transaction."
    carrier = Carrier.objects.select_for_update().get(code=carrier_code)
    digits = _digits_of_free_range(carrier, prefix, first, last)
    return WaybillRange.objects.create(
        carrier=carrier, prefix=prefix, digits=digits, first=first, next=first, last=last
    )


def _digits_of_free_range(carrier: Carrier, prefix: str, first: int, last: int) -> int:
    """How many digits the numbers have; the carrier's row is locked against a second range."""
    if not 0 <= first <= last or len(str(last)) > MOST_DIGITS:
        raise BadRange(f"{first}-{last}")
    digits = len(str(last))
    same = WaybillRange.objects.filter(carrier=carrier, prefix=prefix, digits=digits)
    if same.filter(first__lte=last, last__gte=first).exists():
        raise WaybillsOverlap(f"{prefix}{first}-{prefix}{last}")
    return digits


def take_waybills(wanted: Mapping[int, int]) -> dict[int, list[str]]:
    """Take numbers for carriers (id: how many) under row locks; fewer where a range runs out.

    A number is never given twice: the rows stay locked until the caller's transaction ends, and
    a rolled back one gives its numbers back.
    """
    taken: dict[int, list[str]] = {carrier_id: [] for carrier_id in wanted}
    ranges = list(
        WaybillRange.objects.select_for_update()
        .filter(carrier_id__in=list(wanted), next__lte=F("last"))
        .order_by("id")
    )
    used = []
    for row in ranges:
        numbers = taken[row.carrier_id]
        count = min(wanted[row.carrier_id] - len(numbers), row.last - row.next + 1)
        if count > 0:
            numbers += [
                f"{row.prefix}{number:0{row.digits}d}"
                for number in range(row.next, row.next + count)
            ]
            row.next += count
            used.append(row)
    WaybillRange.objects.bulk_update(used, ["next"])
    return taken

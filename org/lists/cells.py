"""Cells of tables as safe markup. In Python, not in a template per cell: a page has thousands."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils import formats, timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from org.lists.specs import Column, Kind, Plain


def text(value: object, *, under: object = "") -> SafeString:
    """Text cut to the column, whole in its hint; `under` is a second line on phones."""
    return format_html(
        '<span class="cell-cut" title="{}">{}</span>{}', value, value, second_line(under)
    )


def code(value: object) -> SafeString:
    """A number or code in the monospaced face."""
    return format_html('<span class="code">{}</span>', value)


def link(url: str, value: object, *, under: object = "", drawer: bool = True) -> SafeString:
    """The row's way to its page; `under` is a second line that phones show."""
    if not drawer:
        return format_html(
            '<a class="code" data-row-link href="{}">{}</a>{}', url, value, second_line(under)
        )
    return format_html(
        '<a class="code" data-row-link data-drawer href="{}">{}</a>{}',
        url, value, second_line(under),
    )  # fmt: skip


def second_line(value: object, *, whole: bool = False) -> SafeString:
    """A line beneath that only phones show, cut to the column unless `whole`."""
    if not value:
        return format_html("{}", "")
    css = "wraps" if whole else "text-cut"
    return format_html('<div class="narrow-only second-line {}">{}</div>', css, value)


def chip(label: object, tone: str = "", *, hint: object = "") -> SafeString:
    """A status chip; tones as in templates/components/README.md."""
    css = f"chip chip-{tone}" if tone else "chip"
    return format_html('<span class="{}" title="{}">{}</span>', css, hint, label)


def number(value: int | None, *, url: str = "", tone: str = "", strong: bool = False) -> SafeString:
    """A whole number; a nought is pale, `url` opens in the drawer."""
    if value is None:
        return format_html('<span class="num-zero">{}</span>', "–")
    css = " ".join(
        part for part in (f"text-{tone}" if tone else "", "strong" if strong else "") if part
    )
    if not value and not tone:
        return format_html('<span class="num-zero">{}</span>', 0)
    if url:
        return format_html('<a class="{}" data-drawer href="{}">{}</a>', css, url, intcomma(value))
    return format_html('<span class="{}">{}</span>', css, intcomma(value))


def money(value: Decimal | None, currency: str = "") -> SafeString:
    """An amount with two decimals and its currency."""
    if value is None:
        return format_html("{}", "–")
    shown = formats.number_format(value, decimal_pos=2, force_grouping=True)
    if not currency:
        return format_html("{}", shown)
    return format_html('{} <span class="soft">{}</span>', shown, currency)


def moment(value: datetime | None) -> SafeString:
    """Month, day and time; the whole moment with its zone in the hint."""
    if value is None:
        return format_html('<span class="num-zero">{}</span>', "–")
    local = timezone.localtime(value)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        local.isoformat(), local.strftime("%Y-%m-%d %H:%M:%S %Z"), local.strftime("%m-%d %H:%M:%S"),
    )  # fmt: skip


def day(value: date | None) -> SafeString:
    """A day."""
    if value is None:
        return format_html('<span class="num-zero">{}</span>', "–")
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), value.isoformat())


def cell_of(column: Column[Any], row: Any) -> str:
    """What a page shows of a row in a column."""
    if column.cell is not None:
        return column.cell(row)
    return plain_cell(column.kind, column.value(row))


def plain_cell(kind: Kind, value: Plain) -> SafeString:
    """A value without markup of its own."""
    if value is None or value == "":
        return format_html('<span class="num-zero">{}</span>', "–")
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, date):
        return day(value)
    if isinstance(value, Decimal):
        return money(value)
    if isinstance(value, int) and kind is Kind.NUMBER:
        return number(value)
    return code(value) if kind is Kind.CODE else text(value)

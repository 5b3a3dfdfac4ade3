"""Template tags of the page shell."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django import template
from django.template.context import RenderContext
from django.template.loader_tags import BLOCK_CONTEXT_KEY
from django.urls import NoReverseMatch, reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from insights.trail.timeline import timeline

register = template.Library()


@register.simple_tag(takes_context=True)
def again(context: template.Context, name: str) -> SafeString:
    """What the block `name` shows, a second time: the page's title is its heading too.

    Django renders a block only where it stands, and a page should not have to name itself twice.
    """
    seen: RenderContext = context.render_context
    blocks = seen.get(BLOCK_CONTEXT_KEY)
    block = blocks.get_block(name) if blocks else None
    # A block is a template's own output: what it shows is escaped already.
    return mark_safe(block.render(context)) if block else mark_safe("")  # noqa: S308


@register.inclusion_tag("components/happened.html", takes_context=True)
def happened(
    context: template.Context,
    kind: str,
    key: object,
    *,
    document: str = "",
    lot: int | None = None,
    cell: int | None = None,
    location: int | None = None,
    more: Sequence[dict[str, Any]] = (),
) -> dict[str, object]:
    """The timeline of one thing, as the trail calls it: `{% happened "lot" lot.id lot=lot.id %}`.

    `kind` is empty for what goes by its number alone; `document`, `lot`, `cell` or `location` add
    what was booked; `more` are events that only the page knows.
    """
    events = timeline(
        person=context["request"].user, subject=f"{kind}:{key}" if kind else str(key),
        document=document, lot_id=lot, cell_id=cell, location_id=location, more=more or (),
    )  # fmt: skip
    return {"events": events}


# Which page shows a document, by the letters its number starts with.
PAGES = {"PC": "shipment", "SO": "order", "FF": "bench", "PL": "walk"}
# Pages that go by the bare number.
NUMBERED = {"AP": "approval", "CO": "correction", "RC": "recall", "FR": "freeze-rule"}
# Documents without a page of their own: the list that finds them, and its parameter.
LISTS = {"FZ": ("holds", "document")}


# What a claim may forbid, as the floor says it.
ACTS = {
    "reserve": _("selling"),
    "pick": _("picking"),
    "ship": _("shipping"),
    "move": _("moving"),
    "count": _("counting"),
    "publish": _("showing in shops"),
}


@register.simple_tag
def act_name(act: str) -> str:
    """What is forbidden, in the reader's language."""
    return str(ACTS.get(act, act))


@register.simple_tag
def document_url(number: str) -> str:
    """The address of the page of a document such as "SO-1042"; empty when it has none."""
    # "SO-7/2" is the second round of SO-7.
    number = str(number).partition("/")[0]
    letters, _, digits = number.partition("-")
    if not digits.isdecimal():
        return ""
    try:
        if letters in PAGES:
            return reverse(PAGES[letters], args=[number])
        if letters in NUMBERED and len(digits) < 19:
            return reverse(NUMBERED[letters], args=[int(digits)])
        if letters in LISTS:
            route, parameter = LISTS[letters]
            return f"{reverse(route)}?{urlencode({parameter: number})}"
    except NoReverseMatch:
        # Another system's number may begin with our letters.
        return ""
    return ""

"""Every component in every state, for whoever builds a page or judges the look."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

COLOURS = {
    gettext_lazy("Ink"): ("ink", "ink-soft", "ink-faint"),
    gettext_lazy("Paper"): ("desk", "paper", "paper-head", "paper-hover", "line", "field-line"),
    gettext_lazy("Accent"): ("accent", "accent-dark", "accent-fill", "accent-pale"),
    gettext_lazy("Tones"): ("info", "ok", "warn", "bad", "hold"),
    gettext_lazy("Grounds"): ("info-pale", "ok-pale", "warn-pale", "bad-pale", "hold-pale", "chip"),
}


class SampleForm(forms.Form):
    """A form whose fields show help and errors."""

    code = forms.RegexField(
        r"^[A-Z0-9-]+$",
        label=gettext_lazy("SKU code"),
        help_text=gettext_lazy("As it stands on the label."),
        error_messages={"invalid": gettext_lazy("Use letters, digits and - only.")},
    )
    quantity = forms.IntegerField(label=gettext_lazy("Quantity"), min_value=1)
    why = forms.CharField(label=gettext_lazy("Reason"), max_length=200)


@dataclass(frozen=True)
class Row:
    """A row of the sample table."""

    number: str
    shop: str
    tone: str
    state: str
    on_hand: int
    held: int


@require_GET
@login_required
def design(request: HttpRequest) -> HttpResponse:
    """The components; nothing on this page is data of the company."""
    return render(
        request,
        "insights/design.html",
        {
            "colours": COLOURS,
            "tones": ("", "info", "ok", "warn", "bad", "hold", "muted"),
            "tabs": _tabs(request.path),
            "rows": _rows(),
            "events": _events(),
            "steps": _steps(),
            "total": 240,
            "now": timezone.now(),
            "choices": [("1", _("Central warehouse")), ("2", _("Shop floor"))],
            "form": SampleForm({"code": "tea 1", "quantity": "0", "why": ""}, auto_id="sample-%s"),
        },
    )


def _tabs(path: str) -> list[dict[str, Any]]:
    told = (
        (_("All"), 1284, "", True),
        (_("Exceptions"), 12, "bad", False),
        (_("Past review"), 3, "warn", False),
        (_("Shipped"), 10000, "", False),
    )
    return [
        {"label": label, "count": n, "tone": tone, "url": path, "active": here, "more": n >= 10000}
        for label, n, tone, here in told
    ]


def _rows() -> list[Row]:
    return [
        Row("SO-1042", "Qinghe Tea", "info", _("With the warehouse"), 240, 36),
        Row("SO-1041", "Qinghe Tea", "ok", _("Shipped"), 80, 0),
        Row("SO-1040", "Riverside", "bad", _("Exception"), 12, 12),
        Row("SO-1039", "Riverside", "hold", _("Frozen"), 60, 45),
    ]


def _events() -> list[dict[str, Any]]:
    now = timezone.now()
    told = (
        (0, _("Shipped"), "ok", "SF1000123456"),
        (22, _("Packed"), "", ""),
        (48, _("Short at A-03"), "warn", _("one piece missing, taken from B-07")),
        (190, _("Stock held"), "info", _("2 units in the central warehouse")),
    )
    return [
        {
            "at": now - timedelta(minutes=ago),
            "title": what,
            "tone": tone,
            "note": note,
            "who": "Lin",
        }
        for ago, what, tone, note in told
    ]


def _steps() -> list[dict[str, Any]]:
    """Rows of the explanation: label, document, quantity, where its bar begins, tone, is a sum."""
    told = (
        (_("On hand"), "", 240, 0, "info", True),
        (_("Promised to orders"), "SO-1042", -36, 204, "warn", False),
        (_("Quality freeze"), "FZ-17", -24, 180, "hold", False),
        (_("Available"), "", 180, 0, "ok", True),
    )
    return [
        {
            "label": label, "document": document, "qty": qty, "start": start, "width": abs(qty),
            "tone": tone, "is_total": total, "who": "", "note": "", "step": {}, "depth": 0,
        }
        for label, document, qty, start, tone, total in told
    ]  # fmt: skip

"""What all scan pages share: the verdict that is shown and heard, the token, the warehouse."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render

from inventory import selectors as stock
from org.access import person_of
from org.scope import Scope
from org.selectors import scope_of


@dataclass(frozen=True)
class Verdict:
    """The answer to a scan. `sound`: ok, done (something is complete) or error."""

    text: str
    sound: str = "ok"

    @property
    def is_error(self) -> bool:
        """True when the person must do something else."""
        return self.sound == "error"


def no(error: Exception) -> Verdict:
    """A refusal as a verdict."""
    return Verdict(str(error), "error")


def fresh_token() -> str:
    """The key of the next command this page sends; a resend carries the same one."""
    return uuid.uuid4().hex


def typed(fields: QueryDict, name: str, most: int = 64) -> str:
    """What a field holds, without blanks around it and without characters nobody can type."""
    return "".join(each for each in fields.get(name, "") if each.isprintable()).strip()[:most]


def scope_for(request: HttpRequest, permission: str) -> Scope:
    """Where the person may do this."""
    return scope_of(person_of(request), permission=permission)


@dataclass(frozen=True)
class Choice:
    """The warehouses a person works in, and the one the page shows (None: they have none)."""

    warehouses: list[stock.WarehouseView]
    chosen: stock.WarehouseView | None

    @property
    def id(self) -> int | None:
        """The chosen warehouse's id."""
        return self.chosen.id if self.chosen else None


def warehouse_choice(request: HttpRequest, scope: Scope) -> Choice:
    """The warehouse named in the address or form, else the first one."""
    views = stock.warehouses(scope=scope)
    wanted = typed(request.POST, "warehouse") or typed(request.GET, "warehouse")
    chosen = next((view for view in views if view.code == wanted), views[0] if views else None)
    return Choice(views, chosen)


def show(
    request: HttpRequest, template: str, context: dict[str, Any], *, verdict: Verdict | None = None
) -> HttpResponse:
    """The scan page; htmx gets only the part that changed.

    The part is `templates/wms/parts/<name>`, the page includes the same part.
    """
    htmx: Any = getattr(request, "htmx", None)
    name = f"wms/parts/{template}" if htmx else f"wms/{template}"
    context = {
        **context,
        "verdict": verdict,
        "token": fresh_token(),
        "part": f"wms/parts/{template}",
    }
    return render(request, name, context)

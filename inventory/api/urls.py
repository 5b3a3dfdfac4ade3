"""Routes of stock for programs."""

import re

from django.urls import path

from inventory.api import announcing, figures, importing, past, planning
from inventory.api.commands import ENDPOINTS
from org.api.endpoints import Endpoint

QUESTIONS: dict[str, type[Endpoint]] = {
    "availability": figures.Availability,
    "future": figures.Future,
    "board": figures.Board,
    "cells": figures.Cells,
    "explanation": figures.Explanation,
    "holds": figures.Holds,
    "holds/<int:hold_id>": figures.HoldOne,
    "lots": figures.StockLots,
    "reasons": figures.Reasons,
    "pieces": figures.Pieces,
    "kits": figures.Kits,
    "as-of": past.AsOf,
    "difference": past.Difference,
    "journal": past.Journal,
    "changes": past.Changes,
    "audit": past.Audit,
    "plan": planning.Planning,
    "incoming": announcing.Incoming,
    "incoming/close": announcing.IncomingClosed,
    "recipes": announcing.Recipes,
    "imports": importing.Imports,
    "imports/<int:import_id>": importing.ImportOne,
    "imports/<int:import_id>/book": importing.ImportBooking,
}


def _name(address: str) -> str:
    words = re.sub(r"<[^>]+>", "one", address).split("/")
    return "stock-api-" + "-".join(words)


urlpatterns = [
    path(address, endpoint.as_view(), name=_name(address))
    for address, endpoint in {**ENDPOINTS, **QUESTIONS}.items()
]

"""A command as JSON and back, to be kept until somebody has agreed to it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from inventory.requests.claims import (
    ConvertRequest,
    HoldRequest,
    NarrowRequest,
    Policy,
    ReleaseRequest,
)
from inventory.requests.goods import RegradeRequest, ScrapRequest
from inventory.requests.lines import Expected, Line, PlacedLine, RegradeLine, Request

# What may be kept, with the kind of its lines.
KINDS: dict[str, tuple[type[Request], Any]] = {
    "convert": (ConvertRequest, Line),
    "hold": (HoldRequest, Line),
    "narrow": (NarrowRequest, None),
    "regrade": (RegradeRequest, RegradeLine),
    "release": (ReleaseRequest, Line),
    "scrap": (ScrapRequest, PlacedLine),
}
TUPLES = ("lot_ids", "stock_ids")


def verb_of(request: Request) -> str:
    """The verb that carries it out.

    Raises:
        LookupError: such requests are not kept.
    """
    for verb, (kind, _line) in KINDS.items():
        if isinstance(request, kind):
            return verb
    raise LookupError(type(request).__name__)


def kept_of(request: Request) -> dict[str, Any]:
    """All of a request; the same request is the same JSON.

    Raises:
        LookupError: such requests are not kept.
    """
    said = {"verb": verb_of(request), **asdict(request)}
    found: dict[str, Any] = json.loads(json.dumps(said, default=_moment))
    return found


def _moment(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} is not kept.")


def request_of(kept: Mapping[str, Any]) -> Request:
    """What `kept_of` kept."""
    said = dict(kept)
    kind, line = KINDS[said.pop("verb")]
    for name, value in said.items():
        if name.endswith("_at") and value is not None:
            said[name] = datetime.fromisoformat(value)
    for name in TUPLES:
        if name in said:
            said[name] = tuple(said[name])
    if said.get("lines") is not None:
        said["lines"] = tuple(line(**_with_serials(each)) for each in said["lines"])
    if "policy" in said:
        said["policy"] = Policy(said["policy"])
    said["expected"] = tuple(Expected(**each) for each in said["expected"])
    return kind(**said)


def _with_serials(line: Mapping[str, Any]) -> dict[str, Any]:
    return {**line, "serials": tuple(line["serials"])}

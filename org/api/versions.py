"""Compare and set: the version somebody has seen travels as `ETag` and comes back as `If-Match`."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from org.api.faults import Fault, Faulty

_TAG = re.compile(r'"([0-9]{1,18})"', re.ASCII)


def version_of(shown: Mapping[str, Any]) -> int:
    """A version for what has no counter of its own: it differs when anything shown differs."""
    told = json.dumps(shown, sort_keys=True, ensure_ascii=False, default=str).encode()
    return int.from_bytes(hashlib.sha256(told).digest()[:7], "big")


def tagged(response: Response, version: int) -> Response:
    """The answer with the version of what it shows."""
    response["ETag"] = f'"{version}"'
    return response


def seen_version(request: Request, *, required: bool = False) -> int | None:
    """The version that the caller has seen; None when they say `*` or nothing.

    Args:
        request: with or without If-Match.
        required: a write that must not go through blindly.

    Raises:
        Faulty: bad_version; missing_version (428, RFC 6585 section 3) when it is required.
    """
    told = request.headers.get("If-Match", "").strip()
    if not told:
        if required:
            raise Faulty(Fault(code="missing_version", field="If-Match", status=428))
        return None
    if told == "*":
        return None
    found = _TAG.fullmatch(told)
    if found is None:
        raise Faulty(Fault(code="bad_version", field="If-Match", asked=told, status=400))
    return int(found[1])


def must_match(*, seen: int | None, now: int) -> None:
    """Refuse when somebody changed the thing meanwhile. Ask under the row's lock.

    Raises:
        Faulty: version_moved (412, RFC 9110 section 13.1.1).
    """
    if seen is not None and seen != now:
        raise Faulty(
            Fault(code="version_moved", field="If-Match", asked=seen, there=now, status=412)
        )

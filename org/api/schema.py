"""The published description of the API: OpenAPI 3.1 out of what endpoints say of themselves."""

from __future__ import annotations

import functools
import re
from typing import Any

from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter

from org.api import signing
from org.api.describing import ERRORS, SAID
from org.api.faults import TEXTS

ROOT = "/api/v1/"
SIGNED: dict[str, list[str]] = {
    "ApiKey": [], "ApiTimestamp": [], "ApiNonce": [], "ApiSignature": [],
}  # fmt: skip
_SCHEMES = dict(zip(SIGNED, signing.HEADERS, strict=True))
_ABOUT = {
    "ApiKey": "The key id of the API client.",
    "ApiTimestamp": "Seconds since 1970, at most 5 minutes from the house's clock.",
    "ApiNonce": "16 to 64 letters, digits, dots, dashes or underscores; new for every request.",
    "ApiSignature": "`v1=` and the hex HMAC-SHA256 of method, path, query, time stamp, nonce and "
    "the body's SHA-256, joined by line feeds, keyed with the secret.",
}
ABOUT = """
Everything speaks JSON. Programs sign each request (`ApiKey`, `ApiTimestamp`, `ApiNonce` and
`ApiSignature` together); the house's own pages use their session and its CSRF token. Each write of
a program carries an `Idempotency-Key`, except where the commands in the body carry keys of their
own. Refusals have one shape; `code` is stable, `message` is in the language of `Accept-Language`
(`en`, `zh-hans`). What lies outside the caller's units is answered like what does not exist. Lists
are paged by `cursor`; parameters and fields that are not described are refused.
"""


class HouseSchema(AutoSchema):
    """One operation; what all of them share is said here and nowhere else."""

    def get_operation_id(self) -> str:
        """The method and the address: post_stock_hold."""
        words = re.sub(r"[^A-Za-z0-9]+", "_", self.path.removeprefix(ROOT)).strip("_")
        return f"{self.method.lower()}_{words}"

    def get_tags(self) -> list[str]:
        """The room's word in the address: stock, orders..."""
        return [self.path.removeprefix(ROOT).split("/", 1)[0]]

    def get_auth(self) -> list[dict[str, Any]]:
        """Signed, or with a session."""
        return [SIGNED, {"Session": []}]

    def get_override_parameters(self) -> list[Any]:
        """With the key of a write."""
        found = list(super().get_override_parameters())
        if self.method in ("POST", "PUT", "PATCH", "DELETE") and getattr(
            self.view, "needs_key", False
        ):
            found.append(
                OpenApiParameter(
                    "Idempotency-Key",
                    type={"type": "string", "minLength": 1, "maxLength": 64},
                    location=OpenApiParameter.HEADER,
                    description="Names this write: the same key and body again gives the same "
                    "answer. Programs must send it.",
                )
            )
        return found


def ours(endpoints: list[Any], **_: Any) -> list[Any]:
    """Only what stands under /api/v1/."""
    return [each for each in endpoints if each[0].startswith(ROOT)]


def shared(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Add what all operations share: 404, the shape of errors, the ways to come in."""
    not_there = {"description": SAID[404], "content": {"application/json": {"schema": ERRORS}}}
    for path, operations in result["paths"].items():
        # Whatever is named in the address may not be there.
        for operation in operations.values() if "{" in path else ():
            operation["responses"].setdefault("404", not_there)
    result["info"]["description"] = ABOUT.strip()
    components = result.setdefault("components", {})
    components.setdefault("schemas", {})["Errors"] = _errors()
    components["securitySchemes"] = {
        **{
            name: {"type": "apiKey", "in": "header", "name": header, "description": _ABOUT[name]}
            for name, header in _SCHEMES.items()
        },
        "Session": {"type": "apiKey", "in": "cookie", "name": "sessionid"},
    }
    return result


def _errors() -> dict[str, Any]:
    """The one shape of refusals, with all codes there are."""
    word = {"type": ["string", "null"]}
    place = {"type": ["integer", "null"], "minimum": 0}
    figure = {"type": ["string", "integer", "boolean", "null"]}
    one = {
        "type": "object",
        "properties": {
            "code": {"type": "string", "description": "Stable; one of " + ", ".join(sorted(TEXTS))},
            "message": {"type": "string", "description": "In the caller's language."},
            "item": {**place, "description": "Which item of the body, from 0."},
            "line": {**place, "description": "Which line of the item, from 0."},
            "field": {**word, "description": "Which field."},
            "asked": {**figure, "description": "What was sent."},
            "there": {**figure, "description": "What is there, or would be taken."},
        },
        "required": ["code", "message", "item", "line", "field", "asked", "there"],
        "additionalProperties": False,
    }
    return {
        "type": "object",
        "properties": {"errors": {"type": "array", "items": one, "minItems": 1}},
        "required": ["errors"],
        "examples": [
            {
                "errors": [
                    {
                        "code": "insufficient_stock",
                        "message": "Not enough free stock in this warehouse.",
                        "item": 0,
                        "line": 0,
                        "field": None,
                        "asked": 900,
                        "there": 5,
                    }
                ]
            }
        ],
    }


@functools.cache
def description() -> dict[str, Any]:
    """The whole description; the same for everybody, and made once in each process."""
    generator: Any = SchemaGenerator
    found: dict[str, Any] = generator().get_schema(request=None, public=True)
    return found

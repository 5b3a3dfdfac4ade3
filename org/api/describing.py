"""What an endpoint takes and gives, said beside it; the published description is made of this.

    @described(
        "List orders",
        takes={"state": ("open", "shipped"), "sku": [str], "limit": int, "since": date},
        answer={"orders": [ORDER], "cursor": str | None},
    )
    def get(self, request): ...

A schema is said in Python: `str`, `int`, `bool`, `date`, `datetime`, `Decimal` (a text),
`X | None`, `[X]` for a list, `{"name": X}` for an object with exactly these fields, `{str: X}` for
one with any names, a tuple for one of these words, a dataclass for what `plain` makes of it, a
`Shape` for what it reads, `Any`, or JSON Schema itself wrapped in `Raw`.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from django.utils.functional import Promise
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
)

from org.api.shapes import Shape, or_null

_Method = TypeVar("_Method", bound=Callable[..., Any])
_PLAIN: Mapping[Any, dict[str, Any]] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    bool: {"type": "boolean"},
    date: {"type": "string", "format": "date"},
    datetime: {"type": "string", "format": "date-time"},
    Decimal: {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?$"},
    type(None): {"type": "null"},
    # What `plain` writes as a text.
    timedelta: {"type": "string"},
    float: {"type": "string"},
    Promise: {"type": "string"},
    Any: {},
    object: {},
}
# Any endpoint may answer these: who asks, how often, and what was sent.
ALWAYS = (401, 403, 422, 429)
OF_WRITES = (400, 409, 413, 415)
SAID = {
    400: "The body is not JSON, or a header is not what it should be.",
    401: "Nobody is signed in, or the signature does not fit.",
    403: "Not allowed.",
    404: "There is nothing of that name within the caller's reach.",
    409: "Not with the world as it is now; the same may succeed later.",
    412: "Somebody changed it since the version in If-Match.",
    413: "The body is too large.",
    415: "The body is not of a type that is read here.",
    422: "Wrong as it stands.",
    428: "If-Match is missing.",
    429: "Too many requests.",
}
ERRORS: dict[str, Any] = {"$ref": "#/components/schemas/Errors"}


@dataclass(frozen=True)
class Raw:
    """JSON Schema as it is."""

    schema: Mapping[str, Any]


@dataclass(frozen=True)
class Maybe:
    """This, or null; for what `| None` cannot be written behind."""

    said: Any


@dataclass(frozen=True)
class Needed:
    """A parameter that must be there."""

    said: Any


def schema_of(said: Any) -> dict[str, Any]:
    """JSON Schema for what was said in Python.

    Raises:
        TypeError: for what cannot be said so.
    """
    if isinstance(said, Raw):
        return dict(said.schema)
    if isinstance(said, Maybe):
        return or_null(schema_of(said.said))
    if isinstance(said, Shape):
        return said.schema
    if isinstance(said, list):
        [each] = said
        return {"type": "array", "items": schema_of(each)}
    if isinstance(said, tuple):
        return {"type": "string", "enum": list(said)}
    if isinstance(said, dict):
        return _object(said)
    if said in _PLAIN:
        return dict(_PLAIN[said])
    return _of_type(said)


def _object(said: Mapping[Any, Any]) -> dict[str, Any]:
    if set(said) == {str}:
        return {"type": "object", "additionalProperties": schema_of(said[str])}
    return {
        "type": "object",
        "properties": {name: schema_of(each) for name, each in said.items()},
        "required": list(said),
        "additionalProperties": False,
    }


def _of_type(said: Any) -> dict[str, Any]:
    origin, args = get_origin(said), get_args(said)
    if origin in (Union, types.UnionType):
        rest = [each for each in args if each is not type(None)]
        found = (
            schema_of(rest[0]) if len(rest) == 1 else {"anyOf": [schema_of(each) for each in rest]}
        )
        return found if len(rest) == len(args) or not found else or_null(found)
    if isinstance(said, type) and issubclass(said, Enum):
        return {"enum": [each.value for each in said]}
    if is_dataclass(said):
        hints = get_type_hints(said)
        return _object({each.name: hints[each.name] for each in fields(said)})
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return {"type": "object", "additionalProperties": schema_of(args[1])}
    if isinstance(origin, type) and issubclass(origin, Sequence | set | frozenset):
        if origin is tuple and len(args) == 2 and args[1] is not Ellipsis:
            return {"type": "array", "items": {"anyOf": [schema_of(each) for each in args]}}
        return {"type": "array", "items": schema_of(args[0])}
    if isinstance(said, type) and issubclass(said, str):
        return {"type": "string"}
    raise TypeError(f"There is no schema for {said!r}.")


def any_of(*said: Any) -> Raw:
    """One of these."""
    return Raw({"anyOf": [schema_of(each) for each in said]})


def joined(*said: Any) -> Raw:
    """One object with the fields of all of these."""
    each = [schema_of(one) for one in said]
    return Raw(
        {
            "type": "object",
            "properties": {
                name: value for one in each for name, value in one["properties"].items()
            },
            "required": sorted({name for one in each for name in one["required"]}),
            "additionalProperties": False,
        }
    )


def results(said: Any) -> Raw:
    """What `batches.answered` makes: an answer for each item, good or refused."""
    head = {"item": int, "status": int}
    good = joined({**head, "errors": Raw({"type": "array", "maxItems": 0})}, said)
    refused = {**head, "errors": Raw({"$ref": "#/components/schemas/Errors/properties/errors"})}
    return Raw(schema_of({"results": [any_of(good, refused)]}))


def sparse(said: Any) -> Raw:
    """The object of which `fields` leaves some out."""
    return Raw({name: value for name, value in schema_of(said).items() if name != "required"})


def described(
    summary: str,
    *,
    takes: Mapping[str, Any] | None = None,
    body: Any = None,
    answer: Any,
    status: int = 200,
    also: Sequence[int] = (),
    more_answers: Mapping[int, Any] | None = None,
    example: Any = None,
    answer_example: Any = None,
    headers: Sequence[str] = (),
) -> Callable[[_Method], _Method]:
    """Say what a method takes and gives; its docstring is the longer text.

    Args:
        summary: a few words in the imperative.
        takes: parameters of the question by name.
        body: of a write, in JSON.
        answer: of a success; None for no body.
        status: of a success.
        also: further statuses of refusal, beside those that any endpoint may answer.
        more_answers: further successes by status.
        example: of a body that is taken.
        answer_example: of an answer.
        headers: `If-Match` and `Prefer` where they are read, `ETag` where the answer has one.
    """

    def decorate(method: _Method) -> _Method:
        writes = method.__name__ in ("post", "put", "patch", "delete")
        refusals = sorted({*ALWAYS, *(OF_WRITES if writes else ()), *also})
        answers: dict[Any, Any] = {
            code: _answer(schema, "", answer_example if code == status else None)
            for code, schema in {status: answer, **(more_answers or {})}.items()
        }
        answers |= {
            (code, "application/json"): OpenApiResponse(ERRORS, description=SAID[code])
            for code in refusals
        }
        decorated: Any = extend_schema(
            summary=summary,
            parameters=[
                *[_parameter(name, said) for name, said in (takes or {}).items()],
                *_headers(headers, status=status),
            ],
            request=None if body is None else {"application/json": schema_of(body)},
            responses=answers,
            examples=_examples(example),
        )(method)
        # What else an address carries is refused (`Endpoint.initial`).
        decorated.takes = frozenset(takes or ())
        found: _Method = decorated
        return found

    return decorate


def _answer(said: Any, text: str, example: Any) -> OpenApiResponse:
    examples = [] if example is None else [OpenApiExample("Example", value=example)]
    schema = None if said is None else schema_of(said)
    return OpenApiResponse(schema, description=text or "Done.", examples=examples)


def _examples(example: Any) -> list[OpenApiExample]:
    if example is None:
        return []
    return [OpenApiExample("Example", value=example, request_only=True)]


def _parameter(name: str, said: Any) -> OpenApiParameter:
    needed = isinstance(said, Needed)
    plain = said.said if isinstance(said, Needed) else said
    # A list is a parameter that is repeated.
    schema = schema_of(plain)
    if plain is bool:
        # Texts of an address.
        schema = {"type": "string", "enum": ["true", "false", "1", "0", ""]}
    elif isinstance(plain, tuple) and not needed:
        # Left empty it is as if it were not there.
        schema = {**schema, "enum": [*schema["enum"], ""]} if "enum" in schema else schema
    if plain is int:
        schema = {"type": "integer", "minimum": 0, "maximum": 1_000 if name == "limit" else 2**62}
    return OpenApiParameter(
        name,
        type=schema,
        location=OpenApiParameter.QUERY,
        required=needed,
        description=_PARAMETERS.get(name, ""),
    )


_PARAMETERS = {
    "cursor": "Where the page begins: the cursor of the answer before.",
    "limit": "Rows of a page.",
    "fields": "Only these fields of each row, separated by commas.",
    "sku": "Codes of SKUs.",
    "warehouse": "Codes of warehouses; all of the caller's when none is named.",
}


def _headers(named: Sequence[str], *, status: int) -> list[OpenApiParameter]:
    found = []
    text = {"type": "string"}
    if "Prefer" in named:
        said = "`respond-async`: store it and answer 202 at once (RFC 7240)."
        found.append(OpenApiParameter("Prefer", type=text, location="header", description=said))
    if "If-Match" in named:
        said = "The ETag of the answer that was seen."
        found.append(OpenApiParameter("If-Match", type=text, location="header", description=said))
    if "ETag" in named:
        said = "The version of what is shown."
        found.append(
            OpenApiParameter(
                "ETag", type=text, location="header", response=[status], description=said
            )
        )
    return found

"""The description is true: what it promises is asked of the served product.

`make test` asks each operation a few times, always the same; `make api` asks at length and anew.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote, urlsplit

import hypothesis
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

from client.signing import signed_headers
from org import roles
from org import services as org
from org.api.schema import description
from tests import given

LONG = int(os.environ.get("EXAMPLES", "0"))
PROMISES: list[Any] = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
    checks.response_headers_conformance,
]


class Signed(requests.auth.AuthBase):
    """Signs what is really sent."""

    def __init__(self, who: org.NewSecret) -> None:
        self.who = who

    def __call__(self, request: Any) -> Any:
        parts = urlsplit(request.path_url)
        body = request.body or b""
        signed = signed_headers(
            key_id=self.who.key_id,
            secret=self.who.secret,
            method=request.method,
            path=unquote(parts.path),
            query=parts.query,
            body=body.encode() if isinstance(body, str) else body,
        )
        request.headers.update(signed)
        return request


@pytest.fixture
def caller(served: str) -> Iterator[requests.Session]:
    """A program that may everything, in a house where there is something of everything."""
    lot = given.lot("TEA", "L1")
    given.stock("TEA", 50, lot_id=lot)
    given.stock("CUP", 50)
    given.warehouse("WH2")
    given.held("SO-1", "TEA", 3)
    given.held("FZ-1", "CUP", 2, reason="QC")
    who = given.api_client(*roles.API_PERMISSIONS, per_minute=1_000_000, burst=100_000)
    with requests.Session() as session:
        session.auth = Signed(who)
        yield session


def asked(operation: Any, served: str, caller: requests.Session, mode: GenerationMode) -> str:
    """Ask one operation some times; what was not as promised, or empty."""
    refused = [checks.negative_data_rejection] if mode is GenerationMode.NEGATIVE else []
    # A batch with bad items is answered item by item: that is no refusal of the whole.
    many = "'results'" in str(operation.definition.raw["responses"])
    expected = PROMISES + ([] if many else refused)

    @hypothesis.settings(
        max_examples=LONG or 4,
        deadline=None,
        derandomize=not LONG,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @hypothesis.given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: Any) -> None:
        # The session signs; made-up signatures would only show that they are refused.
        for name in [each for each in case.headers or {} if each.lower().startswith("x-api-")]:
            del case.headers[name]
        response = case.call(base_url=served, session=caller)
        case.validate_response(response, checks=expected)

    try:
        ask()
    except hypothesis.errors.Unsatisfiable:
        # It takes nothing that could be wrong.
        assert mode is GenerationMode.NEGATIVE
    except (BaseExceptionGroup, AssertionError) as error:
        why = error.exceptions if isinstance(error, BaseExceptionGroup) else [error]
        return f"{operation.method.upper()} {operation.path} ({mode.name}): {error} {why}"
    return ""


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_every_operation_keeps_what_is_promised(
    served: str, caller: requests.Session, mode: GenerationMode
) -> None:
    schema = schemathesis.openapi.from_dict(description())
    found: list[Any] = list(schema.get_all_operations())
    operations = [each.ok() for each in found]

    broken = [asked(operation, served, caller, mode) for operation in operations]

    assert "\n\n".join(filter(None, broken)) == ""
    assert len(operations) > 45

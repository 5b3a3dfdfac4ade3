"""The description of the API, for programs."""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from org.api.describing import Raw, described
from org.api.endpoints import LET_IN, Endpoint
from org.api.queries import Query
from org.api.schema import description


class Description(Endpoint):
    """What the API takes and gives, in OpenAPI 3.1."""

    permission = LET_IN

    @described("Read this description", answer=Raw({"type": "object"}))
    def get(self, request: Request) -> Response:
        """The same for everybody; what a caller may do is said by their permissions."""
        Query(request, ())
        return Response(description())

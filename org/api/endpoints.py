"""What all endpoints share: who asks, may they, and one shape of errors."""

from __future__ import annotations

from typing import Any, ClassVar

from django.core.exceptions import RequestDataTooBig
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from org.api.callers import Caller, caller_of
from org.api.faults import Fault, Faulty, of_exception
from org.scope import Scope


class Endpoint(APIView):
    """One address. `permission` says what the caller must be allowed; where is their scope."""

    permission: ClassVar[str]
    # The permission is asked below, of any kind of caller; nobody gets in without one.
    permission_classes = ()
    caller: Caller

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Raises NotAuthenticated, PermissionDenied."""
        super().initial(request, *args, **kwargs)
        self.caller = caller_of(request)
        if not self.caller.may(self.permission):
            raise PermissionDenied

    def scope(self) -> Scope:
        """Where the caller may do this."""
        return self.caller.scope(self.permission)

    def handle_exception(self, exc: Exception) -> Response:
        """Every refusal in the same shape; what is no refusal travels on."""
        if isinstance(exc, Faulty):
            return refused(*exc.faults)
        if isinstance(exc, RequestDataTooBig):
            return refused(Fault(code="too_large", status=413))
        fault = of_exception(exc)
        if fault is None:
            raise exc
        answer = refused(fault)
        answer.exception = True
        if fault.status == 401:
            answer["WWW-Authenticate"] = "Session"
        return answer


def refused(*faults: Fault) -> Response:
    """An answer that says what is wrong."""
    answer = Response({"errors": [fault.shown() for fault in faults]}, status=faults[0].status)
    if faults[0].retry_after is not None:
        answer["Retry-After"] = str(faults[0].retry_after)
    return answer

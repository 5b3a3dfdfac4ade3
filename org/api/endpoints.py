"""What all endpoints share: who asks, may they, how often, and one shape of errors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from django.core.exceptions import RequestDataTooBig
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import PermissionDenied
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from org.api.authentication import HouseAuthentication
from org.api.callers import caller_of
from org.api.faults import Fault, Faulty, add_texts, of_exception
from org.api.idempotency import Asked, done_once, fingerprint, key_in
from org.api.limits import Taken, buckets
from org.callers import Program, SignedIn
from org.scope import Scope

# The permission of what anybody may see who was let in.
LET_IN = ""
WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
add_texts(
    {
        "too_many_requests": _("Too many requests. Wait as many seconds as Retry-After says."),
        "people_only": _("Only a person who is signed in may do this."),
    }
)


class AlwaysJson(DefaultContentNegotiation):
    """The answer is JSON, whatever `Accept` or `?format=` say."""

    def select_renderer(
        self, request: Request, renderers: Any, format_suffix: str | None = None
    ) -> Any:
        """The only one there is."""
        return renderers[0], renderers[0].media_type


class Endpoint(APIView):
    """One address. `permission` says what the caller must be allowed; where is their scope.

    A write is done inside `self.once`, which opens the transaction and honours the
    `Idempotency-Key`. `needs_key` is False where nothing is written, or where each command in the
    body carries a key of its own.
    """

    # Empty: whoever was let in; what is shown is their own.
    permission: ClassVar[str]
    # What changing anything here needs, where that is more than looking at it.
    permission_to_change: ClassVar[str] = ""
    needs_key: ClassVar[bool] = True
    authentication_classes = (HouseAuthentication,)
    content_negotiation_class = AlwaysJson
    # The permission is asked below, of any kind of caller; nobody gets in without one.
    permission_classes = ()
    caller: SignedIn | Program
    _key: str = ""
    _asked: str = ""
    _taken: Taken | None = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Raises NotAuthenticated, PermissionDenied, Faulty."""
        super().initial(request, *args, **kwargs)
        self.caller = caller_of(request)
        if isinstance(self.caller, Program):
            self._take_token(self.caller)
        if self.needed != LET_IN and not self.caller.may(self.needed):
            raise PermissionDenied
        self._must_know(request)
        if request.method in WRITES and self.needs_key:
            self._key = key_in(request, required=isinstance(self.caller, Program))
            # Before anybody parses the body: it can be read only once.
            self._asked = fingerprint(request) if self._key else ""

    def _must_know(self, request: Request) -> None:
        """Raises Faulty with unknown_field for a parameter that is not described."""
        method = getattr(self, str(request.method).lower(), None)
        taken: frozenset[str] | None = getattr(method, "takes", None)
        unknown = sorted(set(request.query_params) - taken) if taken is not None else []
        if unknown:
            there = ",".join(sorted(taken or ()))
            raise Faulty(Fault(code="unknown_field", field=unknown[0][:64], there=there))

    def _take_token(self, program: Program) -> None:
        """Raises Faulty with 429 when the program's bucket is empty."""
        client = program.client
        self._taken = buckets().take(
            name=client.key_id, per_minute=client.per_minute, burst=client.burst
        )
        if self._taken is not None and not self._taken.passed:
            raise Faulty(
                Fault(
                    code="too_many_requests",
                    there=client.per_minute,
                    status=429,
                    retry_after=self._taken.wait_s,
                )
            )

    @property
    def needed(self) -> str:
        """The permission that this request needs."""
        changes = self.request.method in WRITES
        return (changes and self.permission_to_change) or self.permission

    def scope(self) -> Scope:
        """Where the caller may do this."""
        return self.caller.scope(self.needed)

    @property
    def asked(self) -> Asked:
        """This write among others of one transaction; see `idempotency.seen_before`."""
        return Asked(self.caller.actor, self._key, self._asked)

    def once(self, work: Callable[[], Response]) -> Response:
        """Do a write in one durable transaction, once for each Idempotency-Key.

        Raises:
            Faulty: in_flight, key_reused, and what the work raises; then nothing is done.
        """
        return done_once(actor=self.caller.actor, key=self._key, fingerprint=self._asked, work=work)

    def handle_exception(self, exc: Exception) -> Response:
        """Every refusal in the same shape; what is no refusal travels on."""
        if isinstance(exc, Faulty):
            answer = refused(*exc.faults)
        elif isinstance(exc, RequestDataTooBig):
            answer = refused(Fault(code="too_large", status=413))
        else:
            fault = of_exception(exc)
            if fault is None:
                raise exc
            answer = refused(fault)
        answer.exception = True
        if answer.status_code == 401:
            answer["WWW-Authenticate"] = "HMAC-SHA256"
        return answer

    def finalize_response(
        self, request: Request, response: Response, *args: Any, **kwargs: Any
    ) -> Response:
        """With what is left of the caller's requests."""
        answer = super().finalize_response(request, response, *args, **kwargs)
        if self._taken is not None:
            answer["RateLimit-Limit"] = str(self._taken.limit)
            answer["RateLimit-Remaining"] = str(self._taken.left)
            answer["RateLimit-Reset"] = str(self._taken.full_s)
        return answer


def refused(*faults: Fault) -> Response:
    """An answer that says what is wrong."""
    answer = Response({"errors": [fault.shown() for fault in faults]}, status=faults[0].status)
    if faults[0].retry_after is not None:
        answer["Retry-After"] = str(faults[0].retry_after)
    return answer

"""What endpoints share on which somebody reports: who it is, one attempt, refusals as faults."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Mapping
from typing import ClassVar

from rest_framework.response import Response

from freeze_rules.services.reports.refusals import SENTENCES, ReportRefused
from org import roles
from org.api.endpoints import Endpoint
from org.api.faults import Fault, Faulty, add_texts
from org.callers import SignedIn
from org.models import Person

add_texts(SENTENCES)
# What an address names; as a field of a body it is only a wrong value.
THINGS = frozenset({"unknown_inspection", "unknown_incident", "unknown_promotion"})
# Not with the freeze as it is now.
CONFLICTS = frozenset({"nothing_to_take"})


class Reporting(Endpoint):
    """An address on which somebody reports."""

    permission = roles.STOCK_VIEW
    # Fields that are called otherwise in the body than by the service.
    fields_outside: ClassVar[Mapping[str, str]] = {}

    def person(self) -> Person:
        """Who answers for it; an approval is given by people only.

        Raises:
            Faulty: people_only.
        """
        if isinstance(self.caller, SignedIn):
            return self.caller.person
        raise Faulty(Fault(code="people_only", status=403))

    def attempt(self) -> str:
        """The key of one attempt at this address, 64 characters; keys of two people never meet."""
        told = self.asked.key or uuid.uuid4().hex
        said = "\n".join((self.request.path, self.caller.actor, told))
        return hashlib.sha256(said.encode()).hexdigest()

    def done(self, work: Callable[[], Response]) -> Response:
        """The write, once; its refusals as faults."""
        try:
            return self.once(work)
        except ReportRefused as refused:
            raise Faulty(self._fault(refused)) from None

    def _fault(self, refused: ReportRefused) -> Fault:
        status = 422
        if refused.code.endswith("_already") or refused.code in CONFLICTS:
            status = 409
        elif refused.code == "not_allowed":
            status = 403
        elif refused.code in THINGS and not refused.field:
            status = 404
        return Fault(
            code=refused.code,
            field=self.fields_outside.get(refused.field, refused.field) or None,
            line=None if refused.line is None else refused.line - 1,
            status=status,
        )

"""What a freeze waits for, for programs; the approval that it waits for, by people."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from rest_framework.request import Request
from rest_framework.response import Response

from freeze_rules.api.reporting import Reporting
from freeze_rules.selectors.evidence import LeafView, evidence_of
from freeze_rules.selectors.unplaced import unplaced_of
from freeze_rules.services import leaf_consent
from freeze_rules.services.proving import SENTENCES, ProofRefused
from inventory import selectors as stock
from inventory import services as inventory
from org import roles
from org.api.describing import described
from org.api.faults import Fault, Faulty, add_texts
from org.api.queries import Query, plain
from org.api.shapes import Field, Shape, text, word
from org.services import approvals

add_texts({f"proof_{code}": said for code, said in SENTENCES.items()})
LEAF = {
    "label": str, "met": bool, "permission": str, "request": str | None,
    "proofs": [{"number": str, "who": str, "at": str, "reference": str}],
}  # fmt: skip
WAITS = {"sentence": str, "regrade": str, "in_no_cell": int, "leaves": [LEAF]}
APPROVAL = Shape(
    (
        Field("permission", word(*roles.PERMISSIONS), required=True, about="Of the leaf."),
        Field(
            "reference", text(120, least=1), required=True,
            about="What the approval rests on, such as the number of a report.",
        ),
        Field("note", text(400)),
    )
)  # fmt: skip
FORBIDDEN = {"same_person", "own_request", "not_asked", "not_allowed"}


class HoldEvidence(Reporting):
    """What a freeze waits for."""

    permission_to_change = roles.APPROVALS_DECIDE

    @described("Show what lets go of a freeze", answer=WAITS, also=(404,))
    def get(self, request: Request, hold_id: int) -> Response:
        """Leaf by leaf: who or what proved it, when, on which paper, and who was asked.

        `in_no_cell`: units that are to get another grade and stay frozen until somebody says, by
        `freezes/<hold>/disposal` with `location`, where they lie.
        """
        Query(request, ())
        if not stock.holds(scope=self.scope(), ids=[hold_id], closed=True):
            raise Http404
        return Response(_waits(hold_id))

    @described(
        "Approve what a freeze waits for",
        body=APPROVAL,
        answer={
            "proof": str | None, "released": bool, "request": str | None, "evidence": WAITS,
        },
        also=(404,),
        example={"permission": "stock.release_safety", "reference": "QC-2026-118"},
    )  # fmt: skip
    def post(self, request: Request, hold_id: int) -> Response:
        """For whoever has the permission of the leaf where the goods are; the evidence comes first.

        Is somebody asked for it already, this decides that request, as its policy wants.
        """
        told, person = APPROVAL.must(request.data), self.person()

        def work() -> Response:
            done = leaf_consent.approve_leaf(
                hold_id=hold_id, permission=told["permission"], person=person,
                reference=told["reference"], note=told.get("note", ""), key=self.attempt(),
            )  # fmt: skip
            return Response(
                {
                    "proof": f"P-{done.proof_id}" if done.proof_id else None,
                    "released": done.released,
                    "request": done.request or None,
                    "evidence": _waits(hold_id),
                }
            )

        try:
            return self.done(work)
        except ProofRefused as refused:
            raise Faulty(_fault(refused)) from None
        except approvals.ApprovalRefused as refused:
            status = 403 if refused.code in FORBIDDEN else 409
            raise Faulty(Fault(code=refused.code, said=str(refused), status=status)) from None
        except inventory.Refused as refused:
            raise Faulty(Fault(code=refused.code, said=str(refused), status=409)) from None


def _fault(refused: ProofRefused) -> Fault:
    status = 409
    if refused.code == "unknown_hold":
        status = 404
    elif refused.code in FORBIDDEN:
        status = 403
    field = "permission" if refused.code == "nothing_to_approve" else None
    return Fault(code=f"proof_{refused.code}", field=field, said=refused.said, status=status)


def _waits(hold_id: int) -> dict[str, Any]:
    evidence, unplaced = evidence_of(hold_id), unplaced_of(hold_id)
    units = unplaced.units if unplaced else 0
    if evidence is None:
        return {"sentence": "", "regrade": "", "in_no_cell": units, "leaves": []}
    said: dict[str, Any] = plain(
        {
            "sentence": evidence.sentence,
            "regrade": evidence.regrade,
            "in_no_cell": units,
            "leaves": [_leaf(each) for each in evidence.leaves],
        }
    )
    return said


def _leaf(leaf: LeafView) -> dict[str, Any]:
    return {
        "label": leaf.label, "met": leaf.met, "permission": leaf.permission,
        "request": leaf.request.number if leaf.request else None,
        "proofs": [
            {
                "number": proof.number, "who": proof.who, "at": proof.at,
                "reference": proof.reference,
            }
            for proof in leaf.proofs
        ],
    }  # fmt: skip

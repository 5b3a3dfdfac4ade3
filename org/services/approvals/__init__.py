"""Consent: `from org.services import approvals`."""

from org.services.approvals.asking import (
    Needed,
    StepAhead,
    ask,
    ask_again,
    has_policy,
    limits_reach,
    needed,
    request_of,
    request_under,
    settle,
    withdraw,
)
from org.services.approvals.deadlines import BATCH, watch_deadlines
from org.services.approvals.deciding import APPROVE, REJECT, Decided, decide, retry, seen_of
from org.services.approvals.delegating import delegate, end_delegation
from org.services.approvals.policies import (
    TRAITS,
    PolicyDraft,
    PolicyWrong,
    StepDraft,
    check_reach,
    save_policy,
    standard_policy,
    switch_policy,
)
from org.services.approvals.refusals import ApprovalRefused
from org.services.approvals.talking import attach, attach_to_request, comment, hand_over

__all__ = [
    "APPROVE",
    "BATCH",
    "REJECT",
    "TRAITS",
    "ApprovalRefused",
    "Decided",
    "Needed",
    "PolicyDraft",
    "PolicyWrong",
    "StepAhead",
    "StepDraft",
    "ask",
    "ask_again",
    "attach",
    "attach_to_request",
    "check_reach",
    "comment",
    "decide",
    "delegate",
    "end_delegation",
    "hand_over",
    "has_policy",
    "limits_reach",
    "needed",
    "request_of",
    "request_under",
    "retry",
    "save_policy",
    "seen_of",
    "settle",
    "standard_policy",
    "switch_policy",
    "watch_deadlines",
    "withdraw",
]

"""Who: units, people, what they do where, and the trail of what was done."""

from org.models.approval_policies import (
    Agreement,
    ApprovalPolicy,
    ApprovalStep,
    Asked,
    Delegation,
)
from org.models.approvals import (
    ApprovalDecision,
    ApprovalEvent,
    ApprovalRequest,
    ApprovalState,
    Attachment,
    RequestStep,
)
from org.models.audit import AuditRecord
from org.models.calendar import CalendarDay
from org.models.clients import (
    ApiAnswer,
    ApiClient,
    ApiNonce,
    ApiSecret,
)
from org.models.history import Revision
from org.models.imports import Import, ImportMapping, ImportRows
from org.models.jobs import (
    Job,
    JobFile,
    JobFilePart,
    JobState,
)
from org.models.lists import Batch, ListSetup, SavedView
from org.models.notices import (
    Notice,
    NoticeBot,
    NoticeChoice,
    NoticeCopy,
    NoticeDelivery,
    NoticeHours,
)
from org.models.people import Assignment, Person, in_force
from org.models.roles import RoleSet
from org.models.seals import AuditBlock, SealReading
from org.models.sign_in import (
    Authenticator,
    Invitation,
    RecoveryCode,
    Session,
)
from org.models.units import Unit

__all__ = [
    "Agreement",
    "ApiAnswer",
    "ApiClient",
    "ApiNonce",
    "ApiSecret",
    "ApprovalDecision",
    "ApprovalEvent",
    "ApprovalPolicy",
    "ApprovalRequest",
    "ApprovalState",
    "ApprovalStep",
    "Asked",
    "Assignment",
    "Attachment",
    "AuditBlock",
    "AuditRecord",
    "Authenticator",
    "Batch",
    "CalendarDay",
    "Delegation",
    "Import",
    "ImportMapping",
    "ImportRows",
    "Invitation",
    "Job",
    "JobFile",
    "JobFilePart",
    "JobState",
    "ListSetup",
    "Notice",
    "NoticeBot",
    "NoticeChoice",
    "NoticeCopy",
    "NoticeDelivery",
    "NoticeHours",
    "Person",
    "RecoveryCode",
    "RequestStep",
    "Revision",
    "RoleSet",
    "SavedView",
    "SealReading",
    "Session",
    "Unit",
    "in_force",
]

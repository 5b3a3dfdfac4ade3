"""Questions about units, people, the audit trail and jobs, one file a family."""

from org.selectors.jobs import JobView, job, job_file, jobs
from org.selectors.lists import (
    BatchView,
    SetupOfList,
    ViewOfList,
    batch,
    roles_of,
    setup_of_list,
    views_of_list,
)
from org.selectors.notices import NoticeView, notices, people_with, unread_notices
from org.selectors.people import UnitView, names_of_actors, scope_of, unit_ids_by_code, units
from org.selectors.seals import BreakView, ChainView, chains, head_gone, head_of_chain, verify
from org.selectors.trail import AuditView, audit_trail

__all__ = [
    "AuditView",
    "BatchView",
    "BreakView",
    "ChainView",
    "JobView",
    "NoticeView",
    "SetupOfList",
    "UnitView",
    "ViewOfList",
    "audit_trail",
    "batch",
    "chains",
    "head_gone",
    "head_of_chain",
    "job",
    "job_file",
    "jobs",
    "names_of_actors",
    "notices",
    "people_with",
    "roles_of",
    "scope_of",
    "setup_of_list",
    "unit_ids_by_code",
    "units",
    "unread_notices",
    "verify",
    "views_of_list",
]

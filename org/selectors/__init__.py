"""Questions about units, people, the audit trail and jobs, one file a family."""

from org.selectors.jobs import JobView, job, job_file, jobs
from org.selectors.notices import NoticeView, notices, people_with, unread_notices
from org.selectors.people import UnitView, names_of_actors, scope_of, unit_ids_by_code, units
from org.selectors.seals import BreakView, ChainView, chains, head_gone, head_of_chain, verify
from org.selectors.trail import AuditView, audit_trail

__all__ = [
    "AuditView",
    "BreakView",
    "ChainView",
    "JobView",
    "NoticeView",
    "UnitView",
    "audit_trail",
    "chains",
    "head_gone",
    "head_of_chain",
    "job",
    "job_file",
    "jobs",
    "names_of_actors",
    "notices",
    "people_with",
    "scope_of",
    "unit_ids_by_code",
    "units",
    "unread_notices",
    "verify",
]

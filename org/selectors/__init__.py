"""Questions about units, people, the audit trail and jobs, one file a family."""

from org.selectors.clients import (
    ClientView,
    KnownClient,
    SecretView,
    client,
    clients,
    known_client,
    scope_of_client,
)
from org.selectors.finding import JobFound, PersonFound, find_jobs, find_people
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
    "ClientView",
    "JobFound",
    "JobView",
    "KnownClient",
    "NoticeView",
    "PersonFound",
    "SecretView",
    "SetupOfList",
    "UnitView",
    "ViewOfList",
    "audit_trail",
    "batch",
    "chains",
    "client",
    "clients",
    "find_jobs",
    "find_people",
    "head_gone",
    "head_of_chain",
    "job",
    "job_file",
    "jobs",
    "known_client",
    "names_of_actors",
    "notices",
    "people_with",
    "roles_of",
    "scope_of",
    "scope_of_client",
    "setup_of_list",
    "unit_ids_by_code",
    "units",
    "unread_notices",
    "verify",
    "views_of_list",
]

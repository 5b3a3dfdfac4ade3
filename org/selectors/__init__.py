"""Questions about units, people, the audit trail and jobs, one file a family."""

from org.selectors.jobs import JobView, job, job_file, jobs
from org.selectors.people import UnitView, names_of_actors, scope_of, unit_ids_by_code, units
from org.selectors.trail import AuditView, audit_trail

__all__ = [
    "AuditView",
    "JobView",
    "UnitView",
    "audit_trail",
    "job",
    "job_file",
    "jobs",
    "names_of_actors",
    "scope_of",
    "unit_ids_by_code",
    "units",
]

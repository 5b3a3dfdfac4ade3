"""What can be done to units and people: `from org import services as org`."""

from org.services.audit import record
from org.services.clients import (
    ClientTrouble,
    ClientWish,
    NewSecret,
    add_client,
    add_secret,
    change_client,
    forget_requests,
    network_of,
    retire_secret,
    revoke_client,
)
from org.services.job_runs import Download, JobTrouble, Step, Work, handler_of, work_on_jobs
from org.services.jobs import UnknownJob, add_job, cancel_job
from org.services.keys import Rotated, fields_with_secrets, rotate_batch
from org.services.lists import ViewRefused, delete_view, save_view, set_up_list
from org.services.notices import MissingWords, notify, read_all_notices, read_notice
from org.services.people import NameTaken, assign, create_person, set_language, unassign
from org.services.sealing import begin_reading, read_on, seal
from org.services.sign_in import SignIn, forget_failures, sign_in, sign_out
from org.services.units import BadParent, CodeTaken, create_unit, rename_unit

__all__ = [
    "BadParent",
    "ClientTrouble",
    "ClientWish",
    "CodeTaken",
    "Download",
    "JobTrouble",
    "MissingWords",
    "NameTaken",
    "NewSecret",
    "Rotated",
    "SignIn",
    "Step",
    "UnknownJob",
    "ViewRefused",
    "Work",
    "add_client",
    "add_job",
    "add_secret",
    "assign",
    "begin_reading",
    "cancel_job",
    "change_client",
    "create_person",
    "create_unit",
    "delete_view",
    "fields_with_secrets",
    "forget_failures",
    "forget_requests",
    "handler_of",
    "network_of",
    "notify",
    "read_all_notices",
    "read_notice",
    "read_on",
    "record",
    "rename_unit",
    "retire_secret",
    "revoke_client",
    "rotate_batch",
    "save_view",
    "seal",
    "set_language",
    "set_up_list",
    "sign_in",
    "sign_out",
    "unassign",
    "work_on_jobs",
]

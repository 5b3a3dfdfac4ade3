"""What can be done to units and people: `from org import services as org`."""

from org.services.audit import record
from org.services.keys import Rotated, fields_with_secrets, rotate_batch
from org.services.people import NameTaken, assign, create_person, set_language, unassign
from org.services.sign_in import SignIn, forget_failures, sign_in, sign_out
from org.services.units import BadParent, CodeTaken, create_unit, rename_unit

__all__ = [
    "BadParent",
    "CodeTaken",
    "NameTaken",
    "Rotated",
    "SignIn",
    "assign",
    "create_person",
    "create_unit",
    "fields_with_secrets",
    "forget_failures",
    "record",
    "rename_unit",
    "rotate_batch",
    "set_language",
    "sign_in",
    "sign_out",
    "unassign",
]

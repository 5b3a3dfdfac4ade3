"""Lists of this room, one file each."""

from freeze_rules.lists.holds import HOLDS, role_of
from freeze_rules.lists.journal import JOURNAL

__all__ = ["HOLDS", "JOURNAL", "role_of"]

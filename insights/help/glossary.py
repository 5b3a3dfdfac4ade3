"""The glossary: what the words on the pages mean, in one line, in both languages.

The lines are data (glossary.tsv), not messages: English and Chinese of a term belong together, and
whoever works on one of them must see the other.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

GROUPS = {
    "stock": _("Stock"),
    "freeze": _("Freezes"),
    "goods": _("Goods"),
    "place": _("Places"),
    "order": _("Orders"),
    "floor": _("Floor"),
    "channel": _("Channels"),
    "people": _("People"),
}


@dataclass(frozen=True)
class Term:
    """A word and its one line, in English and Chinese."""

    code: str
    group: str
    en: str
    en_line: str
    zh: str
    zh_line: str

    @property
    def word(self) -> str:
        """The word in the reader's language."""
        return self.en if _reads_english() else self.zh

    @property
    def line(self) -> str:
        """What it means, in the reader's language."""
        return self.en_line if _reads_english() else self.zh_line

    @property
    def other(self) -> str:
        """The word in the other language, for those who read documents in both."""
        return self.zh if _reads_english() else self.en


def _reads_english() -> bool:
    return (get_language() or "").startswith("en")


@cache
def terms() -> dict[str, Term]:
    """Every term by its code, in the order of the file."""
    path = Path(__file__).with_name("glossary.tsv")
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return {row["code"]: Term(**row) for row in rows}

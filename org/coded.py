"""Refusals with a code for machines and a sentence for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from django.utils.functional import Promise


class CodedRefusal(Exception):
    """A service says no; what a refusal of its kind leaves undone is said by the kind.

    `code` is stable and a key of `sentences`; `str()` is the sentence in the reader's language.
    `field` names what was wrong, where one thing was; empty otherwise.
    """

    sentences: ClassVar[Mapping[str, str | Promise]]

    def __init__(self, code: str, field: str = "") -> None:
        super().__init__(code)
        self.code, self.field = code, field

    def __str__(self) -> str:
        return str(self.sentences[self.code])


class SpokenRefusal(Exception):
    """A service says no in words that whoever raises it chose; `code` is stable."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(code)
        self.code, self.text = code, text

    def __str__(self) -> str:
        return self.text

"""Text from outside: what can be kept, and what a label printer cannot print. Pure."""

from __future__ import annotations

import re
import unicodedata

# Pictures, their modifiers and joiners; rare Chinese characters (plane 2) are none of them.
_EMOJI = re.compile(
    "[\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff\ufe0f\u200d\u20e3\U000e0020-\U000e007f]"
)
# Letters and digits of double width; full-width brackets and commas are ordinary Chinese.
_FULL_WIDTH = re.compile("[\uff10-\uff19\uff21-\uff3a\uff41-\uff5a]")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b\u200e\u200f\u202a-\u202e\ufffd]")
_SURROGATE = re.compile("[\ud800-\udfff]")


def keepable(text: object, limit: int) -> str:
    """The text without what PostgreSQL cannot store (NUL, lone surrogates), at most `limit`."""
    words = _SURROGATE.sub("\ufffd", ("" if text is None else str(text)).replace("\x00", ""))
    return words[:limit]


def oddities(text: str) -> list[str]:
    """What is odd about a text: any of "emoji", "full_width", "control"."""
    kinds = (("emoji", _EMOJI), ("full_width", _FULL_WIDTH), ("control", _CONTROL))
    return [kind for kind, pattern in kinds if pattern.search(text)]


def plain_code(code: str) -> str:
    """A merchant code as it was meant: half width, no blanks around it."""
    return unicodedata.normalize("NFKC", code).strip()

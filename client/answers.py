"""What can come back that is not what was asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Error:
    """One thing that is wrong: a stable code, a sentence, and the place it speaks of."""

    code: str
    message: str
    item: int | None = None
    line: int | None = None
    field: str | None = None
    asked: Any = None
    there: Any = None

    @classmethod
    def of(cls, told: dict[str, Any]) -> Error:
        """Out of JSON; what later versions add is left out."""
        names = ("code", "message", "item", "line", "field", "asked", "there")
        return cls(**{name: told.get(name) for name in names})  # type: ignore[arg-type]


class Refused(Exception):
    """The house said no; nothing was done. `errors` say why, the first is the main one."""

    def __init__(self, status: int, errors: tuple[Error, ...], text: str = "") -> None:
        said = "; ".join(f"{each.code}: {each.message}" for each in errors)
        super().__init__(f"{status} {said or text[:200]}")
        self.status = status
        self.errors = errors

    @property
    def code(self) -> str:
        """The code of the first error; empty when the answer was none of the house."""
        return self.errors[0].code if self.errors else ""


class Unreachable(Exception):
    """No answer after all tries. A write may have been done: send it again under its key."""

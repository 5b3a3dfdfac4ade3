"""One command, one effect: what was answered is kept under the caller's key."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Generic, TypeVar

from wms.models import FloorAnswer
from wms.refusals import FloorRefused

MOST_UNITS = 1_000_000


@dataclass(frozen=True)
class Answer:
    """What the floor says to one command of a batch.

    `code` is "ok" or the refusal's stable code, `message` the sentence of a refusal in the
    reader's language. `data` names what came of it (numbers, counts). `repeated`: the key was
    known with the same content, nothing happened now.
    """

    key: str
    ok: bool
    code: str = "ok"
    message: str = ""
    repeated: bool = False
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Command:
    """Something asked of the floor. `key` names one attempt of one person or machine."""

    key: str

    def fingerprint(self) -> str:
        """What was asked: the arguments without key, clock and person."""
        # An empty list says nothing: commands from before the field existed keep their print.
        said = asdict(self).items()
        parts = {name: value for name, value in said if name != "key" and value != ()}
        text = json.dumps(parts, ensure_ascii=False, sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()


C = TypeVar("C", bound=Command)


class Replies(Generic[C]):
    """Answers of one batch: known commands get theirs again, new ones with an effect are kept.

    Built after the rows the commands work on are locked, so that a resend which waited for the
    first attempt sees its answer. Two statements, whatever the batch.
    """

    def __init__(self, *, verb: str, commands: Sequence[C], who: str) -> None:
        self._verb, self._who = verb, who
        self._commands = list(commands)
        self._prints = [command.fingerprint() for command in commands]
        self._answers: list[Answer | None] = [None] * len(commands)
        # Index of the command that has the key for the first time in this batch.
        self._first: dict[str, int] = {}
        rows = FloorAnswer.objects.filter(key__in=[command.key for command in commands])
        known = {row.key: row for row in rows}
        for index, command in enumerate(commands):
            row, first = known.get(command.key), self._first.setdefault(command.key, index)
            if row and (row.verb, row.fingerprint) == (verb, self._prints[index]):
                self._answers[index] = Answer(
                    command.key, ok=True, code=row.answer["code"],
                    repeated=True, data=row.answer["data"],
                )  # fmt: skip
            elif row or self._prints[first] != self._prints[index]:
                self.refuse(index, FloorRefused("key_reused"))

    def waiting(self) -> Iterator[tuple[int, C]]:
        """The commands to work on, with their index."""
        for index, command in enumerate(self._commands):
            if self._answers[index] is None and self._first[command.key] == index:
                yield index, command

    def accept(self, index: int, **data: Any) -> None:
        """The command had its effect; `data` must survive JSON."""
        self._answers[index] = Answer(self._commands[index].key, ok=True, data=data)

    def refuse(self, index: int, error: Exception) -> None:
        """Say no; nothing is kept, the command may be sent again under the same key."""
        self._answers[index] = Answer(
            self._commands[index].key, ok=False,
            code=str(getattr(error, "code", "refused")), message=str(error),
            data={"params": getattr(error, "params", {})},
        )  # fmt: skip

    def keep(self) -> list[Answer]:
        """Store the new answers that had an effect; give all in the order of the commands."""
        fresh = []
        for index, answer in enumerate(self._answers):
            if answer is None:
                self._answers[index] = self._echo(index)
            elif answer.ok and not answer.repeated:
                fresh.append((index, answer))
        FloorAnswer.objects.bulk_create(
            FloorAnswer(
                key=answer.key, verb=self._verb, fingerprint=self._prints[index],
                answer={"code": answer.code, "data": dict(answer.data)}, who=self._who,
            )
            for index, answer in fresh
        )  # fmt: skip
        return [answer for answer in self._answers if answer is not None]

    def _echo(self, index: int) -> Answer:
        """The answer of the same command earlier in this batch."""
        first = self._answers[self._first[self._commands[index].key]]
        assert first is not None, "Every command that waits is answered."
        return replace(first, repeated=first.ok)

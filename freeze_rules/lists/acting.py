"""Acting on many rows, each for itself: one that cannot be keeps no other from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from org.lists.specs import Answer


def each_for_itself(
    ids: Sequence[int],
    *,
    names: Mapping[int, str],
    act: Callable[[int], bool],
    refused: type[Exception],
) -> list[Answer]:
    """What became of each row.

    Args:
        ids: the rows; taken in one order by everybody, so that two batches wait for each other
            and never for ever.
        names: what each is called in its answer.
        act: does it, inside a savepoint; False when it was so already.
        refused: what `act` raises for a row that cannot be, with a sentence for people.
    """
    answers = []
    for pk in sorted(ids):
        name = names.get(pk, str(pk))
        try:
            with transaction.atomic():
                done = act(pk)
        except refused as why:
            answers.append(Answer(pk, name, False, str(why)))
        else:
            answers.append(Answer(pk, name, done, "" if done else _("It is so already.")))
    return answers

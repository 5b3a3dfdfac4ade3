"""Random plays: in the pure model alone, and through the services on PostgreSQL."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from tests.proving import ground as grounds
from tests.proving.floor import ACTOR, Floor
from tests.proving.judge import Judge, Told
from tests.proving.player import Heard, Player
from tests.proving.sizes import both_checkers

ROUND = 1000


@dataclass
class Played:
    """What came of a play."""

    steps: int = 0
    seconds: float = 0.0
    done: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    choices: Counter[str] = field(default_factory=Counter)
    other_codes: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    again: str = ""


def everything() -> set[type]:
    """The verbs that the ledger has."""
    from inventory.decisions.verbs import VERBS

    return set(VERBS)


# --- the model alone ---


def in_the_model(floor: Floor, *, seed: int, steps: int, verbs: set[type]) -> Played:
    """Play against the model; after every thousand steps each law must hold."""
    played, began = Played(), time.monotonic()
    model = floor.model()
    player = Player(floor, seed=seed, number=0, verbs=verbs)
    numbers = 10_000
    for step in range(1, steps + 1):
        ask = player.ask()
        said = model.do(ask)
        hold_id = None
        if said.claim is not None and not said.repeated:
            numbers += 1
            hold_id = said.claim.number = numbers
            model.by_number[numbers] = said.claim
        if said.code:
            played.refused[said.code] += 1
        elif not said.repeated:
            played.done += 1
            model.note(said.posting or 0, ask, said)
            played.wrong += model.broken(iter(model.touched))
            player.hear(ask, Heard("", hold_id, said.posting))
        if step % ROUND == 0 or step == steps or played.wrong:
            played.wrong += model.broken()
            played.wrong += [f"SKU {sku}: {sum_} made of nothing"
                             for sku, sum_ in model.world_sum().items()]  # fmt: skip
            model.sweep()
            _forget(model)
        if played.wrong:
            played.again = f"python -m tests.proving replay --model --seed {seed} --step {step}"
            break
    played.steps, played.seconds = step, time.monotonic() - began
    return played


def _forget(model: Any) -> None:
    """Old keys and postings are out of every player's reach."""
    for number in list(model.facts)[:-200]:
        del model.facts[number]
    for key in list(model.keys)[:-200]:
        del model.keys[key]
    for number, claim in list(model.by_number.items()):
        if not claim.open:
            del model.by_number[number]


# --- the ledger ---


def answers(player: Player, asks: list[Any], *, seen: int = 0) -> list[Told]:
    """Ask the ledger in one transaction, let the player hear, and write down what was told."""
    from django.db import transaction

    from inventory.ledger import post

    with transaction.atomic():
        outcomes = post(asks, actor=ACTOR)
    told = []
    for ask, outcome in zip(asks, outcomes, strict=True):
        code = outcome.refusal.code if outcome.refusal else ""
        told.append(
            Told(player.number, player.step, ask, code, outcome.hold_id, outcome.posting_id,
                 outcome.repeated, seen)
        )  # fmt: skip
        if not outcome.repeated:
            player.hear(ask, Heard(code, outcome.hold_id, outcome.posting_id))
    return told


class Worker:
    """One player at the services, with its own connection.

    Alone it mostly asks one thing at a time, so that a failure points at it; beside others three
    of ten transactions are batches, as the order desk sends them.
    """

    def __init__(self, player: Player) -> None:
        self.player = player
        self.seen = 0
        self.alone = player.players == 1

    def turn(self) -> list[Told]:
        """One request, sometimes a batch, in one transaction."""
        dice = self.player.dice
        size = 1
        if dice.random() < (0.1 if self.alone else 0.3):
            size = 2 if self.alone else dice.randint(2, 8)
        asks = [self.player.ask() for _ in range(size)]
        told = answers(self.player, asks, seen=self.seen)
        self._note(told)
        return told

    def _note(self, told: list[Told]) -> None:
        """Between which postings an answer was found."""
        if any(one.code for one in told):
            newest = latest()
            for one in told:
                one.until = newest
        self.seen = max([self.seen, *(one.posting_id or 0 for one in told)])


def latest() -> int:
    """The newest posting's number."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(id), 0) FROM inventory_posting")
        return int(cursor.fetchone()[0])


def on_postgres(
    floor: Floor, *, seed: int, steps: int, workers: int, verbs: set[type], step_by_step: bool,
    look_every: int = ROUND,
) -> Played:  # fmt: skip
    """Play through the services in the connected database, a thousand steps at a time.

    After every `look_every` steps both checkers look at everything. Step by step, one worker's
    every answer is judged at once; else all play at the same time.
    """
    from django.db import transaction

    played, began = Played(), time.monotonic()
    judge = Judge(floor.model(), last=latest())
    players = [
        Player(floor, seed=seed, number=number, verbs=verbs, players=workers)
        for number in range(workers)
    ]
    size = 1 if step_by_step else ROUND
    while played.steps < steps and not played.wrong:
        told, players = _round(players, size)
        played.steps += len(told)
        played.done += sum(not one.code and not one.repeated for one in told)
        played.wrong += judge.session(told)
        full = played.steps // look_every != (played.steps - len(told)) // look_every
        if full or played.steps >= steps or played.wrong:
            played.wrong += judge.standing()
            with transaction.atomic():
                found = both_checkers()
            if found:
                played.wrong += [*found, f"found after {told[-1].ask}"]
    played.refused, played.choices = judge.refusals, judge.choices
    played.other_codes = judge.other_codes
    played.seconds = time.monotonic() - began
    if played.wrong:
        steps_of = "--one-by-one" if workers == 1 else f"--workers {workers}"
        played.again = (
            f"python -m tests.proving replay --seed {seed} --step {played.steps} {steps_of}"
        )
    return played


def _round(players: list[Player], size: int) -> tuple[list[Told], list[Player]]:
    """Each player makes its share of the steps: here when it is alone, else in a child."""
    if len(players) == 1:
        return _stint(players[0], size)[0], players
    share = size // len(players)
    name = _database()

    def job(player: Player) -> Any:
        grounds.use(name)
        return _stint(player, share)

    answers = grounds.side_by_side([lambda player=player: job(player) for player in players])  # type: ignore[misc]
    grounds.use(name)
    told = [one for answer in answers for one in answer[0]]
    return told, [answer[1] for answer in answers]


def _database() -> str:
    from django.db import connections

    return str(connections["default"].settings_dict["NAME"])


def _stint(player: Player, steps: int) -> tuple[list[Told], Player]:
    worker = Worker(player)
    worker.seen = latest()
    told: list[Told] = []
    while len(told) < steps:
        told += worker.turn()
    return told, player

"""Planted bugs: each breaks the ledger in one place, in the memory or the database of a test run.

A bug that no longer finds the thing it breaks raises at once, so this list cannot rot unseen.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Bug:
    """What is broken: in the code (`plant`), or in the clone of the database (`sql`)."""

    name: str
    plant: Callable[[], None] | None = None
    sql: str = ""


def _swap(path: str, change: Callable[[Any], Any]) -> None:
    """Replace `module:name` or `module:Class.name` by what `change` makes of it."""
    import importlib

    module, _, name = path.partition(":")
    owner: Any = importlib.import_module(f"inventory.{module}" if module else "inventory")
    *outer, last = name.split(".")
    for part in outer:
        owner = getattr(owner, part)
    setattr(owner, last, change(getattr(owner, last)))


def _nothing(path: str, answer: Any = None) -> Callable[[], None]:
    """The function does nothing."""
    return lambda: _swap(path, lambda _: lambda *_args, **_more: answer)


def _everywhere(paths: tuple[str, ...], answer: Any) -> Callable[[], None]:
    def plant() -> None:
        for path in paths:
            _swap(path, lambda _: lambda *_args, **_more: answer)

    return plant


def _answers(path: str, change: Callable[[Any], Any]) -> Callable[[], None]:
    """The function's answer is changed."""

    def wrap(true: Any) -> Any:
        @functools.wraps(true)
        def other(*args: Any, **more: Any) -> Any:
            return change(true(*args, **more))

        return other

    return lambda: _swap(path, wrap)


def _argument(path: str, at: int, change: Callable[[Any], Any]) -> Callable[[], None]:
    """One argument is changed on its way in."""

    def wrap(true: Any) -> Any:
        @functools.wraps(true)
        def other(*args: Any, **more: Any) -> Any:
            return true(*args[:at], change(args[at]), *args[at + 1 :], **more)

        return other

    return lambda: _swap(path, wrap)


# --- bugs that need more than a line ---


def _no_row_locks() -> None:
    from inventory import loading

    _swap("loading:lock", lambda _: loading.know)


def _locks_in_any_order() -> None:
    """Each balance by itself, in an order that differs from call to call."""

    def wrap(true: Any) -> Any:
        def other(world: Any, ids: list[int]) -> None:
            import random
            import time

            # Not seeded: forked workers would all throw the same dice.
            for number in sorted(ids, reverse=random.SystemRandom().random() < 0.5):
                true(world, [number])
                time.sleep(0.005)

        return other

    _swap("loading:lock", wrap)


def _latest_expiry_first() -> None:
    from inventory.decisions import pin
    from inventory.requests import Strategy

    true: Any = pin.ORDERS[Strategy.FEFO]

    def other(cell: Any) -> Any:
        key = true(cell)
        return (key[0], -key[1].toordinal(), *key[2:])

    pin.ORDERS = {**pin.ORDERS, Strategy.FEFO: other}


def _strongest_first() -> None:
    for module in ("giving_way", "adjust"):
        _answers(f"decisions.{module}:weakest_first", lambda lines: lines[::-1])()


def _available_is_on_hand() -> None:
    from inventory.things import Bal

    Bal.available = property(lambda self: self.on_hand)  # type: ignore[assignment]


def _fingerprint_ignored() -> None:
    from inventory.requests import Request

    Request.fingerprint = lambda self: "1:same"  # type: ignore[method-assign]


def _drawn_units_do_not_go_home() -> None:
    def wrap(_: Any) -> Any:
        def other(world: Any, line: Any, qty: int, state: str) -> None:
            world.claim(line, -qty)
            world.end_claim(line.claim, state)

        return other

    _swap("decisions.release:let_go", wrap)


def _place_claims_follow() -> None:
    from inventory.things import Claim

    true = Claim.__init__

    def other(self: Any, *args: Any, **more: Any) -> None:
        if "binds_to" in more:
            more["binds_to"] = "GOODS"
        true(self, *args, **more)

    Claim.__init__ = other  # type: ignore[method-assign]


def _counted_is_booked_absolutely() -> None:
    def wrap(true: Any) -> Any:
        def other(world: Any, line: Any, cell: Any, displaced: Any) -> None:
            from dataclasses import replace

            true(world, replace(line, qty=line.qty + cell.on_hand), cell, displaced)

        return other

    _swap("decisions.adjust:_book", wrap)


def _function_without(table_function: str, old: str, new: str) -> str:
    """SQL that rewrites a function of the database by replacing a piece of its text."""
    return f"""DO $do$ DECLARE body text; BEGIN
        SELECT pg_get_functiondef('{table_function}'::regproc) INTO body;
        IF position($a${old}$a$ IN body) = 0 THEN RAISE EXCEPTION 'nothing to break'; END IF;
        EXECUTE replace(body, $a${old}$a$, $b${new}$b$); END $do$"""


def _without_constraint(table: str, name: str) -> str:
    return f"ALTER TABLE inventory_{table} DROP CONSTRAINT {name} CASCADE"


def _without_trigger(table: str, name: str) -> str:
    return f"DROP TRIGGER {name} ON inventory_{table}"


SUMS = "inventory_sum_entries"
BUGS: tuple[Bug, ...] = (
    # Locks.
    Bug("balances are read without locking them", _no_row_locks),
    Bug("wide blankets and new cells pass each other", _nothing("loading:lock_blankets")),
    Bug("balances are locked in any order", _locks_in_any_order),
    Bug("a transaction may post twice", _nothing("ledger:_once_per_transaction")),
    # Keys.
    Bug("a known key is not looked up", _nothing("ledger:_earlier", {})),
    Bug("a fingerprint says nothing", _fingerprint_ignored),
    Bug("keys may repeat", sql=_without_constraint("posting", "inventory_posting_key_key")),
    # Sums and signs.
    Bug("goods go the wrong way across the border", _argument("world:World.border", 3,
                                                             lambda qty: -qty)),
    Bug("goods that come are one too many", _argument("world:World.goods", 2,
                                                      lambda qty: qty + (qty > 0))),
    Bug("held units count as available", _available_is_on_hand),
    Bug("a count is booked absolutely", _counted_is_booked_absolutely),
    Bug("entries need not sum to zero",
        sql=_function_without(SUMS, "HAVING sum(on_hand) <> 0", "HAVING false")),
    Bug("balances forget what is held",
        sql=_function_without(SUMS, "held = t.held + d.c", "held = t.held")),
    Bug("the version does not rise",
        sql=_function_without(SUMS, "version = t.version + 1", "version = t.version")),
    # Undoing and filling.
    Bug("blankets do not take what becomes free", _nothing("world:World.fill")),
    Bug("a refused request is not undone", _nothing("world:World.undo")),
    Bug("new cells do not know their blanket", _nothing("world:World.cover")),
    Bug("a lifted blanket stays over its cells", _nothing("decisions.release:uncover")),
    Bug("a narrowed blanket stays over its cells", _nothing("decisions.narrow:uncover")),
    Bug("the weakest blanket is served first",
        _answers("world:by_rank", lambda key: (-key[0], *key[1:]))),
    Bug("closed holds stay open", _nothing("writing:_close_holds")),
    # Who gives way.
    Bug("the strongest give way first", _strongest_first),
    Bug("a loss breaks claims elsewhere but leaves the pins",
        _nothing("decisions.adjust:_empty_pins")),
    Bug("drawn units do not go home", _drawn_units_do_not_go_home),
    Bug("claims of a place travel with the goods", _place_claims_follow),
    # Picking and forbidding.
    Bug("an expired lot is picked",
        _everywhere(("decisions.hold:expired", "decisions.pin:expired"), False)),
    Bug("the latest expiry is picked first", _latest_expiry_first),
    Bug("frozen goods may be picked", _nothing("decisions.pin:pickable", True)),
    Bug("frozen goods may be shipped", _nothing("decisions.ship:must_allow")),
    Bug("scrapping takes promised units", _nothing("decisions.scrap:check_free")),
    Bug("goods come back that never left",
        _nothing("papers:Papers.take_back")),
    Bug("a shipment that came back is reversed too",
        _nothing("decisions.reverse:_check_customer")),
    Bug("on a truck goods belong to nobody", _nothing("ledger:check_trucks")),
    Bug("quantities are not checked",
        _everywhere(tuple(f"decisions.{verb}:check_quantities"
                          for verb in ("hold", "receive", "ship", "move")), None)),
    # Guards of the database.
    Bug("held may exceed what is there",
        sql=_without_constraint("balance", "balance_held_within_on_hand")),
    Bug("pinned may exceed what is there",
        sql=_without_constraint("stock", "cell_pinned_within_on_hand")),
    Bug("a cell may exist twice", sql=_without_constraint("stock", "cell_once")),
    Bug("lines may be negative", sql=_without_constraint("holdline", "line_open_not_negative")),
    Bug("entries may be changed", sql=_without_trigger("entry", "entry_is_final")),
    Bug("postings may be changed", sql=_without_trigger("posting", "posting_is_final")),
    Bug("balances may be written by hand", sql=_without_trigger("balance", "balance_by_entries")),
    Bug("cells may be written by hand", sql=_without_trigger("stock", "cell_by_entries")),
    Bug("holds may be deleted", sql=_without_trigger("hold", "hold_stays")),
    Bug("a cell may lie in another warehouse", sql=_without_trigger("stock", "cell_fits")),
)  # fmt: skip

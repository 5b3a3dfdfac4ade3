"""Numbered pieces go with the goods: each is named once and lies where it is said to lie."""

from __future__ import annotations

from collections.abc import Callable

from inventory.decisions.needs import AnyLine
from inventory.papers import PieceState
from inventory.requests import Refused
from inventory.world import Cell, World

# As long as the column that keeps it.
SERIAL_LENGTH = 64


def named(world: World, line: AnyLine) -> list[PieceState]:
    """The pieces that a line names, as many as its units; none for goods without numbers.

    Raises:
        Refused: wrong_serials; bad_request for numbers of goods that have none.
    """
    if line.sku_id not in world.papers.serial_tracked:
        if line.serials:
            raise Refused("bad_request", field="serials", sku_id=line.sku_id)
        return []
    serials = list(dict.fromkeys(line.serials))
    if len(serials) != len(line.serials) or len(serials) != line.qty:
        twice = [serial for serial in serials if line.serials.count(serial) > 1]
        raise Refused(
            "wrong_serials", sku_id=line.sku_id, asked=line.qty, there=len(serials), twice=twice
        )
    for serial in serials:
        if not isinstance(serial, str) or not 0 < len(serial) <= SERIAL_LENGTH:
            raise Refused("wrong_serials", sku_id=line.sku_id, serial=serial)
    return [world.papers.piece(line.sku_id, serial) for serial in serials]


def carry(world: World, line: AnyLine, source: Cell, target: Cell | str) -> None:
    """The line's pieces leave a cell for another one or an outside code.

    Raises:
        Refused: wrong_serials naming the piece and where it really is.
    """
    for piece in named(world, line):
        check(piece, piece.cell is source)
        world.papers.move(piece, target)


def bring(world: World, line: AnyLine, target: Cell, *, fits: Callable[[PieceState], bool]) -> None:
    """The line's pieces come from outside into a cell, where `fits` lets them.

    Raises:
        Refused: wrong_serials naming the piece and where it really is.
    """
    for piece in named(world, line):
        check(piece, not piece.lies and fits(piece))
        world.papers.move(piece, target)


def check(piece: PieceState, fits: bool) -> None:
    """Raises Refused: wrong_serials, when the piece is elsewhere."""
    if not fits:
        raise Refused("wrong_serials", sku_id=piece.sku_id, serial=piece.serial, there=piece.where)

"""Money in the sandbox is an integer of the smallest unit (fen, cents)."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from sandbox.world.refusals import Refused


def minor(text: object) -> int:
    """``"12.34"`` as 1234.

    Raises:
        Refused: it is not an amount.
    """
    try:
        amount = Decimal(str(text)) * 100
        return int(amount.quantize(Decimal(1), ROUND_HALF_UP))
    except (InvalidOperation, ValueError) as wrong:
        raise Refused("bad_amount", f"{text!r} is not an amount of money") from wrong


def rough(value: object) -> int:
    """An amount out of a foreign payload; 0 for what is none."""
    try:
        return minor(value)
    except Refused:
        return 0


def major(amount: int) -> str:
    """1234 as ``"12.34"``."""
    sign = "-" if amount < 0 else ""
    whole, rest = divmod(abs(amount), 100)
    return f"{sign}{whole}.{rest:02d}"


def whole(value: object) -> int:
    """A whole number out of a foreign payload; 0 for what is none."""
    try:
        return int(str(value))
    except ValueError:
        return 0

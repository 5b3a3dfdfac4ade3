"""How the world says no: one exception for what the control API answers, one for what a platform
answers.
"""

from __future__ import annotations


class Refused(Exception):
    """The world will not do this. ``code`` is stable, ``message`` is for people."""

    def __init__(self, code: str, message: str, *, status: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status


class SoldOut(Refused):
    """The stock figure does not cover the sale."""

    def __init__(self, sku: str, *, wanted: int, figure: int) -> None:
        super().__init__("sold_out", f"{sku}: {wanted} wanted, the figure is {figure}", status=409)


class NotListed(Refused):
    """The shop does not offer this SKU."""

    def __init__(self, sku: str) -> None:
        super().__init__("not_listed", f"{sku} is not listed in this shop", status=409)

"""Names for the codes that rows of the ledger carry."""

from __future__ import annotations

from collections.abc import Iterable

from inventory import selectors as stock
from inventory.models.books import Grade, Outside
from org.scope import Scope


def house_names(scope: Scope) -> dict[int, str]:
    """Names of all warehouses in the scope, closed ones too. One statement."""
    return {house.id: house.name for house in stock.warehouses(scope=scope, active=False)}


def grade_name(grade: str) -> str:
    """The grade in the reader's language."""
    return str(dict(Grade.choices).get(grade, grade))


def odd_grade(grade: str) -> str:
    """The grade's name when the goods are not simply good; else nothing."""
    return "" if grade == Grade.ZP else grade_name(grade)


def sku_names(ids: Iterable[int]) -> dict[int, str]:
    """Names of SKUs by id."""
    return {pk: view.name for pk, view in stock.skus(ids).items()}


def outside_name(code: str) -> str:
    """Where goods are that lie in no warehouse, in the reader's language."""
    return str(dict(Outside.choices).get(code, code))

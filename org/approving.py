"""What an approval is about, in the words of whoever asks for it.

A room above registers a kind in `settings.APPROVALS` ("code" -> "module:NAME" of an
`ApprovalKind`); the engine knows requests, people and steps, and nothing of stock or prices.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from functools import cache
from typing import Any, Protocol

from django.conf import settings
from django.utils.functional import Promise
from django.utils.module_loading import import_string

from org.coded import SpokenRefusal

Payload = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Change:
    """One thing that would change: what, where, and its quantity before and after.

    `after` None says that it is all that is left, such as the whole of a freeze.
    """

    what: str
    where: str = ""
    code: str = ""
    before: int | None = None
    after: int | None = None
    unit_name: str = ""
    url: str = ""

    @property
    def by(self) -> int | None:
        """The difference, when both ends are known."""
        return None if self.before is None or self.after is None else self.after - self.before


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What a request means now; words in it are codes and names, never sentences.

    `amount` is money in the company's currency, `qty` base units; both are sizes, never negative:
    limits of policies are compared with them. So are, of kinds that say it, `share_pct`, the
    largest part of one SKU's stock, and `skus` and `places`, how many SKUs and warehouses it
    reaches together with what the same person did in the hour before. `impact` are figures under
    codes that the kind's `words` name in the reader's language.
    """

    subject: str
    amount: Decimal = Decimal(0)
    qty: int = 0
    share_pct: Decimal = Decimal(0)
    skus: int = 0
    places: int = 0
    traits: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()
    impact: tuple[tuple[str, int | str], ...] = ()
    # Where more is explained: (code of the kind's words, address).
    links: tuple[tuple[str, str], ...] = ()

    def as_json(self) -> dict[str, Any]:
        """To be kept with the request, as it was when it was asked."""
        return asdict(self) | {"amount": str(self.amount), "share_pct": str(self.share_pct)}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Facts:
        """What `as_json` kept."""
        return cls(
            subject=kept["subject"],
            amount=Decimal(kept["amount"]),
            qty=kept["qty"],
            share_pct=Decimal(kept.get("share_pct", 0)),
            skus=kept.get("skus", 0),
            places=kept.get("places", 0),
            traits=tuple(kept["traits"]),
            changes=tuple(Change(**each) for each in kept["changes"]),
            impact=tuple((code, value) for code, value in kept["impact"]),
            links=tuple((code, url) for code, url in kept["links"]),
        )


class Somebody(Protocol):
    """A person, as far as kinds need one."""

    pk: int

    @property
    def actor(self) -> str:
        """How the ledger and the trail name them."""
        ...


@dataclass(frozen=True, kw_only=True)
class Granted:
    """An approval that is complete: who asked, who agreed, and the key under which it is done.

    `key` is the same for every try, so that what was done once is not done again.
    """

    number: str
    key: str
    maker: Any
    deciders: tuple[Any, ...]


@dataclass(frozen=True, kw_only=True)
class ApprovalKind:
    """One kind of action that may need somebody's consent.

    `fingerprint` hashes what the action would do to the world as it stands; when it differs from
    that of the submission, whoever agreed agreed to something else. With `lock` it locks what it
    reads until the transaction ends. `apply` does it, gives the document it was booked under, and
    raises `CannotApply`; it joins the transaction of the last decision.
    """

    code: str
    name: str | Promise
    # What whoever asks must be allowed to do.
    permission: str
    summarize: Callable[[Payload], Facts]
    fingerprint: Callable[[Payload, bool], str]
    apply: Callable[[Payload, Granted], str]
    # Codes of facts (traits, impact, links, "before", "after") in the reader's language.
    words: Mapping[str, str | Promise] = field(default_factory=dict)
    # Its facts say share, SKUs and warehouses, so policies may have limits of them.
    says_reach: bool = False

    def word(self, code: str) -> str:
        """A code of the facts in the reader's language."""
        return str(self.words.get(code, code))


class CannotApply(SpokenRefusal):
    """It was approved and cannot be done. `code` is stable, the text is for people."""


class UnknownKind(LookupError):
    """No room has registered a kind of this code."""

    code = "unknown_kind"


@cache
def _resolve(path: str) -> ApprovalKind:
    found: ApprovalKind = import_string(path.replace(":", "."))
    return found


def kind_of(code: str) -> ApprovalKind:
    """The kind of this code.

    Raises:
        UnknownKind: not in `settings.APPROVALS`.
    """
    path = settings.APPROVALS.get(code)
    if path is None:
        raise UnknownKind(code)
    return _resolve(path)


def kinds() -> list[ApprovalKind]:
    """Every kind, in the order of the settings."""
    return [_resolve(path) for path in settings.APPROVALS.values()]

"""What a decision tells besides its drafts."""

from __future__ import annotations

from dataclasses import dataclass, field

from inventory.decisions.giving_way import Displaced
from inventory.things import Claim


@dataclass(frozen=True, slots=True)
class Answer:
    """The new claim, if there is one, and the documents that lost units."""

    claim: Claim | None = None
    displaced: Displaced = field(default_factory=dict)

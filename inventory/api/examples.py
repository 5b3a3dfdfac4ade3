"""A few words and a body for each command, for the published description."""

from __future__ import annotations

from typing import Any

TEA = {"sku": "TEA", "qty": 2}
PLACED = {**TEA, "location": "A-01"}
SAYING: dict[str, tuple[str, dict[str, Any]]] = {
    "receive": ("Receive goods", {"warehouse": "WH1", "location": "A-01", "lines": [TEA]}),
    "move": (
        "Move goods between places",
        {
            "warehouse": "WH1",
            "lines": [{**TEA, "from_location": "A-01", "to_location": "PACK"}],
        },
    ),
    "transfer-out": (
        "Send goods to another warehouse",
        {"warehouse": "WH1", "to_warehouse": "WH2", "lines": [PLACED]},
    ),
    "transfer-in": (
        "Take in what another warehouse sent",
        {"warehouse": "WH2", "location": "A-01", "lines": [TEA]},
    ),
    "hold": (
        "Claim or freeze stock",
        {"warehouse": "WH1", "reason": "ORDER", "lines": [TEA]},
    ),
    "pin": ("Settle which cells a claim takes from", {"warehouse": "WH1", "strategy": "FEFO"}),
    "unpin": ("Let a claim's units go from their cells", {"warehouse": "WH1"}),
    "swap": (
        "Exchange the cells of two claims",
        {
            "warehouse": "WH1", "sku": "TEA", "qty": 1, "from_location": "A-01",
            "to_location": "A-02",
        },
    ),
    "release": ("Release a claim", {"hold": "H-12"}),
    "convert": ("Turn a claim into another", {"hold": "H-12", "reason": "DAMAGE"}),
    "narrow": ("Make a claim smaller", {"hold": "H-12", "fixed": True}),
    "displace": ("Take units from lower claims", {"warehouse": "WH1", "lines": [TEA]}),
    "ship": ("Ship what a document claims", {"lines": [TEA]}),
    "adjust": (
        "Book what a count found",
        {
            "warehouse": "WH1", "location": "A-01", "counted": [{"sku": "TEA", "qty": 41}],
            "why": "Cycle count",
        },
    ),
    "regrade": (
        "Change the grade of units",
        {
            "warehouse": "WH1", "why": "Dented box",
            "lines": [{**PLACED, "from_grade": "ZP", "to_grade": "CC"}],
        },
    ),
    "scrap": ("Take units out of the books", {"warehouse": "WH1", "lines": [PLACED], "why": "Wet"}),
    "return": (
        "Take back what was shipped",
        {
            "warehouse": "WH1", "location": "RCV", "lines": [TEA],
            "shipped_document": "SO-1042",
        },
    ),
    "reverse": ("Undo a posting by its opposite", {"posting": 1042, "why": "Booked twice"}),
}  # fmt: skip


def example_of(verb: str) -> dict[str, Any]:
    """A whole body of the command."""
    return {"key": "erp-2026-0001", "document": "DOC-1", **SAYING[verb][1]}

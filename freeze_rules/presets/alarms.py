"""Alarms: a leak, a supplier nobody trusts any more, a recall that others tell of."""

from django.utils.translation import gettext_lazy as _

from freeze_rules.presets.shape import ALWAYS, Preset, Tried

LEAK = Preset(
    code="leak",
    name=_("Leak in a zone"),
    about=_(
        "A leak is reported: everything in that zone is frozen, also what is put there later. "
        "When it is mended and reported so, the zone is free again."
    ),
    definition={
        "trigger": "leak.reported",
        "condition": ALWAYS,
        "scope": "zone",
        "quantity": {"all": True},
        "reason": "LEAK",
        "policy": "DISPLACE",
        "release": {"proof": "leak.mended"},
        "lease": {"review_days": 2, "next": "AWAIT"},
    },
    cases=(Tried(name=_("Water at the wall"), given={"event.severity": "HIGH"}, expected=None),),
)
SUPPLIER = Preset(
    code="supplier-blocked",
    name=_("Blocked supplier"),
    about=_(
        "When a supplier is blocked, all its lots are frozen in all warehouses, and those that "
        "still arrive. When it is allowed again, they are for sale."
    ),
    definition={
        "trigger": "supplier.blocked",
        "condition": {"fact": "event.supplier", "is": "known"},
        "scope": "supplier",
        "quantity": {"all": True},
        "reason": "SUPPLIER",
        "policy": "DISPLACE",
        "release": {"proof": "supplier.cleared"},
        "lease": {"review_days": 7, "next": "AWAIT"},
    },
    cases=(
        Tried(name=_("A supplier is blocked"), given={"event.supplier": "S"}, expected=None),
        Tried(name=_("Nobody knows who"), expected=0),
    ),
)
RECALL = Preset(
    code="recall-notice",
    name=_("Recall notice"),
    about=_(
        "A supplier's or an authority's program tells of a recall: the named lots are frozen "
        "everywhere at once. The recall page then finds where the goods went. The supervisor "
        "lets go of them after an inspection."
    ),
    definition={
        "trigger": "external",
        "condition": {"fact": "event.external", "is": "=", "value": "recall"},
        "scope": "lot",
        "quantity": {"all": True},
        "reason": "RECALL",
        "policy": "DISPLACE",
        "release": {
            "all": [{"proof": "inspection.passed"}, {"approval": "stock.release_safety"}]
        },
        "lease": {"review_days": 1, "next": "INSPECT"},
    },
    priority=100,
    cases=(
        Tried(name=_("A recall"), given={"event.external": "recall"}, expected=None),
        Tried(name=_("Some other event"), given={"event.external": "weather"}, expected=0),
    ),
)  # fmt: skip

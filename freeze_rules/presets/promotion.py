"""Promotion reserve: units that only a promotion's orders may take, while it lasts."""

from django.utils.translation import gettext_lazy as _

from freeze_rules.presets.shape import ALWAYS, Preset, Tried

RESERVE = Preset(
    code="promotion-reserve",
    name=_("Promotion reserve"),
    about=_(
        "When a promotion opens, its units are set aside for its shops. Its orders draw from "
        "them; whatever is left when it closes is for everybody again, at that minute."
    ),
    definition={
        "trigger": "promotion.opened",
        "condition": ALWAYS,
        # One claim a SKU: one that was sold out meanwhile does not spoil the others.
        "scope": "goods",
        "quantity": {"event": True},
        "reason": "PROMOTION",
        "policy": "FREE_ONLY",
        "release": {"proof": "promotion.closed"},
        "lease": {"expires": {"at": "event.ends_at"}},
    },
    cases=(Tried(name=_("Forty set aside"), qty=40, expected=40),),
)

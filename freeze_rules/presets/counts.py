"""Counts: what is being counted is not sold meanwhile."""

from django.utils.translation import gettext_lazy as _

from freeze_rules.presets.shape import ALWAYS, Preset, Tried

COUNTED = Preset(
    code="count-hold",
    name=_("Goods being counted"),
    about=_(
        "Somebody begins to count a place: what is free there is not for sale until the count is "
        "booked or given up, also what is put there meanwhile. Units that were promised before "
        "stay with their orders. While a difference waits for a lead, it stays frozen."
    ),
    definition={
        "trigger": "count.started",
        "condition": ALWAYS,
        "scope": "location",
        "quantity": {"all": True},
        "reason": "RULE",
        "policy": "FREE_ONLY",
        "release": {"proof": "count.finished"},
        "lease": {"review_days": 1, "next": "AWAIT"},
    },
    cases=(Tried(name=_("A place is counted"), expected=None),),
)

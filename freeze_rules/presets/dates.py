"""Dates: shelf life that runs out, deliveries that come too late."""

from django.utils.translation import gettext_lazy as _

from freeze_rules.presets.shape import BY_INSPECTION, INSPECTED, Knob, Preset, Tried

_DAYS_LEFT = "lot.days_left"
NEAR_EXPIRY = Preset(
    code="near-expiry",
    name=_("Short shelf life"),
    about=_(
        "Every night, whenever a lot comes in and whenever a date is changed: lots with less than "
        "30 days left are frozen and stand on the clearance list. A promotion may take them over; "
        "then the freeze becomes its reserve. Otherwise a person decides whether they go back, are "
        "given away or scrapped."
    ),
    definition={
        "trigger": "lot.expiring",
        "condition": {
            "all": [
                {"fact": _DAYS_LEFT, "is": "<", "value": {"param": "days"}},
                {"fact": _DAYS_LEFT, "is": ">=", "value": 0},
            ]
        },
        "scope": "lot",
        "quantity": {"all": True},
        "reason": "NEAR_EXPIRY",
        "policy": "LET_FINISH",
        "lease": {"review_days": 7, "next": "CLEAR"},
        "cron": "10 3 * * *",
    },
    knobs=(Knob(name="days", label=_("Days left"), value=30),),
    cases=(
        Tried(name=_("29 days left"), given={_DAYS_LEFT: 29}, expected=None),
        Tried(name=_("30 days left"), given={_DAYS_LEFT: 30}, expected=0),
        Tried(name=_("Expired already"), given={_DAYS_LEFT: -1}, expected=0),
    ),
)
LATE = Preset(
    code="late-receipt",
    name=_("Late delivery"),
    about=_(
        "Goods that arrive later than announced are frozen until they are inspected: that lot "
        "only, what lay here before stays for sale."
    ),
    definition={
        "trigger": "receipt.late",
        "condition": {"fact": "event.days", "is": ">=", "value": {"param": "days"}},
        "scope": "lot",
        "quantity": {"all": True},
        "reason": "QC",
        "policy": "DISPLACE",
        "release": INSPECTED,
        "dispositions": [*BY_INSPECTION],
        "lease": {"review_days": 3, "next": "INSPECT"},
    },
    knobs=(Knob(name="days", label=_("Days late"), value=2),),
    cases=(
        Tried(name=_("Two days late"), given={"event.days": 2}, expected=None),
        Tried(name=_("A day late"), given={"event.days": 1}, expected=0),
    ),
)

"""Climate: what was too warm or lay in the light is inspected before it is sold."""

from django.utils.translation import gettext_lazy as _

from freeze_rules.presets.shape import BY_INSPECTION, INSPECTED, Knob, Preset, Tried

COLD_CHAIN = Preset(
    code="cold-chain",
    name=_("Broken cold chain"),
    about=_(
        "Chilled or frozen goods that stood out of their range for long enough are frozen, also "
        "those that have been moved since. An inspection lets go of them. For sensors of the "
        "house the bounds of the zone do this; this rule is for loggers of carriers and others "
        "that tell through the API."
    ),
    definition={
        "trigger": "sensor.excursion",
        "condition": {
            "all": [
                {"fact": "sku.temperature", "is": "in", "value": ["COOL", "CHILLED", "FROZEN"]},
                {"fact": "event.minutes", "is": ">=", "value": {"param": "minutes"}},
            ]
        },
        "scope": "goods",
        "quantity": {"all": True},
        "reason": "COLD_CHAIN",
        "policy": "DISPLACE",
        "release": INSPECTED,
        "dispositions": [*BY_INSPECTION],
        "lease": {"review_days": 1, "next": "INSPECT"},
    },
    knobs=(Knob(name="minutes", label=_("Minutes out of range"), value=30),),
    cases=(
        Tried(
            name=_("Chilled goods, 45 minutes"),
            given={"sku.temperature": "CHILLED", "event.minutes": 45}, expected=None,
        ),
        Tried(
            name=_("Chilled goods, the door stood open"),
            given={"sku.temperature": "CHILLED", "event.minutes": 5}, expected=0,
        ),
        Tried(
            name=_("Goods that do not mind"),
            given={"sku.temperature": "AMBIENT", "event.minutes": 45}, expected=0,
        ),
    ),
)  # fmt: skip
LIGHT = Preset(
    code="light",
    name=_("Too much light"),
    about=_(
        "Goods that are sensitive to light are frozen when they got more than their dose of it. "
        "An inspection lets go of them."
    ),
    definition={
        "trigger": "sensor.excursion",
        "condition": {
            "all": [
                {"fact": "sku.light_sensitive", "is": "=", "value": True},
                {"fact": "event.dose", "is": ">=", "value": {"param": "lux_hours"}},
            ]
        },
        "scope": "goods",
        "quantity": {"all": True},
        "reason": "LIGHT",
        "policy": "DISPLACE",
        "release": INSPECTED,
        "dispositions": [*BY_INSPECTION],
        "lease": {"review_days": 2, "next": "INSPECT"},
    },
    knobs=(Knob(name="lux_hours", label=_("Lux-hours"), value=2_000),),
    cases=(
        Tried(
            name=_("A morning in the sun"),
            given={"sku.light_sensitive": True, "event.dose": 40_000}, expected=None,
        ),
        Tried(
            name=_("A lamp for a moment"),
            given={"sku.light_sensitive": True, "event.dose": 100}, expected=0,
        ),
        Tried(
            name=_("Goods that do not mind the sun"),
            given={"sku.light_sensitive": False, "event.dose": 40_000}, expected=0,
        ),
    ),
)  # fmt: skip

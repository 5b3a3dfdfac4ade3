"""Customs: nothing is sold before it is cleared."""

from django.utils.translation import gettext_lazy as _

from freeze_rules.presets.shape import Preset, Tried

_CLEARED = {"proof": "customs.cleared"}
_STATE = "event.customs"
INSPECTING = Preset(
    code="customs-inspection",
    name=_("Under customs inspection"),
    about=_(
        "A lot that customs inspect or refuse is frozen wherever it lies. When customs clear it, "
        "it is for sale by itself; the freeze shows the declaration."
    ),
    definition={
        "trigger": "customs.changed",
        "condition": {"fact": _STATE, "is": "in", "value": ["INSPECTING", "REFUSED"]},
        "scope": "lot",
        "quantity": {"all": True},
        "reason": "CUSTOMS",
        "policy": "DISPLACE",
        "release": _CLEARED,
        "lease": {"review_days": 3, "next": "AWAIT"},
    },
    cases=(
        Tried(name=_("An inspection begins"), given={_STATE: "INSPECTING"}, expected=None),
        Tried(name=_("The lot is cleared"), given={_STATE: "CLEARED"}, expected=0),
    ),
)
ARRIVED = Preset(
    code="arrived-not-cleared",
    name=_("Arrived, not cleared"),
    about=_(
        "Imported goods that have arrived and are not cleared yet are frozen from the first "
        "minute until customs clear them."
    ),
    definition={
        "trigger": "shipment.arrived",
        "condition": {"fact": _STATE, "is": "in", "value": ["NOT_CLEARED", "INSPECTING"]},
        "scope": "lot",
        "quantity": {"all": True},
        "reason": "NOT_CLEARED",
        "policy": "DISPLACE",
        "release": _CLEARED,
        "lease": {"review_days": 3, "next": "AWAIT"},
    },
    cases=(
        Tried(name=_("Arrived, not cleared"), given={_STATE: "NOT_CLEARED"}, expected=None),
        Tried(name=_("Cleared before it arrived"), given={_STATE: "CLEARED"}, expected=0),
    ),
)
BONDED = Preset(
    code="bonded",
    name=_("In a bonded warehouse"),
    about=_(
        "What is received in a bonded warehouse and is not cleared may be kept there and not "
        "sold. Clearing the lot lets go of it."
    ),
    definition={
        "trigger": "goods.received",
        "condition": {
            "all": [
                {"fact": "warehouse.kind", "is": "=", "value": "BONDED"},
                {"fact": "lot.customs", "is": "in", "value": ["NOT_CLEARED", "INSPECTING"]},
            ]
        },
        "scope": "lot",
        "quantity": {"all": True},
        "reason": "CUSTOMS",
        "policy": "DISPLACE",
        "release": _CLEARED,
        "lease": {"review_days": 30, "next": "AWAIT"},
    },
    cases=(
        Tried(
            name=_("An uncleared lot in the bonded warehouse"),
            given={"warehouse.kind": "BONDED", "lot.customs": "NOT_CLEARED"}, expected=None,
        ),
        Tried(
            name=_("The same lot in another warehouse"),
            given={"warehouse.kind": "CENTRAL", "lot.customs": "NOT_CLEARED"}, expected=0,
        ),
    ),
)  # fmt: skip

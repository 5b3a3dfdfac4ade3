"""Quality: inspected before they are sold, mended before they are sold again."""

from django.utils.translation import gettext_lazy as _

from freeze_rules.presets.shape import BY_INSPECTION, INSPECTED, Knob, Preset, Tried

RECEIVED = Preset(
    code="receive-qc",
    name=_("Received goods wait for inspection"),
    about=_(
        "The whole lot is frozen when it is received, while a sample of it is inspected. Passed: "
        "it is for sale. Failed: it becomes a defect. Passed in part: so many units are for sale, "
        "the others become defects."
    ),
    definition={
        "trigger": "goods.received",
        "condition": {
            "all": [
                {"fact": "sku.lot_tracked", "is": "=", "value": True},
                {
                    "any": [
                        {"fact": "sku.shelf_life_days", "is": "<=",
                         "value": {"param": "shelf_life"}},
                        {"fact": "sku.shelf_life_days", "is": "unknown"},
                    ]
                },
            ]
        },
        "scope": "lot",
        "quantity": {"all": True},
        "reason": "QC",
        "policy": "DISPLACE",
        "release": INSPECTED,
        "dispositions": [*BY_INSPECTION],
        "lease": {"review_days": 3, "next": "INSPECT"},
    },
    knobs=(
        Knob(name="shelf_life", label=_("Longest shelf life that is inspected"), value=3_660),
    ),
    cases=(
        Tried(
            name=_("A lot arrives"),
            given={"sku.lot_tracked": True, "sku.shelf_life_days": 45}, expected=None,
        ),
        Tried(
            name=_("A lot that never expires arrives"), given={"sku.lot_tracked": True},
            expected=None,
        ),
        Tried(
            name=_("A lot that keeps longer than that arrives"),
            given={"sku.lot_tracked": True, "sku.shelf_life_days": 9_999}, expected=0,
        ),
        Tried(
            name=_("Goods without lots arrive"),
            given={"sku.lot_tracked": False, "sku.shelf_life_days": 45}, expected=0,
        ),
    ),
)  # fmt: skip
DEFECTS = Preset(
    code="defects",
    name=_("Defective goods"),
    about=_(
        "What comes back defective is frozen. It returns in this order only: the repair is done, "
        "a new inspection has passed and its report is attached, the warehouse supervisor agrees. "
        "With that consent the units become good and are for sale, in one step. There is no "
        "consent without the inspection."
    ),
    definition={
        "trigger": "return.received",
        "condition": {"fact": "cell.grade", "is": "in", "value": ["CC", "JS", "XS"]},
        "scope": "goods",
        "quantity": {"event": True},
        "reason": "DEFECT",
        "policy": "FREE_ONLY",
        "release": {
            "all": [
                {"proof": "repair.done"},
                INSPECTED,
                {"approval": "stock.release_safety"},
            ]
        },
        "regrade": "ZP",
        "lease": {"review_days": 14, "next": "REWORK"},
    },
    cases=(
        Tried(name=_("A broken one comes back"), given={"cell.grade": "CC"}, qty=3, expected=3),
        Tried(name=_("A good one comes back"), given={"cell.grade": "ZP"}, qty=3, expected=0),
    ),
)
DAMAGE = Preset(
    code="damaged-part",
    name=_("Damaged part of a lot"),
    about=_(
        "Somebody reports so many damaged units at a place: exactly these are frozen there, the "
        "rest of the lot stays for sale. An inspection gives back what is sound; what is not "
        "becomes a defect."
    ),
    definition={
        "trigger": "damage.reported",
        "condition": {"fact": "event.qty", "is": ">=", "value": 1},
        "scope": "goods",
        "quantity": {"event": True},
        "reason": "DAMAGE",
        "policy": "DISPLACE",
        "release": INSPECTED,
        "dispositions": [*BY_INSPECTION],
        "lease": {"review_days": 7, "next": "INSPECT"},
    },
    cases=(Tried(name=_("100 of 1,000 cartons"), qty=100, expected=100),),
)

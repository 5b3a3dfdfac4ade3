"""Order lock: what a buyer paid for is kept for that order until it leaves or is cancelled."""

from django.utils.translation import gettext_lazy as _

from freeze_rules.presets.shape import ALWAYS, Knob, Preset, Tried

_LOCK = {
    "scope": "order",
    "quantity": {"event": True},
    "reason": "ORDER_LOCK",
    "policy": "FREE_ONLY",
    "follows": True,
}
PAID = Preset(
    code="order-lock",
    name=_("Order lock"),
    about=_(
        "A paid order keeps its units at once, also while something about it still has to be "
        "cleared up. The claim follows changes of the order; units that the order itself holds "
        "are not taken twice. A cancelled order's units are for sale again within a second."
    ),
    definition={
        "trigger": "order.paid",
        "condition": ALWAYS,
        **_LOCK,
        "release": {"any": [{"proof": "order.cancelled"}, {"proof": "order.shipped"}]},
    },
    cases=(Tried(name=_("A paid order of five"), qty=5, expected=5),),
)
PLACED = Preset(
    code="unpaid-order-lock",
    name=_("Lock of unpaid orders"),
    about=_(
        "An order that is placed and not paid keeps its units for half an hour. Payment hands "
        "them on to the order, cancelling gives them back, and so does the clock."
    ),
    definition={
        "trigger": "order.placed",
        "condition": {
            "all": [
                {"fact": "event.paid", "is": "=", "value": False},
                {"fact": "event.qty", "is": "<=", "value": {"param": "most"}},
            ]
        },
        **_LOCK,
        "lease": {"expires": {"minutes": 30}},
        "release": {"any": [{"proof": "order.cancelled"}, {"proof": "order.shipped"}]},
    },
    knobs=(Knob(name="most", label=_("Most units of one SKU"), value=20),),
    cases=(
        Tried(
            name=_("An unpaid order of two"), given={"event.paid": False}, qty=2, expected=2
        ),
        Tried(name=_("A paid one"), given={"event.paid": True}, qty=2, expected=0),
        Tried(
            name=_("Somebody who empties the shelf"), given={"event.paid": False}, qty=500,
            expected=0,
        ),
    ),
)  # fmt: skip

"""Every law of stock. Numbers are those of the invariants A to J that touch stock; B14 and on
are the laws of claims that only this house has (design section 4).
"""

from inventory.selectors.laws.blankets import BLANKET_LAWS
from inventory.selectors.laws.claims import CLAIM_LAWS
from inventory.selectors.laws.goods import GOODS_LAWS
from inventory.selectors.laws.history import HISTORY_LAWS
from inventory.selectors.laws.law import Guard, Kept, Law
from inventory.selectors.laws.movements import MOVEMENT_LAWS
from inventory.selectors.laws.records import RECORD_LAWS

LAWS: tuple[Law, ...] = (
    *GOODS_LAWS,
    *MOVEMENT_LAWS,
    *CLAIM_LAWS,
    *BLANKET_LAWS,
    *RECORD_LAWS,
    *HISTORY_LAWS,
)
NAMES = {law.code: law.name for law in LAWS}

__all__ = ["LAWS", "NAMES", "Guard", "Kept", "Law"]

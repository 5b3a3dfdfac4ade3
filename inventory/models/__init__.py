from inventory.models.books import Balance, Entry, Posting, Stock
from inventory.models.claims import Hold, HoldLine, Reason
from inventory.models.corrections import Correction, CorrectionReason
from inventory.models.history import BalanceMark, CellMark, Reach, ReasonMark, Snapshot
from inventory.models.incoming import Incoming
from inventory.models.kits import HoldKit, KitShelf, Recipe, RecipeLine
from inventory.models.masters import Barcode, Lot, Sku
from inventory.models.periods import Closing
from inventory.models.pieces import Piece, PieceEntry
from inventory.models.places import Location, Warehouse, Zone
from inventory.models.proof import Finding, Sweep

__all__ = [
    "Balance",
    "BalanceMark",
    "Barcode",
    "CellMark",
    "Closing",
    "Correction",
    "CorrectionReason",
    "Entry",
    "Finding",
    "Hold",
    "HoldKit",
    "HoldLine",
    "Incoming",
    "KitShelf",
    "Location",
    "Lot",
    "Piece",
    "PieceEntry",
    "Posting",
    "Reach",
    "Reason",
    "ReasonMark",
    "Recipe",
    "RecipeLine",
    "Sku",
    "Snapshot",
    "Stock",
    "Sweep",
    "Warehouse",
    "Zone",
]

from inventory.models.books import Balance, Entry, Posting, Stock
from inventory.models.claims import Hold, HoldLine, Reason
from inventory.models.masters import Barcode, Lot, Sku
from inventory.models.places import Location, Warehouse, Zone

__all__ = [
    "Balance",
    "Barcode",
    "Entry",
    "Hold",
    "HoldLine",
    "Location",
    "Lot",
    "Posting",
    "Reason",
    "Sku",
    "Stock",
    "Warehouse",
    "Zone",
]

"""Tables of the outside world. What is owed is said by time columns, never by a message."""

from channels_sync.models.comparison import MissingOrder, NightlyComparison
from channels_sync.models.inbox import InboxOrder, MalformedPush, PushCounter, PushSeen
from channels_sync.models.listing import Listing
from channels_sync.models.shipment import ShipmentUpload
from channels_sync.models.shop import PullCursor, Shop, ShopWarehouse

__all__ = [
    "InboxOrder",
    "Listing",
    "MalformedPush",
    "MissingOrder",
    "NightlyComparison",
    "PullCursor",
    "PushCounter",
    "PushSeen",
    "ShipmentUpload",
    "Shop",
    "ShopWarehouse",
]

"""News going up: `from outbox import services as outbox`, then `outbox.tell(...)`."""

from outbox.services.delivery import Delivered, deliver, deliver_batch
from outbox.services.revival import revive
from outbox.services.telling import ring, tell

__all__ = ["Delivered", "deliver", "deliver_batch", "revive", "ring", "tell"]

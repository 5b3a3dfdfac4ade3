"""The order desk's verbs: `from oms import services as orders`. All take many."""

from oms.services.cancelling import cancel
from oms.services.exceptions import accept_as_is, close, intercept, recall_orders, retry
from oms.services.intake import accept
from oms.services.pipeline import process, process_all
from oms.services.remap import remap
from oms.services.reveal import Revealed, reveal

__all__ = [
    "Revealed",
    "accept",
    "accept_as_is",
    "cancel",
    "close",
    "intercept",
    "process",
    "process_all",
    "recall_orders",
    "remap",
    "retry",
    "reveal",
]

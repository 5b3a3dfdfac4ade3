"""The order desk's verbs: `from oms import services as orders`. All take many."""

from oms.services.cancelling import cancel, cancel_each
from oms.services.exceptions import accept_as_is, assign, close, intercept, recall_orders, retry
from oms.services.intake import accept
from oms.services.noting import note
from oms.services.pipeline import place_now, process, process_all
from oms.services.remap import remap, unmapped_names
from oms.services.retention import BATCH, blank_receivers
from oms.services.reveal import Revealed, reveal, revealed_rows

__all__ = [
    "BATCH",
    "Revealed",
    "accept",
    "accept_as_is",
    "assign",
    "blank_receivers",
    "cancel",
    "cancel_each",
    "close",
    "intercept",
    "note",
    "place_now",
    "process",
    "process_all",
    "recall_orders",
    "remap",
    "retry",
    "reveal",
    "revealed_rows",
    "unmapped_names",
]

"""The order desk's verbs: `from oms import services as orders`. All take many."""

from oms.services.intake import accept
from oms.services.pipeline import process, process_all

__all__ = ["accept", "process", "process_all"]

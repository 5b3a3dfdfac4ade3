from tests.approvals.commanding import desk, lead
from tests.approvals.sample import box, chain

__all__ = ["box", "chain", "desk", "lead"]

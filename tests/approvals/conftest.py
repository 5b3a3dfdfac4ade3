from tests.approvals.sample import box, chain

__all__ = ["box", "chain"]

"""The audit trail as people read it: what was recorded and what was posted, as one list."""

"""Doorbells and periodic work. Rows say what is due; a task only looks."""

from channels_sync.tasks.inbox import process_inbox

__all__ = ["process_inbox"]

"""Doorbells and periodic work. Rows say what is due; a task only looks."""

from channels_sync.tasks.catalogue import read_catalogues
from channels_sync.tasks.comparing import nightly_compare
from channels_sync.tasks.inbox import fetch_orders, process_inbox
from channels_sync.tasks.publishing import publish_stock, sweep_figures
from channels_sync.tasks.pulling import pull_due
from channels_sync.tasks.uploading import upload_shipments

__all__ = [
    "fetch_orders",
    "nightly_compare",
    "process_inbox",
    "publish_stock",
    "pull_due",
    "read_catalogues",
    "sweep_figures",
    "upload_shipments",
]

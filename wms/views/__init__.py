"""Pages of the floor: a board, the scanners' home, and a scan page for each job."""

from wms.views.board import home
from wms.views.counting import count, counts
from wms.views.looking_up import look_up
from wms.views.moving import move
from wms.views.packing import pack
from wms.views.pda import command_sheet, pda
from wms.views.picking import pick_lists, walk
from wms.views.put_back import put_back
from wms.views.receiving import receive
from wms.views.shipments import shipment, shipment_list
from wms.views.shipping import ship

__all__ = [
    "command_sheet",
    "count",
    "counts",
    "home",
    "look_up",
    "move",
    "pack",
    "pda",
    "pick_lists",
    "put_back",
    "receive",
    "ship",
    "shipment",
    "shipment_list",
    "walk",
]

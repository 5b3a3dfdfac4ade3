"""Pages of the floor: a board, and the scan pages for picking, packing, shipping, putting back."""

from wms.views.board import home
from wms.views.packing import pack
from wms.views.picking import pick_lists, walk
from wms.views.put_back import put_back
from wms.views.shipping import ship

__all__ = ["home", "pack", "pick_lists", "put_back", "ship", "walk"]

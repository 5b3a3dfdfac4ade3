"""Stock out of a file: store it, judge its rows, book the good ones chunk by chunk."""

from inventory.services.importing.booking import start_booking
from inventory.services.importing.storing import import_file, import_rows, import_text
from inventory.services.importing.texts import about_file, about_row
from org.importing.files import ImportRefused

__all__ = [
    "ImportRefused",
    "about_file",
    "about_row",
    "import_file",
    "import_rows",
    "import_text",
    "start_booking",
]

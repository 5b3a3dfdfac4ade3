"""What each command barcode is called and does, for the help and for the printed sheet."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from wms import commands

WORDS: dict[str, tuple[str | Promise, str | Promise]] = {
    commands.CONFIRM: (_("Confirm"), _("Book what is counted on the screen.")),
    commands.DONE: (_("Done"), _("Finish this parcel, count or truck.")),
    commands.BACK: (_("Back"), _("One step back; at the start, to the home page.")),
    commands.SHORT: (_("Not enough"), _("The shelf holds less than is asked for.")),
    commands.ALL: (_("Everything"), _("All that lies here, without counting.")),
    commands.PRINT: (_("Print"), _("Labels of what is on the screen.")),
    commands.HELP: (_("Help"), _("Say what can be scanned now.")),
}


@dataclass(frozen=True)
class CommandView:
    """A command: its barcode, its name, what it does."""

    action: str
    code: str
    label: str
    hint: str


def command_list() -> list[CommandView]:
    """Every command, in the order of the sheet."""
    return [
        CommandView(action, commands.code_of(action), str(label), str(hint))
        for action, (label, hint) in WORDS.items()
    ]

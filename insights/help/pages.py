"""What each page is for, in one line, and which of its words need explaining. By route."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class About:
    """The line under the heading, and codes of the glossary."""

    line: Promise
    terms: tuple[str, ...] = ()


ABOUT: dict[str, About] = {
    "workbench": About(_("What waits for you. Each number opens the list behind it.")),
    "orders": About(
        _("Every order of your shops, from payment to the parcel."), ("reserved", "exception")
    ),
    "exceptions": About(
        _("What stops an order, with a deadline and what you can do about it."),
        ("exception", "unmatched", "backorder"),
    ),
    "stock": About(
        _("What lies in each warehouse, what is promised or frozen, and what may still be sold."),
        ("on_hand", "reserved", "frozen", "available", "in_transit", "incoming"),
    ),
    "stock-explained": About(
        _("The way from on hand to available, with the document behind every unit."),
        ("on_hand", "reserved", "frozen", "available"),
    ),
    "stock-lots": About(
        _("Lots with stock, those that expire first on top."), ("lot", "near_expiry", "fefo")
    ),
    "holds": About(
        _("What is kept from being sold or promised, why, since when, and who may end it."),
        ("hold", "reason", "safety_class", "review_date", "release"),
    ),
    "freeze": About(
        _("First you see which orders would lose units; nothing is frozen before you confirm."),
        ("blanket", "displace", "reason"),
    ),
    "freeze-journal": About(
        _("Every freeze and release with who, why and what was known then; sealed."),
        ("hold", "release", "reason"),
    ),
    "recalls": About(
        _("Everything that came from one lot, delivery or order, frozen and lifted as one."),
        ("blanket", "lot"),
    ),
    "recall-new": About(
        _("First you see what it reaches; nothing is frozen before you confirm."), ("blanket",)
    ),
    "condition-try": About(
        _("Say which goods you mean and see what of the present stock it finds."),
        ("on_hand", "lot", "near_expiry"),
    ),
    "stock-import": About(
        _("Opening stock from a spreadsheet: faults are shown row by row before it is booked."),
        ("opening", "location", "lot"),
    ),
    "jobs": About(_("Long work and how far it is; you may leave, it goes on."), ("job",)),
    "stock-journal": About(
        _("Every change of stock with its document and who did it."), ("ledger", "posting")
    ),
    "stock-past": About(_("The stock of any moment, as it was booked then or as it happened.")),
    "stock-audit": About(
        _("The books recomputed all day long: no difference is right."), ("ledger",)
    ),
    "stock-labels": About(_("Labels for places and goods, to print and to scan.")),
    "stock-pieces": About(_("Where a numbered piece is and where it has been."), ("serial",)),
    "shops": About(
        _("How each shop and we keep up with each other."), ("lag", "listing", "dead_letter")
    ),
    "unmatched": About(
        _("Items of your shops of which nobody has said the SKU; their orders wait."),
        ("unmatched", "listing"),
    ),
    "masters-warehouses": About(
        _("Where stock lies. A store's floor is a warehouse too."), ("warehouse", "location")
    ),
    "masters-skus": About(
        _("What you stock and sell, each variant under its own code."), ("sku", "barcode", "kit")
    ),
    "masters-reasons": About(
        _("Why stock is claimed or frozen, what that keeps from happening, and who ends it."),
        ("reason", "hold", "safety_class"),
    ),
    "history": About(_("Every change of this thing: when, by whom, from what to what.")),
    "masters-carriers": About(
        _("Who takes your parcels, and how many waybill numbers are left."), ("waybill",)
    ),
    "operations": About(
        _("How the house itself is: who works, what waits, and what was given up."),
        ("dead_letter", "lag"),
    ),
    "notices": About(_("What concerns you: work that ended, freezes to review, approvals.")),
}

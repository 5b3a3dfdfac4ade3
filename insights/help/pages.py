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
    "sensors": About(
        _("What watches over temperature, light, humidity and shocks, and what it said last."),
        ("hold", "safety_class"),
    ),
    "excursions": About(
        _("When something was out of its bounds, how badly, and which goods were there."),
        ("hold", "safety_class", "release"),
    ),
    "holds": About(
        _("What is kept from being sold or promised, why, since when, and who may end it."),
        ("hold", "reason", "safety_class", "review_date", "release"),
    ),
    "freeze": About(
        _("First you see which orders would lose units; nothing is frozen before you confirm."),
        ("blanket", "displace", "reason"),
    ),
    "ageing": About(
        _("How long stock has been frozen, whose it is, and what each day costs."),
        ("frozen", "review_date"),
    ),
    "freeze-journal": About(
        _("Every freeze and release with who, why and what was known then; sealed."),
        ("hold", "release", "reason"),
    ),
    "freeze-laws": About(
        _("Goods that were sold before the inspection their freeze waited for; none is right."),
        ("hold", "release"),
    ),
    "inspections": About(
        _("A sample is looked at; its result lets go of the lot, condemns it, or splits it."),
        ("hold", "lot", "release"),
    ),
    "inspection": About(
        _("The result is written once; the report is attached as a PDF or photo."), ("release",)
    ),
    "clearance": About(
        _("Lots frozen for their date; a running promotion can take them over."),
        ("near_expiry", "hold"),
    ),
    "customs": About(
        _("What customs say of imported lots; nothing is sold before it is cleared."),
        ("lot", "hold"),
    ),
    "incidents": About(
        _("Report damage, a leak or a repair where you stand; rules freeze what is concerned."),
        ("hold",),
    ),
    "supplier-blocks": About(
        _("Suppliers whose goods are not sold now, in any warehouse."), ("hold", "lot")
    ),
    "supplier-quality": About(
        _("What suppliers sent, what was kept back of it or failed, and a score to compare them."),
        ("hold", "lot"),
    ),
    "promotions": About(
        _("Units set aside for a promotion's shops, from its first minute to its last."), ("hold",)
    ),
    "promotion": About(
        _("What was wanted, what was there to set aside, and what is left."), ("hold",)
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
    "calendar": About(
        _("Public holidays and the weekends that make up for them; rules count working days by it.")
    ),
    "freeze-rules": About(
        _("Rules that freeze goods when something happens and let go when it is proved."),
        ("hold", "reason", "release"),
    ),
    "rule-board": About(
        _("What each rule did in a period: hits, false alarms, and how long until released."),
        ("hold", "release"),
    ),
    "rule-apply": About(
        _("Have a rule applied to these goods or this place: you see first what it would freeze."),
        ("hold", "reason"),
    ),
    "rule-tell": About(
        _("Tell the rules what no program told: a recall notice, a carrier's logger."),
        ("hold", "reason"),
    ),
    "freeze-rule-new": About(
        _(
            "Say when goods must not be sold and how they come back; nothing freezes before a "
            "second person has enabled it."
        ),
        ("hold", "reason", "release"),
    ),
    "freeze-rule-edit": About(
        _("A change is a new version; what runs goes on until a second person has enabled it."),
    ),
    "rules-import": About(_("Rules out of a file, all as drafts, or every fault and none.")),
    "rule-preview": About(
        _("What a rule would do on present stock, or would have done in the past."), ("hold",)
    ),
    "rule-shadow": About(_("What it would have frozen, beside what people froze by hand.")),
    "rule-review": About(
        _("Does the rule still do good: hits, false alarms, and what it did not see.")
    ),
    "rule-differences": About(
        _("Two versions of a rule beside each other: the change that waits, or any two.")
    ),
    "freeze-rule": About(
        _("What one rule says, what it did, and what may be done with it."), ("hold", "release")
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
    "stock-locations": About(
        _("Every place that goods can lie in, in the order of the walk, and what lies there."),
        ("location", "zone", "cell"),
    ),
    "stock-location": About(_("Everything that lies in this place."), ("location", "cell")),
    "stock-cell": About(
        _("One lot of one SKU in one place, and every claim on it."), ("cell", "hold")
    ),
    "stock-lot": About(
        _("Where this lot lies, until when it is good, and who has a claim on it."),
        ("lot", "near_expiry"),
    ),
    "stock-kit": About(_("How many could be built now, and which part runs out first."), ("kit",)),
    "stock-correct": About(
        _("Found, lost or broken: say what is there now and why; the difference is booked."),
        ("gain_loss", "four_eyes"),
    ),
    "correction": About(
        _("What was corrected, by whom, and who agreed."), ("gain_loss", "four_eyes")
    ),
    "hold": About(
        _("What this freeze covers, why, until when, and who may end it."),
        ("hold", "reason", "review_date", "release"),
    ),
    "release-hold": About(
        _("Say what becomes of frozen goods, see what it would do, then do it or ask."),
        ("release", "hold", "four_eyes"),
    ),
    "scrap-cell": About(
        _("Take free units out of the books, or send them back, with a reason."),
        ("gain_loss", "four_eyes"),
    ),
    "approvals": About(
        _("What waits for your yes or no, and what you asked others for."),
        ("approval", "four_eyes"),
    ),
    "approval": About(
        _("Everything needed to decide, and what becomes of it; nobody decides on their own."),
        ("approval", "four_eyes"),
    ),
    "approval-policies": About(
        _("Which changes need somebody's consent, from which amount on, and whose."),
        ("approval", "four_eyes"),
    ),
    "delegations": About(
        _("Who decides in your place while you are away."), ("approval", "delegation")
    ),
    "measures": About(
        _("Figures of the house by day, each with its formula, its source and its target."),
        ("measure",),
    ),
    "measure": About(_("One figure day by day, with its mean of seven days."), ("measure",)),
    "shipments": About(
        _("Every closed parcel: its carrier, its waybill, when it was packed and when it left."),
        ("parcel", "waybill", "handover"),
    ),
    "shipment": About(_("One parcel and what lies in it."), ("parcel", "waybill")),
    "trail": About(
        _("Who changed what, when and why. Nothing is ever taken off it."),
        ("audit_trail", "seal"),
    ),
    "trail-record": About(_("One change: what it was before, what it is now."), ("audit_trail",)),
    "seals": About(
        _("Proof that nobody changed the trail afterwards."),
        ("seal", "audit_trail"),
    ),
    "webhooks": About(
        _("Your own systems hear at once when something happens here; a lost word is repeated."),
        ("webhook", "dead_letter"),
    ),
    "webhook-messages": About(
        _("What programs were told and what they answered; what was given up is sent again here."),
        ("webhook", "dead_letter"),
    ),
    "webhook": About(
        _("What was sent to this address, what it answered, and what waits to be sent again."),
        ("webhook", "dead_letter"),
    ),
    "clients": About(
        _("Programs that may use the API, what each may do, and from where."),
        ("api_client", "idempotency"),
    ),
    "client": About(
        _("What this program may do, its secrets, and when it was last here."), ("api_client",)
    ),
    "api-docs": About(
        _("How a program signs its requests, with examples to copy."),
        ("api_client", "idempotency"),
    ),
    "job": About(_("How far it is, and what it made; you may leave, it goes on."), ("job",)),
    "imports": About(
        _("Bring rows in from a file: every fault is shown by row before anything is booked."),
        ("import", "opening", "job"),
    ),
    "import-send": About(_("Rows from a file or copied from a spreadsheet."), ("import",)),
    "import": About(
        _("What is wrong with which row; book all rows, the good ones, or none."), ("import",)
    ),
    "shop": About(
        _("What waits, what was given up, and how complete the last nights were."),
        ("lag", "dead_letter", "unmatched"),
    ),
    "shop-settings": About(
        _("From which warehouses the shop sells, and how much of each SKU is kept back."),
        ("available", "sku"),
    ),
    "order": About(
        _("One order: what it holds, where it is, and everything that happened to it."),
        ("order", "reserved", "exception"),
    ),
    "pick": About(
        _("Orders that wait to be picked, and the lists that are being walked."),
        ("pick_list", "wave", "short"),
    ),
    "pack": About(
        _("Check item by item, close the parcel, print its waybill."), ("check", "parcel")
    ),
    "ship": About(
        _("Hand parcels over to the carrier; the shops are told."), ("handover", "waybill")
    ),
    "put-back": About(_("Goods of cancelled orders that go back to their places."), ("intercept",)),
    "counts": About(
        _("Places that were counted, what was found, and what was booked of it."),
        ("stocktake", "blind_count", "gain_loss"),
    ),
    "people": About(_("Who works here, in which roles and where."), ("role", "scope")),
    "person": About(_("What this person may do, where, and until when."), ("role", "scope")),
    "roles": About(
        _("Named sets of rights; a role of your own begins as a copy of one."), ("role",)
    ),
    "units": About(_("Head office, regions and stores of the company."), ("scope",)),
    "profile": About(_("Your name, language, password, second factor and open sessions.")),
    "notice-settings": About(_("What you hear of, and by which way.")),
    "notices": About(_("What concerns you: work that ended, freezes to review, approvals.")),
}

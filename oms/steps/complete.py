"""Step: is everything there that a parcel needs? Pure."""

from __future__ import annotations

from oms.facts import Finding, LineFacts, OrderFacts, ReceiverFacts
from oms.wording import oddities

HOME = {"", "CN", "CHN", "CHINA", "中国"}
ON_THE_LABEL = ("name", "phone", "province", "city", "address")


def check(order: OrderFacts) -> list[Finding]:
    """Possible quantities, a receiver that a courier can find and a printer can print."""
    found = _lines(order.lines)
    if order.receiver is None:
        found.append(Finding("missing_receiver", "receiver"))
    else:
        found += _receiver(order.receiver)
        found += _printable(order.receiver)
    found += _notes(order)
    return found


def _lines(lines: tuple[LineFacts, ...]) -> list[Finding]:
    counting = [line for line in lines if line.counts]
    if not counting:
        return [Finding("missing_lines", "lines")]
    found = [
        Finding("bad_quantity", f"lines[{line.position}].qty", {"told": line.told_qty})
        for line in counting
        if line.told_qty
    ]
    found += [
        Finding("duplicate_line", f"lines[{line.position}]", {"title": line.title})
        for line in counting
        if line.occurrence > 1
    ]
    return found


def _receiver(receiver: ReceiverFacts) -> list[Finding]:
    if receiver.masked:
        # With the platform's token the label comes from the platform; without it nobody knows.
        return [] if receiver.token else [Finding("masked_receiver", "receiver")]
    wanted = ["name", "address"]
    # Couriers at home call before they come and sort by province; abroad shops ask for neither.
    if receiver.country.upper() in HOME:
        wanted += ["phone", "province"]
    return [
        Finding("missing_receiver", f"receiver.{name}")
        for name in wanted
        if not getattr(receiver, name).strip()
    ]


def _printable(receiver: ReceiverFacts) -> list[Finding]:
    found = []
    for name in ON_THE_LABEL:
        kinds = oddities(getattr(receiver, name))
        if kinds:
            found.append(Finding("odd_text", f"receiver.{name}", {"kinds": kinds}))
    return found


def _notes(order: OrderFacts) -> list[Finding]:
    texts = [("buyer_note", order.buyer_note), ("seller_note", order.seller_note)]
    texts += [(f"lines[{line.position}].title", line.title) for line in order.lines]
    return [
        Finding("odd_note", name, {"kinds": kinds})
        for name, text in texts
        if (kinds := oddities(text))
    ]

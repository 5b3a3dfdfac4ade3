"""A newer version of orders we know: what it changes, and what that means for floor and stock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from oms import codes, drafts
from oms.drafts import OrderDraft, ReceiverDraft
from oms.facts import Finding
from oms.models import Order, OrderLine, OrderState, Receiver
from oms.services import rows, telling
from oms.services.journal import Journal
from oms.services.settling import overtake, settle
from oms.services.stopping import TOO_LATE, recall, stop
from oms.services.writing import update_rows
from outbox import services as outbox

S = OrderState
LEFT = (S.PARTIALLY_SHIPPED, S.SHIPPED, S.COMPLETED)


@dataclass(eq=False)
class Change:
    """A known order (locked) and the newer draft; filled while the change is worked out."""

    order: Order
    draft: OrderDraft
    lines: list[OrderLine] = field(default_factory=list)
    found: list[Finding] = field(default_factory=list)
    # Quantities as they were, in case the goods have left already.
    before: dict[OrderLine, tuple[int, int, str]] = field(default_factory=dict)
    # Something that must be sent, or where to, is different.
    goods_changed: bool = False
    refunded: bool = False
    # Only when it is new: a person may have accepted what the platform keeps repeating.
    refund_wanted: bool = False
    hold_wanted: bool = False
    label_changed: bool = False

    @property
    def wants_cancel(self) -> bool:
        """The buyer wants nothing of it any more."""
        return self.draft.state == drafts.CANCELLED or (
            self.order.state not in LEFT and rows.all_gone(self.lines)
        )

    @property
    def wants_back(self) -> bool:
        """It lies on the floor in a shape that must not be sent."""
        return self.order.state == S.SUBMITTED and (
            self.wants_cancel
            or self.goods_changed
            or self.label_changed
            or self.refund_wanted
            or self.hold_wanted
        )


def apply_changes(changes: Sequence[Change], *, journal: Journal, now: datetime) -> None:
    """Bring locked orders to newer versions; the caller writes the journal.

    A constant number of statements, one call to the floor and one to the ledger at most.
    """
    if not changes:
        return
    _change_rows(changes)
    back = [change.order for change in changes if change.wants_back]
    said = stop(orders=back, actor=journal.who, why="changed_at_platform")
    cancelled = []
    for change in changes:
        _move(change, said.get(change.order.pk), journal, now)
        if change.order.state == S.CANCELLED:
            cancelled.append(change)
    for change in cancelled:
        cancel_lines(change.lines)
    orders = [change.order for change in changes]
    update_rows(orders, rows.ORDER_FIELDS)
    update_rows([line for change in changes for line in change.lines], rows.LINE_FIELDS)
    settle(
        orders=[order for order in orders if order.state != S.CLOSED],
        found={
            change.order.pk: [
                ("afterwards" if finding.code in codes.LASTING else rows.STEP, finding)
                for finding in change.found
            ]
            for change in changes
        },
        steps={rows.STEP},
        now=now,
        who=journal.who,
    )
    ended = [order for order in orders if order.state in (S.CANCELLED, S.CLOSED)]
    if ended:
        overtake(orders=ended, keep=codes.LASTING, now=now, who=journal.who)
    if cancelled:
        outbox.tell(
            topic="order.cancelled", keys=[str(change.order.number) for change in cancelled]
        )
        telling.tell_ended(
            [change.order for change in cancelled], kind=telling.CANCELLED, actor=journal.who
        )


def cancel_lines(lines: Sequence[OrderLine]) -> None:
    """Nothing more of these lines will be sent; in memory."""
    for line in lines:
        line.cancelled, line.told_qty = line.qty - line.shipped, ""


def _change_rows(changes: Sequence[Change]) -> None:
    """Take over the drafts in memory; new lines and receivers are inserted, old receivers saved."""
    by_order: dict[int, list[OrderLine]] = {change.order.pk: [] for change in changes}
    for line in OrderLine.objects.filter(order__in=list(by_order)).order_by("order", "position"):
        by_order[line.order_id].append(line)
    receivers = Receiver.objects.in_bulk(list(by_order))
    new_lines: list[OrderLine] = []
    new_receivers: list[Receiver] = []
    old_receivers: list[Receiver] = []
    for change in changes:
        held_before = change.order.platform_state == drafts.HOLD
        change.hold_wanted = change.draft.state == drafts.HOLD and not held_before
        rows.fill_order(change.order, change.draft, change.found)
        change.lines = by_order[change.order.pk]
        new_lines += _change_lines(change)
        told = change.draft.receiver
        row = receivers.get(change.order.pk)
        if told is None or (row is not None and _knows_less(told, row)):
            continue  # What we know stays.
        if row is None:
            new_receivers.append(row := Receiver(order=change.order))
            change.label_changed = True
            rows.fill_receiver(row, told)
            continue
        before = [getattr(row, name) for name in rows.RECEIVER_FIELDS]
        label = [getattr(row, name) for name in rows.ON_THE_LABEL]
        rows.fill_receiver(row, told)
        change.label_changed = label != [getattr(row, name) for name in rows.ON_THE_LABEL]
        if before != [getattr(row, name) for name in rows.RECEIVER_FIELDS]:
            old_receivers.append(row)
    OrderLine.objects.bulk_create(new_lines)
    Receiver.objects.bulk_create(new_receivers)
    update_rows(old_receivers, rows.RECEIVER_FIELDS)


def _knows_less(told: ReceiverDraft, row: Receiver) -> bool:
    """Platforms mask or empty the receiver of an order that is over, or in short messages."""
    emptied = not (told.name or told.address) and bool(row.name or row.address)
    return emptied or (told.masked and not row.is_masked)


def _change_lines(change: Change) -> list[OrderLine]:
    """Take over the lines: changed, gone (cancelled), and new ones, which are returned."""
    known = {(line.platform_line_id, line.occurrence): line for line in change.lines}
    new = []
    keys = rows.line_keys(change.draft.lines)
    for (name, occurrence), told in zip(keys, change.draft.lines, strict=True):
        line = known.pop((name, occurrence), None)
        if line is None:
            line = OrderLine(
                order=change.order, position=len(change.lines), platform_line_id=name,
                occurrence=occurrence, qty=0, shipped=0, cancelled=0,
            )  # fmt: skip
            change.lines.append(line)
            new.append(line)
        else:
            change.before[line] = (line.qty, line.cancelled, line.told_qty)
        before = (line.sku_id, line.qty, line.cancelled, line.refund)
        rows.fill_line(line, told, change.found)
        after = (line.sku_id, line.qty, line.cancelled, line.refund)
        change.goods_changed |= before[:3] != after[:3]
        change.refund_wanted |= before[3] != after[3] and after[3] == drafts.REFUND_REQUESTED
        change.refunded |= before[3] != after[3] and after[3] == drafts.REFUNDED
    # A draft without any line is a message that left them out, not an order without goods.
    if change.draft.lines:
        for line in known.values():
            change.before[line] = (line.qty, line.cancelled, line.told_qty)
            change.goods_changed |= line.live > 0
            cancel_lines([line])
    return new


def _move(change: Change, said: str | None, journal: Journal, now: datetime) -> None:
    """Walk one order to where its newer version belongs; `said` is the floor's answer."""
    order, draft = change.order, change.draft
    state = OrderState(order.state)
    if state in LEFT or said == TOO_LATE:
        _after_shipping(change, journal)
    elif state == S.CLOSED:
        journal.note(order, what="changed")
    elif state == S.CANCELLED:
        if draft.state != drafts.CANCELLED:
            change.found.append(Finding(codes.REVIVED_AFTER_CANCEL, "state", {"told": draft.state}))
            cancel_lines(change.lines)
        journal.note(order, what="changed")
    elif change.wants_cancel:
        why = "cancelled_at_platform" if draft.state == drafts.CANCELLED else "all_refunded"
        journal.walk(order, order.cancel, what="cancelled", why=why, floor=said or "")
    elif state == S.SUBMITTED:
        _on_the_floor(change, said, journal, now)
    else:
        _before_the_floor(change, journal, now)


def _after_shipping(change: Change, journal: Journal) -> None:
    """It left, or is just leaving: nothing can be taken back, a person has to know."""
    order, told = change.order, change.draft.state
    for line in change.lines:
        if line in change.before:
            line.qty, line.cancelled, line.told_qty = change.before[line]
        else:
            cancel_lines([line])
    if told == drafts.CANCELLED:
        change.found.append(Finding(codes.CANCELLED_AFTER_SHIPPING, "state"))
    elif change.refunded:
        change.found.append(Finding(codes.REFUNDED_AFTER_SHIPPING, "lines"))
    elif change.goods_changed or (change.label_changed and order.state != S.COMPLETED):
        change.found.append(Finding(codes.CHANGED_AFTER_SHIPPING, "lines"))
    if told == drafts.COMPLETED and order.state == S.SHIPPED:
        journal.walk(order, order.complete, what="completed")
    else:
        journal.note(order, what="changed", why=told[:24])


def _on_the_floor(change: Change, said: str | None, journal: Journal, now: datetime) -> None:
    order, told = change.order, change.draft.state
    if said is None:
        if told in (drafts.PARTIALLY_SHIPPED, drafts.SHIPPED, drafts.COMPLETED):
            change.found.append(Finding(codes.SHIPPED_OUTSIDE, "state", {"told": told}))
        journal.note(order, what="changed")
        return
    recall(order, journal=journal, now=now, why="changed_at_platform", said=said)


def _before_the_floor(change: Change, journal: Journal, now: datetime) -> None:
    order, told = change.order, change.draft.state
    if order.state == S.PREPROCESS:
        # Whatever stopped it may be different now.
        order.due_at = now
        journal.touch(order)
        journal.note(order, what="changed")
    elif told in (drafts.SHIPPED, drafts.COMPLETED):
        journal.walk(order, order.close, what="closed", why="shipped_before_we_knew")
    elif told == drafts.DEPOSIT_PAID and order.state == S.PENDING_PAYMENT:
        journal.walk(order, order.take_deposit, what="deposit_paid")
    elif told in (drafts.PAID, drafts.HOLD, drafts.PARTIALLY_SHIPPED):
        journal.walk(order, order.pay, what="paid")
        order.due_at = now
    else:
        journal.note(order, what="changed")

"""What a batch of verbs tells the floors above: names only, heard after the commit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence

from inventory import loading
from inventory.requests import AdjustRequest, ReceiveRequest, Request, ReturnRequest
from inventory.scopes import covers
from inventory.things import Bal, Claim
from inventory.world import World
from outbox import services as outbox


def tell(
    world: World,
    displaced: Iterable[Collection[str]],
    *,
    requests: Sequence[Request],
    postings: Mapping[int, int],
) -> None:
    """Whoever publishes figures or owns a broken claim hears of it.

    stock.changed: what may be sold or shown of these SKUs has changed. Pinning, carrying and
    shipping claimed goods leave it as it was: no news. stock.unsafe: units of these SKUs came
    under a safety freeze; shops must not wait for that figure. Kits are not named: whoever hears
    of a part knows its kits. hold.unpinned: a freeze, or a count that found less, took the cells of
    picks under way from these documents; they keep their units, but whoever walks for them must be
    sent elsewhere.
    freezes.booked: one posting's id for a batch that changed freezes; whoever hears of it finds
    the others by their transaction.

    Args:
        world: what was decided.
        displaced: documents that lost units, by request.
        requests: what was asked.
        postings: id of each request's posting.
    """
    skus = _changed(world) | _hidden_or_shown(world)
    if skus:
        outbox.tell(topic="stock.changed", keys=[str(sku) for sku in sorted(skus)])
    unsafe = _unsafe(world)
    if unsafe:
        outbox.tell(topic="stock.unsafe", keys=[str(sku) for sku in sorted(unsafe)])
    documents = sorted({name for lost in displaced for name in lost})
    if documents:
        outbox.tell(topic="hold.displaced", keys=documents)
    freezing = {
        draft.posting
        for draft in world.drafts
        if draft.held and draft.line is not None and draft.line.claim.role == "FREEZE"
    } | {
        claim.posting
        for claim in world.new_claims
        if claim.role == "FREEZE" and claim.posting is not None
    }
    if freezing:
        outbox.tell(topic="freezes.booked", keys=[str(min(postings[each] for each in freezing))])
    counting = {at for at, each in enumerate(requests) if isinstance(each, AdjustRequest)}
    led_astray = sorted(_sent_in_vain(world, counting).difference(documents))
    if led_astray:
        outbox.tell(topic="hold.unpinned", keys=led_astray)


def tell_arrived(requests: Sequence[Request], postings: Mapping[int, int]) -> None:
    """goods.arrived: goods were received, or came back from a customer; ids of the postings."""
    came = [
        str(posting)
        for at, posting in sorted(postings.items())
        if isinstance(requests[at], ReceiveRequest | ReturnRequest)
    ]
    if came:
        outbox.tell(topic="goods.arrived", keys=came)


def _sent_in_vain(world: World, counting: Collection[int]) -> set[str]:
    """Documents with picks under way that a new freeze or a count took out of their cells."""
    causes = {claim.posting for claim in world.new_claims if claim.role == "FREEZE"} | {*counting}
    if not causes:
        return set()
    return {
        draft.line.claim.document
        for draft in world.drafts
        if draft.posting in causes
        and draft.line is not None
        and draft.line.claim.role == "COMMITMENT"
        and draft.line.started
        and draft.cell is not None
        and draft.held < 0
        and not draft.on_hand
    }


def _changed(world: World) -> set[int]:
    """SKUs of which free units, or those a shop may show, are more or fewer than before."""
    free: Counter[Bal] = Counter()
    shown: Counter[Bal] = Counter()
    for draft in world.drafts:
        if draft.balance is None:
            continue
        free[draft.balance] += draft.on_hand - draft.held
        claimed = draft.line is not None and "publish" not in draft.line.claim.blocks
        shown[draft.balance] += draft.on_hand - (0 if claimed else draft.held)
    return {
        balance.sku_id
        for change in (free, shown)
        for balance, units in change.items()
        if units
    }  # fmt: skip


def _unsafe(world: World) -> set[int]:
    frozen: Counter[int] = Counter()
    for draft in world.drafts:
        if draft.line is not None and draft.line.claim.is_safety:
            frozen[draft.line.balance.sku_id] += draft.held
    return {sku for sku, units in frozen.items() if units > 0}


def _hidden_or_shown(world: World) -> set[int]:
    """SKUs under marks that hide free units from shops: laid, narrowed or lifted, or with goods
    coming or going beneath them. Marks are rare; without any this costs nothing."""
    hiding = [claim for claim in world.blankets if _hides(claim)]
    if not hiding:
        return set()
    changed = [
        claim
        for claim in hiding
        if claim in world.new_claims or claim in world.narrowed or not claim.open
    ]
    found = loading.skus_under([claim.scope for claim in changed])
    for draft in world.drafts:
        if draft.cell is not None:
            spot = draft.cell.spot
            if any(covers(claim.scope, spot) for claim in hiding):
                found.add(draft.cell.balance.sku_id)
    return found


def _hides(claim: Claim) -> bool:
    return "publish" in claim.blocks and "reserve" not in claim.blocks

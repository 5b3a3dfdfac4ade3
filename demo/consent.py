"""Who approves what in the demo company, and what waits for somebody's consent.

Safe to repeat: policies are made once, requests go by keys.
"""

from __future__ import annotations

from decimal import Decimal

from django.db import transaction

from freeze_rules import services as freezing
from inventory import selectors as stock
from inventory import services as inventory
from inventory.services import correcting
from org.models import Person
from org.scope import Scope
from org.selectors import policies
from org.services import approvals
from org.services.approvals import PolicyDraft, StepDraft

MANAGER = StepDraft(asked="MANAGER", deadline_hours=24, escalate_role="HEAD_OFFICE")
POLICIES = (
    PolicyDraft(
        kind="stock.adjust", name="库存调整：50 件或 500 元起", min_qty=50,
        min_amount=Decimal(500), steps=(MANAGER,),
    ),
    PolicyDraft(
        kind="stock.adjust", name="库存调整：2 万元起，另经财务", min_amount=Decimal(20000),
        rank=10, steps=(MANAGER, StepDraft(asked="ROLE", role="FINANCE")),
    ),
    PolicyDraft(
        kind="stock.unfreeze", name="安全类解冻", trait="SAFETY", rank=10,
        steps=(
            StepDraft(
                asked="PERMISSION", permission="stock.release_safety", deadline_hours=8,
                escalate_role="HEAD_OFFICE",
            ),
        ),
    ),
    PolicyDraft(
        kind="stock.unfreeze", name="大额解冻：200 件或 3000 元起", min_qty=200,
        min_amount=Decimal(3000), steps=(MANAGER,),
    ),
    PolicyDraft(
        kind="stock.scrap", name="报废：2000 元起", min_amount=Decimal(2000), steps=(MANAGER,),
    ),
)  # fmt: skip
# warehouse, SKU, difference, reason, note
CORRECTIONS = (
    ("WH-SH", "PK-DZ-S", -120, "COUNTED", "循环盘点：底层整包缺 120 个"),
    ("WH-SH", "WR-ZSH-200", -4, "DAMAGED", "叉车碰倒，壶嘴断裂，照片另附"),
    ("ST-NJL", "COLD-NM-300", -56, "USED", "周末试饮，按登记表"),
    ("ST-NJL", "BAG-LJ-20", -52, "LOST", "到店清点少一箱零四盒"),
)
FREEZES = (("QC-311", "抽检 8 件合格，检验单 QC-311 已归档"),)


def tell(*, houses: dict[str, int], skus: dict[str, int]) -> None:
    """Policies, then a few requests of the warehouse lead that wait."""
    _policies()
    lead = Person.objects.get(username="lead")
    for house, sku, change, reason, note in CORRECTIONS:
        _correct(lead, houses[house], skus[sku], change, reason, note)
    for document, why in FREEZES:
        _let_go(lead, document, why)


def _policies() -> None:
    # Policies that kinds bring along may be there before anybody has said a word.
    ours = {draft.name for draft in POLICIES}
    if any(row.policy.name in ours for row in policies.policies()):
        return
    boss = Person.objects.get(username="hq")
    for draft in POLICIES:
        with transaction.atomic(durable=True):
            approvals.save_policy(draft=draft, person=boss)


def _correct(person: Person, house: int, sku: int, change: int, reason: str, note: str) -> None:
    """Ask for a correction of the fullest cell; what was sold meanwhile is left out."""
    key = f"demo:consent:{house}:{sku}"
    cells = stock.cells(scope=Scope.everything(), sku_id=sku, warehouse_id=house)
    full = max(
        (cell for cell in cells if cell.grade == "ZP"), key=lambda c: c.on_hand, default=None
    )
    if full is None or full.on_hand + change < 0:
        return
    line = correcting.CorrectionLine(
        location_id=full.location_id, sku_id=sku, lot_id=full.lot_id, qty=change,
        mode=correcting.CHANGE,
    )  # fmt: skip
    order = correcting.CorrectionOrder(warehouse_id=house, lines=(line,), reason=reason, note=note)
    try:
        with transaction.atomic(durable=True):
            correcting.correct(key=key, order=order, person=person)
    except (correcting.CorrectionRefused, inventory.Refused):
        # Repeated after trading: the fullest cell is another one now, and the first request stands.
        return


def _let_go(person: Person, document: str, why: str) -> None:
    for hold in stock.holds(scope=Scope.everything(), documents=[document], limit=1):
        try:
            with transaction.atomic(durable=True):
                freezing.let_go(key="demo:consent", hold_id=hold.id, why=why, person=person)
        except (freezing.FreezeRefused, approvals.ApprovalRefused, inventory.Refused):
            return

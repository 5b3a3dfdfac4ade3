"""Which freeze rules the demo company has: written by one person, enabled by another.

Safe to repeat: a preset that was taken once is not taken again.
"""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import override

from freeze_rules.models import Rule
from freeze_rules.services import presets, rules
from org.models import Person

ENABLED = (
    "order-lock", "promotion-reserve", "defects", "near-expiry", "customs-inspection",
    "arrived-not-cleared", "leak", "damaged-part", "supplier-blocked", "late-receipt",
    "recall-notice",
)  # fmt: skip
# Cakes only, and on paper: what was received before would be frozen too.
WATCHED = (("receive-qc", {"shelf_life": 60}),)


def tell() -> None:
    """Take the presets that a tea and snack chain needs."""
    writer = Person.objects.get(username="east")
    second = Person.objects.get(username="hq")
    taken = set(Rule.objects.values_list("preset", flat=True))
    with override("zh-hans"):
        for code in ENABLED:
            if code in taken:
                continue
            with transaction.atomic(durable=True):
                rule = presets.install(code=code, person=writer)
                rules.ask(rule_id=rule.pk, person=writer)
            with transaction.atomic(durable=True):
                rules.enable(rule_id=rule.pk, person=second)
        for code, parameters in WATCHED:
            if code not in taken:
                with transaction.atomic(durable=True):
                    rule = presets.install(code=code, person=writer, parameters=parameters)
                    rules.shadow(rule_id=rule.pk, person=writer)

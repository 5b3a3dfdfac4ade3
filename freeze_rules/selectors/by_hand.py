"""What a rule asks of whoever lets go by hand of the freezes that it laid."""

from __future__ import annotations

from collections.abc import Collection

from freeze_rules.models import Watch


def also_needed(hold_ids: Collection[int]) -> dict[int, str]:
    """The permission besides that of the reason, by claim; only claims whose rule asks for one.

    The version that laid the freeze says it, whatever the rule says by now. One statement, none
    for no claims.
    """
    if not hold_ids:
        return {}
    rows = Watch.objects.filter(hold_id__in=hold_ids, version__isnull=False)
    found = rows.values_list("hold_id", "version__definition__approval")
    return {hold_id: str(permission) for hold_id, permission in found if permission}

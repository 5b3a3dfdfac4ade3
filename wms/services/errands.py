"""Remember how far a person is, in the transaction of the scan itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import connection

from outbox.clock import database_clock
from wms.models import Errand


def take_up(*, person_id: int, scenario: str) -> Errand:
    """The person's errand, locked: two scans sent at once are taken one after the other."""
    assert connection.in_atomic_block, "The edge opens the transaction."
    rows = Errand.objects.select_for_update(of=("self",))
    errand, _ = rows.get_or_create(person_id=person_id, scenario=scenario)
    return errand


def lay_down(
    errand: Errand,
    *,
    stage: Mapping[str, Any],
    token: str,
    said: Mapping[str, str],
    warehouse_id: int | None = None,
) -> None:
    """Write down how far it is and what was answered.

    Args:
        errand: from `take_up`, in the same transaction.
        stage: codes, ids and quantities; empty when nothing is under way any more.
        token: of the scan that was handled.
        said: its answer, "text" and "sound".
        warehouse_id: where it goes on.
    """
    errand.stage, errand.token, errand.said = dict(stage), token, dict(said)
    errand.warehouse_id = warehouse_id
    errand.scanned_at = database_clock()
    errand.save(update_fields=["stage", "token", "said", "warehouse", "scanned_at"])

"""What the audit found in the books, and whether it still looks."""

from __future__ import annotations

from django.utils.translation import gettext as _

from insights.panels.figures import Figure
from insights.routes import address
from inventory.selectors.proof import late_sweeps, open_findings
from org.scope import Scope


def books_in_doubt(*, scope: Scope) -> list[Figure]:
    """Open differences and sweeps that stopped; empty while there is nothing to say.

    Four statements at most.
    """
    page = address("stock-audit")
    found, late = open_findings(scope=scope), late_sweeps()
    figures = []
    if found:
        label = _("Differences in the books")
        figures.append(Figure(label=label, value=found, url=page, tone="bad"))
    if late:
        figures.append(
            Figure(
                label=_("Sweeps that stopped"),
                value=len(late),
                url=page,
                tone="bad",
                hint=", ".join(late),
            )
        )
    return figures

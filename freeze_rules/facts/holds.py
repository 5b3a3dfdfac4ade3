"""Facts of a freeze itself, which only what lets go of it asks for. Pure."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from freeze_rules.facts.kinds import Fact, Type, Unit

HOLD_FACTS = (
    Fact(
        code="hold.units", label=_("Units of the freeze"), type=Type.INTEGER, unit=Unit.PIECES,
        least=0, about=_("Frozen by it now, whatever it is laid on."),
    ),
    Fact(
        code="hold.value", label=_("Worth of the freeze"), type=Type.MONEY, unit=Unit.YUAN,
        least=0, about=_("Units frozen by it now times their unit cost."),
    ),
)  # fmt: skip

"""Forms that a service may still refuse: what was typed stays, and the field it is about is marked.

A page draws such a form (in a dialog: `components/confirm.html`, `components/asked.html`), its view
answers a refusal with the same page again and 422.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Protocol

from django import forms
from django.utils.translation import gettext_lazy as _

LONGEST_REASON = 200


class Refusal(Protocol):
    """Every refusal of the house: a stable code, and a sentence for people."""

    code: str


class AskedForm(forms.Form):
    """A form whose refusals are said at the field of their code; the others stand above it."""

    fields_of: ClassVar[Mapping[str, str]] = {}

    def refuse(self, refused: Refusal) -> None:
        """Show why not."""
        field = self.fields_of.get(refused.code, "")
        self.add_error(field if field in self.fields else None, str(refused))


class ReasonForm(AskedForm):
    """Why somebody does something; the dialog says what it asks for."""

    fields_of = {"reason_missing": "why", "why_missing": "why"}

    why = forms.CharField(
        max_length=LONGEST_REASON, error_messages={"required": _("Please give a reason.")}
    )

    def __init__(self, *args: Any, label: str, dialog: str, **kwargs: Any) -> None:
        kwargs["auto_id"] = f"{dialog}-%s"
        super().__init__(*args, **kwargs)
        self.dialog = dialog
        self.fields["why"].label = label

"""What people type about whose a freeze is; what becomes of it is in `disposal_forms`."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from freeze_rules.services import leases
from org.asking import LONGEST_REASON, AskedForm


class LeaseForm(AskedForm):
    """When a freeze is looked at again, by whom, and what comes then."""

    fields_of = {
        "why_missing": "lease_why", "date_passed": "review_on", "too_far": "review_on",
        "unknown_owner": "owner", "bad_step": "next_step",
    }  # fmt: skip

    review_on = forms.DateField(
        label=_("Review on"), required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("Type a day, such as 2026-01-31.")},
    )  # fmt: skip
    owner = forms.TypedChoiceField(
        label=_("Responsible"), required=False, coerce=int, empty_value=None,
        error_messages={"invalid_choice": leases.SENTENCES["unknown_owner"]},
    )  # fmt: skip
    next_step = forms.ChoiceField(
        label=_("Next step"), required=False,
        error_messages={"invalid_choice": leases.SENTENCES["bad_step"]},
    )  # fmt: skip
    lease_why = forms.CharField(
        label=_("Why, when the review is put off or the freeze handed over"),
        max_length=LONGEST_REASON, required=False,
    )  # fmt: skip

    def __init__(
        self,
        *args: Any,
        owners: list[tuple[int, str]],
        steps: list[tuple[str, str]],
        review_on: date | None,
        owner_id: int | None,
        next_step: str,
        **kwargs: Any,
    ) -> None:
        kwargs["initial"] = {"review_on": review_on, "owner": owner_id, "next_step": next_step}
        kwargs["auto_id"] = "lease-%s"
        super().__init__(*args, **kwargs)
        owner, step = self.fields["owner"], self.fields["next_step"]
        assert isinstance(owner, forms.ChoiceField)
        assert isinstance(step, forms.ChoiceField)
        owner.choices = [*([] if owner_id else [("", "–")]), *owners]
        step.choices = steps

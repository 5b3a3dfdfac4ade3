"""What people type to say what becomes of goods."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from freeze_rules.services import FreezeRefused
from freeze_rules.services.disposal_lines import Disposal, Way
from inventory.selectors.places import grades
from inventory.services import Refused
from org.services.approvals import ApprovalRefused

# Where a refusal is shown; the others stand above the form.
FIELDS_OF = {
    "bad_quantity": "qty", "several_skus": "qty", "part_of_everything": "qty", "not_held": "qty",
    "in_no_cell": "qty", "insufficient_stock": "qty", "nothing_there": "qty",
    "reason_missing": "why", "unknown_way": "way", "in_rework": "way", "part_of_recall": "way",
    "reason_not_by_hand": "way", "rule_asks_more": "way", "unknown_target": "grade",
    "same_grade": "grade", "supplier_missing": "supplier", "paper_missing": "paper",
    "which_place": "place", "not_there": "place",
    "serials_missing": "serials", "unknown_serial": "serials", "wrong_serials": "serials",
}  # fmt: skip


class DisposalForm(forms.Form):
    """How many units go which way; `disposal()` is what it means."""

    way = forms.ChoiceField(
        label=gettext_lazy("What becomes of the goods"), widget=forms.RadioSelect
    )
    qty = forms.IntegerField(
        label=gettext_lazy("Quantity"), min_value=1, max_value=1_000_000_000, required=False,
        help_text=gettext_lazy("Empty for all."),
    )  # fmt: skip
    grade = forms.ChoiceField(label=gettext_lazy("New grade"), required=False)
    supplier = forms.CharField(label=gettext_lazy("Supplier"), max_length=80, required=False)
    paper = forms.CharField(
        label=gettext_lazy("Document of the return"), max_length=40, required=False
    )
    place = forms.CharField(
        label=gettext_lazy("Location"), max_length=32, required=False,
        help_text=gettext_lazy("Where these units lie; this freeze names no cell."),
    )  # fmt: skip
    serials = forms.CharField(
        label=gettext_lazy("Serial numbers"), required=False, max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("One a line, as many as units; empty when all of a place go."),
    )  # fmt: skip
    why = forms.CharField(
        label=gettext_lazy("Why"), max_length=200,
        error_messages={"required": gettext_lazy("Say why.")},
    )  # fmt: skip
    token = forms.CharField(widget=forms.HiddenInput, max_length=40, required=False)

    def __init__(
        self, *args: Any, ways: Collection[Way], numbered: bool, needs_qty: bool = False,
        loose: bool = False, **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        self.ways = ways
        way, grade = self.fields["way"], self.fields["grade"]
        assert isinstance(way, forms.ChoiceField)
        assert isinstance(grade, forms.ChoiceField)
        way.choices = [(each.value, each.label) for each in ways]
        grade.choices = [("", _("Choose a grade")), *grades()]
        if Way.REGRADE not in ways:
            del self.fields["grade"]
        if Way.RETURN not in ways:
            del self.fields["supplier"]
            del self.fields["paper"]
        if not loose:
            del self.fields["place"]
        if not numbered:
            del self.fields["serials"]
        if needs_qty:
            self.fields["qty"].required = True
            self.fields["qty"].help_text = ""

    def clean(self) -> dict[str, Any]:
        """Without its attempt's token two sendings could not be told apart from one."""
        given = super().clean() or self.cleaned_data
        if not given.get("token"):
            raise forms.ValidationError(_("This form was sent incompletely: open its page again."))
        return given

    def disposal(self) -> Disposal:
        """What was decided; of a valid form."""
        given = self.cleaned_data
        way = given["way"]
        going = way == Way.RETURN
        return Disposal(
            way=way,
            qty=given["qty"],
            why=given["why"].strip(),
            grade=given.get("grade", "") if way == Way.REGRADE else "",
            supplier=given.get("supplier", "").strip() if going else "",
            paper=given.get("paper", "").strip() if going else "",
            place=given.get("place", "").strip(),
            serials=tuple(dict.fromkeys(given.get("serials", "").split())),
        )

    def refuse(self, refused: FreezeRefused | Refused | ApprovalRefused) -> None:
        """Show why not, at the field it is of."""
        name = FIELDS_OF.get(refused.code)
        text = str(refused)
        if refused.code == "insufficient_stock" and isinstance(refused, Refused):
            text += " " + _("Asked: %(asked)s, there: %(there)s.") % refused.params
        self.add_error(name if name in self.fields else None, text)

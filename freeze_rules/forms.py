"""What people type to freeze part of a cell."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from inventory import selectors as stock
from org.scope import Scope


class FreezeForm(forms.Form):
    """Codes as people know them; `clean` finds the one cell they mean."""

    warehouse = forms.ChoiceField(label=gettext_lazy("Warehouse"))
    location = forms.CharField(label=gettext_lazy("Location"), max_length=32)
    sku = forms.CharField(label=gettext_lazy("SKU or barcode"), max_length=64)
    lot = forms.CharField(
        label=gettext_lazy("Lot"),
        max_length=64,
        required=False,
        help_text=gettext_lazy("Only needed when the place holds several lots."),
    )
    qty = forms.IntegerField(label=gettext_lazy("Quantity"), min_value=1, max_value=1_000_000_000)
    reason = forms.ChoiceField(label=gettext_lazy("Reason"))
    note = forms.CharField(label=gettext_lazy("Note"), max_length=400, required=False)
    token = forms.CharField(widget=forms.HiddenInput, max_length=40)

    def __init__(self, *args: Any, scope: Scope, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._scope = scope
        self._warehouses = {view.code: view for view in stock.warehouses(scope=scope)}
        _offer(
            self.fields["warehouse"],
            [(code, f"{code} {view.name}") for code, view in self._warehouses.items()],
        )
        # Nothing is chosen beforehand: the highest reason is a recall.
        reasons = [(view.code, view.label) for view in stock.reasons()]
        _offer(self.fields["reason"], [("", _("Choose a reason")), *reasons])

    def clean(self) -> dict[str, Any]:
        """Adds warehouse_id, location_id, sku_id, lot_id; errors stand at the field they are of."""
        given = super().clean() or {}
        if self.errors:
            return given
        warehouse = self._warehouses[given["warehouse"]]
        place = stock.location_by_code(
            warehouse_id=warehouse.id, code=given["location"].strip().upper()
        )
        if place is None:
            self.add_error("location", _("There is no such location in this warehouse."))
            return given
        code = given["sku"].strip().upper()
        sku_id, _pack = stock.sku_ids_by_barcode([code]).get(code, (None, 1))
        if sku_id is None:
            self.add_error("sku", _("Nobody knows this code."))
            return given
        cells = [
            cell
            for cell in stock.cells(scope=self._scope, sku_id=sku_id, location_id=place.id)
            if cell.grade == "ZP" and given["lot"].strip().upper() in ("", cell.lot_code)
        ]
        if not cells:
            self.add_error("location", _("These goods do not lie there."))
        elif len(cells) > 1:
            lots = ", ".join(cell.lot_code or "–" for cell in cells)
            self.add_error("lot", _("Several lots lie there: %(lots)s. Name one.") % {"lots": lots})
        else:
            given |= {
                "warehouse_id": warehouse.id,
                "location_id": place.id,
                "sku_id": sku_id,
                "lot_id": cells[0].lot_id,
            }
        return given


def _offer(field: forms.Field, choices: list[tuple[str, str]]) -> None:
    assert isinstance(field, forms.ChoiceField)
    field.choices = choices

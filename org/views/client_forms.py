"""What people type about an API client."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from org import services
from org.models.clients import MOST_BURST, MOST_PER_MINUTE
from org.places import SHOP, UNIT, WAREHOUSE, Place
from org.roles import API_PERMISSIONS, GROUPS
from org.selectors import ClientView

TROUBLE: dict[str, str | Promise] = {
    "bad_name": gettext_lazy("Give it a name of 1 to 80 printable characters."),
    "name_taken": gettext_lazy("There is an active client of this name already."),
    "bad_permission": gettext_lazy("A program cannot be given this."),
    "bad_network": gettext_lazy("This is no network address: %(asked)s. Write 203.0.113.7 or "
                                "10.1.0.0/16, one a line."),
    "too_many_networks": gettext_lazy("At most 50 networks."),
    "bad_limit": gettext_lazy("From 1 to 1,000,000 requests a minute."),
    "bad_burst": gettext_lazy("From 1 to 100,000 requests at once."),
    "no_units": gettext_lazy("Choose at least one unit, warehouse or shop."),
    "unknown_unit": gettext_lazy("You cannot give this place: %(asked)s."),
    "unknown_client": gettext_lazy("There is no such client."),
    "client_revoked": gettext_lazy("This client was revoked; that cannot be undone."),
    "client_moved": gettext_lazy(
        "Somebody changed this client meanwhile. Below is what you typed; load the page again to "
        "see what it is now."
    ),
    "two_secrets": gettext_lazy("It has two secrets already. Retire one first."),
    "last_secret": gettext_lazy("This is its only secret. Add another first, or revoke it."),
    "unknown_secret": gettext_lazy("This secret was retired already."),
}  # fmt: skip
# Where a refusal is shown; the others stand above the form.
FIELDS_OF = {
    "bad_name": "name", "name_taken": "name", "bad_permission": "permissions",
    "bad_network": "networks", "too_many_networks": "networks", "bad_limit": "per_minute",
    "bad_burst": "burst", "no_units": "units", "unknown_unit": "units",
}  # fmt: skip


def sentence(trouble: services.ClientTrouble) -> str:
    """What is wrong and what to do, in the reader's language."""
    return str(TROUBLE[trouble.code]) % {"asked": trouble.asked}


class ClientForm(forms.Form):
    """A client as it should be; `wish()` is what was meant."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)
    units = forms.MultipleChoiceField(
        label=gettext_lazy("Works for"),
        help_text=gettext_lazy("Each with everything below it."),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    warehouses = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Single warehouses"), coerce=int, required=False,
        help_text=gettext_lazy("Beside the units; nothing else of their unit."),
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    shops = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Single shops"), coerce=int, required=False,
        help_text=gettext_lazy("Beside the units; nothing else of their unit."),
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    permissions = forms.MultipleChoiceField(
        label=gettext_lazy("May"), required=False, widget=forms.CheckboxSelectMultiple
    )
    networks = forms.CharField(
        label=gettext_lazy("Comes from"),
        help_text=gettext_lazy(
            "Network addresses such as 203.0.113.7 or 10.1.0.0/16, one a line; empty: from "
            "anywhere."
        ),
        required=False,
        max_length=4_000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    per_minute = forms.IntegerField(
        label=gettext_lazy("Requests a minute"), min_value=1, max_value=MOST_PER_MINUTE, initial=600
    )
    burst = forms.IntegerField(
        label=gettext_lazy("At once at most"), min_value=1, max_value=MOST_BURST, initial=100
    )

    def __init__(self, data: Any = None, *, places: Sequence[Place], **more: Any) -> None:
        super().__init__(data, **more)
        for name, kind in (("units", UNIT), ("warehouses", WAREHOUSE), ("shops", SHOP)):
            choices: Any = [
                (place.code if kind == UNIT else place.id, f"{place.name.strip()} ({place.code})")
                for place in places
                if place.kind == kind
            ]
            self.fields[name].choices = choices  # type: ignore[attr-defined]
        permitted: Any = [
            (each.code, each.label)
            for group in GROUPS
            for each in group.permissions
            if each.code in API_PERMISSIONS
        ]
        self.fields["permissions"].choices = permitted  # type: ignore[attr-defined]
        for name in ("name", "networks", "per_minute", "burst"):
            self.fields[name].widget.attrs["class"] = "form-control"

    def wish(self) -> services.ClientWish:
        """What was meant; ask only when the form is valid."""
        told = self.cleaned_data
        return services.ClientWish(
            name=told["name"],
            permissions=told["permissions"],
            unit_codes=told["units"],
            warehouse_ids=told["warehouses"],
            shop_ids=told["shops"],
            networks=[each for each in told["networks"].split("\n") if each.strip()],
            per_minute=told["per_minute"],
            burst=told["burst"],
        )

    def refuse(self, trouble: services.ClientTrouble) -> None:
        """Show a refusal where it belongs."""
        self.add_error(FIELDS_OF.get(trouble.code), sentence(trouble))

    def single_places(self) -> list[forms.BoundField]:
        """The choices of single warehouses and shops; empty ones are not shown."""
        return [self["warehouses"], self["shops"]]

    def groups(self) -> list[dict[str, Any]]:
        """The permissions as they stand in groups, with what each lets a program do."""
        chosen = set(self["permissions"].value() or [])
        found = []
        for group in GROUPS:
            given = [each for each in group.permissions if each.code in API_PERMISSIONS]
            rows = [
                {"code": each.code, "label": each.label, "lets": each.lets,
                 "chosen": each.code in chosen, "sensitive": each.sensitive}
                for each in given
            ]  # fmt: skip
            if rows:
                found.append({"title": group.title, "rows": rows})
        return found


def initial_of(client: ClientView) -> dict[str, Any]:
    """The client as the form shows it."""
    return {
        "name": client.name,
        "units": list(client.unit_codes),
        "warehouses": list(client.warehouse_ids),
        "shops": list(client.shop_ids),
        "permissions": list(client.permissions),
        "networks": "\n".join(client.networks),
        "per_minute": client.per_minute,
        "burst": client.burst,
    }


def said_done(code: str) -> str:
    """What is told after something was done."""
    return {
        "changed": _("Saved. It holds from the next request on."),
        "retired": _("The secret works no more."),
        "revoked": _("The client is out for good; what it did stays."),
    }[code]

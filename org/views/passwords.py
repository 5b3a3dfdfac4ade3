"""Choosing a password, wherever it is chosen."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.password_validation import (
    password_validators_help_texts,
    validate_password,
)
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from org.models import Person


class NewPasswordForm(forms.Form):
    """A password twice, judged by the rules of the house."""

    password = forms.CharField(
        label=_("New password"),
        max_length=1024,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=_("The same once more"),
        max_length=1024,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._person = person
        self.fields["password"].help_text = " ".join(map(str, password_validators_help_texts()))

    def clean(self) -> dict[str, Any]:
        """Both alike, and good enough; each complaint stands at its field."""
        given = super().clean() or {}
        if self.errors:
            return given
        if given["password"] != given["again"]:
            self.add_error("again", _("The two are not the same."))
        try:
            validate_password(given["password"], self._person)
        except ValidationError as error:
            self.add_error("password", error)
        return given


class ChangePasswordForm(NewPasswordForm):
    """Whoever changes their own says the old one first."""

    old = forms.CharField(
        label=_("Password until now"),
        max_length=1024,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    field_order = ["old", "password", "again"]

    def clean_old(self) -> str:
        """It is theirs."""
        old: str = self.cleaned_data["old"]
        if not self._person.check_password(old):
            raise ValidationError(_("This is not your password."))
        return old

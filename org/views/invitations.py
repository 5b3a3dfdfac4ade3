"""The page behind the link of an invitation."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from org.services import invitations
from org.views.passwords import NewPasswordForm


@sensitive_post_parameters("password", "again")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Choose a password once; then the sign-in page. A spent link says what to do."""
    try:
        found = invitations.invitation_of(token)
    except invitations.LinkGone:
        return render(request, "org/invitation_gone.html", status=410)
    person = found.person
    if request.method != "POST" and not request.COOKIES.get("django_language"):
        translation.activate(person.language)
    form = NewPasswordForm(request.POST or None, person=person)
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic(durable=True):
                invitations.accept(token=token, password=form.cleaned_data["password"])
        except invitations.LinkGone:
            return render(request, "org/invitation_gone.html", status=410)
        messages.success(request, _("Your password is set. Sign in with it now."))
        return HttpResponseRedirect(reverse("sign-in"))
    status = 422 if request.method == "POST" else 200
    return render(
        request, "org/invitation.html", {"form": form, "person": person, "kind": found.kind},
        status=status,
    )  # fmt: skip
